import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.catalogues import TEXTS

PAGES = ["varied", "hostile", "empty"]


def show(page, name, width, scheme="light"):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{name}/index.html")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violation(page, name, width, scheme):
    show(page, name, width, scheme)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert len(results.response["passes"]) > 15


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 390, 640, 1024, 3840])
def test_nothing_scrolls_sideways(page, name, width):
    show(page, name, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        """[...document.querySelectorAll('body *')].filter(one => {
            const box = one.getBoundingClientRect();
            return !one.closest('svg, .hidden') && (box.right > innerWidth + 1 || box.left < -1);
        }).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert outside == []


@pytest.mark.parametrize(("scheme", "paper"), [("light", "246, 241, 230"), ("dark", "19, 21, 28")])
def test_the_style_applies_by_the_system_setting(page, scheme, paper):
    show(page, "varied", 1280, scheme)
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert color == f"rgb({paper})"


@pytest.mark.parametrize(("width", "shown"), [(390, "narrow"), (1280, "wide")])
def test_one_chart_shows_and_it_draws(page, width, shown):
    show(page, "varied", width)
    charts = page.locator("svg.growth:visible")
    assert charts.count() == 1
    assert shown in charts.get_attribute("class").split()
    line = charts.locator(".line").bounding_box()
    frame = charts.bounding_box()
    assert line["width"] > 0.8 * frame["width"]
    assert line["height"] > 0.5 * frame["height"]
    texts = charts.locator("text").all()
    boxes = [text.bounding_box() for text in texts]
    assert all(frame["x"] - 1 <= b["x"] for b in boxes)
    assert all(b["x"] + b["width"] <= frame["x"] + frame["width"] + 1 for b in boxes)


@pytest.mark.parametrize("width", [390, 700, 794, 1024, 1280])
def test_every_figure_stands_on_one_line(page, width):
    show(page, "varied", width)
    page.locator("dl .first dd").evaluate("one => one.textContent = '1,234,567'")
    lines = page.locator("dl dd").evaluate_all(
        """all => all.map(one => {
            const range = document.createRange();
            range.selectNodeContents(one);
            return new Set([...range.getClientRects()].map(box => Math.round(box.bottom))).size;
        })"""
    )
    assert lines == [1] * 6


def test_hostile_texts_are_texts(page):
    show(page, "hostile", 1280)
    assert page.evaluate("window.hit") is None
    assert page.locator("script, img, [onerror], [onfocus]").count() == 0
    assert page.locator("ol.sounds > li").count() == len(TEXTS)
    names = page.locator("h3 bdi").all_text_contents()
    for text in TEXTS[:-3]:
        assert text in names
    assert "first line second line" in names
    hosts = page.locator("h3 a").evaluate_all("all => all.map(one => one.hostname)")
    assert set(hosts) == {"freesound.org"}


def test_the_page_works_from_a_file(page, site_folder):
    page.goto((site_folder / "some" / "folder" / "varied" / "index.html").as_uri())
    assert page.locator("h1").inner_text() == "Soundweave"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontStyle") == "italic"


def test_the_table_of_the_chart_opens_with_the_keyboard(page):
    page.goto("varied/index.html")
    table = page.locator("#growth ~ *, section[aria-labelledby=growth] details table").last
    assert not table.is_visible()
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert table.is_visible()


def test_print_keeps_the_page_on_paper(page):
    show(page, "varied", 800)
    page.emulate_media(media="print", color_scheme="dark")
    line = page.locator("svg.growth:visible .line").evaluate("one => getComputedStyle(one).stroke")
    assert line == "rgb(47, 66, 131)"  # the light page's
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details:visible").count() == 0
