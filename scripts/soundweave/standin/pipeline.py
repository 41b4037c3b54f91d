"""The course of a request: gateway, path, key, quota, method, resource, and the log."""

import json
import re
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from soundweave.standin import faults
from soundweave.standin.answers import messages
from soundweave.standin.answers.access import key_of, prefers_html
from soundweave.standin.answers.messages import Answer, ApiError, Request
from soundweave.standin.answers.throttle import Throttle, refusal
from soundweave.standin.answers.views import Views
from soundweave.standin.catalog import audio
from soundweave.standin.catalog.catalog import Catalogue
from soundweave.standin.faults import Fault, Faults
from soundweave.standin.query.search import Engine, Wanted

_PREVIEW = re.compile(r"/previews/\d+/(\d{1,18})_\d+-[hl]q\.(?:mp3|ogg)")
_METHODS = ("GET", "HEAD", "OPTIONS")
_HEADERS = {"Vary": "Accept, Cookie", "Allow": "GET, HEAD, OPTIONS"}
_MINUTE_LIMIT, _DAY_LIMIT = 60, 2000  # what a refusal names where there is no limit
NO_ANSWER = 0


@dataclass(frozen=True)
class Entry:
    """One line of the log. `path` is below the API's root (`search/`), or absolute elsewhere.

    `status` is 0 where no answer was given (a hang, a cut connection).
    """

    method: str
    path: str
    query: Mapping[str, str]
    status: int
    authorization: str | None


class Pipeline:
    """Answers requests over a catalogue; knows nothing of sockets."""

    def __init__(
        self,
        catalogue: Catalogue,
        root: str,
        limits: tuple[int | None, int | None],
        keys: Collection[str] | None,
        clock: Callable[[], float],
    ) -> None:
        self.faults = Faults()
        self._catalogue = catalogue
        self._limits = {"minute": limits[0] or _MINUTE_LIMIT, "day": limits[1] or _DAY_LIMIT}
        self._keys = keys
        self._throttle = Throttle(*limits, clock)
        self._engine = Engine(catalogue, clock)
        self._views = Views(catalogue, self._engine, root)
        self._lock = threading.Lock()
        self._log: list[Entry] = []

    def warm_up(self) -> None:
        """Sort the index once, so that the first search is as fast as the others."""
        self._engine.search(Wanted())

    def entries(self) -> list[Entry]:
        """Return the log so far."""
        with self._lock:
            return list(self._log)

    def answer(self, request: Request) -> Answer | Fault:
        """Return the answer, or the fault when the connection is to hang or to end without one."""
        answer = self._answer(request)
        status = answer.status if isinstance(answer, Answer) else NO_ANSWER
        authorization = request.headers.get("Authorization")
        entry = Entry(request.method, request.path, request.query, status, authorization)
        with self._lock:
            self._log.append(entry)
        return answer

    def _answer(self, request: Request) -> Answer | Fault:
        if request.path.startswith("/"):
            return self._elsewhere(request)
        if fault := self.faults.take(faults.GATEWAY, request.path):
            return messages.page(*page) if (page := faults.GATEWAY[fault.kind]) else fault
        view = self._views.route(request.path)
        if view is None:
            return self._no_such_path(request)
        try:
            html = prefers_html(request)
        except ApiError as error:
            return messages.failed(error, request.headers)
        try:
            self._admit(request)
            answer = self._spoiled(request, lambda shift: view(request, shift))
        except ApiError as error:
            answer = messages.failed(error, request.headers)
        answer = messages.as_page(answer) if html else answer
        return Answer(
            answer.status,
            answer.body,
            answer.content_type,
            _HEADERS | dict(answer.headers),
            answer.sent,
        )

    def _elsewhere(self, request: Request) -> Answer:
        match = _PREVIEW.fullmatch(request.path)
        if match and int(match.group(1)) in self._catalogue.sounds:
            return Answer(200, audio.preview(int(match.group(1))), "audio/wav")
        return messages.page(404, "Not Found")

    def _no_such_path(self, request: Request) -> Answer:
        if request.path.endswith("/") or self._views.route(f"{request.path}/") is None:
            return messages.page(404, "Not Found")
        query = f"?{request.raw_query}" if request.raw_query else ""
        location = {"Location": f"{request.raw_path}/{query}"}
        return Answer(301, b"", messages.HTML, location)

    def _admit(self, request: Request) -> None:
        key = key_of(request, self._keys)
        if fault := self.faults.take(faults.KEY, request.path):
            raise faults.refused(fault)
        if fault := self.faults.take(faults.QUOTA, request.path):
            raise ApiError(429, refusal(fault.kind, self._limits[fault.kind]))
        if (refused := self._throttle.refuse(key)) is not None:
            raise ApiError(429, refused)
        if request.method not in _METHODS:
            raise ApiError(405, f'Method "{request.method}" not allowed.')
        if fault := self.faults.take(faults.API, request.path):
            raise faults.refused(fault)

    def _spoiled(self, request: Request, view: Callable[[int], object]) -> Answer:
        if request.method == "OPTIONS":
            return messages.as_json({"name": request.path, "renders": [messages.JSON]})
        pages = self.faults.take(faults.PAGES, request.path) if request.page > 1 else None
        shift = faults.PAGES[pages.kind] if pages else 0
        answer = self._rendered(view, shift)
        if fault := self.faults.take(faults.VANISHING, request.path):
            victim = fault.sound_id or _first_sound(answer)
            if victim is not None:
                self._catalogue.remove(victim, keep_in_index=fault.kind == "null")
            answer = self._rendered(view, shift)
        if fault := self.faults.take(self._applicable(answer), request.path):
            answer = faults.spoiled(fault.kind, answer)
        return answer

    def _rendered(self, view: Callable[[int], object], shift: int) -> Answer:
        with self._catalogue.lock:
            return messages.as_json(view(shift))

    @staticmethod
    def _applicable(answer: Answer) -> tuple[str, ...]:
        """A fault that would not show in this answer waits for one where it does."""
        astray = b'"next":"' in answer.body[:10_000]
        return tuple(kind for kind in faults.BODY if kind != "foreign_next" or astray)


def _first_sound(answer: Answer) -> int | None:
    value = json.loads(answer.body)
    results = value.get("results", [value])
    found = (item["id"] for item in results if isinstance(item, dict) and "id" in item)
    return next(found, None)
