import copy
import html
import json
import logging
import re
from collections.abc import Iterable
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundweave.base import files
from soundweave.base.paths import LOCALES
from soundweave.translation import failures
from soundweave.translation.choosing.gate import Reason
from soundweave.translation.choosing.rules import Rule
from soundweave.translation.record import Record
from soundweave.translation.results import result_files
from soundweave.translation.running.stages import STAGES
from soundweave.translation.settings import MODES
from soundweave.translation.texts import source_texts
from soundweave.website.frame import assets, locales, tree
from soundweave.website.frame.shell import Shell
from soundweave.website.pages.translations import (
    provenance,
    translation_pages,
    translation_pairs,
    word_diff,
)
from soundweave.website.pages.translations.translation_pairs import NO_BREAK_SPACE
from tests.site.catalogs import TEXTS as FOREIGN
from tests.support.page_tree import read_tree
from tests.translation.results.test_results import HOSTILE, record_of

WORDS = locales.load(LOCALES)
INDEX = "translations/index.html"
# The lists of a page in the order in which they get room, and what their summaries say.
LISTS = {"remarks": "Notes:", "revision": "Passages changed:", "passages": "What each candidate"}
FRONT = "---\ntitle: {title}\nauthor: {author}\nkind: {kind}\nsource_lang: en\n"
FRONT += "target_langs: [es, ca]\nlicence: {licence}\n---\n\n{body}\n"
BODIES = {
    "poem": "One\n  two\n\nthree\nfour",
    "prose": "One two.\n\nThree four.",
    "interface": "page.title: Map of {count}\npage.end: <b>End</b>",
}
FINAL = {
    "poem": ["Río", "Uno\n  dos", "tres\ncuatro"],
    "prose": ["Río", "Uno dos.", "Tres cuatro."],
    "interface": ["Mapa de {count}", "<b>Fin</b>"],
}


class Desk:
    """Texts and translations, and the pages that are made of them."""

    def __init__(self, folder):
        self.texts, self.translations = folder / "texts", folder / "translations"
        self.site = folder / "site"
        self.texts.mkdir()

    def text(self, kind="poem", name="river", **changes):
        meta = {"title": "River", "author": "A. Nonymous", "licence": "CC0-1.0"} | changes
        body = meta.pop("body", BODIES[kind])
        path = self.texts / f"{name}.md"
        path.write_text(FRONT.format(kind=kind, body=body, **meta))
        return source_texts.read(path)

    def translate(self, text, final=None, lang="es", **changes):
        """Put a record in its place, `changes` merged into its parts; returns its folder."""
        record: dict[str, Any] = {**record_of(text, final or FINAL[text.kind], lang=lang)}
        for name, part in changes.items():
            record[name] = record[name] | part if isinstance(part, dict) else part
        return result_files.write(self.translations, cast("Record", record))[0].parent

    def break_open(self, text, change, lang="es"):
        """Change a record as nobody should."""
        path = self.translations / text.name / lang / result_files.RECORD
        record = files.read_json(path)
        change(record)
        path.write_text(json.dumps(record))

    def write(self, languages=("en",)):
        bundled = assets.Assets(dict.fromkeys(assets.NAMES, b""), [])
        words = {lang: WORDS[lang] for lang in languages}
        with tree.replacing(self.site) as new:
            shell = Shell(
                new,
                bundled,
                words,
                title="Soundweave",
                base_url="https://example.org/",
            )
            translation_pages.write(shell, self.texts, self.translations)
        return shell

    def page(self, name="translations/river-es.html"):
        return (self.site / "public" / name).read_text(encoding="utf-8")

    def show(self, name="translations/river-es.html"):
        self.write()
        return self.page(name)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def words_of(page):
    """Return what a page shows, without markup, in one line."""
    main = page[page.index("<main") :]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def rows(page):
    """Return the cells of the side by side table, line by line."""
    table = page[page.index('<table class="pairs') : page.index("</table>")]
    lines = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)[1:]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in lines]
    return [[html.unescape(cell) for cell in row] for row in cells]


