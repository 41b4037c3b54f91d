"""The words of en.json and the places that use them."""

import re
from pathlib import Path

import pytest

from soundweave.base import paths
from soundweave.translation.model import Kind
from soundweave.translation.record import SCORES, DecidedBy
from soundweave.website.data import history
from soundweave.website.frame import locales, shell
from soundweave.website.pages import group_rows

KEYS = locales.load(paths.LOCALES)["en"].texts
PLACES = (
    (paths.ROOT / "scripts" / "soundweave" / "website", "**/*.py"),
    (paths.TEMPLATES, "**/*.*"),
    (paths.ROOT / "website" / "src", "**/*.ts"),
)
SECTIONS = "|".join(sorted({key.partition(".")[0] for key in KEYS}))
KEY = re.compile(rf"[\"'`]((?:{SECTIONS})\.[a-z_-]*[a-z])[\"'`]")
FILE = re.compile(r"\.(html|json|js|css|ts|py|svg|csv|xml|md|png)$")
# Keys that are put together: how they begin, and what may follow.
GROUPS = ("heading", "lead", "lead-largest", "none", "one", "title", "about", "description")
STATES = "passed failed not-finished not-recorded at-work written"
CONNECTIONS = ("similar", "pack", "user")
MADE = {
    "nav.": shell.SECTIONS,
    "front.action-": history.ACTIONS,
    "front.does-": history.ACTIONS,
    "front.state-": STATES.split(),
    "list.order-": ("uploaded", "name", "length", "downloads", "links"),
    "list.column-": ("uploaded", "name", "length", "downloads", "links"),
    **{f"{kind}.": GROUPS for kind in group_rows.PAGE_SIZE},
    "users.": (*GROUPS, "caption"),
    "packs.": (*GROUPS, "caption"),
    "map.by-": ("user", "pack", "tag"),
    "map.edge-": CONNECTIONS,
    "translations.kind-": list(Kind),
    "translations.passage-": ("poem", "prose"),
    "translations.why-": list(DecidedBy),
    "translations.score-": [name + end for name in SCORES for end in ("", "-about")],
}
# What codes of a record are called; a code without words is shown as it is.
CODES = tuple(
    f"translations.{prefix}-" for prefix in ("by", "engine", "mode", "reason", "rule", "stage")
)


def sources() -> dict[Path, str]:
    """The texts of all files that may use words."""
    files = [path for folder, names in PLACES for path in folder.glob(names) if path.is_file()]
    return {path: path.read_text("utf-8") for path in files}


def named() -> dict[str, Path]:
    """Every key that is written out somewhere, with one of the places."""
    return {
        key: path
        for path, text in sources().items()
        for key in KEY.findall(text)
        if key in KEYS or not FILE.search(key)
    }


def composed() -> set[str]:
    """Every key that is put together somewhere."""
    return {prefix + end for prefix, ends in MADE.items() for end in ends}


def test_every_word_that_is_asked_for_is_there():
    assert {key: path.name for key, path in named().items() if key not in KEYS} == {}
    assert sorted(composed() - KEYS.keys()) == []


def test_every_word_is_used():
    unused = KEYS.keys() - named().keys() - composed()
    assert sorted(key for key in unused if not key.startswith(CODES)) == []


@pytest.mark.parametrize("prefix", [prefix for prefix in MADE if prefix.endswith("-")])
def test_keys_that_are_put_together_are_put_together_somewhere(prefix):
    begun = re.compile(rf"[\"']{prefix}[\"'{{]")
    assert any(begun.search(text) for text in sources().values())


TEXT = re.compile(r">([^<>{}]*[^\W\d_]{2,}[^<>{}]*)<")
TOLD = re.compile(r"\b(?:aria-label|alt|placeholder|title)=\"([^\"{}]*[^\W\d_]{2,}[^\"{}]*)\"")
# Names, and what is cited in the language it was written in.
PROPER = {"Apertium", "doi.org/10.1145/2502081.2502245"}


@pytest.mark.parametrize(
    "path", sorted(paths.TEMPLATES.glob("**/*.html")), ids=lambda path: path.name
)
def test_a_template_has_no_words_of_its_own(path):
    text = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|<blockquote>.*?</blockquote>", "", path.read_text(), flags=re.DOTALL
    )
    text = re.sub(r"\{\{.*?\}\}", "{}", text, flags=re.DOTALL)
    texts = {match.strip() for match in (*TEXT.findall(text), *TOLD.findall(text))}
    assert texts - PROPER == set()


@pytest.mark.parametrize("path", sorted(paths.TEMPLATES.glob("**/*.*")), ids=lambda path: path.name)
def test_a_template_has_no_style_or_script_within(path):
    text = path.read_text()
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or 'type="application/json"' in script
