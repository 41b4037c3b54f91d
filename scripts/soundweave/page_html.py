"""From what the page says to one self-contained HTML file."""

import base64
import hashlib
import math
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from soundweave import charts, landing_page, licenses, weave
from soundweave.landing_page import Page
from soundweave.paths import TEMPLATES

WIDE, NARROW = (960, 380), (400, 300)  # viewBox sizes: a chart's text must not shrink on a phone
TABLE_NIGHTS = 366  # rows of the table under the chart; more would outgrow the page


def render(page: Page, *, title: str, base_url: str | None) -> str:
    """Return the page as HTML; canonical and Open Graph links only with a `base_url`."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    icon = quote((TEMPLATES / "icon.svg").read_text(encoding="utf-8").strip())
    return (
        _environment()
        .get_template("index.html")
        .render(
            page=page,
            title=title,
            base_url=base_url,
            style=Markup(style),  # noqa: S704 - our own file; escaped, it would be no CSS
            style_hash=digest,
            icon=f"data:image/svg+xml,{icon}",
            cloth=weave.weave([night.added for night in page.nights], page.shares),
            growth={"wide": _chart(page, *WIDE), "narrow": _chart(page, *NARROW)},
            families=licenses.FAMILIES,
            table_nights=TABLE_NIGHTS,
        )
    )


def _chart(page: Page, width: int, height: int) -> charts.Chart | None:
    return charts.growth_chart(
        [charts.Sample(night.at, night.sounds) for night in page.nights],
        [charts.Sample(one.at, one.sounds, one.name) for one in page.milestones if one.at],
        width=width,
        height=height,
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "number": lambda value: f"{value:,}",
        "signed": lambda value: f"+{value:,}" if value else "0",
        "foreign": foreign,
        "day": day,
        "when": landing_page.parse_time,
        "iso": lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "duration": duration,
        "percent": percent,
    }
    return environment


def foreign(text: str, otherwise: str) -> str:
    """Return text from outside as one line without control characters and lone surrogates.

    `otherwise` stands in when nothing visible is left, so that a link always has a name.
    """
    kept = "".join(
        "\ufffd" if (kind := unicodedata.category(char)) == "Cs" else " " if kind == "Cc" else char
        for char in text
    )
    visible = any(unicodedata.category(char)[0] not in "CZM" for char in kept)
    return " ".join(kept.split()) if visible else otherwise


def day(at: datetime, month: str = "%B") -> str:
    """Return a date as people write it: 21 November 2025; with %b for `month`, 21 Nov 2025."""
    return f"{at.day} {at:{month}} {at.year}"


def duration(seconds: float) -> str:
    """Return a length as people say it: 0.43 s, 12.3 s, 3:07 min, 1:02:03 h."""
    if not math.isfinite(seconds) or seconds < 0:
        return "unknown length"
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02} min"
    return f"{minutes // 60:,}:{minutes % 60:02}:{rest:02} h"


def percent(shares: Mapping[str, int], family: str) -> str:
    """Return a family's share of all sounds, in whole percent; a small one is not zero."""
    share = 100 * shares[family] / sum(shares.values())
    return f"{share:.0f} %" if share >= 0.5 else "< 1 %"