def test_a_poem_is_shown_line_by_line(desk):
    desk.translate(desk.text())
    page = desk.show()
    assert rows(page) == [
        ["One", "Uno"],
        [NO_BREAK_SPACE * 2 + "two", NO_BREAK_SPACE * 2 + "dos"],
        ["three", "tres"],
        ["four", "cuatro"],
    ]
    assert page.count("<tbody id=") == 2
    assert '<h1 lang="es" dir="ltr"><bdi>Río</bdi></h1>' in page
    assert '<td lang="en" dir="ltr">One</td><td lang="es" dir="ltr">Uno</td>' in page


@pytest.mark.parametrize(
    ("before", "after", "pairs"),
    [
        ("a\nb\nc", "x", [("a", "x"), ("b", ""), ("c", "")]),
        ("a", "x\ny\nz", [("a", "x"), ("", "y"), ("", "z")]),
        ("a\nb", None, [("a", ""), ("b", "")]),
        ("a", " \u200b", [("a", "")]),
    ],
)
def test_lines_are_paired_as_far_as_they_go(tmp_path, before, after, pairs):
    text = Desk(tmp_path).text(body=before)
    (group,) = translation_pairs.of_record(text, ["Título", after])
    assert group.pairs == pairs
    assert group.open == (not any(line for _, line in pairs))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x\ny\n\nz", [["a", "x"], ["b", "y"], ["c", "z"]]),
        ("x", [["a", "x"], ["b", ""], ["c", "not translated"]]),
        (
            "x\ny\n\nz\n\nmore\nlines",
            [["a", "x"], ["b", "y"], ["c", "z"], ["", "more"], ["", "lines"]],
        ),
        ("x\n\n\n\n[untranslated] c", [["a", "x"], ["b", ""], ["c", "not translated"]]),
    ],
)
def test_what_a_person_wrote_is_paired_whatever_its_lines(desk, body, expected):
    text = desk.text(body="a\nb\n\nc")
    place = desk.translate(text, ["Río", "uno\ndos", "tres"])
    path = place / result_files.MARKDOWN
    before = path.read_text()
    assert "uno\\\ndos\n\ntres" in before
    path.write_text(
        before.replace("uno\\\ndos\n\ntres", body.replace("\n", "\\\n").replace("\\\n\\\n", "\n\n"))
    )
    page = desk.show()
    assert rows(page) == expected
    assert "A person has edited this translation" in page
    assert "Manual edits" in page


def test_prose_is_shown_by_paragraph_and_strings_by_key(desk):
    desk.translate(desk.text("prose"))
    desk.translate(desk.text("interface", "strings"))
    assert rows(desk.show()) == [["One two.", "Uno dos."], ["Three four.", "Tres cuatro."]]
    page = desk.page("translations/strings-es.html")
    assert rows(page) == [["Map of {count}", "Mapa de {count}"], ["<b>End</b>", "<b>Fin</b>"]]
    assert re.findall(r'<th scope="row"><code><bdi>(.*?)</bdi>', page) == ["page.title", "page.end"]
    assert "<b>" not in page


def test_an_edit_is_shown_as_the_text_and_said(desk):
    place = desk.translate(desk.text())
    path = place / result_files.MARKDOWN
    path.write_text(
        path.read_text().replace("Uno", "Un buen uno").replace("title: Río", "title: El río")
    )
    page = desk.show()
    assert rows(page)[0] == ["One", "Un buen uno"]
    assert "<bdi>El río</bdi></h1>" in page
    visible = words_of(page)
    assert "A person has edited this translation" in visible
    assert (
        "Stanza 1 words removed: 1; words added: 3 [removed: Uno ] [added: Un buen uno ]" in visible
    )
    assert "edited by hand" in words_of(desk.page("translations/index.html"))


def test_a_record_that_a_person_changed_counts_as_edited(desk):
    text = desk.text()
    desk.translate(text)
    desk.break_open(text, lambda record: record["translation"][1].update(text="Otra\ncosa"))
    page = desk.show()
    assert rows(page)[:2] == [["One", "Otra"], [NO_BREAK_SPACE * 2 + "two", "cosa"]]
    assert "A person has edited" in page


def test_an_edit_without_a_record_is_shown(desk):
    place = desk.translate(desk.text())
    (place / result_files.RECORD).unlink()
    page = desk.show()
    assert rows(page)[0] == ["One", "Uno"]
    assert "A person has edited" in page
    assert "Candidates" not in page


