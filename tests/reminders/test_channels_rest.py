"""Channels over REST: what may be set up, and what came of a test."""

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from reminders.models import Channels, PushSubscription
from reminders.push import push_key
from tests.fakes.receiver import Receiver
from tests.reminders.test_channels import a_device

CHANNELS, TEST = "/api/channels/", "/api/channels/test/"
AT_FIRST = {
    "page": True,
    "push": False,
    "mail": False,
    "webhook": None,
    "with_words": False,
    "summary_at": None,
    "quiet": None,
    "rings": ["page"],
    "push_key": push_key(),
}


@pytest.fixture
def mails(settings: Settings) -> None:
    settings.SENDS_MAIL = True


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with Receiver() as receiver:
        settings.OUTBOUND_PRIVATE_HOSTS = [receiver.host]
        yield receiver


def patched(client: APIClient, **fields: Any) -> Any:
    return client.patch(CHANNELS, fields)


def test_at_first_the_page_alone_is_set_up(client: APIClient) -> None:
    assert client.get(CHANNELS).json() == AT_FIRST


@pytest.mark.usefixtures("mails")
def test_all_can_be_set_up_and_unset(client: APIClient, user: User) -> None:
    wanted = {
        "page": False,
        "mail": True,
        "with_words": True,
        "summary_at": "07:30",
        "quiet": {"from": "22:00", "to": "07:00"},
    }
    told = {**AT_FIRST, **wanted, "rings": ["mail"]}
    assert patched(client, **wanted).json() == told
    assert client.get(CHANNELS).json() == told
    assert User.objects.get(pk=user.pk).quiet_from == time(22)

    nothing = {name: AT_FIRST[name] for name in wanted}

    assert patched(client, **nothing).json() == AT_FIRST


def test_the_secret_of_a_webhook_is_told_once(client: APIClient, user: User) -> None:
    url = "https://ntfy.example.org/mine"
    first = patched(client, webhook={"url": url}).json()["webhook"]
    again = patched(client, webhook={"url": url}).json()["webhook"]
    other = patched(client, webhook={"url": f"{url}2"}).json()["webhook"]

    assert first["secret"] != other["secret"]
    assert again == {"url": url}
    assert client.get(CHANNELS).json()["webhook"] == {"url": f"{url}2"}
    assert Channels.of(user).webhook_secret == other["secret"]


def test_devices_are_turned_off_together(client: APIClient, user: User, stranger: User) -> None:
    a_device(user, 1)
    a_device(user, 2)
    a_device(stranger)
    assert patched(client, push=True).json()["rings"] == ["page", "push"]

    assert patched(client, push=False).json()["push"] is False

    assert [device.user for device in PushSubscription.objects.all()] == [stranger]


@pytest.mark.usefixtures("mails")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"push": True}, "push"),
        ({"page": "yes"}, "page"),
        ({"webhook": {}}, "webhook.url"),
        ({"webhook": "https://example.org"}, "webhook"),
        ({"webhook": {"url": "http://127.0.0.1/"}}, "webhook.url"),
        ({"webhook": {"url": "ftp://example.org/"}}, "webhook.url"),
        ({"webhook": {"url": "https://example.org/" + "a" * 2000}}, "webhook.url"),
        ({"summary_at": "7:30"}, "summary_at"),
        ({"summary_at": "24:00"}, "summary_at"),
        ({"quiet": {"from": "22:00"}}, "quiet.to"),
        ({"quiet": {"from": "22:00", "to": "22:00"}}, "quiet"),
        ({"quiet": ["22:00", "07:00"]}, "quiet"),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(
    client: APIClient, body: dict[str, Any], field: str
) -> None:
    answer = client.patch(CHANNELS, {**body, **({"with_words": True} if body else {})})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert client.get(CHANNELS).json() == AT_FIRST


@pytest.mark.parametrize("body", [{"mail": True}, {"summary_at": "07:30"}])
def test_mail_needs_a_server_and_an_address(
    client: APIClient, user: User, settings: Settings, body: dict[str, Any]
) -> None:
    settings.SENDS_MAIL = False
    assert "EMAIL_URL" in patched(client, **body).json()["detail"]

    settings.SENDS_MAIL = True
    User.objects.update(email="")

    assert "address" in patched(client, **body).json()["detail"]
    assert client.get(CHANNELS).json() == AT_FIRST


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("mails")
def test_a_test_rings_on_each_channel_and_tells_what_came(
    client: APIClient, user: User, receiver: Receiver
) -> None:
    assert client.post(TEST).json() == {"results": []}
    patched(client, mail=True, webhook={"url": receiver.url})

    assert client.post(TEST).json()["results"] == [
        {"channel": "mail", "status": "sent", "detail": ""},
        {"channel": "webhook", "status": "sent", "detail": ""},
    ]

    receiver.answer = 500
    hook = client.post(TEST).json()["results"][1]
    assert hook == {
        "channel": "webhook",
        "status": "failed",
        "detail": "It answered with status 500.",
    }
    assert [letter.to for letter in mail.outbox] == [[user.email]] * 2
    ids = [sent.headers["webhook-id"] for sent in receiver.sent]
    assert len(set(ids)) == 2


@pytest.mark.django_db(transaction=True)
def test_tests_are_counted(client: APIClient, settings: Settings) -> None:
    settings.CHANNEL_TEST_RATE = "1/m"
    assert client.post(TEST).status_code == 200

    answer = client.post(TEST)

    assert (answer.status_code, "Retry-After" in answer) == (429, True)


@pytest.mark.parametrize(
    ("method", "path"), [("get", CHANNELS), ("patch", CHANNELS), ("post", TEST)]
)
def test_the_anonymous_get_none(anonymous: APIClient, method: str, path: str) -> None:
    assert getattr(anonymous, method)(path).status_code == 401


def test_what_one_sets_up_is_nobody_elses(client: APIClient, stranger_client: APIClient) -> None:
    patched(client, with_words=True)

    assert stranger_client.get(CHANNELS).json() == AT_FIRST


def test_channels_cost_few_queries(client: APIClient, django_assert_max_num_queries: Any) -> None:
    client.get(CHANNELS)
    with django_assert_max_num_queries(3):
        client.get(CHANNELS)
