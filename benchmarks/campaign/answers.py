"""Nights of wrong answers, then honest ones, after which the library must equal the catalog."""

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, cast

from benchmarks.campaign.tally import Tally
from soundweave.base import config
from soundweave.base.errors import SoundweaveError
from soundweave.library import database, edges
from soundweave.standin import Catalog, StandIn, synthetic_catalog
from soundweave.standin.answers.messages import Answer, Request
from soundweave.standin.faults import Fault
from soundweave.standin.pipeline import Pipeline
from soundweave.standin.transport import Transport
from soundweave.validation.report import validate
from tests.support.nights import Nights

SOUNDS = 320
REQUESTS = 40  # of a night
WRONG_NIGHTS, HONEST_NIGHTS = 5, 25
VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1e308, 2**64, "", "x" * 5000, "\0", "\ud800", [], {}, [None]),
    *("2005-01-02T00:00:00Z", "2099-01-01T00:00:00Z", "::error::x", "<b>", "../..", "\u202egnp"),
)
STATUSES = (204, 301, 400, 404, 429, 500, 503)
Change = Callable[[random.Random, dict[str, Any]], None]


class Liar:
    """A stand-in that changes a share of its answers while `lies` is set."""

    def __init__(self, catalog: Catalog, generator: random.Random) -> None:
        self.catalog = catalog
        self.lies = False
        self.count = 0
        self._generator = generator
        self._transport = Transport(0)
        root = f"http://127.0.0.1:{self._transport.server_port}/"
        self.base_url = f"{root}apiv2/"
        self._pipeline = Pipeline(catalog, root, (None, None), None, time.time)
        self._transport.answer = self._answer

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer for as long as the block runs."""
        thread = Thread(target=self._transport.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._transport.shutdown()
            self._transport.server_close()

    def _answer(self, request: Request) -> Answer | Fault:
        answer = self._pipeline.answer(request)
        if not self.lies or isinstance(answer, Fault) or self._generator.random() < 0.3:
            return answer
        self.count += 1
        return changed(self._generator, answer)


def changed(generator: random.Random, answer: Answer) -> Answer:
    """Change an answer: its status, its bytes, or what it says."""
    kind = generator.random()
    if kind < 0.1:
        return replace(answer, status=generator.choice(STATUSES))
    if kind < 0.2:
        return replace(answer, sent=generator.randrange(len(answer.body) + 1))
    if kind < 0.3:
        body = bytearray(answer.body)
        for _ in range(generator.randint(1, 20)):
            body[generator.randrange(len(body))] = generator.randrange(256)
        return replace(answer, body=bytes(body))
    value = json.loads(answer.body)
    for _ in range(generator.randint(1, 4)):
        generator.choice(CHANGES)(generator, value)
    return replace(answer, body=json.dumps(value).encode())


def _change_field(generator: random.Random, value: dict[str, Any]) -> None:
    key = generator.choice([*value, "results", "next", "count"])
    value[key] = generator.choice(VALUES)


def _drop_field(generator: random.Random, value: dict[str, Any]) -> None:
    if value:
        del value[generator.choice([*value])]


def _change_result(generator: random.Random, value: dict[str, Any]) -> None:
    results = value.get("results")
    if isinstance(results, list) and results:
        index = generator.randrange(len(results))
        if isinstance(results[index], dict):
            _change_field(generator, results[index])
        else:
            results[index] = generator.choice(VALUES)


def _move_results(generator: random.Random, value: dict[str, Any]) -> None:
    results = value.get("results")
    if isinstance(results, list):
        value["results"] = generator.choices(results, k=len(results)) if results else [None]


def _drop_results(generator: random.Random, value: dict[str, Any]) -> None:
    results = value.get("results")
    if isinstance(results, list):
        value["results"] = results[: generator.randrange(len(results) + 1)]


CHANGES: tuple[Change, ...] = (
    _change_field,
    _drop_field,
    _change_result,
    _change_result,
    _move_results,
    _drop_results,
)


def run(folder: Path, answers: int, seed: int) -> list[Tally]:
    """Change `answers` answers, over as many libraries as it takes."""
    os.environ["FREESOUND_API_KEY"] = "stand-in"
    tally = Tally("wrong answers")
    generator = random.Random(seed)
    libraries = 0
    while tally.done < answers:
        liar = Liar(synthetic_catalog(sounds=SOUNDS, seed=libraries), generator)
        with liar.serving():
            nights = _nights(folder / f"library-{libraries}", liar)
            _survive(nights, liar, tally)
        tally.done += liar.count
        libraries += 1
    tally.details = f"{libraries} libraries"
    return [tally]


def _nights(folder: Path, liar: Liar) -> Nights:
    nights = Nights(folder, cast(StandIn, liar))
    nights.freesound = replace(nights.freesound, requests_per_minute=10**6, requests_per_day=10**6)
    return nights


def _survive(nights: Nights, liar: Liar, tally: Tally) -> None:
    liar.lies = True
    for _ in range(WRONG_NIGHTS):
        _night(nights, tally)
    liar.lies = False
    catalog = set(liar.catalog.sounds)
    for _ in range(HONEST_NIGHTS):
        nights.age()
        _night(nights, tally)
        if nights.ids() == catalog:
            break
    tally.check(nights.ids() == catalog, f"{len(nights.ids())} of {len(catalog)} sounds")
    with database.writing(nights.library) as connection:
        edges.update(connection)
    levels = config.load(environ={}).validation
    history = nights.library.with_name("milestone_history.jsonl")
    findings = validate(nights.library, nights.metrics, history, levels)
    tally.check(findings["status"] == "passed", f"validation: {findings['errors'][:2]}")


def _night(nights: Nights, tally: Tally) -> None:
    try:
        nights.run("mixed", REQUESTS)
    except SoundweaveError:
        pass  # a night may fail, with a message
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a bug
        tally.failures.append(f"{type(error).__name__}: {error}")
