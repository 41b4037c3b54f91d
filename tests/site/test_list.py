"""The list of sounds and the pages of users, packs and tags, in the browser."""

import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.site.catalogs import TEXTS
from tests.site.conftest import FOLDER

LIST = "woven/sounds/index.html"
HEARD = """
window.heard = new Set();
document.addEventListener("play", (event) => window.heard.add(event.target), true);
"""
PLAYING = "[...window.heard].filter((one) => !one.paused).length"


def address(site_folder, site, kind):
    """Return a page of a kind; of a user, a pack or a tag the first of its index."""
    if kind == "list":
        return f"{site}/sounds/index.html"
    if not kind.endswith("s"):
        folder = site_folder / FOLDER / site / f"{kind}s"
        pages = [path for path in folder.glob("*.html") if not path.name.startswith("index")]
        return f"{site}/{kind}s/{max(pages, key=lambda path: (path.stat().st_size, path)).name}"
    return f"{site}/{kind}/index.html"


@pytest.fixture
def silent(page):
    """Answers every preview with nothing, and returns the addresses that were asked for."""
    requests = []

    def answer(route):
        requests.append(route.request.url)
        route.abort()

    page.route("https://cdn.freesound.org/**", answer)
    return requests


@pytest.fixture
def plain(browser, base_url):
    """A page without scripts."""
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def names(page):
    return page.locator("#rows tbody th").all_inner_texts()


def search(page, query):
    page.get_by_role("searchbox").fill(query)
    page.locator("#message").get_by_text(f"“{query}”").wait_for()


