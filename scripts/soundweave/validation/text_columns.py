"""One pass over text as bytes: SQLite joins thousands of rows, Python checks them together."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping

ROWS = 4096
FIRST, LAST = -(2**63), 2**63 - 1
SCHEMES = (b"http://", b"https://")
VISIBLE = bytes(range(ord("!"), ord("~") + 1))
SEPARATOR = b"\n"  # not part of any multi-byte character

Test = Callable[[bytes, int], bool]
"""Takes values joined by SEPARATOR and their number; returns whether any is bad."""


def bad_values(
    connection: sqlite3.Connection, table: str, tests: Mapping[str, Test]
) -> Iterator[tuple[int, str]]:
    """Yield (id, column) of each bad value. Only rows of a bad block are checked one by one."""
    columns = list(tests)
    values = ", ".join(f"CAST({column} AS BLOB)" for column in columns)
    joined = ", ".join(
        f"CAST(group_concat({column}, '\n') AS BLOB), count({column})" for column in columns
    )
    for block in _blocks(connection, table):
        contents = connection.execute(
            f"SELECT {joined} FROM {table} WHERE id > ? AND id <= ?", block
        ).fetchone()
        columns_of_block = zip(tests.values(), contents[::2], contents[1::2], strict=True)
        if any(count and is_bad(content, count) for is_bad, content, count in columns_of_block):
            rows = connection.execute(
                f"SELECT id, {values} FROM {table} WHERE id > ? AND id <= ?", block
            )
            for row_id, *row in rows:
                for column, value in zip(columns, row, strict=True):
                    if value is not None and tests[column](value, 1):
                        yield row_id, column


def _blocks(connection: sqlite3.Connection, table: str) -> Iterator[tuple[int, int]]:
    # By the last id instead of LIMIT, SQLite joins the texts without a copy of each row.
    after: int = FIRST
    while after < LAST:
        row = connection.execute(
            f"SELECT id FROM {table} NOT INDEXED WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?",
            (after, ROWS - 1),
        ).fetchone()
        last = row[0] if row else LAST
        if last <= after:
            raise sqlite3.DatabaseError(f"the rows of {table} are out of order")
        yield after, last
        after = last


def not_text(content: bytes, _: int) -> bool:
    """Whether bytes are not UTF-8 or contain NUL, where SQLite's functions stop."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return b"\0" in content


def not_urls(content: bytes, count: int) -> bool:
    """Whether any of `count` values is not an http or https URL of visible ASCII characters."""
    return (
        bool(content.translate(None, VISIBLE + SEPARATOR))
        or content.count(SEPARATOR) != count - 1
        or not content.startswith(SCHEMES)
        or sum(content.count(SEPARATOR + scheme) for scheme in SCHEMES) != count - 1
    )
