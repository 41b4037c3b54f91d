"""Faults on demand: what the stand-in should do wrong, how often, and where."""

import fnmatch
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

from soundweave.base.errors import ConfigError
from soundweave.standin.answers import messages
from soundweave.standin.answers.access import UNKNOWN_KEY
from soundweave.standin.answers.messages import Answer, ApiError

# In the order in which a request can meet them. The gateway's come before the key is checked and
# count nowhere; the API's come after the quota; the others damage a good answer.
GATEWAY = {
    "bad_gateway": (502, "Bad Gateway"),
    "unavailable": (503, "Service Temporarily Unavailable"),
    "gateway_timeout": (504, "Gateway Time-out"),
    "hang": None,
    "disconnect": None,
}
KEY = {
    "unknown_key": UNKNOWN_KEY,
    "suspended_key": "Suspended token or token pending for approval",
}
QUOTA = ("minute", "day")
API = {
    "overloaded": "Search is overloaded, please try again later.",
    "search_down": "The search server could not be reached or some unexpected error occurred.",
    "server_error": messages.SERVER_ERROR,
}
# The same failure by another path of the real server, with the status of a client's mistake.
UNREACHABLE = {
    "search_unreachable": "Search server error: Failed to connect to server at"
    " http://search:8983/solr/freesound/select/ (please check that your filter syntax and field"
    " names are correct)",
}
PAGE_SHIFTS = {"duplicate": -1, "missing": 1}
VANISHING = ("vanish", "null")
BODY = ("lie", "foreign_next", "malformed", "truncated")
KINDS = (*GATEWAY, *KEY, *QUOTA, *API, *UNREACHABLE, *PAGE_SHIFTS, *VANISHING, *BODY)

_WRONG_VALUES = {
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
_OTHER_HOST = "http://elsewhere.example/apiv2/"


@dataclass(frozen=True)
class Fault:
    """What goes wrong: `kind`, for the first `times` matching requests after `after` of them.

    `times` None means every time. `path` is a pattern (`*`, `?`) for the path below the API's
    root: `search/`, `packs/*/sounds/`. `sound_id` is the sound that `vanish` (deleted) and `null`
    (deleted, but still in the index) remove; without it, the first sound of the answer. `seconds`
    is the longest that `hang` lasts.
    """

    kind: str
    times: int | None = 1
    path: str = "*"
    after: int = 0
    sound_id: int | None = None
    seconds: float = 3600.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(f"unknown fault {self.kind!r}; choose one of: {', '.join(KINDS)}")
        if self.times is not None and self.times < 1:
            raise ConfigError(f"a fault happens at least once, not {self.times} times")

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read `KIND[:COUNT[:PATH]]`; the count `*` means every time."""
        kind, _, rest = text.partition(":")
        count, _, path = rest.partition(":")
        if count and count != "*" and not count.isdecimal():
            raise ConfigError(f"{text!r}: the count of a fault is a whole number or *")
        times = None if count == "*" else int(count or "1")
        return cls(kind, times, path or "*")


@dataclass(slots=True)
class _Armed:
    fault: Fault
    remaining: int | None
    skip: int


class Faults:
    """The faults still to come, counted down by the requests that they affect."""

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
        """Count down the first armed fault of these kinds for this path, and return it."""
        with self._lock:
            for armed in self._armed:
                fault = armed.fault
                if fault.kind not in kinds or not fnmatch.fnmatchcase(path, fault.path):
                    continue
                if armed.skip:
                    armed.skip -= 1
                    continue
                if armed.remaining is not None:
                    armed.remaining -= 1
                    if not armed.remaining:
                        self._armed.remove(armed)
                return fault
        return None


def refused(fault: Fault) -> ApiError:
    """The API's own error for a fault of the key or of the server."""
    if fault.kind in KEY:
        return ApiError(401, KEY[fault.kind])
    if fault.kind in UNREACHABLE:
        return ApiError(400, UNREACHABLE[fault.kind])
    return ApiError(500, API[fault.kind])


def body_faults(answer: Answer) -> list[str]:
    """List the faults that would show in this answer; others wait for one where they do."""
    has_next = b'"next":"' in answer.body[:10_000]
    return [kind for kind in BODY if kind != "foreign_next" or has_next]


def damaged(kind: str, answer: Answer) -> Answer:
    """Damage a good answer in the way that `kind` names."""
    half = len(answer.body) // 2
    if kind == "truncated":
        return replace(answer, sent=half)
    if kind == "malformed":
        return replace(answer, body=answer.body[:half] + b",,")
    value = json.loads(answer.body)
    if kind == "foreign_next":
        value["next"] = _OTHER_HOST + value["next"].partition("/apiv2/")[2]
        return messages.as_json(value)
    for item in value.get("results", [value])[:1]:
        if isinstance(item, dict):
            item.update({name: wrong for name, wrong in _WRONG_VALUES.items() if name in item})
    return messages.as_json(value)
