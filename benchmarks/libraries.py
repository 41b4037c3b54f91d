"""Synthetic libraries of any size with Freesound's tails.

User sizes follow Zipf's law. At every size, the largest user's share of the sounds and the number
of sounds per user are those of 700 000 sounds by 30 000 users, the largest with 40 000; the
exponent follows from these two. Packs are nested in users; three quarters of the sounds are in one.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from soundweave.collecting.metrics import Outcome, append, night_line
from soundweave.library import database

LARGEST_SHARE = 40_000 / 700_000
USERS_SHARE = 30_000 / 700_000
BISECTIONS = 50
IN_PACKS = 0.73
PACK_SIZES = (1.8, 1.2)  # mean and deviation of the logarithm of a user's usual pack size
LARGEST_PACK = 1_325
LICENSES = (
    "http://creativecommons.org/publicdomain/zero/1.0/",
    "https://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/licenses/by/3.0/",
    "https://creativecommons.org/licenses/by-nc/4.0/",
)
TOPICS = 300
SEEN = "2026-01-02T03:17:00Z"
FIRST_UPLOAD, LAST_UPLOAD = 1_112_659_200, 1_767_225_600  # Unix seconds, 2005 and 2026

Columns = tuple[np.ndarray, np.ndarray]


def make(checkpoint_dir: Path, sounds: int, seed: int = 1) -> None:
    """Create a library of `sounds` sounds without edges in an empty folder."""
    users, packs = groups(sounds, seed)
    with database.writing(checkpoint_dir, create=True) as connection:
        with database.transaction(connection):
            _insert_groups(connection, users, packs)
            connection.executemany(
                f"INSERT INTO sounds VALUES ({', '.join('?' * 17)})",
                _rows(users, packs, np.random.default_rng(seed)),
            )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def add_metrics(checkpoint_dir: Path, metrics_history: Path) -> None:
    """Append the metrics line of a night that collected all of the library's sounds."""
    with database.snapshot(checkpoint_dir) as connection:
        total = database.counts(connection)["sounds"]
        line = night_line(
            connection, Outcome(added=total), mode="mixed", requests=total, duration_seconds=1.0
        )
    append(metrics_history, line)


def groups(sounds: int, seed: int = 1) -> Columns:
    """Return the user and the pack of each sound in upload order, counted from 1; 0 is no pack."""
    generator = np.random.default_rng(seed)
    sizes = _user_sizes(sounds)
    users = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    packs = _packs(users, generator)
    # Users upload concurrently, each pack at once.
    bursts = np.where(packs > 0, packs, packs.max(initial=0) + np.arange(1, sounds + 1))
    times = generator.random(int(bursts.max(initial=0)) + 1)
    order = np.argsort(times[bursts], kind="stable")
    return users[order], packs[order]


def _user_sizes(sounds: int) -> np.ndarray:
    ranks = np.arange(1.0, max(2, round(sounds * USERS_SHARE)) + 1)
    shares = LARGEST_SHARE * ranks ** -_exponent(ranks)
    sizes = np.maximum(1, np.floor(sounds * shares)).astype(np.int64)
    sizes = sizes[np.cumsum(sizes) <= sounds]
    # The sounds left over by rounding belong to users with one sound.
    return np.concatenate([sizes, np.ones(sounds - int(sizes.sum()), dtype=np.int64)])


def _exponent(ranks: np.ndarray) -> float:
    # The sum of all shares falls with the exponent; it must be 1.
    low, high = 0.0, 2.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if LARGEST_SHARE * (ranks**-middle).sum() > 1:
            low = middle
        else:
            high = middle
    return low


def _packs(users: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    usual = 1 + np.exp(generator.normal(*PACK_SIZES, int(users.max(initial=0)) + 1))
    starts = generator.random(len(users)) < 1 / usual[users]
    starts |= np.concatenate([[True], users[1:] != users[:-1]])
    packs = np.cumsum(starts)
    position = np.arange(len(users)) - np.flatnonzero(starts)[packs - 1]
    packs = packs + (position // LARGEST_PACK) * (int(packs.max(initial=0)) + 1)
    is_pack = generator.random(int(packs.max(initial=0)) + 1) < IN_PACKS
    return np.where(is_pack[packs], packs, 0)


def _insert_groups(connection: sqlite3.Connection, users: np.ndarray, packs: np.ndarray) -> None:
    names = ((int(user), f"user {user}") for user in np.unique(users))
    connection.executemany("INSERT INTO users VALUES (?, ?)", names)
    numbers, first = np.unique(packs, return_index=True)
    owners = zip(numbers.tolist(), users[first].tolist(), strict=True)
    connection.executemany(
        "INSERT INTO packs (id, name, user_id) VALUES (?, ?, ?)",
        ((number, f"pack {number}", owner) for number, owner in owners if number),
    )


def _rows(
    users: np.ndarray, packs: np.ndarray, generator: np.random.Generator
) -> Iterator[tuple[object, ...]]:
    total = len(users)
    uploads = np.linspace(FIRST_UPLOAD, LAST_UPLOAD, total).astype("datetime64[s]")
    durations = np.round(np.exp(generator.normal(1.5, 1.5, total)), 3).tolist()
    downloads = generator.zipf(1.6, total).clip(max=2_000_000).tolist()
    random_numbers = generator.integers(0, 1000, total).tolist()
    created = np.datetime_as_string(uploads).tolist()
    for index, (user, pack) in enumerate(zip(users.tolist(), packs.tolist(), strict=True)):
        number = 1000 + index * 2
        tags = f'["topic-{user % TOPICS}", "pack-{pack % 97}", "tag-{random_numbers[index]}"]'
        preview = f"https://cdn.freesound.org/previews/{number // 1000}/{number}_{user}-hq"
        yield (
            *(
                number,
                f"sound {number}.wav",
                user,
                pack or None,
                LICENSES[random_numbers[index] % 4],
            ),
            *(f"{created[index]}Z", durations[index], "wav", tags, downloads[index]),
            *(f"{preview}.mp3", f"{preview}.ogg", SEEN, SEEN, None),
            *(int(random_numbers[index] < 3), "no-additional-preferences"),
        )
