import gzip
import io
import json
import re
from collections import Counter

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.site.catalogs import TEXTS

HEARD = """
window.heard = new Set();
document.addEventListener("play", (event) => window.heard.add(event.target), true);
"""
PLAYING = "[...window.heard].filter((one) => !one.paused).length"
PAPER = {"light": (246, 241, 230), "dark": (19, 21, 28)}
NO_WEBGL = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.includes("webgl") ? null : get.call(this, kind, ...rest);
};
"""
CLIPBOARD = """
Object.defineProperty(navigator, "clipboard", {
  value: { writeText: async (text) => { document.body.dataset.copied = text; } },
});
"""


@pytest.fixture
def map_page(page):
    """A page of a size that the map fits in, without movement."""
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 1100, "height": 620})
    return page


def show(page, name="woven", hash_="", mark="ready"):
    page.goto(f"{name}/map.html{hash_}")
    expect(page.locator("html")).to_have_attribute("data-map", mark)


def read(site_folder, path, name="woven"):
    return json.loads((site_folder / "some" / "folder" / name / path).read_text("utf-8"))


@pytest.fixture(scope="session")
def sounds(site_folder):
    """All sounds of the site `woven`, as api/sounds has them."""
    folder = site_folder / "some" / "folder" / "woven" / "api" / "sounds"
    files = [path for path in folder.glob("*.json") if path.stem.isdecimal()]
    return [sound for path in files for sound in json.loads(path.read_text("utf-8"))["sounds"]]


@pytest.fixture(scope="session")
def rain(sounds):
    """A sound with a preview, a pack, tags and similar ones."""
    fit = [s for s in sounds if s["pack"] and s["similar"] and s["tags"] and s["previews"]["mp3"]]
    return fit[0]


def address(page):
    return page.evaluate("location.hash")


def view(page):
    """The camera in the address: x, y, ratio."""
    match = re.search(r"at=([-\d.,]+)", address(page))
    return [float(part) for part in match[1].split(",")] if match else None


def pixels(page):
    picture = page.locator("#map").screenshot()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    return image.get_flattened_data() if hasattr(image, "get_flattened_data") else image.getdata()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_paints_in_many_colors(map_page, scheme):
    map_page.emulate_media(color_scheme=scheme)
    show(map_page)
    counts = Counter(pixels(map_page))
    paper = counts.pop(PAPER[scheme])
    assert paper < 0.97 * (paper + sum(counts.values()))
    vivid = [pixel for pixel, count in counts.items() if count > 100 and spread(pixel) > 40]
    assert len(vivid) >= 5


def spread(pixel):
    return max(pixel) - min(pixel)


def test_the_colors_follow_the_system_setting(map_page):
    map_page.emulate_media(color_scheme="light")
    show(map_page)
    assert PAPER["light"] in set(pixels(map_page))
    map_page.emulate_media(color_scheme="dark")
    map_page.wait_for_timeout(100)
    colors = set(pixels(map_page))
    assert PAPER["dark"] in colors
    assert PAPER["light"] not in colors
    assert (119, 170, 221) in colors  # --c1 by night


def test_the_keyboard_alone_reaches_search_a_sound_its_preview_and_its_credit(
    map_page, problems, rain
):
    page, played = map_page, []
    page.add_init_script(CLIPBOARD)

    def refuse(route):
        played.append(route.request.url)
        route.abort()

    page.route("**/*.mp3", refuse)
    page.route("**/*.ogg", lambda route: route.abort())
    show(page)
    page.keyboard.press("/")
    field = page.locator("#query")
    expect(field).to_be_focused()
    page.keyboard.type(re.sub(r"\W+", " ", rain["name"]))
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#found-count")).to_contain_text("ound")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
        active = page.locator(f"#{field.get_attribute('aria-activedescendant')}")
        expect(active).to_have_attribute("aria-selected", "true")
        if active.locator("bdi").first.text_content() == rain["name"]:
            break
    page.keyboard.press("Enter")
    expect(page.locator("#panel-name")).to_have_text(rain["name"])
    expect(page.locator("#panel-name")).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    assert played == []
    tab_to(page, "document.activeElement.tagName == 'AUDIO'")
    page.keyboard.press("Space")
    expect(page.locator(".preview [role=status]")).to_contain_text("could not be played")
    assert played == [rain["previews"]["mp3"]]
    problems.clear()
    tab_to(page, "document.activeElement.textContent == 'Copy credit as text'")
    page.keyboard.press("Enter")
    expect(page.locator(".credit [role=status]")).to_have_text("Credit copied to the clipboard.")
    credit = page.evaluate("document.body.dataset.copied")
    start = f"{rain['name']} by {rain['username']} -- https://freesound.org/s/{rain['id']}/"
    assert credit.startswith(f"{start} -- License: ")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(field).to_be_focused()


def tab_to(page, reached):
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(reached):
            return
    raise AssertionError(f"never: {reached}")


CREDITS = {
    "https://creativecommons.org/publicdomain/zero/1.0/": "Creative Commons 0",
    "https://creativecommons.org/licenses/by/3.0/": "Attribution 3.0",
    "https://creativecommons.org/licenses/by/4.0/": "Attribution 4.0",
    "https://creativecommons.org/licenses/by-nc/3.0/": "Attribution NonCommercial 3.0",
    "https://creativecommons.org/licenses/by-nc/4.0/": "Attribution NonCommercial 4.0",
    "https://creativecommons.org/licenses/sampling+/1.0/": "Sampling+",
}


def test_credits_are_worded_as_freesound_words_them(map_page, sounds):
    page = map_page
    page.add_init_script(CLIPBOARD)
    show(page)
    of_license = {item["license"].replace("http:", "https:"): item for item in sounds}
    assert len(CREDITS.keys() & of_license.keys()) > 2
    for deed in CREDITS.keys() & of_license.keys():
        sound = of_license[deed]
        page.evaluate(f"location.hash = 'sound={sound['id']}'")
        expect(page.locator("#panel-name")).to_have_text(sound["name"])
        page.get_by_text("Copy credit as text").click()
        expect(page.locator(".credit [role=status]")).to_contain_text("clipboard")
        name, author, number = sound["name"], sound["username"], sound["id"]
        assert page.evaluate("document.body.dataset.copied") == (
            f"{name} by {author} -- https://freesound.org/s/{number}/ -- License: {CREDITS[deed]}"
        )
        page.get_by_text("Copy credit as HTML").click()
        people = f"https://freesound.org/people/{author}/"
        page.wait_for_timeout(30)
        assert page.evaluate("document.body.dataset.copied") == (
            f'<a href="{people}sounds/{number}/">{name}</a> by <a href="{people}">{author}</a>'
            f' | License: <a href="{deed}">{CREDITS[deed]}</a>'
        )
        expect(page.locator(".panel-facts [rel=license]")).to_have_attribute("href", deed)


def test_without_a_clipboard_the_credit_can_be_copied_by_hand(map_page, rain):
    page = map_page
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    show(page, hash_=f"#sound={rain['id']}")
    page.get_by_text("Copy credit as HTML").click()
    field = page.locator(".credit textarea")
    expect(field).to_be_focused()
    assert field.input_value().startswith("<a href=")
    selected = field.evaluate("one => [one.selectionStart, one.selectionEnd]")
    assert selected == [0, len(field.input_value())]


def test_a_preview_ends_with_its_panel(map_page, rain):
    page = map_page
    page.route("https://cdn.freesound.org/**", lambda route: None)  # it never comes
    page.add_init_script(HEARD)
    show(page, hash_=f"#sound={rain['id']}")
    for leave in (page.locator("ul.neighbors button").first, page.locator("#panel .close")):
        page.locator("#panel audio").evaluate("one => void one.play().catch(() => {})")
        assert page.evaluate(PLAYING) == 1
        name = page.locator("#panel-name").text_content()
        leave.click()
        expect(page.locator("#panel-name").get_by_text(name, exact=True)).to_have_count(0)
        assert page.evaluate(PLAYING) == 0


def test_a_deep_link_shows_sound_filters_and_view(map_page, rain):
    page = map_page
    link = f"#sound={rain['id']}&at=1.5,-2.25,0.4&family=by,zero&min=1&max=90&edges=pack&q=rain"
    show(page, hash_=link)
    expect(page.locator("#panel-name")).to_have_text(rain["name"])
    assert view(page) == [1.5, -2.25, 0.4]
    assert page.locator("[name=family]:checked").evaluate_all("all => all.map(o => o.value)") == [
        "zero",
        "by",
    ]
    assert page.locator("[name=edges]:checked").evaluate_all("all => all.map(o => o.value)") == [
        "pack"
    ]
    assert page.locator("#shortest").input_value() == "1"
    assert page.locator("#longest").input_value() == "90"
    assert page.locator("#query").input_value() == "rain"
    same = link.replace("family=by,zero", "family=zero,by")
    assert set(address(page)[1:].split("&")) == set(same[1:].split("&"))


def test_back_and_forward_restore_selection_filter_and_view(map_page, rain):
    page = map_page
    show(page)
    page.locator("#legend button").first.click()
    wait_until(page, lambda: view(page) is not None)
    there = view(page)
    page.evaluate(f"location.hash = 'sound={rain['id']}'")
    expect(page.locator("#panel-name")).to_have_text(rain["name"])
    wait_until(page, lambda: view(page) not in (None, there))
    near = view(page)
    open_part(page, "filters")
    page.locator("[name=family][value=by]").check()
    wait_until(page, lambda: "family=by" in address(page))
    page.go_back()
    expect(page.locator("[name=family]:checked")).to_have_count(0)
    expect(page.locator("#panel-name")).to_have_text(rain["name"])
    assert view(page) == near
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    assert view(page) == there
    page.go_forward()
    expect(page.locator("#panel-name")).to_have_text(rain["name"])


def wait_until(page, holds):
    """Wait for the address; the page's policy forbids waiting for an expression in it."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(address(page))