def test_a_text_that_is_not_translated_yet(desk):
    desk.text()
    shell = desk.write()
    page = desk.page()
    assert rows(page) == [["One"], [NO_BREAK_SPACE * 2 + "two"], ["three"], ["four"]]
    assert "has not been translated" in page
    assert '<meta name="robots" content="noindex">' in page
    assert shell.addresses == ["translations/"]
    assert words_of(desk.page("translations/index.html")).count("not translated yet") == 2
    assert sorted(path for path in shell.tree.paths if path.endswith(".json")) == []


def test_no_text_at_all(desk, tmp_path):
    assert "no texts to translate" in desk.show("translations/index.html")
    desk.texts.rmdir()
    assert "no texts to translate" in desk.show("translations/index.html")


def test_a_source_that_changed_since_is_said_and_the_old_one_shown(desk):
    desk.translate(desk.text())
    desk.text(body="Else\n\nwhere")
    page = desk.show()
    assert rows(page)[0] == ["One", "Uno"]
    assert "The original has changed since" in page
    assert "(the original has changed since)" in desk.page("translations/index.html")


def test_an_edit_of_a_source_that_changed_since_is_both(desk):
    markdown = desk.translate(desk.text()) / result_files.MARKDOWN
    markdown.write_text(markdown.read_text().replace("Uno", "Primero"))
    desk.text(body="Else\n\nwhere")
    page = desk.show()
    assert rows(page)[0] == ["One", "Primero"]
    assert "edited by hand (the original has changed since)" in words_of(desk.page(INDEX))
    assert page.count('<p class="note">') == 2


def _drop(*path):
    def change(record):
        for name in path[:-1]:
            record = record[name]
        del record[path[-1]]

    return change


def _put(value, *path):
    def change(record):
        for name in path[:-1]:
            record = record[name]
        record[path[-1]] = value

    return change


