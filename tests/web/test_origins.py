"""What other sites get of a browser that is signed in here: nothing. And what reading changes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Turn
from tests.factories import LEASE, ConversationFactory
from tests.web.test_strangers import ROWS, all_paths, everything

pytestmark = pytest.mark.only_on("sqlite")  # it is about headers

FRIEND = "https://app.example.org"
PATHS = ["/api/conversations/", "/api/auth/me/", "/api/nope/", "/", "/accounts/login/"]
STRANGERS = [
    "https://evil.example",
    "null",
    "http://app.example.org",
    "https://app.example.org:8443",
    "https://app.example.org.evil.example",
    "https://evil.example/https://app.example.org",
    "https://APP.example.org.",
    "http://testserver",
]


@pytest.fixture
def browser(user: User, settings: Settings) -> Client:
    settings.CORS_ALLOWED_ORIGINS = [FRIEND]
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


def granted(answer: Any) -> dict[str, str]:
    return {
        name.lower(): value
        for name, value in answer.items()
        if name.lower().startswith("access-control-")
    }


@pytest.mark.parametrize("origin", STRANGERS)
@pytest.mark.parametrize("path", PATHS)
def test_another_site_may_read_nothing(browser: Client, path: str, origin: str) -> None:
    anonymous = Client(raise_request_exception=False)
    for client in (browser, anonymous):
        for method in ("GET", "POST", "OPTIONS"):
            answer = client.generic(method, path, headers={"Origin": origin})

            assert granted(answer) == {}


@pytest.mark.parametrize("origin", STRANGERS)
def test_a_preflight_of_another_site_is_not_granted(browser: Client, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    answer = browser.options("/api/chat/", headers=asked)

    assert granted(answer) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("origin", STRANGERS[:2])
def test_a_form_of_another_site_does_nothing(user: User, origin: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    before = everything()

    for path in ("/api/conversations/", "/say/"):
        answer = browser.post(path, {"message": "x"}, headers={"Origin": origin})
        assert answer.status_code == 403
    assert everything() == before


def test_a_site_that_we_name_comes_with_a_token_and_never_with_the_session(
    browser: Client, client: APIClient
) -> None:
    asked = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    preflight = granted(browser.options("/api/chat/", headers=asked))
    answer = granted(client.get("/api/conversations/", headers={"Origin": FRIEND}))

    assert preflight["access-control-allow-origin"] == FRIEND
    assert "authorization" in preflight["access-control-allow-headers"]
    assert answer["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in preflight | answer


def test_a_site_that_we_name_may_send_and_read_the_headers_of_ours(
    browser: Client, client: APIClient
) -> None:
    sent = ["idempotency-key", "if-match", "last-event-id", "prefer", "x-request-id"]
    asked = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": ",".join(sent),
    }

    preflight = granted(browser.options("/api/chat/", headers=asked))
    answer = granted(client.get("/api/conversations/", headers={"Origin": FRIEND}))

    assert set(sent) < set(preflight["access-control-allow-headers"].split(", "))
    assert answer["access-control-expose-headers"].split(", ") == [
        *("ETag", "Idempotency-Replayed", "Retry-After", "X-Act", "X-Request-ID"),
        *("X-Conversation-Id", "WWW-Authenticate"),
    ]


def paths_of(user: User) -> Iterator[str]:
    """Every path but the admin's, with the id of a row of this user."""
    keys = {}
    for start, (make, *_) in ROWS.items():
        keys[start] = make(user).pk
        open_ones = [keys.get("/api/conversations/"), keys.get("/c/")]
        others = Turn.objects.exclude(conversation__in=open_ones)
        others.update(status=Turn.Status.CANCELLED)  # or too many were open
    for path in all_paths():
        key = str(keys.get(path.partition("{id}")[0]))
        yield path.replace("{id}", key).replace("{user}", str(user.pk))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing_and_starts_no_turn(user: User, method: str) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    paths = list(paths_of(user))
    dead = ConversationFactory(user=user).begin_turn("Hello", -LEASE)  # its process has died
    query = "?message=hello&content=hello&title=hello&stream=true&completed=true"
    before = [everything(), list(User.objects.values_list())]
    sessions = Session.objects.count()

    statuses = {path: browser.generic(method, path + query).status_code for path in paths}

    assert [everything(), list(User.objects.values_list())] == before
    assert Session.objects.count() == sessions
    assert set(statuses.values()) <= {200, 204, 302, 400, 404, 405}
    assert list(statuses.values()).count(200) > 10, statuses
    dead.refresh_from_db()
    assert dead.status == "in_progress"
