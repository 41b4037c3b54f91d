import fcntl
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypedDict

import pytest

from soundweave.translation.failures import BudgetError
from soundweave.translation.ledger import KEYS, Ledger
from tests.conftest import ROOT


class About(TypedDict):
    """What a request is about."""

    text: str
    lang: str
    stage: str
    candidate: int | None
    provider: str
    model: str
    attempt: int


class Limits(TypedDict, total=False):
    max_cost: float
    max_tokens: int


ABOUT: About = {
    "text": "river",
    "lang": "es",
    "stage": "InitialTranslation",
    "candidate": 2,
    "provider": "chat",
    "model": "m",
    "attempt": 1,
}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "new" / "ledger.jsonl")


def spend(
    ledger: Ledger,
    *,
    outcome: str = "ok",
    tokens: tuple[int | None, int | None] = (10, 5),
    cost: float | None = 0.5,
    **more: object,
) -> str:
    request = ledger.sent(**ABOUT)
    prompt_tokens, completion_tokens = tokens
    ledger.ended(
        request,
        outcome=outcome,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        cost=cost,
        seconds=1.5,
        **more,
    )
    return request


def test_an_entry_has_all_keys_and_the_last_line_of_an_id_counts(ledger: Ledger) -> None:
    first = spend(ledger)
    second = ledger.sent(**ABOUT | {"candidate": None})
    third = spend(ledger, outcome="retried:429", form="tags")
    entries = ledger.entries()
    assert [entry["id"] for entry in entries] == [first, second, third]
    assert [entry["outcome"] for entry in entries] == ["ok", "sent", "retried:429"]
    assert all(set(KEYS) <= set(entry) for entry in entries)
    assert entries[0] == {
        "id": first,
        "at": entries[0]["at"],
        **ABOUT,
        "outcome": "ok",
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "cost": 0.5,
        "seconds": 1.5,
    }
    assert entries[0]["at"].endswith("Z")
    assert entries[1]["cost"] is None
    assert entries[1]["candidate"] is None
    assert entries[2]["form"] == "tags"


def test_totals_are_the_sum_of_all_entries_failures_included(ledger: Ledger) -> None:
    spend(ledger)
    spend(ledger, outcome="truncated", tokens=(7, 100), cost=0.25)
    spend(ledger, outcome="retried:timeout", tokens=(None, None), cost=None)
    ledger.sent(**ABOUT)
    assert ledger.totals() == {
        "requests": 4,
        "failed": 3,
        "prompt_tokens": 17,
        "completion_tokens": 105,
        "tokens": 122,
        "cost": 0.75,
        "unknown_cost_requests": 2,
        "seconds": 4.5,
    }


def test_a_ledger_that_was_never_written_is_empty(ledger: Ledger) -> None:
    assert ledger.entries() == []
    assert ledger.totals()["requests"] == 0
    assert ledger.totals()["cost"] == 0


