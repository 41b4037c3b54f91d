import gzip
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundweave.base.text import one_line
from soundweave.library import database
from soundweave.website.data import groups
from soundweave.website.pages import front
from soundweave.website.pages.cards import card
from tests.support.front_site import CONFIGURED, FrontSite, milestone, night, status
from tests.support.page_tree import read_tree

HALF = {"validation": "passed", "edge_generation": "failed", "website": "not finished"}


@pytest.fixture
def site(tmp_path):
    return FrontSite(tmp_path)


def figures(tree):
    divisions = tree.one("dl", class_="figures").all("div")
    return {division.one("dt").text: division.one("dd").text for division in divisions}


def sounds(tree, part="latest"):
    section = tree.one("section", aria_labelledby=part)
    return [item for item in section.one("ol").children if not isinstance(item, str)]


def milestones(tree):
    tables = tree.one("section", aria_labelledby="milestones").all("table")
    rows = [row for table in tables for row in table.one("tbody").all("tr")]
    return [
        (
            row.one("th").text,
            *(cell.text for cell in row.all("td")[:3]),
            [item.text for item in row.all("li")],
        )
        for row in rows
    ]


def nights(tree):
    rows = tree.one("section", aria_labelledby="growth").one("tbody").all("tr")
    return [[row.one("th").text, *(cell.text for cell in row.all("td"))] for row in rows]


def work(tree):
    section = tree.one("section", aria_labelledby="work")
    states = {
        division.one("dt").text: division.one("strong").text
        for division in section.one("dl", class_="works").all("div")
    }
    return section.one("p", class_="lead").text, states


def test_the_numbers(site):
    site.library(
        {"username": "ada", "pack": "Rain"},
        {"username": "ada", "pack": "Rain"},
        {"username": "bob"},
        {"username": "gone", "pack": "Gone", "removed_at": "2025-11-20T00:00:00Z"},
        links=True,
    )
    site.history("metrics", night(20, 1), night(21, 3, added=1200))
    site.history("milestones", milestone(1, 12), milestone(2, 18, actions=HALF))
    tree = site.tree()
    assert figures(tree) == {
        "sounds": "3",
        "authors": "2",
        "packs": "1",
        "connections": "5",
        "added last night": "+1,200",
        "last nightly run": "November 21, 2025",
        "last successful milestone": "November 12, 2025",
    }
    stamps = [node.attrs["datetime"] for node in tree.one("dl", class_="figures").all("time")]
    assert stamps == ["2025-11-21T02:17:00Z", "2025-11-12T02:30:00Z"]
    assert tree.one("h1").text == "Soundweave"
    assert nights(tree) == [["Nov 21, 2025", "3", "1,200", "0"], ["Nov 20, 2025", "1", "7", "0"]]


def test_an_empty_library_gives_a_sane_page(site):
    site.library()
    tree = site.tree()
    assert list(figures(tree).values()) == ["0", "0", "0", "0", "–", "not yet", "not yet"]
    assert [one.text for one in tree.all("p", class_="empty")] == [
        "There is no map yet. It is drawn once the first sounds arrive.",
        "No night has been recorded yet. The chart starts with the first one.",
        "No milestone has been reached yet, so none of the three actions has run.",
        "No milestone has been reached yet.",
        "No sounds in the library yet.",
    ]
    assert not tree.all("table")
    assert not tree.all("svg", role="img")


def test_latest_are_the_newest_uploads_and_ties_go_by_id(site):
    removed = {"id": 99, "created": "2025-11-22T00:00:00Z", "removed_at": "2025-11-23T00:00:00Z"}
    old = [{"id": n, "name": f"old {n}", "created": "2020-01-01T00:00:00Z"} for n in range(1, 31)]
    new = {"id": 31, "name": "new", "created": "2025-11-21T00:00:00Z"}
    site.library(new, *old, removed)
    names = [item.one("h3").text for item in sounds(site.tree())]
    assert names == ["new", *(f"old {number}" for number in range(30, 7, -1))]


def test_most_connected_is_one_sound_an_author_and_none_without_links(site):
    many = [{"username": "ada", "name": f"a{n}"} for n in range(5)]
    few = [{"username": "bob", "name": f"b{n}", "pack": "P"} for n in range(3)]
    site.library(*few, *many, {"username": "lonely"})
    items = sounds(site.tree(), "connected")
    assert [one.one("h3").text for one in items] == ["a0", "b0"]
    assert ["connections: 4" in one.text for one in items] == [True, False]
    assert len(sounds(site.tree(connected_sounds=1), "connected")) == 1


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
    assert item.one("p", class_="facts").text == "1:23 min Apr 16, 2014 CC BY-NC 3.0"
    assert item.one("time").attrs["datetime"] == "2014-04-16T20:07:11Z"
    deed = item.one("a", rel="license").attrs["href"]
    assert deed == "https://creativecommons.org/licenses/by-nc/3.0/"
    tags = [tag.text for tag in item.one("ul", class_="tags").all("li")]
    assert tags == ["Bird", "bird", "c", "d", "e", "f", "g", "and 2 more"]
    assert [tag.text for tag in item.one("ul").all("bdi")] == tags[:-1]


