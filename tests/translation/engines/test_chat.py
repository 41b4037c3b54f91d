import email.utils
import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from soundweave.base.errors import ConfigError
from soundweave.translation.asking import answers, prompts
from soundweave.translation.asking.stage import Question
from soundweave.translation.engines import chat_http
from soundweave.translation.engines.chat import ChatAnswer, ChatEndpoint
from soundweave.translation.engines.chat_http import TransientError
from soundweave.translation.failures import (
    BudgetError,
    DeniedError,
    InvalidAnswerError,
    ProviderError,
    RefusedError,
    TruncatedError,
    UnavailableError,
)
from soundweave.translation.ledger import Ledger
from soundweave.translation.settings import ChatSettings, ModelSettings
from tests.conftest import ROOT
from tests.translation import chat_server, toy_model
from tests.translation.chat_server import ChatServer, Fault, says, status

KEY = "sk-0123456789abcdefghij"
SETTINGS = ChatSettings(
    base_url="",
    timeout_seconds=60.0,
    attempts=4,
    backoff_seconds=1.0,
    backoff_max_seconds=60.0,
    concurrency=4,
)
MODELS = {
    "fast": ModelSettings("toy-small", input_price=1.0, output_price=4.0),
    "unpriced": ModelSettings("toy-large"),
}
IDS = ("title", "1")
VALUES: dict[str, Any] = {
    "source_lang": "en",
    "target_lang": "es",
    "kind": "prose",
    "title": "The Sea",
    "author": "A",
    "notes": "",
    "segments": [
        {"id": "title", "text": "The Sea"},
        {"id": "1", "text": "All {count} waves <b>come</b> home."},
    ],
}
PROMPT = prompts.load("initial_faithful")
SYSTEM, USER = PROMPT.render(**VALUES)
ABOUT = {"text": "sea", "lang": "es", "stage": "InitialTranslation", "candidate": 1}
QUESTION = Question(
    prompt=PROMPT.name,
    digest=PROMPT.digest,
    model="fast",
    system=SYSTEM,
    user=USER,
    answer=PROMPT.answer,
    temperature=0.5,
    seed=7,
    max_tokens=500,
)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


class Asking:
    """An endpoint with its ledger, and the pauses it made."""

    def __init__(self, server: ChatServer, folder: Path, *, key: str = KEY, **changes: Any) -> None:
        self.pauses: list[float] = []
        self.ledger = Ledger(folder / "ledger.jsonl")
        settings = replace(SETTINGS, base_url=server.base_url, **changes)
        self.endpoint = ChatEndpoint(
            settings, MODELS, key, slots=folder / "slots", sleep=self.pauses.append
        )

    def __call__(self, **changes: Any) -> tuple[dict[str, Any], ChatAnswer]:
        return self.endpoint.ask(replace(QUESTION, **changes), self.ledger, ABOUT)

    @property
    def outcomes(self) -> list[str]:
        return [entry["outcome"] for entry in self.ledger.entries()]


Make = Callable[..., Asking]


@pytest.fixture
def make(server: ChatServer, tmp_path: Path) -> Make:
    return lambda **changes: Asking(server, tmp_path, **changes)


def test_a_good_answer(server: ChatServer, make: Make) -> None:
    ask = make()
    answer, how = ask()
    assert [segment["id"] for segment in answer["segments"]] == list(IDS)
    assert "{count}" in answer["segments"][1]["text"]
    assert (how.form, how.finish_reason) == ("json_schema", "stop")
    assert json.loads(how.text) == answer
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == "toy-small"
    assert (request.body["temperature"], request.body["seed"]) == (0.5, 7)
    assert request.body["max_tokens"] == 500
    schema = request.body["response_format"]["json_schema"]
    assert schema == {
        "name": "answer_translation",
        "strict": True,
        "schema": answers.wire_schema("answer_translation"),
    }
    system, user = request.body["messages"]
    assert system["content"].startswith(SYSTEM.strip())
    assert "JSON" in system["content"]
    assert user == {"role": "user", "content": USER}
    (entry,) = ask.ledger.entries()
    tokens = (how.prompt_tokens, how.completion_tokens)
    assert how.prompt_tokens is not None
    assert how.completion_tokens is not None
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == tokens
    assert entry["cost"] == pytest.approx(
        (how.prompt_tokens * 1.0 + how.completion_tokens * 4.0) / 1e6
    )
    assert entry | {"id": "", "at": "", "seconds": 0, "cost": 0} == {
        "id": "",
        "at": "",
        **ABOUT,
        "provider": "chat",
        "model": "toy-small",
        "attempt": 1,
        "outcome": "ok",
        "prompt_tokens": tokens[0],
        "completion_tokens": tokens[1],
        "cost": 0,
        "seconds": 0,
    }


