"""A password is changed, by whichever door: every sign-in with the old one is over."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import Session
from tests.accounts.tokens import REFRESH, REVOKE, TOKEN, assert_not_signed_in, log_in, use
from tests.factories import PASSWORD, UserFactory

NEW = "a much better secret"

Change = Callable[[User, pytest.MonkeyPatch], None]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hash")]


def on_the_page(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    browser.force_login(user)
    form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert browser.post("/accounts/password/", form).status_code == 302
    browser.post("/accounts/logout/")


def in_the_admin(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = Client()
    operator.force_login(UserFactory(is_staff=True, is_superuser=True))
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    answer = operator.post(f"/admin/accounts/user/{user.pk}/password/", form)
    assert answer.status_code == 302
    operator.post("/accounts/logout/")


def by_command(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)
    call_command("changepassword", user.username)


@pytest.mark.parametrize("change", [on_the_page, in_the_admin, by_command])
def test_after_it_no_token_and_no_session_is_good(
    anonymous: APIClient, user: User, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    pair = log_in(anonymous, user)
    browser = Client()
    browser.force_login(user)
    assert browser.get("/").status_code == 200

    change(user, monkeypatch)

    assert not Session.objects.exists()
    assert_not_signed_in(use(anonymous, pair["access"]))
    for path in (REFRESH, REVOKE):
        assert_not_signed_in(anonymous.post(path, {"refresh": pair["refresh"]}))
    page: Any = browser.get("/")
    assert (page.status_code, page["Location"]) == (302, "/accounts/login/?next=/")


@pytest.mark.parametrize("change", [on_the_page, in_the_admin, by_command])
def test_after_it_the_new_password_signs_in_and_the_old_does_not(
    anonymous: APIClient, user: User, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    change(user, monkeypatch)

    old = anonymous.post(TOKEN, {"username": user.username, "password": PASSWORD})
    assert old.status_code == 401
    assert use(anonymous, log_in(anonymous, user, NEW)["access"]).status_code == 200


def test_the_sessions_of_others_go_on(user: User, stranger: User) -> None:
    browser = Client()
    browser.force_login(stranger)

    user.set_password(NEW)
    user.save()

    assert browser.get("/").status_code == 200


def test_a_better_hash_of_the_same_password_ends_nothing(
    settings: Any, anonymous: APIClient, user: User
) -> None:
    browser = Client()
    browser.force_login(user)
    before = User.objects.get().password
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]

    log_in(anonymous, user)

    assert User.objects.get().password != before
    assert Session.objects.count() == 1


# Passwords that are too long for the API are too long for the pages as well.


@pytest.mark.parametrize("length", [128, 129])
def test_the_pages_take_as_long_a_password_as_the_api(browser: Client, length: int) -> None:
    password = ("aB3 " * 40)[:length]
    form = {"username": "ada", "password1": password, "password2": password}

    browser.post("/accounts/signup/", form)

    made = User.objects.filter(username="ada").exists()
    assert made is (length == 128)
    answer = browser.post(
        "/api/auth/token/", {"username": "ada", "password": password}, "application/json"
    )
    assert answer.status_code == (200 if made else 400)


def test_a_password_that_is_too_long_is_told_so(browser: Client, user: User) -> None:
    browser.force_login(user)
    form = {"old_password": PASSWORD, "new_password1": "aB3 " * 40, "new_password2": "aB3 " * 40}

    page = browser.post("/accounts/password/", form).content.decode()

    assert "This password is too long. It may have 128 characters." in page
