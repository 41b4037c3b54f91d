import json

import pytest

from soundweave.base import paths
from soundweave.base.errors import ConfigError
from soundweave.website.frame import assets, tree


@pytest.fixture
def dist(tmp_path):
    for name in assets.NAMES:
        (tmp_path / name).write_text(f"/* {name} */")
    (tmp_path / "notices.json").write_text(json.dumps([{"name": "x", "version": "1"}]))
    return tmp_path


def test_a_name_changes_with_the_content(dist, tmp_path):
    before = assets.read(dist).path("map.js")
    (dist / "map.js").write_text("other")
    after = assets.read(dist).path("map.js")
    assert before != after
    assert before.startswith("assets/map-")
    assert before.endswith(".js")


def test_all_of_them_are_in_the_site(dist, tmp_path):
    read = assets.read(dist)
    with tree.replacing(tmp_path / "site") as new:
        read.install(new)
    for name in assets.NAMES:
        assert (tmp_path / "site/public" / read.path(name)).read_text() == f"/* {name} */"


@pytest.mark.parametrize("name", [*assets.NAMES, "notices.json"])
def test_what_is_missing_is_named_with_the_command_that_makes_it(dist, name):
    (dist / name).unlink()
    with pytest.raises(ConfigError, match=rf"{name} does not exist; run: make website"):
        assets.read(dist)


def test_every_bundled_package_brings_its_license():
    notices = assets.read(paths.WEBSITE_DIST).notices
    assert {"sigma", "graphology"} <= {notice["name"] for notice in notices}
    locked = json.loads((paths.ROOT / "website/package-lock.json").read_text())["packages"]
    for notice in notices:
        assert notice["version"] == locked[f"node_modules/{notice['name']}"]["version"]
        assert notice["license"]
        assert "copyright" in notice["text"].lower()


def test_the_lockfile_names_no_place_to_fetch_from():
    text = (paths.ROOT / "website/package-lock.json").read_text()
    assert "resolved" not in text
    for package in json.loads(text)["packages"].values():
        assert not package.keys() - {"version"} or "integrity" in package or "name" in package
