"""The pages of the translations in the browser."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

from soundweave.base import files
from soundweave.translation.results import result_files
from tests.site import sites
from tests.site.conftest import FOLDER
from tests.translation.results.test_results import HOSTILE
from tests.website.pages.test_translation_pages import Desk

LIST = "translations/index.html"
POEM = "translations/river-recorded-es.html"
PROSE = "translations/map-at-night-fr.html"
STRINGS = "translations/site-ca.html"
PAGES = [LIST, POEM, PROSE]
STRANGE = ["river-es", "river-ca", "tale-es", "tale-ca", "words-es", "words-ca"]
OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"
OUTSIDE = """[...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    const beyond = box.right > innerWidth + 1 || box.left < -1;
    return beyond && !one.closest('svg, .hidden, .skip, thead');
}).map(one => one.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def strange(tmp_path_factory, site_folder):
    """The address of a site whose texts are edited, damaged, revised and mean harm."""
    folder = tmp_path_factory.mktemp("strange")
    desk = Desk(folder)
    poem = desk.text(name="river", title="'<b>River</b>'", author="\"'\u202eevil'\"")
    revised = ["Río", "Un <i>buen</i>\n  dos", HOSTILE[0]]
    place = desk.translate(poem, revision={"segments": revised, "by": "m", "changes": "x" * 500})
    markdown = place / result_files.MARKDOWN
    markdown.write_text(markdown.read_text().replace("Uno", "W" * 200 + " مرحبا \u202e txt"))
    desk.translate(poem, ["x" * 300, "\u202ea\n\u2067b", HOSTILE[8] + "\n" + HOSTILE[0]], "ca")
    prose = desk.text("prose", name="tale")
    remark = {"id": "1", "remark": "<img src=x onerror=hit=1> " * 9, "suggestion": "y" * 400}
    desk.translate(prose, review={"by": "m", "remarks": [remark] * 3, "summary": "z " * 300})
    (desk.translate(prose, lang="ca") / result_files.RECORD).write_text("{")
    strings = desk.text("interface", name="words")
    desk.translate(strings, [HOSTILE[0], None])
    done = folder / "done"
    base = site_folder.parent / "work" / "empty"
    shutil.copytree(base, done, ignore=shutil.ignore_patterns("public"))
    sites.generate(done, f"--texts-dir={desk.texts}", f"--translations-dir={desk.translations}")
    name = f"strange-{os.getpid()}"  # all workers share the folder
    shutil.copytree(done / "public", site_folder / FOLDER / name)
    return f"{name}/translations"


def show(page, address, width=1280, scheme="light"):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(address)
    page.evaluate(OPEN)


def check(page):
    violations = Axe().run(page)
    assert violations.violations_count == 0, violations.generate_report()
    assert len(violations.response["passes"]) > 15


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violation(page, name, width, scheme):
    show(page, f"varied/{name}", width, scheme)
    check(page)


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_nor_where_texts_are_strange(page, strange, name, width, scheme):
    show(page, f"{strange}/{name}.html", width, scheme)
    check(page)


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 3840])
def test_nothing_scrolls_sideways(page, strange, width):
    for address in [f"varied/{name}" for name in [*PAGES, STRINGS]] + [
        f"{strange}/{name}.html" for name in STRANGE
    ]:
        show(page, address, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.evaluate(OUTSIDE) == [], address


def test_strange_texts_are_texts(page, strange):
    for name in [*STRANGE, "index"]:
        show(page, f"{strange}/{name}.html")
        assert page.evaluate("window.hit") is None
        assert page.locator("script, img, b, i, iframe").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_lines_of_a_poem_stand_beside_or_below_each_other(page, width):
    show(page, f"varied/{POEM}", width)
    rows = page.locator("table.poem tbody tr")
    assert rows.count() == 16
    for row in rows.all():
        ours, theirs = (cell.bounding_box() for cell in row.locator("td").all())
        if width > 768:
            assert abs(ours["y"] - theirs["y"]) < 2
            assert ours["x"] + ours["width"] <= theirs["x"] + 1
        else:
            assert ours["y"] + ours["height"] <= theirs["y"] + 1
    first = rows.first.locator("td")
    assert [cell.get_attribute("lang") for cell in first.all()] == ["en", "es"]
    assert first.first.inner_text() == "I set the microphone on a dry stone"


def test_the_list_leads_to_a_page_and_back_in_its_language(page):
    page.goto(f"varied/fr/{LIST}")
    page.locator('a[href$="river-recorded-ca.html"]').click()
    assert page.url.endswith("/fr/translations/river-recorded-ca.html")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.locator(".languages a", has_text="Español").click()
    assert page.url.endswith("/es/translations/river-recorded-ca.html")
    page.locator(".siblings a").first.click()
    assert page.url.endswith("/es/translations/river-recorded-es.html")
    page.locator(".back a").click()
    assert page.url.endswith(f"/es/{LIST}")


def test_the_keyboard_opens_what_is_folded(page):
    page.goto(f"varied/{POEM}")
    passages = page.locator(".passages")
    assert not passages.is_visible()
    page.locator("details:has(.passages) summary").focus()
    page.keyboard.press("Enter")
    assert passages.is_visible()
    link = passages.locator('a[href="#p1"]').first
    link.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#p1")
    assert page.locator("#p1 tr").count() == 4


def test_all_of_it_is_there_without_scripts(browser, base_url):
    with browser.new_context(java_script_enabled=False, base_url=base_url) as context:
        page = context.new_page()
        page.goto(f"varied/{POEM}")
        assert page.locator("table.poem").is_visible()
        page.locator("details:has(.passages) summary").click()
        assert page.locator(".passages").is_visible()
        assert page.locator("script").count() == 0


def test_what_went_and_came_can_be_told_apart_by_more_than_color(page, strange):
    show(page, f"{strange}/river-es.html")
    for name, line, word in (("del", "line-through", "removed:"), ("ins", "underline", "added:")):
        element = page.locator(name).first
        assert line in element.evaluate("one => getComputedStyle(one).textDecorationLine")
        assert word in element.text_content()


def test_the_record_is_offered_as_data(page, site_folder):
    page.goto(f"varied/{POEM}")
    address = page.locator(".data a").evaluate("one => one.href")
    record = page.request.get(address).json()
    assert record == files.read_json(
        site_folder / FOLDER / "varied" / "translations/river-recorded-es.json"
    )
    assert record["lang"] == "es"


def test_no_page_is_too_large(site_folder):
    pages = list((site_folder / FOLDER / "varied").rglob("translations/*.html"))
    assert len(pages) > 40
    assert max(path.stat().st_size for path in pages) < 500_000


def test_print_keeps_both_columns(page):
    page.goto(f"varied/{POEM}")
    page.emulate_media(media="print")
    assert page.locator("table.poem td").first.is_visible()
