"""Every sound: api/sounds/<n>.json with what the site shows, api/sounds.csv with what credits need.

Freesound's terms of use allow no full copies, so the CSV has nothing that a credit can do without.
Texts are exactly as Freesound has them: escape them for display. Only the CSV changes some: a text
that a spreadsheet would run as a formula, because it starts with = + - @ or the like, gets an
apostrophe in front.
"""

import csv
import gzip
import io
import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from typing import Any

from soundweave.website.data import previews, similar
from soundweave.website.data.groups import Snapshot
from soundweave.website.frame import addresses, compact
from soundweave.website.frame.tree import Tree

SHARD = 1000  # range of ids that share a file
SIMILAR = 20  # similar sounds listed with a sound
PLAIN_UP_TO = 100_000  # sounds; above, the CSV is compressed: 700 000 sounds would take 180 MB
COLUMNS = (
    *("id", "name", "author", "license", "url"),
    *("is_explicit", "gen_ai_preference"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table_path(sounds: int) -> str:
    """Return the path of the CSV: gzipped when there are many sounds."""
    return "api/sounds.csv" if sounds <= PLAIN_UP_TO else "api/sounds.csv.gz"


def write(tree: Tree, snapshot: Snapshot) -> None:
    """Write api/sounds/<id // 1000>.json, api/sounds/index.json and the CSV."""
    shards = []
    sounds = iter(_Sounds(snapshot))
    with _table(tree, table_path(len(snapshot.catalog))) as text:
        table = csv.writer(text)
        table.writerow(COLUMNS)
        for number, group in groupby(sounds, key=lambda sound: sound["id"] // SHARD):
            members = list(group)
            name = f"{number}.json"
            tree.write(f"api/sounds/{name}", compact.encode({"sounds": members}))
            table.writerows(map(_row, members))
            shards.append({"file": name, "sounds": len(members)})
    tree.write("api/sounds/index.json", compact.encode({"shard": SHARD, "shards": shards}))


@contextmanager
def _table(tree: Tree, path: str) -> Iterator[io.TextIOWrapper]:
    with ExitStack() as stack:
        stream: Any = stack.enter_context(tree.open(path))
        if path.endswith(".gz"):
            # Without name and time, so that the same sounds give the same bytes.
            stream = stack.enter_context(gzip.GzipFile("", "wb", 6, stream, mtime=0))
        yield stack.enter_context(io.TextIOWrapper(stream, "utf-8", newline=""))


class _Sounds:
    """The sounds in the format of api/sounds (site_sounds.schema.json), in the order of ids."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._catalog = snapshot.catalog
        net = snapshot.catalog.network
        # Single entries of lists are read faster than those of arrays.
        self._users, self._packs = net.users.tolist(), net.packs.tolist()
        self._ids, self._pack_ids = net.sound_ids.tolist(), net.pack_ids.tolist()
        licenses = snapshot.catalog.licenses
        self._licenses = [license_.deed or compact.writable(license_.name) for license_ in licenses]
        self._alike = similar.best(net, SIMILAR)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        origins = self._snapshot.preview_origins
        extras = self._catalog.extras
        for sound, (number, extra) in enumerate(zip(self._ids, extras, strict=True)):
            yield {
                "id": number,
                **self._own_facts(sound),
                "type": extra.type,
                "is_explicit": None if extra.is_explicit is None else bool(extra.is_explicit),
                "gen_ai_preference": extra.gen_ai_preference,
                "previews": {
                    "mp3": previews.offered(extra.preview_mp3, origins),
                    "ogg": previews.offered(extra.preview_ogg, origins),
                },
                **self._connections(sound),
            }

    def _own_facts(self, sound: int) -> dict[str, Any]:
        catalog = self._catalog
        seconds = float(catalog.seconds[sound])
        author = catalog.user_names[self._users[sound]]
        return {
            "name": catalog.names[sound],
            "username": author,
            "license": self._licenses[catalog.license_of[sound]],
            "created": catalog.created[sound],
            "tags": catalog.tags(sound),
            "duration": seconds if math.isfinite(seconds) and seconds >= 0 else None,
            "num_downloads": int(catalog.downloads[sound]),
            "url": addresses.on_freesound(self._ids[sound], author),
        }

    def _connections(self, sound: int) -> dict[str, Any]:
        catalog, groups = self._catalog, self._snapshot.groups
        user, pack = self._users[sound], self._packs[sound]
        community = int(catalog.community[sound])
        return {
            "connections": int(catalog.degrees[sound]),
            "pack": self._pack(pack) if pack >= 0 else None,
            "community": community if community >= 0 else None,
            "similar": [self._similar(*pair) for pair in zip(*self._alike.of(sound), strict=True)],
            "pages": {"user": groups.users.get(user), "pack": groups.packs.get(pack)},
        }

    def _pack(self, pack: int) -> dict[str, Any]:
        return {"id": self._pack_ids[pack], "name": self._catalog.pack_names[pack]}

    def _similar(self, other: int, score: float) -> dict[str, Any]:
        return {
            "id": self._ids[other],
            "name": self._catalog.names[other],
            "username": self._catalog.user_names[self._users[other]],
            "score": round(score, 4),
        }


def _row(sound: dict[str, Any]) -> list[object]:
    """Return a sound's cells, in the order of COLUMNS."""
    explicit = {None: "", False: "no", True: "yes"}[sound["is_explicit"]]
    cells = (
        *(sound["id"], sound["name"], sound["username"], sound["license"], sound["url"]),
        *(explicit, sound["gen_ai_preference"] or ""),
    )
    return [_cell(cell) if isinstance(cell, str) else cell for cell in cells]


def _cell(text: str) -> str:
    """Return text that no spreadsheet runs as a formula."""
    return compact.writable(f"'{text}" if text.startswith(FORMULA) else text)