@pytest.mark.parametrize("kind", ["list", "users", "tags", "user", "pack", "tag"])
def test_no_accessibility_violation(page, site_folder, kind):
    page.goto(address(site_folder, "woven", kind))
    # The rows are all alike: the first ones stand for the rest.
    alike = ":is(tbody tr, .cloud li):nth-child(n+9)"
    page.evaluate("alike => document.querySelectorAll(alike).forEach(one => one.remove())", alike)
    for width, scheme in product((390, 1280), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert len(results.response["passes"]) > 15


@pytest.mark.parametrize("site", ["hostile", "woven"])
@pytest.mark.parametrize("kind", ["list", "users", "tags", "user", "tag"])
def test_nothing_scrolls_sideways(page, site_folder, site, kind):
    page.goto(address(site_folder, site, kind))
    for width in (320, 390, 640, 768, 1088, 1280, 3840):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        outside = page.evaluate(
            """[...document.querySelectorAll('main *')].filter(one => {
                const box = one.getBoundingClientRect();
                return getComputedStyle(one).position !== 'absolute'
                    && !one.closest('[style*=absolute]')
                    && box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
            }).map(one => one.outerHTML.slice(0, 80))"""
        )
        assert outside == []


def test_without_scripts_the_list_is_whole(plain):
    plain.set_viewport_size({"width": 1280, "height": 900})
    plain.goto(LIST)
    assert plain.locator("#rows tbody tr").count() == 250
    assert not plain.get_by_role("searchbox").is_visible()
    player = plain.locator("audio").first
    assert player.bounding_box()["width"] > 130  # a narrower one shows no play button
    assert player.get_attribute("preload") == "none"
    plain.get_by_role("link", name="Next").click()
    assert plain.url.endswith("/sounds/2.html")
    plain.get_by_role("columnheader", name="Length").get_by_role("link").click()
    assert plain.url.endswith("/sounds/by-length-1.html")
    plain.locator("#rows tbody td:nth-child(2) a").first.click()
    assert "/users/" in plain.url
    assert plain.locator("h1").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_rows_are_rows_for_screen_readers(plain, width):
    plain.set_viewport_size({"width": width, "height": 900})
    plain.goto(LIST)
    row = plain.get_by_role("row").nth(1)
    assert row.get_by_role("cell").count() == 9
    assert row.get_by_role("rowheader").count() == 1
    name = row.get_by_role("rowheader").inner_text()
    assert row.get_by_role("link", name=f"Map {name}").count() == 1


def test_the_keyboard_reaches_a_sound_its_preview_and_its_credit(page, silent, problems):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(LIST)
    page.get_by_role("searchbox").focus()
    page.keyboard.type("rain")
    page.locator("#message").get_by_text("found").wait_for()
    row = page.locator("#rows tbody tr", has=page.locator(".play")).first
    row.locator("th a").focus()
    order = []
    for _ in range(8):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.className"))
        if order[-1] == "copy":
            page.keyboard.press("Enter")
            page.get_by_text("Credit copied").wait_for()
        if order[-1] == "play":
            page.keyboard.press("Enter")
            break
    assert order[-1] == "play"
    assert "copy" in order
    page.locator(".player audio").wait_for()
    page.get_by_text("The preview could not be played.").wait_for()  # there is no network
    assert len(silent) >= 1
    problems.clear()  # the browser's own words about that


def test_the_credit_is_freesounds(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(LIST)
    row = page.locator("#rows tbody tr").first
    name, author = row.locator("th").inner_text(), row.locator("td").first.inner_text()
    number = row.locator("th a").get_attribute("id")[1:]
    row.get_by_role("button", name=f"Copy the credit for {name}").click()
    page.get_by_text("Credit copied").wait_for()
    credit = page.evaluate("navigator.clipboard.readText()")
    link = f"https://freesound.org/s/{number}/"
    assert credit.startswith(f"{name} by {author} -- {link} -- License: ")
    licenses = ("Creative Commons 0", "Attribution 4.0", "Attribution NonCommercial 4.0")
    assert credit.rpartition("License: ")[2].startswith(licenses)


def test_a_credit_that_cannot_be_copied_is_shown(page):
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(LIST)
    page.locator(".copy").first.click()
    page.locator("#message").get_by_text("License:").wait_for()


def test_one_preview_plays_at_a_time_and_nothing_is_asked_for_before(page, silent, problems):
    page.goto(LIST)
    assert page.locator("audio").count() == 0
    buttons = page.locator("#rows .play")
    for number in (0, 1):
        buttons.nth(number).click()
        assert page.locator("audio").count() == 1
    row = buttons.nth(1).locator("xpath=ancestor::tr")
    assert page.locator(".player p").inner_text() == row.locator("th").inner_text()
    assert len(set(silent)) == 2
    page.get_by_role("button", name="Close the player").click()
    assert page.locator("audio").count() == 0
    assert buttons.nth(1).evaluate("one => one === document.activeElement")
    problems.clear()  # there is no network for previews


def test_a_preview_pauses_and_ends_with_its_player(page):
    page.route("https://cdn.freesound.org/**", lambda route: None)  # it never comes
    page.add_init_script(HEARD)
    page.goto(LIST)
    first, other = (page.locator("#rows .play").nth(index) for index in (0, 1))
    for button, pressed in ((first, "true"), (first, "false"), (first, "true"), (other, "true")):
        button.click()
        expect(button).to_have_attribute("aria-pressed", pressed)
        assert page.evaluate(PLAYING) == (pressed == "true")
    expect(first).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Close the player").click()
    assert page.evaluate(PLAYING) == 0
    expect(other).to_have_attribute("aria-pressed", "false")


def test_an_answer_that_comes_too_late_is_not_shown(page):
    pending = []

    def hold(route):
        pending.append(route)

    page.route("**/search/r.json", hold)
    page.goto(LIST)
    with page.expect_request("**/search/r.json"):
        page.get_by_role("searchbox").fill("rain")
    page.get_by_role("searchbox").fill("zzzz")
    page.get_by_text("No sounds found for “zzzz”.").wait_for()
    with page.expect_response("**/search/r.json"):
        pending[0].continue_()
    page.wait_for_timeout(100)
    assert names(page) == []
    assert "zzzz" in page.locator("#message").inner_text()


def test_a_search_shows_sounds_of_all_pages_and_back_brings_the_list(page):
    page.goto(LIST)
    own = names(page)
    search(page, "rain")
    results = names(page)
    assert 0 < len(results) <= 50
    assert page.url.endswith("#q=rain")
    assert not page.locator(".pager").is_visible()
    assert str(len(results)) in page.locator("#message").inner_text()
    search(page, "rain t")
    page.go_back()
    page.get_by_text("this page’s sounds again").wait_for()
    assert names(page) == own
    assert page.get_by_role("searchbox").input_value() == ""
    page.go_forward()
    page.locator("#message").get_by_text("“rain t”").wait_for()
    assert page.get_by_role("searchbox").input_value() == "rain t"


def test_a_search_can_be_linked_and_escape_ends_it(page):
    page.goto(f"{LIST}#q=rain")
    page.locator("#message").get_by_text("found").wait_for()
    assert page.get_by_role("searchbox").input_value() == "rain"
    page.get_by_role("searchbox").press("Escape")
    page.get_by_text("this page’s sounds again").wait_for()
    assert page.locator("#rows tbody tr").count() == 250
    assert "#" not in page.url


def test_a_result_is_a_row_like_the_others(page):
    page.goto(LIST)
    before = page.locator("#rows tbody tr").first.locator("th, td").all_inner_texts()
    number = page.locator("#rows tbody th a").first.get_attribute("id")
    search(page, before[0])
    row = page.locator("#rows tbody tr", has=page.locator(f"#{number}"))
    row.locator(".copy").wait_for()
    after = row.locator("th, td").all_inner_texts()
    assert [after[column] for column in (0, 1, 2, 3, 4, 5, 7)] == [
        before[column] for column in (0, 1, 2, 3, 4, 5, 7)
    ]
    assert row.get_by_role("link", name=f"Map {before[0]}").count() == 1
    row.locator("td").first.locator("a").click()
    page.wait_for_url("**/users/*.html")


def test_results_are_sorted_by_their_heads(page):
    page.goto(LIST)
    search(page, "rain")
    for direction in ("descending", "ascending"):
        page.get_by_role("columnheader", name="Downloads").get_by_role("link").click()
        page.locator(f"th[aria-sort={direction}]").wait_for()
        assert page.locator("th[aria-sort]").count() == 1
        cells = page.locator("#rows tbody td:nth-child(6)").all_inner_texts()
        values = [int(cell.replace("\u202f", "")) for cell in cells]
        assert len(values) > 3
        assert values == sorted(values, reverse=direction == "descending")
    page.get_by_role("searchbox").fill("")
    page.get_by_text("this page’s sounds again").wait_for()
    assert "Uploaded" in page.locator("th[aria-sort]").inner_text()


def test_a_result_that_is_filled_keeps_the_focus(page):
    pending = []

    def hold(route):
        pending.append(route)

    page.route(re.compile(r"/api/sounds/\d+\.json$"), hold)
    page.goto(LIST)
    search(page, "rain")
    link = page.locator("#rows tbody th a").first
    link.focus()
    page.unroute(re.compile(r"/api/sounds/\d+\.json$"), hold)
    for route in pending:
        route.continue_()
    page.locator("#rows tbody tr").first.locator(".copy").wait_for()
    expect(link).to_be_focused()


def test_nothing_found_says_so(page):
    page.goto(LIST)
    page.get_by_role("searchbox").fill("rainless")
    page.get_by_text("No sounds found for “rainless”.").wait_for()
    assert names(page) == []


def test_from_a_file_the_page_searches_itself(page, site_folder):
    page.goto((site_folder / FOLDER / LIST).as_uri())
    own = names(page)
    word = own[3].split()[0]
    page.get_by_role("searchbox").fill(word)
    page.get_by_text("Only this page could be searched").wait_for()
    results = names(page)
    assert own[3] in results
    assert len(results) < len(own)
    page.get_by_role("searchbox").press("Escape")
    page.get_by_text("this page’s sounds again").wait_for()
    assert names(page) == own
    page.get_by_role("link", name="Next").click()
    assert page.url.endswith("/sounds/2.html")


@pytest.mark.parametrize("query", TEXTS[:4])
def test_hostile_sounds_and_searches_are_texts(page, query):
    page.goto("hostile/sounds/index.html")
    assert page.locator("#rows tbody tr").count() == len(TEXTS)
    page.get_by_role("searchbox").fill(query)
    page.locator("#message").get_by_text("found").wait_for()
    page.locator("#rows .copy").first.wait_for()
    assert query in names(page)
    assert page.evaluate("window.hit") is None
    assert page.locator("main script, main img, [onerror], [onfocus]").count() == 0


def test_a_cut_author_is_credited_in_full(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("hostile/sounds/index.html")
    head = page.locator("th", has_text="WWWW")  # others have it as a tag
    page.locator("tr", has=head).locator(".copy").click()
    page.get_by_text("Credit copied").wait_for()
    name = "W" * 300 + ".wav"
    assert name not in page.locator("tr", has=head).locator("td").first.inner_text()
    assert f"{name} by {name} -- " in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.usefixtures("need_real")
def test_real_sounds_make_a_list_that_can_be_searched(page):
    page.goto("real/sounds/index.html")
    assert page.locator("#rows tbody tr").count() == 250
    search(page, "guitar")
    assert 0 < len(names(page)) <= 50