def test_unset_parameters_are_not_sent(server: ChatServer, make: Make) -> None:
    make()(temperature=None, seed=None)
    assert not {"temperature", "seed"} & set(server.bodies()[0])


def test_zero_is_a_value(server: ChatServer, make: Make) -> None:
    make()(temperature=0.0, seed=0)
    assert (server.bodies()[0]["temperature"], server.bodies()[0]["seed"]) == (0.0, 0)


@pytest.mark.parametrize("key", ["", "  \n"])
def test_without_a_key_no_header_is_sent(
    server: ChatServer, make: Make, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    make(key=key)()
    make(key=KEY)()
    assert "Authorization" not in server.requests[0].headers
    assert server.requests[1].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        *((status(code), str(code)) for code in (408, 409, 429, 500, 502, 503, 504, 529)),
        (Fault("truncated"), "connection"),
        (Fault("disconnect"), "connection"),
        (Fault("not_json"), "body"),
        (Fault("error_in_200"), "body"),
        (Fault("no_choices"), "body"),
        (Fault("empty"), "invalid"),
        (Fault("reasoning_only"), "invalid"),
        (Fault("wrong_form"), "invalid"),
        (Fault("missing_id"), "invalid"),
        (Fault("wrong_ids"), "invalid"),
        (Fault("duplicate_ids"), "invalid"),
        (says(chat_server.PROSE), "invalid"),
        (says("I'm sorry, I cannot help with that."), "invalid"),
    ],
)
def test_temporary_failures_are_retried(
    server: ChatServer, make: Make, fault: Fault, why: str
) -> None:
    ask = make()
    server.fail(fault, fault)
    answer, _ = ask(ids=IDS)
    assert answers.segments(answer, IDS)
    assert ask.outcomes == [f"retried:{why}", f"retried:{why}", "ok"]
    assert [entry["attempt"] for entry in ask.ledger.entries()] == [1, 2, 3]
    assert len(server.requests) == 3
    pauses = [0.0, 0.0] if why == "invalid" else [pytest.approx(1, 0.26), pytest.approx(2, 0.26)]
    assert ask.pauses == pauses


@pytest.mark.parametrize(
    ("fault", "error", "kind"),
    [
        *((status(code), DeniedError, "denied") for code in (400, 401, 402, 403, 404, 413, 422)),
        (Fault("redirect"), DeniedError, "denied"),
        (Fault("content_filter"), DeniedError, "denied"),
        (status(400, "content_filter: the prompt was flagged"), DeniedError, "denied"),
        (Fault("length"), TruncatedError, "truncated"),
        (Fault("refusal"), RefusedError, "refused"),
        (Fault("huge"), TruncatedError, "truncated"),
    ],
)
def test_permanent_failures_are_not_retried(
    server: ChatServer, make: Make, fault: Fault, error: type[ProviderError], kind: str
) -> None:
    ask = make()
    server.fail(fault)
    with pytest.raises(error) as caught:
        ask()
    assert caught.value.kind == kind
    assert ask.outcomes == [kind]
    assert len(server.requests) == 1
    assert ask.pauses == []


@pytest.mark.parametrize(
    ("code", "words"), [(401, "TRANSLATION_API_KEY"), (404, "base_url"), (307, "redirects")]
)
def test_a_permanent_error_says_what_to_do(
    server: ChatServer, make: Make, code: int, words: str
) -> None:
    server.fail(status(code, "the server's own words"))
    with pytest.raises(DeniedError, match=words) as caught:
        make()()
    assert "the server's own words" in str(caught.value)


