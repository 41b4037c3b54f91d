"""Sounds, similar sounds, users, packs, comments and previews."""

import io
import wave
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from soundweave.standin import Catalog
from soundweave.standin.catalog import audio
from soundweave.standin.catalog.sound import FIELDS
from soundweave.standin.catalog.words import HOSTILE_USERS
from tests.standin.conftest import Peer, Serve

PACK = {"pack": "https://freesound.org/apiv2/packs/900/", "pack_name": "Iceland"}


def pack_of(count: int) -> Catalog:
    return Catalog(
        {"id": number, "username": "some one", "tags": ["a", "b"], **PACK}
        for number in range(1, count + 1)
    )


def test_a_sound_has_every_field_but_score(peer: Peer) -> None:
    number, truth = next(iter(peer.server.catalog.sounds.items()))
    sound = peer.json(f"sounds/{number}/")
    assert list(sound) == [field for field in FIELDS if field != "score"]
    same = [
        name
        for name in sound
        if name not in ("pack", "previews") and "http" not in str(sound[name])
    ]
    assert {name: sound[name] for name in same} == {name: truth[name] for name in same}
    assert sound["license"] == truth["license"]
    assert sound["url"] == truth["url"]
    assert sound["similar_sounds"] == f"{peer.server.base_url}sounds/{number}/similar/"


def test_every_field_on_request(peer: Peer) -> None:
    number = next(iter(peer.server.catalog.sounds))
    every = peer.json(f"sounds/{number}/", fields="*")
    assert set(every) == {*FIELDS, "sim_laion_clap", "sim_freesound_classic"}
    assert every["score"] is None


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("sounds/4711/", "No Sound matches the given query."),
        ("users/nobody/", "No User matches the given query."),
        ("packs/4711/", "No Pack matches the given query."),
        ("users/nobody/sounds/", "Not found"),
        ("users/nobody/packs/", "Not found"),
        ("packs/4711/sounds/", "Not found"),
    ],
)
def test_missing_resources(serve: Serve, path: str, detail: str) -> None:
    answer = serve(pack_of(1)).get(path)
    assert (answer.status_code, answer.text) == (404, f'{{"detail":"{detail}"}}')


def test_removed_sounds_are_gone_everywhere(serve: Serve) -> None:
    peer = serve(pack_of(2))
    peer.server.catalog.remove(1)
    assert peer.get("sounds/1/").status_code == 404
    assert peer.ids("packs/900/sounds/") == peer.ids("users/some one/sounds/") == [2]
    peer.server.catalog.remove(2)
    assert peer.json("packs/900/")["num_sounds"] == 0
    del peer.server.catalog.packs[900]
    assert peer.get("packs/900/").status_code == 404


def test_pack_and_user(serve: Serve) -> None:
    peer = serve(pack_of(3))
    base = peer.server.base_url
    assert peer.json("packs/900/") == {
        "id": 900,
        "url": "https://freesound.org/people/some%20one/packs/900/",
        "description": "",
        "created": "2020-01-01T00:00:00Z",
        "name": "Iceland",
        "username": "some one",
        "num_sounds": 3,
        "sounds": f"{base}packs/900/sounds/",
        "num_downloads": 0,
    }
    user = peer.json("users/some%20one/")
    assert (user["username"], user["num_sounds"], user["num_packs"]) == ("some one", 3, 1)
    assert user["sounds"] == f"{base}users/some%20one/sounds/"
    assert peer.json("users/some one/packs/")["results"] == [peer.json("packs/900/")]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (15, 1)),
        ({"page": ""}, (15, 1)),
        ({"page": "21"}, (10, 21)),
        ({"page": "last"}, (10, 21)),
        ({"page": "22"}, None),
        ({"page": "0"}, None),
        ({"page": "-1"}, None),
        ({"page": "x"}, None),
        ({"page_size": "0"}, (15, 1)),
        ({"page_size": "-1"}, (15, 1)),
        ({"page_size": "x"}, (15, 1)),
        ({"page_size": "200"}, (150, 1)),
        ({"page_size": "150", "page": "3"}, (10, 3)),
    ],
)
def test_pages_of_lists(
    pack: Peer, params: dict[str, str], expected: tuple[int, int] | None
) -> None:
    answer = pack.get("packs/900/sounds/", **params)
    if expected is None:
        assert (answer.status_code, answer.text) == (404, '{"detail":"Invalid page."}')
        return
    body = answer.json()
    assert list(body) == ["count", "next", "previous", "results"]
    assert (body["count"], len(body["results"])) == (310, expected[0])
    assert (body["previous"] is None) == (expected[1] == 1)


@pytest.fixture
def pack(serve: Serve) -> Peer:
    return serve(pack_of(310))


def test_links_of_lists_repeat_the_request(pack: Peer) -> None:
    url = f"{pack.server.base_url}packs/900/sounds/"
    body = pack.json("packs/900/sounds/", token="k", fields="id,name")
    assert body["next"] == f"{url}?fields=id%2Cname&page=2&token=k"
    assert pack.json("packs/900/sounds/", page=2)["previous"] == url
    assert pack.json("packs/900/sounds/", page=3)["previous"] == f"{url}?page=2"
    people = pack.json("users/some one/sounds/")["next"]
    assert people == f"{pack.server.base_url}users/some%20one/sounds/?page=2"


