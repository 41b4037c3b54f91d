"""Updates the parts of a site that depend on the night's results.

A site is built while the other actions of a milestone are still running, so how they ended and
which edges were added is known only afterwards. Only a few pages and files mention that; all
others are kept, so nothing that shapes them may have changed since.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from soundweave.base import files, schemas
from soundweave.base.config import WebsiteConfig
from soundweave.base.errors import ConfigError
from soundweave.website.data.groups import Snapshot
from soundweave.website.data.history import History
from soundweave.website.frame import assets
from soundweave.website.frame.shell import Shell

PARTS = ("front page", "numbers", "feed")
MARK = "made-of.json"
COUNTS = ("sounds", "removed", "users", "packs")
INSTEAD = "run this without --amend"


def write_mark(shell: Shell, snapshot: Snapshot, settings: WebsiteConfig) -> None:
    """Write made-of.json: a digest of everything that shapes the site, except the nights."""
    shell.tree.write(MARK, json.dumps(_mark(shell, snapshot, settings)) + "\n")


def check(
    public: Path, shell: Shell, snapshot: Snapshot, settings: WebsiteConfig, history: History
) -> None:
    """Raise ConfigError unless the site in `public` has the same inputs and no unknown nights."""
    if not (public / MARK).exists():
        raise ConfigError(f"no site to amend in {public}; {INSTEAD}")
    if files.read_json(public / MARK) != _mark(shell, snapshot, settings):
        raise ConfigError(
            f"the site in {public} was built from other sounds, settings or words, or for another "
            f"address; pass the same flags, or {INSTEAD}"
        )
    path = public / "api" / "numbers.json"
    published = files.read_json(path)
    schemas.check("site_numbers", published, str(path))
    for name, recorded in (("nights", history.nights), ("milestones", history.milestones)):
        if published[name] > len(recorded):
            raise ConfigError(
                f"the site in {public} lists {published[name]} {name}, the history only "
                f"{len(recorded)}; check its path, or record tonight's milestone first"
            )


def _mark(shell: Shell, snapshot: Snapshot, settings: WebsiteConfig) -> dict[str, str]:
    catalog = snapshot.catalog
    inputs = {
        "address": shell.base_url,
        "settings": asdict(settings),
        "words": {lang: dict(words.texts) for lang, words in shell.languages.items()},
        "bundles": [shell.assets.path(name) for name in assets.NAMES],
        "counts": [catalog.counts[name] for name in COUNTS],
        "licenses": [asdict(deed) for deed in catalog.licenses],
        "names": catalog.names,
        "communities": [asdict(community) for community in catalog.communities],
    }
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode())
    for column in (catalog.ids, catalog.community, catalog.points, catalog.license_of):
        digest.update(column.tobytes())
    return {"sha256": digest.hexdigest()}
