"""Checks of the columns of sounds, users and packs, most of them in one pass."""

import json
from collections.abc import Iterator

from soundweave.freesound import licenses
from soundweave.freesound.sound import AI_PREFERENCES, FIRST_YEAR, LARGEST_ID
from soundweave.validation import text_columns
from soundweave.validation.finding import Finding
from soundweave.validation.scan import Rule, Scan, no_time
from soundweave.validation.subject import Subject

SPACES = "char(9, 10, 11, 12, 13, 32)"
PREVIEWS = ("preview_mp3", "preview_ogg")
SOUND_TEXTS: dict[str, text_columns.Test] = {
    **dict.fromkeys(("name", "type", "tags", "gen_ai_preference"), text_columns.not_text),
    **dict.fromkeys(PREVIEWS, text_columns.not_urls),
}
GROUP_TEXTS: dict[str, dict[str, text_columns.Test]] = {
    "users": {"username": text_columns.not_text},
    "packs": {"name": text_columns.not_text},
}

# Cheap patterns accept the way we write a list of strings; anything else is parsed.
BAD_TAGS = """
    CASE WHEN typeof(tags) != 'text' OR NOT json_valid(tags) THEN 1
         WHEN tags = '[]' THEN 0
         WHEN tags GLOB '*,[^" ]*' OR tags GLOB '*, [^"]*' OR tags NOT GLOB '[[]["]*' THEN
              json_type(tags) != 'array'
              OR EXISTS (SELECT 1 FROM json_each(tags) AS tag WHERE tag.type != 'text')
    END
"""


def _outside(column: str, least: int, most: int) -> str:
    # Also true for NULL, text and infinity, which sort outside of all numbers.
    return f"({column} BETWEEN {least} AND {most}) IS NOT TRUE"


def _empty(column: str) -> str:
    # Nearly every name starts with something visible and needs no trimming.
    return f"({column} IS NULL OR ({column} < '!' AND trim({column}, {SPACES}) = ''))"


RULES = (
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
        f"gen_ai_preference NOT IN ({', '.join(map(repr, AI_PREFERENCES))})",
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
)
SOUNDS = Scan("sounds", "'sound ' || id", RULES)


def required_fields(subject: Subject) -> Iterator[Finding]:
    """Every sound has its required fields."""
    return subject.scan(SOUNDS, "required_fields")


def ranges(subject: Subject) -> Iterator[Finding]:
    """Ids, durations and downloads are possible numbers."""
    return subject.scan(SOUNDS, "ranges")


def preview_urls(subject: Subject) -> Iterator[Finding]:
    """Previews are http or https URLs without spaces."""
    for sound, column in subject.bad_texts("sounds", SOUND_TEXTS):
        if column in PREVIEWS:
            yield Finding(f"sound {sound}", f"{column} is not an http or https URL")


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


def encodings(subject: Subject) -> Iterator[Finding]:
    """Text is UTF-8 without NUL."""
    for table, tests in {"sounds": SOUND_TEXTS, **GROUP_TEXTS}.items():
        for row_id, column in subject.bad_texts(table, tests):
            if column not in PREVIEWS:
                yield Finding(f"{table} {row_id}", f"{column} is not UTF-8 or contains NUL")


def duplicates(subject: Subject) -> Iterator[Finding]:
    """No two sounds have the same name, user, time of upload and duration."""
    rows = subject.library.execute(
        """
        SELECT min(id), max(id), count(*) FROM sounds
        WHERE removed_at IS NULL
          AND created IN (SELECT created FROM sounds GROUP BY created HAVING count(*) > 1)
        GROUP BY created, user_id, duration, name HAVING count(*) > 1
        """
    )
    for first, last, count in rows:
        yield Finding(f"sound {first}", f"is duplicated {count} times, up to sound {last}")


def unique_users(subject: Subject) -> Iterator[Finding]:
    """No username is duplicated, not even with spaces around it."""
    rows = subject.library.execute(
        f"""
        SELECT min(id), max(id), count(*) FROM users NOT INDEXED
        GROUP BY trim(username, {SPACES}) HAVING count(*) > 1
        """
    )
    for first, last, count in rows:
        yield Finding(f"user {first}", f"is duplicated {count} times, up to user {last}")


def pack_owners(subject: Subject) -> Iterator[Finding]:
    """All sounds of a pack belong to one user."""
    # The index contains the users, so no row of sounds is read.
    several = """
        SELECT pack_id FROM sounds WHERE pack_id IS NOT NULL
        GROUP BY pack_id HAVING min(user_id) != max(user_id)
    """
    rows = subject.library.execute(
        f"""
        SELECT pack_id, count(DISTINCT user_id) AS users FROM sounds
        WHERE removed_at IS NULL AND pack_id IN ({several})
        GROUP BY pack_id HAVING users > 1
        """
    )
    for pack, count in rows:
        yield Finding(f"pack {pack}", f"has sounds of {count} users")


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
