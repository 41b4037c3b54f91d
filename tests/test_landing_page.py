import base64
import gzip
import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import generate_landing_page
from soundweave import cli, landing_page, licenses, page_html
from soundweave.landing_page import Page, Sound
from soundweave.paths import ROOT
from tests.make_library import make_library
from tests.page_tree import read_tree

PASSED = {"validation": "passed", "edge_generation": "passed", "website": "passed"}


def night(day, nodes, **more):
    line = {
        "timestamp": f"2025-11-{day:02}T02:17:00Z",
        "mode": "mixed",
        "nodes": nodes,
        "edges": 0,
        "users": 1,
        "packs": 0,
        "added": 7,
        "removed": 0,
        "requests": 80,
        "duration_seconds": 90.5,
        "stopped": "complete",
    }
    return line | more


def milestone(number, day, **more):
    line = {
        "timestamp": f"2025-11-{day:02}T02:30:00Z",
        "milestone_number": number,
        "interval": 100,
        "nodes": number * 100 + 3,
        "crossed": [number],
        "actions": PASSED,
    }
    return line | more


def status(crossed, nodes=512, *, is_milestone=True):
    return {
        "is_milestone": is_milestone,
        "milestone_number": nodes // 100,
        "current_nodes": nodes,
        "previous_milestone_nodes": 0,
        "nodes_since_last_milestone": nodes,
        "next_milestone_nodes": (nodes // 100 + 1) * 100,
        "interval": 100,
        "crossed": crossed,
    }


class Site:
    """A library and its histories in a folder, and the page made of them."""

    def __init__(self, folder):
        self.folder = folder
        self.page = folder / "site" / "public" / "index.html"

    def library(self, *sounds, links=False):
        make_library(self.folder / "library", sounds, links=links)

    def history(self, name, *records, end="\n"):
        text = "".join(json.dumps(record) + "\n" for record in records)
        (self.folder / name).write_text(text.removesuffix("\n") + end, encoding="utf-8")

    def arguments(self, *more):
        return [
            f"--checkpoint-dir={self.folder / 'library'}",
            f"--output-dir={self.folder / 'site'}",
            f"--metrics-history={self.folder / 'metrics'}",
            f"--milestone-history={self.folder / 'milestones'}",
            *more,
        ]

    def run(self, *more):
        return cli.run(lambda: generate_landing_page.main(self.arguments(*more)))

    def tree(self, *more):
        assert self.run(*more) == 0
        return read_tree(self.page.read_text(encoding="utf-8"))


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def figures(tree):
    divisions = tree.one("dl").all("div")
    return {one.one("dt").text: one.one("dd").text for one in divisions}


def sounds(tree):
    return [one for one in tree.one("ol").children if not isinstance(one, str)]


def milestones(tree):
    tables = tree.one("section", aria_labelledby="milestones").all("table")
    rows = [row for table in tables for row in table.one("tbody").all("tr")]
    return [
        (
            row.one("th").text,
            row.all("td")[0].text,
            row.all("td")[1].text,
            [item.text for item in row.all("li")],
        )
        for row in rows
    ]


def nights(tree):
    rows = tree.one("section", aria_labelledby="growth").one("tbody").all("tr")
    return [[row.one("th").text, *(cell.text for cell in row.all("td"))] for row in rows]


def test_the_numbers(site):
    site.library(
        {"username": "ada", "pack": "Rain"},
        {"username": "ada", "pack": "Rain"},
        {"username": "bob"},
        {"username": "gone", "pack": "Gone", "removed_at": "2025-11-20T00:00:00Z"},
        links=True,
    )
    site.history("metrics", night(20, 1), night(21, 3, added=1200))
    tree = site.tree()
    assert figures(tree) == {
        "sounds": "3",
        "authors": "2",
        "packs": "1",
        "membership edges": "5",
        "added last night": "+1,200",
        "last night": "21 November 2025",
    }
    assert tree.one("dl").one("time").attrs["datetime"] == "2025-11-21T02:17:00Z"
    assert tree.one("h1").text == "Soundweave"
    assert nights(tree) == [["21 Nov 2025", "3", "1,200", "0"], ["20 Nov 2025", "1", "7", "0"]]


def test_an_empty_library_gives_a_sane_page(site):
    site.library()
    tree = site.tree()
    assert list(figures(tree).values()) == ["0", "0", "0", "0", "–", "not yet"]
    assert [one.text for one in tree.all("p", class_="empty")] == [
        "No night has been recorded yet. The line begins with the first one.",
        "No milestone has been reached yet.",
        "The library holds no sound yet.",
    ]
    assert not tree.all("table")
    assert not tree.all("svg", role="img")


def test_latest_are_the_newest_uploads_and_ties_go_by_id(site):
    removed = {"id": 99, "created": "2025-11-22T00:00:00Z", "removed_at": "2025-11-23T00:00:00Z"}
    old = [{"id": n, "name": f"old {n}", "created": "2020-01-01T00:00:00Z"} for n in range(1, 31)]
    new = {"id": 31, "name": "new", "created": "2025-11-21T00:00:00Z"}
    site.library(new, *old, removed)
    names = [one.one("h3").text for one in sounds(site.tree())]
    assert names == ["new", *(f"old {number}" for number in range(30, 7, -1))]


@pytest.mark.parametrize(
    ("username", "author"),
    [
        ("InspectorJ", "InspectorJ"),
        ("a b@c.d", "a%20b%40c.d"),
        ("x/../?y#z", "x%2F..%2F%3Fy%23z"),
        ("Žižka", "%C5%BDi%C5%BEka"),
        ('"><script>', "%22%3E%3Cscript%3E"),
    ],
)
def test_a_sound_links_to_its_freesound_page(site, username, author):
    site.library({"id": 7, "username": username, "preview_mp3": "https://example.org/evil"})
    link = sounds(site.tree())[0].one("h3").one("a")
    assert link.attrs["href"] == f"https://freesound.org/people/{author}/sounds/7/"


def test_what_a_sound_says(site):
    site.library(
        {
            "name": "lark.wav",
            "username": "ada",
            "license": "http://creativecommons.org/licenses/by-nc/3.0/",
            "created": "2014-04-16T20:07:11Z",
            "duration": 83.2,
            "tags": ["Bird", "bird", "c", "d", "e", "f", "g", "h", "i"],
        }
    )
    item = sounds(site.tree())[0]
    assert item.one("p", class_="by").text == "by ada"
    assert item.one("p", class_="facts").text == "1:23 min 16 Apr 2014 CC BY-NC 3.0"
    assert item.one("time").attrs["datetime"] == "2014-04-16T20:07:11Z"
    deed = item.one("a", rel="license").attrs["href"]
    assert deed == "https://creativecommons.org/licenses/by-nc/3.0/"
    tags = [tag.text for tag in item.one("ul", class_="tags").all("li")]
    assert tags == ["Bird", "bird", "c", "d", "e", "f", "g", "and 2 more"]
    assert [tag.text for tag in item.one("ul").all("bdi")] == tags[:-1]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "<b>free</b>", "https://example.org/by/4.0"]
)
def test_an_unknown_licence_is_text_without_a_link(site, url):
    site.library({"license": url})
    facts = sounds(site.tree())[0].one("p", class_="facts")
    assert facts.one("bdi").text == url
    assert not facts.all("a")


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("created", "2014-04-16T20:07:11", "16 Apr 2014"),
        ("created", "soon <b>", "soon <b>"),
        ("created", "", "date unknown"),
        ("license", " ", "licence unknown"),
        ("duration", float("inf"), "unknown length"),
        ("duration", -1.0, "unknown length"),
    ],
)
def test_odd_facts_are_shown_as_they_are(site, field, value, shown):
    site.library({field: value})
    assert shown in sounds(site.tree())[0].one("p", class_="facts").text