def open_part(page, name):
    page.locator(f"#{name}").evaluate("one => { one.open = true; }")


def matching(page):
    found = re.search(r"sounds: (\d+) of (\d+) loaded", page.locator("#status").text_content())
    return [int(number) for number in found.groups()] if found else None


FILTERS = {
    "family=by": lambda sound: re.search(r"/licenses/by/", sound["license"]),
    "family=by-nc,zero": lambda sound: re.search(r"/(zero|by-nc)/", sound["license"]),
    "min=5&max=30": lambda sound: 5 <= as_drawn(sound) <= 30,
    "max=1": lambda sound: as_drawn(sound) <= 1,
}


def as_drawn(sound):
    """The length as the map's files have it: to 0.1 s below 10 s, else to the second."""
    seconds = sound["duration"]
    return round(seconds) if seconds >= 9.95 else round(seconds, 1)


def test_filters_count_what_matches(map_page, sounds):
    drawn = [sound for sound in sounds if sound["community"] is not None]
    show(map_page)
    for filter_, fits in FILTERS.items():
        fit = sum(bool(fits(sound)) for sound in drawn)
        assert 0 < fit < len(drawn)
        map_page.evaluate(f"location.hash = '{filter_}'")
        told = f"sounds: {fit} of {len(drawn)} loaded"
        expect(map_page.locator("#status")).to_contain_text(told)


