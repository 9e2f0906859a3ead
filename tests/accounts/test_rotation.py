"""Keys of the server are changed, and nobody is signed out by it."""

from copy import copy

import pytest
from django.conf import settings
from django.test import Client, override_settings
from pytest_django import Settings
from rest_framework.test import APIClient
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from tests.accounts.tokens import REFRESH, Pair, assert_not_signed_in, use
from tests.factories import PASSWORD

LOGIN = "/accounts/login/"
ELSEWHERE = "a key that another node signs with, before or after us"
NEW_SECRET = "the next secret key, of which sessions are not made yet, as long as others"

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


@pytest.fixture
def signed_elsewhere(user: User) -> Pair:
    refresh = RefreshToken.for_user(user)
    backend = TokenBackend("HS256", ELSEWHERE, audience="todo-chat", issuer="todo-chat")
    return {
        "access": backend.encode(refresh.access_token.payload),
        "refresh": backend.encode(refresh.payload),
    }


@pytest.fixture
def both_keys_hold(settings: Settings) -> None:
    settings.JWT_VERIFYING_KEYS = ["some other key, which is of no use to anybody here", ELSEWHERE]


def test_a_token_of_another_key_opens_nothing(anonymous: APIClient, signed_elsewhere: Pair) -> None:
    assert_not_signed_in(use(anonymous, signed_elsewhere["access"]))
    answer = anonymous.post(REFRESH, {"refresh": signed_elsewhere["refresh"]})
    assert_not_signed_in(answer)


@pytest.mark.usefixtures("both_keys_hold")
def test_one_of_a_verifying_key_does(
    anonymous: APIClient, signed_elsewhere: Pair, user: User
) -> None:
    assert use(anonymous, signed_elsewhere["access"]).json()["id"] == user.pk
    assert use(anonymous, str(AccessToken.for_user(user))).json()["id"] == user.pk


@pytest.mark.usefixtures("both_keys_hold")
def test_a_pair_is_renewed_by_the_key_that_signs(
    anonymous: APIClient, signed_elsewhere: Pair, user: User
) -> None:
    renewed = anonymous.post(REFRESH, {"refresh": signed_elsewhere["refresh"]}).json()
    again = anonymous.post(REFRESH, {"refresh": signed_elsewhere["refresh"]})

    with override_settings(JWT_VERIFYING_KEYS=[]):
        assert use(anonymous, renewed["access"]).json()["id"] == user.pk
        assert anonymous.post(REFRESH, {"refresh": renewed["refresh"]}).status_code == 200
    assert_not_signed_in(again)  # it works once, whoever has signed it


@pytest.mark.usefixtures("both_keys_hold")
def test_no_verifying_key_makes_more_of_a_token_than_it_is(
    anonymous: APIClient, signed_elsewhere: Pair
) -> None:
    assert_not_signed_in(use(anonymous, signed_elsewhere["refresh"]))
    head, _body, signature = signed_elsewhere["access"].split(".")
    other = str(AccessToken()).split(".")[1]
    assert_not_signed_in(use(anonymous, f"{head}.{other}.{signature}"))


def test_a_session_goes_on_with_a_new_secret_key(user: User) -> None:
    browser = Client()
    browser.post(LOGIN, {"username": user.username, "password": PASSWORD})
    earlier = settings.SECRET_KEY

    with override_settings(SECRET_KEY=NEW_SECRET, SECRET_KEY_FALLBACKS=[earlier]):
        assert browser.get("/").status_code == 200
    with override_settings(SECRET_KEY=NEW_SECRET, SECRET_KEY_FALLBACKS=[]):
        assert browser.get("/").status_code == 200  # it was signed anew meanwhile


def test_two_tabs_at_once_stay_signed_in(user: User) -> None:
    tabs = Client(), Client()
    tabs[0].post(LOGIN, {"username": user.username, "password": PASSWORD})
    tabs[1].cookies = copy(tabs[0].cookies)
    keys = settings.SECRET_KEY, NEW_SECRET

    for one, other in (keys[::-1], keys, keys[::-1]):  # as nodes of which some have the new one
        with override_settings(SECRET_KEY=one, SECRET_KEY_FALLBACKS=[other]):
            assert [tab.get("/").status_code for tab in tabs] == [200, 200]


def test_a_session_ends_with_the_secret_key_that_nobody_keeps(user: User) -> None:
    browser = Client()
    browser.post(LOGIN, {"username": user.username, "password": PASSWORD})

    with override_settings(SECRET_KEY=NEW_SECRET, SECRET_KEY_FALLBACKS=[]):
        assert browser.get("/").status_code == 302
