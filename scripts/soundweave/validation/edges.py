"""Checks of the edges: membership, its hubs, and similarity."""

import json
from collections import Counter
from collections.abc import Iterator

from soundweave.library.edges import KINDS
from soundweave.validation.finding import Finding
from soundweave.validation.scan import Rule, Scan, no_time
from soundweave.validation.subject import Subject

# The edge job has yet to look at the sounds noted as due.
NOT_DUE = "edge.sound_id NOT IN (SELECT sound_id FROM links_due)"
NOW = f"sound.id IS NOT NULL AND sound.removed_at IS NULL AND {NOT_DUE}"
# foreign_keys looks whether the sound's own user and pack are there.
OTHER_USER = "edge.user_id IS NOT sound.user_id"
OTHER_PACK = "edge.pack_id IS NOT sound.pack_id"
ROUNDING = 1e-3  # scores are computed from vectors cut to four decimals

EDGES = Scan(
    "links AS edge LEFT JOIN sounds AS sound ON sound.id = edge.sound_id",
    "'edge of sound ' || edge.sound_id",
    (
        Rule("edge_ends", "the sound is not there", "sound.id IS NULL"),
        Rule(
            "edge_ends",
            "the user is not there",
            f"{OTHER_USER} AND (edge.user_id IN (SELECT id FROM users)) IS NOT TRUE",
        ),
        Rule(
            "edge_ends",
            "the pack is not there",
            f"{OTHER_PACK} AND edge.pack_id NOT IN (SELECT id FROM packs)",
        ),
        Rule(
            "removed_edges",
            "the sound was removed",
            f"sound.removed_at IS NOT NULL AND {NOT_DUE}",
        ),
        Rule(
            "membership",
            "leads to another user than the sound's",
            f"{OTHER_USER} AND {NOW}",
        ),
        Rule(
            "membership",
            "leads to another pack than the sound's",
            f"{OTHER_PACK} AND {NOW}",
        ),
    ),
)
SIMILARITIES = Scan(
    "similarities",
    "'similarity ' || source || ' - ' || target",
    (
        Rule("similarity_loops", "leads to itself", "source = target"),
        Rule(
            "similarity_ends",
            "the source is not there",
            "(source IN (SELECT id FROM sounds)) IS NOT TRUE",
        ),
        Rule(
            "similarity_ends",
            "the target is not there",
            "(target IN (SELECT id FROM sounds)) IS NOT TRUE",
        ),
        Rule(
            "similarity_scores",
            "the score is not between 0 and 1",
            "(score BETWEEN 0 AND 1) IS NOT TRUE",
        ),
        Rule(
            "similarity_answers",
            "the source was never asked for",
            "(source IN (SELECT sound_id FROM similarity_targets)) IS NOT TRUE",
        ),
    ),
)
ANSWERS = Scan(
    "similarity_targets",
    "'similarity answer of sound ' || sound_id",
    (
        Rule(
            "similarity_answers",
            "the sound is not there",
            "(sound_id IN (SELECT id FROM sounds)) IS NOT TRUE",
        ),
        Rule("similarity_answers", "found is no number from 0 up", "(found >= 0) IS NOT TRUE"),
        Rule(
            "similarity_answers",
            "asked_at is no real time",
            no_time("asked_at"),
        ),
    ),
)


def edge_ends(subject: Subject) -> Iterator[Finding]:
    """Every edge leads from a sound to its user and pack, all there."""
    return subject.scan(EDGES, "edge_ends")


def removed_edges(subject: Subject) -> Iterator[Finding]:
    """No removed sound has edges."""
    return subject.scan(EDGES, "removed_edges")


def membership(subject: Subject) -> Iterator[Finding]:
    """Every edge says what its sound says."""
    return subject.scan(EDGES, "membership")


def missing_edges(subject: Subject) -> Iterator[Finding]:
    """Every sound has its edges, or is noted as due."""
    rows = subject.library.execute(
        """
        SELECT id FROM sounds
        WHERE removed_at IS NULL AND id NOT IN (SELECT sound_id FROM links)
          AND id NOT IN (SELECT sound_id FROM links_due)
        """
    )
    for row in rows:
        yield Finding(f"sound {row[0]}", "has no edges")


def hub_sizes(subject: Subject) -> Iterator[Finding]:
    """Every hub has as many edges as it says, and at least one."""
    for kind in KINDS:
        hubs = subject.library.execute("SELECT hub_id, size FROM hubs WHERE kind = ?", (kind,))
        said = dict(tuple(row) for row in hubs)
        found = _sizes(subject, kind)
        for hub in sorted(said.keys() | found.keys(), key=str):
            if said.get(hub) != found[hub] or not found[hub]:
                says = f"says {said[hub]} edges" if hub in said else "is missing"
                yield Finding(f"{kind} hub {hub}", f"{says}, there are {found[hub]}")


def _sizes(subject: Subject, kind: str) -> Counter[int]:
    # One text for all rows: SQLite's GROUP BY would sort them, which takes twice as long.
    (ids,) = subject.library.execute(
        f"SELECT json_group_array({kind}_id) FROM links WHERE {kind}_id IS NOT NULL"
    ).fetchone()
    return Counter(json.loads(ids))


def similarity_loops(subject: Subject) -> Iterator[Finding]:
    """No sound is similar to itself."""
    return subject.scan(SIMILARITIES, "similarity_loops")


def similarity_ends(subject: Subject) -> Iterator[Finding]:
    """Similar sounds are both there."""
    return subject.scan(SIMILARITIES, "similarity_ends")


def similarity_scores(subject: Subject) -> Iterator[Finding]:
    """Similarity scores are between 0 and 1."""
    return subject.scan(SIMILARITIES, "similarity_scores")


def similarity_symmetry(subject: Subject) -> Iterator[Finding]:
    """Two sounds are as similar one way as the other."""
    rows = subject.library.execute(
        f"""
        SELECT one.source, one.target, one.score, other.score
        FROM similarities AS one
        JOIN similarities AS other ON other.source = one.target AND other.target = one.source
        WHERE one.source < one.target AND abs(one.score - other.score) > {ROUNDING}
        """
    )
    for source, target, score, back in rows:
        yield Finding(f"similarity {source} - {target}", f"is {score} one way and {back} back")


def similarity_answers(subject: Subject) -> Iterator[Finding]:
    """What is noted of each answer about similar sounds can be, and fits the edges."""
    yield from subject.scan(ANSWERS, "similarity_answers")
    yield from subject.scan(SIMILARITIES, "similarity_answers")
    # Fewer edges than found are right: those to sounds that were removed later are dropped.
    rows = subject.library.execute(
        """
        SELECT sound_id, found, count(*) AS edges
        FROM similarity_targets JOIN similarities ON source = sound_id
        GROUP BY sound_id HAVING edges > found
        """
    )
    for sound, found, edges in rows:
        yield Finding(f"similarity answer of sound {sound}", f"found {found}, has {edges} edges")
