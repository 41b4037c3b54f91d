from pathlib import Path
from typing import Any

import pytest

from soundweave.base.errors import ConfigError
from soundweave.freesound.sound import read_sound
from soundweave.library import database, store
from tests.freesound.test_sound import GOOD
from tests.support.make_library import make_library


def saved(folder: Path, *raws: dict[str, Any], seen: str = "2025-01-01T00:00:00Z") -> int:
    """Save sounds that differ from a good one by `raws`; returns how many are new."""
    with database.writing(folder, create=True) as connection, database.transaction(connection):
        return store.save_sounds(connection, [read_sound(GOOD | raw) for raw in raws], seen)


def first_row(folder: Path, sql: str) -> tuple[Any, ...]:
    with database.snapshot(folder) as reader:
        return tuple(reader.execute(sql).fetchone())


def test_a_sound_seen_again_is_updated_except_its_first_time(tmp_path: Path) -> None:
    assert saved(tmp_path, {"num_downloads": 1}) == 1
    pack = {"pack": "https://freesound.org/apiv2/packs/901/", "pack_name": "N"}
    assert saved(tmp_path, pack | {"num_downloads": 2}, seen="2025-02-02T00:00:00Z") == 0
    columns = "num_downloads, pack_id, first_seen, last_seen"
    assert first_row(tmp_path, f"SELECT {columns} FROM sounds") == (
        2,
        901,
        "2025-01-01T00:00:00Z",
        "2025-02-02T00:00:00Z",
    )


def test_a_duplicate_on_a_page_counts_once(tmp_path: Path) -> None:
    assert saved(tmp_path, {"id": 1}, {"id": 1}, {"id": 2}) == 2


def test_text_is_stored_as_it_is(tmp_path: Path) -> None:
    saved(tmp_path, {"tags": ["łódź"]})
    assert first_row(tmp_path, "SELECT tags FROM sounds") == ('["łódź"]',)


@pytest.mark.parametrize(
    ("answers", "name"),
    [(["Larks", "Skylarks"], "Skylarks"), (["Larks", None], "Larks"), ([None, "Larks"], "Larks")],
)
def test_a_packs_name_is_updated_but_never_lost(
    tmp_path: Path, answers: list[str | None], name: str
) -> None:
    for answer in answers:
        saved(tmp_path, {"pack_name": answer})
    assert first_row(tmp_path, "SELECT name FROM packs") == (name,)


@pytest.mark.parametrize("name", ["Larks", None])
def test_a_pack_that_comes_back_is_not_gone(tmp_path: Path, name: str | None) -> None:
    saved(tmp_path, {})
    with database.writing(tmp_path) as connection:
        connection.execute("UPDATE packs SET gone_at = '2025-01-01T00:00:00Z'")
    saved(tmp_path, {"pack_name": name})
    assert first_row(tmp_path, "SELECT gone_at FROM packs") == (None,)


def test_marks_are_for_one_sound(tmp_path: Path) -> None:
    make_library(tmp_path, [{}, {}, {}])
    with database.writing(tmp_path) as connection:
        store.mark_seen(connection, [2], "2026-01-01T00:00:00Z")
        store.mark_removed(connection, 1, "2026-01-01T00:00:00Z")
        rows = connection.execute(
            "SELECT id, last_seen > '2026', removed_at FROM sounds ORDER BY id"
        )
        assert [tuple(row) for row in rows] == [
            (1, 0, "2026-01-01T00:00:00Z"),
            (2, 1, None),
            (3, 0, None),
        ]
        assert store.present(connection, [1, 2, 4]) == {2}


@pytest.mark.parametrize("state", ["", "{", "[1]", "null", "5"])
def test_an_unreadable_cursor_is_ignored(tmp_path: Path, state: str) -> None:
    with database.writing(tmp_path, create=True) as connection:
        connection.execute("INSERT INTO cursors VALUES ('newest', ?)", (state,))
        assert store.read_cursor(connection, "newest") == {}
        store.save_cursor(connection, "newest", {"high": "x"})
        assert store.read_cursor(connection, "newest") == {"high": "x"}


def test_a_password_of_an_older_library_is_forgotten(tmp_path: Path) -> None:
    clean = "https://example.org/apiv2/"
    with database.writing(tmp_path, create=True) as connection:
        connection.execute(
            "INSERT INTO meta VALUES ('source', 'https://me:secret@example.org/apiv2/')"
        )
        with pytest.raises(ConfigError) as failure:
            store.claim_source(connection, "https://freesound.org/apiv2/")
        assert "secret" not in str(failure.value)
        store.claim_source(connection, clean)
        (stored,) = connection.execute("SELECT value FROM meta WHERE key = 'source'").fetchone()
        assert stored == clean
