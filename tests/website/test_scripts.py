"""What the scripts and the generator both know is the same; and what the scripts alone know."""

import pytest

from soundweave.base import text as texts
from soundweave.freesound import licenses
from soundweave.website.frame import buckets
from tests.site.catalogs import TEXTS
from tests.website.scripts import Scripts


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    return Scripts(tmp_path_factory.mktemp("scripts"))


WORDS = [
    "Rain on a tin-roof_02.WAV",
    "Čeština, ÉTÉ, Ångström",
    "STRASSE Straße ﬁn",
    "ΟΔΟΣ οδός",
    "ДОЖДЬ дождь İstanbul",
    "雨 雨の音 비 صوت المَطَر",
    "½ ² x² a b 🎧 \u202e\x00",
    "𐐀𐐀 đ1 \u1111",
    "x" * 300,
    "",
    *TEXTS,
]


def test_words_are_found_as_the_index_has_them(scripts):
    assert scripts.each("search.words(value)", WORDS) == [buckets.words(text) for text in WORDS]
    assert scripts.each("texts.fold(value)", WORDS) == [buckets.fold(text) for text in WORDS]


def test_the_files_of_words_have_the_names_of_the_index(scripts):
    words = [word for text in WORDS for word in buckets.words(text)]
    for length in (1, 2, 3):
        names = scripts.each(
            f"fetch.fileName(Array.from(value).slice(0, {length}).join(''))", words
        )
        assert names == [buckets.bucket(word, length) for word in words]


FOREIGN = [*TEXTS, " a \n\t b ", "a\x00b\x85c", "", "\u200b\u2060\u202e", "\u0301", "é"]


def test_foreign_texts_are_shown_alike(scripts):
    lines = scripts.each("texts.oneLine(value, '?')", FOREIGN)
    assert lines == [texts.one_line(text, "?") for text in FOREIGN]


TIES = [0.125, 0.375, 1.005, 1.115, 10.25, 10.75, 60.5, 61.5, 3599.5]
LENGTHS = [0, 0.4261, 9.994, 9.996, 59.94, 59.96, 3599.4, 3723, 1e8, -1, *TIES]