@pytest.mark.parametrize("attempts", [1, 2, 4])
def test_all_attempts_share_one_budget(server: ChatServer, make: Make, attempts: int) -> None:
    ask = make(attempts=attempts)
    faults = [status(500), says("no JSON"), Fault("disconnect"), Fault("wrong_ids")][:attempts]
    server.fail(*faults)
    with pytest.raises((UnavailableError, InvalidAnswerError)):
        ask(ids=IDS)
    assert len(server.requests) == attempts
    assert len(ask.pauses) == attempts - 1
    why = ["500", "invalid", "connection"][: attempts - 1]
    last = ["unavailable", "invalid", "", "invalid"][attempts - 1]
    assert ask.outcomes == [*(f"retried:{reason}" for reason in why), last]


@pytest.mark.parametrize(
    ("retry_after", "at_least", "at_most"),
    [
        ("7", 7.0, 7.25),
        ("1.5", 1.5, 1.75),
        ("0", 0.0, 0.25),
        ("-3", 0.0, 0.25),
        ("3600", 60.0, 60.0),
        ("inf", 0.75, 1.25),
        ("nan", 0.75, 1.25),
        ("soon", 0.75, 1.25),
        ("", 0.75, 1.25),
        (30, 15.0, 30.25),  # whole numbers are dates so many seconds from now
        (-30, 0.0, 0.25),
        (9999, 60.0, 60.0),
        ("Sun, 06 Nov 1994 08:49:37", 0.0, 0.25),
        ("Sun, 99 Foo 1994", 0.75, 1.25),
    ],
)
@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_honored(
    server: ChatServer,
    make: Make,
    retry_after: str | int,
    at_least: float,
    at_most: float,
    code: int,
) -> None:
    ask = make()
    if isinstance(retry_after, int):
        retry_after = email.utils.formatdate(time.time() + retry_after, usegmt=True)
    server.fail(status(code, Retry_After=retry_after))
    ask()
    assert len(ask.pauses) == 1
    assert at_least <= ask.pauses[0] <= at_most


def test_pauses_grow_with_jitter_up_to_the_largest(server: ChatServer, make: Make) -> None:
    ask = make(attempts=9)
    server.fail(*[status(429)] * 8)
    ask()
    for number, pause in enumerate(ask.pauses):
        assert min(60.0, 0.75 * 2**number) <= pause <= min(60.0, 1.25 * 2**number)
    assert len({round(pause / 2**number, 6) for number, pause in enumerate(ask.pauses)}) > 3


def test_an_invalid_answer_is_requested_again_with_the_problem(
    server: ChatServer, make: Make
) -> None:
    server.fail(Fault("missing_id"))
    make()(ids=IDS)
    first, second = (body["messages"] for body in server.bodies())
    assert second[:2] == first
    assert [message["role"] for message in second] == ["system", "user", "assistant", "user"]
    assert 'missing: "1"' in second[3]["content"]
    assert "JSON" in second[3]["content"]


def test_the_problem_does_not_hold_the_whole_answer(server: ChatServer, make: Make) -> None:
    long = json.dumps({"segments": "choose candidate 2 " * 1000, "notes": ""})
    server.fail(says(long))
    make()()
    assert len(server.bodies()[1]["messages"][3]["content"]) < 1000


@pytest.mark.parametrize(
    ("knows", "form", "outcomes"),
    [
        ({"json_schema"}, "json_schema", ["ok"]),
        ({"json_object"}, "json_object", ["retried:response_format", "ok"]),
        (set(), "tags", ["retried:response_format", "retried:response_format", "ok"]),
    ],
)
def test_an_unsupported_form_costs_no_attempt(
    server: ChatServer, make: Make, knows: set[str], form: str, outcomes: list[str]
) -> None:
    server.knows = knows | {"max_tokens", "seed"}
    ask = make(attempts=1)
    answer, how = ask(ids=IDS)
    assert how.form == form
    assert answers.segments(answer, IDS)
    assert ask.outcomes == outcomes
    assert {entry["attempt"] for entry in ask.ledger.entries()} == {1}
    assert server.requests[-1].form == form
    ask()
    assert len(server.requests) == len(outcomes) + 1  # remembered
    ask(model="unpriced")
    assert len(server.requests) == 2 * len(outcomes) + 1  # for each model


