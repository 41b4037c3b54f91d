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
import polars as pl
import pyarrow as pa
from networkx.algorithms import bipartite

from benchmarks.contender import Contender
from soundweave.library import database, edges
from soundweave.network import membership, pairs, projection

COLUMNS = "SELECT id, user_id, pack_id FROM sounds WHERE removed_at IS NULL"
NIGHT = 47  # one new sound for so many known ones: 15 000 for 700 000
EXACT_UP_TO, NEAREST = 50, 3

SELF_JOIN = """
    SELECT a.id AS source, b.id AS target, true AS same_user,
           coalesce(a.pack_id = b.pack_id, false) AS same_pack
    FROM {sounds} AS a JOIN {sounds} AS b ON a.user_id = b.user_id AND a.id < b.id
    UNION ALL
    SELECT a.id, b.id, false, true
    FROM {sounds} AS a JOIN {sounds} AS b ON a.pack_id = b.pack_id AND a.id < b.id
    WHERE a.user_id != b.user_id
"""

Row = tuple[int, int, int | None]
Exact = Callable[[Path], int]


def rebuild(folder: Path) -> int:
    """Membership: make all edges."""
    with database.writing(folder) as connection:
        return int(edges.update(connection, rebuild=True)["total_edges"])


def night(folder: Path) -> int:
    """Membership: bring the edges up to date after a night."""
    with database.writing(folder) as connection:
        return int(edges.update(connection)["total_edges"])


def on_disk(folder: Path) -> None:
    """Wait until the copy of the library is on the disk: else who writes into it pays for that."""
    with (folder / database.FILE_NAME).open("rb") as file:
        os.fsync(file.fileno())


def before_night(folder: Path) -> None:
    """Draw the edges, then add a night of new sounds by users and in packs that there are."""
    rebuild(folder)
    with database.writing(folder) as connection, database.transaction(connection):
        columns = [row["name"] for row in connection.execute("PRAGMA table_info(sounds)")]
        rest = ", ".join(columns[1:])
        connection.execute(
            f"INSERT INTO sounds SELECT (SELECT max(id) FROM sounds) + id, {rest}"
            f" FROM sounds WHERE id / 2 % {NIGHT} = 0"
        )


def bounded(folder: Path) -> int:
    """Project the pairs as the map needs them, from edges that are drawn."""
    with database.snapshot(folder) as connection:
        members = membership.read(connection)
    made = projection.project(members, exact_up_to=EXACT_UP_TO, nearest=NEAREST)
    return len(made.source)


def pairs_file(folder: Path) -> int:
    """Write the exact pairs of small groups as CSV, from edges that are drawn."""
    with database.snapshot(folder) as connection:
        members = membership.read(connection)
    return pairs.write(members, folder / "pairs.csv", up_to=EXACT_UP_TO)["pairs_written"]


def reading(folder: Path) -> int:
    """Read what any way needs, and make nothing of it."""
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as connection:
        sounds, _users, _packs = map(list, zip(*connection.execute(COLUMNS), strict=True))
        return len(sounds)


def pairwise_loop(folder: Path) -> int:
    """Add each pair to a networkx graph, the shortest way, and keep nothing."""
    rows = _rows(folder)
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(row[0] for row in rows)
    for column, kind in ((1, "user"), (2, "pack")):
        for sounds in _groups(rows, column):
            for source, target in combinations(sounds, 2):
                graph.add_edge(source, target, **{kind: True})
    return int(graph.number_of_edges())


def pairwise_described(folder: Path) -> int:
    """Add each pair both ways where it is not yet there, say what it is, and pickle the graph.

    So AlexM1010/FollowWeb makes and keeps its user and pack edges.
    """
    rows = _rows(folder)
    graph: nx.DiGraph[int] = nx.DiGraph()
    for sound, user, pack in rows:
        graph.add_node(sound, user=user, pack=pack)
    for column, kind in ((1, "by_same_user"), (2, "in_same_pack")):
        for sounds in _groups(rows, column):
            _connect(graph, sounds, kind)
    with (folder / "graph.gpickle").open("wb") as stream:
        pickle.dump(graph, stream, protocol=pickle.HIGHEST_PROTOCOL)
    return int(graph.number_of_edges()) // 2


