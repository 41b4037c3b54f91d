import json
import os
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from soundweave.base.errors import LibraryError
from soundweave.library import database, identity
from soundweave.standin import Fault
from tests.storage.conftest import Home
from tests.support.contents import contents
from tests.support.make_library import make_library


@pytest.mark.parametrize(
    ("lost", "tier"),
    [
        ((), "cache"),
        (("cache",), "draft release"),
        (("cache", "release"), "ids in git"),
        (("release", "ids"), "cache"),
        (("cache", "ids"), "draft release"),
    ],
)
def test_whatever_tiers_are_lost_the_others_bring_the_library_back(
    home: Home, lost: tuple[str, ...], tier: str
) -> None:
    home.night()
    before = contents(home.library)
    home.lose(*lost)
    restored = home.restore()
    assert (restored.tier, restored.sounds) == (tier, 600)
    assert contents(home.library) == before
    assert home.nights.run()["nodes"] == 1000


def test_a_rebuild_asks_for_150_sounds_per_request(home: Home) -> None:
    home.night()
    home.lose("cache", "release")
    before = len(home.nights.standin.log)
    home.restore()
    assert len(home.nights.standin.log) - before == 4


def test_the_first_night_has_no_library(home: Home) -> None:
    restored = home.restore()
    assert (restored.tier, restored.sounds, restored.notes) == ("new", 0, [])
    assert not home.library.exists() or not list(home.library.iterdir())


def test_a_night_that_was_not_saved_is_requested_again(home: Home) -> None:
    home.night()
    old_cache = home.folder / "old"
    shutil.copytree(home.cache, old_cache)
    sounds = home.night(most=6).sounds
    before = contents(home.library)
    home.releases.clear()
    shutil.rmtree(home.cache)
    old_cache.rename(home.cache)
    restored = home.restore()
    assert (restored.tier, restored.sounds) == ("cache and the ids in git", sounds)
    assert contents(home.library) == before


def test_a_smaller_cached_library_does_not_take_the_place_of_a_larger_copy(home: Home) -> None:
    home.night(most=1)
    small = home.folder / "small"
    shutil.copytree(home.cache, small)
    home.night(most=4)
    before = contents(home.library)
    home.lose("cache", "ids")
    small.rename(home.cache)
    assert home.restore().tier == "draft release"
    assert contents(home.library) == before


def test_a_newer_copy_that_is_nearly_whole_is_better_than_a_larger_one(home: Home) -> None:
    home.nights.collector = replace(home.nights.collector, max_sounds=600)
    home.night()
    time.sleep(1.1)  # copies are dated to the second
    gone = sorted(home.nights.ids())[:3]
    for number in gone:
        home.nights.standin.catalog.remove(number)
    home.nights.age()
    home.night(most=20)
    assert not home.nights.ids() & set(gone)
    before = contents(home.library)
    copies = [asset["name"] for asset in home.releases.assets()]
    assert len(copies) == 2
    home.lose("cache", "ids")
    assert home.restore().tier == "draft release"
    assert contents(home.library) == before


