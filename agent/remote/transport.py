"""HTTP to the language model's server, with a promise that the socket's own timeouts do not make:

an exchange is over, whole or failed, at its deadline, however slowly the server drips, nobody waits
for one that is silent for too long, and no more than so many bytes of it are read. A timeout of
httpcore is one of each read; here it is replaced by a ``Deadline``, which httpcore carries unread
to the sockets, where each operation asks for what is left. The host's name is looked up by the
system, which keeps its own time.
"""

import random
import socket
import ssl
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from itertools import chain
from math import inf
from time import monotonic, sleep
from typing import Any

import httpcore2
import httpx2

from agent.llm import (
    LLMBadResponse,
    LLMMisconfigured,
    LLMTimeout,
    LLMUnavailable,
    wait_on,
)
from agent.remote.failures import CallError

IDLE_SECONDS = (0.75, 1.25)  # random, lest all who wait are idle at the same moment
DEAF_SECONDS = 10
"""The longest that a server may take to accept a connection, or a part of a request: nobody can be
idle meanwhile, and a lease is longer."""

KEPT_CONNECTIONS = 64
KEPT_SECONDS = 30
WRITTEN_AT_ONCE = 65_536  # bytes
ERROR_BYTES = 16_384
ERROR_SECONDS = 2.0
"""What is read of the body of an error, and how long it may take."""

UNPACKED_AT_ONCE = 65_536  # bytes
CODING = b"content-encoding"
GZIP = b"\x1f"


class Deadline:
    """How long an answer may take: ``seconds`` from now in all, further attempts included.

    ``first_byte`` are the seconds in which the body of an answer has to begin, ``silence`` those
    that may pass between two pieces of it. ``idle`` is called about once a second while the caller
    gets no text, whatever else comes; what it raises ends the exchange.
    """

    def __init__(
        self,
        seconds: float,
        idle: Callable[[], None] = wait_on,
        *,
        first_byte: float = inf,
        silence: float = inf,
    ) -> None:
        self._at = monotonic() + seconds
        self._idle = idle
        self._first_byte = first_byte
        self._silence = silence
        self.begin()

    def begin(self) -> None:
        """An attempt begins."""
        self._over_at = self._at
        self._silent_until = monotonic() + self._first_byte
        self._put_idle_off()

    def heard(self) -> None:
        """A piece of the body has come."""
        self._silent_until = monotonic() + self._silence

    def resume(self) -> None:
        """The caller has had the text, and as much time as it wanted for it."""
        self.heard()
        self._put_idle_off()

    def remaining(self) -> float:
        """Seconds, more than 0. Raises CallError once there are none."""
        seconds = min(self._over_at, self._silent_until) - monotonic()
        if seconds <= 0:
            raise CallError(LLMTimeout, "deadline")
        return seconds

    def patience(self) -> float:
        """Seconds to wait for the next byte before it is time to look around."""
        return min(self.remaining(), max(0.001, self._idle_at - monotonic()))

    def look_around(self) -> None:
        if monotonic() >= self._idle_at:
            self._idle()
            self._put_idle_off()

    def pause(self, seconds: float) -> bool:
        """Wait; False, at once, if that would last beyond the deadline or be too long a silence."""
        end = monotonic() + seconds
        if seconds > self._silence or end >= self._at:
            return False
        while (left := end - monotonic()) > 0:
            sleep(min(left, IDLE_SECONDS[0]))
            self.look_around()
        return True

    def shorten(self, seconds: float) -> None:
        """This attempt has no more than these, from now on."""
        self._over_at = min(self._at, monotonic() + seconds)

    def _put_idle_off(self) -> None:
        self._idle_at = monotonic() + random.uniform(*IDLE_SECONDS)  # noqa: S311 (no secret)


exchange: ContextVar[Deadline] = ContextVar("exchange")
"""The Deadline of the next request; the openai package has no way to hand it through."""