@pytest.mark.parametrize("tags", ["not json", "{}", "null", "[1, null]", '["\\ud800"]', "[]"])
def test_odd_tags_do_not_break_the_page(site, tags):
    site.library({"tags": tags})
    lists = sounds(site.tree())[0].all("ul")
    assert [one.text for one in lists] == (["\ufffd"] if "ud800" in tags else [])


HOSTILE = [
    "<script>window.hit=1</script>",
    '"><img src=x onerror=window.hit=1>',
    "' onmouseover='window.hit=1",
    "</title></style></svg><b>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;amp; &#0;",
    "\u202egnp.exe\u202c \u2067rtl",
    "צלילי רוח מדבר",
    "x" * 300,
    "]]><!-- -->",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(site, text):
    site.library({"name": text, "username": text, "tags": [text], "license": text})
    tree = site.tree()
    assert [one.text for one in tree.one("ol").all("bdi")] == [text] * 4
    assert {node.tag for node in tree.walk()}.isdisjoint({"script", "img", "b"})


@pytest.mark.parametrize("text", ["", " \n\t", "\x00\x1f", "\u200b\u2060", "\u202e"])
def test_a_name_without_anything_visible_is_still_a_link(site, text):
    site.library({"id": 5, "name": text, "username": text})
    item = sounds(site.tree())[0]
    assert item.one("h3").one("a").text == "Sound 5"
    assert item.one("p", class_="by").text == "by someone without a visible name"


@settings(deadline=None, max_examples=60)
@given(st.text(), st.text(), st.lists(st.text(st.characters()), max_size=7), st.floats(), st.text())
def test_any_text_comes_back_from_the_page(name, author, tags, duration, created):
    sound = Sound(3, name, author, licenses.find(created), created, duration, tags)
    shares = dict.fromkeys(licenses.FAMILIES, 1)
    page = Page(dict.fromkeys(("sounds", "users", "packs", "edges"), 1), shares, [], [], [sound])
    html = page_html.render(page, title="Soundweave", base_url=None)
    item = sounds(read_tree(html.encode().decode()))[0]
    assert item.one("h3").one("bdi").raw == page_html.foreign(name, "Sound 3")
    shown = [tag.raw for tag in item.all("ul")[0].all("bdi")] if tags else []
    assert shown == [page_html.foreign(tag, "(blank)") for tag in tags]


@given(st.text(st.characters()))
def test_foreign_text_is_one_visible_line_that_can_be_written(text):
    shown = page_html.foreign(text, "nothing")
    assert shown.encode("utf-8")
    assert shown.splitlines() == [shown]
    assert shown == page_html.foreign(shown, "nothing")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00 s"),
        (0.4261, "0.43 s"),
        (9.994, "9.99 s"),
        (9.996, "10.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1:00 min"),
        (3599.6, "1:00:00 h"),
        (3723.0, "1:02:03 h"),
        (10.0**8, "27,777:46:40 h"),
    ],
)
def test_durations(seconds, text):
    assert page_html.duration(seconds) == text


