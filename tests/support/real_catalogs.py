"""Real Freesound metadata as catalogues for the stand-in: what the files tell, nothing made up."""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BY = "http://creativecommons.org/licenses/by/3.0/"
LICENSES = {
    "CC-BY": BY,
    "CC-ZERO": "http://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-NC": "http://creativecommons.org/licenses/by-nc/3.0/",
    "CC-SAMPLING+": "http://creativecommons.org/licenses/sampling+/1.0/",
}
CREDIT = re.compile(r"'(.*)' of ID (\d+) by (.*) \[(CC-[A-Z+-]+)\]")

Sound = dict[str, Any]


def attribution_list(folder: Path) -> Iterator[Sound]:
    """The sounds of fsd9k_licenses.txt: title, user and licence."""
    for line in (folder / "fsd9k_licenses.txt").read_text(encoding="utf-8").splitlines():
        if rows := CREDIT.fullmatch(line.strip()):
            name, number, user, license_name = rows.groups()
            yield {
                "id": int(number),
                "name": name,
                "username": user,
                "license": LICENSES[license_name],
            }


def published_graph(folder: Path) -> Iterator[Sound]:
    """The nodes of a graph that a crawl of November 2025 published."""
    for node in _gzipped(folder / "followweb_graph_20251122.json.gz")["nodes"]:
        about = node["attributes"]
        yield {
            "id": int(node["key"]),
            "name": about["name"],
            "username": about["user"],
            "license": about["license"],
            "tags": about["tags"],
            "duration": about["duration"],
        }


def pack_lists(folder: Path) -> Iterator[Sound]:
    """The sounds of the 22 pack lists."""
    with (folder / "packs" / "pack_sounds.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            pack = row["pack_id"]
            yield {
                "id": int(row["sound_id"]),
                "name": row["slug_filename"],
                "username": row["username"],
                "pack": f"https://freesound.org/apiv2/packs/{pack}/",
                "pack_name": row["pack_name"] or None,
            }


def tag_file(folder: Path) -> Iterator[Sound]:
    """The sounds of which only the tags are known."""
    for number, about in _gzipped(folder / "freesound_tags_even_blocks.json.gz").items():
        yield {"id": int(number), "tags": about["tags"], "username": "unknown"}


def everything(folder: Path) -> list[Sound]:
    """All of it: what several files say of one sound is put together, the surest last."""
    sounds: dict[int, Sound] = {}
    for source in (tag_file, pack_lists, attribution_list, published_graph):
        for sound in source(folder):
            sounds[sound["id"]] = sounds.get(sound["id"], {}) | sound
    return list(sounds.values())


def _gzipped(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return json.load(stream)
