"""However a body in chunks is cut, it is read as h11 alone reads it; real sockets."""

import socket
from contextlib import closing
from math import inf

import h11
import pytest

from agent.remote.connection import Connection
from agent.remote.deadline import Deadline
from agent.remote.failures import CallError

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
WHOLE = b"5\r\nHello\r\n"
NEXT = b"HTTP/1.1 200 OK\r\n"
ANSWERS = [
    CHUNKED + WHOLE + b"C\r\n, wide\r\n\r\nwo\r\n3\r\nrld\r\n0\r\n\r\n",
    CHUNKED + WHOLE + b"0\r\nTold-Later: yes\r\n\r\n" + NEXT,
    CHUNKED + WHOLE + b"05 \r\nagain\r\n5;why=so\r\nthird\r\n1\r\n!\r\n0\r\n\r\n",
    CHUNKED + WHOLE + b"5\r\nlonger\r\n0\r\n\r\n",
    CHUNKED + WHOLE + b"5\r\nagain5\r\nthird\r\n0\r\n\r\n",
    CHUNKED + WHOLE + b"5\r\nagain\n\n3\r\nend\r\n0\r\n\r\n",
    CHUNKED + b"9\r\n\n3\r\nabc\r\n\r\n0\r\n\r\n",
    CHUNKED + WHOLE + b"no length\r\n\r\n",
    CHUNKED + WHOLE + b"5\r\nbrok",
    CHUNKED + WHOLE,
    b"HTTP/1.1 100 Continue\r\n\r\n" + CHUNKED.replace(b"\r", b"") + WHOLE + b"0\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n5\r\nHello\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n5\r\nHello\r\n0\r\n\r\n",
]


def by_h11(parts: list[bytes]) -> tuple[bytes, bool, bool]:
    """The data, whether it came to a good end, and whether another exchange may follow."""
    http, data, arrivals = h11.Connection(h11.CLIENT), b"", iter([*parts, b""])
    http.send(h11.Request(method="POST", target="/", headers=[("Host", "here")]))
    http.send(h11.EndOfMessage())
    try:
        while not isinstance(event := http.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                http.receive_data(next(arrivals))
            elif isinstance(event, h11.Data):
                data += event.data
    except h11.RemoteProtocolError:
        return data, False, False
    left, _ = http.trailing_data
    return data, True, http.our_state is http.their_state is h11.DONE and not left


def by_us(parts: list[bytes]) -> tuple[bytes, bool, bool]:
    """Likewise; each part comes by itself."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for part in parts:
        theirs.send(part)
    theirs.shutdown(socket.SHUT_WR)
    connection, deadline, data = Connection(ours), Deadline(inf), b""
    with theirs, closing(connection):
        try:
            head = connection.post(b"/", [(b"Host", b"here")], b"", deadline)
            for piece in connection.pieces(head, deadline):
                data += piece
        except CallError:
            return data, False, False
        return data, True, connection.begin_anew()


@pytest.mark.parametrize("answer", ANSWERS)
def test_however_a_body_in_chunks_is_cut_it_is_read_as_h11_alone_reads_it(answer: bytes) -> None:
    cuts = [[answer], *([answer[:place], answer[place:]] for place in range(1, len(answer)))]
    cuts += [[answer[place : place + 1] for place in range(len(answer))]]

    assert [by_us(parts) for parts in cuts] == [by_h11(parts) for parts in cuts]
