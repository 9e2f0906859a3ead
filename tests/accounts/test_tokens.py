"""Tokens: what they open, how long, and what kills them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from tests.factories import PASSWORD, UserFactory

TOKEN = "/api/auth/token/"
REFRESH = "/api/auth/token/refresh/"
REVOKE = "/api/auth/token/revoke/"
ME = "/api/auth/me/"

pytestmark = pytest.mark.django_db

Pair = dict[str, str]


def log_in(client: APIClient, user: User, password: str = PASSWORD) -> Pair:
    answer = client.post(TOKEN, {"username": user.username, "password": password})
    assert answer.status_code == 200, answer.json()
    pair: Pair = answer.json()
    assert set(pair) == {"access", "refresh"}
    return pair


def use(client: APIClient, access: str) -> Any:
    return client.get(ME, headers={"Authorization": f"Bearer {access}"})


def assert_not_signed_in(answer: Any) -> None:
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer.json()["code"] == "authentication_failed"
    assert answer.json()["detail"] == "Your sign-in is not valid, or no longer."


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


def test_a_deactivated_user_can_not_sign_in(anonymous: APIClient, user: User) -> None:
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
    token.set_exp(lifetime=-timedelta(seconds=1))

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


# Refreshing


def test_a_refresh_token_gives_a_new_pair_once(anonymous: APIClient, user: User) -> None:
    first = log_in(anonymous, user)

    second = anonymous.post(REFRESH, {"refresh": first["refresh"]})

    assert second.status_code == 200
    assert set(second.json()) == {"access", "refresh"}
    assert use(anonymous, second.json()["access"]).status_code == 200
    assert second.json()["refresh"] != first["refresh"]
    assert_not_signed_in(anonymous.post(REFRESH, {"refresh": first["refresh"]}))
    assert anonymous.post(REFRESH, {"refresh": second.json()["refresh"]}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_ten_refreshes_at_once_one_succeeds(anonymous: APIClient, user: User) -> None:
    refresh = log_in(anonymous, user)["refresh"]

    def attempt(_: int) -> int:
        try:
            return APIClient().post(REFRESH, {"refresh": refresh}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(attempt, range(10)))

    assert statuses == [200] + [401] * 9


@pytest.mark.parametrize("token", ["garbage", "a.b.c", "é", "x" * 100_000])
@pytest.mark.parametrize("path", [REFRESH, REVOKE])
def test_what_is_no_refresh_token_is_401(anonymous: APIClient, path: str, token: str) -> None:
    assert_not_signed_in(anonymous.post(path, {"refresh": token}))


@pytest.mark.parametrize("path", [REFRESH, REVOKE])
def test_an_access_token_is_no_refresh_token(anonymous: APIClient, user: User, path: str) -> None:
    access = log_in(anonymous, user)["access"]

    assert_not_signed_in(anonymous.post(path, {"refresh": access}))


@pytest.mark.parametrize("body", [{}, {"refresh": ""}, {"refresh": None}, {"refresh": 5}])
@pytest.mark.parametrize("path", [REFRESH, REVOKE])
def test_a_missing_refresh_token_is_400(
    anonymous: APIClient, path: str, body: dict[str, Any]
) -> None:
    answer = anonymous.post(path, body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "refresh"


# Revoking


def test_a_revoked_token_is_dead(anonymous: APIClient, user: User) -> None:
    refresh = log_in(anonymous, user)["refresh"]

    answer = anonymous.post(REVOKE, {"refresh": refresh})

    assert (answer.status_code, answer.content) == (205, b"")
    assert_not_signed_in(anonymous.post(REFRESH, {"refresh": refresh}))
    assert_not_signed_in(anonymous.post(REVOKE, {"refresh": refresh}))


def test_signing_out_here_leaves_other_places_signed_in(anonymous: APIClient, user: User) -> None:
    here, there = log_in(anonymous, user), log_in(anonymous, user)

    anonymous.post(REVOKE, {"refresh": here["refresh"]})

    assert anonymous.post(REFRESH, {"refresh": there["refresh"]}).status_code == 200


# What kills all tokens of a user at once


def change_password(user: User) -> None:
    user.set_password("another good secret")
    user.save(update_fields=["password"])


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def erase(user: User) -> None:
    User.objects.get(pk=user.pk).erase()


@pytest.mark.parametrize("end", [change_password, deactivate, erase])
def test_all_tokens_die_with(anonymous: APIClient, user: User, end: Callable[[User], None]) -> None:
    pair = log_in(anonymous, user)
    kept = OutstandingToken.objects.count()

    end(user)

    assert_not_signed_in(use(anonymous, pair["access"]))
    assert_not_signed_in(anonymous.post(REFRESH, {"refresh": pair["refresh"]}))
    assert_not_signed_in(anonymous.post(REVOKE, {"refresh": pair["refresh"]}))
    assert OutstandingToken.objects.count() == (0 if end is erase else kept)
    assert not BlacklistedToken.objects.exists()


def test_after_a_change_of_the_password_the_new_one_signs_in(
    anonymous: APIClient, user: User
) -> None:
    change_password(user)

    assert (
        use(anonymous, log_in(anonymous, user, "another good secret")["access"]).status_code == 200
    )


@pytest.mark.parametrize("user_id", ["abc", "", None, 10**30, [1], {"a": 1}])
def test_a_signed_token_with_an_odd_user_is_401(
    anonymous: APIClient, user: User, user_id: Any
) -> None:
    refresh = RefreshToken.for_user(user)
    refresh["user_id"] = user_id

    assert_not_signed_in(anonymous.post(REFRESH, {"refresh": str(refresh)}))
    assert_not_signed_in(anonymous.post(REVOKE, {"refresh": str(refresh)}))