def _connect(graph: "nx.DiGraph[int]", sounds: list[int], kind: str) -> None:
    for source, target in combinations(sounds, 2):
        if not graph.has_edge(source, target):
            graph.add_edge(source, target, type=kind, weight=1.0)
        if not graph.has_edge(target, source):
            graph.add_edge(target, source, type=kind, weight=1.0)


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
    """Join in SQLite and keep the pairs in a table."""
    with database.writing(folder) as connection, database.transaction(connection):
        connection.execute(f"CREATE TABLE pairs AS {SELF_JOIN.format(sounds='sounds')}")
        return int(connection.execute("SELECT count(*) FROM pairs").fetchone()[0])


def duckdb_self_join(folder: Path) -> int:
    """Join in DuckDB and write the pairs as Parquet."""
    with duckdb.connect() as connection:
        connection.register("sounds", _table(folder))
        query = SELF_JOIN.format(sounds="sounds")
        written = connection.execute(f"COPY ({query}) TO '{folder / 'pairs.parquet'}'").fetchone()
    return int(written[0]) if written else 0


def polars_self_join(folder: Path) -> int:
    """Join in polars, streamed, and write the pairs as Parquet."""
    frame = pl.DataFrame(_table(folder)).lazy()
    ordered = pl.col("id") < pl.col("id_right")
    users = frame.join(frame, on="user_id").filter(ordered)
    packs = frame.join(frame, on="pack_id").filter(
        ordered & (pl.col("user_id") != pl.col("user_id_right"))
    )
    path = folder / "pairs.parquet"
    same_pack = (pl.col("pack_id") == pl.col("pack_id_right")).fill_null(value=False)
    flags = (
        (users, pl.lit(value=True), same_pack),
        (packs, pl.lit(value=False), pl.lit(value=True)),
    )
    parts = [
        part.select(source="id", target="id_right", same_user=user, same_pack=pack)
        for part, user, pack in flags
    ]
    pl.concat(parts).sink_parquet(path)
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _rows(folder: Path) -> list[Row]:
    with closing(sqlite3.connect(folder / database.FILE_NAME)) as connection:
        return connection.execute(COLUMNS).fetchall()


def _groups(rows: Iterable[Row], column: int) -> Iterable[list[int]]:
    members = sorted((row[column], row[0]) for row in rows if row[column] is not None)
    for _, group in groupby(members, key=lambda member: member[0]):
        yield [sound for _, sound in group]


def _table(folder: Path) -> pa.Table:
    columns = zip(*_rows(folder), strict=True)
    arrays = [pa.array(column, pa.int64()) for column in columns]
    return pa.table(arrays, names=["id", "user_id", "pack_id"])


OBJECTS = "more pairs than fit as Python objects: 34 million at 100 000 sounds took 17 GB"
ALL_PAIRS = "all pairs are 1.5 billion at 700 000 sounds"

ROWS: list[Contender] = [
    Contender("edges", "membership, rebuilt", rebuild, ours=True, prepare=on_disk),
    Contender(
        "edges", "membership, a night's 2 % of new sounds", night, ours=True, prepare=before_night
    ),
    Contender("edges", "bounded projection into arrays", bounded, ours=True, prepare=rebuild),
    Contender(
        "edges", "exact pairs of groups up to 50, as CSV", pairs_file, ours=True, prepare=rebuild
    ),
    Contender("edges", "floor: three columns into Python lists", reading),
    Contender(
        *("edges", "pairwise networkx, each pair tested and described both ways, pickled"),
        *(pairwise_described,),
        largest=10_000,
        why=OBJECTS,
    ),
    Contender(
        *("edges", "pairwise networkx, the leanest loop, nothing kept", pairwise_loop),
        largest=10_000,
        why=OBJECTS,
    ),
    Contender(
        *("edges", "networkx bipartite projection", bipartite_projection),
        largest=100_000,
        why=ALL_PAIRS,
    ),
    Contender(
        *("edges", "SQLite self-join into a table", sqlite_self_join),
        prepare=on_disk,
        largest=100_000,
        why=f"{ALL_PAIRS}, a file of some 25 GB",
    ),
    Contender("edges", "DuckDB self-join to Parquet", duckdb_self_join),
    Contender("edges", "polars self-join to Parquet, streamed", polars_self_join),
]
EXACT: tuple[Exact, ...] = (
    pairwise_described,
    pairwise_loop,
    bipartite_projection,
    sqlite_self_join,
    duckdb_self_join,
    polars_self_join,
)
