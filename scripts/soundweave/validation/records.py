"""Checks of the sounds' own columns: all rows, most rules in one pass."""

import json
from collections.abc import Iterator

from soundweave.freesound import licenses
from soundweave.freesound.sound import FIRST_YEAR, LARGEST_ID
from soundweave.validation import text_columns
from soundweave.validation.finding import Finding
from soundweave.validation.scan import Rule, Scan, no_time
from soundweave.validation.subject import Subject

BLANKS = "char(9, 10, 11, 12, 13, 32)"
PREVIEWS = ("preview_mp3", "preview_ogg")
SOUND_TEXTS: dict[str, text_columns.Test] = {
    **dict.fromkeys(("name", "type", "tags"), text_columns.not_text),
    **dict.fromkeys(PREVIEWS, text_columns.not_urls),
}
GROUP_TEXTS: dict[str, dict[str, text_columns.Test]] = {
    "users": {"username": text_columns.not_text},
    "packs": {"name": text_columns.not_text},
}

# Cheap patterns let our own spelling of a list of strings through; only others are taken apart.
BAD_TAGS = """
    CASE WHEN typeof(tags) != 'text' OR NOT json_valid(tags) THEN 1
         WHEN tags = '[]' THEN 0
         WHEN tags GLOB '*,[^" ]*' OR tags GLOB '*, [^"]*' OR tags NOT GLOB '[[]["]*' THEN
              json_type(tags) != 'array'
              OR EXISTS (SELECT 1 FROM json_each(tags) AS tag WHERE tag.type != 'text')
    END
"""


def _outside(column: str, least: int, most: int) -> str:
    # Also true for NULL, text and infinity: they compare as they sort, beside all numbers.
    return f"({column} BETWEEN {least} AND {most}) IS NOT TRUE"


def _empty(column: str) -> str:
    # Nearly every name begins with something visible, and needs no trimming.
    return f"({column} IS NULL OR ({column} < '!' AND trim({column}, {BLANKS}) = ''))"


RULES = (
    *(
        Rule("required_fields", f"{column} is missing", _empty(column))
        for column in ("name", "license", "created", "tags", "first_seen", "last_seen")
    ),
    *(
        Rule("required_fields", f"{column} is missing", f"{column} IS NULL")
        for column in ("user_id", "type", "duration", "num_downloads")
    ),
    Rule("ranges", "id is no id of Freesound's", _outside("id", 1, LARGEST_ID - 1)),
    Rule(
        "ranges",
        "pack_id is no id of Freesound's",
        f"pack_id IS NOT NULL AND {_outside('pack_id', 1, LARGEST_ID - 1)}",
    ),
    *(
        Rule("ranges", f"{column} is no number from 0 up", _outside(column, 0, LARGEST_ID - 1))
        for column in ("duration", "num_downloads")
    ),
    Rule("dates", "created is no real time", no_time("created")),
    Rule("dates", f"created is before {FIRST_YEAR}", f"created < '{FIRST_YEAR}'"),
    Rule("date_order", "last_seen is before first_seen", "last_seen < first_seen"),
    Rule("date_order", "removed_at is before first_seen", "removed_at < first_seen"),
    *(
        Rule("future_dates", f"{column} is in the future", f"{column} > :future")
        for column in ("created", "first_seen", "last_seen", "removed_at")
    ),
    Rule("tags", "tags is no JSON list of strings", BAD_TAGS),
    # Not wrong by itself: who renames an account has old and new sounds for some nights.
)
SOUNDS = Scan("sounds", "'sound ' || id", RULES)


def required_fields(subject: Subject) -> Iterator[Finding]:
    """Every sound has its required fields."""
    return subject.scan(SOUNDS, "required_fields")


def ranges(subject: Subject) -> Iterator[Finding]:
    """Ids, durations and downloads are numbers that can be."""
    return subject.scan(SOUNDS, "ranges")


def preview_urls(subject: Subject) -> Iterator[Finding]:
    """Previews are addresses of http or https, without blanks."""
    for sound, column in subject.bad_texts("sounds", SOUND_TEXTS):
        if column in PREVIEWS:
            yield Finding(f"sound {sound}", f"{column} is no http or https address")


def known_licenses(subject: Subject) -> Iterator[Finding]:
    """Every licence is one of the deeds that Freesound uses."""
    rows = subject.library.execute("SELECT DISTINCT license FROM sounds WHERE license IS NOT NULL")
    used = [row[0] for row in rows]
    unknown = [each for each in used if not isinstance(each, str) or not licenses.find(each).deed]
    for license_ in unknown:
        rows = subject.library.execute("SELECT id FROM sounds WHERE license IS ?", (license_,))
        for row in rows:
            yield Finding(f"sound {row[0]}", f"license is {_quoted(license_)}")


def dates(subject: Subject) -> Iterator[Finding]:
    """Dates are written one way, are in the calendar, and not before Freesound."""
    yield from subject.scan(SOUNDS, "dates")
    # Nights are few: their stamps are looked at once each.
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


def encodings(subject: Subject) -> Iterator[Finding]:
    """Text is UTF-8, without NUL."""
    for table, tests in {"sounds": SOUND_TEXTS, **GROUP_TEXTS}.items():
        for row_id, column in subject.bad_texts(table, tests):
            if column not in PREVIEWS:
                yield Finding(f"{table} {row_id}", f"{column} is not UTF-8, or holds a NUL")


def duplicates(subject: Subject) -> Iterator[Finding]:
    """No sound is there under two ids: same name, user, time of upload and duration."""
    rows = subject.library.execute(
        """
        SELECT min(id), max(id), count(*) FROM sounds
        WHERE removed_at IS NULL
          AND created IN (SELECT created FROM sounds GROUP BY created HAVING count(*) > 1)
        GROUP BY created, user_id, duration, name HAVING count(*) > 1
        """
    )
    for first, last, count in rows:
        yield Finding(f"sound {first}", f"is there {count} times, also as sound {last}")


def unique_users(subject: Subject) -> Iterator[Finding]:
    """No user is there twice, not even with blanks around the name."""
    rows = subject.library.execute(
        f"""
        SELECT min(id), max(id), count(*) FROM users NOT INDEXED
        GROUP BY trim(username, {BLANKS}) HAVING count(*) > 1
        """
    )
    for first, last, count in rows:
        yield Finding(f"user {first}", f"is there {count} times, also as user {last}")


def pack_owners(subject: Subject) -> Iterator[Finding]:
    """All sounds of a pack have one user."""
    # The index has users in it, so that no sound is looked at.
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
            yield Finding(f"sound {row[0]}", f"{column} is no real time of ours")


def _quoted(value: object) -> str:
    return json.dumps(str(value))
