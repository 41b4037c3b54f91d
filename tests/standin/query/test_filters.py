"""The `filter` parameter."""

import pytest

from soundweave.standin import Catalog
from tests.standin.conftest import Peer, Serve
from tests.standin.query.conftest import SOUNDS


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("id:(1 OR 3 OR 999)", [1, 3]),
        ("id:12", [12]),
        ("id:[1 TO 2]", [1, 12, 2]),  # in the order of strings
        ("tag:rain", [1]),
        ("tag:RAIN tag:roof", [1]),
        ("tag:rain OR tag:bird", []),  # the server requires both
        ("tag:(rain OR bird)", [1, 3]),
        ("tag:(rain bird)", [1, 3]),
        ("tag:(rain AND roof)", [1]),
        ("tag:field-recording", [2]),
        ("tag:bird*", [2, 3]),
        ("-tag:rain", [2, 3, 12]),
        ("NOT tag:rain -id:12", [2, 3]),
        ("username:abc9", [1, 2]),
        ('username:"zoë x"', [3]),
        ("name:bird", [2, 3]),
        ('name:"rain on a roof"', [1]),
        ("pack:iceland", [2, 3]),
        ("pack:*", [2, 3]),
        ('pack_grouping:"900_iceland: two"', []),
        ('license:"Attribution"', [2]),
        ('license:"Attribution NonCommercial"', [3]),
        ('license:"Creative Commons 0"', [1, 12]),
        ("type:mp3", [3]),
        ("duration:[1 TO 2.5]", [1, 2, 12]),
        ("duration:{1 TO 2.5]", [2]),
        ("duration:[2 TO *]", [2, 3]),
        ("duration:2.5", [2]),
        ("avg_rating:[7 TO *]", [3]),  # out of ten, and 0 below three ratings
        ("num_downloads:[1 TO *] duration:[* TO 3]", [1]),
        ("created:[2024-01-31T23:59:59Z TO 2024-02-01T00:00:00Z]", [2, 3]),
        ("created:{2024-01-31T23:59:59Z TO *}", [3, 12]),
        ("created:[* TO 2024-01]", [1, 2]),
        ("created:2024-01", [1, 2]),
        ("created:2024-02-01", [3]),
        ("created:[2024-02 TO 2024]", [3]),
        ("created:[NOW-1YEAR TO NOW]", [12]),
        ("created:[NOW/YEAR-2YEARS TO NOW-11MONTHS/DAY]", [1, 2, 3]),
        ('created:"2024-01-01T00:00:00Z"', [1]),
        ("is_geotagged:true", [2]),
        ("is_geotagged:0 is_explicit:false", [1, 3]),
        ("{!geofilt sfield=geotag pt=41.01,28.9 d=2} tag:birds", [2]),
        ("{!geofilt sfield=geotag pt=41.01,28.9 d=1}", []),
        ('geotag:"Intersects(28 40 29 42)"', [2]),
        ('geotag:"Intersects(40 28 42 29)"', []),
        ("(tag:rain)", [1]),
        ("tag:(rain OR birds AND field-recording)", [2]),
        ("tag:(birds AND field-recording -rain)", [2]),
        ("tag:(-rain)", []),
        ("-(tag:rain OR tag:birds)", [1, 2, 3, 12]),
        ("duration:-1", []),
        ("duration:[-1 TO 1]", [1, 12]),
        ("id:(1 OR (2 AND 3))", [1]),
        ("%2Btag:rain", [1]),  # decoded a second time
    ],
)
def test_filters(serve: Serve, text: str, ids: list[int]) -> None:
    peer = serve(Catalog(SOUNDS), clock=lambda: 1_767_225_600.0)  # 2026-01-01
    assert sorted(peer.ids("search/", filter=text), key=str) == sorted(ids, key=str)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nosuchfield:1", "undefined field nosuchfield"),
        ("tag:", "Cannot parse 'tag:'"),
        ("tag:(rain", "Cannot parse"),
        ("tag:rain)", "Cannot parse"),
        ("duration:[1 TO", "Cannot parse"),
        ("duration:[1 2]", "Cannot parse"),
        ('tag:"rain', "Cannot parse"),
        ("AND tag:rain", "Cannot parse"),
        ("tag:rain OR", "Cannot parse"),
        ("created:2024-01-01T00:00:00Z", "Cannot parse"),
        ("rain", "no field name specified"),
        ("duration:long", "Invalid Number: long"),
        ("duration:nan", "Invalid Number: nan"),
        ("created:yesterday", "Invalid Date String:'yesterday'"),
        ("created:[2024-13 TO *]", "Invalid Date String"),
        ("created:[NOW-999999YEARS TO NOW]", "Invalid Date String"),
        ("is_remix:maybe", "Invalid boolean"),
        ("tag:[a TO b]", "range"),
        ("(" * 3000, "Cannot parse"),
        ("(" * 3000 + "tag:rain" + ")" * 3000, "Cannot parse"),
        ("NOT " * 3000 + "tag:rain", "Cannot parse"),
        ("tag:(rain && roof)", "Cannot parse"),
        ("tag:(rain || roof)", "Cannot parse"),
        ("tag:(rain&&roof OR bird)", "Cannot parse"),
        ("tag:rain~", "Cannot parse"),
        ("id:>5", "Cannot parse"),
    ],
)
def test_a_rejected_filter(small: Peer, text: str, message: str) -> None:
    answer = small.get("search/", filter=text)
    detail = answer.json()["detail"]
    assert answer.status_code == 400
    assert detail.startswith("Search server error: ")
    assert detail.endswith(" (please check that your filter syntax and field names are correct)")
    assert message in detail


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_filter_is_rejected(small: Peer, text: str) -> None:
    answer = small.get("search/", filter=text)
    assert (answer.status_code, answer.text) == (400, '{"detail":"Invalid filter."}')


def test_exact_pack_grouping(small: Peer) -> None:
    assert sorted(small.ids("search/", filter='pack_grouping:"900_Iceland: two"')) == [2, 3]
