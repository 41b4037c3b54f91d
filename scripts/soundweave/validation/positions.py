"""Checks of the map: communities as circles, sounds inside them."""

import sys
from collections.abc import Iterator

from soundweave.validation.finding import Finding
from soundweave.validation.scan import Rule, Scan
from soundweave.validation.subject import Subject


def _not_finite(*columns: str) -> str:
    # SQLite stores NaN as NULL, infinity as it is.
    largest = sys.float_info.max
    tests = (f"({column} BETWEEN {-largest!r} AND {largest!r}) IS NOT TRUE" for column in columns)
    return " OR ".join(tests)


POSITIONS = Scan(
    "positions",
    "'position of sound ' || sound_id",
    (
        Rule(
            "positions",
            "the sound does not exist",
            "(sound_id IN (SELECT id FROM sounds)) IS NOT TRUE",
        ),
        Rule(
            "positions",
            "the community does not exist",
            "(community_id IN (SELECT id FROM communities)) IS NOT TRUE",
        ),
        Rule("coordinates", "x or y is not a finite number", _not_finite("x", "y")),
    ),
)
COMMUNITIES = Scan(
    "communities",
    "'community ' || id",
    (
        Rule("coordinates", "x, y or radius is not finite", _not_finite("x", "y", "radius")),
        Rule("coordinates", "radius is below 0", "radius < 0"),
    ),
)


def positions(subject: Subject) -> Iterator[Finding]:
    """Every position belongs to an existing sound and community."""
    return subject.scan(POSITIONS, "positions")


def coordinates(subject: Subject) -> Iterator[Finding]:
    """Coordinates are finite numbers."""
    yield from subject.scan(POSITIONS, "coordinates")
    yield from subject.scan(COMMUNITIES, "coordinates")


def community_sizes(subject: Subject) -> Iterator[Finding]:
    """Every community records the true number of its sounds, at least one."""
    rows = subject.library.execute(
        """
        WITH members AS (
            SELECT community_id, count(*) AS sounds FROM positions GROUP BY community_id
        )
        SELECT id, size, coalesce(sounds, 0) AS found
        FROM communities LEFT JOIN members ON community_id = id
        WHERE size IS NOT found OR found = 0
        """
    )
    for community, size, counted in rows:
        yield Finding(f"community {community}", f"records {size} sounds, there are {counted}")
