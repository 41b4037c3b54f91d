import re
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest

from soundweave.base import schemas
from soundweave.website.data.feed import MOST_ENTRIES
from tests.conftest import ROOT
from tests.support.front_site import FrontSite, milestone, night, status

BASE = "https://example.org/folder/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
HALF = {"validation": "passed", "edge_generation": "failed", "website": "not finished"}
FILES = ["numbers", "nights", "milestones", "badge"]


@pytest.fixture
def site(tmp_path):
    return FrontSite(tmp_path)


def feed(site, base_url=None):
    site.make(base_url)
    return ET.parse(site.public / "feed.xml").getroot()


def texts(node, path):
    return [element.text for element in node.findall(path, ATOM)]


def links(node, path="a:link"):
    return {(element.get("rel"), element.get("href")) for element in node.findall(path, ATOM)}


def test_the_feed_has_the_milestones_newest_first(site):
    site.library({})
    site.history("milestones", milestone(1, 3), milestone(4, 9, crossed=[2, 3, 4], actions=HALF))
    root = feed(site, BASE)
    tag = texts(root, "a:id")[0].removesuffix("feed")
    assert re.fullmatch(r"tag:soundweave,2026:[0-9a-f-]{16,36}/", tag)
    assert texts(root, "a:updated") == ["2025-11-09T02:30:00Z"]
    assert texts(root, "a:author/a:name") == ["Soundweave"]
    assert links(root) == {("alternate", BASE), ("self", f"{BASE}feed.xml")}
    assert texts(root, "a:entry/a:title") == [
        "Milestone 2–4: 403 sounds",
        "Milestone 1: 103 sounds",
    ]
    ids = [f"{tag}milestone-4-403", f"{tag}milestone-1-103"]
    assert texts(root, "a:entry/a:id") == ids
    assert texts(root, "a:entry/a:content")[0] == (
        "validation passed, edges failed, website not finished"
    )
    assert links(root, "a:entry/a:link") == {("alternate", f"{BASE}#milestones")}


def test_every_entry_has_what_atom_asks_for_and_an_id_of_its_own(site):
    site.library({})
    days = [milestone(n, 1 + n % 28) for n in range(1, 61)]
    site.history("milestones", *days)
    for base in (None, BASE):
        root = feed(site, base)
        entries = root.findall("a:entry", ATOM)
        assert len(entries) == MOST_ENTRIES
        for element in (root, *entries):
            for name in ("id", "title", "updated"):
                assert len(texts(element, f"a:{name}")) == 1
            assert datetime.fromisoformat(texts(element, "a:updated")[0]).tzinfo
        ids = texts(root, "a:entry/a:id") + texts(root, "a:id")
        assert len(set(ids)) == len(ids)
        assert all(element.startswith("tag:") for element in ids)
        stamps = texts(root, "a:entry/a:updated")
        assert stamps == sorted(stamps, reverse=True)
        assert stamps[0] == max(element["timestamp"] for element in days)
        assert texts(root, "a:updated") == stamps[:1]


def test_without_a_base_url_no_link_is_whole(site):
    site.library({})
    site.history("milestones", milestone(1, 3))
    root = feed(site)
    assert links(root) == {("alternate", "index.html")}
    assert links(root, "a:entry/a:link") == {("alternate", "index.html#milestones")}


def test_ids_stay_when_the_address_or_the_title_changes(site):
    site.library({})
    site.history("milestones", milestone(1, 3))
    first = feed(site, BASE)
    site.title = "Another"
    other = feed(site, "https://music.example.org/")
    for path in ("a:id", "a:entry/a:id"):
        assert texts(first, path) == texts(other, path)


def test_libraries_have_ids_of_their_own(site, tmp_path):
    (tmp_path / "other").mkdir()
    other = FrontSite(tmp_path / "other")
    for one in (site, other):
        one.library({})
        one.history("milestones", milestone(1, 3))
    assert texts(feed(site), "a:id") != texts(feed(other), "a:id")


