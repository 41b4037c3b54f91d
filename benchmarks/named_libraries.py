"""Libraries for the site's measurements: those of libraries.py with realistic names and tags,
similar sounds, edges and a map.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import libraries
from soundweave.atlas import analysis
from soundweave.base import config
from soundweave.library import database, edges, similar_sounds
from soundweave.standin.catalog import words

WITH_SIMILAR = 0.02  # share of the sounds with similar ones: as at first, more with each night
ANSWER = 20
NIGHT, NIGHT_SHARE = 500, 0.02  # sounds per night, and the largest share of the library
CHANGED = 0.03  # share of tags that differ within a pack; real ones compress a little better
UPLOADERS = 100  # per night, at most
SEED = 1
FORMS = (
    "{first} {second} {number:02}.{kind}",
    "{quality} {first} {second}",
    "{first}_{second}_{number}.{kind}",
    "{quality} {first}, {second} - take {number}.{kind}",
    "{date}_{first}_{number:04}.{kind}",
)


def make(checkpoint_dir: Path, sounds: int) -> None:
    """Create a library of `sounds` sounds with all that the site shows in an empty folder."""
    libraries.make(checkpoint_dir, sounds)
    with database.writing(checkpoint_dir) as connection:
        with database.transaction(connection):
            _name(connection, sounds)
            _relate(connection, sounds)
        edges.update(connection)
    _draw(checkpoint_dir)


def add_night(checkpoint_dir: Path) -> None:
    """Add a night's new sounds by a few existing users, and update the map.

    Existing sounds stay as they are.
    """
    with database.writing(checkpoint_dir) as connection:
        with database.transaction(connection):
            columns = [row["name"] for row in connection.execute("PRAGMA table_info(sounds)")]
            total = connection.execute("SELECT count(*) FROM sounds").fetchone()[0]
            connection.execute(
                "INSERT INTO sounds SELECT (SELECT max(id) FROM sounds) + row_number() OVER (),"
                f" {', '.join(columns[1:])}"
                " FROM (SELECT * FROM sounds"
                "  WHERE user_id IN (SELECT user_id FROM sounds ORDER BY id DESC LIMIT ?)"
                "  ORDER BY id DESC LIMIT ?)",
                (UPLOADERS, min(NIGHT, int(total * NIGHT_SHARE))),
            )
        edges.update(connection)
    _draw(checkpoint_dir)


def _draw(checkpoint_dir: Path) -> None:
    settings = config.load(environ={}).map
    analysis.analyze(checkpoint_dir, settings, seed=settings.seed)


def _name(connection: sqlite3.Connection, sounds: int) -> None:
    generator = np.random.default_rng(SEED)
    users, packs = libraries.groups(sounds)
    # A pack has one topic, and so do most of a user's sounds outside packs.
    topics = np.where(packs > 0, packs * 7, users + 11 * generator.integers(0, 3, sounds) // 2)
    topics %= len(words.TOPICS)
    people = ((_person(user), user) for user in np.unique(users).tolist())
    connection.executemany("UPDATE users SET username = ? WHERE id = ?", people)
    numbers, first = np.unique(packs, return_index=True)
    named = zip(numbers.tolist(), topics[first].tolist(), strict=True)
    connection.executemany(
        "UPDATE packs SET name = ? WHERE id = ?",
        ((f"{' '.join(words.TOPICS[topic][:2])} {pack % 50}", pack) for pack, topic in named),
    )
    connection.executemany(
        "UPDATE sounds SET name = ?, tags = ? WHERE id = ?", _texts(topics, packs, users)
    )


def _person(user: int) -> str:
    first, second = words.USER_PARTS
    return f"{first[user % len(first)]}{second[user // 3 % len(second)]}{user}"


def _texts(
    topics: np.ndarray, packs: np.ndarray, users: np.ndarray
) -> Iterator[tuple[str, str, int]]:
    """Yield name, tags and id of each sound; sounds of a pack have nearly the same tags."""
    total = len(topics)
    generator = np.random.default_rng(SEED)
    picks = generator.integers(0, 6, (total, 2)).tolist()
    forms = generator.integers(0, len(FORMS), total).tolist()
    groups = np.unique(np.where(packs > 0, packs, -users), return_inverse=True)[1]
    usual = generator.random((groups.max() + 1, 10)) < 0.65
    has_tag = (usual[groups] ^ (generator.random((total, 10)) < CHANGED)).tolist()
    common = generator.integers(0, len(words.GENERAL), (groups.max() + 1, 3))
    other = generator.integers(0, len(words.GENERAL), (total, 3))
    more = np.where(generator.random((total, 3)) < CHANGED, other, common[groups]).tolist()
    rare = generator.zipf(1.3, total).clip(max=10**6).tolist()
    for index, topic in enumerate(topics.tolist()):
        vocabulary = words.TOPICS[topic]
        first, second = (vocabulary[pick] for pick in picks[index])
        name = FORMS[forms[index]].format(
            first=first.capitalize(),
            second=second,
            quality=words.QUALITIES[index % len(words.QUALITIES)],
            number=1 + index % 97,
            date=20_050_405 + index % 7300,
            kind="wav",
        )
        tags = [tag for tag, used in zip(vocabulary, has_tag[index], strict=True) if used]
        tags += [words.GENERAL[pick] for pick in more[index]]
        tags += [f"{second}-{rare[index]}"] if index % 7 == 0 else []
        yield name, json.dumps(list(dict.fromkeys(tags))), 1000 + index * 2


def _relate(connection: sqlite3.Connection, sounds: int) -> None:
    """Store 20 similar sounds for some sounds, half of them uploaded at about the same time."""
    generator = np.random.default_rng(SEED)
    if sounds <= 2 * ANSWER:
        return
    for target in generator.choice(sounds, int(sounds * WITH_SIMILAR), replace=False).tolist():
        near = (target + generator.integers(1, 40, ANSWER // 2)) % sounds
        far = generator.integers(0, sounds, ANSWER // 2)
        others = {1000 + 2 * other for other in np.concatenate([near, far]).tolist()}
        scores = (0.7 + 0.3 * generator.random(len(others))).round(4).tolist()
        answer = dict(zip(sorted(others), scores, strict=True))
        answer.pop(1000 + 2 * target, None)
        similar_sounds.save(connection, 1000 + 2 * target, answer, libraries.SEEN)
