from contextlib import closing
from pathlib import Path

import pytest

from soundweave.library import database, health
from tests.support.make_library import make_library


@pytest.mark.parametrize("deleted", range(4))
def test_a_replacement_that_was_killed_halfway_is_finished(tmp_path: Path, deleted: int) -> None:
    library = tmp_path / "library"
    make_library(library, [{} for _ in range(40)])
    with closing(database.connect(library)) as connection:  # keeps the write-ahead log
        connection.execute("UPDATE sounds SET name = 'newest'")
        health.save_copy(library, library / health.COPY_NAME)
        files = {path.name: path.read_bytes() for path in library.iterdir()}
    assert len(files) == 4
    for path in library.iterdir():
        path.unlink()
    # The files are deleted in this order, then the copy is renamed.
    names = sorted(name for name in files if name != health.COPY_NAME)
    for name in [*names[deleted:], health.COPY_NAME]:
        (library / name).write_bytes(files[name])
    assert not health.check(library).problem
    with database.snapshot(library) as reader:
        rows = reader.execute("SELECT count(*), min(name) FROM sounds").fetchone()
    assert tuple(rows) == (40, "newest")
    assert not (library / health.COPY_NAME).exists()
