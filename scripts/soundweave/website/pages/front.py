"""The front page: what this is, the numbers of the night, a preview of the map, some sounds."""

from dataclasses import dataclass

import numpy as np

from soundweave.base.config import WebsiteConfig
from soundweave.freesound import licenses
from soundweave.website.data.catalog import Catalog
from soundweave.website.data.groups import Snapshot
from soundweave.website.data.history import ACTIONS, History
from soundweave.website.drawings import charts, map_png
from soundweave.website.drawings.cloth import make_cloth
from soundweave.website.drawings.map_png import Drawing
from soundweave.website.drawings.timeline import Timeline, timeline
from soundweave.website.frame.addresses import Place
from soundweave.website.frame.locales import Words
from soundweave.website.frame.shell import Head, Shell
from soundweave.website.pages.cards import Card, card

# ViewBox sizes: the style sheet shows one of the two, so that a phone's text is not tiny.
SIZES = {"wide": (960, 380), "narrow": (400, 300)}
ROWS = {"nights": 366, "milestones": 100}  # of the tables; more would outgrow the page
SHOWN_TAGS = 7
LATE_DAYS = 2  # a night is late when the last one is older


@dataclass(frozen=True)
class FrontPage:
    """The content that is the same in all languages; cards are newest or most connected first."""

    counts: dict[str, int]
    shares: dict[str, int]
    history: History
    drawing: Drawing
    on_map: int
    timelines: dict[str, Timeline | None]
    latest: list[Card]
    connected: list[Card]


def write(shell: Shell, snapshot: Snapshot, history: History, settings: WebsiteConfig) -> None:
    """Write the front page in every language."""
    page = _page(snapshot, history, settings)
    cloth = make_cloth([night.added for night in history.nights], page.shares)
    is_translated = len(snapshot.catalog) <= settings.translated_up_to
    for lang, words in shell.languages.items():
        place = Place(lang, "index.html")
        sentence = words("site.sentence")
        head = Head(
            title=f"{shell.title} – {sentence}",
            description=words("front.description", sentence=sentence, count=page.counts["sounds"]),
            scripts=["front"],
            words=["front.late"],
        )
        shell.page(
            "front.html",
            place,
            head,
            page=page,
            deep=place.home if is_translated else place.root,  # leads to authors and tags
            growth=_growth(history, words),
            cloth=cloth,
            families=licenses.FAMILIES,
            rows=ROWS,
            shown_tags=SHOWN_TAGS,
            action_names=ACTIONS,
            late_days=LATE_DAYS,
            zip=zip,
        )


def connected(catalog: Catalog, most: int) -> list[int]:
    """Return the `most` sounds with the most connections, one per author.

    Without that rule the largest pack of one author would be the whole list.
    """
    order = np.argsort(-catalog.degrees, kind="stable")
    users = catalog.network.users[order]
    _, first = np.unique(users, return_index=True)
    best = order[np.sort(first)[:most]]
    return [int(sound) for sound in best if catalog.degrees[sound] > 0]


def _page(snapshot: Snapshot, history: History, settings: WebsiteConfig) -> FrontPage:
    catalog = snapshot.catalog
    latest = catalog.newest[: settings.latest_sounds].tolist()
    most_connected = connected(catalog, settings.connected_sounds)
    return FrontPage(
        counts=catalog.counts,
        shares=catalog.families,
        history=history,
        drawing=map_png.drawing(catalog),
        on_map=catalog.on_map,
        timelines={
            name: timeline(history.milestones, history.nights_between, width=width)
            for name, (width, _) in SIZES.items()
        },
        latest=[card(snapshot, sound) for sound in latest],
        connected=[card(snapshot, sound) for sound in most_connected],
    )


def _growth(history: History, words: Words) -> dict[str, charts.Chart | None]:
    nights = [charts.Sample(night.time, night.sounds) for night in history.nights]
    milestones = [
        charts.Sample(time, milestone.sounds, milestone.name)
        for milestone in history.milestones
        if (time := history.night_of(milestone))
    ]
    return {
        name: charts.growth_chart(nights, milestones, words, width=width, height=height)
        for name, (width, height) in SIZES.items()
    }
