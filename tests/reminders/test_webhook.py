"""A webhook is told in JSON that the usual receivers can show, signed by Standard Webhooks."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from reminders import webhook
from reminders.notice import SENT, Notice
from tests.fakes.receiver import Receiver

NOTICE = Notice(
    id=f"{uuid4()}-1",
    reminder=uuid4(),
    task=uuid4(),
    title="Milch für “Oma” {{.x}} \r\nX-Evil: 1",
    when=datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Berlin")),
    url="https://chat.example.org/?task=1",
)
SECRET = webhook.new_secret()


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with Receiver() as receiver:
        settings.OUTBOUND_PRIVATE_HOSTS = [receiver.host]
        yield receiver


def signature_of(headers: dict[str, str], body: bytes, secret: str) -> str:
    """As a receiver computes it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.split("_")[1])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_a_reminder_is_told_and_signed(receiver: Receiver) -> None:
    assert webhook.send(NOTICE, receiver.url, SECRET) == SENT

    [sent] = receiver.sent
    assert sent.headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(sent.body) == {
        "type": "reminder",
        "title": NOTICE.title,
        "message": "Reminder for Tue 1 Dec, 09:00",
        "reminder": str(NOTICE.reminder),
        "task": str(NOTICE.task),
        "rings_at": "2026-12-01T09:00:00+01:00",
        "click": NOTICE.url,
    }
    assert sent.headers["webhook-id"] == NOTICE.id
    assert abs(int(sent.headers["webhook-timestamp"]) - time.time()) < 60
    assert sent.headers["webhook-signature"] == signature_of(sent.headers, sent.body, SECRET)
    assert "x-evil" not in sent.headers


def test_the_signature_is_that_of_the_specification() -> None:
    """An example that the libraries of Standard Webhooks are tested with."""
    id, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
    signed = webhook.signature(id, 1614265330, body, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_ntfy_shows_it_as_it_is(receiver: Receiver) -> None:
    webhook.send(NOTICE, receiver.url, SECRET)
    webhook.send(replace(NOTICE, url=""), receiver.url, SECRET)
    webhook.send(replace(NOTICE, url="https://bücher.example/ä"), receiver.url, SECRET)

    with_url, without, _ = [sent.headers for sent in receiver.sent]
    assert with_url["x-template"] == "yes"
    assert (with_url["x-title"], with_url["x-message"]) == ("{{.title}}", "{{.message}}")
    assert with_url["x-click"] == NOTICE.url
    assert "x-click" not in without


def test_a_test_tells_that_it_is_one(receiver: Receiver) -> None:
    webhook.send(replace(NOTICE, reminder=None, task=None, title=""), receiver.url, SECRET)

    told = json.loads(receiver.sent[0].body)
    assert (told["type"], told["title"], told["reminder"], told["task"]) == (
        "test",
        "Todo Chat",
        None,
        None,
    )
    assert "test" in told["message"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, "sent") for status in (200, 201, 204, 299)),
        *((status, "refused") for status in (301, 302, 307, 400, 401, 403, 404, 410, 413, 422)),
        *((status, "failed") for status in (408, 409, 425, 429, 500, 502, 503, 504, 599)),
    ],
)
def test_what_comes_of_an_answer(receiver: Receiver, status: int, kind: str) -> None:
    receiver.answer = status

    outcome = webhook.send(NOTICE, receiver.url, SECRET)

    assert (outcome.kind, outcome.reached) == (kind, True)
    assert (str(status) in outcome.why) == (kind != "sent")


def test_where_nobody_listens_it_is_tried_again(receiver: Receiver) -> None:
    receiver.__exit__()

    outcome = webhook.send(NOTICE, receiver.url, SECRET)

    assert (outcome.kind, outcome.reached) == ("failed", False)


def test_an_address_that_is_not_allowed_any_more_is_refused() -> None:
    assert webhook.send(NOTICE, "http://127.0.0.1:9/", SECRET).kind == "refused"


def test_secrets_are_those_of_the_specification() -> None:
    key = base64.b64decode(SECRET.removeprefix("whsec_"), validate=True)
    assert len(key) == 32
    assert webhook.new_secret() != SECRET