@pytest.mark.parametrize("kind", ["user", "pack", "tag"])
def test_a_user_a_pack_and_a_tag_filter_from_the_panel(map_page, rain, sounds, kind):
    page = map_page
    show(page, hash_=f"#sound={rain['id']}")
    link = {
        "user": page.get_by_text("only this author on the map"),
        "pack": page.get_by_text("only this pack on the map"),
        "tag": page.locator(".sound-panel .tags a").first,
    }[kind]
    link.click()
    has = {
        "user": lambda sound: sound["username"] == rain["username"],
        "pack": lambda sound: sound["pack"] and sound["pack"]["name"] == rain["pack"]["name"],
        "tag": lambda sound: rain["tags"][0] in sound["tags"],
    }[kind]
    fit = sum(bool(has(item)) for item in sounds if item["community"] is not None)
    wait_until(page, lambda: matching(page) and matching(page)[0] == fit)
    field = {"user": rain["username"], "pack": rain["pack"]["name"], "tag": rain["tags"][0]}[kind]
    assert page.locator(f"#by-{kind}").input_value() == field
    open_part(page, "filters")
    page.get_by_text("Clear filters").click()
    wait_until(page, lambda: matching(page) is None)
    assert f"{kind}=" not in address(page)
    assert f"sound={rain['id']}" in address(page)


