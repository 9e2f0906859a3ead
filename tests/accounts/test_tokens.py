"""Tokens: what they open, how long, and what kills them."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from tests.accounts.tokens import ME, REFRESH, REVOKE, TOKEN, assert_not_signed_in, log_in, use
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


# Signing in


def test_name_and_password_give_a_pair_of_tokens(anonymous: APIClient, user: User) -> None:
    pair = log_in(anonymous, user)

    assert use(anonymous, pair["access"]).json()["id"] == user.pk


@pytest.mark.parametrize("name", ["élan", "ÉLAN".lower(), "e\u0301lan", " élan "])
def test_a_name_may_be_typed_in_other_code_points(anonymous: APIClient, name: str) -> None:
    UserFactory(username="élan")

    assert anonymous.post(TOKEN, {"username": name, "password": PASSWORD}).status_code == 200


def test_a_name_may_be_typed_in_another_case(anonymous: APIClient) -> None:
    UserFactory(username="Ada")

    assert anonymous.post(TOKEN, {"username": "aDA", "password": PASSWORD}).status_code == 200


def test_a_wrong_name_and_a_wrong_password_look_the_same(anonymous: APIClient, user: User) -> None:
    headers = {"X-Request-ID": "mine"}
    wrong = {"username": user.username, "password": "wrong"}
    nobody = {"username": "nobody", "password": PASSWORD}

    answers = [anonymous.post(TOKEN, who, headers=headers) for who in (wrong, nobody)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["detail"] == "The name or the password is wrong."
    assert answers[0]["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_deactivated_user_cannot_sign_in(anonymous: APIClient, user: User) -> None:
    User.objects.update(is_active=False)

    answer = anonymous.post(TOKEN, {"username": user.username, "password": PASSWORD})

    assert answer.status_code == 401


def test_spaces_belong_to_a_password(anonymous: APIClient, user: User) -> None:
    answer = anonymous.post(TOKEN, {"username": user.username, "password": f" {PASSWORD}"})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": PASSWORD}, "username"),
        ({"username": "ada"}, "password"),
        ({"username": 5, "password": PASSWORD}, "username"),
        ({"username": "ada", "password": None}, "password"),
        ({"username": "ada\0", "password": PASSWORD}, "username"),
        ({"username": "x" * 151, "password": PASSWORD}, "username"),
    ],
)
def test_a_sign_in_that_is_not_complete_is_400(
    anonymous: APIClient, body: dict[str, Any], field: str
) -> None:
    answer = anonymous.post(TOKEN, body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("path", [TOKEN, REFRESH, REVOKE, "/api/auth/register/"])
def test_a_dead_token_does_not_stand_in_the_way_of_a_new_one(
    anonymous: APIClient, path: str
) -> None:
    answer = anonymous.post(path, {}, headers={"Authorization": "Bearer dead"})

    assert answer.status_code == 400


# Showing a token


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer garbage",
        "Bearer a b",
        "Bearer a.b.c",
        f"Bearer {'x' * 100_000}",
    ],
)
def test_what_is_no_token_opens_nothing(anonymous: APIClient, header: str) -> None:
    assert_not_signed_in_by_header(anonymous, header)


def test_bytes_that_are_no_ascii_open_nothing(anonymous: APIClient) -> None:
    assert_not_signed_in_by_header(anonymous, "Bearer \xe9\xff")


def assert_not_signed_in_by_header(client: APIClient, header: str) -> None:
    answer = client.get(ME, HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer.json()["code"] == "authentication_failed"


@pytest.mark.parametrize("header", ["", "Basic YWRhOng=", "Token abc", "Bearerabc"])
def test_another_scheme_is_nobody(anonymous: APIClient, header: str) -> None:
    answer = anonymous.get(ME, HTTP_AUTHORIZATION=header)

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_an_expired_token_opens_nothing(anonymous: APIClient, user: User) -> None:
    token = AccessToken.for_user(user)
    token.set_exp(lifetime=-timedelta(seconds=11))

    assert_not_signed_in(use(anonymous, str(token)))


def test_a_refresh_token_is_no_access_token(anonymous: APIClient, user: User) -> None:
    assert_not_signed_in(use(anonymous, log_in(anonymous, user)["refresh"]))


@pytest.mark.parametrize("claim", ["aud", "iss"])
def test_a_token_made_for_others_opens_nothing(
    anonymous: APIClient, user: User, claim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = {"aud": "audience", "iss": "issuer"}[claim]
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(f"rest_framework_simplejwt.state.token_backend.{name}", "another-app")
        token = str(AccessToken.for_user(user))

    assert_not_signed_in(use(anonymous, token))
