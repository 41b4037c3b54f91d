"""The front page and the pages about the site in the browser."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.catalogs import TEXTS
from tests.site.conftest import FOLDER
from tests.site.sites import NIGHTS, START

SITES = ["varied", "hostile", "empty", "woven"]
ABOUT = ["varied/data.html", "woven/notices.html", "woven/404.html"]
# Targets are measured as well: axe leaves that to those who ask.
OPTIONS = {"rules": {"target-size": {"enabled": True}}}
LOOKS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


def show(page, path, width, scheme="light"):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


def violations(page):
    results = Axe().run(page, options=OPTIONS)
    assert len(results.response["passes"]) > 10
    return results.generate_report() if results.violations_count else ""


@pytest.fixture
def plain(browser, base_url):
    """A page without scripts."""
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    yield context.new_page()
    context.close()


CASES = [
    *(("varied/index.html", *look) for look in LOOKS),
    *(
        (path, *look)
        for path in ("hostile/index.html", "empty/index.html", *ABOUT)
        for look in (LOOKS[0], LOOKS[3])
    ),
]


@pytest.mark.parametrize(("path", "width", "scheme"), CASES)
def test_no_accessibility_violation(page, path, width, scheme):
    show(page, path, width, scheme)
    # The sounds of a list are all alike: the first ones stand for the rest.
    alike = "ol.sounds > li:nth-child(n+13), tbody tr:nth-child(n+9)"
    page.evaluate("alike => document.querySelectorAll(alike).forEach(one => one.remove())", alike)
    assert violations(page) == ""


FRONTS = [f"{name}/index.html" for name in SITES]
WIDTHS = [*((path, width) for path in FRONTS for width in (320, 390, 640, 1024, 3840))]


@pytest.mark.parametrize(("path", "width"), [*WIDTHS, *((path, 320) for path in ABOUT)])
def test_nothing_scrolls_sideways(page, path, width):
    show(page, path, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        """[...document.querySelectorAll('body *')].filter(one => {
            const box = one.getBoundingClientRect();
            const apart = one.closest('svg, .hidden, .skip');
            return !apart && (box.right > innerWidth + 1 || box.left < -1);
        }).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert outside == []


@pytest.mark.parametrize(("scheme", "paper"), [("light", "246, 241, 230"), ("dark", "19, 21, 28")])
def test_the_style_applies_by_the_system_setting(page, scheme, paper):
    show(page, "varied/index.html", 1280, scheme)
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert color == f"rgb({paper})"


@pytest.mark.parametrize(("width", "visible"), [(390, "narrow"), (1280, "wide")])
@pytest.mark.parametrize(("drawing", "line"), [("growth", ".line"), ("timeline", ".yarn")])
def test_one_of_two_drawings_shows_and_it_draws(page, width, visible, drawing, line):
    show(page, "varied/index.html", width)
    drawn = page.locator(f"svg.{drawing}:visible")
    assert drawn.count() == 1
    assert visible in drawn.get_attribute("class").split()
    frame = drawn.bounding_box()
    boxes = [part.bounding_box() for part in drawn.locator(line).all()]
    assert max(b["x"] + b["width"] for b in boxes) - boxes[0]["x"] > 0.8 * frame["width"]
    assert max(b["height"] for b in boxes) > 0.2 * frame["height"]
    texts = [text.bounding_box() for text in drawn.locator("text").all()]
    assert len(texts) > 5
    assert all(frame["x"] - 1 <= b["x"] for b in texts)
    assert all(b["x"] + b["width"] <= frame["x"] + frame["width"] + 1 for b in texts)
    assert all(b["y"] + b["height"] <= frame["y"] + frame["height"] + 1 for b in texts)


def test_the_map_in_small_is_a_link_with_a_name_and_it_draws(page):
    show(page, "woven/index.html", 1280)
    link = page.get_by_role("link", name="Preview of the map: open the full map")
    assert link.get_attribute("href") == "map.html"
    assert page.locator(".still .patch").count() > 5
    # What lies in the middle of the largest patch is the patch's drawing, not the bare page.
    patch = page.locator(".still .patch").first
    patch.scroll_into_view_if_needed()
    fill = patch.evaluate("one => getComputedStyle(one).fill")
    assert fill.startswith("rgb(")
    page.mouse.wheel(0, 100)
    texts = page.locator(".still text").all()
    assert texts
    for text in texts:
        label = text.bounding_box()
        around = text.locator("xpath=../*[@class='patch']").bounding_box()
        assert around["x"] <= label["x"]
        assert label["x"] + label["width"] <= around["x"] + around["width"]


