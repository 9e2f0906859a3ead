"""A real HTTP server on loopback that stands for a user's webhook, or for a push service."""

from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Event, Thread
from typing import Any, Self

Answer = int | Callable[["Exchange"], None]


@dataclass(frozen=True)
class Sent:
    """What came in one request; the names of its headers are in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Keeps what is sent to it in ``sent``; ``answer`` may be changed while it runs.

    with Receiver(503) as receiver:
        outbound.post(receiver.url, …)
    assert len(receiver.sent) == 1
    """

    def __init__(self, answer: Answer = 204, tls: SSLContext | None = None) -> None:
        self.answer = answer
        self._scheme = "https" if tls else "http"
        self.sent: list[Sent] = []
        self.stopping = Event()
        self._http = _Server(("127.0.0.1", 0), Exchange)
        self._http.receiver = self
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)

    @property
    def host(self) -> str:
        """As OUTBOUND_PRIVATE_HOSTS names it."""
        return f"127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self.host}/hook"

    def __enter__(self) -> Self:
        Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    receiver: Receiver
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has left is no news."""


class Exchange(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.sent.append(Sent(self.path, headers, self.body))
        answer = receiver.answer
        if callable(answer):
            answer(self)
        else:
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def drip(self, piece: bytes, pause: float = 0.05) -> None:
        """Again and again, until the client has left or the server stops."""
        while not self.server.receiver.stopping.wait(pause):
            self.wfile.write(piece)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""
