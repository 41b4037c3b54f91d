"""Every sound in full, for the site itself and for others: api/sounds/<n>.json, api/sounds.csv.

Texts are as Freesound gave them: whoever shows them escapes them. The CSV alone changes some: a
text that a spreadsheet would run as a formula, since it begins with = + - @ or the like, gets an
apostrophe before it.
"""

import csv
import gzip
import io
import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from typing import Any

from soundweave.website import compact, places, previews, similar
from soundweave.website.catalogue import Catalogue
from soundweave.website.groups import Groups
from soundweave.website.tree import Tree

SHARD = 1000  # ids that share a file
SIMILAR = 20  # similar sounds listed with a sound
PLAIN_UP_TO = 100_000  # sounds; above, the CSV is compressed: of 700 000 it would have 180 MB
QUERY = """
    SELECT id, type, preview_mp3, preview_ogg FROM sounds WHERE removed_at IS NULL ORDER BY id
"""
COLUMNS = (
    *("id", "name", "author", "license", "created", "seconds"),
    *("type", "downloads", "pack", "tags", "url"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table_path(sounds: int) -> str:
    """Return the path of the CSV of so many sounds: gzipped when there are many."""
    return "api/sounds.csv" if sounds <= PLAIN_UP_TO else "api/sounds.csv.gz"


def write(
    tree: Tree,
    catalogue: Catalogue,
    reader: sqlite3.Connection,
    groups: Groups,
    media: Sequence[str],
) -> None:
    """Write api/sounds/<id // 1000>.json, api/sounds/index.json and the CSV.

    `reader` is the snapshot that the catalogue was read from, `media` the origins that previews
    may come from.
    """
    shards = []
    sounds = _sounds(catalogue, reader, groups, media)
    with _table(tree, table_path(len(catalogue))) as text:
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
            # No name and no time, so that the same sounds give the same bytes.
            stream = stack.enter_context(gzip.GzipFile("", "wb", 6, stream, mtime=0))
        yield stack.enter_context(io.TextIOWrapper(stream, "utf-8", newline=""))


def _sounds(
    catalogue: Catalogue, reader: sqlite3.Connection, groups: Groups, media: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield each sound as api/sounds has it (site_sounds.schema.json), in the order of ids."""
    net = catalogue.network
    ids, users, packs = catalogue.ids.tolist(), net.users.tolist(), net.packs.tolist()
    pack_ids = net.pack_ids.tolist()
    deeds = [one.deed or compact.writable(one.name) for one in catalogue.licenses]
    alike = similar.best(net, SIMILAR)
    cursor = reader.cursor()
    cursor.row_factory = None  # plain tuples: a third of the time
    for sound, row in enumerate(cursor.execute(QUERY)):
        number, kind, mp3, ogg = row
        if number != ids[sound]:
            raise AssertionError("the catalogue is not of this snapshot")
        user, pack = users[sound], packs[sound]
        author = catalogue.user_names[user]
        community = int(catalogue.community[sound])
        seconds = float(catalogue.seconds[sound])
        yield {
            "id": number,
            "name": catalogue.names[sound],
            "username": author,
            "license": deeds[catalogue.license_of[sound]],
            "created": catalogue.created[sound],
            "tags": catalogue.tags(sound),
            "duration": seconds if math.isfinite(seconds) and seconds >= 0 else None,
            "type": kind,
            "num_downloads": int(catalogue.downloads[sound]),
            "connections": int(catalogue.degrees[sound]),
            "pack": None
            if pack < 0
            else {"id": pack_ids[pack], "name": catalogue.pack_names[pack]},
            "previews": {
                "mp3": previews.offered(mp3, media),
                "ogg": previews.offered(ogg, media),
            },
            "url": places.on_freesound(number, author),
            "community": community if community >= 0 else None,
            "similar": _similar(catalogue, *alike.of(sound)),
            "pages": {"user": groups.users.get(user), "pack": groups.packs.get(pack)},
        }


def _similar(catalogue: Catalogue, others: list[int], scores: list[float]) -> list[dict[str, Any]]:
    """Return the similar sounds of a sound as api/sounds has them."""
    net = catalogue.network
    return [
        {
            "id": int(net.sound_ids[other]),
            "name": catalogue.names[other],
            "username": catalogue.user_names[net.users[other]],
            "score": round(score, 4),
        }
        for other, score in zip(others, scores, strict=True)
    ]


def _row(sound: dict[str, Any]) -> list[object]:
    """Return a sound's cells, in the order of COLUMNS."""
    pack = sound["pack"]
    cells = (
        *(sound["id"], sound["name"], sound["username"], sound["license"], sound["created"]),
        *(sound["duration"], sound["type"], sound["num_downloads"]),
        *(pack["name"] if pack else "", " ".join(sound["tags"]), sound["url"]),
    )
    return [_cell(cell) if isinstance(cell, str) else cell for cell in cells]


def _cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return compact.writable(f"'{text}" if text.startswith(FORMULA) else text)
