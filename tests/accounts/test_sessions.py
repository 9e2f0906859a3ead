"""The session of a browser: it may do what a token may, if the page itself asks for it."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import Session
from conversations.models import Conversation
from tests.accounts.endings import change_password, deactivate, erase
from tests.conftest import SignIn
from tests.factories import PASSWORD

URL = "/api/conversations/"
ME = "/api/auth/me/"
LOGIN = "/accounts/login/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(user: User) -> APIClient:
    """Signed in through the page, by a client that minds CSRF."""
    client = APIClient(enforce_csrf_checks=True)
    client.get(LOGIN)
    form = {"username": user.username, "password": PASSWORD, "csrfmiddlewaretoken": csrf(client)}
    answer: Any = client.post(LOGIN, form, format="multipart")
    assert answer.status_code == 302
    return client


def csrf(client: APIClient) -> str:
    return str(client.cookies["csrftoken"].value)


def test_a_session_reads(browser: APIClient, user: User) -> None:
    assert browser.get(ME).json()["id"] == user.pk


def test_a_session_writes_with_the_csrf_token_of_its_page(browser: APIClient, user: User) -> None:
    answer = browser.post(URL, {"title": "x"}, headers={"X-CSRFToken": csrf(browser)})

    assert answer.status_code == 201
    assert Conversation.objects.get().user == user


@pytest.mark.parametrize("token", [None, "", "x" * 64])
def test_a_session_writes_nothing_without_it(browser: APIClient, token: str | None) -> None:
    headers = {} if token is None else {"X-CSRFToken": token}

    answer = browser.post(URL, {"title": "x"}, headers=headers)

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "permission_denied"
    assert not Conversation.objects.exists()


def test_a_token_goes_before_the_session_and_needs_no_csrf(
    browser: APIClient, stranger: User, sign_in: SignIn
) -> None:
    bearer = sign_in(stranger)._credentials["HTTP_AUTHORIZATION"]

    answer = browser.post(URL, {"title": "x"}, HTTP_AUTHORIZATION=bearer)

    assert answer.status_code == 201
    assert Conversation.objects.get().user == stranger


def test_a_bad_token_does_not_fall_through_to_the_session(browser: APIClient) -> None:
    for answer in (
        browser.get(ME, HTTP_AUTHORIZATION="Bearer garbage"),
        browser.post(
            URL, {}, HTTP_AUTHORIZATION="Bearer garbage", headers={"X-CSRFToken": csrf(browser)}
        ),
    ):
        assert answer.status_code == 401
        assert answer.json()["code"] == "authentication_failed"


def test_the_anonymous_get_401_though_they_have_no_csrf_token_either() -> None:
    answer = APIClient(enforce_csrf_checks=True).post(URL, {})

    assert answer.status_code == 401


def test_signing_in_gives_the_session_another_key(user: User) -> None:
    client = APIClient()
    client.session.save()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = before = str(session.session_key)

    client.post(LOGIN, {"username": user.username, "password": PASSWORD}, format="multipart")

    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(pk=before).exists()


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: APIClient) -> None:
    cookie = browser.cookies["sessionid"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("end", [change_password, deactivate, erase])
def test_a_session_dies_with(browser: APIClient, user: User, end: Callable[[User], None]) -> None:
    end(user)

    assert browser.get(ME).status_code == 401
    page = browser.get("/")
    assert (page.status_code, page["Location"]) == (302, "/accounts/login/?next=/")


def test_after_signing_out_the_old_cookie_opens_nothing(browser: APIClient) -> None:
    cookie = str(browser.cookies["sessionid"].value)
    form = {"csrfmiddlewaretoken": csrf(browser)}

    assert browser.post("/accounts/logout/", form, format="multipart").status_code == 302

    browser.cookies["sessionid"] = cookie
    assert browser.get(ME).status_code == 401
    assert not Session.objects.exists()


def test_a_cookie_that_can_be_no_name_of_a_session_opens_nothing() -> None:
    nul = APIClient(raise_request_exception=False, HTTP_COOKIE=r'sessionid="\000abcdefgh"')

    assert nul.get(ME).status_code == 401
    assert nul.get("/").status_code == 302
