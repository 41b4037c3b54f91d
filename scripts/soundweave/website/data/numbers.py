"""The numbers as files for others: api/numbers.json, nights.json, milestones.json and badge.json.

Their schemas are in api/schemas/, and api/index.json lists every file.
"""

from typing import Any

from soundweave.base import times
from soundweave.base.paths import SCHEMAS
from soundweave.website.data import sounds_api
from soundweave.website.data.catalog import Catalog
from soundweave.website.data.history import History
from soundweave.website.frame import compact
from soundweave.website.frame.locales import SOURCE, Words
from soundweave.website.frame.shell import Shell

FOLDER = "api/"
BADGE_COLOR = "2f4283"  # indigo: --zero of the style sheet


def offered(sounds: int) -> dict[str, str]:
    """Map the path of each file for others to the name of its schema, "" if it has none."""
    return {
        "api/numbers.json": "site_numbers",
        "api/nights.json": "site_nights",
        "api/milestones.json": "site_milestones",
        "api/badge.json": "site_badge",
        "api/sounds/index.json": "",
        sounds_api.table_path(sounds): "",
        "feed.xml": "",
    }


def write(shell: Shell, catalog: Catalog, history: History) -> None:
    """Write the files; the badge is in English, because it appears on other people's pages."""
    values = {
        "numbers": numbers(catalog, history),
        "nights": {"nights": nights(history)},
        "milestones": {"milestones": milestones(history)},
        "badge": badge(len(catalog), shell.languages[SOURCE], shell.title),
        "index": {"files": [_listed(*entry) for entry in offered(len(catalog)).items()]},
    }
    for name, value in values.items():
        shell.tree.write(f"{FOLDER}{name}.json", compact.encode(value))
    for path in sorted(SCHEMAS.glob("site_*.schema.json")):
        shell.tree.write(f"{FOLDER}schemas/{path.name}", path.read_bytes())


def numbers(catalog: Catalog, history: History) -> dict[str, Any]:
    """Return the numbers of the front page."""
    last, success = history.last, history.last_success
    return {
        **{name: catalog.counts[name] for name in ("sounds", "removed", "users", "packs")},
        "links": catalog.counts["edges"],
        "similar": len(catalog.network.low),
        "communities": len(catalog.communities),
        "on_map": catalog.on_map,
        "families": catalog.families,
        "nights": len(history.nights),
        "milestones": len(history.milestones),
        "added_last_night": last.added if last else None,
        "last_night": times.stamp(last.time) if last else None,
        "last_success": times.stamp(success.time) if success and success.time else None,
    }


def nights(history: History) -> list[dict[str, Any]]:
    """Return every night, oldest first."""
    return [
        {
            "at": times.stamp(night.time),
            "sounds": night.sounds,
            "added": night.added,
            "removed": night.removed,
        }
        for night in history.nights
    ]


def milestones(history: History) -> list[dict[str, Any]]:
    """Return every milestone, oldest first; tonight's has no actions yet."""
    return [
        {
            "numbers": milestone.crossed,
            "sounds": milestone.sounds,
            "at": times.stamp(milestone.time) if milestone.time else None,
            "days": days,
            "actions": milestone.actions or None,
        }
        for milestone, days in zip(history.milestones, history.days_between, strict=True)
    ]


def badge(sounds: int, words: Words, title: str) -> dict[str, Any]:
    """Return a badge in the format of https://shields.io/badges/endpoint-badge."""
    message = words("front.badge", sounds=sounds)
    return {"schemaVersion": 1, "label": title, "message": message, "color": BADGE_COLOR}


def _listed(path: str, schema: str) -> dict[str, str | None]:
    schema_path = f"{FOLDER}schemas/{schema}.schema.json" if schema else None
    return {"path": path, "schema": schema_path}
