"""The pages about the site as a whole, made of a library and histories, without a bundler."""

import json
from dataclasses import replace

from soundweave.base import config, paths
from soundweave.library import database, identity
from soundweave.website.data import feed, groups, history, numbers
from soundweave.website.frame import assets, locales, sitemap, tree
from soundweave.website.frame.shell import Shell
from soundweave.website.pages import about, front
from tests.support.make_library import make_library
from tests.support.page_tree import read_tree

PASSED = {"validation": "passed", "edge_generation": "passed", "website": "passed"}
CONFIGURED = config.load().website


def night(day, nodes, **more):
    line = {
        "timestamp": f"2025-11-{day:02}T02:17:00Z",
        "mode": "mixed",
        "nodes": nodes,
        "edges": 0,
        "users": 1,
        "packs": 0,
        "added": 7,
        "removed": 0,
        "requests": 80,
        "duration_seconds": 90.5,
        "stopped": "complete",
    }
    return line | more


def milestone(number, day, **more):
    line = {
        "timestamp": f"2025-11-{day:02}T02:30:00Z",
        "milestone_number": number,
        "interval": 100,
        "nodes": number * 100 + 3,
        "crossed": [number],
        "actions": PASSED,
    }
    return line | more


def status(crossed, nodes=512, *, is_milestone=True):
    return {
        "is_milestone": is_milestone,
        "runs_actions": is_milestone,
        "milestone_number": nodes // 100,
        "current_nodes": nodes,
        "previous_milestone_nodes": 0,
        "nodes_since_last_milestone": nodes,
        "next_milestone_nodes": (nodes // 100 + 1) * 100,
        "interval": 100,
        "crossed": crossed,
        "library": {"id": "0123456789abcdef", "created_at": "2025-01-01T00:00:00Z"},
    }


class FrontSite:
    """A library and its histories in a folder, and the pages made of them."""

    def __init__(self, folder):
        self.folder = folder
        self.public = folder / "public"
        self.locales = folder / "locales"
        self.locales.mkdir()
        (self.locales / "en.json").symlink_to(paths.LOCALES / "en.json")
        self.title = "Soundweave"

    def library(self, *sounds, links=False):
        make_library(self.folder / "library", sounds, links=links)

    def map(self, communities, positions):
        """Add a map: rows of (id, x, y, radius, size, label) and (sound, community, x, y)."""
        with database.writing(self.folder / "library") as connection:
            connection.executemany(
                "INSERT INTO communities (id, x, y, radius, size, label, laid_out)"
                " VALUES (?, ?, ?, ?, ?, ?, 1)",
                communities,
            )
            connection.executemany(
                "INSERT INTO positions (sound_id, community_id, x, y) VALUES (?, ?, ?, ?)",
                positions,
            )

    def history(self, name, *records, end="\n"):
        text = "".join(json.dumps(record) + "\n" for record in records)
        (self.folder / name).write_text(text.removesuffix("\n") + end, encoding="utf-8")

    def status(self, value):
        (self.folder / "status.json").write_text(json.dumps(value))

    def make(self, base_url=None, notices=(), **settings):
        status_file = self.folder / "status.json"
        configured = replace(CONFIGURED, **settings)
        bundled = assets.Assets(dict.fromkeys(assets.NAMES, b"/* */"), list(notices))
        languages = locales.load(self.locales)
        with (
            database.snapshot(self.folder / "library") as reader,
            tree.replacing(self.folder) as new,
        ):
            nights = history.read(
                identity.read(reader),
                self.folder / "metrics",
                self.folder / "milestones",
                status_file if status_file.exists() else None,
            )
            snapshot = groups.read(reader, configured)
            shell = Shell(new, bundled, languages, title=self.title, base_url=base_url)
            front.write(shell, snapshot, nights, configured)
            numbers.write(shell, snapshot.catalog, nights)
            feed.write(shell, nights)
            about.write(shell, snapshot.catalog)
            sitemap.write(shell)

    def tree(self, base_url=None, page="index.html", **more):
        """Rebuild the site and return one of its pages."""
        self.make(base_url, **more)
        return read_tree((self.public / page).read_text(encoding="utf-8"))

    def json(self, name):
        return json.loads((self.public / "api" / name).read_text(encoding="utf-8"))
