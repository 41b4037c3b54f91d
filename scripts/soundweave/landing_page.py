"""What the landing page says: one snapshot of the library, and the two histories."""

import json
import logging
import math
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from soundweave import files, library, licenses, schemas
from soundweave.licenses import License

ACTIONS = ("validation", "edge_generation", "website")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Night:
    """A line of the metrics history."""

    at: datetime
    sounds: int
    added: int
    removed: int


@dataclass(frozen=True)
class Milestone:
    """A milestone; `actions` maps each of ACTIONS to passed, failed, not finished or not recorded.

    It is empty for tonight's milestone, beside which the page is made. `at` is None for one that
    is being crossed before any night is recorded.
    """

    crossed: list[int]
    sounds: int
    at: datetime | None
    actions: dict[str, str]

    @property
    def name(self) -> str:
        """The numbers it stands for: 7, or 5–7 when one night crossed several."""
        first, last = min(self.crossed), max(self.crossed)
        return str(last) if first == last else f"{first}–{last}"


@dataclass(frozen=True)
class Sound:
    """A sound as the page lists it. Texts are Freesound's: foreign, and never trusted."""

    id: int
    name: str
    author: str
    license: License
    created: str
    duration: float
    tags: list[str]

    @property
    def page(self) -> str:
        """Its Freesound page, built here: an address that came as data is not trusted."""
        author = quote(self.author, safe="")
        return f"https://freesound.org/people/{author}/sounds/{self.id}/"

    @property
    def thread(self) -> int:
        """The length of its thread in percent: logarithmic, 0.1 seconds to an hour."""
        bounded = min(max(0.1, self.duration), 3600.0)
        return round(6 + 94 * math.log(bounded / 0.1) / math.log(36_000))


@dataclass(frozen=True)
class Page:
    """Everything on the page; nights and milestones are oldest first, sounds newest first."""

    counts: dict[str, int]
    shares: dict[str, int]
    nights: list[Night]
    milestones: list[Milestone]
    latest: list[Sound]


def read(
    checkpoint_dir: Path,
    metrics_history: Path,
    milestone_history: Path,
    milestone_status: Path | None = None,
    *,
    latest: int,
) -> Page:
    """Read what the page says, with the `latest` newest sounds.

    A missing history is an empty one; of a damaged one, the lines that make sense are read.
    `milestone_status` is tonight's, whose milestone is recorded only after the page is made.
    Raises NoLibraryError, LibraryError, HistoryError, or ConfigError for a bad status file.
    """
    nights = sorted(_nights(metrics_history), key=lambda night: night.at)
    milestones = sorted(_milestones(milestone_history), key=lambda one: str(one.at))
    if milestone_status is not None:
        milestones += _tonight(milestone_status, nights, milestones)
    with library.snapshot(checkpoint_dir) as reader:
        return Page(
            counts=library.counts(reader),
            shares=_shares(reader),
            nights=nights,
            milestones=milestones,
            latest=_latest(reader, latest),
        )


def _nights(path: Path) -> Iterator[Night]:
    for at, line in _lines(path, "metrics"):
        yield Night(at, int(line["nodes"]), int(line["added"]), int(line["removed"]))


def _milestones(path: Path) -> Iterator[Milestone]:
    for at, line in _lines(path, "milestone"):
        actions = {name: line["actions"].get(name, "not recorded") for name in ACTIONS}
        crossed = [int(number) for number in line["crossed"] or [line["milestone_number"]]]
        yield Milestone(crossed, int(line["nodes"]), at, actions)


def _tonight(path: Path, nights: list[Night], recorded: list[Milestone]) -> list[Milestone]:
    status = files.read_json(path)
    schemas.check("milestone_status", status, str(path))
    known = {number for milestone in recorded for number in milestone.crossed}
    crossed = [int(number) for number in status["crossed"] if number not in known]
    if not status["is_milestone"] or not crossed:
        return []
    at = nights[-1].at if nights else None
    return [Milestone(crossed, status["current_nodes"], at, {})]


def _lines(path: Path, schema: str) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
    """Yield the records that fit their schema, with their time; the others get a warning."""
    for number, line in enumerate(files.read_history(path), start=1):
        at = parse_time(line.get("timestamp"))
        if at is None or not schemas.validator(schema).is_valid(line):
            log.warning("%s: record %d does not fit %s.schema.json", path, number, schema)
        else:
            yield at, line


def parse_time(text: object) -> datetime | None:
    """Return an ISO 8601 time as UTC (so is one without an offset); None for anything else."""
    try:
        at = datetime.fromisoformat(str(text))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _shares(reader: sqlite3.Connection) -> dict[str, int]:
    """Return the number of sounds per licence family, in the order of `licenses.FAMILIES`."""
    shares = dict.fromkeys(licenses.FAMILIES, 0)
    for url, count in reader.execute(
        "SELECT license, count(*) FROM sounds WHERE removed_at IS NULL GROUP BY license"
    ):
        shares[licenses.find(url).family] += count
    return shares


def _latest(reader: sqlite3.Connection, count: int) -> list[Sound]:
    rows = reader.execute(
        """
        SELECT s.id, s.name, u.username, s.license, s.created, s.duration, s.tags
        FROM sounds AS s JOIN users AS u ON u.id = s.user_id
        WHERE s.removed_at IS NULL ORDER BY s.created DESC, s.id DESC LIMIT ?
        """,
        (count,),
    )
    return [
        Sound(
            id=row["id"],
            name=row["name"],
            author=row["username"],
            license=licenses.find(row["license"]),
            created=row["created"],
            duration=row["duration"],
            tags=_tags(row["tags"]),
        )
        for row in rows
    ]


def _tags(text: str) -> list[str]:
    try:
        tags = json.loads(text)
    except ValueError:
        return []
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
