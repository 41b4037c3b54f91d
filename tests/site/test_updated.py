"""A tab that stays open while another site is put online, in the browser."""

import pytest
from playwright.sync_api import Page, Route, expect

NOTICE = "This site has been updated since you opened this page."


def put_another_online(page: Page) -> None:
    page.route("**/made-of.json", lambda route: route.fulfill(body='{"sha256": "another"}'))


@pytest.mark.parametrize("has_read", [True, False], ids=["after a search", "during the first one"])
def test_a_search_shows_nothing_of_another_site(page: Page, has_read: bool) -> None:
    page.goto("woven/sounds/index.html")
    search = page.get_by_role("searchbox")
    if has_read:
        search.fill("rain")
        page.locator("#message").get_by_text("“rain”").wait_for()
        put_another_online(page)
    else:  # between the first question and the answer

        def update_meanwhile(route: Route) -> None:
            put_another_online(page)
            route.continue_()

        page.route("**/search/index.json", update_meanwhile)
    search.fill("wind")
    expect(page.locator(".updated")).to_contain_text(NOTICE)
    page.unroute("**/made-of.json")
    page.unroute("**/search/index.json")
    page.get_by_role("button", name="Reload the page").click()
    page.locator("#message").get_by_text("found").wait_for()
    expect(page.locator(".updated")).to_have_count(0)


def test_the_map_shows_no_sound_of_another_site(page: Page) -> None:
    page.goto("woven/map.html")
    expect(page.locator("html")).to_have_attribute("data-map", "ready")
    put_another_online(page)
    page.evaluate("location.hash = 'sound=1'")
    expect(page.locator(".updated")).to_contain_text(NOTICE)
    expect(page.locator("#panel a[rel=external]")).to_have_count(0)


def test_a_site_that_stays_says_nothing(page: Page) -> None:
    page.goto("woven/sounds/index.html#q=rain")
    page.locator("#message").get_by_text("found").wait_for()
    expect(page.locator(".updated")).to_have_count(0)
