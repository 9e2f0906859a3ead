"""A browser tells where and how it can be told of reminders."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from reminders.models import PushSubscription
from reminders.models.channels import MOST_DEVICES
from tests.conftest import SignIn
from tests.reminders.devices import Device

PATH = "/api/channels/push/"
ENDPOINT = "https://push.example.org/send/1"


@pytest.fixture
def client(user: User, sign_in: SignIn) -> APIClient:
    return sign_in(user)


def subscription(endpoint: str = ENDPOINT) -> dict[str, Any]:
    """With what browsers tell beside it."""
    return {"endpoint": endpoint, "expirationTime": None, "keys": Device().keys}


def endpoints_of(user: User) -> list[str]:
    return list(PushSubscription.objects.for_user(user).values_list("endpoint", flat=True))


def test_a_browser_is_kept_once_with_its_latest_keys(client: APIClient, user: User) -> None:
    first, second = subscription(), subscription()

    for body in (first, first, second):
        assert client.post(PATH, body).status_code == 204

    [kept] = PushSubscription.objects.for_user(user)
    assert (kept.endpoint, kept.p256dh) == (ENDPOINT, second["keys"]["p256dh"])


def test_a_browser_is_of_whoever_subscribed_there_last(
    client: APIClient, user: User, stranger: User, sign_in: SignIn
) -> None:
    client.post(PATH, subscription())
    sign_in(stranger).post(PATH, subscription())

    assert (endpoints_of(user), endpoints_of(stranger)) == ([], [ENDPOINT])


def test_the_newest_are_kept(client: APIClient, user: User) -> None:
    for number in range(MOST_DEVICES + 2):
        client.post(PATH, subscription(f"https://push.example.org/{number}"))

    kept = endpoints_of(user)
    assert len(kept) == MOST_DEVICES
    assert "https://push.example.org/1" not in kept
    assert "https://push.example.org/2" in kept


def test_one_is_taken_away_or_all(
    client: APIClient, user: User, stranger: User, sign_in: SignIn
) -> None:
    sign_in(stranger).post(PATH, subscription("https://push.example.org/x"))
    for number in range(3):
        client.post(PATH, subscription(f"https://push.example.org/{number}"))

    for _ in range(2):
        body = {"endpoint": "https://push.example.org/1"}
        assert client.delete(PATH, body).status_code == 204
    client.delete(PATH, {"endpoint": "https://push.example.org/x"})
    assert len(endpoints_of(user)) == 2
    assert client.delete(PATH).status_code == 204

    assert endpoints_of(user) == []
    assert len(endpoints_of(stranger)) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"endpoint": "https://127.0.0.1/"}, "endpoint"),
        ({"endpoint": "https://metadata.google.internal/"}, "endpoint"),
        ({"endpoint": "ftp://push.example.org/"}, "endpoint"),
        ({"endpoint": None}, "endpoint"),
        ({"keys": {}}, "keys.p256dh"),
        ({"keys": {"p256dh": "x", "auth": "y"}}, "keys"),
        ({"keys": "x"}, "keys"),
        ({"keys": None}, "keys"),
    ],
)
def test_what_is_no_subscription_is_refused(
    client: APIClient, user: User, wrong: dict[str, Any], field: str
) -> None:
    answer = client.post(PATH, subscription() | wrong)

    assert answer.status_code == 400
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert endpoints_of(user) == []


def test_it_takes_someone_who_is_signed_in(db: None) -> None:
    for method in ("post", "delete"):
        assert getattr(APIClient(), method)(PATH, subscription()).status_code == 401


def test_it_takes_few_statements(client: APIClient, django_assert_max_num_queries: Any) -> None:
    client.post(PATH, subscription())
    with django_assert_max_num_queries(10):
        client.post(PATH, subscription())
