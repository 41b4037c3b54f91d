from pathlib import Path

from soundweave.library import database, wrong_dates
from tests.support.make_library import make_library

NOW = "2026-01-01T00:00:00Z"
EARLY, LATER, FUTURE = "2025-01-01T00:00:00Z", "2025-06-01T00:00:00Z", "2027-01-01T00:00:00Z"
BEFORE_FREESOUND = "1999-01-01T00:00:00Z"
CASES = [  # first_seen, last_seen, removed_at and what they become
    ((EARLY, LATER, None), (EARLY, LATER, None)),
    ((EARLY, FUTURE, None), (EARLY, NOW, None)),
    ((FUTURE, FUTURE, None), (NOW, NOW, None)),
    ((FUTURE, LATER, None), (LATER, LATER, None)),
    ((BEFORE_FREESOUND, LATER, None), (LATER, LATER, None)),
    ((BEFORE_FREESOUND, BEFORE_FREESOUND, None), (NOW, NOW, None)),
    ((EARLY, LATER, FUTURE), (EARLY, LATER, NOW)),
    ((LATER, EARLY, None), (EARLY, EARLY, None)),
]


def test_dates_that_cannot_be_true_are_replaced(tmp_path: Path) -> None:
    columns = ("first_seen", "last_seen", "removed_at")
    sounds = [dict(zip(columns, dates, strict=True)) | {"pack": "p"} for dates, _ in CASES]
    make_library(tmp_path, sounds)
    with database.writing(tmp_path) as connection:
        connection.execute("UPDATE packs SET completed_at = ?", (FUTURE,))
        assert wrong_dates.fix(connection, NOW) == len(CASES)
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM sounds ORDER BY id")
        assert [tuple(row) for row in rows] == [fixed for _, fixed in CASES]
        assert connection.execute("SELECT completed_at FROM packs").fetchone()[0] == NOW
        assert wrong_dates.fix(connection, NOW) == 0