def test_a_number_that_comes_again_has_another_id(site):
    site.library({})
    site.history("milestones", milestone(5, 3), milestone(5, 9) | {"nodes": 5000})
    ids = texts(feed(site), "a:entry/a:id")
    assert len(set(ids)) == 2


def test_a_feed_in_which_nothing_has_happened_is_one(site):
    site.library()
    root = feed(site)
    assert texts(root, "a:updated") == ["1970-01-01T00:00:00Z"]
    assert root.findall("a:entry", ATOM) == []


def test_a_title_is_text(site):
    site.title = "A <b> & \x0b more"
    site.library({})
    assert texts(feed(site), "a:title") == ["A <b> & more"]


def test_the_numbers_are_those_of_the_library(site):
    site.library(
        {"username": "ada", "pack": "Rain"},
        {"username": "ada", "license": "mine"},
        {"username": "bob", "removed_at": "2025-11-20T00:00:00Z"},
        links=True,
    )
    site.history("metrics", night(20, 1), night(21, 2, added=12))
    site.history("milestones", milestone(1, 12), milestone(2, 18, actions=HALF))
    site.make()
    families = {"zero": 1, "by": 0, "by-nc": 0, "sampling": 0, "other": 1}
    counts = {"sounds": 2, "removed": 1, "users": 1, "packs": 1, "links": 3, "similar": 0}
    assert site.json("numbers.json") == counts | {
        "communities": 0,
        "on_map": 0,
        "families": families,
        "nights": 2,
        "milestones": 2,
        "added_last_night": 12,
        "last_night": "2025-11-21T02:17:00Z",
        "last_success": "2025-11-12T02:30:00Z",
    }
    last = {"at": "2025-11-21T02:17:00Z", "sounds": 2, "added": 12, "removed": 0}
    assert site.json("nights.json")["nights"][1] == last
    mark = {"numbers": [2], "sounds": 203, "at": "2025-11-18T02:30:00Z", "days": 6, "actions": HALF}
    assert site.json("milestones.json")["milestones"][1] == mark
    assert site.json("badge.json") == {
        "schemaVersion": 1,
        "label": "Soundweave",
        "message": "2 sounds",
        "color": "2f4283",
    }


def test_times_are_told_to_the_second(site):
    site.library({})
    site.history("metrics", night(21, 2, timestamp="2025-11-21T02:17:42Z"))
    site.make()
    assert site.json("numbers.json")["last_night"] == "2025-11-21T02:17:42Z"
    assert site.json("nights.json")["nights"][0]["at"] == "2025-11-21T02:17:42Z"


def test_every_file_fits_its_schema_and_the_schema_lies_beside_it(tmp_path):
    for sounds, tonight in (([], status([5])), ([{}, {}], None)):
        folder = tmp_path / f"with-{len(sounds)}"
        folder.mkdir()
        site = FrontSite(folder)
        site.library(*sounds)
        if sounds:
            site.history("metrics", night(20, 1), night(21, 2, added=10**15))
            site.history("milestones", milestone(1, 12), milestone(2, 18, actions=HALF))
        if tonight:
            site.status(tonight)
        site.make()
        for name in FILES:
            schemas.check(f"site_{name}", site.json(f"{name}.json"), name)
            schema = site.public / "api" / "schemas" / f"site_{name}.schema.json"
            own = ROOT / "config" / "schemas" / schema.name
            assert schema.read_bytes() == own.read_bytes()


def test_the_index_names_files_and_schemas(site):
    site.library({})
    site.make()
    listed = {entry["path"]: entry["schema"] for entry in site.json("index.json")["files"]}
    assert set(listed) >= {f"api/{name}.json" for name in FILES} | {"feed.xml", "api/sounds.csv"}
    for path, schema in listed.items():
        elsewhere = path.startswith("api/sounds")  # written with the sounds
        assert elsewhere or (site.public / path).is_file()
        assert schema is None or (site.public / schema).is_file()
