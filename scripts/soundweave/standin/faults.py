"""Faults on demand: what the stand-in is told to do wrong, how often, and where."""

import fnmatch
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from soundweave.base.errors import ConfigError
from soundweave.standin.answers import messages
from soundweave.standin.answers.messages import Answer, ApiError

# By the place in the course of a request where they strike. The gateway's come before the key is
# looked at and are not counted; the API's come after the quota; the others spoil a good answer.
GATEWAY = {
    "bad_gateway": (502, "Bad Gateway"),
    "unavailable": (503, "Service Temporarily Unavailable"),
    "gateway_timeout": (504, "Gateway Time-out"),
    "hang": None,
    "disconnect": None,
}
KEY = {"unknown_key": messages.UNKNOWN_KEY, "suspended_key": messages.SUSPENDED_KEY}
QUOTA = ("minute", "day")
API = {
    "overloaded": messages.OVERLOADED,
    "search_down": messages.SEARCH_DOWN,
    "server_error": messages.SERVER_ERROR,
}
PAGES = {"duplicate": -1, "missing": 1}
VANISHING = ("vanish", "null")
BODY = ("lie", "foreign_next", "malformed", "truncated")
KINDS = (*GATEWAY, *KEY, *QUOTA, *API, *PAGES, *VANISHING, *BODY)

_LIE = {
    "id": "7",
    "name": 17,
    "tags": "loop",
    "username": {"name": "someone"},
    "license": None,
    "created": 20240101,
    "duration": "long",
    "type": ["wav"],
    "pack": 900,
    "pack_name": [],
    "previews": "none",
    "num_downloads": -1.5,
}
_ELSEWHERE = "http://elsewhere.example/apiv2/"


@dataclass(frozen=True)
class Fault:
    """What goes wrong: `kind`, for the first `times` matching requests after `after` of them.

    `times` None means for good. `path` is a pattern (`*`, `?`) for the path below the API's root:
    `search/`, `packs/*/sounds/`. `sound_id` says whom `vanish` (deleted) and `null` (deleted, but
    still in the index) strike; without it, the first sound of the answer. `seconds` is how long
    `hang` lasts at most.
    """

    kind: str
    times: int | None = 1
    path: str = "*"
    after: int = 0
    sound_id: int | None = None
    seconds: float = 3600.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            known = ", ".join(KINDS)
            raise ConfigError(f"{self.kind!r} is no kind of fault; there are: {known}")
        if self.times is not None and self.times < 1:
            raise ConfigError(f"a fault happens at least once, not {self.times} times")

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Return the fault in `KIND[:COUNT[:PATH]]`; the count `*` means for good."""
        kind, _, rest = text.partition(":")
        count, _, path = rest.partition(":")
        if count and count != "*" and not count.isdecimal():
            raise ConfigError(f"{text!r}: the count of a fault is a whole number or *")
        times = None if count == "*" else int(count or "1")
        return cls(kind, times, path or "*")


@dataclass(slots=True)
class _Armed:
    fault: Fault
    left: int | None
    skip: int


class Faults:
    """The faults still to come, counted down by the requests they strike."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def add(self, fault: Fault) -> None:
        """Arm a fault."""
        with self._lock:
            self._armed.append(_Armed(fault, fault.times, fault.after))

    def clear(self) -> None:
        """Disarm all faults."""
        with self._lock:
            self._armed.clear()

    def take(self, kinds: Iterable[str], path: str) -> Fault | None:
        """Return the first armed fault of these kinds for this path, and count it down."""
        with self._lock:
            for armed in self._armed:
                fault = armed.fault
                if fault.kind not in kinds or not fnmatch.fnmatchcase(path, fault.path):
                    continue
                if armed.skip:
                    armed.skip -= 1
                    continue
                if armed.left is not None:
                    armed.left -= 1
                    if not armed.left:
                        self._armed.remove(armed)
                return fault
        return None


def spoiled(kind: str, answer: Answer) -> Answer:
    """Return a good answer gone wrong in the way that `kind` names."""
    if kind == "truncated":
        return Answer(answer.status, answer.body, sent=len(answer.body) // 2)
    if kind == "malformed":
        return Answer(answer.status, answer.body[: len(answer.body) // 2] + b",,")
    value = json.loads(answer.body)
    change: Callable[[dict[str, object]], None] = _lie if kind == "lie" else _lead_astray
    change(value)
    return messages.as_json(value, answer.status)


def refused(fault: Fault) -> ApiError:
    """Return the API's own words for a fault of the key or of the server."""
    if fault.kind in KEY:
        return ApiError(401, KEY[fault.kind])
    return ApiError(500, API[fault.kind])


def _lie(value: dict[str, object]) -> None:
    results = value.get("results")
    victims = results[:1] if isinstance(results, list) else [value]
    for victim in victims:
        if isinstance(victim, dict):
            victim.update({name: lie for name, lie in _LIE.items() if name in victim})


def _lead_astray(value: dict[str, object]) -> None:
    link = value.get("next")
    if isinstance(link, str):
        value["next"] = _ELSEWHERE + link.partition("/apiv2/")[2]
