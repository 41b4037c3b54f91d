"""search/: pages, queries, sorting, fields, grouping, links, null results."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.standin.conftest import Peer


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (15, 1)),
        ({"page": "2"}, (15, 2)),
        ({"page": "x"}, (15, 1)),
        ({"page": ""}, (15, 1)),
        ({"page": "1.5"}, (15, 1)),
        ({"page": "0"}, None),
        ({"page": "-1"}, None),
        ({"page": "27"}, (10, 27)),
        ({"page": "28"}, None),
        ({"page_size": "150"}, (150, 1)),
        ({"page_size": "151"}, (150, 1)),
        ({"page_size": "999999"}, (150, 1)),
        ({"page_size": "x"}, (15, 1)),
        ({"page_size": ""}, (15, 1)),
        ({"page_size": "1"}, (1, 1)),
        ({"page_size": "0"}, None),
        ({"page_size": "-5"}, None),
        ({"page_size": "150", "page": "3"}, (100, 3)),
        ({"query": "nothinglikethis", "page": "7"}, (0, 7)),
        ({"query": "nothinglikethis", "page": "0"}, None),
    ],
)
def test_pages(peer: Peer, params: dict[str, str], expected: tuple[int, int] | None) -> None:
    answer = peer.get("search/", **params)
    if expected is None:
        assert (answer.status_code, answer.text) == (404, '{"detail":"Not found"}')
        return
    size, page = expected
    body = answer.json()
    assert list(body) == ["count", "previous", "next", "results"]
    assert len(body["results"]) == size
    assert (body["previous"] is None) == (page == 1 or not size)
    assert body["count"] == (400 if size else 0)


def test_all_pages_together_have_every_sound_once(peer: Peer) -> None:
    url, ids = f"{peer.server.base_url}search/?sort=created_desc&page_size=37&fields=id", []
    while url:
        body = peer.session.get(url, timeout=60).json()
        ids += [sound["id"] for sound in body["results"]]
        url = body["next"]
    assert sorted(ids) == sorted(peer.server.catalog.sounds)


def test_links_look_like_the_api(peer: Peer) -> None:
    body = peer.json(
        "search/text/", query="rain", filter="duration:[0 TO 3200]", page_size="2", fields="id,name"
    )
    assert body["next"] == (
        f"{peer.server.base_url}search/?&query=rain&filter=duration:[0%20TO%203200]&weights="
        "&page=2&page_size=2&fields=id,name"
    )
    body = peer.json("search/", sort="created_asc", page="2", token="secret", format="json")
    assert body["previous"] == (
        f"{peer.server.base_url}search/?&query=&weights=&sort=created_asc&page=1"
    )
    quoted = peer.json("search/", filter='tag:"rain"', page_size=1)["next"]
    assert "&filter=tag:%22rain%22&" in quoted


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [1, 2, 3, 12]),
        ('  "" ', [1, 2, 3, 12]),
        ("rain", [1, 3]),
        ("RAINS", [1, 3]),
        ("rain bird", [3]),
        ("bird", [2, 3]),
        ("rain -roof", [3]),
        ("-rain", [2, 12]),
        ('"bird and rain"', [3]),
        ('"rain bird"', []),
        ("+rain +heavy", [1]),
        ("iceland", [2, 3]),
        ("12", [12]),
        ("field-recording", [2]),
        ("100%25 noise", [12]),  # sent as %2525, decoded twice
        ("%22bird and rain%22", [3]),
    ],
)
def test_queries(small: Peer, query: str, ids: list[int]) -> None:
    assert sorted(small.ids("search/", query=query)) == ids


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("created_desc", [12, 3, 2, 1]),
        ("created_asc", [1, 2, 3, 12]),
        ("duration_desc", [3, 2]),
        ("downloads_desc", [1]),
        ("rating_desc", [3]),
        ("duration:9", [3, 2]),
    ],
)
def test_sorts(small: Peer, sort: str, ids: list[int]) -> None:
    assert small.ids("search/", sort=sort)[: len(ids)] == ids


def test_better_matches_come_first_and_score_is_optional(small: Peer) -> None:
    results = small.json("search/", query="rain", fields="score,id")["results"]
    assert [result["id"] for result in results] == [1, 3]
    assert results[0]["score"] > results[1]["score"]
    assert list(results[0]) == ["id", "score"]


def test_an_unknown_sort_is_score(small: Peer) -> None:
    assert small.json("search/", sort="name_asc") == small.json("search/")
    assert "sort" not in small.json("search/", sort="name_asc", page_size=1)["next"]


def test_a_numeric_target_adds_the_distance(small: Peer) -> None:
    results = small.json("search/", sort="duration:9,num_downloads:0", fields="id")["results"]
    assert results[0] == {"id": 3, "distance_to_target": 1.0}
    assert small.get("search/", sort="duration:x").status_code == 400
    assert small.get("search/", sort="nosuch:1").status_code == 400


def test_equal_sounds_have_no_reliable_order(peer: Peer) -> None:
    ids = peer.ids("search/", page_size=150)
    assert ids not in (sorted(ids), sorted(ids, reverse=True))


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ("", ["id", "name", "tags", "license", "username"]),
        ("username,id", ["id", "username"]),
        ("id,nosuch,analysis", ["id"]),
        ("nosuch", []),
        ("pack,pack_name,score,md5", ["pack", "pack_name", "score", "md5"]),
    ],
)
def test_fields_come_in_the_order_of_the_api(small: Peer, fields: str, keys: list[str]) -> None:
    for result in small.json("search/", fields=fields)["results"]:
        assert list(result) == keys


def test_an_unknown_similarity_space_in_fields_breaks_the_results(small: Peer) -> None:
    assert small.json("search/", fields="id,sim_nosuch")["results"] == [None] * 4
    assert small.get("sounds/1/", fields="id,sim_nosuch").status_code == 500


def test_a_sound_that_is_only_in_the_index_is_null(small: Peer) -> None:
    small.server.catalog.remove(2, keep_in_index=True)
    body = small.json("search/", sort="created_asc", fields="id")
    assert (body["count"], body["results"]) == (4, [{"id": 1}, None, {"id": 3}, {"id": 12}])
    small.server.catalog.remove(3)
    assert small.json("search/", filter="id:(1 OR 3)")["count"] == 1


def test_grouped_by_pack(small: Peer) -> None:
    body = small.json("search/", group_by_pack="1", fields="id", sort="created_asc")
    assert body["count"] == 3
    newest = body["results"][1]
    assert (newest["id"], newest["n_from_same_pack"]) == (3, 2)
    link = parse_qs(urlsplit(newest["more_from_same_pack"]).query)
    assert link["filter"] == ['pack_grouping:"900_Iceland: two"']
    assert (link["page"], link["group_by_pack"]) == (["1"], ["0"])
    assert "n_from_same_pack" not in body["results"][0]
    assert sorted(small.ids("search/", filter=link["filter"][0])) == [2, 3]
    assert small.json("search/", group_by_pack="true")["count"] == 4


def test_a_search_sees_changes_of_the_catalog(small: Peer) -> None:
    assert small.json("search/", query="comet")["count"] == 0
    small.server.catalog.add({"id": 77, "name": "comet"})
    assert small.ids("search/", query="comet") == [77]
    small.server.catalog.add({"id": 77, "name": "meteor"})
    assert small.json("search/", query="comet")["count"] == 0
