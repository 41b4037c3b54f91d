import csv
import gzip
import io

import pytest

from soundweave.library import database
from soundweave.website.data import previews, sounds_api
from soundweave.website.frame import addresses
from tests.site.catalogs import HOSTILE

BY = "http://creativecommons.org/licenses/by/4.0/"


def rows(data):
    return list(csv.DictReader(io.StringIO(data.bytes("api/sounds.csv").decode(), newline="")))


def test_a_sound_has_all_that_is_known_of_it(data):
    sound = {
        "id": 1234,
        "name": "Rain <b>",
        "username": "ann & co",
        "pack": "Rain",
        "license": BY,
        "duration": 12.3456,
        "num_downloads": 7,
        "is_explicit": 1,
        "gen_ai_preference": "no-gen-ai",
        "preview_mp3": "https://cdn.freesound.org/previews/1/1234.mp3",
        "preview_ogg": "https://elsewhere.example/1234.ogg",
    }
    another = {"id": 3000, "username": "ann & co"}
    data.make([sound, {"id": 2000, "name": "other"}, another], {3: [1234]})
    data.write(origins=["https://cdn.freesound.org"])
    data.check()
    assert data.sounds()[1234] == {
        "id": 1234,
        "name": "Rain <b>",
        "username": "ann & co",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "created": "2025-11-02T12:00:00Z",
        "tags": ["field-recording"],
        "duration": 12.3456,
        "type": "wav",
        "num_downloads": 7,
        "is_explicit": True,
        "gen_ai_preference": "no-gen-ai",
        "connections": 1,
        "pack": {"id": 1, "name": "Rain"},
        "previews": {"mp3": "https://cdn.freesound.org/previews/1/1234.mp3", "ogg": None},
        "url": "https://freesound.org/people/ann%20%26%20co/sounds/1234/",
        "community": 3,
        "similar": [],
        "pages": {"user": addresses.user_page("ann & co"), "pack": "packs/1.html"},
    }
    table = {row["id"]: row for row in rows(data)}
    assert table["1234"] == {
        "id": "1234",
        "name": "Rain <b>",
        "author": "ann & co",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "url": "https://freesound.org/people/ann%20%26%20co/sounds/1234/",
        "is_explicit": "yes",
        "gen_ai_preference": "no-gen-ai",
    }
    assert (table["2000"]["is_explicit"], table["2000"]["gen_ai_preference"]) == ("", "")
    other = data.sounds()[2000]
    assert (other["is_explicit"], other["gen_ai_preference"]) == (None, None)
    assert (other["pack"], other["community"]) == (None, None)
    assert other["pages"]["pack"] is None


