"""Builds the whole site, part by part, and puts it in place once it is complete."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from soundweave.base import paths, second_process
from soundweave.base.config import WebsiteConfig
from soundweave.base.progress import progress
from soundweave.library import database, identity
from soundweave.website import amending
from soundweave.website.data import (
    feed,
    groups,
    history,
    map_files,
    numbers,
    search_index,
    sounds_api,
)
from soundweave.website.data.groups import Snapshot
from soundweave.website.data.history import History
from soundweave.website.drawings import map_png
from soundweave.website.frame import assets, locales, sitemap, tree
from soundweave.website.frame.shell import Shell
from soundweave.website.pages import about, front, group_pages, lists, map_page
from soundweave.website.pages.translations import translation_pages

Parts = Mapping[str, Callable[[], None]]
BESIDE = ("sound files", "authors, packs, tags")  # half of the work, for the second core
LAST = ("sitemap", "mark")  # the sitemap lists the pages written before


@dataclass(frozen=True)
class Inputs:
    """Paths of everything the site is built from."""

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
    """The result: files `written`, and `kept` because their content did not change."""

    sounds: int
    nights: int
    milestones: int
    written: int
    kept: int
    missing: dict[str, int]  # strings shown in English for lack of a translation, by language


def build(
    website_dir: Path,
    inputs: Inputs,
    settings: WebsiteConfig,
    *,
    base_url: str | None,
    amend: bool = False,
) -> Built:
    """Write the site to `website_dir`/public; with `amend`, update only what depends on the night.

    Raises NoLibraryError, LibraryError, HistoryError or ConfigError and then keeps the old site.
    """
    bundles = assets.read(inputs.dist)
    languages = locales.load(inputs.locales_dir)
    with database.snapshot(inputs.checkpoint_dir) as reader, tree.replacing(website_dir) as site:
        nights = history.read(
            identity.read(reader),
            inputs.metrics_history,
            inputs.milestone_history,
            inputs.milestone_status,
        )
        snapshot = groups.read(reader, settings)
        shell = Shell(site, bundles, languages, title=settings.title, base_url=base_url)
        parts = _parts(shell, snapshot, nights, settings, inputs)
        if amend:
            amending.check(website_dir / tree.PUBLIC, shell, snapshot, settings, nights)
            _write(parts, amending.PARTS)
            site.keep_rest()
        else:
            second = shell.part()
            second_parts = _parts(second, snapshot, nights, settings, inputs)
            with second_process.beside(partial(_write_beside, second, second_parts)) as rest:
                _write(parts, [name for name in parts if name not in (*BESIDE, *LAST)])
                shell.add(*rest())
            _write(parts, LAST)
    return Built(
        sounds=len(snapshot.catalog),
        nights=len(nights.nights),
        milestones=len(nights.milestones),
        written=site.written,
        kept=site.kept,
        missing={lang: len(words.missing) for lang, words in languages.items() if words.missing},
    )


def _write(parts: Parts, names: Sequence[str]) -> None:
    with progress("site", len(names), "parts") as bar:
        for name in names:
            bar.note(name)
            parts[name]()
            bar.step()


def _write_beside(shell: Shell, parts: Parts) -> tuple[tree.Tree, list[str]]:
    for name in BESIDE:
        parts[name]()
    return shell.tree, shell.addresses


def _parts(
    shell: Shell, snapshot: Snapshot, nights: History, settings: WebsiteConfig, inputs: Inputs
) -> Parts:
    """Map each part to its writer."""
    site, catalog = shell.tree, snapshot.catalog
    texts, translations = inputs.texts_dir, inputs.translations_dir
    return {
        "assets": lambda: shell.assets.install(site),
        "map data": lambda: map_files.write(site, catalog),
        "search": lambda: search_index.write(site, catalog, most=settings.search_results),
        "sound files": lambda: sounds_api.write(site, snapshot),
        "front page": lambda: front.write(shell, snapshot, nights, settings),
        "map": lambda: map_page.write(shell, snapshot),
        "list": lambda: lists.write(shell, snapshot, settings),
        "authors, packs, tags": lambda: group_pages.write(shell, snapshot, settings),
        "translations": lambda: translation_pages.write(shell, texts, translations),
        "picture": lambda: map_png.write(site, catalog, title=shell.title),
        "numbers": lambda: numbers.write(shell, catalog, nights),
        "feed": lambda: feed.write(shell, nights),
        "about": lambda: about.write(shell, catalog),
        "sitemap": lambda: sitemap.write(shell),
        "mark": lambda: amending.write_mark(shell, snapshot, settings),
    }