class Transport(httpx2.BaseTransport):
    """One pool of connections. Raises CallError, at the Deadline that stands in ``exchange``.

    Of a response that is no success the beginning of the body is read at once. What a response
    holds is unpacked, though nobody has asked a server to pack it.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(),
            max_connections=None,  # the server's threads are the limit
            max_keepalive_connections=KEPT_CONNECTIONS,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=_Backend(),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        deadline = exchange.get()
        with _failures():
            response = self._pool.handle_request(_plain_request(request, deadline))
        body = _Body(response, self._max_bytes, deadline)
        headers = [(name, value) for name, value in response.headers if name.lower() != CODING]
        if not httpx2.codes.is_success(response.status):
            return httpx2.Response(response.status, headers=headers, content=body.beginning())
        return httpx2.Response(response.status, headers=headers, stream=body)

    def close(self) -> None:
        self._pool.close()


def _plain_request(request: httpx2.Request, deadline: Deadline) -> httpcore2.Request:
    stages = dict.fromkeys(("connect", "read", "write"), deadline)
    return httpcore2.Request(
        method=request.method,
        url=httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        ),
        headers=request.headers.raw,
        content=request.read(),
        extensions={"timeout": {**stages, "pool": deadline.remaining()}},
    )


class _Body(httpx2.SyncByteStream):
    """The bytes of a response, unpacked and at most ``max_bytes`` of them. Raises CallError."""

    def __init__(self, response: httpcore2.Response, max_bytes: int, deadline: Deadline) -> None:
        self._response = response
        self._max_bytes = max_bytes
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        codings = (value for name, value in self._response.headers if name.lower() == CODING)
        with _failures():
            pieces = _unpacked(self._counted(self._heard()), b", ".join(codings))
            yield from self._counted(pieces)

    def beginning(self) -> bytes:
        """As much as comes of it in a short time. Closes it."""
        self._deadline.shorten(ERROR_SECONDS)
        begun = b""
        try:
            with suppress(CallError):
                for piece in self:
                    begun += piece
                    if len(begun) >= ERROR_BYTES:
                        break
        finally:
            self.close()
        return begun[:ERROR_BYTES]

    def close(self) -> None:
        self._response.close()

    def _heard(self) -> Iterator[bytes]:
        for piece in self._response.iter_stream():
            self._deadline.heard()
            yield piece

    def _counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        total = 0
        for piece in pieces:
            total += len(piece)
            if total > self._max_bytes:
                raise CallError(LLMBadResponse, "too many bytes")
            yield piece


def _unpacked(pieces: Iterator[bytes], coding: bytes) -> Iterator[bytes]:
    """What the pieces hold, a little at a time, however much that is. Raises CallError.

    By RFC 9110, 8.4.1, and what is made of it: deflate without its head, and a head that tells of
    a packing that is not there.
    """
    coding = coding.strip().lower()
    if coding in (b"", b"identity"):
        yield from pieces
        return
    if coding not in (b"gzip", b"x-gzip", b"deflate"):
        raise CallError(LLMBadResponse, "packed in a way that was not asked for")
    first = next(pieces, b"")
    pieces = chain([first], pieces)
    if coding != b"deflate" and not first.startswith(GZIP):
        yield from pieces
        return
    has_head = first.startswith(GZIP) or (first[:1] or b"x")[0] % 16 == zlib.DEFLATED
    try:
        yield from _inflated(pieces, zlib.MAX_WBITS + 32 if has_head else -zlib.MAX_WBITS)
    except zlib.error:
        raise CallError(LLMUnavailable, "cannot be unpacked") from None


def _inflated(pieces: Iterable[bytes], head: int) -> Iterator[bytes]:
    """``head`` is as zlib's ``wbits``. Several packed parts may follow one another."""
    unpacker, has_ended = zlib.decompressobj(head), False
    for piece in pieces:
        left = piece
        while left:
            if has_ended and not left.startswith(GZIP):
                return
            if has_ended:
                unpacker, has_ended = zlib.decompressobj(head), False
            data = unpacker.decompress(left, UNPACKED_AT_ONCE)
            if data:
                yield data
            has_ended = unpacker.eof
            left = unpacker.unused_data if has_ended else unpacker.unconsumed_tail
    yield unpacker.flush()


@contextmanager
def _failures() -> Iterator[None]:
    """What goes wrong below, as CallError. A server may hang up before it answers, or within."""
    try:
        yield
    except httpcore2.TimeoutException as error:
        raise CallError(LLMTimeout, type(error).__name__) from error
    except (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError) as error:
        raise CallError(LLMUnavailable, f"dropped connection: {type(error).__name__}") from error
    except (httpcore2.NetworkError, OSError) as error:
        raise CallError(LLMUnavailable, type(error).__name__) from error
    except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, ValueError) as error:
        # No such scheme, host name or header can exist: a word in the settings is wrong.
        raise CallError(LLMMisconfigured, type(error).__name__) from error


class _Backend(httpcore2.NetworkBackend):
    """Sockets whose timeouts are Deadlines."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: Any = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """To the first address of the host that answers; none may use up the time of all."""
        deadline: Deadline = timeout
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for others in reversed(range(len(addresses))):
            deadline.look_around()
            seconds = min(deadline.remaining(), DEAF_SECONDS) / (others + 1)
            try:
                stream = httpcore2.SyncBackend().connect_tcp(
                    addresses[-1 - others], port, seconds, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if not others:
                    raise
            else:
                return _Stream(stream)
        raise httpcore2.ConnectError("the host has no address")


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: Any = None) -> bytes:
        deadline: Deadline = timeout
        while True:
            try:
                piece = self._stream.read(max_bytes, deadline.patience())
            except httpcore2.ReadTimeout:
                deadline.look_around()
                continue
            deadline.look_around()
            return piece

    def write(self, buffer: bytes, timeout: Any = None) -> None:
        """In parts, for a server that reads slowly has the whole time again for each of them."""
        deadline: Deadline = timeout
        for start in range(0, len(buffer), WRITTEN_AT_ONCE):
            part = buffer[start : start + WRITTEN_AT_ONCE]
            self._stream.write(part, min(deadline.remaining(), DEAF_SECONDS))
            deadline.look_around()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: Any = None,
    ) -> httpcore2.NetworkStream:
        deadline: Deadline = timeout
        seconds = min(deadline.remaining(), DEAF_SECONDS)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds))

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
