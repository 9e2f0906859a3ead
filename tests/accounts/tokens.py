"""What the tests of tokens share: signing in, showing a token, being refused."""

from typing import Any

from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import PASSWORD

TOKEN = "/api/auth/token/"
REFRESH = "/api/auth/token/refresh/"
REVOKE = "/api/auth/token/revoke/"
ME = "/api/auth/me/"

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
