"""What may change between the building of a site and its amendment, and what may not."""

import dataclasses
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from soundweave.base import config, schemas
from soundweave.base.errors import ConfigError
from soundweave.library import database
from soundweave.website import amending
from soundweave.website.data import groups, numbers
from soundweave.website.data.catalog import Community
from soundweave.website.data.history import History, Milestone, Night
from soundweave.website.frame import assets, tree
from soundweave.website.frame.locales import Words
from soundweave.website.frame.shell import Shell
from tests.support.make_library import make_library

NOON = datetime(2025, 11, 21, 12, tzinfo=UTC)
NIGHTS = [Night(NOON + timedelta(days=day), 2, 1, 0) for day in range(3)]
MILESTONES = [Milestone([number], 2, NOON, {}) for number in range(2)]
HISTORY = History(NIGHTS[:2], MILESTONES[:1])
SETTINGS = config.load().website
CHANGED_SETTINGS: dict[str, Any] = {
    name: (*value, "https://example.org")
    if isinstance(value, tuple)
    else value * 2 or "https://example.org/"
    for name, value in asdict(SETTINGS).items()
}


class Site:
    """A site's inputs; it is built of them, and a change to them decides about amending it."""

    def __init__(self, folder, reader):
        self.folder = folder
        self.public = folder / "public"
        self.bundles = dict.fromkeys(assets.NAMES, b"/* */")
        self.words = {"en": {"a": "Map", "front.badge": "sounds"}, "es": {"a": "Mapa"}}
        self.base_url = "https://example.org/"
        self.settings = SETTINGS
        self.snapshot = groups.read(reader, SETTINGS)
        self.catalog = replace(
            self.snapshot.catalog,
            communities=[Community(1, 0.0, 0.0, 2.0, 2, "rain")],
            community=np.array([1, 1]),
            points=np.array([[0.0, 1.0], [1.5, 0.5]]),
        )

    def inputs(self, site):
        words = {lang: Words(lang, texts, {}) for lang, texts in self.words.items()}
        bundled = assets.Assets(self.bundles, [])
        shell = Shell(site, bundled, words, title="Weave", base_url=self.base_url)
        return shell, replace(self.snapshot, catalog=self.catalog), self.settings

    def build(self, history=HISTORY):
        with tree.replacing(self.folder) as site:
            shell, snapshot, settings = self.inputs(site)
            numbers.write(shell, snapshot.catalog, history)
            amending.write_mark(shell, snapshot, settings)

    def check(self, history=HISTORY):
        shell, snapshot, settings = self.inputs(None)
        amending.check(self.public, shell, snapshot, settings, history)

    def change(self, **columns):
        self.catalog = replace(self.catalog, **columns)


@pytest.fixture
def site(tmp_path):
    make_library(tmp_path / "library", [{"id": 7}, {"id": 9}])
    with database.snapshot(tmp_path / "library") as reader:
        site = Site(tmp_path, reader)
        site.build()
        yield site


def test_a_site_of_the_same_inputs_can_be_amended(site):
    site.check()
    site.change(counts=site.catalog.counts | {"edges": 99})  # added by one of the actions
    site.check()


@pytest.mark.parametrize(
    "change",
    [
        lambda site: setattr(site, "base_url", None),
        lambda site: site.bundles.update({"site.css": b"a{}"}),
        lambda site: site.bundles.update({"map.js": b"f()"}),
        lambda site: site.words["es"].update(a="El mapa"),
        lambda site: site.words.update(fr={"a": "Carte"}),
        lambda site: site.change(
            network=replace(site.catalog.network, sound_ids=site.catalog.ids + 1)
        ),
        lambda site: site.change(community=np.array([1, -1])),
        lambda site: site.change(points=np.array([[0.0, 1.0], [1.5, 0.501]])),
        lambda site: site.change(communities=[]),
        lambda site: site.change(names=["another", *site.catalog.names[1:]]),
        lambda site: site.change(licenses=site.catalog.licenses[::-1] * 2),
        lambda site: site.change(license_of=site.catalog.license_of + 1),
        lambda site: site.change(
            communities=[replace(site.catalog.communities[0], label="rain, roof")]
        ),
    ],
)
def test_a_site_of_other_inputs_cannot(site, change):
    change(site)
    with pytest.raises(ConfigError) as caught:
        site.check()
    assert str(caught.value) == (
        f"the site in {site.public} was built from other sounds, settings or words, or for another"
        " address; pass the same flags, or run this without --amend"
    )


@pytest.mark.parametrize("name", ["sounds", "removed", "users", "packs"])
def test_a_site_of_other_numbers_cannot(site, name):
    site.change(counts=site.catalog.counts | {name: site.catalog.counts[name] + 1})
    with pytest.raises(ConfigError, match="other sounds"):
        site.check()


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(SETTINGS)])
def test_a_site_of_other_settings_cannot(site, field):
    site.settings = replace(SETTINGS, **{field: CHANGED_SETTINGS[field]})
    with pytest.raises(ConfigError, match="other sounds, settings"):
        site.check()


def test_the_mark_does_not_depend_on_the_order_of_words(site):
    site.words = {lang: dict(reversed(words.items())) for lang, words in site.words.items()}
    site.check()


def test_the_mark_is_a_digest_in_a_line(site):
    content = (site.public / "made-of.json").read_text()
    assert list(json.loads(content)) == ["sha256"]
    assert len(json.loads(content)["sha256"]) == 64
    assert content.endswith('"}\n')


def test_without_a_mark_there_is_nothing_to_amend(site):
    (site.public / "made-of.json").unlink()
    with pytest.raises(ConfigError) as caught:
        site.check()
    assert str(caught.value) == f"no site to amend in {site.public}; run this without --amend"


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (History(NIGHTS[:1], MILESTONES), "2 nights, the history only 1"),
        (History([], MILESTONES), "2 nights, the history only 0"),
        (History(NIGHTS, []), "1 milestones, the history only 0"),
    ],
)
def test_an_older_history_is_refused(site, history, words):
    with pytest.raises(ConfigError) as caught:
        site.check(history)
    assert str(caught.value) == (
        f"the site in {site.public} lists {words}; check its path, or record tonight's milestone"
        " first"
    )


def test_a_longer_history_is_what_amending_is_for(site):
    site.check(History(NIGHTS, MILESTONES))


def test_damaged_numbers_are_named(site):
    path = site.public / "api" / "numbers.json"
    value = json.loads(path.read_text())
    schemas.check("site_numbers", value, "numbers")
    path.write_text(json.dumps(value | {"nights": -1}))
    with pytest.raises(ConfigError, match=f"{path}"):
        site.check()


def test_the_parts_that_depend_on_the_night():
    assert amending.PARTS == ("front page", "numbers", "feed")
