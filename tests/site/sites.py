"""Makes the sites that the browser tests open: libraries, histories, then the real command."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import analyze_network
import generate_landing_page
import generate_user_pack_edges
from soundweave.freesound.sound import read_sound
from soundweave.library import database, similar_sounds, store
from soundweave.standin import Catalog, synthetic_catalog
from tests.site.catalogs import HOSTILE, VARIED
from tests.support import real_catalogs
from tests.support.make_library import SEEN, make_library

START = datetime(2025, 10, 23, 2, 17, tzinfo=UTC)
NIGHTS = {"varied": 30, "hostile": 2, "empty": 0, "woven": 12, "real": 3}


def varied(folder: Path) -> None:
    """60 everyday sounds."""
    make_library(folder, VARIED)


def hostile(folder: Path) -> None:
    """Sounds whose every text means harm."""
    make_library(folder, HOSTILE)


def empty(folder: Path) -> None:
    """No sound at all."""
    make_library(folder, [])


def woven(folder: Path) -> None:
    """300 sounds of the stand-in: packs, tags, previews, and some that are similar."""
    collected(folder, synthetic_catalog(sounds=300, seed=3, hostile=False).sounds.values())
    with database.writing(folder) as connection, database.transaction(connection):
        ids = [row["id"] for row in connection.execute("SELECT id FROM sounds ORDER BY id")]
        for index, number in enumerate(ids[:-5:3]):
            answer = {ids[(3 * index + step) % len(ids)]: 0.97 - step / 100 for step in (1, 2, 5)}
            similar_sounds.save(connection, number, answer, SEEN)


def real(folder: Path, source: Path) -> None:
    """A graph that a crawl published, and the credits of a data set: real names, users, tags."""
    sounds: dict[int, dict[str, Any]] = {}
    for read in (real_catalogs.attribution_list, real_catalogs.published_graph):
        for sound in read(source):
            sounds[sound["id"]] = sounds.get(sound["id"], {}) | sound
    collected(folder, Catalog(sounds.values()).sounds.values())


def collected(folder: Path, sounds: Iterable[Mapping[str, Any]]) -> None:
    """Make a library of sounds as the API would give them."""
    with database.writing(folder, create=True) as connection, database.transaction(connection):
        store.claim_source(connection, "https://freesound.org/apiv2/")
        store.save_sounds(connection, [read_sound(sound) for sound in sounds], SEEN)


def make(folder: Path, name: str, fill: Callable[[Path], None], *more: str) -> Path:
    """Make the site of one library, with its edges, its map and its histories; returns public/."""
    data = f"--checkpoint-dir={folder / 'library'}"
    fill(folder / "library")
    _write_histories(folder, NIGHTS[name])
    run(generate_user_pack_edges.main, data, f"--output={folder / 'edges.json'}")
    run(analyze_network.main, data, f"--output={folder / 'stats.json'}")
    generate(folder, *more)
    return folder / "public"


def generate(folder: Path, *more: str) -> None:
    """Write the site of a library in `folder` into `folder`/public, as the command does."""
    run(
        generate_landing_page.main,
        f"--checkpoint-dir={folder / 'library'}",
        f"--output-dir={folder}",
        f"--metrics-history={folder / 'metrics'}",
        f"--milestone-history={folder / 'milestones'}",
        *more,
    )


def run(main: Callable[[list[str]], int], *arguments: str) -> None:
    """Run a command; it must succeed."""
    assert main(list(arguments)) == 0


def _write_histories(folder: Path, nights: int) -> None:
    metrics, milestones = [], []
    added = 20 if nights > 2 else 10**300
    for number in range(1, nights + 1):
        time = f"{START + timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}"
        counts = {"nodes": 20 * number, "edges": 9, "users": 8, "packs": 7, "added": added}
        rest = {"removed": 0, "requests": 5, "duration_seconds": 1, "stopped": "complete"}
        metrics.append({"timestamp": time, "mode": "mixed", **counts, **rest})
        if number % 3 == 0:
            states = ("passed", "failed", "not finished")
            actions = dict(zip(("validation", "edge_generation", "website"), states, strict=True))
            mark = {"timestamp": time, "milestone_number": number // 3, "interval": 60}
            mark |= {"nodes": 20 * number, "crossed": [number // 3], "actions": actions}
            milestones.append(mark)
    for name, records in (("metrics", metrics), ("milestones", milestones)):
        (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))


FILL: dict[str, Callable[[Path], None]] = {
    "varied": varied,
    "hostile": hostile,
    "empty": empty,
    "woven": woven,
}
