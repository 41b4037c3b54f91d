"""The front page: what this is, the numbers of the night, the map in small, and first sounds."""

from dataclasses import dataclass

import numpy as np

from soundweave.base.config import WebsiteConfig
from soundweave.freesound import licenses
from soundweave.website.data.catalog import Catalogue
from soundweave.website.data.groups import Groups
from soundweave.website.data.history import ACTIONS, History
from soundweave.website.drawings import charts, map_png
from soundweave.website.drawings import cloth as weave
from soundweave.website.drawings.map_png import Drawing
from soundweave.website.drawings.timeline import Timeline, timeline
from soundweave.website.frame.addresses import Place
from soundweave.website.frame.locales import Words
from soundweave.website.frame.shell import Head, Shell
from soundweave.website.pages.cards import Card, card

WIDE, NARROW = (960, 380), (400, 300)  # viewBox sizes: a chart's text must not shrink on a phone
ROWS = {"nights": 366, "milestones": 100}  # of the tables; more would outgrow the page
SHOWN_TAGS = 7
LATE_DAYS = 2  # a night is late when the last one is older


@dataclass(frozen=True)
class Page:
    """Everything on the page; `latest` and `connected` have the newest and the richest first."""

    counts: dict[str, int]
    shares: dict[str, int]
    history: History
    drawing: Drawing
    on_map: int
    timelines: dict[str, Timeline | None]
    latest: list[Card]
    connected: list[Card]


def write(
    shell: Shell,
    catalogue: Catalogue,
    history: History,
    groups: Groups,
    settings: WebsiteConfig,
) -> None:
    """Write the front page in every language."""
    page = _page(catalogue, history, groups, settings)
    cloth = weave.weave([night.added for night in history.nights], page.shares)
    full = len(catalogue) <= settings.translated_up_to
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
            deep=place.home if full else place.root,  # the way to pages of authors and tags
            growth=_growth(history, words),
            cloth=cloth,
            families=licenses.FAMILIES,
            rows=ROWS,
            shown_tags=SHOWN_TAGS,
            action_names=ACTIONS,
            late_days=LATE_DAYS,
            zip=zip,
        )


def connected(catalogue: Catalogue, most: int) -> list[int]:
    """Return the `most` sounds with the most connections, one an author, the richest first.

    Without that rule the largest pack of one author would be the whole list.
    """
    order = np.argsort(-catalogue.degrees, kind="stable")
    users = catalogue.network.users[order]
    _, first = np.unique(users, return_index=True)
    best = order[np.sort(first)[:most]]
    return [int(sound) for sound in best if catalogue.degrees[sound] > 0]


def _page(catalogue: Catalogue, history: History, groups: Groups, settings: WebsiteConfig) -> Page:
    latest = catalogue.newest[: settings.latest_sounds].tolist()
    richest = connected(catalogue, settings.connected_sounds)
    return Page(
        counts=catalogue.counts,
        shares=shares(catalogue),
        history=history,
        drawing=map_png.drawing(catalogue),
        on_map=int((catalogue.community >= 0).sum()),
        timelines={
            name: timeline(history.milestones, history.taken, width=width)
            for name, (width, _) in (("wide", WIDE), ("narrow", NARROW))
        },
        latest=[card(catalogue, groups, sound) for sound in latest],
        connected=[card(catalogue, groups, sound) for sound in richest],
    )


def _growth(history: History, words: Words) -> dict[str, charts.Chart | None]:
    nights = [charts.Sample(night.at, night.sounds) for night in history.nights]
    marks = [
        charts.Sample(at, one.sounds, one.name)
        for one in history.milestones
        if (at := history.night_of(one))
    ]
    return {
        name: charts.growth_chart(nights, marks, words, width=width, height=height)
        for name, (width, height) in (("wide", WIDE), ("narrow", NARROW))
    }


def shares(catalogue: Catalogue) -> dict[str, int]:
    """Return the number of sounds per licence family, in the order of `licenses.FAMILIES`."""
    found = dict.fromkeys(licenses.FAMILIES, 0)
    for one, count in zip(catalogue.licenses, catalogue.license_counts, strict=True):
        found[one.family] += count
    return found
