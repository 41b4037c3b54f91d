from pathlib import Path

import pytest

from benchmarks import named_libraries, website
from soundweave.library import database
from soundweave.website.data import catalog


def read(folder):
    with database.snapshot(folder) as reader:
        return catalog.read(reader)


def test_libraries_have_all_that_the_site_shows(tmp_path):
    named_libraries.make(tmp_path, 1_000)
    before = read(tmp_path)
    assert len(before) == 1_000
    assert len(set(before.names)) > 500
    assert len(set(before.user_names)) == len(before.user_names) > 20
    assert len(before.network.tags.names) > 200
    assert len(before.network.low) > 200
    assert (before.community >= 0).all()
    named_libraries.add_night(tmp_path)
    after = read(tmp_path)
    assert len(after) == 1_020
    assert (after.community >= 0).all()
    assert after.names[:1_000] == before.names


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("index.html", "pages at the top"),
        ("es/index.html", "pages at the top"),
        ("es/tags/rain.html", "tags"),
        ("map/where/tag-r.json", "map/where"),
    ],
)
def test_files_are_summed_by_folder(path, folder):
    assert website._kind(Path(path)) == folder


def test_the_document_names_the_limits_of_its_sizes():
    run = website.Run(seconds=41.2, megabytes=512.4, written=100, kept=300)
    site = website.Site(100_000, run, run, 400, 9_000_000, 250_000, {}, 3_000_000, {"api": 7})
    text = website._document([website.Site(**vars(site) | {"views": {"front page": 1, "map": 2}})])
    assert "| seconds | 41 (at most 60) |" in text
    assert "| memory, MB | 512 (at most 2,000) |" in text
    assert "| files reused then, by hard link | 75% |" in text
