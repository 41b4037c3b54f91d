"""The course of a request: gateway, path, key, quota, method, resource, and the log."""

import json
import re
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from soundweave.standin import faults
from soundweave.standin.answers import messages
from soundweave.standin.answers.access import key_of, prefers_html
from soundweave.standin.answers.messages import Answer, ApiError, Request
from soundweave.standin.answers.throttle import Throttle, refusal
from soundweave.standin.answers.views import View, Views
from soundweave.standin.catalog import audio
from soundweave.standin.catalog.catalog import Catalog
from soundweave.standin.faults import Fault, Faults
from soundweave.standin.query.search import Engine, Search

_PREVIEW = re.compile(r"/previews/\d+/(\d{1,18})_\d+-[hl]q\.(?:mp3|ogg)")
_METHODS = ("GET", "HEAD", "OPTIONS")
_HEADERS = {"Vary": "Accept, Cookie", "Allow": ", ".join(_METHODS)}
_MINUTE_LIMIT, _DAY_LIMIT = 60, 2000  # what a quota fault names if the server has no limit
NO_ANSWER = 0


@dataclass(frozen=True)
class Entry:
    """One line of the log. `path` is below the API's root (`search/`), or absolute elsewhere.

    `status` is 0 for a request without an answer (a hang, a closed connection).
    """

    method: str
    path: str
    query: Mapping[str, str]
    status: int
    authorization: str | None


class Pipeline:
    """Answers requests from a catalog; knows nothing about sockets."""

    def __init__(
        self,
        catalog: Catalog,
        root: str,
        limits: tuple[int | None, int | None],
        keys: Collection[str] | None,
        clock: Callable[[], float],
    ) -> None:
        self.faults = Faults()
        self._catalog = catalog
        self._limits = {"minute": limits[0] or _MINUTE_LIMIT, "day": limits[1] or _DAY_LIMIT}
        self._keys = keys
        self._throttle = Throttle(*limits, clock)
        engine = Engine(catalog, clock)
        engine.hits(Search())  # sorts the index, so that the first search is as fast as the others
        self._views = Views(catalog, engine, root)
        self._lock = threading.Lock()
        self._log: list[Entry] = []

    def entries(self) -> list[Entry]:
        """Copy the log so far."""
        with self._lock:
            return list(self._log)

    def answer(self, request: Request) -> Answer | Fault:
        """Answer a request; returns the fault if the connection should hang or close instead."""
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
            error = faults.GATEWAY[fault.kind]
            return messages.error_page(*error) if error else fault
        view = self._views.route(request.path)
        if view is None:
            return self._unknown_path(request)
        try:
            as_html = prefers_html(request)
        except ApiError as error:
            return messages.failed(error, request)
        try:
            self._admit(request)
            answer = self._resource(request, view)
        except ApiError as error:
            answer = messages.failed(error, request)
        answer = messages.as_page(answer) if as_html else answer
        return replace(answer, headers={**_HEADERS, **answer.headers})

    def _elsewhere(self, request: Request) -> Answer:
        match = _PREVIEW.fullmatch(request.path)
        if match and int(match.group(1)) in self._catalog.sounds:
            return Answer(200, audio.preview(int(match.group(1))), "audio/wav")
        return messages.error_page(404, "Not Found")

    def _unknown_path(self, request: Request) -> Answer:
        if request.path.endswith("/") or self._views.route(f"{request.path}/") is None:
            return messages.error_page(404, "Not Found")
        query = f"?{request.raw_query}" if request.raw_query else ""
        location = {"Location": f"{request.raw_path}/{query}"}
        return Answer(301, b"", messages.HTML, location)

    def _admit(self, request: Request) -> None:
        key = key_of(request, self._keys)
        if fault := self.faults.take(faults.KEY, request.path):
            raise faults.refused(fault)
        if fault := self.faults.take(faults.QUOTA, request.path):
            raise ApiError(429, refusal(fault.kind, self._limits[fault.kind]))
        if (reason := self._throttle.refuse(key)) is not None:
            raise ApiError(429, reason)
        if request.method not in _METHODS:
            raise ApiError(405, f'Method "{request.method}" not allowed.')
        if fault := self.faults.take((*faults.API, *faults.UNREACHABLE), request.path):
            raise faults.refused(fault)

    def _resource(self, request: Request, view: View) -> Answer:
        if request.method == "OPTIONS":
            return messages.as_json({"name": request.path, "renders": [messages.JSON]})
        if request.page > 1 and (fault := self.faults.take(faults.PAGE_SHIFTS, request.path)):
            request = replace(request, shift=faults.PAGE_SHIFTS[fault.kind])
        answer = self._rendered(request, view)
        if fault := self.faults.take(faults.VANISHING, request.path):
            sound_id = fault.sound_id or _first_sound(answer)
            if sound_id is not None:
                self._catalog.remove(sound_id, keep_in_index=fault.kind == "null")
            answer = self._rendered(request, view)
        if fault := self.faults.take(faults.body_faults(answer), request.path):
            answer = faults.damaged(fault.kind, answer)
        return answer

    def _rendered(self, request: Request, view: View) -> Answer:
        with self._catalog.lock:
            return messages.as_json(view(request))


def _first_sound(answer: Answer) -> int | None:
    value = json.loads(answer.body)
    results = value.get("results", [value])
    return next((item["id"] for item in results if isinstance(item, dict) and "id" in item), None)
