"""What is said anew once the night is over: a site is made while the other actions are at work.

How these ended, and the edges that one of them adds, are known only afterwards. The pages and
files that tell of nights are few; the sounds, which are many, stay as they are.
"""

from pathlib import Path

from soundweave import files
from soundweave.errors import ConfigError
from soundweave.website.catalogue import Catalogue

PARTS = ("assets", "front page", "numbers", "feed")
ALIKE = ("sounds", "removed", "users", "packs")
INSTEAD = "run this without --amend"


def check(public: Path, catalogue: Catalogue) -> None:
    """Raise ConfigError where there is no site of these sounds to be amended."""
    path = public / "api" / "numbers.json"
    if not path.exists():
        raise ConfigError(f"there is no site in {public} to amend; {INSTEAD}")
    told = files.read_json(path)
    known = [told.get(name) for name in ALIKE] if isinstance(told, dict) else []
    if known != [catalogue.counts[name] for name in ALIKE]:
        raise ConfigError(f"the site in {public} is not of these sounds; {INSTEAD}")