@pytest.mark.parametrize(
    ("url", "offered"),
    [
        ("https://cdn.freesound.org/1.mp3", True),
        ("https://cdn.freesound.org:443/1.mp3", False),
        ("https://cdn.freesound.org.evil.example/1.mp3", False),
        ("https://cdn.freesound.org@evil.example/1.mp3", False),
        ("http://cdn.freesound.org/1.mp3", False),
        ("javascript:alert(1)", False),
        ("//cdn.freesound.org/1.mp3", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_a_preview_from_elsewhere_is_not_offered(data, url, offered):
    data.make([{"preview_ogg": url}])
    data.write(origins=["https://cdn.freesound.org"])
    data.check()
    assert data.sounds()[1]["previews"] == {"mp3": None, "ogg": url if offered else None}


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Example.org/apiv2/?x=1", "https://example.org"),
        ("http://127.0.0.1:8000/apiv2/", "http://127.0.0.1:8000"),
        ("https://user:word@example.org/", "https://example.org"),
        ("ftp://example.org/", ""),
        ("javascript://example.org/%0aalert(1)", ""),
        ("file:///tmp/x.mp3", ""),
        ("https://example.org:x/", ""),
        ("example.org/apiv2/", ""),
        ("", ""),
    ],
)
def test_previews_may_come_from_where_the_library_came_from(data, address, origin):
    assert previews.origin(address) == origin
    data.make([{}])
    with database.writing(data.folder / "library") as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('source', ?)", (address,))
    with database.snapshot(data.folder / "library") as reader:
        origins = previews.origins(reader, ["https://cdn.example"])
    assert origins == ["https://cdn.example", *([origin] if origin else [])]


def test_pages_are_named_where_there_are_some(data):
    data.make([{"username": "ann"}, {"username": "ann", "pack": "Rain"}, {"username": "bob"}])
    data.write(pages=1)
    pages = [sound["pages"] for sound in data.sounds().values()]
    assert [bool(paths["user"]) for paths in pages] == [True, True, False]
    assert [paths["pack"] for paths in pages] == [None, "packs/1.html", None]
    data.write(pages=0)
    assert data.sounds()[2]["pages"] == {"user": None, "pack": None}


def test_a_thousand_ids_share_a_file(data):
    ids = [1, 999, 1000, 1999, 5_000_123]
    data.make([{"id": number} for number in ids])
    data.write()
    assert data.read("api/sounds/index.json") == {
        "shard": 1000,
        "shards": [
            {"file": "0.json", "sounds": 2},
            {"file": "1.json", "sounds": 2},
            {"file": "5000.json", "sounds": 1},
        ],
    }
    assert list(data.sounds()) == ids
    assert [int(row["id"]) for row in rows(data)] == ids


def test_similar_sounds_come_most_similar_first_and_end_somewhere(data):
    data.make([{"name": f"sound {number}", "username": f"u{number}"} for number in range(1, 41)])
    data.relate(*((1, other, 0.5 + other / 100) for other in range(2, 41)), (7, 3, 0.55), (9, 7, 1))
    data.write()
    data.check()
    similar = data.sounds()[1]["similar"]
    assert [sound["id"] for sound in similar] == list(range(40, 20, -1))
    assert similar[0] == {"id": 40, "name": "sound 40", "username": "u40", "score": 0.9}
    assert [(sound["id"], sound["score"]) for sound in data.sounds()[7]["similar"]] == [
        (9, 1.0),
        (1, 0.57),
        (3, 0.55),
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A"]
)
def test_no_cell_of_the_table_is_a_formula(data, text):
    sound = dict.fromkeys(("name", "username", "license", "gen_ai_preference"), text)
    data.make([sound | {"tags": [text]}])
    data.write()
    row = rows(data)[0]
    for column in ("name", "author", "gen_ai_preference"):
        assert row[column] == f"'{text}"
    assert row["license"].startswith("'")
    assert data.sounds()[1]["name"] == text


def test_numbers_and_other_texts_of_the_table_stay_as_they_are(data):
    name = "semi;colon, \"quotes\" and\nlines = 'fine'"
    data.make([{"name": name, "tags": ["a", "b-c"], "is_explicit": 0}])
    data.write()
    assert rows(data) == [
        {
            "id": "1",
            "name": name,
            "author": "someone",
            "license": "https://creativecommons.org/publicdomain/zero/1.0/",
            "url": "https://freesound.org/people/someone/sounds/1/",
            "is_explicit": "no",
            "gen_ai_preference": "",
        }
    ]


def test_hostile_texts_come_back_as_they_were(data):
    data.make(HOSTILE)
    data.write()
    data.check()
    assert [sound["name"] for sound in data.sounds().values()] == [
        original["name"] for original in HOSTILE
    ]
    assert [row["name"] for row in rows(data)] == [original["name"] for original in HOSTILE]


def test_halves_of_surrogate_pairs_and_lengths_that_are_none_can_be_written(data):
    data.make([{"tags": '["\\ud83d", "x\\udca9y"]', "duration": float("inf")}, {"duration": -1.0}])
    data.write()
    data.check()
    assert data.sounds()[1]["tags"] == ["\ufffd", "x\ufffdy"]
    assert [sound["duration"] for sound in data.sounds().values()] == [None, None]


def test_removed_sounds_are_nowhere(data):
    gone = {"name": "gone", "removed_at": "2026-01-01T00:00:00Z", "username": "ghost"}
    data.make([{"id": 1}, gone | {"id": 2}, gone | {"id": 9000}])
    data.relate((1, 2, 0.9))
    data.write()
    assert data.sounds()[1]["similar"] == []
    assert "api/sounds/9.json" not in data.files("api")
    assert all(b"ghost" not in data.bytes(path) for path in data.files())


def test_an_empty_library_has_an_empty_table(data):
    data.make([])
    data.write()
    assert data.files("api") == ["api/sounds.csv", "api/sounds/index.json"]
    assert data.read("api/sounds/index.json")["shards"] == []
    assert data.bytes("api/sounds.csv").decode().strip() == ",".join(sounds_api.COLUMNS)


def test_a_large_table_is_compressed_and_the_same_every_time(data, monkeypatch):
    monkeypatch.setattr(sounds_api, "PLAIN_UP_TO", 2)
    data.make([{"id": 1}, {"id": 2}, {"id": 3, "name": "é"}])
    data.write()
    assert "api/sounds.csv" not in data.files()
    first = data.bytes("api/sounds.csv.gz")
    assert gzip.decompress(first).decode().splitlines()[3].startswith("3,é,someone,")
    assert first[4:8] == bytes(4)  # no time, which would be another one a second later
    data.write()
    assert (data.written, data.bytes("api/sounds.csv.gz")) == (0, first)


def test_unchanged_files_are_kept(data):
    data.make([{"id": 1}, {"id": 5000}])
    data.write()
    before = {path: (data.public / path).stat().st_ino for path in data.files()}
    data.write()
    assert (data.written, data.kept) == (0, len(before))
    assert {path: (data.public / path).stat().st_ino for path in data.files()} == before
    data.execute("UPDATE sounds SET num_downloads = 5 WHERE id = 5000")
    data.write()
    changed = {
        path for path in data.files("api") if (data.public / path).stat().st_ino != before[path]
    }
    assert changed == {"api/sounds/5.json"}