def test_a_filter_from_the_panel_joins_those_chosen_since_it_opened(map_page, rain):
    page = map_page
    show(page, hash_=f"#sound={rain['id']}")
    open_part(page, "filters")
    page.locator("[name=family]").evaluate_all("all => all.forEach((one) => one.click())")
    page.locator("#zoom [value=out]").click()
    wait_until(page, lambda: view(page) and "family=" in address(page))
    page.wait_for_timeout(400)
    there = view(page)
    page.get_by_text("only this author on the map").click()
    wait_until(page, lambda: "user=" in address(page))
    assert "family=zero,by,by-nc,sampling,other" in address(page)
    assert view(page) == there


def drawn(page):
    text = page.locator("#drawn").text_content()
    found = re.findall(r"(similar|same pack|same author) (\d+)", text)
    return {kind: int(count) for kind, count in found}


def test_the_switches_of_the_connections_change_what_is_drawn(map_page):
    page = map_page
    show(page)
    before, colors = drawn(page), set(pixels(page))
    assert all(count > 20 for count in before.values())
    for kind, name in (("similar", "similar"), ("pack", "same pack")):
        page.locator(f"[name=edges][value={kind}]").uncheck()
        assert drawn(page)[name] == 0
    page.locator("[name=edges][value=user]").uncheck()
    assert set(drawn(page).values()) == {0}
    assert "edges=" in address(page)
    page.wait_for_timeout(100)
    bare = set(pixels(page))
    assert len(bare) < 0.8 * len(colors)
    page.locator("[name=edges][value=similar]").check()
    assert drawn(page) == before | {"same pack": 0, "same author": 0}


def test_the_neighbors_of_a_sound_are_listed_and_lead_on(map_page, rain, sounds):
    page = map_page
    show(page, hash_=f"#sound={rain['id']}")
    panel = page.locator("#panel")
    lists = panel.locator("ul.neighbors")
    names = lists.first.locator("button bdi").all_text_contents()
    assert names == [other["name"] for other in rain["similar"][:12]]
    scores = lists.first.locator("li").all_text_contents()
    assert f"{rain['similar'][0]['score'] * 100:.0f}%" in scores[0]
    pack = [
        other for other in sounds if other["pack"] == rain["pack"] and other["id"] != rain["id"]
    ]
    assert lists.nth(1).locator("button").count() == min(len(pack), 12)
    lists.first.locator("button").first.click()
    expect(page.locator("#panel-name")).to_have_text(rain["similar"][0]["name"])
    expect(page.locator("#panel-name")).to_be_focused()
    assert f"sound={rain['similar'][0]['id']}" in address(page)


def test_the_pointer_names_communities_and_sounds_and_opens_them(map_page, site_folder):
    page = map_page
    show(page)
    page.locator("#legend button").first.click()
    page.wait_for_timeout(400)
    overview = read(site_folder, "map/overview.json")["communities"]
    largest = overview["size"].index(max(overview["size"]))
    members = read(site_folder, f"map/{overview['id'][largest]}.json")
    box = page.locator("#map").bounding_box()
    away = [x * x + y * y for x, y in zip(members["x"], members["y"], strict=True)]
    row = away.index(min(away))
    # The circle's middle is the view's; its diameter takes 80 % of the shorter side.
    unit = (min(box["width"], box["height"]) - 48) / 2 / 1.25 / 1000
    x = box["x"] + box["width"] / 2 + members["x"][row] * unit
    y = box["y"] + box["height"] / 2 - members["y"][row] * unit
    page.mouse.move(x + 3, y)
    page.mouse.move(x, y)
    expect(page.locator("#tip strong")).to_have_text(members["name"][row])
    page.mouse.click(x, y)
    expect(page.locator("#panel-name")).to_have_text(members["name"][row])


