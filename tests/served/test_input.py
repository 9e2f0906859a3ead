"""Bytes that a real server gets from the network: whatever they are, the answer is in order."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPResponse
from typing import Any

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from conversations.models import Conversation
from tests.served.conftest import served
from tests.served.processes import Model, Mortal

pytestmark = pytest.mark.only_on("postgresql")  # which takes fewer characters than SQLite

LIMIT = 128 * 1024
MADE_BY = "/api/conversations/"
HTML = "text/html; charset=utf-8"
PROBLEM = "application/problem+json"


class Answer:
    def __init__(self, connection: socket.socket) -> None:
        read = HTTPResponse(connection)
        read.begin()
        self.status, self.headers, self.body = read.status, read.headers, read.read()

    @property
    def kind(self) -> str:
        return str(self.headers["Content-Type"])

    @property
    def problem(self) -> dict[str, Any]:
        assert self.kind == PROBLEM
        problem: dict[str, Any] = json.loads(self.body)
        assert problem["status"] == self.status
        assert problem["request_id"] == self.headers["X-Request-ID"]
        return problem


class Wire:
    """A connection for each request, with the token of a user where one is needed."""

    def __init__(self, server: Mortal, user: User) -> None:
        self.place = ("127.0.0.1", server.port)
        token = AccessToken.for_user(user)
        self.own = f"Host: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {token}\r\n"

    def connect(self) -> socket.socket:
        return socket.create_connection(self.place, timeout=30)

    def head(self, line: str, *headers: str) -> bytes:
        rest = "".join(f"{header}\r\n" for header in headers)
        return f"{line} HTTP/1.1\r\n{self.own}{rest}\r\n".encode()

    def ask(self, line: str, *headers: str, body: bytes = b"") -> Answer:
        return self.raw(self.head(line, *headers) + body)

    def raw(self, data: bytes) -> Answer:
        with self.connect() as connection:
            with suppress(ConnectionError):  # who is refused need not be heard to the end
                connection.sendall(data)
            return Answer(connection)

    def post(self, body: bytes, *headers: str, path: str = MADE_BY) -> Answer:
        kind = () if any("Content-Type" in header for header in headers) else (JSON,)
        return self.ask(f"POST {path}", *kind, *headers, body=body)


JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def shared_server(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    with served(shared_model) as server:
        yield server


@pytest.fixture
def wire(transactional_db: None, shared_server: Mortal, user: User) -> Wire:
    return Wire(shared_server, user)


def chunks(body: bytes, size: int = 1000) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def of_size(size: int) -> bytes:
    return b'{"title": "x"}'.ljust(size)


@pytest.mark.parametrize("size", [14, 5_000, LIMIT])
def test_a_body_in_chunks_is_read_as_any_other(wire: Wire, size: int) -> None:
    answer = wire.post(chunks(of_size(size)), CHUNKED)

    assert answer.status == 201, answer.body
    assert Conversation.objects.get().title == "x"


def test_a_form_in_chunks_is_read_too(wire: Wire) -> None:
    body = chunks(b"username=nobody&password=x")

    answer = wire.post(
        body, CHUNKED, "Content-Type: application/x-www-form-urlencoded", path="/accounts/login/"
    )

    assert (answer.status, answer.kind) == (
        403,
        HTML,
    )  # without the CSRF token, which was looked for


@pytest.mark.parametrize("size", [LIMIT + 1, 20 * 1024 * 1024])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_that_is_too_large_is_413(wire: Wire, size: int, chunked: bool) -> None:
    body = of_size(size)
    if chunked:
        answer = wire.post(chunks(body, 65_536), CHUNKED)
    else:
        answer = wire.post(body, f"Content-Length: {size}")

    assert answer.status == 413
    assert answer.problem["code"] == "payload_too_large"
    assert not Conversation.objects.exists()


def test_a_large_body_that_is_only_announced_is_413_at_once(wire: Wire) -> None:
    answer = wire.post(b"{", "Content-Length: 20971520")

    assert answer.problem["code"] == "payload_too_large"


def test_what_follows_a_body_in_chunks_is_the_next_request(wire: Wire) -> None:
    first = wire.head(f"POST {MADE_BY}", JSON, CHUNKED) + chunks(of_size(50))
    second = wire.head(f"GET {MADE_BY}", "Connection: close")
    with wire.connect() as connection:
        connection.sendall(first)
        made = Answer(connection)
        connection.sendall(second)
        listed = Answer(connection)

    assert made.status == 201
    assert len(json.loads(listed.body)["results"]) == 1


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([CHUNKED], b"zz\r\n{}\r\n0\r\n\r\n"),
        ([CHUNKED], b"-1\r\n{}\r\n0\r\n\r\n"),
        ([CHUNKED, "Content-Length: 2"], b"2\r\n{}\r\n0\r\n\r\n"),
        (["Transfer-Encoding: gzip"], b"{}"),
        (["Content-Length: -1"], b"{}"),
        (["Content-Length: 2, 3"], b"{}"),
        (["Content-Length: ten"], b"{}"),
        (["X-Large: " + "x" * 100_000], b"{}"),
        ([f"X-{number}: x" for number in range(500)], b"{}"),
        (["X Y: x"], b"{}"),
        (["X: \0"], b"{}"),
    ],
)
def test_what_is_no_http_is_refused(wire: Wire, headers: list[str], body: bytes) -> None:
    answer = wire.post(body, *headers)

    assert 400 <= answer.status < 500 or answer.status == 501, answer.body
    assert b"Traceback" not in answer.body
    assert not Conversation.objects.exists()


CHARSETS = [
    "charset=hex",
    "charset=rot13",
    "charset=zlib",
    "charset=utf-7",
    "charset=utf-16",
    "charset=idna",
    "charset=undefined",
    "charset=unicode_escape",
    "charset=latin-1",
    "charset=nothing",
    'charset="a b"',
    "charset=",
    "charset=" + "x" * 5000,
    "charset=é",
    "charset*=hex''x",
    "charset*=nothing''x",
    "charset*=utf-8''hex",
    "charset*0=he; charset*1=x",
]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_any_charset_but_utf8_is_415(wire: Wire, method: str, charset: str) -> None:
    kind = f"Content-Type: application/json; {charset}"

    answer = wire.ask(f"{method} {MADE_BY}?search=%2B2AA-", kind, "Content-Length: 2", body=b"{}")

    assert answer.status == 415
    assert answer.problem["code"] == "unsupported_media_type"
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("charset", ["charset=hex", "charset*=nothing''x"])
def test_a_page_says_it_in_html(wire: Wire, charset: str) -> None:
    kind = f"Content-Type: application/x-www-form-urlencoded; {charset}"

    answer = wire.ask("GET /accounts/login/?next=/", kind)

    assert (answer.status, answer.kind) == (415, HTML)


@pytest.mark.parametrize("path", ["/api/%ff/", "/api/%00", "/api/%c0%ae%c0%ae/"])
def test_a_path_that_is_no_utf8_is_404(wire: Wire, path: str) -> None:
    assert wire.ask(f"GET {path}").problem["code"] == "not_found"


@pytest.mark.parametrize(
    "path",
    [
        "/%ff/",
        "/%00/",
        "/accounts/%ff/",
        "/c/%00/",
        "/static/%ff",
        "/static/%00.css",
        "/static/../../etc/passwd",
    ],
)
def test_outside_the_api_it_is_a_page(wire: Wire, path: str) -> None:
    answer = wire.ask(f"GET {path}")

    assert (answer.status, answer.kind) == (404, HTML)


QUERIES = [
    "search=%00",
    "search=a%00b",
    "limit=%00",
    "limit=%ff",
    "cursor=%00",
    "cursor=%ff",
    "cursor=%ed%a0%80",
]


@pytest.mark.parametrize("query", [*QUERIES, "&".join(f"a{number}=" for number in range(1001))])
@pytest.mark.parametrize("path", [MADE_BY, "/api/tasks/"])
def test_a_query_that_cannot_be_meant_is_400(wire: Wire, path: str, query: str) -> None:
    assert wire.ask(f"GET {path}?{query}").problem["code"] == "invalid"


@pytest.mark.parametrize("query", ["search=%ff", "search=%ed%a0%80", "%00=%00", "&&=&", "%"])
@pytest.mark.parametrize("path", [MADE_BY, "/api/tasks/"])
def test_a_query_that_names_nothing_finds_what_it_finds(wire: Wire, path: str, query: str) -> None:
    answer = wire.ask(f"GET {path}?{query}")

    assert (answer.status, answer.kind) == (200, "application/json")


@pytest.mark.parametrize("method", ["BREW", "TRACE", "CONNECT"])
def test_a_method_that_nobody_knows_is_405(wire: Wire, method: str) -> None:
    assert wire.ask(f"{method} {MADE_BY}").problem["code"] == "method_not_allowed"


@pytest.mark.parametrize("host", [b"Host: evil.test", b"Host: \xff", b"Host: a b", b"Host: [::1"])
def test_an_unknown_host_is_400(wire: Wire, host: bytes) -> None:
    for path, kind in ((MADE_BY.encode(), PROBLEM), (b"/", HTML)):
        answer = wire.raw(b"GET %s HTTP/1.1\r\n%s\r\n\r\n" % (path, host))

        assert (answer.status, answer.kind) == (400, kind)
