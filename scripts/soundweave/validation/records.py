"""Checks of what each sound and pack says, most of them in one pass."""

import json
from collections.abc import Iterator

from soundweave.freesound import licenses
from soundweave.freesound.sound import AI_PREFERENCES, FIRST_YEAR, LARGEST_ID
from soundweave.validation.finding import Finding
from soundweave.validation.scan import SPACES, Rule, Scan, no_time
from soundweave.validation.subject import Subject

# Cheap patterns accept the way we write a list of strings; anything else is parsed.
BAD_TAGS = """
    CASE WHEN typeof(tags) != 'text' OR NOT json_valid(tags) THEN 1
         WHEN tags GLOB '*,[^" ]*' OR tags GLOB '*, [^"]*' OR tags NOT GLOB '[[]["]*' THEN
              json_type(tags) != 'array'
              OR EXISTS (SELECT 1 FROM json_each(tags) AS tag WHERE tag.type != 'text')
    END
"""


def _outside(column: str, least: int, most: int) -> str:
    # Also true for NULL, text and infinity, which sort outside of all numbers.
    return f"({column} BETWEEN {least} AND {most}) IS NOT TRUE"


def _without(column: str, table: str) -> str:
    # Nothing, not even NULL, is in an empty table.
    return f"({column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {table}))"


def _empty(column: str) -> str:
    # Nearly every name starts with something visible and needs no trimming.
    return f"({column} IS NULL OR ({column} < '!' AND trim({column}, {SPACES}) = ''))"


RULES = (
    Rule("foreign_keys", "the user does not exist", _without("user_id", "users")),
    Rule("foreign_keys", "the pack does not exist", _without("pack_id", "packs")),
    *(
        Rule("required_fields", f"{column} is missing", _empty(column))
        for column in ("name", "license", "created", "tags", "first_seen", "last_seen")
    ),
    *(
        Rule("required_fields", f"{column} is missing", f"{column} IS NULL")
        for column in ("user_id", "type", "duration", "num_downloads")
    ),
    Rule("ranges", "id is not a Freesound id", _outside("id", 1, LARGEST_ID - 1)),
    Rule(
        "ranges",
        "pack_id is not a Freesound id",
        f"pack_id IS NOT NULL AND {_outside('pack_id', 1, LARGEST_ID - 1)}",
    ),
    *(
        Rule("ranges", f"{column} is not a number or below 0", _outside(column, 0, LARGEST_ID - 1))
        for column in ("duration", "num_downloads")
    ),
    Rule(
        "ranges",
        "is_explicit is not 0, 1 or missing",
        "is_explicit IS NOT NULL AND (is_explicit IN (0, 1)) IS NOT TRUE",
    ),
    Rule(
        "known_preferences",
        "gen_ai_preference is not one that Freesound uses",
        # Nearly all have the first one, and IN would look all of them up.
        " AND ".join(f"gen_ai_preference != '{preference}'" for preference in AI_PREFERENCES),
    ),
    Rule("dates", "created is not a valid time", no_time("created")),
    Rule("dates", f"created is before {FIRST_YEAR}", f"created < '{FIRST_YEAR}'"),
    Rule("date_order", "last_seen is before first_seen", "last_seen < first_seen"),
    Rule("date_order", "removed_at is before first_seen", "removed_at < first_seen"),
    *(
        Rule("future_dates", f"{column} is in the future", f"{column} > :future")
        for column in ("created", "first_seen", "last_seen", "removed_at")
    ),
    Rule("tags", "tags is not a JSON list of strings", BAD_TAGS),
    Rule(
        "missing_edges",
        "has no edges",
        "removed_at IS NULL AND id NOT IN (SELECT sound_id FROM links)"
        " AND id NOT IN (SELECT sound_id FROM links_due)",
    ),
)
SOUNDS = Scan("sounds NOT INDEXED", "'sound ' || id", RULES)
PACKS = Scan(
    "packs NOT INDEXED",
    "'pack ' || id",
    (Rule("foreign_keys", "the user does not exist", _without("user_id", "users")),),
)


def foreign_keys(subject: Subject) -> Iterator[Finding]:
    """The user and pack of every sound, and the user of every pack, exist."""
    # Other checks cover the references of the other tables.
    yield from subject.scan(SOUNDS, "foreign_keys")
    yield from subject.scan(PACKS, "foreign_keys")


def required_fields(subject: Subject) -> Iterator[Finding]:
    """Every sound has its required fields."""
    return subject.scan(SOUNDS, "required_fields")


def ranges(subject: Subject) -> Iterator[Finding]:
    """Ids, durations and downloads are possible numbers."""
    return subject.scan(SOUNDS, "ranges")


def known_licenses(subject: Subject) -> Iterator[Finding]:
    """Every license is one that Freesound uses."""
    rows = subject.library.execute("SELECT DISTINCT license FROM sounds WHERE license IS NOT NULL")
    used = [row[0] for row in rows]
    unknown = [url for url in used if not isinstance(url, str) or not licenses.find(url).deed]
    for license_ in unknown:
        rows = subject.library.execute("SELECT id FROM sounds WHERE license IS ?", (license_,))
        for row in rows:
            yield Finding(f"sound {row[0]}", f"license is {_quoted(license_)}")


def dates(subject: Subject) -> Iterator[Finding]:
    """Dates have one format, exist in the calendar and are not older than Freesound."""
    yield from subject.scan(SOUNDS, "dates")
    # There are few nights, so each of their stamps is checked once.
    seen = subject.library.execute("SELECT DISTINCT first_seen, last_seen, removed_at FROM sounds")
    stamps = {stamp for row in seen for stamp in row if stamp is not None}
    for stamp in stamps:
        yield from _sounds_seen_at(subject, stamp)


def date_order(subject: Subject) -> Iterator[Finding]:
    """No sound was last seen, or removed, before it was first seen."""
    return subject.scan(SOUNDS, "date_order")


def future_dates(subject: Subject) -> Iterator[Finding]:
    """No date is in the future."""
    return subject.scan(SOUNDS, "future_dates")


def tags(subject: Subject) -> Iterator[Finding]:
    """Tags are a JSON list of strings."""
    return subject.scan(SOUNDS, "tags")


def known_preferences(subject: Subject) -> Iterator[Finding]:
    """Every preference about AI training is one that Freesound uses."""
    return subject.scan(SOUNDS, "known_preferences")


def missing_edges(subject: Subject) -> Iterator[Finding]:
    """Every sound has its edges or is noted as due."""
    return subject.scan(SOUNDS, "missing_edges")


def _sounds_seen_at(subject: Subject, stamp: object) -> Iterator[Finding]:
    bad = f"SELECT {no_time(':stamp')} OR :stamp < '{FIRST_YEAR}'"
    if not subject.library.execute(bad, {"stamp": stamp}).fetchone()[0]:
        return
    for column in ("first_seen", "last_seen", "removed_at"):
        rows = subject.library.execute(f"SELECT id FROM sounds WHERE {column} IS ?", (stamp,))
        for row in rows:
            yield Finding(f"sound {row[0]}", f"{column} is not a valid time")


def _quoted(value: object) -> str:
    return json.dumps(str(value))