DAMAGES = [
    _drop("evaluation"),
    _drop("translation", 0),
    _put([], "text", "segments"),
    _put("song", "text", "kind"),
    _put(float("nan"), "ledger", "totals", "cost"),
    _put(float("inf"), "candidates", 0, "seconds"),
    _put([{"id": 1}], "evaluation", "scores"),
    _put({}, "candidates", 0, "config"),
    _put("half a pair \ud83d", "review", "summary"),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_is_said_and_nothing_else_fails(desk, caplog, damage):
    text = desk.text()
    place = desk.translate(text)
    desk.translate(text, lang="ca")
    desk.break_open(text, damage)
    (place / result_files.MARKDOWN).unlink()
    with caplog.at_level(logging.WARNING):
        page = desk.show()
    assert "river to es: the record cannot be read" in caplog.text
    assert "The record of this translation cannot be read" in page
    assert [row[0] for row in rows(page)] == ["One", NO_BREAK_SPACE * 2 + "two", "three", "four"]
    assert "the record cannot be read" in desk.page("translations/index.html")
    assert "Candidates" in desk.page("translations/river-ca.html")
    assert not (desk.site / "public/translations/river-es.json").exists()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_a_file_that_is_no_record(desk, caplog, content):
    place = desk.translate(desk.text())
    (place / result_files.RECORD).write_bytes(content)
    assert "The record of this translation cannot be read" in desk.show()
    assert "the record cannot be read" in caplog.text


# Fits the schema, and contradicts itself.
ODD = [
    _put([], "evaluation", "translation"),
    _put([], "evaluation", "segments"),
    _put(99, "evaluation", "chosen"),
    _put(None, "evaluation", "chosen"),
    _put([], "candidates"),
    _put([], "candidates", 1, "segments"),
    _put([None] * 90, "candidates", 1, "segments"),
    _put([], "revision", "segments"),
    _put("", "evaluation", "method"),
    _put([], "stages"),
    _put([], "ledger", "requests"),
    _put(10**300, "ledger", "totals", "tokens"),
    _put(1e308, "ledger", "totals", "cost"),
    _put({"7": 9}, "evaluation", "duplicates"),
    _put([{"id": "nowhere", "remark": "x", "suggestion": "y"}] * 3, "review", "remarks"),
    _put("<i>yesterday</i>", "made_at"),
    _put(None, "translation", 0, "text"),
    _put(
        [{"id": 9, "consensus": None, "marks": -1e300, "prior": 1e308, "total": -5}] * 2,
        "evaluation",
        "scores",
    ),
]


@pytest.mark.parametrize("oddity", ODD)
def test_a_record_that_contradicts_itself_still_makes_a_page(desk, oddity):
    text = desk.text()
    desk.translate(text)
    desk.break_open(text, oddity)
    page = desk.show()
    assert rows(page)[0] == ["One", "Uno"] or "cannot be read" in page
    assert "<i>" not in page


def test_texts_that_cannot_be_read_are_left_out(desk, caplog):
    desk.translate(desk.text())
    (desk.texts / "broken.md").write_text("nothing")
    (desk.texts / "README.md").write_text("nothing")
    (desk.translations / "stray" / "es").mkdir(parents=True)
    page = desk.show("translations/index.html")
    assert "broken.md, line 1" in caplog.text
    assert page.count("<section") == 1


WHOLE = [text for text in HOSTILE + FOREIGN if text == text.encode("utf-8", "ignore").decode()]


@pytest.mark.parametrize("hostile", [*WHOLE, "x" * 3000, "\u202e\u2066", "\n\n"])
@pytest.mark.parametrize("kind", ["poem", "interface"])
def test_everything_in_a_record_is_text(desk, kind, hostile):
    text = desk.text(kind)
    count = len(text.segments)
    desk.translate(text, [hostile] * count)
    final = files.read_json(desk.translations / "river/es" / result_files.RECORD)["translation"][0][
        "text"
    ]

    def poison(record):
        candidate = record["candidates"][0]
        candidate["config"] |= {"model": hostile, "prompt": hostile, "route": ""}
        candidate |= {"error": "timeout", "message": hostile, "problems": [hostile]}
        record["candidates"][1]["segments"] = [hostile + "!"] * count
        record["candidates"][1]["config"]["route"] = hostile
        segment = record["evaluation"]["segments"][0]
        segment["rejected"] = [{"id": 2, "reasons": [hostile, "copied"]}]
        record["evaluation"]["method"] = hostile
        record["evaluation"]["decision"]["no_verdict"] = hostile
        rounds = [{"order": [1, 2], "best": 1, "scores": {}, "reason": hostile, "error": ""}]
        record["evaluation"]["judge"] = {"verdict": 1, "why": hostile, "seed": 1, "rounds": rounds}
        remark = {"id": text.segments[0].id, "remark": hostile, "suggestion": hostile}
        record["review"] = {"by": hostile or "x", "remarks": [remark] * 2, "summary": hostile}
        record["revision"] |= {
            "by": hostile or "x",
            "changes": hostile,
            "taken": False,
            "why": hostile,
        }
        record["revision"]["segments"] = [hostile + " new"] * count
        record["text"] |= {"title": hostile, "author": hostile}
        record["stages"][0]["stage"] = hostile
        request = record["ledger"]["requests"][0]
        record["ledger"]["requests"] += [request | {"stage": hostile, "cost": None}]

    desk.break_open(text, poison)
    page = desk.show()
    assert "cannot be read" not in page
    for name in ("river-es.html", "index.html"):
        content = desk.page(f"translations/{name}")
        tags = set(re.findall(r"<([a-z][a-z0-9]*)", content[content.index("<body") :]))
        assert not tags & {"script", "img", "b", "iframe", "style", "object", "i"}
        assert not re.findall(r"<[^>]*\s(on\w+|style)=", content[content.index("<body") :])
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", content)
    visible = html.unescape(page)
    line = translation_pairs.safe_text(final).split("\n")[0].strip()
    assert line in visible
    assert json.loads((desk.site / "public/translations/river-es.json").read_text())


def test_why_one_won_is_said(desk):
    desk.translate(desk.text())
    visible = words_of(desk.show())
    assert "Candidate 2 was chosen. The highest total decided. " in visible
    assert "The runner-up is candidate 1, 1.00 points behind." in visible
    assert "2 Apertium route-2 42.00 -0.50 0.00 41.50 chosen" in visible
    assert "Evaluation" not in visible
    assert "Selection 0.5 0 0 0 0 0" in visible
    assert "Translation – 1 0 0 0 0" in visible
    assert "Total 0.5 1 0 1,000 234 0.0021" in visible
    assert "No notes." in visible
    assert "Passages changed: 0 of 3" in visible


@pytest.mark.parametrize(
    ("by", "why", "sentence"),
    [
        (
            "judge",
            "",
            "A judge saw the candidates in two different orders"
            " and made the same choice both times.",
        ),
        ("only", "", "It was the only usable candidate."),
        ("total", "<b>torn</b>", "gave no verdict: <b>torn</b>"),
        ("none", "", "No candidate was usable."),
    ],
)
def test_each_way_of_choosing_has_its_words(desk, by, why, sentence):
    text = desk.text()
    desk.translate(text)
    decision = {"by": by, "no_complete_text": False, "no_verdict": why}
    desk.break_open(text, _put(decision, "evaluation", "decision"))
    assert sentence in words_of(desk.show())


def test_the_best_of_each_passage_says_whose_they_are(desk):
    text = desk.text("prose")
    desk.translate(text)

    def mix(record):
        record["evaluation"]["select"] = "segment"
        record["evaluation"]["chosen"] = 1
        record["evaluation"]["segments"][0]["chosen"] = 1
        record["evaluation"]["segments"][1]["rejected"] = [{"id": 1, "reasons": ["copied", "odd<"]}]
        record["evaluation"]["duplicates"] = {"2": 1}

    desk.break_open(text, mix)
    visible = words_of(desk.show())
    assert "The best candidate was chosen for each passage. Passages: 3." in visible
    assert "candidate 1: 1 candidate 2: 2" in visible
    assert "passages chosen: 2 of 3" in visible
    assert "passages rejected: 1 of 3, copied from the original , odd<" in visible
    assert "same as candidate 1" in visible


def test_candidates_that_wrote_the_same_are_named_together_the_chosen_one_first(desk):
    record = record_of(desk.text(), FINAL["poem"])
    record["candidates"].append(copy.deepcopy(record["candidates"][1]))
    record["candidates"][2]["config"]["id"] = 3
    record["evaluation"]["segments"][0]["rejected"] = [{"id": 1, "reasons": ["copied"]}]
    versions = dict(provenance.passages(record))
    for passage in versions.values():
        wordings = [(version.candidates, version.winner) for version in passage]
        assert wordings == [([2, 3], True), ([1], False)]
    (winner, other) = next(iter(versions.values()))
    assert (winner.text, winner.reasons) == ("Río", ())
    assert (other.text, other.reasons) == ("x", ["copied"])


@pytest.mark.parametrize(("total", "drawn"), [(41.6, 42), (130.0, 100), (-5.0, 0)])
def test_a_total_is_drawn_within_its_cell(desk, total, drawn):
    text = desk.text()
    desk.translate(text)
    desk.break_open(text, _put(total, "evaluation", "scores", 1, "total"))
    assert f'x2="{drawn}%"' in desk.show()


def test_a_stage_counts_what_failed_and_what_has_no_known_cost(desk):
    record = record_of(desk.text(), FINAL["poem"])
    (request,) = record["ledger"]["requests"]
    more = {"prompt_tokens": 30, "completion_tokens": None, "cost": 0.5}
    record["ledger"]["requests"] += [request | more, request | {"outcome": "timeout", "cost": None}]
    stages, _ = provenance.efforts(record)
    row = next(stage for stage in stages if stage.stage == request["stage"])
    assert (row.requests, row.failed, row.tokens_in, row.tokens_out) == (3, 1, 30, 0)
    assert (row.cost, row.unknown) == (0.5, 1)


def test_remarks_of_rules_and_of_models(desk):
    text = desk.text()
    remark = {
        "id": "1",
        "remark": "double blanks; words the engine did not know: 3",
        "suggestion": "",
    }
    findings = [
        {"rule": Rule.DOUBLE_SPACES, "count": 0},
        {"rule": Rule.UNKNOWN_WORDS, "count": 3},
        {"rule": "no-such-rule", "count": 0},
    ]
    by_rules = remark | {"findings": findings}
    desk.translate(text, review={"by": "rules", "remarks": [by_rules], "summary": "1 of 3"})
    desk.write(["en", "es"])
    listed = "double spaces ; words the engine did not know: 3 ; no-such-rule"
    assert f"Stanza 1 {listed}" in words_of(desk.page())
    model = {"by": "<m>", "remarks": [remark | {"suggestion": "Un\n  dos"}], "summary": "Flat."}
    desk.translate(text, lang="ca", review=model)
    visible = words_of(desk.show("translations/river-ca.html"))
    assert (
        "Flat. – <m> Notes: 1 Stanza 1 double blanks; words the engine did not know: 3 Un"
        in visible
    )


def test_a_revision_is_shown_as_what_went_and_came(desk):
    text = desk.text()
    revised = ["Río", "Un\n  dos", "tres\ncuatro"]
    desk.translate(text, revision={"segments": revised, "changes": "One word", "by": "m"})
    page = desk.show()
    assert re.search(r"<del>.*?</span>Uno<span", page)
    assert re.search(r"<ins>.*?</span>Un<span", page)
    visible = words_of(page)
    assert "One word – m The revision was accepted. Passages changed: 1 of 3" in visible
    desk.translate(
        text, revision={"segments": revised, "taken": False, "why": "2: lines"}, lang="ca"
    )
    visible = words_of(desk.show("translations/river-ca.html"))
    assert "The revision was rejected, and the chosen translation was kept: 2: lines" in visible


@pytest.mark.parametrize(
    ("cost", "unknown", "expected"),
    [(0.0, 0, "0"), (0.0, 2, "unknown"), (0.00123, 0, "0.0012"), (12, 3, "12.00 or more")],
)
def test_what_is_known_of_the_cost(cost, unknown, expected):
    row = provenance.Effort("Revision", "done", None, 3, 0, 0, 0, cost, unknown)
    assert translation_pages._cost(WORDS["en"], row) == expected


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC-BY-4.0", 'href="https://spdx.org/licenses/CC-BY-4.0.html">CC-BY-4.0<'),
        ("LicenseRef-Own", "<bdi>LicenseRef-Own</bdi>"),
        ("ask <me>", "<bdi>ask &lt;me&gt;</bdi>"),
        ("javascript:x", "<bdi>javascript:x</bdi>"),
    ],
)
def test_a_licence_has_a_link_where_it_is_known(desk, licence, expected):
    desk.translate(desk.text(licence=f"'{licence}'"))
    page = desk.show()
    assert expected in page
    assert expected in desk.page("translations/index.html")


