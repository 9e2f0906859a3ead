"""A device is told by its push service, which can read nothing of it."""

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from py_vapid import Vapid
from pytest_django import Settings

from accounts.models import User
from reminders import push
from reminders.models import PushSubscription
from reminders.notice import SENT, Notice
from tests.fakes.receiver import Receiver
from tests.reminders.devices import Device, base64url

NOTICE = Notice(
    id=f"{uuid4()}-1",
    reminder=uuid4(),
    task=uuid4(),
    title="Zahnarzt 🦷",
    when=datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Berlin")),
)


@pytest.fixture
def service(settings: Settings) -> Iterator[Receiver]:
    with Receiver(201) as receiver:
        settings.OUTBOUND_PRIVATE_HOSTS = [receiver.host]
        yield receiver


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def subscription(service: Receiver, device: Device) -> PushSubscription:
    """Not saved: what is sent needs no database."""
    return PushSubscription(user=User(pk=1), endpoint=service.url, **device.keys)


def test_a_message_is_sent_that_the_device_alone_can_read(
    service: Receiver, subscription: PushSubscription, device: Device
) -> None:
    assert push.send(NOTICE, subscription) == SENT

    [sent] = service.sent
    assert device.read(sent.body) == {
        "id": NOTICE.id,
        "title": "Zahnarzt 🦷",
        "body": "Tue 1 Dec, 09:00",
        "reminder": str(NOTICE.reminder),
        "task": str(NOTICE.task),
    }
    assert b"Zahnarzt" not in sent.body
    assert sent.headers["content-encoding"] == "aes128gcm"
    assert (sent.headers["ttl"], sent.headers["urgency"]) == ("86400", "high")


def test_without_a_title_it_holds_no_words_of_the_task(
    service: Receiver, subscription: PushSubscription, device: Device
) -> None:
    push.send(replace(NOTICE, title=""), subscription)

    told = device.read(service.sent[0].body)
    assert (told["title"], told["reminder"]) == ("A reminder", str(NOTICE.reminder))


def test_a_test_is_of_no_reminder(
    service: Receiver, subscription: PushSubscription, device: Device
) -> None:
    push.send(replace(NOTICE, reminder=None, task=None, title=""), subscription)

    told = device.read(service.sent[0].body)
    assert (told["reminder"], told["task"], told["title"]) == (None, None, "Todo Chat")
    assert "test" in told["body"]


def test_a_later_message_about_the_same_takes_the_place_of_the_first(
    service: Receiver, subscription: PushSubscription
) -> None:
    for notice in (NOTICE, replace(NOTICE, id="x-2"), replace(NOTICE, reminder=uuid4())):
        push.send(notice, subscription)

    first, again, other = [sent.headers["topic"] for sent in service.sent]
    assert first == again != other
    assert len(first) <= 32  # RFC 8030, 5.4


@pytest.mark.parametrize(
    ("public_url", "contact"),
    [
        ("https://chat.example.org:8443", "https://chat.example.org"),
        ("http://10.0.0.5", "mailto:todo@example.org"),
        ("", "mailto:todo@example.org"),
    ],
)
def test_the_push_service_is_told_who_we_are(
    service: Receiver,
    subscription: PushSubscription,
    settings: Settings,
    public_url: str,
    contact: str,
) -> None:
    settings.PUBLIC_URL = public_url
    settings.DEFAULT_FROM_EMAIL = "Todo <todo@example.org>"
    push.send(NOTICE, subscription)

    header = service.sent[0].headers["authorization"]
    assert Vapid.verify(header)
    scheme, _, rest = header.partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    claims = json.loads(urlsafe_b64decode(parts["t"].split(".")[1] + "=="))
    assert scheme == "vapid"
    assert parts["k"] == push.push_key()
    assert claims["aud"] == f"http://{service.host}"
    assert claims["sub"] == contact
    assert time.time() < claims["exp"] <= time.time() + 24 * 60 * 60  # RFC 8292, 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, "sent") for status in (200, 201, 202)),
        *((status, "refused") for status in (404, 410)),
        # A wrong clock or key of ours must not cost everybody their subscriptions.
        *((status, "failed") for status in (301, 400, 401, 403, 413, 429, 500, 503)),
    ],
)
def test_what_comes_of_an_answer(
    service: Receiver, subscription: PushSubscription, status: int, kind: str
) -> None:
    service.answer = status

    outcome = push.send(NOTICE, subscription)

    assert (outcome.kind, outcome.reached) == (kind, True)


def test_a_subscription_may_not_lead_into_a_private_network(
    subscription: PushSubscription, settings: Settings
) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = []

    assert push.send(NOTICE, subscription).kind == "refused"


def test_what_cannot_be_signed_is_no_crash(
    subscription: PushSubscription, settings: Settings
) -> None:
    subscription.endpoint = "https://[2606:4700:4700::1111]/"
    assert push.send(NOTICE, subscription).kind == "failed"

    subscription.endpoint = "https://push.example.org/"
    settings.PUBLIC_URL = settings.DEFAULT_FROM_EMAIL = ""
    assert push.send(NOTICE, subscription).kind == "failed"


def test_where_nobody_listens_it_is_tried_again(
    service: Receiver, subscription: PushSubscription
) -> None:
    service.__exit__()

    outcome = push.send(NOTICE, subscription)

    assert (outcome.kind, outcome.reached) == ("failed", False)


def test_another_key_of_ours_is_another_sender(settings: Settings) -> None:
    mine = push.push_key()
    settings.VAPID_PRIVATE_KEY = base64url(bytes(range(32)))

    assert push.push_key() != mine
    assert len(urlsafe_b64decode(mine + "=")) == 65


def test_the_key_is_made_at_the_first_start_and_kept(settings: Settings) -> None:
    kept = Path(settings.DATA_DIR) / "vapid_private_key"

    assert kept.read_text() == settings.VAPID_PRIVATE_KEY
    assert kept.stat().st_mode & 0o077 == 0


def test_keys_of_a_device_are_looked_at(device: Device) -> None:
    push.check_keys(**device.keys)
    push.check_keys(device.keys["p256dh"] + "=", device.keys["auth"] + "==")
    p256dh, auth = device.keys.values()
    packed = base64url(b"\x02" + urlsafe_b64decode(p256dh + "=")[1:33])
    off_the_curve = base64url(b"\x04" + bytes(64))
    for faulty in (
        ("", auth),
        ("x", auth),
        (p256dh[:-2], auth),
        (off_the_curve, auth),
        (packed, auth),
        (p256dh, ""),
        (p256dh, "AAAA"),
        (p256dh, "ä" * 22),
    ):
        with pytest.raises(push.FaultyKeys):
            push.check_keys(*faulty)
