"""Checks across rows: what must be unique, or belong to one user."""

from collections.abc import Iterator

from soundweave.validation.finding import Finding
from soundweave.validation.scan import SPACES
from soundweave.validation.subject import Subject


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