@pytest.mark.parametrize(
    ("pages", "up_to", "lang", "links"),
    [
        (1, 100, "", ["users/ada-", "tags/rain-"]),
        (1, 100, "es/", ["users/ada-", "tags/rain-"]),
        (1, 0, "", ["users/ada-", "tags/rain-"]),
        (1, 0, "es/", ["../users/ada-", "../tags/rain-"]),
        (0, 100, "", []),
    ],
)
def test_authors_and_tags_with_a_page_are_links(site, pages, up_to, lang, links):
    (site.locales / "es.json").write_text("{}")
    site.library(
        {"username": "ada", "tags": ["rain"]},
        {"username": "ada", "tags": ["rain", "roof"]},
        {"username": "bob", "tags": []},
    )
    tree = site.tree(page=f"{lang}index.html", group_pages=pages, translated_up_to=up_to)
    hrefs = [
        link.attrs["href"]
        for item in sounds(tree)
        for part in (*item.all("p", class_="by"), *item.all("ul"))
        for link in part.all("a")
    ]
    assert [href[: href.rindex("-") + 1] for href in dict.fromkeys(hrefs)] == links


def test_a_sound_on_the_map_links_to_its_place(site):
    site.library({"id": 5, "name": "on"}, {"id": 6, "name": "off"})
    site.map([(1, 0.0, 0.0, 3.0, 1, "rain, roof")], [(5, 1, 0.5, 0.5)])
    tree = site.tree()
    ways = {
        item.one("h3").text: [a.attrs["href"] for a in item.one("p", class_="facts").all("a")]
        for item in sounds(tree)
    }
    assert "map.html#sound=5" in ways["on"]
    assert not any("map.html" in href for href in ways["off"])
    assert [line.text for line in tree.one("svg", class_="still").all("tspan")] == ["rain", "roof"]
    assert "Sounds on it: 1." in tree.one("section", class_="window").text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "<b>free</b>", "https://example.org/by/4.0"]
)
def test_an_unknown_license_is_text_without_a_link(site, url):
    site.library({"license": url})
    facts = sounds(site.tree())[0].one("p", class_="facts")
    assert facts.one("bdi").text == url
    assert not facts.all("a")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("created", "2014-04-16T20:07:11", "Apr 16, 2014"),
        ("created", "soon <b>", "soon <b>"),
        ("created", "", "unknown date"),
        ("license", " ", "unknown license"),
        ("duration", float("inf"), "–"),
        ("duration", -1.0, "–"),
    ],
)
def test_odd_facts_are_shown_as_they_are(site, field, value, expected):
    site.library({field: value})
    assert expected in sounds(site.tree())[0].one("p", class_="facts").text


def test_each_way_to_the_map_is_named_by_its_sound(site):
    names = ["Rain", "<b>Rain</b>"]
    site.library(*({"name": name} for name in names))
    site.map([(1, 0.0, 0.0, 3.0, 2, "rain")], [(1, 1, 0.5, 0.5), (2, 1, 0.5, 0.6)])
    ways = [link for item in sounds(site.tree()) for link in item.all("a", aria_label="map")]
    assert sorted(link.attrs["aria-label"] for link in ways) == sorted(
        f"{name} on the map" for name in names
    )


def test_the_note_on_a_late_night_knows_from_when_it_is_late(site):
    site.library({})
    assert site.tree().one("p", id="late").attrs["data-most"] == str(front.LATE_DAYS)


@pytest.mark.parametrize("tags", ["not json", "{}", "null", "[1, null]", '["\\ud800"]', "[]"])
def test_odd_tags_do_not_break_the_page(site, tags):
    site.library({"tags": tags})
    lists = sounds(site.tree())[0].all("ul")
    assert [node.text for node in lists] == (["\ufffd"] if "ud800" in tags else [])


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
    site.map([(1, 0.0, 0.0, 300.0, 1, f"rain, {text[:20]}")], [(1, 1, 0.5, 0.5)])
    tree = site.tree()
    assert [name.text for name in sounds(tree)[0].all("bdi")] == [text, text, text, text]
    assert [line.text for line in tree.all("tspan")] == ["rain", text[:20].strip()]
    assert {node.tag for node in tree.walk()}.isdisjoint({"img", "b"})
    scripts = [node.attrs.get("src") for node in tree.all("script")]
    assert [script and script.startswith("assets/front-") for script in scripts] == [True, None]


