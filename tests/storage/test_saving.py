import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from soundweave.base import times
from soundweave.base.errors import DamagedLibraryError, NoLibraryError
from soundweave.library import database, store
from soundweave.storage import recorded_ids, release_copies, saving
from tests.storage.conftest import Home
from tests.support.contents import contents


def test_the_saved_copy_is_one_checked_file(home: Home) -> None:
    home.nights.run(most=2)
    with closing(sqlite3.connect(home.file)) as writer:
        writer.execute("BEGIN IMMEDIATE")  # an orphan of a cancelled night
        writer.execute("DELETE FROM sounds")
        home.save()
        writer.execute("COMMIT")
    assert {path.name for path in home.cache.iterdir()} == {
        database.FILE_NAME,
        database.DIGEST_NAME,
    }
    assert home.restore().sounds == 300


def test_a_damaged_library_is_not_saved(home: Home) -> None:
    home.night()
    saved = {path.name: path.read_bytes() for path in home.cache.iterdir()}
    content = bytearray(home.file.read_bytes())
    content[4096 * 3 : 4096 * 9] = bytes(4096 * 6)
    home.file.write_bytes(content)
    ids = home.ids.read_bytes()
    with pytest.raises(DamagedLibraryError):
        home.save()
    assert {path.name: path.read_bytes() for path in home.cache.iterdir()} == saved
    assert home.ids.read_bytes() == ids
    assert not list(home.library.glob(".*")), "no half copy is left"


def test_the_ids_in_git_are_ids_and_nothing_else(home: Home) -> None:
    home.night(most=1)
    first = home.ids.read_text()
    home.night(most=1)
    lines = [json.loads(line) for line in home.ids.read_text().splitlines()]
    assert home.ids.read_text().startswith(first) or len(lines) == 1
    assert sorted(number for line in lines for number in line["ids"]) == sorted(home.nights.ids())
    assert all(line.keys() == {"library_id", "repository", "first_seen", "ids"} for line in lines)
    assert home.ids.stat().st_size < 12 * 300


def test_the_release_is_a_draft_and_gets_a_copy_at_each_milestone(home: Home) -> None:
    assert home.night(most=1).uploaded
    (release,) = home.releases.releases
    assert release["draft"] is True
    (asset,) = release["assets"]
    copy = home.folder / "copy.db"
    copy.write_bytes(gzip.decompress(home.releases.contents[asset["id"]]))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM sounds").fetchone() == (150,)
    assert not home.save(is_milestone=False).uploaded


@pytest.mark.parametrize(("age_days", "due"), [(6.9, False), (7.1, True), (-1, False)])
def test_the_release_gets_a_copy_at_least_weekly(home: Home, age_days: float, due: bool) -> None:
    home.night(most=1)
    (asset,) = home.releases.assets()
    written = times.before(times.now(), days=age_days)
    stamp = written.replace("-", "").replace(":", "")
    library_id = asset["name"].split("-")[1]
    asset["name"] = f"library-{library_id}-150-sounds-{stamp}.db.gz"
    assert home.save(is_milestone=False).uploaded is due


def test_old_copies_go_and_the_largest_stays(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.night(most=4)
    for day in range(1, 6):
        monkeypatch.setattr(times, "now", lambda day=day: f"2099-01-0{day}T00:00:00Z")
        with database.writing(home.library) as connection:
            connection.execute("DELETE FROM sounds WHERE id IN (SELECT id FROM sounds LIMIT 90)")
        home.save()
    sounds = [int(asset["name"].split("-")[2]) for asset in home.releases.assets()]
    assert sounds == [600, 240, 150]


@pytest.mark.parametrize(
    ("removed", "lost", "why"),
    [
        (3, 0, "297 sounds replace 300: 3 were removed from Freesound, 0 could not be restored"),
        (1, 2, "297 sounds replace 300: 1 were removed from Freesound, 2 could not be restored"),
        (0, 0, ""),
    ],
)
def test_a_smaller_library_says_why(home: Home, removed: int, lost: int, why: str) -> None:
    home.night(most=2)
    ids = sorted(home.nights.ids())
    with database.writing(home.library) as connection:
        for number in ids[:removed]:
            store.mark_removed(connection, number, "2026-01-01T00:00:00Z")
        for number in ids[removed : removed + lost]:
            connection.execute("DELETE FROM sounds WHERE id = ?", (number,))
    assert home.save(is_milestone=False).notes == ([why] if why else [])


def test_an_outage_of_github_is_no_reason_not_to_save(home: Home) -> None:
    home.github.fail("GET", ".*", 500)
    saved = home.night(most=1)
    assert (saved.sounds, saved.uploaded) == (150, False)
    assert "no copy was put into the draft release" in saved.notes[0]
    assert home.restore().sounds == 150


def test_without_a_library_nothing_is_saved(tmp_path: Path) -> None:
    with pytest.raises(NoLibraryError):
        saving.save(tmp_path, tmp_path / "ids", is_milestone=True, environ={})
    assert list(tmp_path.iterdir()) == []


def test_damaged_lines_of_the_ids_cost_only_their_sounds(home: Home) -> None:
    home.night(most=1)
    before = contents(home.library)
    with home.ids.open("a") as stream:
        stream.write('torn {"\n[]\n{"library_id": "x"}\n{"ids": [1], "library_id": 1')
    home.lose("cache", "release")
    assert home.restore().sounds == 150
    assert contents(home.library) == before


def test_a_repository_keeps_its_library_under_a_new_name() -> None:
    environ = {"GITHUB_REPOSITORY_ID": "7", "GITHUB_REPOSITORY": "acme/demo"}
    assert recorded_ids.repository(environ) == "7"
    assert recorded_ids.repository({"GITHUB_REPOSITORY": "acme/demo"}) == "acme/demo"
    assert recorded_ids.repository({}) == "local"


def test_a_copys_name_says_what_is_in_it() -> None:
    name = "library-00000000000000aa-1234-sounds-20261121T031700Z.db.gz"
    match = release_copies.NAME.fullmatch(name)
    assert match is not None
    assert match.groupdict() == {
        "library": "00000000000000aa",
        "sounds": "1234",
        "time": "20261121T031700Z",
    }
