"""Four sounds with hand-picked values."""

import pytest

from soundweave.standin import Catalog
from tests.standin.conftest import Peer, Serve

RAIN = {"name": "Heavy rain on a roof.wav", "tags": ["Rain", "roof"], "username": "abc1"}
SOUNDS = [
    {"id": 1, **RAIN, "created": "2024-01-01T00:00:00Z", "duration": 1.0, "num_downloads": 5},
    {
        "id": 2,
        "name": "birds singing",
        "tags": ["birds", "field-recording"],
        "username": "ABC2",
        "created": "2024-01-31T23:59:59Z",
        "duration": 2.5,
        "num_ratings": 2,
        "avg_rating": 5.0,
        "pack": "https://freesound.org/apiv2/packs/900/",
        "pack_name": "Iceland: two",
        "geotag": "41.0 28.9",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    },
    {
        "id": 3,
        "name": "bird and rain",
        "tags": ["bird"],
        "username": "zoë x",
        "created": "2024-02-01T00:00:00Z",
        "duration": 10.0,
        "num_ratings": 3,
        "avg_rating": 4.0,
        "pack": "https://freesound.org/apiv2/packs/900/",
        "pack_name": "Iceland: two",
        "license": "http://creativecommons.org/licenses/by-nc/3.0/",
        "type": "mp3",
    },
    {"id": 12, "name": "100% noise", "created": "2025-06-01T12:00:00Z", "is_explicit": True},
]


@pytest.fixture
def small(serve: Serve) -> Peer:
    """A stand-in with four sounds."""
    return serve(Catalog(SOUNDS))
