"""Who comes in, by which method, and where a form leads back to."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.models import User
from chat.pages.urls import urlpatterns
from conversations.models import Conversation
from tests.factories import PASSWORD, ConversationFactory, TaskFactory
from tests.pages.markup import read
from todos.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]  # it is about who may enter

VIEWS = (
    "home",
    "conversations-part",
    "conversation",
    "print",
    "messages-part",
    "call-part",
    "tasks-part",
    "ringing-part",
    "deleted",
    "task",
    "find",
)
SETTINGS = (
    "settings-reminders",
    "settings-calendar",
    "settings-keys",
    "files",
)  # which take forms, too


def path_of(pattern: URLPattern) -> str:
    return "/" + re.sub("<[^>]*>", str(UUID(int=1)), str(pattern.pattern))


SHOWN = [path_of(pattern) for pattern in urlpatterns if pattern.name in VIEWS]
OWN = [path_of(pattern) for pattern in urlpatterns if pattern.name in SETTINGS]
FOR_ALL = ("manifest", "worker", "offline")  # they tell nothing of anybody
FORMS = [
    pattern for pattern in urlpatterns if pattern.name not in (*VIEWS, *SETTINGS, *FOR_ALL, "news")
]
ACTIONS = [path_of(pattern) for pattern in FORMS]


@pytest.fixture
def anybody() -> Client:
    return Client()


# Signing in


@pytest.mark.parametrize("name", FOR_ALL)
def test_what_a_browser_keeps_is_for_all(anybody: Client, name: str) -> None:
    assert anybody.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("path", [*SHOWN, *OWN, "/?search=milk"])
def test_the_anonymous_sign_in_and_come_back(anybody: Client, path: str) -> None:
    answer = anybody.get(path)

    assert answer.status_code == 302
    assert urlsplit(answer["Location"]).path == "/accounts/login/"
    assert parse_qs(urlsplit(answer["Location"]).query) == {"next": [path]}


@pytest.mark.parametrize("path", ACTIONS)
def test_a_form_of_the_anonymous_does_nothing(anybody: Client, user: User, path: str) -> None:
    answer = anybody.post(path, {"message": "Hi", "title": "x"})

    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/"
    assert not Task.objects.exists()
    assert not Conversation.objects.exists()


def test_who_was_signed_out_meanwhile_comes_back_to_the_page_and_not_to_its_form(
    anybody: Client, user: User
) -> None:
    here = f"http://testserver/c/{ConversationFactory(user=user).pk}/?search=a&cursor="

    answer = anybody.post("/tasks/add/", {"title": "x"}, headers={"Referer": here})
    credentials = {"username": user.username, "password": PASSWORD}
    answer = anybody.post(answer["Location"], credentials)

    assert answer["Location"] == here
    assert anybody.get(answer["Location"]).status_code == 200


# Forms of others, and methods


@pytest.mark.parametrize("path", ACTIONS)
def test_a_form_of_another_site_is_a_page_that_says_no(user: User, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)

    answer = browser.post(path, {"message": "Hi", "title": "x"})

    assert "This form is out of date" in read(answer, 403).one("h1").text
    assert not Task.objects.exists()


def test_every_form_carries_its_token(user: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    task = TaskFactory(user=user)
    conversation = ConversationFactory(user=user)

    page = read(browser.get(f"/c/{conversation.pk}/"))

    forms = [form for form in page.all("form") if form.attributes["method"] == "post"]
    assert len(forms) > 5
    tokens = [form.one("input", name="csrfmiddlewaretoken").attributes["value"] for form in forms]
    tick = f"/tasks/{task.pk}/complete/"
    assert browser.post(tick, {"csrfmiddlewaretoken": tokens[0]}).status_code == 302


@pytest.mark.parametrize("path", ACTIONS)
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_a_form_is_sent_by_post_alone(browser: Client, path: str, method: str) -> None:
    if path.endswith("say/") and method in ("get", "head"):
        assert getattr(browser, method)(path)["Location"] == path.removesuffix("say/")
        return
    assert getattr(browser, method)(path).status_code == 405


@pytest.mark.parametrize("path", SHOWN)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_what_is_shown_takes_nothing(browser: Client, path: str, method: str) -> None:
    assert getattr(browser, method)(path).status_code == 405


@pytest.mark.parametrize("path", ["/", "/c/", "/tasks/"])
def test_head_is_get_without_its_words(browser: Client, path: str) -> None:
    answer = browser.head(path)

    assert (answer.status_code, answer.content) == (200, b"")


# The way back


@pytest.mark.parametrize(
    ("referer", "where"),
    [
        ("http://testserver/c/x/?search=a", "http://testserver/c/x/?search=a"),
        ("https://testserver/", "https://testserver/"),
        ("http://evil.example/", "/"),
        ("http://testserver.evil.example/", "/"),
        ("http://testserver@evil.example/", "/"),
        ("//evil.example/", "/"),
        ("http:///evil.example/", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("data:text/html,x", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
@pytest.mark.parametrize("title", ["Milk", ""], ids=["done", "refused"])
def test_a_form_leads_back_to_our_own_pages_alone(
    browser: Client, referer: str | None, where: str, title: str
) -> None:
    headers: dict[str, Any] = {} if referer is None else {"Referer": referer}

    answer = browser.post("/tasks/add/", {"title": title}, headers=headers)

    assert (answer.status_code, answer["Location"]) == (302, where)