@pytest.mark.parametrize(
    ("duration", "percent"),
    [(0.0, 6), (0.1, 6), (1.0, 27), (60.0, 63), (3600.0, 100), (1e9, 100), (float("nan"), 6)],
)
def test_a_thread_is_as_long_as_its_sound(duration, percent):
    sound = Sound(1, "a", "b", licenses.find(""), "", duration, [])
    assert sound.thread == percent


def test_milestones_are_listed_newest_first_with_their_actions(site):
    site.library({})
    actions = {"validation": "passed", "edge_generation": "failed", "website": "not finished"}
    several = milestone(5, 18, crossed=[3, 4, 5], actions={"validation": "passed"})
    site.history("milestones", milestone(2, 9, actions=actions), several, milestone(1, 3))
    done = ["✓ validation passed", "✓ edges passed", "✓ website passed"]
    unrecorded = ["✓ validation passed", "· edges not recorded", "· website not recorded"]
    assert milestones(site.tree()) == [
        ("3–5", "503", "18 Nov 2025", unrecorded),
        (
            "2",
            "203",
            "9 Nov 2025",
            ["✓ validation passed", "✗ edges failed", "– website not finished"],
        ),
        ("1", "103", "3 Nov 2025", done),
    ]


@pytest.mark.parametrize(
    ("tonight", "names"),
    [
        (status([5]), ["5", "4"]),
        (status([5, 6, 7], 702), ["5–7", "4"]),
        (status([4, 5]), ["5", "4"]),
        (status([4]), ["4"]),
        (status([], is_milestone=False), ["4"]),
    ],
)
def test_the_milestone_of_tonight_is_listed_once(site, tonight, names):
    site.library({})
    site.history("metrics", night(21, 512))
    site.history("milestones", milestone(4, 15))
    (site.folder / "status.json").write_text(json.dumps(tonight))
    rows = milestones(site.tree(f"--milestone-status={site.folder / 'status.json'}"))
    assert [row[0] for row in rows] == names
    if len(rows) == 2:
        assert rows[0][1:] == (str(tonight["current_nodes"]), "21 Nov 2025", [])


