"""A real OpenAI-compatible server on 127.0.0.1, with a toy model and every fault we know of.

python -m tests.translation.chat_server --port 0 --seconds 1.0
"""

import argparse
import json
import socket
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.translation import toy_model

PROSE = "Certainly! I think this text is about the sea, and I like it."


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request; see FAULTS for the kinds."""

    kind: str
    status: int = 500
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    seconds: float = 0.0


def status(code: int, text: str = "no details", **headers: str) -> Fault:
    """Return the fault of an error status; Retry_After="2" is a header."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Fault("status", status=code, headers=named, text=text)


def says(text: str) -> Fault:
    """Return the fault of a model that says something of its own."""
    return Fault("says", text=text)


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    time: float

    @property
    def form(self) -> str:
        """Which of the three forms the client asked for."""
        form: str = self.body.get("response_format", {}).get("type", "tags")
        return form

    @property
    def variant(self) -> str:
        """What makes this request another one."""
        settings = [self.body.get(key) for key in ("model", "temperature", "seed")]
        return f"{zlib.crc32(json.dumps([*settings, self.body['messages'][0]]).encode()):08x}"


@dataclass
class ChatServer:
    """Answers each request with the next fault of `script`, or with what `choose` says, or well.

    `seconds` is how long each answer takes. `knows` are the parameters and forms that are no 400,
    `obeys` the forms that the model keeps to.
    """

    port: int = 0
    seconds: float = 0.0
    knows: set[str] = field(
        default_factory=lambda: {"json_schema", "json_object", "max_tokens", "seed"}
    )
    obeys: set[str] = field(default_factory=lambda: {"json_schema", "json_object", "tags"})
    choose: Callable[[ReceivedRequest], Fault | None] = lambda received: None

    def __post_init__(self) -> None:
        self.script: deque[Fault] = deque()
        self.requests: list[ReceivedRequest] = []
        self.most_open = 0
        self.open_now = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self._http = _Http(("127.0.0.1", self.port), _Handler)
        self._http.chat = self
        self.port = self._http.server_port

    @property
    def base_url(self) -> str:
        """What to set as translation.chat.base_url."""
        return f"http://127.0.0.1:{self.port}/v1"

    def fail(self, *faults: Fault | str) -> None:
        """Answer the next requests with these faults, one each."""
        self.script.extend(fault if isinstance(fault, Fault) else Fault(fault) for fault in faults)

    def bodies(self) -> list[dict[str, Any]]:
        """Return the bodies of all requests."""
        return [received.body for received in self.requests]

    def serve(self) -> None:
        """Answer until `stop`."""
        self._http.serve_forever(0.01)

    def stop(self) -> None:
        """Let go of all that hangs, and end."""
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self) -> "ChatServer":
        self._thread = threading.Thread(target=self.serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._thread.join()

    def fault_of(self, received: ReceivedRequest) -> Fault | None:
        """Enter a request, and say what is to go wrong with it."""
        with self.lock:
            self.requests.append(received)
            return self.script.popleft() if self.script else self.choose(received)

    def unknown(self, received: ReceivedRequest) -> str:
        """Return what of a request this server does not know."""
        used = {"response_format": received.form} if received.form != "tags" else {}
        used |= {name: name for name in ("max_tokens", "seed") if name in received.body}
        return next(
            (name for name, name_on_server in used.items() if name_on_server not in self.knows), ""
        )


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    chat: ChatServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that went away is part of the game


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http
    _is_open = False

    def do_POST(self) -> None:
        chat = self.server.chat
        length = int(self.headers.get("Content-Length", "0"))
        body = json.loads(self.rfile.read(length))
        received = ReceivedRequest(self.path, dict(self.headers), body, time.monotonic())
        with chat.lock:
            self._is_open = True
            chat.open_now += 1
            chat.most_open = max(chat.most_open, chat.open_now)
        try:
            fault = chat.fault_of(received)
            chat.stopping.wait(chat.seconds)
            self._answer(received, fault)
        finally:
            self._leave()

    def _leave(self) -> None:
        """Count a request as done: before it is answered, as the client may ask again at once."""
        with self.server.chat.lock:
            self.server.chat.open_now -= self._is_open
            self._is_open = False

    def do_GET(self) -> None:
        """Answer where a followed redirect would end."""
        self.server.chat.requests.append(
            ReceivedRequest(self.path, dict(self.headers), {}, time.monotonic())
        )
        self.send(200, b"{}")

    def _answer(self, received: ReceivedRequest, fault: Fault | None) -> None:
        parameter = self.server.chat.unknown(received)
        if fault is None and not received.path.endswith("/v1/chat/completions"):
            fault = status(404, "no such path")
        if fault is None and parameter:
            instead = " Use 'max_completion_tokens'." if parameter == "max_tokens" else ""
            fault = status(400, f"Unsupported parameter: '{parameter}'.{instead}")
        if fault is not None and fault.kind in RAW:
            RAW[fault.kind](self, received, fault)
            return
        envelope = self._envelope(received, fault)
        if fault is not None and fault.kind in CHANGED:
            CHANGED[fault.kind](envelope)
        self.send(200, json.dumps(envelope).encode())

    def _envelope(self, received: ReceivedRequest, fault: Fault | None) -> dict[str, Any]:
        content = fault.text if fault and fault.kind == "says" else self._content(received, fault)
        words = sum(len(message["content"]) for message in received.body["messages"])
        return {
            "id": f"chat-{received.variant}",
            "object": "chat.completion",
            "model": received.body["model"],
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": content},
                    "finish_reason": "stop",
                }
            ],
            "usage": {
                "prompt_tokens": words // 4 + 1,
                "completion_tokens": len(content) // 4 + 1,
                "total_tokens": words // 4 + len(content) // 4 + 2,
            },
        }

    def _content(self, received: ReceivedRequest, fault: Fault | None) -> str:
        messages = received.body["messages"]
        expected = toy_model.asked_for(messages[0]["content"])
        if expected is None or received.form not in self.server.chat.obeys:
            return PROSE
        answer = toy_model.answer(expected[0], messages[1]["content"], received.variant)
        if fault is not None and fault.kind in WRONG:
            WRONG[fault.kind](answer)
        if received.form == "tags" and expected[1] == "tags":
            return toy_model.as_tags(expected[0], answer)
        text = json.dumps(answer, ensure_ascii=False)
        return f"```json\n{text}\n```" if fault and fault.kind == "fence" else text

    def send(self, code: int, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Send a whole answer at once."""
        head = self.head(code, [("Content-Length", str(len(body))), *headers])
        self._leave()
        self.wfile.write(head + body)

    def head(self, code: int, headers: Iterable[tuple[str, str]]) -> bytes:
        """Return a status line with headers."""
        lines = [f"HTTP/1.1 {code} -", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in headers]
        return "\r\n".join([*lines, "", ""]).encode()

    def log_message(self, *args: Any) -> None:
        pass

    def good(self, received: ReceivedRequest) -> bytes:
        """Return the body of a good answer."""
        return json.dumps(self._envelope(received, None)).encode()

    def drip(self, content: bytes, pause: float) -> None:
        """Send one byte after another."""
        for byte in content:
            self.wfile.write(bytes([byte]))
            if self.server.chat.stopping.wait(pause):
                return

    def hang_up(self) -> None:
        """Close without another word."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _status(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    body = json.dumps({"error": {"message": fault.text, "code": fault.status}}).encode()
    handler.send(fault.status, body, fault.headers)


def _slow(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    handler.server.chat.stopping.wait(fault.seconds)
    handler.send(200, handler.good(received))


def _hang(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    handler.server.chat.stopping.wait(fault.seconds or 600)
    handler.hang_up()


def _dribble(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    body = handler.good(received)
    handler.wfile.write(handler.head(200, [("Content-Length", str(len(body)))]))
    handler.drip(body, fault.seconds or 0.05)


def _dribble_headers(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    handler.drip(handler.head(200, [("X-Long", "x" * 10_000)]), fault.seconds or 0.05)


def _dribble_to_the_end(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    # Without a length, a cut connection looks like the end of the answer.
    handler.wfile.write(handler.head(200, [("Connection", "close")]) + handler.good(received))
    handler.close_connection = True
    handler.drip(b" " * 10_000, fault.seconds or 0.05)


def _truncated(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    body = handler.good(received)
    handler.wfile.write(handler.head(200, [("Content-Length", str(len(body) + 9))]) + body)
    handler.hang_up()


def _not_json(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    handler.send(200, b"<html>a proxy says hello</html>")


def _error_in_200(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    handler.send(200, b'{"error": {"message": "overloaded", "code": 503}}')


def _huge(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    handler.wfile.write(handler.head(200, [("Connection", "close")]))
    handler.close_connection = True
    while not handler.server.chat.stopping.is_set():
        handler.wfile.write(b" " * 1_000_000)


def _redirect(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    handler.send(307, b"", [("Location", f"{handler.server.chat.base_url}/elsewhere")])


def _echo(handler: _Handler, received: ReceivedRequest, fault: Fault) -> None:
    message = f"invalid request with Authorization: {handler.headers['Authorization']}"
    handler.send(fault.status, json.dumps({"error": {"message": message}}).encode(), fault.headers)


RAW: dict[str, Callable[[_Handler, ReceivedRequest, Fault], None]] = {
    "status": _status,
    "slow": _slow,
    "hang": _hang,
    "dribble": _dribble,
    "dribble_headers": _dribble_headers,
    "dribble_to_the_end": _dribble_to_the_end,
    "truncated": _truncated,
    "disconnect": lambda handler, received, fault: handler.hang_up(),
    "not_json": _not_json,
    "error_in_200": _error_in_200,
    "huge": _huge,
    "redirect": _redirect,
    "echo": _echo,
}


def _choice(envelope: dict[str, Any]) -> dict[str, Any]:
    choice: dict[str, Any] = envelope["choices"][0]
    return choice


def _reasoning_only(envelope: dict[str, Any]) -> None:
    message = _choice(envelope)["message"]
    message["reasoning_content"] = message.pop("content")
    message["content"] = None


def _parts(envelope: dict[str, Any]) -> None:
    message = _choice(envelope)["message"]
    message["content"] = [
        {"type": "thinking", "text": "let me see"},
        {"type": "text", "text": message["content"]},
    ]


CHANGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "length": lambda envelope: _choice(envelope).update(finish_reason="length"),
    "content_filter": lambda envelope: _choice(envelope).update(finish_reason="content_filter"),
    "refusal": lambda envelope: _choice(envelope)["message"].update(
        content=None, refusal="I cannot translate this."
    ),
    "empty": lambda envelope: _choice(envelope)["message"].update(content=""),
    "reasoning_only": _reasoning_only,
    "parts": _parts,
    "no_usage": lambda envelope: envelope.pop("usage"),
    "lying_usage": lambda envelope: envelope.update(
        usage={"prompt_tokens": -5, "completion_tokens": "many"}
    ),
    "no_choices": lambda envelope: envelope.update(choices=[]),
}
WRONG: dict[str, Callable[[dict[str, Any]], Any]] = {
    "wrong_ids": lambda answer: answer["segments"][0].update(id="no such id"),
    "missing_id": lambda answer: answer["segments"].pop(),
    "duplicate_ids": lambda answer: answer["segments"].append(answer["segments"][0]),
    "wrong_form": lambda answer: answer.update(surprise=1),
    "out_of_range": lambda answer: answer.update(best=99),
}
FAULTS = (*RAW, *CHANGED, *WRONG, "says", "fence")


def main() -> None:
    """Serve until Ctrl-C; prints the address first."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0, help="how long each answer takes")
    arguments = parser.parse_args()
    server = ChatServer(port=arguments.port, seconds=arguments.seconds)
    print(server.base_url, flush=True)
    with suppress(KeyboardInterrupt):
        server.serve()


if __name__ == "__main__":
    main()