def test_a_ledger_crosses_to_another_process_as_plain_data(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.jsonl", max_cost=1.0, max_tokens=0)
    copy = pickle.loads(pickle.dumps(ledger))
    assert vars(copy) == vars(ledger)
    with pytest.raises(BudgetError):
        copy.sent(**ABOUT)


@pytest.mark.parametrize(
    ("limits", "fits", "words"),
    [
        ({"max_cost": 1.0}, 2, "max_cost"),
        ({"max_cost": 1.01}, 3, "max_cost"),
        ({"max_tokens": 30}, 2, "max_tokens"),
        ({"max_tokens": 31}, 3, "max_tokens"),
        ({"max_cost": 0}, 0, "max_cost"),
        ({"max_tokens": 0}, 0, "max_tokens"),
        ({"max_cost": 100, "max_tokens": 15}, 1, "max_tokens"),
    ],
)
def test_a_limit_stops_before_the_next_request(
    tmp_path: Path, limits: Limits, fits: int, words: str
) -> None:
    ledger = Ledger(tmp_path / "l.jsonl", **limits)
    for _ in range(fits):
        spend(ledger)
    with pytest.raises(BudgetError, match=words):
        ledger.sent(**ABOUT)
    assert len(ledger.entries()) == fits
    ledger.sent(free=True, **ABOUT)
    assert len(ledger.entries()) == fits + 1


@pytest.mark.parametrize("torn", [b'{"id": "x", "outco', b"\xff\xfe", b'["a list"]', b"\x00\x00"])
def test_a_torn_last_line_is_skipped_and_damages_no_other(ledger: Ledger, torn: bytes) -> None:
    first = spend(ledger)
    with ledger.path.open("ab") as stream:
        stream.write(torn)
    assert [entry["id"] for entry in ledger.entries()] == [first]
    second = spend(ledger)
    assert [entry["id"] for entry in ledger.entries()] == [first, second]
    assert [entry["text"] for entry in ledger.entries()] == ["river", "river"]
    assert ledger.totals()["cost"] == 1.0


def _many(ledger: Ledger, count: int) -> list[str]:
    return [spend(ledger, tokens=(1, 1), cost=0.001) for _ in range(count)]


def test_processes_that_write_at_once_lose_nothing(ledger: Ledger) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("forkserver")) as pool:
        sent = [request for ids in pool.map(_many, [ledger] * 4, [50] * 4) for request in ids]
    entries = ledger.entries()
    assert sorted(entry["id"] for entry in entries) == sorted(sent)
    assert {entry["outcome"] for entry in entries} == {"ok"}
    assert ledger.totals()["tokens"] == 400
    assert all(json.loads(line) for line in ledger.path.read_bytes().splitlines())


def test_a_writer_waits_for_the_previous_one(ledger: Ledger) -> None:
    spend(ledger)
    with ThreadPoolExecutor(1) as pool, ledger.path.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        waiting = pool.submit(ledger.sent, **ABOUT)
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        fcntl.flock(other, fcntl.LOCK_UN)
        assert waiting.result(20) == ledger.entries()[1]["id"]


def _until_refused(ledger: Ledger) -> int:
    for count in range(1000):
        try:
            spend(ledger, tokens=(1, 0), cost=0.0)
        except BudgetError:
            return count
    return -1


def test_processes_share_one_limit(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.jsonl", max_tokens=40)
    with ProcessPoolExecutor(3, mp_context=get_context("forkserver")) as pool:
        counts = list(pool.map(_until_refused, [ledger] * 3))
    # Those under way when the limit was reached are not known yet: at most one a process.
    assert 40 <= sum(counts) <= 42
    assert ledger.totals()["tokens"] == sum(counts)


KILLED = """
import sys, time
from pathlib import Path
from soundweave.translation.ledger import Ledger
Ledger(Path(sys.argv[1])).sent(text="river", stage="InitialTranslation", provider="chat")
print("sent", flush=True)
time.sleep(60)
"""


def test_a_killed_worker_leaves_what_it_sent(ledger: Ledger) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(ledger.path)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT / "scripts")},
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"sent\n"
        worker.send_signal(signal.SIGKILL)
    (entry,) = ledger.entries()
    assert (entry["text"], entry["outcome"], entry["cost"]) == ("river", "sent", None)
    assert ledger.totals()["failed"] == ledger.totals()["unknown_cost_requests"] == 1
    spend(ledger)  # the lock went with the worker


@pytest.mark.parametrize("broken", [OSError, KeyboardInterrupt])
def test_the_lock_is_released_when_writing_fails(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, broken: type[BaseException]
) -> None:
    def failing(*_: object) -> int:
        raise broken

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", failing)
        with pytest.raises(broken):
            ledger.sent(**ABOUT)
    assert ledger.entries() == []


def test_half_a_line_on_a_full_disk_is_an_error(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    write: Callable[[int, bytes], int] = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda handle, line: write(handle, line[:20]))
        with pytest.raises(OSError, match="No space"):
            ledger.sent(**ABOUT)
    second = spend(ledger)
    assert [entry["id"] for entry in ledger.entries()] == [second]
