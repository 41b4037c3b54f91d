"""A library with all the places it is kept in: cache, draft release and ids in git."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from soundweave.base import config
from soundweave.library import database, edges
from soundweave.standin import synthetic_catalog
from soundweave.storage import restoring, saving
from soundweave.storage.restoring import Places, Restored
from soundweave.storage.saving import Saved
from tests.support.github_server import GitHub, Releases, github_server
from tests.support.nights import Nights, nights_of


@dataclass
class Home:
    """A repository with a library; `cache` is a folder that GitHub would keep."""

    folder: Path
    nights: Nights
    github: GitHub
    releases: Releases

    @property
    def library(self) -> Path:
        return self.nights.library

    @property
    def file(self) -> Path:
        return self.library / database.FILE_NAME

    @property
    def ids(self) -> Path:
        return self.folder / "library_ids.jsonl"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def environment(self) -> dict[str, str]:
        return self.github.environment()

    def night(self, most: int = 4) -> Saved:
        """Collect, draw the edges and save, as a night with a milestone does."""
        self.nights.run(most=most)
        with database.writing(self.library) as connection:
            edges.update(connection)
        return self.save()

    def save(self, *, is_milestone: bool = True) -> Saved:
        saved = saving.save(
            self.library, self.ids, is_milestone=is_milestone, environ=self.environment()
        )
        shutil.rmtree(self.cache, ignore_errors=True)
        shutil.copytree(self.library, self.cache)
        return saved

    def next_runner(self) -> None:
        """Start over on an empty machine with what the cache has."""
        shutil.rmtree(self.library, ignore_errors=True)
        if self.cache.exists():
            shutil.copytree(self.cache, self.library)

    def lose(self, *tiers: str) -> None:
        losses: dict[str, Callable[[], None]] = {
            "cache": lambda: shutil.rmtree(self.cache),
            "release": self.releases.clear,
            "ids": self.ids.unlink,
        }
        for tier in tiers:
            losses[tier]()

    def restore(self) -> Restored:
        self.next_runner()
        places = Places(self.library, self.ids, self.nights.metrics, self.folder / "set_aside")
        settings = replace(config.load(environ={}), freesound=self.nights.freesound)
        return restoring.restore(settings, places, self.environment())

    def write_night(self, nodes: int, library_id: str) -> None:
        """Add a line to the history of nights."""
        last = json.loads(self.nights.metrics.read_text().splitlines()[-1])
        line = last | {"nodes": nodes, "library_id": library_id}
        with self.nights.metrics.open("a") as stream:
            stream.write(json.dumps(line) + "\n")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home without a library, beside a Freesound of 1000 sounds."""
    catalog = synthetic_catalog(sounds=1000, seed=3)
    with nights_of(catalog, tmp_path, monkeypatch) as nights, github_server() as (github, releases):
        yield Home(tmp_path, nights, github, releases)
