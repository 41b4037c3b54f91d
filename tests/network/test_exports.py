import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundweave.base import config
from soundweave.base.errors import ConfigError
from soundweave.library import database, similar_sounds
from soundweave.network import exports, membership, projection
from soundweave.network.exports import ids, view
from tests.conftest import Run
from tests.support.make_library import make_library

NETWORK = config.load(environ={}).network
WHEN = "2026-01-01T00:00:00Z"
HOSTILE = (
    "<script>alert(1)</script> & \"quoted\" 'too'",
    "two\nlines\r\nand\ttabs\r",
    "evil\u202egpj \u200f\u2028",
    "control \x01\x08\x0b\x1f\x7f\x85 \ufffe\uffff",
    "]]> <!-- --> <![CDATA[",
    " spaces ",
    "🎧 ünïcødé",
    "a:20:b",
    "a b",
)
EXPLICIT = {"is_explicit": 1, "gen_ai_preference": "no-gen-ai"}
HARMLESS = {"is_explicit": 0, "gen_ai_preference": "open-source-models"}
LIBRARY: list[dict[str, Any]] = [
    *({"name": name, "username": name, "pack": name, "tags": [name, "a,b"]} for name in HOSTILE),
    {"name": "in two", "username": "someone", "pack": "shared", "duration": 0.1 + 0.2},
    {"name": "hubs", "username": "someone", "pack": "shared", "tags": []} | EXPLICIT,
    {"name": "no pack", "username": "someone", "tags": "not JSON"} | HARMLESS,
    {"name": "gone", "username": "removed", "pack": "removed", "removed_at": WHEN},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    make_library(folder, LIBRARY)
    with database.writing(folder) as connection:
        similar_sounds.save(connection, 1, {2: 0.9123, 13: 0.8}, WHEN)
        similar_sounds.save(connection, 2, {1: 0.9, 3: 0.7}, WHEN)
        connection.execute(
            "INSERT INTO communities (id, x, y, radius, size, label, laid_out)"
            " VALUES (7, 0, 0, 1, 2, 'rain', 2)"
        )
        connection.execute(
            "INSERT INTO positions (sound_id, x, y, community_id)"
            " VALUES (1, 1e-7, -2.5, 7), (2, 0, 9999.5, 7)"
        )
    return folder


def exported(folder: Path, output: Path, *formats: str, view_name: str = "membership") -> Any:
    with database.snapshot(folder) as connection:
        rows = view.read(connection, view_name, NETWORK)
        return exports.export(rows, list(formats or exports.FORMATS), output)


# Readers: each returns the graph with the attributes as the library has them.


def from_graphml(output: Path) -> nx.Graph:
    graph = nx.read_graphml(output / "network.graphml")
    _read_tags(graph)
    return graph


def from_gexf(output: Path) -> nx.Graph:
    graph = nx.read_gexf(output / "network.gexf")
    for data in graph.nodes.values():
        assert data.pop("label") == data["name"]
        place = data.pop("viz", {}).get("position", {})
        assert (place.get("x"), place.get("y")) == (data.get("x"), data.get("y"))
    _read_tags(graph)
    for _, _, data in graph.edges(data=True):
        data.pop("id")
    return graph


def _read_tags(graph: nx.Graph) -> None:
    for data in graph.nodes.values():
        if "tags" in data:
            data["tags"] = json.loads(data["tags"])


def from_json(output: Path) -> nx.Graph:
    return nx.node_link_graph(json.loads((output / "network.json").read_text(encoding="utf-8")))


def from_parquet(output: Path) -> nx.Graph:
    graph = nx.Graph()
    for row in pq.read_table(output / "nodes.parquet").to_pylist():
        data = {name: value for name, value in row.items() if value is not None}
        if "created" in data:
            data["created"] = data["created"].strftime("%Y-%m-%dT%H:%M:%SZ")
        graph.add_node(data.pop("id"), **data)
    for row in pq.read_table(output / "edges.parquet").to_pylist():
        assert not graph.has_edge(row["source"], row["target"])
        graph.add_edge(row.pop("source"), row.pop("target"), **row)
    return graph


READERS: dict[str, Callable[[Path], nx.Graph]] = {
    "graphml": from_graphml,
    "gexf": from_gexf,
    "json": from_json,
    "parquet": from_parquet,
}
XML = ("graphml", "gexf")


def expected(folder: Path) -> nx.Graph:
    """The network built another way: from the tables, by hand."""
    graph = nx.Graph()
    with database.snapshot(folder) as connection:
        users = dict(connection.execute("SELECT id, username FROM users"))
        packs = {row["id"]: row for row in connection.execute("SELECT * FROM packs")}
        places = {row["sound_id"]: row for row in connection.execute("SELECT * FROM positions")}
        sounds = [
            row for row in connection.execute("SELECT * FROM sounds") if not row["removed_at"]
        ]
        scores: dict[tuple[int, int], float] = {}
        for source, target, score in connection.execute("SELECT * FROM similarities"):
            pair = (min(source, target), max(source, target))
            scores[pair] = max(score, scores.get(pair, 0))
    for row in sounds:
        node, user, pack = f"sound:{row['id']}", users[row["user_id"]], row["pack_id"]
        data = {name: row[name] for name in ("name", "license", "created", "duration")}
        tags = json.loads(row["tags"]) if row["tags"].startswith("[") else []
        data |= wishes(row)
        graph.add_node(node, kind="sound", username=user, tags=tags, **data)
        if place := places.get(row["id"]):
            graph.add_node(node, x=place["x"], y=place["y"], community=place["community_id"])
        graph.add_node(ids.user(user), kind="user", name=user)
        graph.add_edge(node, ids.user(user), kind="user", weight=1.0)
        if pack is not None:
            owner = users[packs[pack]["user_id"]]
            graph.add_node(f"pack:{pack}", kind="pack", name=packs[pack]["name"], username=owner)
            graph.add_edge(node, f"pack:{pack}", kind="pack", weight=1.0)
    for (low, high), score in scores.items():
        if {f"sound:{low}", f"sound:{high}"} <= set(graph):
            graph.add_edge(f"sound:{low}", f"sound:{high}", kind="similar", weight=score)
    return graph


def wishes(row: sqlite3.Row) -> dict[str, Any]:
    known = {name: row[name] for name in ("is_explicit", "gen_ai_preference")}
    known = {name: value for name, value in known.items() if value is not None}
    return {name: bool(value) if name == "is_explicit" else value for name, value in known.items()}


def in_xml(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", value)
    return value


def edges(graph: nx.Graph) -> dict[frozenset[str], dict[str, Any]]:
    return {frozenset(ends): data for *ends, data in graph.edges(data=True)}


@pytest.mark.parametrize("name", READERS)
def test_a_round_trip_loses_nothing(folder: Path, tmp_path: Path, name: str) -> None:
    result = exported(folder, tmp_path, name)
    graph, truth = READERS[name](tmp_path), expected(folder)
    assert type(graph) is nx.Graph
    assert graph.nodes.keys() == truth.nodes.keys()
    assert edges(graph) == edges(truth)
    assert dict(graph.degree) == dict(truth.degree)
    for node, data in truth.nodes.items():
        attributes = {key: in_xml(value) for key, value in data.items()} if name in XML else data
        assert graph.nodes[node] == attributes
    assert (result["nodes"], result["edges"]) == (len(truth), truth.size())


def test_removed_sounds_and_empty_hubs_are_left_out(folder: Path, tmp_path: Path) -> None:
    exported(folder, tmp_path, "json")
    graph = from_json(tmp_path)
    assert "sound:13" not in graph
    assert "removed" not in {name for _, name in graph.nodes(data="name")}
    kinds = Counter(kind for *_, kind in graph.edges(data="kind"))
    assert kinds == {"user": 12, "pack": 11, "similar": 2}


names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=5
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sounds=st.lists(
        st.fixed_dictionaries(
            {"username": names | st.sampled_from(["a", "b"]), "name": names},
            optional={"pack": st.sampled_from(["p", "q"]), "tags": st.lists(names, max_size=3)},
        ),
        max_size=12,
    ),
    links=st.sets(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=8),
)
def test_degrees_are_those_of_the_library(
    sounds: list[dict[str, Any]],
    links: set[tuple[int, int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("some")
    make_library(folder, sounds)
    good = [(a, b) for a, b in links if a != b and max(a, b) <= len(sounds)]
    with database.writing(folder) as connection:
        connection.executemany("INSERT INTO similarities VALUES (?, ?, 0.75)", good)
    exported(folder, folder / "out")
    truth = expected(folder)
    for name, read in READERS.items():
        graph = read(folder / "out")
        assert dict(graph.degree) == dict(truth.degree), name
        assert edges(graph) == edges(truth), name


@given(st.lists(names, unique=True, max_size=20))
def test_ids_are_valid_and_never_shared(users: list[str]) -> None:
    user_ids = [ids.user(name) for name in users]
    assert len(set(user_ids)) == len(users)
    assert all(re.fullmatch(r"user:[A-Za-z0-9._:-]+", user_id) for user_id in user_ids)


def test_usual_names_are_their_own_ids() -> None:
    assert ids.user("some-One_7.x") == "user:some-One_7.x"
    assert (ids.user("a b"), ids.user("a:20:b")) == ("user:a:20:b", "user:a:3a:20:3a:b")


# Structure


def test_graphml_has_a_valid_structure(folder: Path, tmp_path: Path) -> None:
    exported(folder, tmp_path, "graphml")
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ET.parse(tmp_path / "network.graphml").getroot()
    assert root.tag == f"{space}graphml"
    assert [child.tag for child in root] == [f"{space}key"] * 14 + [f"{space}graph"]
    keys = {key.get("id"): key for key in root.iter(f"{space}key")}
    assert len(keys) == 14
    assert {key.get("attr.type") for key in keys.values()} <= {
        "string",
        "double",
        "long",
        "boolean",
    }
    nodes = [node.get("id") for node in root.iter(f"{space}node")]
    assert len(nodes) == len(set(nodes))
    for kind in ("node", "edge"):
        for element in root.iter(space + kind):
            used = [data.get("key") for data in element]
            assert len(used) == len(set(used))
            assert {keys[key].get("for") for key in used} == {kind}
    ends = {edge.get(end) for edge in root.iter(f"{space}edge") for end in ("source", "target")}
    assert ends <= set(nodes)


def test_gexf_has_a_valid_structure(folder: Path, tmp_path: Path) -> None:
    exported(folder, tmp_path, "gexf")
    space = "{http://gexf.net/1.3}"
    root = ET.parse(tmp_path / "network.gexf").getroot()
    assert (root.tag, root.get("version")) == (f"{space}gexf", "1.3")
    graph = root[-1]
    parts = ["attributes", "attributes", "nodes", "edges"]
    assert [child.tag for child in graph] == [space + part for part in parts]
    declared = [{field.get("id") for field in attributes} for attributes in graph[:2]]
    for fields, group in zip(declared, graph[2:], strict=True):
        numbers = [element.get("id") for element in group]
        assert len(numbers) == len(set(numbers))
        used = {value.get("for") for value in group.iter(f"{space}attvalue")}
        assert used <= fields


def test_parquet_has_types(folder: Path, tmp_path: Path) -> None:
    exported(folder, tmp_path, "parquet")
    nodes = pq.read_schema(tmp_path / "nodes.parquet")
    assert nodes.names == ["id", *view.NODE_FIELDS]
    types = [str(nodes.field(name).type) for name in ("created", "duration", "community")]
    assert types == ["timestamp[ms, tz=UTC]", "double", "int64"]
    assert str(nodes.field("tags").type).startswith("list<")
    assert nodes.metadata[b"view"] == b"membership"


def test_an_invalid_time_is_null_in_parquet(tmp_path: Path) -> None:
    make_library(tmp_path, [{"created": "yesterday"}, {"created": "2020-02-02T02:02:02Z"}])
    exported(tmp_path, tmp_path, "parquet")
    created = pq.read_table(tmp_path / "nodes.parquet")["created"].to_pylist()
    assert [time and time.year for time in created] == [None, 2020, None]


@pytest.mark.parametrize("view_name", exports.VIEWS)
def test_an_empty_library_has_empty_exports(tmp_path: Path, view_name: str) -> None:
    make_library(tmp_path, [])
    exported(tmp_path, tmp_path, view_name=view_name)
    for read in READERS.values():
        assert len(read(tmp_path)) == 0


def test_batches_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports.parquet, "ROWS", 3)
    monkeypatch.setattr(view, "CHUNK", 2)
    make_library(tmp_path, [{"username": f"u{n % 2}"} for n in range(10)])
    exported(tmp_path, tmp_path / "one", "parquet")
    exported(tmp_path, tmp_path / "two", "parquet", view_name="pairs")
    assert from_parquet(tmp_path / "one").size() == 10
    assert from_parquet(tmp_path / "two").size() == 2 * 10


# Pairs


@pytest.mark.parametrize("name", READERS)
def test_pairs_are_the_bounded_projection(tmp_path: Path, name: str) -> None:
    sounds = [
        {"username": f"u{min(n % 7, 2)}", "pack": f"p{n % 5}" if n % 3 else None}
        for n in range(150)
    ]
    make_library(tmp_path, sounds, links=True)
    exported(tmp_path, tmp_path / "out", name, view_name="pairs")
    graph = READERS[name](tmp_path / "out")
    with database.snapshot(tmp_path) as connection:
        members = membership.read(connection)
    limits = {"exact_up_to": NETWORK.exact_up_to, "nearest": NETWORK.nearest}
    truth = projection.project(members, **limits)
    pairs = {}
    for low, high, user, pack in zip(
        truth.source, truth.target, truth.user, truth.pack, strict=True
    ):
        kind = {(1, 0): "user", (0, 1): "pack", (1, 1): "user+pack"}[int(user), int(pack)]
        ends = {f"sound:{members.sounds[low]}", f"sound:{members.sounds[high]}"}
        pairs[frozenset(ends)] = {"kind": kind, "weight": 1.0 + (kind == "user+pack")}
    assert edges(graph) == pairs
    assert truth.left_out > 0
    assert len({data["kind"] for data in pairs.values()}) > 1
    assert set(graph) == {f"sound:{n}" for n in range(1, 151)}


# Files and the command


def test_a_failed_export_leaves_the_old_file(folder: Path, tmp_path: Path) -> None:
    exported(folder, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(before) == 5

    def broken() -> Any:
        with database.snapshot(folder) as connection:
            yield from islice(view.read(connection, "membership", NETWORK).edges(), 3)
        raise KeyboardInterrupt

    for name in exports.FORMATS:
        with database.snapshot(folder) as connection, pytest.raises(KeyboardInterrupt):
            rows = view.read(connection, "membership", NETWORK)
            exports.export(replace(rows, edges=broken), [name], tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_same_library_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        exported(folder, tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_a_folder_that_cannot_be_written_is_explained(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot write"):
        exported(folder, tmp_path / "file")


def test_the_command_exports(folder: Path, tmp_path: Path, run: Run) -> None:
    flags = ["--checkpoint-dir", folder, "--output-dir", tmp_path]
    done = run("export_network.py", *flags, "--format", "gexf", "--json")
    assert done.returncode == 0, done.stderr
    path = tmp_path / "network.gexf"
    size = path.stat().st_size
    assert json.loads(done.stdout) == {
        "view": "membership",
        "nodes": 12 + 10 + 10,
        "edges": 25,
        "files": [{"path": str(path), "bytes": size}],
    }
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644
    done = run("export_network.py", *flags, "--view", "pairs")
    assert "12 nodes and 3 edges (pairs):" in done.stdout
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--format", "csv"], "invalid choice"),
        (["--view", "all"], "invalid choice"),
        (["--checkpoint-dir", "/nowhere"], "no library at /nowhere"),
    ],
)
def test_wrong_use_is_explained(tmp_path: Path, run: Run, flags: list[str], message: str) -> None:
    done = run("export_network.py", "--output-dir", tmp_path, *flags)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