def test_other_unsupported_parameters_are_left_out(server: ChatServer, make: Make) -> None:
    server.knows = {"json_schema"}
    ask = make(attempts=1)
    ask()
    assert ask.outcomes == ["retried:max_tokens", "retried:seed", "ok"]
    body = server.bodies()[-1]
    assert body["max_completion_tokens"] == 500
    assert not {"max_tokens", "seed"} & set(body)


def test_a_server_that_always_blames_the_form_is_not_asked_forever(
    server: ChatServer, make: Make
) -> None:
    ask = make()
    server.choose = lambda request: status(422, "response_format, seed, max_completion_tokens!")
    with pytest.raises(DeniedError, match="response_format"):
        ask()
    assert ask.outcomes[-1] == "denied"
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    ("obeys", "form", "tries"),
    [({"json_object", "tags"}, "json_object", 2), ({"tags"}, "tags", 3)],
)
def test_a_silently_ignored_form_is_replaced_by_a_weaker_one(
    server: ChatServer, make: Make, obeys: set[str], form: str, tries: int
) -> None:
    server.obeys = obeys
    ask = make()
    assert ask()[1].form == form
    assert ask.outcomes == ["retried:invalid"] * (tries - 1) + ["ok"]
    ask()
    assert len(server.requests) == tries + 1


def test_wrong_ids_do_not_change_the_form(server: ChatServer, make: Make) -> None:
    server.fail(Fault("wrong_ids"))
    assert make()(ids=IDS)[1].form == "json_schema"


@pytest.mark.parametrize("kind", ["fence", "parts"])
def test_answers_in_fences_or_parts_are_read(server: ChatServer, make: Make, kind: str) -> None:
    ask = make()
    server.fail(kind)
    assert answers.segments(ask()[0], IDS)
    assert ask.outcomes == ["ok"]


@pytest.mark.parametrize("kind", ["no_usage", "lying_usage"])
def test_unreported_tokens_are_unknown(server: ChatServer, make: Make, kind: str) -> None:
    ask = make()
    server.fail(kind)
    _, how = ask()
    assert (how.prompt_tokens, how.completion_tokens) == (None, None)
    assert ask.ledger.totals()["unknown_cost_requests"] == 1


def test_a_model_without_prices_has_tokens_but_no_cost(make: Make) -> None:
    ask = make()
    ask(model="unpriced")
    (entry,) = ask.ledger.entries()
    assert entry["prompt_tokens"] > 0
    assert entry["cost"] is None


def test_rejected_requests_cost_nothing_and_lost_ones_are_unknown(
    server: ChatServer, make: Make
) -> None:
    ask = make()
    server.fail(status(429), status(500), Fault("disconnect"), Fault("length"))
    with pytest.raises(TruncatedError):
        ask()
    costs = [entry["cost"] for entry in ask.ledger.entries()]
    assert costs[:3] == [0.0, None, None]
    assert costs[3] > 0
    assert ask.ledger.totals()["cost"] == costs[3]


def test_the_runs_limit_stops_before_the_next_request(
    server: ChatServer, make: Make, tmp_path: Path
) -> None:
    ask = make()
    ask.ledger = Ledger(tmp_path / "limited.jsonl", max_tokens=1)
    ask()
    with pytest.raises(BudgetError):
        ask()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "kind", ["hang", "dribble", "dribble_headers", "dribble_to_the_end", "slow"]
)
def test_no_complete_answer_in_time_is_a_timeout(server: ChatServer, make: Make, kind: str) -> None:
    ask = make(timeout_seconds=0.4, attempts=2)
    server.fail(Fault(kind, seconds=20.0 if kind in {"slow", "hang"} else 0.05))
    assert answers.segments(ask()[0], IDS)
    assert ask.outcomes == ["retried:timeout", "ok"]
    assert ask.ledger.entries()[0]["seconds"] < 5  # of 20 and more that the server would take
    ask.endpoint.ask(QUESTION, ask.ledger, ABOUT)


def test_a_slow_answer_within_the_deadline_is_accepted(server: ChatServer, make: Make) -> None:
    server.fail(Fault("dribble", seconds=0.0001))
    ask = make()
    ask()
    assert ask.outcomes == ["ok"]


def test_an_endless_answer_is_cut_off(server: ChatServer, make: Make) -> None:
    server.fail("huge")
    with pytest.raises(TruncatedError, match=str(chat_http.LARGEST)):
        make()()


