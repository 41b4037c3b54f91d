"""The bundles in website/dist: scripts, the style sheet, and the packages' notices."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundweave.base import files
from soundweave.base.errors import ConfigError
from soundweave.website.frame.tree import Tree

NAMES = ("site.css", "front.js", "list.js", "map.js")
NOTICES = "notices.json"
HOW = "run: make website"


@dataclass(frozen=True)
class Assets:
    """The bundled files by name, and `notices`: name, version, license, text of each package."""

    contents: dict[str, bytes]
    notices: list[dict[str, Any]]

    def path(self, name: str) -> str:
        """Return the path of a file in the site; the name changes with the content."""
        stem, _, ending = name.rpartition(".")
        digest = hashlib.sha256(self.contents[name]).hexdigest()[:10]
        return f"assets/{stem}-{digest}.{ending}"

    def install(self, tree: Tree) -> None:
        """Write all of them into the site."""
        for name, content in self.contents.items():
            tree.write(self.path(name), content)


def read(dist: Path) -> Assets:
    """Read the bundles; a ConfigError says how to build them."""
    contents = {}
    for name in NAMES:
        try:
            contents[name] = (dist / name).read_bytes()
        except OSError as error:
            raise ConfigError(f"{dist / name} does not exist; {HOW}") from error
    if not (dist / NOTICES).exists():
        raise ConfigError(f"{dist / NOTICES} does not exist; {HOW}")
    return Assets(contents, files.read_json(dist / NOTICES))
