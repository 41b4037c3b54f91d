import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundweave.base.errors import ConfigError
from soundweave.website.frame import tree
from tests.conftest import ROOT


def make(folder, files):
    with tree.replacing(folder) as new:
        for path, content in files.items():
            new.write(path, content)
    return new


def contents(folder):
    public = folder / "public"
    return {
        path.relative_to(public).as_posix(): path.read_text(encoding="utf-8")
        for path in public.rglob("*")
        if path.is_file()
    }


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_new_site_takes_the_place_of_the_old_one(tmp_path):
    make(tmp_path, {"index.html": "old", "gone/away.html": "x"})
    make(tmp_path, {"index.html": "new ü", "a/b/c.json": b"{}"})
    assert contents(tmp_path) == {"index.html": "new ü", "a/b/c.json": "{}"}
    assert names(tmp_path) == ["public"]


def test_an_unchanged_file_is_not_written_again(tmp_path):
    always = {"index.html": "front"}
    first = make(tmp_path, always | {"same.json": "1", "other.json": "1", "longer.json": "1"})
    assert (first.written, first.kept) == (4, 0)
    before = {path.name: path.stat() for path in (tmp_path / "public").iterdir()}
    second = make(tmp_path, always | {"same.json": "1", "other.json": "2", "longer.json": "11"})
    assert (second.written, second.kept) == (2, 2)
    after = {path.name: path.stat() for path in (tmp_path / "public").iterdir()}
    assert after["same.json"].st_ino == before["same.json"].st_ino
    assert after["same.json"].st_mtime_ns == before["same.json"].st_mtime_ns
    assert after["other.json"].st_ino != before["other.json"].st_ino


def test_the_rest_of_the_old_site_is_kept_when_asked_for(tmp_path):
    make(tmp_path, {"index.html": "old", "same.html": "s", "a/b/c.json": "1", "a/d.json": "2"})
    there = (tmp_path / "public" / "a" / "b" / "c.json").stat()
    with tree.replacing(tmp_path) as new:
        new.write("index.html", "new")
        new.write("same.html", "s")
        new.write("a/e.json", "3")
        new.keep_rest()
    assert contents(tmp_path) == {
        "index.html": "new",
        "same.html": "s",
        "a/b/c.json": "1",
        "a/d.json": "2",
        "a/e.json": "3",
    }
    assert (new.written, new.kept) == (2, 3)
    assert (tmp_path / "public" / "a" / "b" / "c.json").stat().st_ino == there.st_ino
    assert names(tmp_path) == ["public"]


def test_the_old_site_stays_when_making_the_new_one_fails(tmp_path):
    make(tmp_path, {"index.html": "old"})
    with pytest.raises(RuntimeError), tree.replacing(tmp_path) as new:
        new.write("index.html", "half")
        raise RuntimeError
    assert contents(tmp_path) == {"index.html": "old"}
    assert names(tmp_path) == ["public"]


KILLED = """
import sys, time
from pathlib import Path
from soundweave.website.frame import tree
with tree.replacing(Path(sys.argv[1])) as new:
    new.write("index.html", "half")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_killed_run_leaves_the_old_site_and_the_next_one_cleans_up(tmp_path):
    make(tmp_path, {"index.html": "old"})
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "scripts")},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    with pytest.raises(ConfigError, match="another run is writing"):
        make(tmp_path, {"index.html": "mine"})
    assert contents(tmp_path) == {"index.html": "old"}
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert contents(tmp_path) == {"index.html": "old"}
    assert ".public-next" in names(tmp_path)
    make(tmp_path, {"index.html": "mine"})
    assert contents(tmp_path) == {"index.html": "mine"}
    assert names(tmp_path) == ["public"]


def test_a_run_killed_between_the_two_renames_is_put_right(tmp_path):
    make(tmp_path, {"index.html": "old", "same.json": "1"})
    (tmp_path / "public").rename(tmp_path / ".public-old")
    with pytest.raises(RuntimeError), tree.replacing(tmp_path):
        assert contents(tmp_path) == {"index.html": "old", "same.json": "1"}
        raise RuntimeError
    assert contents(tmp_path) == {"index.html": "old", "same.json": "1"}


@pytest.mark.parametrize(
    "path", ["", "..", "../x", "a/../b", "/etc/x", "a b", "é.html", "a\\b", "x?"]
)
def test_a_path_that_is_none_of_the_site_is_a_bug(tmp_path, path):
    with (
        pytest.raises(ValueError, match="not a valid path of the site"),
        tree.replacing(tmp_path) as new,
    ):
        new.write(path, "x")
    assert list(tmp_path.rglob("*")) == []


def test_a_file_is_written_once(tmp_path):
    with pytest.raises(ValueError, match="written twice"), tree.replacing(tmp_path) as new:
        new.write("a.html", "x")
        new.write("a.html", "x")


def test_files_of_others_are_not_taken_for_an_old_site(tmp_path):
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="public contains other files"):
        make(tmp_path, {"index.html": "x"})
    assert (tmp_path / "public" / "mine.txt").read_text() == "mine"
    assert names(tmp_path) == ["public"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_in_the_way_is_named(tmp_path, kind):
    if kind == "file":
        (tmp_path / "public").write_text("mine")
        folder = tmp_path
    else:
        folder = tmp_path / "file" / "website"
        (tmp_path / "file").write_text("mine")
    with pytest.raises(ConfigError, match=r"public|file"):
        make(folder, {"index.html": "x"})


@given(st.text(), st.text())
def test_any_text_is_kept_as_it_is(tmp_path_factory, first, second):
    first, second = (text.encode("utf-8", "replace") for text in (first, second))
    folder = tmp_path_factory.mktemp("tree")
    make(folder, {"index.html": first})
    site = make(folder, {"index.html": second})
    assert (folder / "public/index.html").read_bytes() == second
    assert site.kept == (first == second)
