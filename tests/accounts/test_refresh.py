"""Refresh tokens: good for once, and dead with the password or the account."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import SpentToken, User
from tests.accounts.endings import change_password, deactivate, erase
from tests.accounts.tokens import REFRESH, REVOKE, assert_not_signed_in, log_in, use

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("end", [change_password, deactivate, erase])
def test_all_tokens_die_with(anonymous: APIClient, user: User, end: Callable[[User], None]) -> None:
    pair = log_in(anonymous, user)

    end(user)

    assert_not_signed_in(use(anonymous, pair["access"]))
    assert_not_signed_in(anonymous.post(REFRESH, {"refresh": pair["refresh"]}))
    assert_not_signed_in(anonymous.post(REVOKE, {"refresh": pair["refresh"]}))
    assert not SpentToken.objects.exists()


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
