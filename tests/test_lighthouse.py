import gzip
import urllib.error
import urllib.request

import pytest

from soundweave import lighthouse

FULL = {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 60}


@pytest.fixture
def served(tmp_path):
    site = tmp_path / lighthouse.FOLDER
    (site / "sounds").mkdir(parents=True)
    (site / "index.html").write_text("front", encoding="utf-8")
    (site / "sounds" / "index.html").write_text("list", encoding="utf-8")
    (site / "404.html").write_text("wrong", encoding="utf-8")
    (site / "map.png").write_bytes(b"picture")
    with lighthouse.serving(tmp_path) as address:
        yield address


def get(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return opener.open(url, timeout=10)
    except urllib.error.HTTPError as error:
        return error


@pytest.mark.parametrize(
    ("path", "code", "kind", "content"),
    [
        ("", 200, "text/html", "front"),
        ("index.html", 200, "text/html", "front"),
        ("sounds/index.html", 200, "text/html", "list"),
        ("sounds/", 200, "text/html", "list"),
        ("users/none.html", 404, "text/html", "wrong"),
        ("../../../../etc/passwd", 404, "text/html", "wrong"),
        ("map.png", 200, "image/png", None),
    ],
)
def test_the_site_is_served_packed_from_a_subfolder(served, path, code, kind, content):
    with get(served + path) as answer:
        assert answer.status == code
        assert answer.headers["Content-Type"] == kind
        body = answer.read()
    if content is None:
        assert body == b"picture"
    else:
        assert gzip.decompress(body).decode() == content


def test_one_page_of_each_kind_is_measured(tmp_path):
    assert lighthouse.pages(tmp_path) == ["index.html", "map.html", "sounds/index.html"]
    folder = tmp_path / "translations"
    folder.mkdir()
    for name in ("index.html", "b.html", "a.html"):
        (folder / name).touch()
    assert lighthouse.pages(tmp_path)[3:] == ["translations/a.html"]


def test_the_table_and_who_passed():
    low = lighthouse.Measured("map.html", FULL | {"seo": 99}, ["seo: canonical: none"])
    full = lighthouse.Measured("index.html", FULL, [])
    assert (full.passed, low.passed) == (True, False)
    assert lighthouse.table([full, low]).splitlines() == [
        "| page | accessibility | best practices | seo | performance |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| `index.html` | 100 | 100 | 100 | 60 |",
        "| `map.html` | 100 | 100 | 99 | 60 |",
    ]


def test_what_a_page_failed_is_named_unless_it_does_not_count():
    audits = {
        "good": {"id": "good", "score": 1, "title": "Good"},
        "bad": {"id": "bad", "score": 0, "title": "Bad"},
        "other": {"id": "other", "score": 0, "title": "Other"},
        "none": {"id": "none", "score": None, "title": "Not asked"},
    }
    counts = [{"id": name, "weight": 0 if name == "other" else 3} for name in audits]
    categories = {name: {"auditRefs": []} for name in lighthouse.CATEGORIES}
    categories["seo"]["auditRefs"] = categories["performance"]["auditRefs"] = counts
    report = {"audits": audits, "categories": categories}
    assert list(lighthouse._failed(report)) == ["seo: bad: Bad"]