@pytest.mark.parametrize("text", ["", " \n\t", "\x00\x1f", "\u200b\u2060", "\u202e"])
def test_a_name_without_anything_visible_is_still_a_link(site, text):
    site.library({"id": 5, "name": text, "username": text})
    item = sounds(site.tree())[0]
    assert item.one("h3").one("a").text == "#5"
    assert item.one("p", class_="by").text == "by ?"


written = st.text(st.characters(exclude_categories=["Cs"]))


@settings(max_examples=10)
@given(st.lists(st.tuples(written, written, st.lists(st.text(), max_size=7)), min_size=1))
def test_any_text_comes_back_from_the_page(tmp_path_factory, texts):
    site = FrontSite(tmp_path_factory.mktemp("any"))
    site.library(*({"name": name, "username": user, "tags": tags} for name, user, tags in texts))
    items = sounds(site.tree(latest_sounds=200))
    assert len(items) == len(texts)
    for item in items:
        number = int(item.one("h3").one("a").attrs["href"].rstrip("/").rpartition("/")[2])
        name, author, tags = texts[number - 1]
        assert item.one("h3").one("bdi").raw == one_line(name, f"#{number}")
        assert item.one("p", class_="by").one("bdi").raw == one_line(author, "?")
        page_tags = [tag.raw for part in item.all("ul") for tag in part.all("bdi")]
        assert page_tags == [one_line(tag, "(blank)") for tag in dict.fromkeys(tags)]


@pytest.mark.parametrize(
    ("duration", "percent"),
    [(0.0, 6), (0.1, 6), (1.0, 27), (60.0, 63), (3600.0, 100), (1e9, 100), (float("nan"), 6)],
)
def test_a_thread_is_as_long_as_its_sound(site, duration, percent):
    site.library({"duration": 1})
    with database.snapshot(site.folder / "library") as reader:
        sound = card(groups.read(reader, CONFIGURED), 0)
    assert replace(sound, seconds=duration).thread == percent


def test_milestones_are_listed_newest_first_with_their_actions(site):
    site.library({})
    site.history("metrics", *(night(day, 9) for day in (2, 3, 5, 7, 9, *range(10, 19))))
    several = milestone(5, 18, crossed=[3, 4, 5], actions={"validation": "passed"})
    site.history("milestones", milestone(2, 9, actions=HALF), several, milestone(1, 3))
    done = ["✓ validation passed", "✓ edges passed", "✓ website passed"]
    unrecorded = ["✓ validation passed", "· edges not recorded", "· website not recorded"]
    mixed = ["✓ validation passed", "✗ edges failed", "– website not finished"]
    tree = site.tree()
    assert milestones(tree) == [
        ("3–5", "503", "Nov 18, 2025", "9", unrecorded),
        ("2", "203", "Nov 9, 2025", "3", mixed),
        ("1", "103", "Nov 3, 2025", "2", done),
    ]
    timelines = tree.all("svg", class_="timeline")
    [wide] = [drawing for drawing in timelines if "wide" in drawing.attrs["class"].split()]
    assert [label.text for label in wide.all("text", class_="label")] == ["1", "2", "3–5"]
    assert [label.text for label in wide.all("text", class_="wait")] == ["2", "3", "9"]


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
    site.history("metrics", night(14, 480), night(17, 490), night(21, 512))
    site.history("milestones", milestone(4, 15))
    site.status(tonight)
    rows = milestones(site.tree())
    assert [row[0] for row in rows] == names
    if len(rows) == 2:
        assert rows[0][1:] == (str(tonight["current_nodes"]), "Nov 21, 2025", "2", [])


def test_the_milestone_of_the_very_first_night_has_no_date_yet(site):
    site.library({})
    site.status(status([5]))
    assert [row[:4] for row in milestones(site.tree())] == [("5", "512", "tonight", "–")]


ENDED = {"validation": "✓ passed", "edges": "✗ failed", "website": "– not finished"}


@pytest.mark.parametrize(
    ("day", "tonight", "sentence", "states"),
    [
        (
            18,
            None,
            "The last nightly run did not reach a milestone. This is how the actions of the latest"
            " one ended: milestone 4, November 18, 2025.",
            ENDED,
        ),
        (
            21,
            None,
            "The last nightly run reached milestone 4. This is how its actions ended.",
            ENDED,
        ),
        (
            18,
            status([5]),
            "The last nightly run reached milestone 5."
            " Its actions were still running when this page was built.",
            {
                "validation": "· running",
                "edges": "· running",
                "website": "✓ done: you are reading it",
            },
        ),
    ],
)
def test_the_state_of_the_three_actions_in_words(site, day, tonight, sentence, states):
    site.library({})
    site.history("metrics", night(21, 512))
    site.history("milestones", milestone(4, day, actions=HALF))
    if tonight:
        site.status(tonight)
    assert work(site.tree()) == (sentence, states)


