"""Tokens that we never made: whatever they claim, they open nothing."""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from tests.accounts.tokens import REFRESH, REVOKE, assert_not_signed_in, use
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

FORGED = {
    "no algorithm": ({"alg": "none"}, ""),
    "no algorithm, in capitals": ({"alg": "NONE"}, ""),
    "no algorithm, but a signature": ({"alg": "none"}, "sha256"),
    "our key with another hash": ({"alg": "HS512"}, "sha512"),
    "our key as if it were a public one": ({"alg": "RS256"}, "sha256"),
    "an extension that nobody knows": ({"alg": "HS256", "crit": ["x"], "x": 1}, "sha256"),
    "an extension that is not there": ({"alg": "HS256", "crit": ["x"]}, "sha256"),
    "no header to speak of": ({}, "sha256"),
}


def claims_of(token: AccessToken | RefreshToken) -> dict[str, Any]:
    """As they are sent, audience and issuer included."""
    payload = str(token).split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=="))
    return claims


def base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def forge(header: dict[str, Any], claims: dict[str, Any], hashed: str) -> str:
    """A JWT (RFC 7519) with this header, signed with our own key and ``hashed``, or not at all."""
    parts = [base64(json.dumps(part).encode()) for part in (header, claims)]
    signed = b".".join(parts)
    key = settings.JWT_SIGNING_KEY.encode()
    signature = hmac.digest(key, signed, hashed) if hashed else b""
    return (signed + b"." + base64(signature)).decode()


def test_what_the_forger_makes_would_open_if_it_were_made_well(
    anonymous: APIClient, user: User
) -> None:
    token = forge({"alg": "HS256"}, claims_of(AccessToken.for_user(user)), "sha256")

    assert use(anonymous, token).status_code == 200


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_opens_nothing(anonymous: APIClient, user: User, kind: str) -> None:
    header, hashed = FORGED[kind]
    access = forge(header, claims_of(AccessToken.for_user(user)), hashed)
    refresh = forge(header, claims_of(RefreshToken.for_user(user)), hashed)

    assert_not_signed_in(use(anonymous, access))
    for path in (REFRESH, REVOKE):
        assert_not_signed_in(anonymous.post(path, {"refresh": refresh}))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another-app"},
        {"aud": None},
        {"aud": ["another-app"]},
        {"iss": "another-app"},
        {"iss": None},
        {"token_type": "sliding"},
        {"token_type": None},
        {"exp": None},
        {"exp": "soon"},
        {"jti": None},
        {"hash_password": None},
        {"hash_password": "x"},
        {"jti": 5},
        {"jti": "x" * 1_000},
        {"jti": "\0"},
        {"jti": ["0" * 32]},
    ],
)
def test_a_claim_that_is_wrong_or_missing_opens_nothing(
    anonymous: APIClient, user: User, change: dict[str, Any]
) -> None:
    claims = {**claims_of(AccessToken.for_user(user)), **change}
    claims = {name: value for name, value in claims.items() if value is not None}

    assert_not_signed_in(use(anonymous, forge({"alg": "HS256"}, claims, "sha256")))


NO_TIME = [10**18, 10**400, -(10**18), -1, -0.5, 1e308, -1e308, 1e400, "", "soon", "9" * 18]
NO_TIME += ["9999999999", True, False, None, [], [9999999999], {}, {"exp": 9999999999}]


@pytest.mark.parametrize("value", NO_TIME, ids=repr)
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_what_is_no_time_opens_nothing(
    anonymous: APIClient, user: User, claim: str, value: Any
) -> None:
    access = {**claims_of(AccessToken.for_user(user)), claim: value}
    refresh = {**claims_of(RefreshToken.for_user(user)), claim: value}

    assert_not_signed_in(use(anonymous, forge({"alg": "HS256"}, access, "sha256")))
    for path in (REFRESH, REVOKE):
        token = forge({"alg": "HS256"}, refresh, "sha256")
        assert_not_signed_in(anonymous.post(path, {"refresh": token}))


AHEAD = [("iat", 8, 200), ("iat", 15, 401), ("nbf", 8, 200), ("nbf", 15, 401)]
PAST = [("exp", -5, 200), ("exp", -15, 401)]


@pytest.mark.parametrize(("claim", "seconds", "status"), AHEAD + PAST)
def test_clocks_of_hosts_may_differ_by_ten_seconds(
    anonymous: APIClient, user: User, claim: str, seconds: int, status: int
) -> None:
    moment = int(time.time()) + seconds
    access = {**claims_of(AccessToken.for_user(user)), claim: moment}
    refresh = {**claims_of(RefreshToken.for_user(user)), claim: moment}

    assert use(anonymous, forge({"alg": "HS256"}, access, "sha256")).status_code == status
    renewed = [
        anonymous.post(REFRESH, {"refresh": forge({"alg": "HS256"}, refresh, "sha256")})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in renewed] == [status, 401]


def test_a_time_may_have_a_fraction(anonymous: APIClient, user: User) -> None:
    claims = {**claims_of(AccessToken.for_user(user)), "exp": time.time() + 60.5}

    assert use(anonymous, forge({"alg": "HS256"}, claims, "sha256")).status_code == 200


@pytest.mark.parametrize(
    "user_id", ["abc", "", "1 OR 1=1", "\0", None, -1, 0, 10**30, [1], {"a": 1}, 1e400, "٣"]
)
def test_an_odd_user_opens_nothing(anonymous: APIClient, user: User, user_id: Any) -> None:
    claims = {**claims_of(AccessToken.for_user(user)), "user_id": user_id}

    assert_not_signed_in(use(anonymous, forge({"alg": "HS256"}, claims, "sha256")))


def test_what_is_merely_equal_to_the_number_of_a_user_opens_nothing(anonymous: APIClient) -> None:
    user = UserFactory(pk=1)
    for odd in (True, 1.0, 1.5, " 1", "1 ", "+1", "01", "1_0", "１"):
        claims = {**claims_of(AccessToken.for_user(user)), "user_id": odd}
        assert_not_signed_in(use(anonymous, forge({"alg": "HS256"}, claims, "sha256")))


def test_a_token_of_nobody_opens_nothing(anonymous: APIClient, user: User) -> None:
    claims = claims_of(AccessToken.for_user(user))
    del claims["user_id"]

    assert_not_signed_in(use(anonymous, forge({"alg": "HS256"}, claims, "sha256")))
