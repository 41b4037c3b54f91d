import pytest

from soundweave.base import schemas
from soundweave.website.data import search_index
from soundweave.website.frame import buckets
from tests.site.catalogs import HOSTILE


def find(data, word, prefix=1):
    """Return how many sounds have a word, and the ids of those that are listed."""
    path = f"search/{buckets.bucket(word, prefix)}.json"
    if path not in data.files("search"):
        return 0, []
    content = data.read(path)
    total, places = content["words"].get(word, (0, []))
    return total, [content["sounds"][place][0] for place in places]


RAIN = {"name": "Rain.wav", "username": "ann", "tags": ["Water-drops", "rain"]}
WIND = {"name": "wind, RAIN & Thunder", "username": "Rainer", "tags": ["gale"]}


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("rain", [2, 1]),
        ("wav", [1]),
        ("drops", [1]),
        ("thunder", [2]),
        ("ann", [1]),
        ("rainer", [2]),
        ("gale", [2]),
        ("ghost", []),
        ("Rain", []),
    ],
)
def test_sounds_are_found_by_name_tags_and_author_most_downloaded_first(data, word, ids):
    gone = RAIN | {"name": "ghost", "removed_at": "2026-01-01T00:00:00Z"}
    data.make([RAIN | {"num_downloads": 3}, WIND | {"num_downloads": 9}, gone])
    data.write()
    assert find(data, word) == (len(ids), ids)


def test_a_bucket_tells_what_a_result_shows(data):
    data.make([RAIN, WIND], {4: [2]})
    data.write()
    assert data.read("search/r.json") == {
        "words": {"rain": [2, [0, 1]], "rainer": [1, [1]]},
        "sounds": [[1, -1, "Rain.wav", "ann"], [2, 4, "wind, RAIN & Thunder", "Rainer"]],
    }
    about = data.read("search/index.json")
    assert (about["prefix"], about["kept"]) == (1, 50)


def test_the_index_lists_the_files_there_are(data):
    data.make([RAIN, WIND, {"name": "écho Ωmega"}])
    data.write()
    listed = {f"search/{bucket}.json" for bucket in data.read("search/index.json")["buckets"]}
    assert listed | {"search/index.json"} == set(data.files("search"))


def test_only_the_most_downloaded_are_listed(data):
    data.make([{"name": "rain", "num_downloads": number % 7} for number in range(1, 31)])
    data.write(most=5)
    assert find(data, "rain") == (30, [6, 13, 20, 27, 5])


def test_a_file_with_many_words_lists_fewer_sounds_of_each(data, monkeypatch):
    monkeypatch.setattr(search_index, "LIMIT", 60)
    data.make([{"name": f"ra{number % 20:02}", "tags": ["wet"]} for number in range(200)])
    data.write()
    words = data.read("search/r.json")["words"]
    assert len(words) == 20
    assert {total for total, _ in words.values()} == {10}
    assert 20 <= sum(len(places) for _, places in words.values()) <= 60
    assert len(data.read("search/w.json")["words"]["wet"][1]) == 50


def test_a_file_that_cannot_be_small_lists_a_sound_of_each_word(data, monkeypatch):
    monkeypatch.setattr(search_index, "LIMIT", 3)
    data.make([{"name": f"ra{number}", "tags": []} for number in range(10)])
    data.write()
    assert [len(places) for _, places in data.read("search/r.json")["words"].values()] == [1] * 10


def test_words_of_all_scripts_have_files_with_plain_names(data):
    names = ["雨の音", "đ1 ᄑ", "Дождь", "ÉTÉ", "x²", "𐐀𐐀"]
    data.make([{"name": name, "tags": [], "username": "q1"} for name in names])
    data.write()
    data.check()
    assert find(data, "雨の音") == (1, [1])
    assert find(data, "дождь") == (1, [3])
    assert find(data, "ete") == (1, [4])
    assert find(data, "x2") == (1, [5])
    assert find(data, "𐐨𐐨") == (1, [6])


def test_two_buckets_of_one_name_share_its_file(data, monkeypatch):
    monkeypatch.setattr("soundweave.website.frame.buckets.LARGER", (0, 10**9))
    data.make([{"name": "đ1", "tags": [], "username": "q1"}, {"name": "\u1111", "tags": []}])
    data.write()
    assert list(data.read("search/_1111.json")["words"]) == ["đ1", "\u1111"]


def test_a_word_counts_once_for_a_sound(data):
    data.make([{"name": "rain Rain ráin", "tags": ["rain", "rain-rain"], "username": "RAIN"}])
    data.write()
    assert find(data, "rain") == (1, [1])


def test_hostile_texts_are_found_and_shown_as_one_line(data):
    data.make(HOSTILE)
    data.write()
    data.check()
    for path in data.files("search"):
        for _, _, name, author in data.read(path).get("sounds", []):
            assert name.isprintable() or "\u202e" in name or "\u200d" in name
            assert "\n" not in name + author


def test_a_new_sound_changes_its_own_buckets_alone(data):
    data.make([RAIN, WIND])
    data.write()
    before = {path: data.bytes(path) for path in data.files("search")}
    data.execute("UPDATE sounds SET name = 'fog', tags = '[]' WHERE id = 1")
    data.write()
    changed = {path for path in data.files("search") if data.bytes(path) != before.get(path)}
    changed.remove("search/index.json")  # it lists the new bucket
    assert changed == {f"search/{letter}.json" for letter in "afrw"}
    assert "search/d.json" not in data.files("search")


def test_an_empty_library_has_an_index_of_nothing(data):
    data.make([])
    data.write()
    assert data.files("search") == ["search/index.json"]


def test_the_schema_refuses_what_is_no_bucket():
    good = {"words": {"rain": [1, [0]]}, "sounds": [[1, -1, "a", "b"]]}
    assert schemas.validator("site_search").is_valid(good)
    for bad in ({"words": {"rain": [1, []]}}, {"words": {"": [1, [0]]}}, {"sounds": [[1, 2, "a"]]}):
        assert not schemas.validator("site_search").is_valid(good | bad)