def test_the_chart_has_a_name_its_milestones_and_its_table(site):
    site.library({})
    site.history("metrics", *(night(day, 30 * day) for day in range(1, 21)))
    site.history("milestones", milestone(1, 4), milestone(2, 7), milestone(3, 11))
    tree = site.tree()
    charts = tree.all("svg", class_="growth")
    ids = {node.attrs["id"]: node for node in tree.walk() if "id" in node.attrs}
    assert len(charts) == 2
    for chart in charts:
        title, description = (chart.attrs["aria-labelledby"] or "").split()
        assert ids[title].text == "Sounds in the library, night by night"
        text = ids[description].text
        assert "From 30 sounds on November 1, 2025 to 600 on November 20, 2025" in text
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
    assert [row[0] for row in nights(tree)] == ["Nov 21, 2025", "Nov 20, 2025"]
    assert [row[0] for row in milestones(tree)] == ["2", "1"]
    assert figures(tree)["last nightly run"] == "November 21, 2025"


def test_two_runs_write_the_same_bytes(site):
    site.library({}, {"license": "https://creativecommons.org/licenses/by/4.0/"})
    site.history("metrics", night(20, 1), night(21, 2))
    site.make()
    first = {path: path.read_bytes() for path in site.public.rglob("*") if path.is_file()}
    site.make()
    assert {path: path.read_bytes() for path in first} == first
    assert len(first) > 10


def test_the_page_allows_itself_and_nothing_else(site):
    site.library({"name": "a"})
    site.history("metrics", night(20, 1), night(21, 2))
    tree = site.tree()
    policy = tree.one("meta", http_equiv="Content-Security-Policy").attrs["content"] or ""
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self' data:;")
    assert "unsafe" not in policy
    for node in tree.walk():
        assert node.tag not in {"style", "img", "iframe", "object", "embed", "base", "form"}
        assert not [name for name in node.attrs if name.startswith("on") or name == "style"]
    ids = [node.attrs["id"] for node in tree.walk() if "id" in node.attrs]
    assert len(ids) == len(set(ids))
    assert (tree.one("link", rel="icon").attrs["href"] or "").startswith("data:image/svg+xml,")


def test_a_base_url_gives_canonical_and_open_graph_links(site):
    site.library({}, {})
    tree = site.tree("https://example.org/a/b/")
    assert tree.one("link", rel="canonical").attrs["href"] == "https://example.org/a/b/"
    graph = {
        m.attrs["property"]: m.attrs["content"] for m in tree.all("meta") if "property" in m.attrs
    }
    assert graph["og:url"] == "https://example.org/a/b/"
    assert graph["og:image"] == "https://example.org/a/b/map.png"
    assert graph["og:description"] == (
        "A network of Freesound sounds that grows a little every night. 2 sounds so far."
    )
    plain = site.tree()
    assert not plain.all("link", rel="canonical")
    assert not [meta for meta in plain.all("meta") if "property" in meta.attrs]


def test_a_huge_hostile_page_stays_small(site):
    names = [f"{number}{'<&>' * 100}" for number in range(200)]
    site.library(*({"name": name, "username": name, "tags": [name] * 30} for name in names))
    circles = [(n, n % 20 * 30.0, n // 20 * 30.0, 14.0, 1, names[n][:30]) for n in range(200)]
    site.map(circles, [(n + 1, n, circles[n][1], circles[n][2]) for n in range(200)])
    start = datetime(2010, 1, 1, tzinfo=UTC).timestamp()
    stamps = [
        f"{datetime.fromtimestamp(start + d * 86400, UTC):%Y-%m-%dT%H:%M:%SZ}" for d in range(5000)
    ]
    site.history("metrics", *(night(1, d * 97, timestamp=stamp) for d, stamp in enumerate(stamps)))
    site.history("milestones", *(milestone(d + 1, 1, timestamp=s) for d, s in enumerate(stamps)))
    site.make()
    content = (site.public / "index.html").read_bytes()
    assert len(gzip.compress(content)) <= 75_000
    assert len(content) <= 500_000
    tree = read_tree(content.decode())
    assert (len(nights(tree)), len(milestones(tree))) == (366, 100)
    assert "The latest 366 of 5,000 nights." in tree.text
    counts = [int(row[1].replace(",", "")) for row in nights(tree)]
    assert counts == [97 * day for day in range(4999, 4633, -1)]  # the newest ones
    assert "The latest 100 of 5,000 milestones." in tree.text
