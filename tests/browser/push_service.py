"""A push service on loopback in place of Google's, for a real Chromium that subscribes at it.

Chromium signs in with it by HTTP (check-in, registration) and listens on a TLS connection, over
which messages come in frames of MCS: a tag, a length and a message of Protocol Buffers. Chromium
encrypts and decrypts by itself. Only the address that it tells a page as the endpoint is Google's,
whatever service it is used with; ``url`` is what stands for it.
"""

import socket
import ssl
import struct
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, BinaryIO, Self
from urllib.parse import parse_qs

from tests.fakes.certificates import certified
from tests.fakes.receiver import Sent

VERSION = b"\x29"
PING, PONG, LOGIN, WELCOME, RECEIVED, MESSAGE = 0, 1, 2, 3, 7, 8


class PushService:
    """Hands on what is sent to ``url`` to the browser that has subscribed last.

    with PushService(folder) as service:
        chromium.launch(args=service.arguments)
    """

    def __init__(self, folder: Path) -> None:
        self.sent: list[Sent] = []
        self.subscriptions: list[dict[str, str]] = []
        self._browser: ssl.SSLSocket | None = None
        self._under_way = b""  # is not known to be received
        self._lock = Lock()
        self._tls, _ = certified(folder)
        self._http = _HTTPServer(("127.0.0.1", 0), Exchange)
        self._http.service = self
        self._mcs = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/send"

    @property
    def arguments(self) -> list[str]:
        """With which Chromium takes this service for Google's."""
        http = f"http://127.0.0.1:{self._http.server_port}"
        return [
            f"--gcm-checkin-url={http}/checkin",
            f"--gcm-registration-url={http}/register",
            f"--gcm-mcs-endpoint=https://127.0.0.1:{self._mcs.getsockname()[1]}",
            "--ignore-certificate-errors",
        ]

    def __enter__(self) -> Self:
        Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._mcs.close()

    def hand_on(self, sent: Sent) -> bool:
        """False where nobody is subscribed any more."""
        if not self.subscriptions:
            return False
        self.sent.append(sent)
        asked = self.subscriptions[-1]
        data = {"subtype": asked["X-subtype"], "content-encoding": sent.headers["content-encoding"]}
        message = b"".join(
            [
                field(2, str(len(self.sent))),
                field(3, asked["sender"]),
                field(5, asked["app"]),
                *(field(7, field(1, name) + field(2, value)) for name, value in data.items()),
                field(9, f"message-{len(self.sent)}"),
                field(21, sent.body),
                field(24, 1),  # tell at once that it is received
            ]
        )
        with self._lock, suppress(OSError):  # one that has left comes again
            self._under_way = frame(MESSAGE, message)
            if self._browser:
                self._browser.sendall(self._under_way)
        return True

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._mcs.accept()
            except OSError:
                return
            Thread(target=self._listen, args=(connection,), daemon=True).start()

    def _listen(self, connection: socket.socket) -> None:
        """A browser may only look whether somebody is there, or leave and come again."""
        left = suppress(OSError, IndexError)
        with left, self._tls.wrap_socket(connection, server_side=True) as browser:
            reader = browser.makefile("rb")
            reader.read(1)  # its version
            while tag := reader.read(1):
                reader.read(varint_of(reader))
                with self._lock:
                    self._answer(tag[0], browser)

    def _answer(self, tag: int, browser: ssl.SSLSocket) -> None:
        if tag == LOGIN:
            self._browser = browser
            browser.sendall(VERSION + frame(WELCOME, field(1, "login")) + self._under_way)
        elif tag == RECEIVED:
            self._under_way = b""
        elif tag == PING:
            browser.sendall(frame(PONG, b""))


class _HTTPServer(ThreadingHTTPServer):
    service: PushService


class Exchange(BaseHTTPRequestHandler):
    server: _HTTPServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service = self.server.service
        if self.path == "/checkin":
            now = int(time.time() * 1000)
            self._answer(200, field(1, 1) + field(3, now) + fixed(7, 1) + fixed(8, 2))
        elif self.path == "/register":
            asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            if "X-subtype" in asked:  # of a page; the browser has one of its own
                service.subscriptions = [] if "delete" in asked else [asked]
            self._answer(200, b"token=the-token")
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            is_there = service.hand_on(Sent(self.path, headers, body))
            self._answer(201 if is_there else 410, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


# --- Protocol Buffers -----------------------------------------------------------------------------


def frame(tag: int, message: bytes) -> bytes:
    return bytes([tag]) + varint(len(message)) + message


def field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def fixed(number: int, value: int) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<Q", value)


def varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def varint_of(reader: BinaryIO) -> int:
    number = shift = 0
    while True:
        byte = reader.read(1)[0]
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number