def test_redirects_are_not_followed(server: ChatServer, make: Make) -> None:
    server.fail("redirect")
    with pytest.raises(DeniedError):
        make()()
    assert [request.path for request in server.requests] == ["/v1/chat/completions"]


@pytest.mark.parametrize("key", [KEY, "x/+=y", "none"])
@pytest.mark.parametrize("code", [400, 401, 429, 500, 307])
def test_the_key_is_nowhere(
    server: ChatServer,
    make: Make,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    key: str,
    code: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    ask = make(key=key)
    server.choose = lambda request: Fault("echo", status=code)
    with pytest.raises(ProviderError) as caught:
        ask()
    assert server.requests[0].headers["Authorization"] == f"Bearer {key}"
    assert "[key]" in str(caught.value)
    written = ask.ledger.path.read_text(encoding="utf-8")
    for place in (str(caught.value), repr(caught.value), caplog.text, written):
        assert f"Bearer {key}" not in place
    if key == KEY:
        assert KEY not in caplog.text + written + repr(pickle.loads(pickle.dumps(caught.value)))


def test_an_answer_that_contains_the_key_is_redacted(server: ChatServer, make: Make) -> None:
    reply = {"notes": f"key {KEY}", "segments": [{"id": "1", "text": KEY}]}
    server.fail(says(json.dumps(reply)))
    answer, how = make()()
    assert KEY not in json.dumps(answer) + how.text
    assert answer["segments"][0]["text"] == "[key]"


def test_a_key_that_is_a_word_does_not_harm_answers(server: ChatServer, make: Make) -> None:
    reply = {"notes": "", "segments": [{"id": "1", "text": "none of them"}]}
    server.fail(says(json.dumps(reply)))
    answer, _ = make(key="none")()
    assert answer["segments"][0]["text"] == "none of them"


@pytest.mark.parametrize("key", ["sk-a b", "sk-\r\nX: y", "sk-ключ", "sk-\x00"])
def test_an_unusable_key_is_reported_without_being_shown(make: Make, key: str) -> None:
    with pytest.raises(ConfigError, match="TRANSLATION_API_KEY") as caught:
        make(key=key)
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "nowhere", "http://", "http://[::1"])
def test_an_invalid_address_is_reported(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        ChatEndpoint(replace(SETTINGS, base_url=url), MODELS, "", slots=tmp_path)


def test_a_password_in_the_address_is_not_reported(tmp_path: Path) -> None:
    settings = replace(SETTINGS, base_url="http://me:hunter2@127.0.0.1:1/v1/", attempts=1)
    endpoint = ChatEndpoint(settings, MODELS, "", slots=tmp_path / "slots")
    with pytest.raises(UnavailableError) as caught:
        endpoint.ask(QUESTION, Ledger(tmp_path / "l.jsonl"), ABOUT)
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_an_unknown_model_is_a_mistake_in_the_settings(server: ChatServer, make: Make) -> None:
    with pytest.raises(ConfigError, match="'slow'"):
        make()(model="slow")
    assert server.requests == []


def test_failures_cross_to_another_process() -> None:
    error = TransientError("m", why="429", retry_after=3.0)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.why, copy.retry_after, copy.kind) == ("m", "429", 3.0, "unavailable")
    assert pickle.loads(pickle.dumps(QUESTION)) == QUESTION


def _ask_once(base_url: str, folder: Path, number: int) -> str:
    endpoint = ChatEndpoint(
        replace(SETTINGS, base_url=base_url, concurrency=2), MODELS, "", slots=folder / "slots"
    )
    answer, _ = endpoint.ask(replace(QUESTION, seed=number), Ledger(folder / "ledger.jsonl"), ABOUT)
    return answers.segments(answer, IDS)[1]


def test_slots_limit_the_open_requests_of_all_processes(tmp_path: Path) -> None:
    with ChatServer(seconds=0.15) as server:
        with ProcessPoolExecutor(5, mp_context=get_context("forkserver")) as pool:
            translations = list(
                pool.map(_ask_once, [server.base_url] * 10, [tmp_path] * 10, range(10))
            )
        assert len(translations) == len(server.requests) == 10
        assert server.most_open == 2
    assert len(Ledger(tmp_path / "ledger.jsonl").entries()) == 10