def test_the_map_moves_by_keys(map_page):
    page = map_page
    show(page)
    page.locator("#map").focus()
    page.keyboard.press("+")
    wait_until(page, lambda: view(page) is not None)
    first = view(page)
    assert first[2] < 0.8
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    wait_until(page, lambda: view(page)[:2] != first[:2])
    assert view(page)[0] > first[0]
    assert view(page)[1] > first[1]
    page.keyboard.press("Enter")
    expect(page.locator("#panel-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_focused()
    page.keyboard.press("0")
    wait_until(page, lambda: view(page) is None)


def test_what_is_typed_and_the_keys_of_the_browser_are_not_the_maps(map_page):
    page = map_page
    show(page)
    field = page.locator("#query")
    field.fill("a")
    field.press("/")
    expect(field).to_have_value("a/")
    wait_until(page, lambda: "q=a" in address(page))
    field.press("Escape")
    field.press("Escape")
    expect(field).to_have_value("")
    wait_until(page, lambda: "q=" not in address(page))
    page.locator("#map").focus()
    for key in ("Control+ArrowRight", "Control+Enter", "Meta+ArrowUp"):
        page.keyboard.press(key)
    page.wait_for_timeout(400)
    assert view(page) is None
    expect(page.locator("#panel")).to_be_hidden()


MALFORMED = [
    "#sound=x&at=1,2&edges=&min=-3&max=abc",
    "#%%%&at=NaN,Infinity,0&family=%E0%A4%A",
    "#at=1,2,-1&sound=-5&q=" + "x" * 5000,
    "#__proto__=1&family=constructor&tag=__proto__&user=%00",
    "#at=1e300,0,1&sound=99999999999999999999",
]


def test_keys_that_come_fast_add_up(map_page):
    page = map_page
    page.emulate_media(reduced_motion="no-preference")
    show(page)
    page.locator("#map").focus()
    for key in ("+", "+", "+", "ArrowRight"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"at=[-\d.]+,[-\d.]+,0\.296"))
    page.wait_for_timeout(700)  # the movement
    assert view(page)[2] == pytest.approx(1 / 1.5**3, abs=0.001)


def test_back_leaves_a_community_that_was_chosen(map_page):
    page = map_page
    show(page)
    page.locator("#legend button").first.click()
    expect(page).to_have_url(re.compile("at="))
    page.go_back()
    expect(page).to_have_url(re.compile(r"map\.html(#.*)?$"))
    assert view(page) is None


def test_who_comes_for_an_author_sees_their_sounds_and_the_filter(map_page, rain):
    page = map_page
    show(page, hash_=f"#user={rain['username']}")
    expect(page).to_have_url(re.compile("at="))
    assert view(page)[2] < 1
    expect(page.locator("#by-user")).to_be_in_viewport()
    expect(page.locator("#by-user")).to_have_value(rain["username"])


def test_another_language_shows_the_same_view(map_page, rain):
    page = map_page
    show(page, hash_=f"#sound={rain['id']}&tag={rain['tags'][0]}")
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("data-map", "ready")
    assert "/es/map.html#" in page.url
    assert f"sound={rain['id']}" in page.url
    expect(page.locator("#by-tag")).to_have_value(rain["tags"][0])


def test_a_malformed_address_is_no_trouble(map_page):
    page = map_page
    show(page, hash_=MALFORMED[0])
    for hash_ in MALFORMED[1:]:
        page.evaluate(f"location.hash = '{hash_}'")
        page.wait_for_timeout(100)
    assert not page.locator("#panel").is_visible()
    page.evaluate("location.hash = 'min=5'")
    expect(page.locator("#status")).to_contain_text("Matching sounds: ")


def test_a_sound_that_is_not_on_the_map_has_its_panel(map_page, rain):
    page = map_page

    def lift(route):
        answer = route.fetch()
        sounds = [sound | {"community": None} for sound in answer.json()["sounds"]]
        route.fulfill(response=answer, json={"sounds": sounds})

    page.route(re.compile(r"/api/sounds/\d+\.json$"), lift)
    show(page, hash_=f"#sound={rain['id']}")
    expect(page.locator("#panel-name")).to_have_text(rain["name"])
    expect(page.locator("#panel")).to_contain_text("not on the map")
    assert page.locator("ul.neighbors").count() == 1


def test_an_unknown_sound_is_told(map_page):
    show(map_page, hash_="#sound=999999999")
    expect(map_page.locator("#panel")).to_contain_text("Sound 999999999 is not in the library.")


def test_without_webgl_there_are_a_picture_a_note_and_the_list(map_page):
    page = map_page
    page.add_init_script(NO_WEBGL)
    show(page, mark="fallback")
    expect(page.locator("#trouble")).to_contain_text("WebGL")
    expect(page.locator("#still svg")).to_be_visible()
    expect(page.locator("#tools")).to_be_hidden()
    page.locator("#note a").click()
    assert page.url.endswith("woven/sounds/index.html")


def test_without_javascript_there_are_a_picture_and_the_list(browser, base_url):
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    page = context.new_page()
    page.goto("woven/map.html")
    expect(page.locator("#still svg text").first).to_be_visible()
    assert page.locator("input:visible, button:visible").count() == 0
    page.locator("#note a").click()
    assert page.url.endswith("woven/sounds/index.html")
    context.close()


def test_without_its_data_the_map_is_a_picture(map_page, problems):
    map_page.route("**/map/overview.json", lambda route: route.abort())
    show(map_page, mark="fallback")
    expect(map_page.locator("#trouble")).to_contain_text("could not be loaded")
    problems.clear()
    map_page.unroute("**/map/overview.json")
    map_page.get_by_text("Restart the map").click()
    expect(map_page.locator("html")).to_have_attribute("data-map", "ready")


def test_a_lost_drawing_gives_way_to_the_picture(map_page):
    show(map_page)
    map_page.evaluate(
        """document.querySelector('canvas.sigma-nodes').getContext('webgl2')
            .getExtension('WEBGL_lose_context').loseContext()"""
    )
    expect(map_page.locator("html")).to_have_attribute("data-map", "fallback")
    expect(map_page.locator("#still svg")).to_be_visible()
    map_page.get_by_text("Restart the map").click()
    expect(map_page.locator("html")).to_have_attribute("data-map", "ready")


def test_a_community_that_cannot_be_loaded_is_told_and_tried_again(map_page, problems, site_folder):
    page = map_page
    overview = read(site_folder, "map/overview.json")["communities"]
    number, size = overview["id"][0], overview["size"][0]
    requests = []

    def refuse(route):
        requests.append(route.request.url)
        route.abort()

    page.route(f"**/map/{number}.json", refuse)
    show(page)
    expect(page.locator("#trouble")).to_contain_text(overview["label"][0])
    page.locator("#zoom [value=in]").click()
    page.wait_for_timeout(400)
    assert len(requests) == 1  # not again with each movement
    expect(page.locator("#status")).to_contain_text(f"loaded: {sum(overview['size']) - size} of")
    problems.clear()
    page.unroute(f"**/map/{number}.json")
    page.get_by_text("Try again").click()
    expect(page.locator("#trouble")).to_be_empty()
    expect(page.locator("#status")).to_contain_text(f"loaded: {sum(overview['size'])} of")


def test_of_many_communities_that_failed_some_are_named(map_page, problems, site_folder):
    labels = read(site_folder, "map/overview.json")["communities"]["label"]
    map_page.route(re.compile(r"/map/\d+\.json$"), lambda route: route.abort())
    show(map_page)
    trouble = map_page.locator("#trouble")
    expect(trouble).to_contain_text("…")
    named = re.findall("“\u2068(.*?)\u2069”", trouble.text_content())
    assert len(named) == 3
    assert set(named) <= set(labels)
    problems.clear()


def apart(page):
    """Have communities loaded one by one, as in large libraries; lists what is asked for."""
    requests = []

    def answer(route):
        given = route.fetch()
        route.fulfill(response=given, json=given.json() | {"together": False})

    def note(request):
        if re.search(r"map/\d+\.json", request.url):
            requests.append(request.url)

    page.route("**/map/overview.json", answer)
    page.on("request", note)
    return requests


def test_sounds_load_only_when_one_comes_near(map_page):
    page, requests = map_page, apart(map_page)
    show(page)
    assert requests == []
    assert len({pixel for pixel in pixels(page) if spread(pixel) > 20}) > 10
    page.locator("#legend button").first.click()
    wait_until(page, lambda: "loaded: 0 of" not in page.locator("#status").text_content())
    everything = page.locator("#legend button").count()
    assert 1 <= len(requests) == len(set(requests)) < everything


def test_filters_of_sounds_that_are_not_loaded_load_them(map_page, sounds):
    page, requests = map_page, apart(map_page)
    user = sounds[0]["username"]
    homes = {s["community"] for s in sounds if s["username"] == user and s["community"] is not None}
    show(page, hash_=f"#user={user}")
    first = {int(url.rsplit("/", 1)[1].removesuffix(".json")) for url in requests[: len(homes)]}
    assert first == homes  # what lies around comes after them
    fit = sum(s["username"] == user and s["community"] is not None for s in sounds)
    wait_until(page, lambda: matching(page) and matching(page)[0] == fit)


def test_where_the_sounds_of_a_filter_are_may_be_lost(map_page, problems, rain):
    page = map_page
    page.route("**/map/where/*.json", lambda route: route.abort())
    show(page, hash_=f"#user={rain['username']}")
    expect(page.locator("#trouble")).to_contain_text(
        "The positions of the sounds that match this filter"
    )
    problems.clear()
    page.unroute("**/map/where/*.json")
    page.evaluate("location.hash = 'tag=x'")
    expect(page.locator("#trouble")).to_be_empty()


def test_an_answer_for_another_filter_is_not_shown(map_page, rain, sounds):
    page, pending = map_page, []

    def hold(route):
        pending.append(route)

    page.route("**/map/where/user-*.json", hold)
    show(page)
    page.evaluate(f"location.hash = 'user={rain['username']}'")
    wait_until(page, lambda: pending)
    fit = sum(bool(FILTERS["family=by"](s)) for s in sounds if s["community"] is not None)
    page.evaluate("location.hash = 'family=by'")
    wait_until(page, lambda: matching(page) and matching(page)[0] == fit)
    pending[0].continue_()
    page.wait_for_timeout(600)
    assert matching(page)[0] == fit


def test_an_answer_for_another_sound_is_not_shown(map_page, rain, sounds):
    page, pending = map_page, []
    other = next(sound for sound in sounds if sound["id"] // 1000 != rain["id"] // 1000)

    def hold(route):
        pending.append(route)

    page.route(f"**/api/sounds/{rain['id'] // 1000}.json", hold)
    show(page)
    page.evaluate(f"location.hash = 'sound={rain['id']}'")
    wait_until(page, lambda: pending)
    page.evaluate(f"location.hash = 'sound={other['id']}'")
    expect(page.locator("#panel-name")).to_have_text(other["name"])
    pending[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator("#panel-name")).to_have_text(other["name"])


def test_hostile_texts_are_texts(map_page, site_folder):
    page = map_page
    hostile = read(site_folder, "api/sounds/0.json", "hostile")["sounds"]
    show(page, "hostile", mark=re.compile("ready|fallback"))
    for sound in hostile[:8]:
        page.evaluate(f"location.hash = 'sound={sound['id']}'")
        link = page.locator("#panel a[rel=external]")
        expect(link).to_have_attribute("href", sound["url"])
        assert page.locator("#panel [onerror], #panel [onfocus], #panel img").count() == 0
    assert page.evaluate("window.hit") is None
    assert page.locator("#panel-name bdi").text_content()
    assert len(hostile) == len(TEXTS)


@pytest.mark.parametrize("width", [390, 1280])
def test_no_accessibility_violation(map_page, rain, width):
    page = map_page
    page.set_viewport_size({"width": width, "height": 800})
    show(page, hash_=f"#sound={rain['id']}")
    for part in ("communities", "connections", "filters"):
        open_part(page, part)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        check(page)
    page.get_by_text("Close", exact=True).click()
    page.locator("#query").fill("wav")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    check(page)


def test_no_accessibility_violation_in_the_picture(map_page):
    map_page.add_init_script(NO_WEBGL)
    show(map_page, mark="fallback")
    check(map_page)


def check(page):
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize(("width", "height"), [(844, 390), (568, 320)])
def test_on_a_phone_held_across_there_is_room_beside_map_and_panel(map_page, rain, width, height):
    map_page.set_viewport_size({"width": width, "height": height})
    show(map_page, hash_=f"#sound={rain['id']}")
    assert map_page.locator("#frame").bounding_box()["height"] < 0.8 * height
    panel = map_page.locator("#panel").bounding_box()
    assert (panel["y"], panel["height"]) == (0, height)
    assert panel["x"] + panel["width"] == width
    assert panel["x"] >= 0.4 * width - 1


@pytest.mark.parametrize("name", ["woven", "hostile", "empty"])
def test_nothing_scrolls_sideways(map_page, name):
    page = map_page
    show(page, name, mark=re.compile("ready|fallback"))
    for part in ("communities", "connections", "filters"):
        open_part(page, part)
    for width in (320, 700, 1024, 2560):
        page.set_viewport_size({"width": width, "height": 500})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_script_is_small(site_folder):
    [path] = (site_folder / "some" / "folder" / "woven" / "assets").glob("map-*.js")
    assert len(gzip.compress(path.read_bytes())) <= 60_000