def test_a_library_that_no_copy_completes_goes_on_and_says_so(home: Home) -> None:
    home.night(most=1)
    library_id = home.nights.value("SELECT value FROM meta WHERE key = 'library_id'")
    home.write_night(900, library_id)
    restored = home.restore()
    assert (restored.tier, restored.sounds) == ("cache", 150)
    assert restored.notes == ["750 of 900 recorded sounds are missing: no other copy has them"]


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def zero_a_page(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(4096 * 5)
        stream.write(bytes(4096))


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def other_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.execute("PRAGMA user_version = 99")


DAMAGE = {
    "cut": cut,
    "zeroed page": zero_a_page,
    "flipped bit": flip_a_bit,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("no database\n" * 500),
    "other program": other_program,
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_library_is_set_aside_and_the_next_tier_is_used(home: Home, kind: str) -> None:
    home.night()
    before = contents(home.library)
    damaged = home.cache / database.FILE_NAME
    DAMAGE[kind](damaged)
    content = damaged.read_bytes()
    restored = home.restore()
    assert restored.tier == "draft release"
    assert contents(home.library) == before
    assert "cannot be used" in restored.notes[0]
    aside = home.folder / "set_aside" / "library-1.db"
    assert aside.stat().st_size == len(content)
    names = [asset["name"][:10] for asset in home.releases.assets()]
    assert sorted(names) == ["library-" + str(before["identity"][0][0])[:2], "set-aside-"]


def test_a_damaged_copy_in_the_release_is_passed_over(home: Home) -> None:
    home.night()
    before = contents(home.library)
    (asset,) = home.releases.assets()
    home.releases.contents[asset["id"]] = b"no gzip"
    asset["digest"] = None
    home.lose("cache")
    restored = home.restore()
    assert restored.tier == "ids in git"
    assert "in the draft release is damaged" in restored.notes[0]
    assert contents(home.library) == before


def damage_pages_of(path: Path, table: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(bytes(size))
    path.with_name(database.DIGEST_NAME).unlink()


@pytest.mark.parametrize("table", ["links", "user_hubs", "positions", "communities"])
def test_damaged_derived_tables_are_built_again(home: Home, table: str) -> None:
    home.night()
    before = contents(home.library)
    damage_pages_of(home.cache / database.FILE_NAME, table)
    restored = home.restore()
    assert (restored.tier, restored.repaired) == ("cache", True)
    assert contents(home.library) == before
    with database.snapshot(home.library) as reader:
        assert [row[0] for row in reader.execute("PRAGMA integrity_check")] == ["ok"]


@pytest.mark.parametrize("table", ["sounds", "users", "meta"])
def test_damaged_sounds_come_from_the_next_tier(home: Home, table: str) -> None:
    home.night()
    before = contents(home.library)
    damage_pages_of(home.cache / database.FILE_NAME, table)
    assert home.restore().tier == "draft release"
    assert contents(home.library) == before


def test_a_fork_starts_a_library_of_its_own(home: Home) -> None:
    home.night()
    upstream = home.nights.value("SELECT value FROM meta WHERE key = 'library_id'")
    home.lose("cache", "release")
    fork = dict(home.environment(), GITHUB_REPOSITORY_ID="99")
    home.environment = lambda: fork  # type: ignore[method-assign]
    sent = len(home.nights.standin.log)
    assert home.restore().tier == "new"
    assert len(home.nights.standin.log) == sent
    home.night(most=1)
    assert home.nights.value("SELECT value FROM meta WHERE key = 'library_id'") != upstream
    lines = [json.loads(line) for line in home.ids.read_text().splitlines()]
    assert {line["repository"] for line in lines} == {"99"}
    assert home.restore().tier == "cache"


def test_another_library_in_the_cache_does_not_take_the_place_of_the_one_in_git(
    home: Home,
) -> None:
    home.night()
    before = contents(home.library)
    home.lose("cache")
    make_library(home.cache, [{"id": 9_000_000 + number} for number in range(700)])
    restored = home.restore()
    assert (restored.tier, restored.sounds) == ("draft release", 600)
    assert contents(home.library) == before
    assert "another library" in restored.notes[0]


def test_nothing_is_collected_while_no_tier_answers(home: Home) -> None:
    home.night()
    home.lose("cache")
    home.github.fail("GET", ".*")
    home.nights.standin.add_fault(Fault("unavailable", times=None))
    with pytest.raises(LibraryError, match="600 sounds cannot be restored now"):
        home.restore()
    home.nights.standin.clear_faults()
    assert home.restore().sounds == 600


def test_a_rebuild_that_ends_early_continues_the_next_night(home: Home) -> None:
    home.night()
    before = contents(home.library)
    home.lose("cache", "release")
    home.nights.standin.add_fault(Fault("unavailable", times=None, after=2))
    restored = home.restore()
    assert restored.sounds == 300
    assert "continues the next night" in restored.notes[1]
    home.save()
    home.nights.standin.clear_faults()
    restored = home.restore()
    assert (restored.tier, restored.sounds) == ("cache and the ids in git", 600)
    assert contents(home.library) == before


def test_a_sound_that_left_freesound_is_not_asked_for_every_night(home: Home) -> None:
    home.night()
    gone = min(home.nights.ids())
    home.nights.standin.catalog.remove(gone)
    home.lose("cache", "release")
    assert home.restore().sounds == 599
    home.nights.run(most=1)
    home.save()
    sent = len(home.nights.standin.log)
    assert home.restore().notes == []
    assert len(home.nights.standin.log) == sent
    assert str(gone) not in home.ids.read_text().replace("[", ",").split(",")


def test_a_published_release_is_not_used(home: Home) -> None:
    home.night()
    home.releases.releases[0]["draft"] = False
    home.lose("cache")
    restored = home.restore()
    assert restored.tier == "ids in git"
    assert "was published" in restored.notes[0]
    assert "delete it under Releases" in home.save().notes[0]


def test_a_library_of_a_newer_version_stays_where_it_is(home: Home) -> None:
    home.night(most=1)
    with closing(sqlite3.connect(home.cache / database.FILE_NAME)) as connection:
        connection.execute("PRAGMA user_version = 999")
    (home.cache / database.DIGEST_NAME).unlink()
    with pytest.raises(LibraryError, match="newer Soundweave"):
        home.restore()
    assert home.file.exists()


def test_a_library_in_use_is_not_set_aside(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    home.night(most=1)
    home.next_runner()
    places = home.folder / "set_aside"
    with database.writing(home.library) as connection, database.transaction(connection):
        identity.assume(connection, identity.Identity("00000000000000aa", ""))
        home.next_runner = lambda: None  # type: ignore[method-assign]
        home.restore()
    assert not places.exists()
