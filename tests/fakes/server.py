"""A real HTTP server on loopback that speaks Chat Completions, and misbehaves as it is told."""

import json
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self

from tests.fakes.rules import validate_messages

Answer = Callable[["Exchange"], None]
PATH = "/v1/chat/completions"


@dataclass(frozen=True)
class Request:
    body: dict[str, Any]
    headers: dict[str, str]
    peer: tuple[str, int]  # the same for requests of one connection
    path: str


class ScriptedServer:
    """Answers each POST to ``{url}/chat/completions`` as the script says.

        with ScriptedServer(says("Hello ", "you."), fails(429, retry_after=1)) as server:
            RemoteLLM(base_url=server.url, …)
        assert server.hits == 2

    The script is answers, in their order (a hit too many is a 500), or one function from the body
    of a request to its answer. A prompt that breaks the rules of ``fault_of`` is refused with 400,
    costs no answer of the script, and is told in ``refused``.
    """

    def __init__(
        self,
        *answers: Answer,
        answer_of: Callable[[dict[str, Any]], Answer] | None = None,
        fault_of: Callable[[Any], str | None] = validate_messages,
        port: int = 0,
    ) -> None:
        self._answers = list(answers)
        self._answer_of = answer_of or self._next
        self._fault_of = fault_of
        self._lock = Lock()
        self.requests: list[Request] = []
        self.refused: list[str] = []
        self.hung_up = Event()  # a client has left before the end of its answer
        self.stopping = Event()
        self._http = _HTTPServer(("127.0.0.1", port), Exchange)
        self._http.scripted = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @property
    def hits(self) -> int:
        return len(self.requests)

    def __enter__(self) -> Self:
        Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()

    def serve_forever(self) -> None:
        self._http.serve_forever()

    def receive(self, request: Request) -> Answer:
        """Take note of a request; return what to do about it."""
        with self._lock:
            self.requests.append(request)
            fault = self._fault_of(request.body.get("messages"))
            if fault is None:
                return self._answer_of(request.body)
            self.refused.append(fault)
        return lambda exchange: exchange.refuse(HTTPStatus.BAD_REQUEST, fault)

    def _next(self, body: dict[str, Any]) -> Answer:
        if self._answers:
            return self._answers.pop(0)
        return lambda exchange: exchange.refuse(
            HTTPStatus.INTERNAL_SERVER_ERROR, "the script is over"
        )


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    scripted: ScriptedServer


class Exchange(BaseHTTPRequestHandler):
    """One connection, and what an answer can do with it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _HTTPServer

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.server.scripted.hung_up.set()
            self.close_connection = True

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.partition("?")[0] != PATH:
            self.refuse(HTTPStatus.NOT_FOUND, "no such path")
            return
        request = Request(json.loads(content), dict(self.headers), self.client_address, self.path)
        self.server.scripted.receive(request)(self)

    def refuse(self, status: int, sentence: str) -> None:
        """An error in OpenAI's words."""
        error = {"message": sentence, "type": "invalid_request_error", "param": None, "code": None}
        self.whole(json.dumps({"error": error}).encode(), status)

    def whole(
        self,
        content: bytes,
        status: int = HTTPStatus.OK,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def begin(self, status: int = HTTPStatus.OK) -> None:
        """The head of a stream of server-sent events, whose length nobody knows."""
        self.send_response(status)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def raw(self, pieces: Iterable[bytes], pause: float = 0) -> None:
        """Bytes as they are, ``pause`` seconds between, until all are out or the server stops."""
        for piece in pieces:
            self.wfile.write(piece)
            if pause and self.wait(pause):
                break
        self.close_connection = True

    def wait(self, seconds: float | None = None) -> bool:
        """True as soon as the server stops, False after so many seconds."""
        return self.server.scripted.stopping.wait(seconds)

    def cut(self) -> None:
        """Close the connection where it stands."""
        self.close_connection = True

    def reset(self) -> None:
        """Close it so that the client gets an error, not an end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Tests read ``requests`` instead."""