def test_lengths_are_written_alike(scripts):
    durations = scripts.each("texts.duration(value)", LENGTHS)
    assert durations == [texts.duration(seconds) for seconds in LENGTHS]
    assert scripts.each("texts.duration(value)", [None]) == ["–"]


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2025-11-21T23:59:59", "Nov 21, 2025"),  # one without a zone is in UTC
        ("2025-11-21T23:59:59.123456", "Nov 21, 2025"),
        ("2025-11-21T00:00:00Z", "Nov 21, 2025"),
        ("2025-11-21T23:00:00-02:00", "Nov 22, 2025"),
        ("2025-13-41T00:00:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_time_of_upload_is_a_day_in_utc(scripts, stamp, day):
    assert scripts.each("texts.day(value)", [stamp]) == [day]


DEEDS = {
    "publicdomain/zero/1.0/": "Creative Commons 0",
    "licenses/by/3.0/": "Attribution 3.0",
    "licenses/by/4.0/": "Attribution 4.0",
    "licenses/by-nc/3.0/": "Attribution NonCommercial 3.0",
    "licenses/by-nc/4.0/": "Attribution NonCommercial 4.0",
    "licenses/sampling+/1.0/": "Sampling+",
}


def test_licenses_are_those_of_the_generator(scripts):
    addresses = [f"http://creativecommons.org/{path}" for path in DEEDS]
    more = [addresses[1][:-1], f" {addresses[2]} ", "https://example.org/by/4.0/", "mine", ""]
    results = scripts.each("credit.license(value)", [*addresses, *more])
    expected = [licenses.find(text) for text in (*addresses, *more)]
    assert [(license_["name"], license_["deed"]) for license_ in results] == [
        (license_.name, license_.deed) for license_ in expected
    ]
    assert [license_["formal"] for license_ in results[: len(DEEDS)]] == list(DEEDS.values())


@pytest.mark.parametrize(("path", "formal"), DEEDS.items())
def test_a_credit_is_worded_as_freesound_words_it(scripts, path, formal):
    deed = f"https://creativecommons.org/{path}"
    sound = {"id": 7, "name": "Rain & <b>\"'\n", "username": "a/b?", "license": deed}
    assert scripts.each("credit.creditText(value)", [sound]) == [
        f"Rain & <b>\"'  by a/b? -- https://freesound.org/s/7/ -- License: {formal}"
    ]
    person = "https://freesound.org/people/a%2Fb%3F/"
    assert scripts.each("credit.creditHtml(value)", [sound]) == [
        f'<a href="{person}sounds/7/">Rain &amp; &lt;b&gt;&quot;&#x27; </a>'
        f' by <a href="{person}">a/b?</a> | License: <a href="{deed}">{formal}</a>'
    ]


def test_a_license_of_their_own_is_credited_as_text(scripts):
    sound = {"id": 7, "name": "n", "username": "u", "license": 'javascript:"<x>'}
    (html,) = scripts.each("credit.creditHtml(value)", [sound])
    assert html.endswith(" | License: javascript:&quot;&lt;x&gt;")


@pytest.mark.parametrize(
    ("hash_", "rewritten"),
    [
        ("#sound=12&at=1.5,-2.25,0.4&family=zero,by&q=rain+t&min=1&max=90.5&edges=pack", None),
        ("#user=a%26b%2Fc&pack=%23&tag=x%3D1", None),
        ("#edges=", None),
        ("#family=by,zero,by&edges=user,pack,similar", "#family=zero,by"),
        ("#family=constructor&edges=x", "#edges="),
        ("#sound=-1&sound=x&at=1,2&min=-3&max=abc", "#"),
        ("#at=1,2,0&sound=99999999999999999999", "#"),
        ("#at=1,2,-1", "#"),
        ("#at=1,2,3,4", "#"),
        ("#at=1e300,0,1", "#"),
        ("#%%%&q=%E0%A4%A", "#q=%EF%BF%BD%25A"),
        ("#user=" + "x" * 400, "#user=" + "x" * 300),
    ],
)
def test_an_address_is_read_and_written(scripts, hash_, rewritten):
    assert scripts.each("address.format(address.parse(value))", [hash_]) == [rewritten or hash_]


def search(scripts, data, *queries):
    answers = scripts.each("search.search(value)", queries, data.public)
    return [([sound["id"] for sound in answer["sounds"]], answer["more"]) for answer in answers]


def test_a_search_finds_what_has_all_words_the_most_downloaded_first(scripts, data):
    names = ["rain", "rain roof", "roof", "rainbow", "roof of rain", "雨の音"]
    data.make(
        [
            {"name": name, "tags": [], "username": "ann", "num_downloads": number}
            for number, name in enumerate(names, start=1)
        ]
    )
    data.write()
    assert search(scripts, data, "rain", "RÁIN roof", "roof rai", "rai roof", "rain rain") == [
        ([5, 4, 2, 1], False),
        ([5, 2], False),
        ([5, 2], False),
        ([], False),  # only the last word may be a beginning
        ([5, 4, 2, 1], False),
    ]
    assert search(
        scripts, data, "ann bow", "雨の音", "zebra", "zebra rain", "rain zebra", "- _"
    ) == [
        ([], False),
        ([6], False),
        ([], False),
        ([], False),
        ([], False),
        ([], False),
    ]


def test_a_sound_beyond_a_words_list_is_found_by_its_name(scripts, data):
    common = [{"name": "rain", "num_downloads": 9, "tags": []} for _ in range(6)]
    data.make([*common, {"name": "rain gong", "tags": []}, {"name": "gong", "tags": ["rain"]}])
    data.write(most=5)
    assert search(scripts, data, "rain gong", "gong rain") == [([7], True), ([7], True)]


OFFLINE = """(async () => {
  const real = globalThis.fetch;
  globalThis.fetch = async () => { throw new Error("offline"); };
  const first = await fetch.json(value).catch((error) => error.message);
  globalThis.fetch = real;
  return [first, await fetch.json(value)];
})()"""


def test_a_file_that_could_not_be_read_is_asked_for_again(scripts, data):
    data.make([])
    data.write()
    index = data.read("api/sounds/index.json")
    answers = scripts.each(OFFLINE, ["api/sounds/index.json"], data.public)
    assert answers == [["offline", index]]


def test_where_sounds_of_a_filter_are(scripts, data):
    sounds = [
        {"username": "Ann", "tags": ["wet"]},
        {"username": "Ann", "tags": ["dry"]},
        {"username": "Ann", "tags": ["wet"]},
        {"username": "bob", "tags": ["wet"]},
    ]
    data.make(sounds, {1: [1, 2], 2: [3], 3: [4]})
    data.write()
    none = {"user": "", "pack": "", "tag": ""}
    filters = [{"user": "Ann"}, {"user": "ann", "tag": "wet"}, {"tag": "dry"}, {"pack": "x"}, {}]
    answers = scripts.each(
        "filters.countMatches(value, 1).then((all) => all && [...all])",
        [none | one for one in filters],
        data.public,
    )
    assert answers == [[[1, 2], [2, 1]], [[1, 1], [2, 1]], [[1, 1]], [], None]


ALL: dict[str, object] = {"family": [], "user": "", "pack": "", "tag": "", "min": None, "max": None}
MEMBERS = """{
  file: {
    user: { names: ["Ann", "ann b"], of: [0, 0, 1] },
    pack: { names: ["Rain"], of: [0, -1, 0] },
    tags: { names: ["wet"] },
  },
  family: (row) => ["zero", "by", "other"][row],
  seconds: (row) => [5, -1, 30][row],
  hasTag: (row, tag) => tag === 0 && row < 2,
}"""


@pytest.mark.parametrize(
    ("filter_", "rows"),
    [
        ({}, [0, 1, 2]),
        ({"family": ["by"]}, [1]),
        ({"family": ["by", "other"]}, [1, 2]),
        ({"family": ["other"]}, [2]),
        ({"user": "ANN"}, [0, 1]),
        ({"user": "nobody"}, []),
        ({"pack": "rain"}, [0, 2]),
        ({"tag": "WET"}, [0, 1]),
        ({"tag": "dry"}, []),
        ({"min": 5}, [0, 2]),
        ({"max": 5}, [0]),  # an unknown length is not a short one
        ({"family": ["by"], "user": "Ann", "tag": "wet"}, [1]),
    ],
)
def test_which_rows_match(scripts, filter_, rows):
    matching = f"[0, 1, 2].filter(filters.matcher(value, {MEMBERS}))"
    assert scripts.each(matching, [ALL | filter_]) == [rows]


COMMUNITY = {"id": 1, "size": 10, "families": [6, 4], "seconds": [2, 3, 5]}
OVERVIEW = {"families": ["zero", "by"], "seconds": [1, 5]}


@pytest.mark.parametrize(
    ("filter_", "places", "most"),
    [
        ({}, None, 10),
        ({"family": ["by"]}, None, 4),
        ({"family": ["zero", "by"]}, None, 10),
        ({"min": 5.5}, None, 5),
        ({"min": 5}, None, 8),
        ({"max": 0.5}, None, 2),
        ({"min": 2, "max": 4}, None, 3),
        ({"user": "a"}, [[1, 3]], 3),
        ({"user": "a"}, [[2, 3]], 0),
        ({"user": "a", "family": ["by"]}, [[1, 9]], 4),
    ],
)
def test_how_many_may_match_where_nothing_is_loaded(scripts, filter_, places, most):
    value = [ALL | filter_, COMMUNITY, OVERVIEW, places]
    estimate = "filters.estimate(value[0], value[1], value[2], value[3] && new Map(value[3]))"
    assert scripts.each(estimate, [value]) == [most]


SHOWN = """[
  { ids: [1, 2, 4], id: (row) => [1, 2, 4][row], packId: (row) => [7, 7, -1][row],
    user: () => "ann", file: { similar: [[0, 2]], outside: [[1, 9, 3]] } },
  { ids: [3], id: () => 3, packId: () => -1, user: () => "bob",
    file: { similar: [], outside: [[0, 8, 2]] } },
]"""


@pytest.mark.parametrize(
    ("kinds", "hidden", "drawn"),
    [
        (["similar"], [], ["similar 1 4", "similar 2 3"]),  # each pair once
        (["similar"], [3], ["similar 1 4"]),
        (["pack"], [], ["pack 1 2"]),
        (["user"], [], ["user 1 2", "user 1 4", "user 2 4"]),
        (["pack", "user"], [], ["pack 1 2", "user 1 4", "user 2 4"]),
        (["pack", "user"], [1], ["user 2 4"]),
        ([], [], []),
    ],
)
def test_the_connections_among_sounds(scripts, kinds, hidden, drawn):
    test = "(each) => (row) => !value[1].includes(each.id(row))"
    name = "(each) => `${each.kind} ${each.from} ${each.to}`"
    made = f"connections.connections({SHOWN}, value[0], {test}).map({name})"
    assert scripts.each(made, [[kinds, hidden]]) == [drawn]


NEWS = """
(async () => {
  const loaded = new Map([[1, { size: 3, community: {} }]]);
  const status = new parts.status.Status({ sounds: 9 }, () => {});
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  let filtering = false;
  for (let turn = 0; turn <= value; turn += 1) {
    filtering = turn === value;
    status.report(loaded, () => 2, () => filtering);
    await pause(100);
  }
  await pause(700);
  return document.getElementById("status").textContent;
})()"""


@pytest.mark.parametrize("turns", [0, 3, 16])
def test_the_last_of_many_changes_is_the_one_that_is_told(scripts, turns):
    assert scripts.each(NEWS, [turns]) == ["Matching sounds: 2 of 3 loaded. The map has 9."]
