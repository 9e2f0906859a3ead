"""Connections to a model's server: sockets that wait by a Deadline, on which h11 speaks HTTP/1.1.

Each is for one exchange at a time; those that are idle are kept for the next ones. The host's name
is looked up by the system, which keeps its own time.
"""

import re
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from functools import cache
from select import POLLIN, poll
from threading import Lock
from time import monotonic

import h11

from agent.llm import LLMMisconfigured, LLMTimeout, LLMUnavailable
from agent.remote.address import Address, Headers
from agent.remote.chunks import Chunks
from agent.remote.deadline import Deadline
from agent.remote.failures import CallError

DEAF_SECONDS = 10
"""The longest that a server may take to accept a connection, or a part of a request: nobody can be
idle meanwhile, and a lease is longer."""

KEPT_CONNECTIONS = 64
KEPT_SECONDS = 30
WRITTEN_AT_ONCE = 65_536  # bytes
READ_AT_ONCE = 16_384  # bytes
LARGEST_HEAD = 100 * 1024  # bytes
END_OF_HEAD = re.compile(rb"\n\r?\n")


class Connections:
    """Those to one address; threads may share them."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._tls = _tls() if address.is_safe else None  # made now, lest a turn waits for it
        self._idle: deque[Connection] = deque()  # the one that was used last is at the end
        self._lock = Lock()

    def take(self, deadline: Deadline) -> "Connection":
        """An idle one whose server is still there, else a new one. Raises CallError."""
        while connection := self._last_idle():
            if connection.is_open:
                return connection
            connection.close()
        stream = _connected(self._address, deadline)
        if self._tls is None:
            return Connection(stream)
        stream.settimeout(min(deadline.remaining(), DEAF_SECONDS))
        return Connection(_made_safe(stream, self._tls, self._address.host))

    def give_back(self, connection: "Connection") -> None:
        """Kept, if its exchange has come to its end; those that were idle for long are closed."""
        if not connection.begin_anew():
            connection.close()
            return
        with self._lock:
            self._idle.append(connection)
            is_old = len(self._idle) > KEPT_CONNECTIONS or self._idle[0].is_old
            left = self._idle.popleft() if is_old else None
        if left:
            left.close()

    def close(self) -> None:
        while connection := self._last_idle():
            connection.close()

    def _last_idle(self) -> "Connection | None":
        with self._lock:
            return self._idle.pop() if self._idle else None


class Connection:
    """One socket. Raises CallError, also at the Deadline that each of its methods gets."""

    def __init__(self, stream: socket.socket) -> None:
        self._socket = stream
        self._arrival = poll()
        self._arrival.register(stream, POLLIN)
        self._http = h11.Connection(h11.CLIENT, LARGEST_HEAD)
        self._behind_head = b""
        self._idle_since = monotonic()

    @property
    def is_old(self) -> bool:
        return monotonic() - self._idle_since > KEPT_SECONDS

    @property
    def is_open(self) -> bool:
        """Of an idle one, to which a server has nothing to say but that it leaves."""
        return not (self.is_old or self._has_come(0))

    def post(
        self, target: bytes, headers: Headers, content: bytes, deadline: Deadline
    ) -> h11.Response:
        """The head of the answer, whose body is read from ``pieces``."""
        length = (b"Content-Length", b"%d" % len(content))
        try:
            request = h11.Request(method=b"POST", target=target, headers=[*headers, length])
            sent = [self._http.send(each) for each in (request, h11.Data(content))]
            self._http.send(h11.EndOfMessage())
        except h11.LocalProtocolError as error:  # no such header can be: the key is wrong
            raise CallError(LLMMisconfigured, type(error).__name__) from error
        self._write(b"".join(filter(None, sent)), deadline)
        while not isinstance(event := self._next(deadline), h11.Response):
            pass  # the server tells that it has heard, or what may come
        return event

    def pieces(self, head: h11.Response, deadline: Deadline) -> Iterator[bytes]:
        """The body behind this head; what has come together is one piece."""
        begun, _ = self._http.trailing_data
        chunks = Chunks(head, is_begun=bool(begun))
        come, self._behind_head = self._behind_head, b""
        while True:
            data: list[bytes] = []
            broken = None
            try:
                data.extend(chunks.read(come))
                if chunks.rest:
                    self._http.receive_data(chunks.rest)
                while isinstance(event := self._http.next_event(), h11.Data):
                    data.append(event.data)
            except h11.RemoteProtocolError as error:
                broken = error
            if data:
                deadline.heard()
                yield b"".join(data)
            if broken:
                raise _dropped(broken)
            if event is not h11.NEED_DATA:
                return
            if not (come := self._read(deadline)):
                self._http.receive_data(come)  # that was the end

    def begin_anew(self) -> bool:
        """Whether another exchange can follow on it, for which the last one must have ended.

        What has come behind its end would be read as the answer to the next one.
        """
        has_ended = self._http.our_state is self._http.their_state is h11.DONE
        behind, _ = self._http.trailing_data
        if behind or not has_ended:
            return False
        self._http.start_next_cycle()
        self._idle_since = monotonic()
        return True

    def close(self) -> None:
        self._socket.close()

    def _next(self, deadline: Deadline) -> object:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                come = self._behind_head or self._read(deadline)
                end = END_OF_HEAD.search(come)
                place = end.end() if end else len(come)
                self._http.receive_data(come[:place])
                self._behind_head = come[place:]
        except h11.RemoteProtocolError as error:
            raise _dropped(error) from error
        return event

    def _read(self, deadline: Deadline) -> bytes:
        """What has come, b"" at the end. There is no room for it before it comes: many wait."""
        while True:
            if self._has_come(deadline.patience()):
                try:
                    data = self._socket.recv(READ_AT_ONCE)
                except (BlockingIOError, ssl.SSLWantReadError):
                    pass  # of a part in TLS the rest is still to come
                except OSError as error:
                    raise _dropped(error) from error
                else:
                    deadline.look_around()
                    return data
            deadline.look_around()

    def _has_come(self, seconds: float) -> bool:
        is_read = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
        return is_read or bool(self._arrival.poll(seconds * 1000))

    def _write(self, data: bytes, deadline: Deadline) -> None:
        """In parts, for a server that reads slowly has the whole time again for each of them.

        One that does not read to the end may have answered all the same.
        """
        left = memoryview(data)
        while left:
            self._socket.settimeout(min(deadline.remaining(), DEAF_SECONDS))
            try:
                left = left[self._socket.send(left[:WRITTEN_AT_ONCE]) :]
            except TimeoutError as error:
                raise CallError(LLMTimeout, "the request was not taken") from error
            except OSError:
                break
            deadline.look_around()
        self._socket.setblocking(False)


def _dropped(error: Exception) -> CallError:
    """A server may hang up before it answers, or within."""
    return CallError(LLMUnavailable, f"dropped connection: {type(error).__name__}")


def _connected(address: Address, deadline: Deadline) -> socket.socket:
    """To the first of the host's addresses that answers; none may use up the time of all."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except ValueError as error:  # no such name can exist
        raise CallError(LLMMisconfigured, type(error).__name__) from error
    except OSError as error:
        raise CallError(LLMUnavailable, type(error).__name__) from error
    hosts = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for others, host in reversed(list(enumerate(reversed(hosts)))):
        deadline.look_around()
        seconds = min(deadline.remaining(), DEAF_SECONDS) / (others + 1)
        try:
            stream = socket.create_connection((host, address.port), seconds)
        except OSError as error:
            failure = error
        else:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return stream
    raise _unconnected(failure) from failure


def _made_safe(stream: socket.socket, tls: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    try:
        return tls.wrap_socket(stream, server_hostname=host)
    except (OSError, ValueError) as error:
        stream.close()
        raise _unconnected(error) from error


def _unconnected(error: Exception) -> CallError:
    if isinstance(error, TimeoutError):
        return CallError(LLMTimeout, "no connection in time")
    return CallError(LLMUnavailable, f"no connection: {type(error).__name__}")


@cache
def _tls() -> ssl.SSLContext:
    """It trusts whom the machine trusts, or SSL_CERT_FILE."""
    from httpcore2 import default_ssl_context  # it knows where systems have their certificates

    context = default_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
