"""A server in production: its cookies, and its logs, in which nothing is that somebody has said."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from django.test import Client

from accounts.models import User
from agent.llm import ToolRequest
from conversations.models import Turn
from tests.factories import UserFactory
from tests.fakes.answers import asks, event, fails, resets, says, stream
from tests.served.conftest import served
from tests.served.processes import Model, Mortal

pytestmark = pytest.mark.only_on("postgresql")  # as it is in production

MARK = "mArKeR"  # in all that must not be told
PASSWORD = f"{MARK} the quiet password"
API_KEY = f"sk-{MARK}-key"
FIELD = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture(scope="module")
def shared_production(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    others = {
        "DJANGO_ENV": "production",
        "ALLOWED_HOSTS": "127.0.0.1",
        "TRUSTED_PROXY_COUNT": "1",
        "OPENAI_API_KEY": API_KEY,
        "LOGIN_RATE": "1000/s",
        "LOGIN_ADDRESS_RATE": "1000/s",
        "REGISTER_RATE": "1000/s",
    }
    with served(shared_model, **others) as server:
        yield server


@pytest.fixture
def production(transactional_db: None, shared_production: Mortal) -> Mortal:
    return shared_production


def log(server: Mortal) -> str:
    return (server.folder / "log").read_text()


@pytest.fixture
def browser(production: Mortal) -> Iterator[httpx2.Client]:
    """As the proxy hands on what a browser sends over HTTPS."""
    headers = {"X-Forwarded-Proto": "https", "Origin": production.url.replace("http:", "https:")}
    with httpx2.Client(base_url=production.url, headers=headers) as browser:
        yield browser


def sign_up(browser: httpx2.Client, name: str) -> httpx2.Response:
    """By the page; cookies are sent by hand, since this side of the proxy is no HTTPS."""
    page = browser.get("/accounts/signup/")
    (token,) = FIELD.findall(page.text)
    form = {"username": name, "password1": PASSWORD, "password2": PASSWORD}
    return browser.post(
        "/accounts/signup/",
        data={**form, "csrfmiddlewaretoken": token},
        headers={"Cookie": page.headers["Set-Cookie"].partition(";")[0]},
    )


def test_what_is_not_best_is_told_and_all_the_same_served(production: Mortal) -> None:
    said = [json.loads(line) for line in log(production).splitlines()]
    told = {line["message"][:11] for line in said if line["level"] == "WARNING"}

    assert "config.W002" in told


def test_cookies_are_bound_to_this_host_and_to_https(browser: httpx2.Client) -> None:
    page = browser.get("/accounts/login/")
    answer = sign_up(browser, "ada")

    assert answer.status_code == 302, answer.text
    set_ = [*page.headers.get_list("Set-Cookie"), *answer.headers.get_list("Set-Cookie")]
    assert {cookie.partition("=")[0] for cookie in set_} == {
        "__Host-csrftoken",
        "__Host-sessionid",
    }
    for cookie in set_:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
        assert not any(part.startswith("domain") for part in attributes)


def test_https_is_for_a_year_where_it_is_used(browser: httpx2.Client) -> None:
    assert browser.get("/health/").headers["Strict-Transport-Security"] == "max-age=31536000"
    plain = browser.get("/health/", headers={"X-Forwarded-Proto": "http"})
    assert "Strict-Transport-Security" not in plain.headers


class Person:
    """Somebody with a token, who sends what holds the mark."""

    def __init__(self, server: Mortal) -> None:
        self.http = httpx2.Client(base_url=server.url, timeout=60)
        account = {"username": "ada", "password": PASSWORD, "email": f"{MARK}@example.org"}
        assert self.http.post("/api/auth/register/", json=account).status_code == 201
        pair = self.http.post("/api/auth/token/", json=account).json()
        self.refresh = pair["refresh"]
        self.secrets = [pair["access"], pair["refresh"], MARK]
        self.http.headers["Authorization"] = f"Bearer {pair['access']}"

    def say(self, **more: Any) -> httpx2.Response:
        body = {"message": f"{MARK} is what I say", **more}
        return self.http.post("/api/chat/", json=body)


@pytest.fixture
def person(production: Mortal) -> Iterator[Person]:
    person = Person(production)
    yield person
    person.http.close()


MILK = ToolRequest("create_task", json.dumps({"title": f"{MARK} milk"}))
UNKNOWN = ToolRequest(f"{MARK}_tool", json.dumps({"title": MARK}))
TAKES: list[Callable[[Person], httpx2.Response]] = [
    lambda person: person.say(),
    lambda person: person.say(stream=True),
]
REFUSED: dict[str, Callable[[Person], httpx2.Response]] = {
    "a wrong password": lambda person: person.http.post(
        "/api/auth/token/", json={"username": "ada", "password": f"{MARK} wrong"}
    ),
    "an unknown name": lambda person: person.http.post(
        "/api/auth/token/", json={"username": MARK, "password": MARK}
    ),
    "a wrong token": lambda person: person.http.get(
        "/api/tasks/", headers={"Authorization": f"Bearer {MARK}.{MARK}.{MARK}"}
    ),
    "a wrong refresh token": lambda person: person.http.post(
        "/api/auth/token/refresh/", json={"refresh": MARK}
    ),
    "a weak password": lambda person: person.http.post(
        "/api/auth/register/", json={"username": "bob", "password": MARK}
    ),
    "no JSON": lambda person: person.http.post("/api/chat/", content=f'{{"message": {MARK}'),
    "a wrong type": lambda person: person.http.post("/api/chat/", data={"message": MARK}),
    "too long a message": lambda person: person.say(message=MARK * 2000),
    "too long a title": lambda person: person.http.post(
        "/api/tasks/", json={"title": MARK * 50, "due_date": MARK}
    ),
    "a bad id": lambda person: person.say(conversation_id=MARK),
    "a bad cursor": lambda person: person.http.get(f"/api/tasks/?cursor={MARK}&search={MARK}"),
    "a wrong page": lambda person: person.http.get(f"/nope/?{MARK}"),
    "a strange host": lambda person: person.http.get("/api/tasks/", headers={"Host": "evil.test"}),
    "a foreign form": lambda person: person.http.post("/accounts/login/", data={"password": MARK}),
}

TOLD_BACK: list[Callable[[Person], httpx2.Response]] = [  # a word that is none of those we know
    lambda person: person.http.get(f"/api/tasks/?status={MARK}"),
    lambda person: person.http.patch("/api/auth/me/", json={"time_zone": MARK}),
]


def test_no_log_and_no_error_tells_what_was_said(
    production: Mortal, person: Person, model: Model
) -> None:
    turns = 0
    for take in TAKES:
        for script in (
            [says(f"{MARK} is my reply")],
            [asks(MILK, UNKNOWN), says(f"{MARK} is added")],
            [fails(500, words=MARK), fails(500, words=MARK)],
            [fails(401, words=f"{API_KEY} is wrong")],
            [stream(event({"content": f"{MARK} and"}), then=resets)],
        ):
            model.begin(*script)
            take(person)
            turns += 1
    refused = {what: send(person) for what, send in REFUSED.items()}
    assert [send(person).status_code for send in TOLD_BACK] == [400, 400]
    User.objects.update(time_zone="Nowhere/At_All")  # nothing that we let anybody write
    model.begin()
    crashed = [take(person) for take in TAKES] + [person.http.get("/api/tasks/?due=today")]
    written = log(production)

    assert Turn.objects.count() == turns + 2
    assert {what: answer.status_code // 100 for what, answer in refused.items()} == dict.fromkeys(
        REFUSED, 4
    )
    for answer in (*refused.values(), crashed[-1]):
        assert not any(secret in answer.text for secret in person.secrets), answer.text
    assert crashed[-1].status_code == 500
    assert "Traceback" in written
    for secret in person.secrets:
        lines = [line for line in written.splitlines() if secret in line]
        assert lines == []


def test_every_line_tells_whose_work_it_is(
    production: Mortal, person: Person, model: Model
) -> None:
    user = str(User.objects.get().pk)
    for number, take in enumerate(TAKES):
        model.begin(fails(401))
        person.http.headers["X-Request-ID"] = f"mine-{number}"
        take(person)
        turn = Turn.objects.latest("created_at")
        lines = [json.loads(line) for line in log(production).splitlines()]
        mine = [line for line in lines if line["request_id"] == f"mine-{number}"]

        assert {"telemetry.turns", "web.middleware"} <= {line["logger"] for line in mine}
        for line in mine:
            assert line["user_id"] == user
            assert line["conversation_id"] == str(turn.conversation_id)
            assert line["turn_id"] == str(turn.pk)


@pytest.mark.parametrize("path", ["/", "/accounts/password/", "/admin/", "/admin/todos/task/"])
def test_so_does_a_line_of_a_page(production: Mortal, browser: httpx2.Client, path: str) -> None:
    operator = UserFactory(is_staff=True, is_superuser=True)
    signed_in = Client()
    signed_in.force_login(operator)
    cookie = f"__Host-sessionid={signed_in.cookies['sessionid'].value}"

    answer = browser.get(path, headers={"Cookie": cookie})

    assert answer.status_code == 200
    lines = [json.loads(line) for line in log(production).splitlines()]
    (line,) = [line for line in lines if line["request_id"] == answer.headers["X-Request-ID"]]
    assert line["user_id"] == str(operator.pk)


def test_what_one_request_knew_no_other_tells(production: Mortal, person: Person) -> None:
    person.say(message=f"{MARK} {MARK}")
    with httpx2.Client(base_url=production.url) as nobody:
        for number in range(80):  # more than there are threads
            nobody.get("/api/tasks/", headers={"X-Request-ID": f"nobodys-{number}"})

    lines = [json.loads(line) for line in log(production).splitlines()]
    nobodys = [line for line in lines if line["request_id"].startswith("nobodys")]
    assert len(nobodys) == 80
    assert not any({"user_id", "turn_id"} & line.keys() for line in nobodys)