@pytest.mark.parametrize("width", [390, 700, 794, 1024, 1280])
def test_every_figure_stands_on_one_line(page, width):
    show(page, "varied/index.html", width)
    page.locator("dl .first dd").evaluate("one => one.textContent = '1,234,567'")
    lines = page.locator("dl.figures dd").evaluate_all(
        """all => all.map(one => {
            const range = document.createRange();
            range.selectNodeContents(one);
            return new Set([...range.getClientRects()].map(box => Math.round(box.bottom))).size;
        })"""
    )
    assert lines == [1] * 7


LAST = START + timedelta(days=NIGHTS["varied"])


@pytest.mark.parametrize(
    ("since", "note"),
    [
        (timedelta(days=-1), None),
        (timedelta(hours=20), None),
        (timedelta(days=2), None),
        (
            timedelta(days=2, hours=1),
            "The last nightly run was 2 days ago. The numbers on this page are from that date.",
        ),
        (
            timedelta(days=1500),
            "The last nightly run was 1,500 days ago. The numbers on this page are from that date.",
        ),
    ],
)
def test_a_late_night_is_noted(page, since, note):
    page.clock.set_fixed_time(LAST + since)
    page.goto("varied/index.html")
    notice = page.locator("#late:visible")
    assert notice.all_inner_texts() == ([note] if note else [])


def test_where_there_was_no_night_none_is_late(page):
    page.goto("empty/index.html")
    assert page.locator("#late:visible").count() == 0


def test_without_scripts_the_page_is_whole_but_for_that_note(plain):
    plain.goto("varied/index.html")
    assert plain.locator("#late:visible").count() == 0
    assert plain.locator("ol.sounds > li:visible").count() > 20
    assert plain.locator("svg.growth:visible").count() == 1
    plain.get_by_role("link", name="Browse all sounds").first.click()
    assert plain.url.endswith("/sounds/index.html")


def test_hostile_texts_are_texts(page):
    show(page, "hostile/index.html", 1280)
    assert page.evaluate("window.hit") is None
    assert (
        page.locator("img, [onerror], [onfocus], script:not([src^='assets/'], #page)").count() == 0
    )
    latest = page.locator("section[aria-labelledby=latest] ol.sounds > li")
    assert latest.count() == len(TEXTS)
    names = latest.locator("h3 bdi").all_text_contents()
    for text in TEXTS[:-3]:
        assert text in names
    assert "first line second line" in names
    hosts = page.locator("h3 a").evaluate_all("all => all.map(one => one.hostname)")
    assert set(hosts) == {"freesound.org"}


def test_every_link_within_the_site_leads_somewhere(page, site_folder):
    for path in ("woven/index.html", *ABOUT, "woven/es/index.html"):
        page.goto(path)
        url = page.url
        links = page.locator("a[href], link[href]").evaluate_all(
            "all => all.map(one => one.href.split('#')[0])"
        )
        root = url[: url.index(FOLDER.as_posix())]
        for link in {link for link in links if link.startswith(root)}:
            assert (site_folder / link[len(root) :]).is_file(), f"{path}: {link}"


def test_the_language_switch_leads_to_the_same_page(page):
    page.goto("varied/data.html")
    page.get_by_role("link", name="Español").click()
    assert page.url.endswith("/varied/es/data.html")
    assert page.locator("html").get_attribute("lang") == "es"


def test_the_page_works_from_a_file(page, site_folder):
    page.goto((site_folder / FOLDER / "varied" / "index.html").as_uri())
    assert page.locator("h1").inner_text() == "Soundweave"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontStyle") == "italic"


def test_the_table_of_the_chart_opens_with_the_keyboard(page):
    page.goto("varied/index.html")
    table = page.locator("section[aria-labelledby=growth] details table")
    assert not table.is_visible()
    page.locator("section[aria-labelledby=growth] summary").focus()
    page.keyboard.press("Enter")
    assert table.is_visible()


def test_the_first_key_offers_to_skip_the_navigation(page):
    page.goto("varied/index.html")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to content"
    assert skip.bounding_box()["y"] >= 0


def test_print_keeps_the_page_on_paper(page):
    show(page, "varied/index.html", 800)
    page.emulate_media(media="print", color_scheme="dark")
    line = page.locator("svg.growth:visible .line").evaluate("one => getComputedStyle(one).stroke")
    assert line == "rgb(47, 66, 131)"  # the light page's
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details:visible, nav.bar:visible").count() == 0
