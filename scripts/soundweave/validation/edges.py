"""Checks of the edges: membership, its hubs, and similarity."""

from collections import Counter
from collections.abc import Iterator

from soundweave.library.edges import KINDS
from soundweave.validation.finding import Finding
from soundweave.validation.scan import Rule, Scan, no_time
from soundweave.validation.subject import Subject

# Sounds noted as due still wait for the edge job.
NOT_DUE = "edge.sound_id NOT IN (SELECT sound_id FROM links_due)"
NOW = f"sound.id IS NOT NULL AND sound.removed_at IS NULL AND {NOT_DUE}"
# The check foreign_keys covers the sound's own user and pack.
OTHER_USER = "edge.user_id IS NOT sound.user_id"
OTHER_PACK = "edge.pack_id IS NOT sound.pack_id"
ROUNDING = 1e-3  # scores are computed from vectors cut to four decimals

EDGES = Scan(
    "links AS edge LEFT JOIN sounds AS sound ON sound.id = edge.sound_id",
    "'edge of sound ' || edge.sound_id",
    (
        Rule("edge_ends", "the sound does not exist", "sound.id IS NULL"),
        Rule(
            "edge_ends",
            "the user does not exist",
            f"{OTHER_USER} AND (edge.user_id IN (SELECT id FROM users)) IS NOT TRUE",
        ),
        Rule(
            "edge_ends",
            "the pack does not exist",
            f"{OTHER_PACK} AND edge.pack_id IS NOT NULL"
            " AND edge.pack_id NOT IN (SELECT id FROM packs)",
        ),
        Rule(
            "removed_edges",
            "the sound was removed",
            f"sound.removed_at IS NOT NULL AND {NOT_DUE}",
        ),
        Rule(
            "membership",
            "points to another user than the sound's",
            f"{OTHER_USER} AND {NOW}",
        ),
        Rule(
            "membership",
            "points to another pack than the sound's",
            f"{OTHER_PACK} AND {NOW}",
        ),
    ),
)
SIMILARITIES = Scan(
    "similarities",
    "'similarity ' || source || ' - ' || target",
    (
        Rule("similarity_loops", "points to itself", "source = target"),
        Rule(
            "similarity_ends",
            "the source does not exist",
            "(source IN (SELECT id FROM sounds)) IS NOT TRUE",
        ),
        Rule(
            "similarity_ends",
            "the target does not exist",
            "(target IN (SELECT id FROM sounds)) IS NOT TRUE",
        ),
        Rule(
            "similarity_scores",
            "the score is not between 0 and 1",
            "(score BETWEEN 0 AND 1) IS NOT TRUE",
        ),
        Rule(
            "similarity_answers",
            "no request was ever made for the source",
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
            "the sound does not exist",
            "(sound_id IN (SELECT id FROM sounds)) IS NOT TRUE",
        ),
        Rule(
            "similarity_answers", "found is not a number of at least 0", "(found >= 0) IS NOT TRUE"
        ),
        Rule(
            "similarity_answers",
            "asked_at is not a valid time",
            no_time("asked_at"),
        ),
    ),
)


def edge_ends(subject: Subject) -> Iterator[Finding]:
    """Every edge connects a sound with its user and pack, and all exist."""
    return subject.scan(EDGES, "edge_ends")


def removed_edges(subject: Subject) -> Iterator[Finding]:
    """No removed sound has edges."""
    return subject.scan(EDGES, "removed_edges")


def membership(subject: Subject) -> Iterator[Finding]:
    """Every edge agrees with its sound."""
    return subject.scan(EDGES, "membership")


def hub_sizes(subject: Subject) -> Iterator[Finding]:
    """Every hub records the true number of its edges, at least one."""
    for kind in KINDS:
        hubs = subject.library.execute("SELECT hub_id, size FROM hubs WHERE kind = ?", (kind,))
        recorded = {str(hub): size for hub, size in hubs}
        counted = _sizes(subject, kind)
        if recorded == counted:
            continue
        for hub in sorted(recorded.keys() | counted.keys()):
            if recorded.get(hub) != counted[hub] or not counted[hub]:
                says = f"records {recorded[hub]} edges" if hub in recorded else "is missing"
                yield Finding(f"{kind} hub {hub}", f"{says}, there are {counted[hub]}")


def _sizes(subject: Subject, kind: str) -> Counter[str]:
    # One text for all rows: GROUP BY would sort them, which takes twice as long.
    (ids,) = subject.library.execute(f"SELECT group_concat({kind}_id) FROM links").fetchone()
    return Counter([] if ids is None else ids.split(","))


def similarity_loops(subject: Subject) -> Iterator[Finding]:
    """No sound is similar to itself."""
    return subject.scan(SIMILARITIES, "similarity_loops")


def similarity_ends(subject: Subject) -> Iterator[Finding]:
    """Both of two similar sounds exist."""
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
    """What is recorded of each similarity request is possible and fits the edges."""
    yield from subject.scan(ANSWERS, "similarity_answers")
    yield from subject.scan(SIMILARITIES, "similarity_answers")
    # Fewer edges than found are fine: edges to sounds that were removed later are dropped.
    rows = subject.library.execute(
        """
        SELECT sound_id, found, count(*) AS edges
        FROM similarity_targets JOIN similarities ON source = sound_id
        GROUP BY sound_id HAVING edges > found
        """
    )
    for sound, answered, edges in rows:
        yield Finding(f"similarity answer of sound {sound}", f"found {answered}, has {edges} edges")