def test_pages_are_in_every_language_of_the_site(desk):
    desk.translate(desk.text())
    shell = desk.write(["en", "fr"])
    english, french = desk.page(), desk.page("fr/translations/river-es.html")
    assert "from English to Spanish" in english
    assert "anglais" in french
    assert "espagnol" in french
    assert rows(english) == rows(french)
    assert '<html lang="fr"' in french
    index = read_tree(desk.page("fr/translations/index.html")).one("ul", class_="translations")
    links = [(link.attrs["hreflang"], link.attrs["href"]) for link in index.all("a")]
    assert links == [(code, f"../translations/river-{code}.html") for code in ("es", "ca")]
    others = read_tree(french).one("ul", class_="siblings").all("a")
    assert ["aria-current" in link.attrs for link in others] == [True, False]
    assert 'href="../../translations/river-es.json"' in french
    assert 'href="../translations/river-es.json"' in english
    assert "fr/translations/river-es.html" in shell.addresses
    assert "fr/translations/river-es.json" not in shell.tree.paths


@pytest.mark.parametrize("lang", ["en", "es", "ca", "fr"])
def test_an_interface_of_hundreds_of_strings_stays_small(desk, lang):
    body = "\n".join(
        f"part{n}.key-{n}: The {{count}} sounds of <b>{n}</b>, here" for n in range(400)
    )
    text = desk.text("interface", body=body)
    final = [f"Los {{count}} sonidos de <b>{n}</b>, por aquí" for n in range(400)]
    desk.translate(text, final)
    desk.write(dict.fromkeys(["en", lang]))
    name = "translations/river-es.html"
    page = desk.page(name if lang == "en" else f"{lang}/{name}")
    assert len(page.encode()) < 500_000
    assert len(rows(page)) == 400


