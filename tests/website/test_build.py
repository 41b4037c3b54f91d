import gzip
import json
import os
import shutil
from dataclasses import replace

import pytest

from soundweave.base import config, paths
from soundweave.base.errors import ConfigError
from soundweave.website import build
from tests.support.make_library import make_library

LARGEST_PAGE, FRONT_PAGE = 500_000, 150_000  # bytes; the front page with its scripts, gzipped


class Site:
    """The site of a small library; a call builds it."""

    def __init__(self, folder):
        self.folder, self.public = folder, folder / "public"
        make_library(folder / "library", [{"name": "one"}, {"name": "two", "pack": "p"}])
        self.inputs = build.Inputs(folder / "library", folder / "metrics", folder / "milestones")

    def __call__(self, **changes):
        changed = replace(self.inputs, **changes)
        return build.build(
            self.folder, changed, config.load().website, base_url="https://example.org/"
        )


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_the_same_again_writes_nothing(site):
    first = site()
    before = {path: path.stat().st_mtime_ns for path in site.public.rglob("*") if path.is_file()}
    assert (first.written, first.kept) == (len(before), 0)
    second = site()
    changed = [path for path, time in before.items() if path.stat().st_mtime_ns != time]
    assert changed == []
    assert (second.written, second.kept) == (0, len(before))


def test_one_core_writes_the_same_as_two(site, monkeypatch):
    def contents():
        return {path: path.read_bytes() for path in site.public.rglob("*") if path.is_file()}

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    site()
    alone = contents()
    shutil.rmtree(site.public)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    built = site()
    assert contents() == alone
    listed = (site.public / "sitemap.xml").read_text()
    assert all(f"https://example.org/{kind}/" in listed for kind in ("sounds", "users", "packs"))
    assert built.written == len(alone)


def test_without_the_bundles_it_says_how_to_make_them(site, tmp_path):
    site()
    with pytest.raises(ConfigError, match="run: make website"):
        site(dist=tmp_path / "none")
    assert (site.public / "index.html").exists()


def test_a_folder_that_cannot_be_written_is_named(site):
    site.public.write_text("in the way")
    with pytest.raises(ConfigError, match="public is not a folder"):
        site()
    assert site.public.read_text() == "in the way"


def test_languages_are_the_files_of_words(site, tmp_path):
    folder = tmp_path / "locales"
    shutil.copytree(paths.LOCALES, folder)
    (folder / "ca.json").unlink()
    (folder / "gl.json").write_text("{}")
    built = site(locales_dir=folder)
    assert (site.public / "gl" / "map.html").exists()
    assert not (site.public / "ca").exists()
    assert built.missing["gl"] > 400
    assert "en" not in built.missing


def test_all_that_the_site_offers_is_there(site):
    site()
    index = json.loads((site.public / "api" / "index.json").read_text())["files"]
    offered = [path for entry in index for path in entry.values() if path]
    rest = ["404.html", "map.png", "robots.txt", "sitemap.xml", "map/overview.json"]
    rest += ["search/index.json", "translations/index.html", "notices.html", "users/index.html"]
    assert len(offered) > 8
    assert [path for path in (*offered, *rest) if not (site.public / path).is_file()] == []


def test_the_pages_are_light(site):
    site()
    pages = list(site.public.rglob("*.html"))
    assert len(pages) > 40
    assert max(path.stat().st_size for path in pages) < LARGEST_PAGE
    front = [
        "index.html",
        *site.public.glob("assets/front-*.js"),
        *site.public.glob("assets/*.css"),
    ]
    loaded = sum(len(gzip.compress((site.public / path).read_bytes())) for path in front)
    assert loaded <= FRONT_PAGE