def test_the_milestone_of_the_very_first_night_has_no_date_yet(site):
    site.library({})
    (site.folder / "status.json").write_text(json.dumps(status([5])))
    rows = milestones(site.tree(f"--milestone-status={site.folder / 'status.json'}"))
    assert [row[:3] for row in rows] == [("5", "512", "tonight")]


def test_the_chart_has_a_name_its_milestones_and_its_table(site):
    site.library({})
    site.history("metrics", *(night(day, 30 * day) for day in range(1, 21)))
    site.history("milestones", milestone(1, 4), milestone(2, 7), milestone(3, 11))
    tree = site.tree()
    charts = tree.all("svg", role="img")
    ids = {node.attrs["id"]: node for node in tree.walk() if "id" in node.attrs}
    assert len(charts) == 2
    for chart in charts:
        title, description = (chart.attrs["aria-labelledby"] or "").split()
        assert ids[title].text == "Sounds in the library, night by night"
        assert (
            "From 30 sounds on 1 November 2025 to 600 on 20 November 2025" in ids[description].text
        )
        assert len(chart.all("circle")) == 3
    assert [label.text for label in charts[0].all("text", class_="label")] == ["1", "2", "3"]
    assert len(nights(tree)) == 20


def test_histories_out_of_order_torn_or_odd_do_not_break_the_page(site):
    site.library({})
    odd = [night(19, -5), {"timestamp": "2025-11-19T00:00:00Z"}, night(18, 1, timestamp="2025-99")]
    big = night(17, 10**400)
    site.history("metrics", night(21, 30), *odd, night(20, 20), big, end='\n{"timestamp": "20')
    naive = milestone(1, 4, timestamp="2025-11-04T02:30:00+02:00")
    site.history("milestones", milestone(2, 9), naive, milestone(3, 9, timestamp="soon"), end="\n{")
    tree = site.tree()
    assert [row[0] for row in nights(tree)] == ["21 Nov 2025", "20 Nov 2025", "17 Nov 2025"]
    assert [row[0] for row in milestones(tree)] == ["2", "1"]
    assert figures(tree)["last night"] == "21 November 2025"


def test_two_runs_write_the_same_bytes(site):
    site.library({}, {"license": "https://creativecommons.org/licenses/by/4.0/"})
    site.history("metrics", night(20, 1), night(21, 2))
    site.tree()
    first = site.page.read_bytes()
    site.tree()
    assert site.page.read_bytes() == first


def test_the_page_carries_everything_itself(site):
    site.library({"name": "a"})
    site.history("metrics", night(20, 1), night(21, 2))
    tree = site.tree()
    style = tree.one("style").raw
    assert "url(" not in style
    assert "@import" not in style
    for node in tree.walk():
        assert node.tag not in {"script", "img", "iframe", "object", "embed", "base", "form"}
        assert not [
            name for name in node.attrs if name.startswith("on") or name in {"src", "style"}
        ]
    links = tree.all("link")
    assert [link.attrs["rel"] for link in links] == ["icon"]
    assert (links[0].attrs["href"] or "").startswith("data:image/svg+xml,")
    ids = [node.attrs["id"] for node in tree.walk() if "id" in node.attrs]
    assert len(ids) == len(set(ids))


