"""The data of a body that comes in chunks (RFC 9112, 7.1).

A stream has a chunk for each word, and h11 takes ten times as long to read one.
"""

import re
from collections.abc import Iterator

import h11

HEAD = re.compile(rb"([1-9A-Fa-f][0-9A-Fa-f]{0,7})\r\n")
"""Of a chunk that has data, and nothing out of the ordinary."""
END = b"\r\n"
NO_BODY = (204, 304)


class Chunks:
    """Those of one body, up to the first that is no plain one. From there on h11 reads all: the
    last chunk, which has no data, extensions, and what makes no sense.
    """

    def __init__(self, head: h11.Response, *, is_begun: bool) -> None:
        """``is_begun``: h11 has read some of it already."""
        is_chunked = (b"transfer-encoding", b"chunked") in head.headers
        self._are_over = is_begun or not is_chunked or head.status_code in NO_BODY
        self._length, self._end = 0, b""  # what is still to come of a chunk
        self.rest = b""
        """What h11 is to read of the bytes that came last."""

    def read(self, come: bytes) -> Iterator[bytes]:
        """The data in them. Raises RemoteProtocolError."""
        place, self.rest = 0, b""
        while place < len(come):
            if not self._end:
                head = None if self._are_over else HEAD.match(come, place)
                if head is None:
                    self._are_over, self.rest = True, come[place:]
                    return
                place, self._length, self._end = head.end(), int(head[1], 16), END
            if data := come[place : place + self._length]:
                yield data
                place, self._length = place + len(data), self._length - len(data)
            if not self._length:
                end = come[place : place + len(self._end)]
                if not self._end.startswith(end):
                    raise h11.RemoteProtocolError("a chunk does not end where it said")
                place, self._end = place + len(end), self._end[len(end) :]
