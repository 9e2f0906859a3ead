"""The way to a model's server and back: bytes, within the deadline and the size of an exchange.

The server may send little or much, never end, say that its answer is packed, or break off.
"""

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain

import h11

from agent.llm import LLMBadResponse, LLMUnavailable
from agent.remote.address import Address, Headers
from agent.remote.connection import Connection, Connections
from agent.remote.deadline import Deadline
from agent.remote.failures import CallError

ERROR_BYTES = 16_384
ERROR_SECONDS = 2.0
"""What is read of the body of an error, and how long it may take."""

UNPACKED_AT_ONCE = 65_536  # bytes
GZIP = b"\x1f"


class Transport:
    """To the server of one address; it keeps connections, and threads may share it."""

    def __init__(self, address: Address, max_bytes: int) -> None:
        self._address = address
        self._connections = Connections(address)
        self._max_bytes = max_bytes

    def post(self, content: bytes, more: Headers, deadline: Deadline) -> "Answer":
        """``more`` headers are those of this request alone. Close the answer. Raises CallError;
        then the next one goes over a new connection.
        """
        connection = self._connections.take(deadline)
        headers = [*self._address.headers, *more]
        try:
            head = connection.post(self._address.target, headers, content, deadline)
        except BaseException as error:
            connection.close()
            if isinstance(error, CallError):  # what has been idle as long may be dead as well
                self._connections.close()
            raise
        return Answer(head, connection, self._connections, self._max_bytes, deadline)

    def close(self) -> None:
        """Those that are idle; one in use is left to its answer."""
        self._connections.close()


class Answer:
    """Its ``pieces`` are unpacked, though nobody has asked a server to pack them, and at most
    ``max_bytes`` of them. Raises CallError.
    """

    def __init__(
        self,
        head: h11.Response,
        connection: Connection,
        connections: Connections,
        max_bytes: int,
        deadline: Deadline,
    ) -> None:
        self.status = head.status_code
        self._head = head
        self._connection = connection
        self._connections = connections
        self._max_bytes = max_bytes
        self._deadline = deadline
        self.pieces = self._counted(self._body())

    def header(self, name: str) -> str:
        """Its values; empty where there is none."""
        values = (value for each, value in self._head.headers if each == name.encode())
        return b", ".join(values).decode("latin-1")

    @property
    def is_success(self) -> bool:
        return 200 <= self.status <= 299

    def beginning(self) -> bytes:
        """As much of an error as comes in a short time."""
        self._deadline.shorten(ERROR_SECONDS)
        begun = b""
        with suppress(CallError):
            for piece in self.pieces:
                begun += piece
                if len(begun) >= ERROR_BYTES:
                    break
        return begun[:ERROR_BYTES]

    def close(self) -> None:
        """To close it before its end is to hang up."""
        self._connections.give_back(self._connection)

    def _body(self) -> Iterator[bytes]:
        coding = self.header("content-encoding").strip().lower()
        pieces = self._connection.pieces(self._head, self._deadline)
        return _unpacked(self._counted(pieces), coding) if coding else pieces

    def _counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        total = 0
        for piece in pieces:
            total += len(piece)
            if total > self._max_bytes:
                raise CallError(LLMBadResponse, "too many bytes")
            yield piece


def _unpacked(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    """What the pieces hold, a little at a time, however much that is. Raises CallError.

    By RFC 9110, 8.4.1, and what is made of it: deflate without its head, and a head that tells of
    a packing that is not there.
    """
    if coding == "identity":
        yield from pieces
        return
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise CallError(LLMBadResponse, "packed in a way that was not asked for")
    first = next(pieces, b"")
    pieces = chain([first], pieces)
    if coding != "deflate" and not first.startswith(GZIP):
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
