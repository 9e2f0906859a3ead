"""How often one may guess, from one address and at one name."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.throttles import ALL_ADDRESSES
from tests.conftest import SignIn
from tests.factories import PASSWORD, UserFactory

TOKEN = "/api/auth/token/"
REGISTER = "/api/auth/register/"
ME = "/api/auth/me/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time as the counters see it: it stands still, so that no window ends amid a test."""
    clock = SimpleNamespace(now=1_800_000_000)
    monkeypatch.setattr(
        "django_ratelimit.core.time", SimpleNamespace(time=lambda: float(clock.now))
    )
    return clock


@pytest.fixture(autouse=True)
def quick_hash(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada() -> User:
    return UserFactory(username="ada")


def guess(client: APIClient, name: str, password: str = "wrong", **environ: str) -> Any:
    return client.post(TOKEN, {"username": name, "password": password}, **environ)


def assert_throttled(answer: Any) -> None:
    assert answer.status_code == 429
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "throttled"
    assert 1 <= int(answer["Retry-After"]) <= 3600


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_the_eleventh_guess_at_a_name_in_a_minute_is_refused_from_any_address(
    anonymous: APIClient, ada: User, name: str
) -> None:
    for number in range(10):
        answer = guess(anonymous, name, REMOTE_ADDR=f"192.0.2.{number}")
        assert answer.status_code == 401

    assert_throttled(guess(anonymous, name, REMOTE_ADDR="192.0.2.99"))


@pytest.mark.parametrize("addresses", [1, 11, 15])
def test_the_owner_comes_in_however_often_strangers_guess(
    anonymous: APIClient, ada: User, addresses: int
) -> None:
    for number in range(addresses):
        for _ in range(12):
            guess(anonymous, "ada", REMOTE_ADDR=f"192.0.2.{number}")
        assert_throttled(guess(anonymous, "ada", PASSWORD, REMOTE_ADDR=f"192.0.2.{number}"))

    assert guess(anonymous, "ada", PASSWORD, REMOTE_ADDR="198.51.100.1").status_code == 200


def test_but_there_is_a_bound_for_all_addresses_together(
    anonymous: APIClient, ada: User, settings: LazySettings
) -> None:
    settings.LOGIN_RATE = "1/m"
    for number in range(ALL_ADDRESSES):
        guess(anonymous, "ada", REMOTE_ADDR=f"192.0.2.{number}")

    assert_throttled(guess(anonymous, "ada", PASSWORD, REMOTE_ADDR="198.51.100.1"))


def test_the_addresses_of_one_network_are_one(anonymous: APIClient, ada: User) -> None:
    for number in range(10):
        guess(anonymous, "ada", REMOTE_ADDR=f"2001:db8::{number}")

    assert_throttled(guess(anonymous, "ada", PASSWORD, REMOTE_ADDR="2001:db8::ffff"))


@pytest.mark.parametrize("spelling", ["ADA", "Ada", " ada", "ａｄａ"])
def test_another_spelling_of_the_name_is_no_way_around(
    anonymous: APIClient, ada: User, settings: LazySettings, spelling: str
) -> None:
    settings.LOGIN_RATE = "1/m"
    guess(anonymous, "ada")

    assert_throttled(guess(anonymous, spelling))


def test_nor_is_a_letter_with_the_same_capital(
    anonymous: APIClient, settings: LazySettings
) -> None:
    settings.LOGIN_RATE = "1/m"
    guess(anonymous, "admin")

    assert_throttled(guess(anonymous, "adm\u0131n"))  # ı, whose capital is I as well


def test_the_right_password_works_again_after_the_time_that_was_named(
    anonymous: APIClient, ada: User, clock: SimpleNamespace, settings: LazySettings
) -> None:
    settings.LOGIN_RATE = "1/m"
    guess(anonymous, "ada")
    refused = guess(anonymous, "ada", PASSWORD)

    clock.now += int(refused["Retry-After"]) + 1

    assert guess(anonymous, "ada", PASSWORD).status_code == 200


def test_guesses_at_one_name_do_not_lock_out_another(
    anonymous: APIClient, ada: User, settings: LazySettings
) -> None:
    settings.LOGIN_RATE = "1/m"
    guess(anonymous, "bob")
    assert_throttled(guess(anonymous, "bob"))

    assert guess(anonymous, "ada", PASSWORD).status_code == 200


def test_the_21st_sign_in_from_one_address_in_a_minute_is_refused(anonymous: APIClient) -> None:
    for _ in range(20):
        assert anonymous.post(TOKEN, {}).status_code == 400

    assert_throttled(anonymous.post(TOKEN, {}))
    assert anonymous.post(TOKEN, {}, REMOTE_ADDR="192.0.2.1").status_code == 400


def test_a_header_that_anybody_can_send_changes_nothing(
    anonymous: APIClient, settings: LazySettings
) -> None:
    settings.LOGIN_ADDRESS_RATE = "2/m"

    answers = [
        anonymous.post(TOKEN, {}, headers={"X-Forwarded-For": f"192.0.2.{number}"})
        for number in range(3)
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 429]


def test_behind_a_trusted_proxy_every_client_counts_for_itself(
    anonymous: APIClient, settings: LazySettings
) -> None:
    settings.LOGIN_ADDRESS_RATE = "1/m"
    settings.TRUSTED_PROXY_COUNT = 1

    hops = ["192.0.2.1", "192.0.2.2", "192.0.2.7, 192.0.2.1"]
    answers = [anonymous.post(TOKEN, {}, headers={"X-Forwarded-For": hop}) for hop in hops]

    assert [answer.status_code for answer in answers] == [400, 400, 429]


def test_the_eleventh_account_from_one_address_in_an_hour_is_refused(
    anonymous: APIClient,
) -> None:
    for number in range(10):
        body = {"username": f"user{number}", "password": PASSWORD}
        assert anonymous.post(REGISTER, body).status_code == 201

    assert_throttled(anonymous.post(REGISTER, {"username": "user10", "password": PASSWORD}))
    assert User.objects.count() == 10


def test_an_account_is_not_erased_by_guessing_either(
    sign_in: SignIn, ada: User, settings: LazySettings
) -> None:
    settings.LOGIN_RATE = "2/m"
    client = sign_in(ada)

    answers = [client.delete(ME, {"password": word}) for word in ("a", "b", PASSWORD)]

    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert User.objects.filter(pk=ada.pk).exists()
