"""Every answer binds the browser: what it may load, frame, tell others, and keep."""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation
from tests.factories import ConversationFactory, UserFactory, say
from tests.web.test_errors import crash

pytestmark = pytest.mark.only_on("sqlite")  # no rows have a say in them

PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
API = "default-src 'none'; frame-ancestors 'none'"
SWAGGER = PAGES.replace("img-src 'self'", "img-src 'self' data:").replace(
    "style-src 'self'", "style-src 'self' 'sha256-MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0='"
)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def conversation(db: None) -> Conversation:
    conversation = ConversationFactory(user=UserFactory(is_staff=True, is_superuser=True))
    say(conversation, "Hello")
    return conversation


def assert_binds(answer: Any, policy: str) -> None:
    assert answer["Content-Security-Policy"] == policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "status", "policy"),
    [
        ("/", 200, PAGES),
        ("/c/{id}/", 200, PAGES),
        ("/c/{id}/messages/", 200, PAGES),
        ("/tasks/", 200, PAGES),
        ("/accounts/settings/", 200, PAGES),
        ("/admin/", 200, PAGES),
        ("/admin/todos/task/", 200, PAGES),
        ("/admin/conversations/conversation/{id}/change/", 200, PAGES),
        ("/admin/jsi18n/", 200, PAGES),
        ("/nope/", 404, PAGES),
        ("/admin/nope/", 404, PAGES),
        ("/static/nope.css", 404, PAGES),
        ("/accounts/logout/", 405, PAGES),
        ("/api/conversations/", 200, API),
        ("/api/conversations/{id}/", 200, API),
        ("/api/conversations/{id}", 200, API),
        ("/api/conversations/{id}/messages/", 200, API),
        ("/api/conversations/{id}/export/?format=markdown", 200, API),
        ("/api/conversations/{id}/cancel/", 405, API),
        ("/api/auth/me/", 200, API),
        ("/api/conversations/?cursor=nope", 400, API),
        ("/api/schema/", 200, API),
        ("/api/nope/", 404, API),
        ("/api/docs/", 200, SWAGGER),
        ("/api/docs", 200, SWAGGER),
        ("/api/docs/?script=", 200, SWAGGER),
        ("/health/", 200, API),
        ("/health/ready/", 200, API),
    ],
)
def test_what_the_signed_in_get(
    browser: Client, conversation: Conversation, path: str, status: int, policy: str
) -> None:
    browser.force_login(conversation.user)

    answer = browser.get(path.replace("{id}", str(conversation.pk)))

    assert answer.status_code == status
    assert_binds(answer, policy)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "policy"),
    [
        ("/", 302, PAGES),
        ("/accounts/login/", 200, PAGES),
        ("/accounts/signup/", 200, PAGES),
        ("/worker.js", 200, PAGES),
        ("/manifest.webmanifest", 200, PAGES),
        ("/offline/", 200, PAGES),
        ("/admin/", 302, PAGES),
        ("/admin/login/", 302, PAGES),
        ("/api/conversations/", 401, API),
        ("/api/docs/", 200, SWAGGER),
        ("/health/", 200, API),
    ],
)
def test_what_the_anonymous_get(browser: Client, path: str, status: int, policy: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == status
    assert_binds(answer, policy)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "policy"), [("/accounts/login/", PAGES), ("/api/auth/token/", API)]
)
@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, {"HTTP_HOST": "evil.test"}),
        (413, {"data": "x" * 131_073, "content_type": FORM}),
        (415, {"data": "x", "content_type": f"{FORM}; charset=utf-7"}),
    ],
)
def test_what_is_refused_before_any_view(
    browser: Client, path: str, policy: str, status: int, request_: dict[str, Any]
) -> None:
    answer = browser.post(path, **request_)

    assert answer.status_code == status
    assert_binds(answer, policy)


@pytest.mark.parametrize(("path", "policy"), [("/say/", PAGES), ("/api/conversations/", API)])
def test_a_form_of_another_site(user: User, path: str, policy: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)

    answer = browser.post(path, {})

    assert answer.status_code == 403
    assert_binds(answer, policy)


@pytest.mark.parametrize(("path", "policy"), [("/", PAGES), ("/api/conversations/", API)])
def test_a_crash(
    browser: Client, user: User, monkeypatch: pytest.MonkeyPatch, path: str, policy: str
) -> None:
    browser.force_login(user)
    load = "django.contrib.sessions.backends.db.SessionStore.load"
    monkeypatch.setattr(load, crash(RuntimeError("secret")))

    answer = browser.get(path)

    assert answer.status_code == 500
    assert_binds(answer, policy)


@pytest.mark.django_db
def test_the_style_sheet_in_the_page_of_swagger_is_the_one_allowed(browser: Client) -> None:
    page = browser.get("/api/docs/").content.decode()

    styles = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    hashes = [b64encode(sha256(style.encode()).digest()).decode() for style in styles]
    assert [f"'sha256-{digest}'" in SWAGGER for digest in hashes] == [True]
    assert re.findall(r"<script(?! src=)|\son\w+=|\sstyle=", page) == []
