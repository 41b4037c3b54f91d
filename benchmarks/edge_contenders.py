"""Ways to connect the sounds of one user and of one pack."""

import os
import pickle
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import combinations, groupby
from pathlib import Path

import duckdb
import networkx as nx
import pyarrow as pa
from networkx.algorithms import bipartite

from benchmarks.measure import Contender
from soundweave.library import database, edges
from soundweave.network import membership, pairs, projection

COLUMNS = "SELECT id, user_id, pack_id FROM sounds WHERE removed_at IS NULL"
NIGHT = 47  # old sounds per new one: 15 000 new ones for 700 000
EXACT_UP_TO, NEAREST = 50, 3

SELF_JOIN = """
    SELECT a.id AS source, b.id AS target, true AS same_user,
           coalesce(a.pack_id = b.pack_id, false) AS same_pack
    FROM sounds AS a JOIN sounds AS b ON a.user_id = b.user_id AND a.id < b.id
    UNION ALL
    SELECT a.id, b.id, false, true
    FROM sounds AS a JOIN sounds AS b ON a.pack_id = b.pack_id AND a.id < b.id
    WHERE a.user_id != b.user_id
"""

Row = tuple[int, int, int | None]
Exact = Callable[[Path], int]


def rebuild(folder: Path) -> int:
    """Write all membership edges."""
    with database.writing(folder) as connection:
        return int(edges.update(connection, rebuild=True)["total_edges"])


def night(folder: Path) -> int:
    """Update the membership edges after a night."""
    with database.writing(folder) as connection:
        return int(edges.update(connection)["total_edges"])


def flush(folder: Path) -> None:
    """Flush the copy of the library to disk: otherwise its first writer pays for that."""
    with (folder / database.FILE_NAME).open("rb") as file:
        os.fsync(file.fileno())


def before_night(folder: Path) -> None:
    """Write the edges, then add a night of new sounds by existing users and in existing packs."""
    rebuild(folder)
    with database.writing(folder) as connection, database.transaction(connection):
        columns = [row["name"] for row in connection.execute("PRAGMA table_info(sounds)")]
        connection.execute(
            "INSERT INTO sounds SELECT (SELECT max(id) FROM sounds) + id,"
            f" {', '.join(columns[1:])} FROM sounds WHERE id / 2 % {NIGHT} = 0"
        )


def bounded(folder: Path) -> int:
    """Project the pairs as far as the map needs them, from the edges in the library."""
    with database.snapshot(folder) as connection:
        members = membership.read(connection)
    projected = projection.project(members, exact_up_to=EXACT_UP_TO, nearest=NEAREST)
    return len(projected.source)


def pairs_file(folder: Path) -> int:
    """Write the exact pairs of small groups as CSV, from the edges in the library."""
    with database.snapshot(folder) as connection:
        members = membership.read(connection)
    return pairs.write(members, folder / "pairs.csv", up_to=EXACT_UP_TO)["pairs_written"]


def floor(folder: Path) -> int:
    """Read the input of all ways, and nothing else."""
    sounds, _users, _packs = map(list, zip(*_rows(folder), strict=True))
    return len(sounds)


def pairwise_networkx(folder: Path) -> int:
    """Test, add and describe each pair in both directions, and pickle the graph.

    AlexM1010/FollowWeb builds and stores its user and pack edges like this.
    """
    rows = _rows(folder)
    graph: nx.DiGraph[int] = nx.DiGraph()
    for sound, user, pack in rows:
        graph.add_node(sound, user=user, pack=pack)
    for column, kind in ((1, "by_same_user"), (2, "in_same_pack")):
        for sounds in _groups(rows, column):
            for first, second in combinations(sounds, 2):
                for source, target in ((first, second), (second, first)):
                    if not graph.has_edge(source, target):
                        graph.add_edge(source, target, type=kind, weight=1.0)
    with (folder / "graph.gpickle").open("wb") as stream:
        pickle.dump(graph, stream, protocol=pickle.HIGHEST_PROTOCOL)
    return int(graph.number_of_edges()) // 2


def bipartite_projection(folder: Path) -> int:
    """Let networkx project a graph of sounds and hubs."""
    rows = _rows(folder)
    graph: nx.Graph[object] = nx.Graph()
    for sound, user, pack in rows:
        graph.add_edge(sound, ("user", user))
        if pack is not None:
            graph.add_edge(sound, ("pack", pack))
    return int(bipartite.projected_graph(graph, [row[0] for row in rows]).number_of_edges())


def sqlite_self_join(folder: Path) -> int:
    """Join in SQLite and store the pairs in a table."""
    with database.writing(folder) as connection, database.transaction(connection):
        connection.execute(f"CREATE TABLE pairs AS {SELF_JOIN}")
        return int(connection.execute("SELECT count(*) FROM pairs").fetchone()[0])


def duckdb_self_join(folder: Path) -> int:
    """Join in DuckDB and write the pairs as Parquet."""
    columns = (pa.array(column, pa.int64()) for column in zip(*_rows(folder), strict=True))
    sounds = pa.table(list(columns), names=["id", "user_id", "pack_id"])
    with duckdb.connect() as connection:
        connection.register("sounds", sounds)
        copy = f"COPY ({SELF_JOIN}) TO '{folder / 'pairs.parquet'}'"
        count = connection.execute(copy).fetchone()
    return int(count[0]) if count else 0


def _rows(folder: Path) -> list[Row]:
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as connection:
        return connection.execute(COLUMNS).fetchall()


def _groups(rows: Iterable[Row], column: int) -> Iterable[list[int]]:
    members = sorted((row[column], row[0]) for row in rows if row[column] is not None)
    for _, group in groupby(members, key=lambda member: member[0]):
        yield [sound for _, sound in group]


OBJECTS = "more pairs than fit as Python objects: 34 million at 100 000 sounds took 17 GB"
ALL_PAIRS = "all pairs are 1.5 billion at 700 000 sounds"

ROWS = [
    Contender("membership, rebuilt", rebuild, ours=True, prepare=flush),
    Contender("membership, a night's 2 % of new sounds", night, ours=True, prepare=before_night),
    Contender("bounded projection into arrays", bounded, ours=True, prepare=rebuild),
    Contender("exact pairs of groups up to 50, as CSV", pairs_file, ours=True, prepare=rebuild),
    Contender("floor: three columns into Python lists", floor),
    Contender(
        "pairwise networkx, each pair tested and described both ways, pickled",
        pairwise_networkx,
        largest=10_000,
        why=OBJECTS,
    ),
    Contender(
        "networkx bipartite projection", bipartite_projection, largest=100_000, why=ALL_PAIRS
    ),
    Contender(
        "SQLite self-join into a table",
        sqlite_self_join,
        prepare=flush,
        largest=100_000,
        why=f"{ALL_PAIRS}, a file of some 25 GB",
    ),
    Contender("DuckDB self-join to Parquet", duckdb_self_join),
]
EXACT: tuple[Exact, ...] = (
    pairwise_networkx,
    bipartite_projection,
    sqlite_self_join,
    duckdb_self_join,
)
