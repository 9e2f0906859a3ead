"""A real SMTP server on loopback, with the manners of good ones and of broken ones."""

import re
import socketserver
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from threading import Event, Lock, Thread
from typing import Self

MANNERS = ("silent", "drip", "huge", "busy", "closed", "hang", "cut", "later")
"""What a connection may be like that takes no letter; see :class:`_Session`."""


@dataclass(frozen=True)
class Mail:
    """``at`` is in seconds since 1970."""

    id: str
    about: str
    to: str
    subject: str
    text: str
    at: float


@dataclass
class MailServer:
    """``manner`` is asked for each connection, by its number from 0, and ``no`` for each address:

    a code with which it is refused, or 0. With ``tls`` it offers STARTTLS.
    """

    manner: Callable[[int], str] = lambda number: "well"
    no: Callable[[str], int] = lambda address: 0
    tls: ssl.SSLContext | None = None
    received: list[Mail] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self.stopping = Event()
        self.lock = Lock()
        self._server: _Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopping.set()
        self.shut()

    def open(self) -> None:
        """At the port that it had before, if it had one."""
        self._server = _Server(("127.0.0.1", self.port), _Session)
        self._server.of = self
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def shut(self) -> None:
        """Whoever comes is turned away by the kernel; sessions go on."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        self._server = None

    def next_manner(self) -> str:
        with self.lock:
            self.connections += 1
            return self.manner(self.connections - 1)


class _Server(socketserver.ThreadingTCPServer):
    of: MailServer
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has left is no news."""


class _Session(socketserver.StreamRequestHandler):
    """``silent``: says nothing. ``drip``: greets a byte at a time. ``huge``: greets without end.
    ``busy``: 421. ``closed``: hangs up at once. ``hang``: takes a letter and says nothing more.
    ``cut``: hangs up instead. ``later``: 451 after the letter. ``bad-tls``: no TLS after 220;
    ``silent-tls``: nothing at all.
    """

    server: _Server

    def handle(self) -> None:
        self.of = self.server.of
        self.manner = self.of.next_manner()
        self.to: list[str] = []
        if self.manner in ("silent", "drip", "huge", "busy", "closed"):
            return self._be_rude()
        self._say("220 mail.example ESMTP")
        return self._converse()

    def _converse(self) -> None:
        while line := self.rfile.readline(4096).decode("ascii", "replace").strip():
            if not self._answer(line):
                return

    def _be_rude(self) -> None:
        if self.manner == "busy":
            self._say("421 too many connections")
        if self.manner == "silent":
            self.of.stopping.wait()
        while self.manner in ("drip", "huge"):
            self.wfile.write(b"2" if self.manner == "drip" else b"220-and more\r\n" * 1000)
            if self.of.stopping.wait(0.05 if self.manner == "drip" else 0):
                return

    def _answer(self, line: str) -> bool:
        """False at the end of the session."""
        verb = line.split()[0].upper()
        if verb == "EHLO":
            offers = ["mail.example", "STARTTLS"] if self.of.tls else ["mail.example"]
            self._say(*(f"250-{offer}" for offer in offers), "250 8BITMIME")
        elif verb == "STARTTLS":
            return self._start_tls()
        elif verb == "RCPT":
            return self._take_address(line)
        elif verb == "DATA":
            return self._take_letter()
        else:
            self._say("221 bye" if verb == "QUIT" else "250 fine")
        return verb != "QUIT"

    def _start_tls(self) -> bool:
        self._say("220 go ahead")
        if self.manner == "bad-tls":
            self._say("what?")
            return False
        if self.manner == "silent-tls":
            self.of.stopping.wait()
        assert self.of.tls
        with (
            self.of.tls.wrap_socket(self.request, server_side=True) as safe,
            safe.makefile("rb") as self.rfile,
            safe.makefile("wb") as self.wfile,
        ):
            self._converse()
        return False

    def _take_address(self, line: str) -> bool:
        address = re.search(r"<(.*?)>", line)
        self.to = [address[1] if address else ""]
        code = self.of.no(self.to[0])
        self._say(f"{code} no" if code else "250 fine")
        return True

    def _take_letter(self) -> bool:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline(64 * 1024)) not in (b".\r\n", b""):
            lines.append(line)
        if self.manner == "hang":
            self.of.stopping.wait()
        if self.manner in ("hang", "cut"):
            return False
        if self.manner == "later":
            self._say("451 disk full")
            return True
        self._keep(b"".join(lines))
        self._say("250 taken")
        return True

    def _keep(self, content: bytes) -> None:
        letter = message_from_bytes(content)
        id, about = (
            letter[name].strip("<>").partition("@")[0] for name in ("Message-ID", "References")
        )
        text = (letter.get_payload(decode=True) or b"").decode()
        mail = Mail(id, about, self.to[0], letter["Subject"], text, time.time())
        self.of.received.append(mail)

    def _say(self, *lines: str) -> None:
        with suppress(OSError):
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
            self.wfile.flush()
