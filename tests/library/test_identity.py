import re
from pathlib import Path
from typing import Any

import pytest

from soundweave.library import database, identity
from soundweave.library.identity import Identity
from tests.support.make_library import SEEN, make_library

LIBRARY = Identity("00000000000000aa", "2025-11-01T00:00:00Z")


@pytest.mark.parametrize(
    ("record", "owned"),
    [
        ({"library_id": "00000000000000aa"}, True),
        ({"library_id": "00000000000000aa", "timestamp": "2020-01-01T00:00:00Z"}, True),
        ({"library_id": "00000000000000bb", "timestamp": "2025-12-01T00:00:00Z"}, False),
        ({"library_id": None, "timestamp": "2025-12-01T00:00:00Z"}, False),
        ({"timestamp": "2025-11-01T00:00:00Z"}, True),
        ({"timestamp": "2025-10-31T23:59:59Z"}, False),
        ({}, True),
    ],
    ids=str,
)
def test_which_lines_are_about_a_library(record: dict[str, Any], owned: bool) -> None:
    assert LIBRARY.owns(record) is owned


def test_each_library_has_an_id_of_its_own(tmp_path: Path) -> None:
    identities = []
    for name in ("a", "b", "a"):
        with database.writing(tmp_path / name, create=True) as connection:
            identities.append(identity.read(connection))
    assert identities[0] == identities[2]
    assert identities[0].id != identities[1].id
    assert all(re.fullmatch("[0-9a-f]{16}", library.id) for library in identities)


def test_an_older_library_is_as_old_as_its_first_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(database, "MIGRATIONS", database.MIGRATIONS[:3])
        make_library(tmp_path, [{"first_seen": "2026-01-01T00:00:00Z"}, {"first_seen": SEEN}])
    with database.snapshot(tmp_path) as reader:
        library = identity.read(reader)
    assert library.created_at == SEEN
    assert len(library.id) == 16


def test_a_library_can_assume_an_identity(tmp_path: Path) -> None:
    with database.writing(tmp_path, create=True) as connection:
        identity.assume(connection, LIBRARY)
        assert identity.read(connection) == LIBRARY
        connection.execute("DELETE FROM meta")
        assert identity.read(connection).owns({"timestamp": "2005-01-01T00:00:00Z"})
