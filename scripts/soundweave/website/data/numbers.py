"""The numbers as files for others: api/numbers.json, nights.json, milestones.json and badge.json.

Their schemas lie beside them in api/schemas/, and api/index.json lists what there is.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from soundweave.base.paths import SCHEMAS
from soundweave.website.data import sounds_api
from soundweave.website.data.catalog import Catalogue
from soundweave.website.data.history import History
from soundweave.website.frame import compact
from soundweave.website.frame.locales import SOURCE, Words
from soundweave.website.frame.tree import Tree
from soundweave.website.pages import front

FOLDER = "api/"
BADGE_COLOR = "2f4283"  # indigo: --zero of the style sheet


def offered(sounds: int) -> dict[str, str]:
    """Return the paths of all that others may read, with their schemas, "" where there is none."""
    return {
        "api/numbers.json": "site_numbers",
        "api/nights.json": "site_nights",
        "api/milestones.json": "site_milestones",
        "api/badge.json": "site_badge",
        "api/sounds/index.json": "",
        sounds_api.table_path(sounds): "",
        "feed.xml": "",
    }


def write(
    tree: Tree,
    catalogue: Catalogue,
    history: History,
    languages: Mapping[str, Words],
    *,
    title: str,
) -> None:
    """Write the files; the badge is in English, for it shows on pages of others."""
    values = {
        "numbers": numbers(catalogue, history),
        "nights": {"nights": nights(history)},
        "milestones": {"milestones": milestones(history)},
        "badge": badge(len(catalogue), languages[SOURCE], title),
        "index": {"files": [_listed(*one) for one in offered(len(catalogue)).items()]},
    }
    for name, value in values.items():
        tree.write(f"{FOLDER}{name}.json", compact.encode(value))
    for path in sorted(SCHEMAS.glob("site_*.schema.json")):
        tree.write(f"{FOLDER}schemas/{path.name}", path.read_bytes())


def numbers(catalogue: Catalogue, history: History) -> dict[str, Any]:
    """Return what the front page says in numbers."""
    last, success = history.last, history.last_success
    return {
        **{name: catalogue.counts[name] for name in ("sounds", "removed", "users", "packs")},
        "links": catalogue.counts["edges"],
        "similar": len(catalogue.network.low),
        "communities": len(catalogue.communities),
        "on_map": int((catalogue.community >= 0).sum()),
        "families": front.shares(catalogue),
        "nights": len(history.nights),
        "milestones": len(history.milestones),
        "added_last_night": last.added if last else None,
        "last_night": stamp(last.at) if last else None,
        "last_success": stamp(success.at) if success and success.at else None,
    }


def nights(history: History) -> list[dict[str, Any]]:
    """Return every night, oldest first."""
    return [
        {"at": stamp(one.at), "sounds": one.sounds, "added": one.added, "removed": one.removed}
        for one in history.nights
    ]


def milestones(history: History) -> list[dict[str, Any]]:
    """Return every milestone, oldest first; tonight's has no actions yet."""
    return [
        {
            "numbers": one.crossed,
            "sounds": one.sounds,
            "at": stamp(one.at) if one.at else None,
            "days": days,
            "actions": one.actions or None,
        }
        for one, days in zip(history.milestones, history.waits, strict=True)
    ]


def badge(sounds: int, words: Words, title: str) -> dict[str, Any]:
    """Return a badge as https://shields.io/badges/endpoint-badge reads it."""
    message = words("front.badge", sounds=sounds)
    return {"schemaVersion": 1, "label": title, "message": message, "color": BADGE_COLOR}


def stamp(at: datetime) -> str:
    """Return a time in UTC, to the second."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _listed(path: str, schema: str) -> dict[str, str | None]:
    where = f"{FOLDER}schemas/{schema}.schema.json" if schema else None
    return {"path": path, "schema": where}
