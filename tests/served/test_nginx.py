"""The server in production behind the shipped nginx, as strangers meet it."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import date
from http.client import HTTPSConnection
from threading import Thread
from urllib.parse import urlsplit

import httpx2
import pytest
from django.conf import settings
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from conversations.models import Turn
from tests.factories import TaskFactory
from tests.fakes import call
from tests.fakes.answers import asks, says
from tests.served.conftest import served
from tests.served.processes import Held, Model, Mortal, happens, until
from tests.served.proxy import NAME, Nginx, ask, is_held, through
from tests.servers import free_port
from tests.web.silent import Silent
from transfer.models import CalendarFeed

pytestmark = pytest.mark.only_on("sqlite")  # it is about what stands in front of any

PROBLEM = "application/problem+json"
OF_AN_ADDRESS = 40  # requests at once, as the site has it
SIGN_UPS = 3  # of an address
MILK = call("create_task", title="Milk")
HEAD = f"POST /api/chat/ HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: application/json\r\n".encode()
HALF_A_BODY = HEAD + b"Content-Length: 1000\r\n\r\n{"
TOO_LARGE = b"x" * (128 * 1024 + 1)
HALVES = [HEAD, HALF_A_BODY] * 25
FIELD = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture(scope="module")
def shared_server(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    others = {
        "DJANGO_ENV": "production",
        "ALLOWED_HOSTS": f"{NAME},127.0.0.1",
        "TRUSTED_PROXY_COUNT": "1",
        "REGISTER_RATE": f"{SIGN_UPS}/d",
        "WEB_THREADS": "8",  # fewer than there are slow senders
    }
    with served(shared_model, **others) as server:
        yield server


@pytest.fixture
def server(transactional_db: None, shared_server: Mortal) -> Mortal:
    return shared_server


@pytest.fixture(scope="module")
def shared_proxy(installed: None, shared_server: Mortal) -> Iterator[Nginx]:
    with Nginx(shared_server.port, client_header_timeout=2, client_body_timeout=2) as proxy:
        yield proxy


@pytest.fixture
def proxy(server: Mortal, shared_proxy: Nginx) -> Nginx:
    return shared_proxy


def token_of(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {AccessToken.for_user(user)}"}


def send(connect: Callable[[], socket.socket], data: bytes) -> socket.socket:
    connection = connect()
    connection.sendall(data)
    return connection


def test_half_sent_requests_hold_up_nobody_and_are_given_up(proxy: Nginx) -> None:
    with ExitStack() as held:
        slow = [held.enter_context(send(proxy.connect, half)) for half in HALVES]
        with through(proxy) as client:
            health = client.get("/health/")
        assert health.status_code == 200
        assert all(is_held(connection) for connection in slow)

        endings = {connection.recv(100)[:12] for connection in slow}

    assert endings <= {b"", b"HTTP/1.1 408"}


def test_without_the_proxy_they_leave_nobody_a_thread(server: Mortal) -> None:
    def connect() -> socket.socket:
        return socket.create_connection(("127.0.0.1", server.port), timeout=0.5)

    with ExitStack() as held:
        for half in HALVES:
            held.enter_context(send(connect, half))
        waiting = send(connect, f"GET /accounts/login/ HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
        with waiting:
            with pytest.raises(TimeoutError):
                waiting.recv(12)
            held.close()
            waiting.settimeout(30)
            assert waiting.recv(12) == b"HTTP/1.1 200"


def test_past_its_share_an_address_is_refused_and_the_others_are_not(proxy: Nginx) -> None:
    with ExitStack() as held:
        for _ in range(OF_AN_ADDRESS):
            held.enter_context(send(proxy.connect, HALF_A_BODY))
        with through(proxy) as client, through(proxy, "127.0.0.2") as other:
            refused = client.get("/api/tasks/")
            served_ = other.get("/health/")

    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert int(refused.headers["Retry-After"]) >= 1
    assert served_.status_code == 200


def test_a_stream_comes_event_by_event(proxy: Nginx, model: Model, user: User) -> None:
    last = Held(says("Milk is on the list."))
    model.begin(asks(MILK), last)
    body = {"message": "Milk, please", "stream": True}

    with (
        through(proxy) as client,
        client.stream("POST", "/api/chat/", json=body, headers=token_of(user)) as answer,
    ):
        lines = answer.iter_lines()
        early = [next(lines) for _ in range(11)]  # three events, and an empty line after two
        assert not last.go_on.is_set()
        last.go_on.set()
        late = list(lines)

    assert answer.headers["Content-Type"] == "text/event-stream"
    assert [line for line in early if line.startswith("event")] == [
        "event: turn.started",
        "event: tool.started",
        "event: tool.finished",
    ]
    assert "event: turn.completed" in late


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_the_turn_of_who_leaves_is_completed(
    proxy: Nginx, model: Model, user: User, stream: bool
) -> None:
    held = Held(says(*"You will read it later."))  # many events, and nobody to read them
    model.begin(held)
    body = json.dumps({"message": "Hello", "stream": stream})
    headers = {"Host": NAME, "Content-Type": "application/json", **token_of(user)}

    leaving = HTTPSConnection("127.0.0.1", proxy.port, context=proxy.trust)
    leaving.request("POST", "/api/chat/", body, headers)
    assert happens(held.asked)
    leaving.close()
    held.go_on.set()

    until(lambda: Turn.objects.get().status == Turn.Status.COMPLETED)


@pytest.mark.parametrize("path", ["/health/", "/health", "/health/ready/", "/health/ready"])
def test_a_probe_is_answered_by_address_and_over_http(proxy: Nginx, path: str) -> None:
    plain = f"http://127.0.0.1:{proxy.plain_port}"
    with httpx2.Client(headers={"Host": "10.1.2.3"}, verify=proxy.trust) as probe:
        assert probe.get(f"{plain}{path}").json()["status"] == "ok"
        assert probe.get(f"{proxy.url}{path}").json()["status"] == "ok"
        assert probe.get(f"{plain}{path}and-more").status_code == 308


def test_a_made_up_address_does_not_escape_the_limits(proxy: Nginx) -> None:
    def sign_up(client: httpx2.Client, number: int) -> int:
        made_up = {"X-Forwarded-For": f"10.0.0.{number}, 10.0.1.{number}", "X-Real-IP": "10.0.2.1"}
        return client.post("/api/auth/register/", json={}, headers=made_up).status_code

    with through(proxy) as client, through(proxy, "127.0.0.2") as other:
        statuses = [sign_up(client, number) for number in range(SIGN_UPS + 2)]
        elsewhere = sign_up(other, 99)

    assert statuses == [400] * SIGN_UPS + [429] * 2
    assert elsewhere == 400


def test_a_form_is_taken_over_https_and_nothing_over_http(proxy: Nginx) -> None:
    form = {"username": "ada", "password1": "a quiet long secret"}
    form["password2"] = form["password1"]
    with through(proxy, "127.0.0.3") as client:
        (token,) = FIELD.findall(client.get("/accounts/signup/").text)
        form["csrfmiddlewaretoken"] = token
        origin = {"Origin": f"https://{NAME}"}
        signed_up = client.post("/accounts/signup/", data=form, headers=origin)
        page = client.get("/")
    plain = httpx2.get(f"http://127.0.0.1:{proxy.plain_port}/api/tasks/?due=today")

    assert signed_up.status_code == 302, signed_up.text
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert (page.status_code, "ada" in page.text) == (200, True)
    assert plain.status_code == 308
    assert plain.headers["Location"] == f"https://{NAME}/api/tasks/?due=today"


REFUSED = {
    400: "GET {path} HTTP/1.1\r\nHost: a b\r\n\r\n",
    405: "TRACE {path} HTTP/1.1\r\nHost: x\r\n\r\n",
    413: "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 131073\r\n\r\n",
    414: "GET {path}" + "x" * 9000 + " HTTP/1.1\r\nHost: x\r\n\r\n",
    431: "GET {path} HTTP/1.1\r\nHost: x\r\nX: " + "x" * 9000 + "\r\n\r\n",
    501: "POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
}


@pytest.mark.parametrize("status", REFUSED)
def test_what_nginx_refuses_is_a_problem_for_a_program(proxy: Nginx, status: int) -> None:
    for path in settings.MACHINE_PATHS:
        answer, body = ask(proxy, REFUSED[status].format(path=path).encode())
        problem = json.loads(body)

        assert (answer.status, answer.headers["Content-Type"]) == (status, PROBLEM)
        assert problem["status"] == status
        assert problem["request_id"] == answer.headers["X-Request-ID"]

    page, _ = ask(proxy, REFUSED[status].format(path="/accounts/login/").encode())
    assert (page.status, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")


def test_a_large_body_is_refused_in_the_words_of_the_application(
    proxy: Nginx, server: Mortal
) -> None:
    name = {"X-Request-ID": "mine-1"}
    with through(proxy) as client:
        theirs = client.post("/api/chat/", content=TOO_LARGE, headers=name)
        let_through = client.post("/api/chat/", content=TOO_LARGE[1:], headers=name)
    ours = httpx2.post(f"{server.url}/api/chat/", content=TOO_LARGE, headers=name)

    assert theirs.headers["Content-Type"] == ours.headers["Content-Type"] == PROBLEM
    assert {**theirs.json(), "title": ""} == {**ours.json(), "title": ""}  # 413 has two names
    assert theirs.json()["request_id"] == "mine-1"
    assert let_through.json()["code"] == "not_authenticated"


def test_it_is_told_in_order_that_the_server_is_away_or_silent(installed: None) -> None:
    with closing(Silent()) as silent:
        port = urlsplit(silent.url).port or 0
        with Nginx(free_port()) as before_none, Nginx(port, proxy_read_timeout=1) as before_silent:
            with through(before_none) as client:
                away, page = client.get("/api/tasks/"), client.get("/")
            with through(before_silent) as client:
                late = client.get("/api/tasks/")

    statuses = [answer.status_code for answer in (away, page, late)]
    kinds = [answer.headers["Content-Type"] for answer in (away, page, late)]
    assert statuses == [502, 502, 504]
    assert kinds == [PROBLEM, "text/html; charset=utf-8", PROBLEM]
    for answer in (away, page, late):
        assert answer.headers["Retry-After"] == "5"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


class Broken:
    """It takes a connection, and hangs up."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                self._listener.accept()[0].close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def test_a_proxy_that_was_killed_comes_back_with_the_certificate_that_is_trusted(
    installed: None,
) -> None:
    with Nginx(free_port()) as proxy:
        proxy.connect().close()
        proxy.kill()
        proxy.start()  # returns once `connect`, which trusts the first one, is answered


