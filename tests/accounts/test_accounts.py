"""An account: made, read, changed."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.accounts.endings import change_password, erase
from tests.accounts.meanwhile import just_before_saving
from tests.conftest import SignIn
from tests.factories import PASSWORD, UserFactory

REGISTER = "/api/auth/register/"
ME = "/api/auth/me/"

pytestmark = pytest.mark.django_db


def faults(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid"
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


# Making one


def test_an_account_needs_a_name_and_a_password(anonymous: APIClient) -> None:
    answer = anonymous.post(REGISTER, {"username": "ada", "password": PASSWORD})

    assert answer.status_code == 201
    user = User.objects.get()
    assert answer.json() == {"id": user.pk, "username": "ada", "email": "", "time_zone": "UTC"}
    assert user.check_password(PASSWORD)
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)


def test_an_account_may_have_an_address_and_a_time_zone(anonymous: APIClient) -> None:
    extras = {"email": "ada@example.org", "time_zone": "Europe/Berlin"}

    answer = anonymous.post(REGISTER, {"username": "ada", "password": PASSWORD, **extras})

    assert answer.json() == {"id": User.objects.get().pk, "username": "ada", **extras}


def test_nobody_makes_themselves_an_administrator(anonymous: APIClient) -> None:
    extras = {"id": 1_000_000, "is_staff": True, "is_superuser": True, "is_active": False}

    answer = anonymous.post(REGISTER, {"username": "ada", "password": PASSWORD, **extras})

    assert answer.status_code == 201
    user = User.objects.get()
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    assert user.pk != 1_000_000


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"username": None}, ("username", "null")),
        ({"username": ""}, ("username", "blank")),
        ({"username": 5}, ("username", "invalid")),
        ({"username": "a b"}, ("username", "invalid")),
        ({"username": "<script>"}, ("username", "invalid")),
        ({"username": "a\0b"}, ("username", "null_characters_not_allowed")),
        ({"username": "x" * 151}, ("username", "max_length")),
        ({"username": "ﷺ"}, ("username", "invalid")),  # stands for words with spaces between
        ({"username": "㎏" * 76}, ("username", "max_length")),  # stands for two letters each
        ({"password": None}, ("password", "null")),
        ({"password": ""}, ("password", "blank")),
        ({"password": 12345678901234}, ("password", "invalid")),
        ({"password": "short"}, ("password", "password")),
        ({"password": "12345678901"}, ("password", "password")),
        ({"password": "password123"}, ("password", "password")),
        ({"password": "ada-lovelace"}, ("password", "password")),
        ({"password": "x\0" * 8}, ("password", "null_characters_not_allowed")),
        ({"password": "aB3" * 43}, ("password", "max_length")),
        ({"email": "nobody"}, ("email", "invalid")),
        ({"time_zone": "Mars/Olympus"}, ("time_zone", "invalid_time_zone")),
        ({"time_zone": "../../etc/passwd"}, ("time_zone", "invalid_time_zone")),
        ({"time_zone": "europe/berlin"}, ("time_zone", "invalid_time_zone")),
        ({"time_zone": ""}, ("time_zone", "blank")),
        ({"time_zone": 1}, ("time_zone", "invalid")),
    ],
)
def test_a_bad_field_is_400_and_makes_no_account(
    anonymous: APIClient, change: dict[str, Any], expected: tuple[str, str]
) -> None:
    good = {"username": "ada-lovelace", "password": PASSWORD}

    answer = anonymous.post(REGISTER, {**good, **change})

    assert expected in faults(answer)
    assert not User.objects.exists()


def test_null_is_what_is_not_given(anonymous: APIClient) -> None:
    body = {"username": "ada", "password": PASSWORD, "email": None, "time_zone": None}

    answer = anonymous.post(REGISTER, body)

    assert answer.status_code == 201, answer.json()
    assert (answer.json()["email"], answer.json()["time_zone"]) == ("", "UTC")


def test_a_patch_leaves_what_is_null_as_it_is(client: APIClient, user: User) -> None:
    answer = client.patch(ME, {"email": None, "time_zone": "Asia/Tokyo"})

    assert (answer.json()["email"], answer.json()["time_zone"]) == (user.email, "Asia/Tokyo")


def test_every_missing_field_is_named(anonymous: APIClient) -> None:
    found = faults(anonymous.post(REGISTER, {}))

    assert sorted(found) == [("password", "required"), ("username", "required")]


@pytest.mark.parametrize("again", ["ada", "ADA", "Ada", " ada ", "ａｄａ"])
def test_a_name_is_taken_in_every_spelling(anonymous: APIClient, again: str) -> None:
    UserFactory(username="ada")

    answer = anonymous.post(REGISTER, {"username": again, "password": PASSWORD})

    assert faults(answer) == [("username", "unique")]
    assert User.objects.count() == 1


def test_the_password_is_never_answered(anonymous: APIClient) -> None:
    for password in (PASSWORD, "correct"):
        answer = anonymous.post(REGISTER, {"username": "ada", "password": password})

        assert password.encode() not in answer.content


# Reading and changing it


def test_a_user_sees_the_own_account(client: APIClient, user: User) -> None:
    me = {"id": user.pk, "username": user.username, "email": user.email, "time_zone": "UTC"}
    me |= {"do_not_ask": [], "enter_key": "device"}

    for path in (ME, "/api/auth/me"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (200, me)


def test_the_own_account_is_the_one_query_of_authentication(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        client.get(ME)


def test_a_time_zone_changes_what_day_it_is(client: APIClient, user: User) -> None:
    answer = client.patch(ME, {"time_zone": "Asia/Kolkata"})

    assert answer.json()["time_zone"] == "Asia/Kolkata"
    user.refresh_from_db()
    assert user.local_now().utcoffset().total_seconds() == 5.5 * 3600


def test_a_patch_changes_only_what_it_names(client: APIClient, user: User) -> None:
    before = User.objects.values().get()

    answer = client.patch(ME, {"email": "new@example.org"})

    assert answer.status_code == 200
    assert User.objects.values().get() == {**before, "email": "new@example.org"}


def test_what_a_user_may_not_change_is_ignored(client: APIClient, user: User) -> None:
    before = User.objects.values().get()

    answer = client.patch(
        ME, {"id": 9, "username": "root", "password": "x", "is_staff": True, "is_active": False}
    )

    assert answer.status_code == 200
    assert User.objects.values().get() == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("", "empty")),
        ([], ("", "empty")),
        ({"email": "nobody"}, ("email", "invalid")),
        ({"time_zone": "Mars"}, ("time_zone", "invalid_time_zone")),
        ({"time_zone": None}, ("", "empty")),
        ({"time_zone": None, "email": None}, ("", "empty")),
        ({"time_zone": "UTC\0"}, ("time_zone", "null_characters_not_allowed")),
    ],
)
def test_a_bad_patch_is_400(client: APIClient, body: Any, expected: tuple[str, str]) -> None:
    before = User.objects.values().get()

    assert expected in faults(client.patch(ME, body))

    assert User.objects.values().get() == before


def test_what_is_changed_at_the_same_moment_stays_changed(client: APIClient, user: User) -> None:
    elsewhere = User.objects.get(pk=user.pk)

    with just_before_saving(lambda: change_password(elsewhere)):
        answer = client.patch(ME, {"email": "new@example.org"})

    assert answer.status_code == 200
    user.refresh_from_db()
    assert user.email == "new@example.org"
    assert user.check_password("another good secret")


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_erased_at_the_same_moment_is_404(client: APIClient, user: User) -> None:
    with just_before_saving(lambda: erase(user)):
        answer = client.patch(ME, {"email": "new@example.org"})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not User.objects.exists()


@pytest.mark.parametrize("method", ["put", "post"])
def test_an_account_is_neither_replaced_nor_posted(client: APIClient, method: str) -> None:
    answer = getattr(client, method)(ME, {"email": "new@example.org"})

    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_the_anonymous_have_no_account(anonymous: APIClient, method: str) -> None:
    answer = getattr(anonymous, method)(ME)

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_nobody_sees_another_account(sign_in: SignIn, user: User, stranger: User) -> None:
    assert sign_in(user).get(ME).json()["id"] == user.pk
    assert sign_in(stranger).get(ME).json()["id"] == stranger.pk