def test_a_page_of_anything_stays_below_its_budget_and_says_what_is_left_out(desk):
    text = desk.text("prose", body="\n\n".join(['"&<>' * 240] * 50))
    desk.translate(text, ['"&<>' * 400] * 51, revision={"segments": ["x " * 900] * 51})
    page = desk.show()
    assert 300_000 < len(page.encode()) < 500_000
    assert re.search(r"Not shown, to keep the page short: \d+", words_of(page))


@pytest.mark.parametrize("large", ["remarks", "revision", "passages"])
def test_a_list_without_room_is_not_called_empty(desk, large):
    long = {name: "x " * (150_000 if name == large else 10) for name in LISTS}
    text = desk.text()
    changed = [f"{item}!" for item in FINAL["poem"]]
    remarks = [{"id": "1", "remark": long["remarks"], "suggestion": long["remarks"]}] * 2
    desk.translate(
        text,
        review={"by": "m", "remarks": remarks, "summary": "s"},
        revision={"by": "m", "segments": [changed[0], long["revision"], long["revision"]]},
    )
    desk.break_open(text, _put([long["passages"]] * 3, "candidates", 0, "segments"))
    page = desk.show()
    shown = words_of(page)
    assert "No notes." not in shown
    assert "Nothing was changed." not in shown
    parts = page.split("<details")
    names = list(LISTS)
    for name in names[names.index(large) :]:
        (part,) = (part for part in parts if LISTS[name] in part.partition("</summary>")[0])
        assert "Not shown, to keep" in part, name