def test_the_log_of_the_proxy_tells_why_a_502_came(installed: None) -> None:
    with Nginx(free_port()) as before_none, Nginx(free_port(), free_port()) as before_two:
        for proxy in (before_none, before_two, before_two):
            with through(proxy) as client:
                assert client.post("/api/chat/?mArKeR").status_code == 502
        until(lambda: before_two.log("access").count("\n") == 2)
        refused, none_left = before_none.log("access"), before_two.log("access")

    with closing(Broken()) as broken, Nginx(broken.port) as before_broken:
        with through(before_broken) as client:
            assert client.get("/api/tasks/?mArKeR").status_code == 502
        until(lambda: before_broken.log("access") != "")
        broke_off = before_broken.log("access")

    assert re.search(r'"127\.0\.0\.1:\d+" "502" "-" "-"\n', refused)
    first, second = none_left.splitlines()
    assert first.endswith('"502, 502" "-, -" "-, -"')
    assert second.endswith('"todo_chat" "502" "-" "-"')
    # The time it took to connect is told or not, as it is known when the other end hangs up.
    assert re.search(r'"127\.0\.0\.1:\d+" "502" "(-|0\.\d+)" "-"\n', broke_off)
    assert "mArKeR" not in refused + none_left + broke_off


def test_no_log_tells_what_is_secret_of_an_address(proxy: Nginx, server: Mortal) -> None:
    with through(proxy) as client:
        for path in (
            "/calendar/mArKeR2.ics",
            "/calendar/mArKeR2.ics?as=event",
            "/calendar/mArKeR2",
        ):
            assert client.get(path).headers["Content-Type"] == PROBLEM
        client.get("/accounts/forgotten/MQ/mArKeR2/")
        client.get("/api/tasks/tc_mArKeR2mArKeR2/x/")
        client.get("/api/tags/my mArKeR2/")
        client.get("/calendar/mArKeR2.ics", headers={"X-Large": "x" * 9000})
    with socket.create_connection(("127.0.0.1", server.port)) as gunicorn:
        gunicorn.sendall(b"GET /calendar/mArKeR2.ics\r\n\r\n")
        assert b" 400 " in gunicorn.recv(100)
    until(lambda: "GET /calendar/... 431" in proxy.log("access"))

    assert "GET /accounts/forgotten/... " in proxy.log("access")
    assert "GET /api/tasks/tc_... " in proxy.log("access")
    assert "GET /api/tags/... " in proxy.log("access")
    assert "mArKeR2" not in proxy.log("access") + proxy.log("error")
    served = (server.folder / "log").read_text()
    assert "Invalid HTTP request line: \\u2026" in served
    assert "mArKeR2" not in served


