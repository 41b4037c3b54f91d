"""What is said anew once the night is over: a site is made while the other actions are at work.

How these ended, and the edges that one of them adds, are known only afterwards. The pages and
files that tell of nights are few; all others stay, so nothing that shapes them may have changed.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from soundweave.base import files, schemas
from soundweave.base.config import WebsiteConfig
from soundweave.base.errors import ConfigError
from soundweave.website.data.history import History
from soundweave.website.data.source import Source
from soundweave.website.frame import assets
from soundweave.website.frame.shell import Shell

PARTS = ("front page", "numbers", "feed")
MADE_OF = "made-of.json"
COUNTS = ("sounds", "removed", "users", "packs")
INSTEAD = "run this without --amend"


def note(shell: Shell, source: Source, settings: WebsiteConfig) -> None:
    """Write made-of.json: a digest of all that shapes the site but the nights."""
    shell.tree.write(MADE_OF, json.dumps({"sha256": _digest(shell, source, settings)}) + "\n")


def check(
    public: Path, shell: Shell, source: Source, settings: WebsiteConfig, history: History
) -> None:
    """Raise ConfigError unless the site there was made of the same, and tells of no more nights."""
    if not (public / MADE_OF).exists():
        raise ConfigError(f"there is no site in {public} to amend; {INSTEAD}")
    if files.read_json(public / MADE_OF) != {"sha256": _digest(shell, source, settings)}:
        raise ConfigError(
            f"the site in {public} is of other sounds, settings or words, or for another address; "
            f"give the same flags, or {INSTEAD}"
        )
    path = public / "api" / "numbers.json"
    told = files.read_json(path)
    schemas.check("site_numbers", told, str(path))
    for name, known in (("nights", history.nights), ("milestones", history.milestones)):
        if told[name] > len(known):
            raise ConfigError(
                f"the site in {public} tells of {told[name]} {name}, the history of {len(known)}; "
                "check its path, or record tonight's milestone first"
            )


def _digest(shell: Shell, source: Source, settings: WebsiteConfig) -> str:
    sounds = source.catalogue
    made_of = {
        "address": shell.base_url,
        "settings": asdict(settings),
        "words": {lang: dict(words.texts) for lang, words in shell.languages.items()},
        "bundles": [shell.assets.path(name) for name in assets.NAMES],
        "counts": [sounds.counts[name] for name in COUNTS],
        "communities": [asdict(one) for one in sounds.communities],
    }
    known: Sequence[bytes] = (
        json.dumps(made_of, sort_keys=True).encode(),
        *(column.tobytes() for column in (sounds.ids, sounds.community, sounds.points)),
    )
    return hashlib.sha256(b"".join(known)).hexdigest()