def test_the_record_lies_beside_its_page(desk):
    text = desk.text()
    place = desk.translate(text)
    desk.write()
    published = json.loads((desk.site / "public/translations/river-es.json").read_text())
    assert published == files.read_json(place / result_files.RECORD)


TEXT = st.text(st.sampled_from("ab ,.\né<"), max_size=40)


@given(TEXT, TEXT)
@example("uno dos tres", "uno  tres")
@example("a b c d", "x b y d")
@example("", " ")
def test_a_diff_holds_both_texts(before, after):
    pieces = word_diff.pieces(before, after)
    old = [piece for piece in pieces if piece.kind != word_diff.ADDED]
    new = [piece for piece in pieces if piece.kind != word_diff.REMOVED]
    assert "".join(piece.text for piece in old) == before
    assert "".join(piece.text for piece in new) == after
    assert all(piece.text for piece in pieces)
    assert (before == after) == all(piece.kind == word_diff.SAME for piece in pieces)


def test_neighbouring_changes_are_one_phrase():
    assert word_diff.pieces("uno dos tres cuatro", "uno two three cuatro") == [
        ("same", "uno "),
        ("removed", "dos tres"),
        ("added", "two three"),
        ("same", " cuatro"),
    ]


@given(st.text())
def test_foreign_lines_are_one_line_each(text):
    lines = translation_pairs.lines(text)
    assert len(lines) == text.count("\n") + 1
    assert not any(set(line) & set("\n\r\x00\t") for line in lines)


FAILURES = (
    failures.BudgetError,
    failures.DeniedError,
    failures.InvalidAnswerError,
    failures.NotRecordedError,
    failures.RefusedError,
    failures.TruncatedError,
    failures.UnavailableError,
)


def test_each_label_that_the_program_makes_has_words():
    codes: dict[str, Iterable[str]] = {
        "reason": [*Reason, "timeout", "crashed", *(failure.kind for failure in FAILURES)],
        "rule": Rule,
        "stage": STAGES,
        "mode": MODES,
        "engine": ["chat", "apertium", "manual"],
        "by": ["rules", "pasted"],
    }
    for prefix, names in codes.items():
        for name in names:
            assert f"translations.{prefix}-{name.lower()}" in WORDS["en"].texts


def test_records_are_not_changed_on_the_way(desk):
    text = desk.text()
    place = desk.translate(text)
    before = copy.deepcopy(files.read_json(place / result_files.RECORD))
    desk.write()
    assert files.read_json(place / result_files.RECORD) == before
