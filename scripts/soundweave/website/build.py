"""The whole site, part by part; it takes the old one's place when all of it is there."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from soundweave.base import paths
from soundweave.base.config import WebsiteConfig
from soundweave.base.progress import progress
from soundweave.library import database
from soundweave.website import amending
from soundweave.website.data import (
    catalog,
    feed,
    groups,
    history,
    map_files,
    numbers,
    previews,
    search_index,
    sounds_api,
)
from soundweave.website.data.history import History
from soundweave.website.data.source import Source
from soundweave.website.drawings import map_png
from soundweave.website.frame import assets, locales, sitemap, tree
from soundweave.website.frame.shell import Shell
from soundweave.website.pages import about, front, group_pages, lists, map_page
from soundweave.website.pages.translations import translation_pages

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inputs:
    """Where everything the site is made of lies."""

    checkpoint_dir: Path
    metrics_history: Path
    milestone_history: Path
    milestone_status: Path | None = None
    texts_dir: Path = paths.TEXTS_DIR
    translations_dir: Path = paths.TRANSLATIONS_DIR
    locales_dir: Path = paths.LOCALES
    dist: Path = paths.WEBSITE_DIST


@dataclass(frozen=True)
class Built:
    """What came of it; files are counted, `kept` are those that had not changed."""

    sounds: int
    nights: int
    milestones: int
    written: int
    kept: int
    missing: dict[str, int]  # strings for which English stands in, by language


def build(
    website_dir: Path,
    inputs: Inputs,
    settings: WebsiteConfig,
    *,
    base_url: str | None,
    amend: bool = False,
) -> Built:
    """Write the site to `website_dir`/public; to `amend` it is to say anew what the nights were.

    Raises NoLibraryError, LibraryError, HistoryError or ConfigError; the old site stays then.
    """
    bundled = assets.read(inputs.dist)
    languages = locales.load(inputs.locales_dir)
    nights = history.read(inputs.metrics_history, inputs.milestone_history, inputs.milestone_status)
    with database.snapshot(inputs.checkpoint_dir) as reader, tree.replacing(website_dir) as new:
        sounds = catalog.read(reader)
        chosen = groups.choose(sounds, settings.group_pages)
        media = previews.origins(reader, settings.preview_origins)
        source = Source(sounds, chosen, reader, media)
        shell = Shell(new, bundled, languages, title=settings.title, base_url=base_url)
        parts = _parts(shell, source, nights, settings, inputs)
        if amend:
            amending.check(website_dir / tree.PUBLIC, shell, source, settings, nights)
            parts = {name: parts[name] for name in amending.PARTS}
        with progress("site", len(parts), "parts") as bar:
            for name, write in parts.items():
                bar.note(name)
                write()
                bar.step()
        if amend:
            new.keep_rest()
    return Built(
        sounds=len(sounds),
        nights=len(nights.nights),
        milestones=len(nights.milestones),
        written=new.written,
        kept=new.kept,
        missing={lang: len(words.missing) for lang, words in languages.items() if words.missing},
    )


def _parts(
    shell: Shell, source: Source, nights: History, settings: WebsiteConfig, inputs: Inputs
) -> dict[str, Callable[[], None]]:
    """Return what writes each part, in their order: the sitemap is of the pages before it."""
    new, sounds, title = shell.tree, source.catalogue, settings.title
    return {
        "assets": lambda: shell.assets.install(new),
        "map data": lambda: map_files.write(new, sounds),
        "search": lambda: search_index.write(new, sounds, kept=settings.search_results),
        "sound files": lambda: sounds_api.write(new, source),
        "front page": lambda: front.write(shell, sounds, nights, source.groups, settings),
        "map": lambda: map_page.write(shell, sounds, source.media),
        "list": lambda: lists.write(shell, source, settings),
        "authors, packs, tags": lambda: group_pages.write(shell, source, settings),
        "translations": lambda: translation_pages.write(
            shell, inputs.texts_dir, inputs.translations_dir
        ),
        "picture": lambda: map_png.write(new, sounds, title=title),
        "numbers": lambda: numbers.write(new, sounds, nights, shell.languages, title=title),
        "feed": lambda: feed.write(shell, nights),
        "about": lambda: about.write(shell, sounds),
        "sitemap": lambda: sitemap.write(shell),
        "mark": lambda: amending.note(shell, source, settings),
    }