def test_a_calendar_comes_packed_and_is_known_again(proxy: Nginx, user: User) -> None:
    TaskFactory(user=user, title="Tax", notes="words " * 1000, due_date=date(2031, 3, 5))
    place = f"/calendar/{CalendarFeed.renew(user)}.ics"
    with through(proxy) as client:
        whole = client.get(place)
        again = client.get(place, headers={"If-None-Match": whole.headers["ETag"]})

    assert whole.headers["Content-Encoding"] == "gzip"
    assert int(whole.num_bytes_downloaded) < len(whole.content) / 4
    assert "SUMMARY:Tax" in whole.text
    assert again.status_code == 304


def test_the_logs_of_the_proxy_tell_no_query(proxy: Nginx) -> None:
    with through(proxy) as client:
        client.get("/api/tasks/?search=mArKeR", headers={"X-Request-ID": "mine-2"})
        client.get("/api/tasks/?search=mArKeR", headers={"X-Large": "x" * 9000})
        client.post("/api/chat/?mArKeR", content=TOO_LARGE)
    until(lambda: "POST /api/chat/ 413" in proxy.log("access"))

    line = r'GET /api/tasks/ 401 \d+ \d\.\d+ mine-2 "[\d.:]+" "401" "\d\.\d+" "\d\.\d+"\n'
    assert re.search(line, proxy.log("access"))
    assert "mArKeR" not in proxy.log("access") + proxy.log("error")