def test_the_policy_allows_the_style_of_the_page_and_nothing_else(site):
    site.library()
    tree = site.tree()
    policy = tree.one("meta", http_equiv="Content-Security-Policy").attrs["content"] or ""
    digest = base64.b64encode(hashlib.sha256(tree.one("style").raw.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


@pytest.mark.parametrize("base", ["https://example.org/a/b", "https://example.org/a/b/"])
def test_a_base_url_gives_canonical_and_open_graph_links(site, base):
    site.library({}, {})
    tree = site.tree("--base-url", base)
    assert tree.one("link", rel="canonical").attrs["href"] == "https://example.org/a/b/"
    graph = {
        m.attrs["property"]: m.attrs["content"] for m in tree.all("meta") if "property" in m.attrs
    }
    assert graph["og:url"] == "https://example.org/a/b/"
    assert graph["og:description"] == (
        "A network of Freesound sounds that grows a little every night. 2 sounds so far."
    )


def test_without_a_base_url_there_are_no_such_links(site):
    site.library()
    tree = site.tree()
    assert not tree.all("link", rel="canonical")
    assert not [meta for meta in tree.all("meta") if "property" in meta.attrs]


@pytest.mark.parametrize(
    "url", ["example.org", "javascript:alert(1)", "https:///x", "https://a/?b"]
)
def test_a_base_url_that_is_none_is_refused(site, url, capsys):
    site.library()
    with pytest.raises(SystemExit) as stop:
        site.run("--base-url", url)
    assert stop.value.code == 2
    assert "is not like https://example.org/folder/" in capsys.readouterr().err


def test_a_huge_hostile_page_stays_small(site):
    names = [f"{number}{'<&>' * 100}" for number in range(200)]
    site.library(*({"name": name, "username": name, "tags": [name] * 30} for name in names))
    start = datetime(2010, 1, 1, tzinfo=UTC).timestamp()
    stamps = [
        f"{datetime.fromtimestamp(start + d * 86400, UTC):%Y-%m-%dT%H:%M:%SZ}" for d in range(5000)
    ]
    site.history("metrics", *(night(1, d * 97, timestamp=stamp) for d, stamp in enumerate(stamps)))
    site.history("milestones", *(milestone(d + 1, 1, timestamp=s) for d, s in enumerate(stamps)))
    tree = site.tree()
    assert len(gzip.compress(site.page.read_bytes())) <= 150_000
    assert len(nights(tree)) == len(milestones(tree)) == page_html.TABLE_NIGHTS
    assert "The latest 366 of 5,000 nights." in tree.text
    assert "The latest 366 of 5,000 milestones." in tree.text


def test_the_previous_page_stays_when_there_is_nothing_to_make_a_new_one_of(site, capsys):
    site.library()
    site.history("metrics", night(20, 1))
    site.tree()
    before = site.page.read_bytes()
    site.history("metrics", ["not", "a", "night"], night(20, 1))
    assert site.run() == 1
    assert "line 1 is not a JSON object" in capsys.readouterr().err
    (site.folder / "library" / "library.db").write_bytes(b"no library at all" * 100)
    site.history("metrics", night(20, 1))
    assert site.run() == 1
    assert site.page.read_bytes() == before
    assert list(site.page.parent.iterdir()) == [site.page]


def test_a_status_file_that_is_none_is_refused(site, capsys):
    site.library()
    (site.folder / "status.json").write_text('{"is_milestone": 1}')
    assert site.run(f"--milestone-status={site.folder / 'status.json'}") == 2
    assert "status.json" in capsys.readouterr().err
    assert not site.page.exists()


def test_the_command_prints_its_result_and_works_from_anywhere(site):
    site.library({}, {})
    site.history("metrics", night(20, 1))
    script = ROOT / "scripts" / "generate_landing_page.py"
    command = [sys.executable, str(script), *site.arguments("--json")]
    done = subprocess.run(command, cwd=site.folder, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {
        "page": str(site.page),
        "sounds": 2,
        "nights": 1,
        "milestones": 0,
    }
    assert site.page.stat().st_mode & 0o777 == 0o644


def test_without_a_library_the_command_says_what_to_do(site, capsys):
    assert site.run() == 2
    assert "run scripts/collect_sounds.py first" in capsys.readouterr().err


def test_a_time_without_an_offset_is_utc():
    assert landing_page.parse_time("2025-01-01T00:00:00") == datetime(2025, 1, 1, tzinfo=UTC)
    assert landing_page.parse_time("0001-01-01T00:00:00+14:00") is None