def test_threads_share_an_endpoint_and_its_slots(server: ChatServer, make: Make) -> None:
    server.seconds = 0.1
    ask = make(concurrency=3)
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda number: ask(seed=number)[0], range(9)))
    assert len({json.dumps(result) for result in results}) > 1
    assert server.most_open == 3
    assert ask.ledger.totals()["requests"] == 9


def test_a_pause_holds_no_slot(server: ChatServer, tmp_path: Path) -> None:
    paused, go_on = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        paused.set()
        assert go_on.wait(60)

    settings = replace(SETTINGS, base_url=server.base_url, concurrency=1)
    ledger = Ledger(tmp_path / "ledger.jsonl")
    first, second = (
        ChatEndpoint(settings, MODELS, "", slots=tmp_path / "slots", sleep=sleep) for _ in range(2)
    )
    server.fail(status(429))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(first.ask, QUESTION, ledger, ABOUT)
        assert paused.wait(20)
        second.ask(QUESTION, ledger, ABOUT)
        go_on.set()
        waiting.result(60)
    assert ledger.totals()["requests"] == 3


HANGING = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.translation.engines.test_chat import ABOUT, MODELS, QUESTION, SETTINGS
from soundweave.translation.engines.chat import ChatEndpoint
from soundweave.translation.ledger import Ledger
folder = Path(sys.argv[2])
settings = replace(SETTINGS, base_url=sys.argv[1], concurrency=1)
endpoint = ChatEndpoint(settings, MODELS, "", slots=folder / "slots")
endpoint.ask(QUESTION, Ledger(folder / "l.jsonl"), ABOUT)
"""


def test_a_killed_worker_gives_its_slot_back(server: ChatServer, tmp_path: Path) -> None:
    server.fail("hang")
    with subprocess.Popen(
        [sys.executable, "-c", HANGING, server.base_url, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT}"},
    ) as worker:
        deadline = time.monotonic() + 60
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        ledger = Ledger(tmp_path / "l.jsonl")
        settings = replace(SETTINGS, base_url=server.base_url, concurrency=1)
        endpoint = ChatEndpoint(settings, MODELS, "", slots=tmp_path / "slots")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(endpoint.ask, QUESTION, ledger, ABOUT)
            time.sleep(0.2)
            assert len(server.requests) == 1  # the only slot is taken
            worker.send_signal(signal.SIGKILL)
            assert waiting.result(60)
    assert [entry["outcome"] for entry in ledger.entries()] == ["sent", "ok"]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # that is what is tried here
def test_after_a_fork_no_connection_is_shared(server: ChatServer, make: Make) -> None:
    ask = make()
    ask()
    child = os.fork()
    if child == 0:
        try:
            ask()
            os._exit(0)
        finally:
            os._exit(1)
    for _ in range(3):
        ask()
    assert os.waitpid(child, 0)[1] == 0
    assert ask.outcomes == ["ok"] * 5


@pytest.mark.parametrize("form", answers.FORMS)
@pytest.mark.parametrize("name", prompts.names())
def test_every_prompt_is_answered_in_every_form(
    server: ChatServer, make: Make, name: str, form: str
) -> None:
    server.obeys = {form}
    prompt = prompts.load(name)
    sides = [{**segment, "source": segment["text"]} for segment in VALUES["segments"]]
    more = {
        "candidates": [{"number": n, "segments": VALUES["segments"]} for n in (1, 2, 3)],
        "translation": sides,
        "remarks": [{"id": "1", "remark": "r", "suggestion": "s"}],
        "summary": "",
    }
    values = VALUES | more
    system, user = prompt.render(**{key: values[key] for key in prompts.AVAILABLE[prompt.answer]})
    answer, how = make()(system=system, user=user, answer=prompt.answer)
    assert how.form == form
    assert toy_model.asked_for(system) is None
    assert set(answer) == set(answers.wire_schema(prompt.answer)["properties"])


def test_the_server_runs_by_itself(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.translation.chat_server", "--port", "0", "--seconds", "0.01"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "scripts")},
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            assert _ask_once(running.stdout.readline().strip(), tmp_path, 1)
        finally:
            running.terminate()