def test_a_list_is_newest_first_and_complete(peer: Peer) -> None:
    catalog = peer.server.catalog
    name = max(catalog.users, key=lambda user: len(catalog.sounds_of(user)))
    ids, page = [], 1
    while page:
        body = peer.json(f"users/{name}/sounds/", page=page, fields="id")
        ids += [sound["id"] for sound in body["results"]]
        page = page + 1 if body["next"] else 0
    created = [catalog.sounds[number]["created"] for number in ids]
    assert created == sorted(created, reverse=True)
    assert sorted(ids) == sorted(n for n, s in catalog.sounds.items() if s["username"] == name)


@pytest.mark.parametrize("name", HOSTILE_USERS)
def test_hostile_usernames_work_in_paths(serve: Serve, name: str) -> None:
    peer = serve(Catalog([{"id": 1, "username": name}]))
    assert peer.json(f"users/{quote(name, safe='')}/")["username"] == name
    assert peer.ids(f"users/{quote(name, safe='')}/sounds/") == [1]
    url = peer.json(f"users/{quote(name, safe='')}/")["sounds"]
    assert peer.session.get(url, timeout=60).json()["count"] == 1


def test_similar_sounds_are_symmetric_and_exclude_the_target(peer: Peer) -> None:
    seen = 0
    for number in list(peer.server.catalog.sounds)[:20]:
        body = peer.json(f"sounds/{number}/similar/", fields="id,score", page_size=150)
        scores = [result["score"] for result in body["results"]]
        assert scores == sorted(scores, reverse=True)
        assert all(0.7 <= score <= 1 for score in scores)
        assert number not in [result["id"] for result in body["results"]]
        for result in body["results"][:2]:
            back = peer.json(f"sounds/{result['id']}/similar/", fields="id,score", page_size=150)
            assert {"id": number, "score": result["score"]} in back["results"]
            seen += 1
    assert seen > 10


def test_similar_link_and_unknown_targets(serve: Serve) -> None:
    peer = serve(pack_of(40))
    body = peer.json("sounds/1/similar/", fields="id,score", page_size=20)
    assert body["count"] == 39
    assert body["next"] == (
        f"{peer.server.base_url}sounds/1/similar/?&page=2&page_size=20&fields=id,score&similar_to=1"
    )
    nothing = '{"count":0,"previous":null,"next":null,"results":[]}'
    assert peer.get("sounds/4711/similar/").text == nothing
    assert peer.get("sounds/1/similar/", similarity_space="nosuch").text == nothing
    assert peer.json("search/", similar_to="1", filter="id:(2 OR 3)", query="zzz")["count"] == 2


@pytest.mark.parametrize(
    ("value", "target"), [("x", "sound ID"), ("1.5", "sound ID"), ("[1,", "serialized vector")]
)
def test_bad_similarity_targets(peer: Peer, value: str, target: str) -> None:
    answer = peer.get("search/", similar_to=value)
    expected = f"""{{"detail":"The 'similar_to' parameter is not a valid {target}"}}"""
    assert (answer.status_code, answer.text) == (400, expected)


def test_comments(serve: Serve) -> None:
    peer = serve(Catalog([{"id": 5, "num_comments": 17}]))
    body = peer.json("sounds/5/comments/")
    assert (body["count"], len(body["results"])) == (17, 15)
    assert list(body["results"][0]) == ["username", "comment", "created"]
    created = [item["created"] for item in body["results"]]
    assert created == sorted(created, reverse=True)
    assert peer.json("sounds/6/comments/")["count"] == 0


def test_previews_play_without_a_key_and_differ(peer: Peer) -> None:
    first, second = list(peer.server.catalog.sounds)[:2]
    tones = []
    for number in (first, second):
        previews = peer.json(f"sounds/{number}/", fields="previews")["previews"]
        assert list(previews) == [
            f"preview-{quality}-{kind}" for quality in ("hq", "lq") for kind in ("mp3", "ogg")
        ]
        for url in previews.values():
            answer = peer.session.get(url, headers={"Authorization": ""}, timeout=60)
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, "audio/wav")
            with wave.open(io.BytesIO(answer.content)) as file:
                assert 0.2 < file.getnframes() / file.getframerate() < 2
                assert len(set(file.readframes(1000))) > 20
        tones.append(answer.content)
    assert tones[0] != tones[1]
    path = urlsplit(url).path.replace(str(second), "4711")
    assert peer.session.get(peer.server.root + path[1:], timeout=60).status_code == 404


def test_each_sound_has_its_own_constant_tone() -> None:
    assert len({audio.preview(number) for number in range(1, 16)}) == 15
    before = audio.preview(7)
    audio.preview.cache_clear()
    assert audio.preview(7) == before


def test_previews_on_other_hosts_keep_their_urls(serve: Serve) -> None:
    previews = {"preview-hq-mp3": "http://elsewhere.example/x.mp3"}
    peer = serve(Catalog([{"id": 1, "previews": previews}]))
    assert peer.json("sounds/1/", fields="previews") == {"previews": previews}


def test_wrong_values_in_the_catalog_are_sent_unchanged(serve: Serve) -> None:
    wrong: dict[str, Any] = {
        "id": 1,
        "tags": None,
        "duration": "long",
        "created": 5,
        "username": {},
        "pack": 9,
    }
    peer = serve(Catalog([wrong, {"id": 2}]))
    assert peer.json("sounds/1/", fields=",".join(wrong)) == wrong
    for params in ({"sort": "duration_desc"}, {"filter": "duration:[1 TO 2]"}, {"query": "x"}):
        assert peer.get("search/", **params).status_code == 200
