"""Messages to the user's devices, by the push services of their browsers (decision 56).

RFC 8030 sends them, RFC 8291 keeps their content from the push service, and RFC 8292 (VAPID) tells
it who we are. What `worker.js` shows is one JSON object: ``title`` and ``body``, as they are shown,
``reminder`` and ``task``, ids, both null in a test, and ``id``, of this very try.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from email.utils import parseaddr
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from py_vapid import Vapid, VapidException

from reminders.models import PushSubscription
from reminders.notice import SEND_TIMEOUT, SENT, Notice, Outcome, failed, refused

KEPT_SECONDS = 24 * 60 * 60
"""For how long a push service keeps a message for a device that is switched off."""

GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
POINT_BYTES, AUTH_BYTES = 65, 16


class FaultyKeys(Exception):
    """They are no keys of a browser's subscription."""


def push_key() -> str:
    """By which a browser knows that messages are ours: what ``applicationServerKey`` takes."""
    point = _vapid().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def check_keys(p256dh: str, auth: str) -> None:
    """Raises FaultyKeys."""
    try:
        point = _bytes(p256dh)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        if (len(point), len(_bytes(auth))) != (POINT_BYTES, AUTH_BYTES):
            raise FaultyKeys
    except ValueError:
        raise FaultyKeys from None


def send(notice: Notice, subscription: PushSubscription) -> Outcome:
    """Within SEND_TIMEOUT. It is refused once the browser has ended the subscription."""
    from reminders import outbound  # brings an HTTP client, which few processes need

    try:
        who = _vapid().sign({"aud": _origin(subscription.endpoint), "sub": _contact()})
    except VapidException:
        return failed(_("Its push service cannot be told who we are."))
    headers = {
        **who,
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "high",
        # While the device is away a later message about the same takes the place of this one.
        "Topic": notice.reminder.hex if notice.reminder else "test",
    }
    body = _sealed(_told(notice), subscription)
    try:
        status = outbound.post(subscription.endpoint, body, headers, SEND_TIMEOUT)
    except outbound.NotAllowed as error:
        return refused(str(error))
    except outbound.Unreachable as error:
        return failed(str(error), reached=False)
    if 200 <= status < 300:
        return SENT
    if status in GONE:
        return refused(_("This device takes no messages any more."))
    return failed(_("Its push service answered with status %(status)d.") % {"status": status})


def _told(notice: Notice) -> bytes:
    test = _("This is a test: reminders will come here.")
    told = {
        "id": notice.id,
        "title": notice.title or (_("A reminder") if notice.reminder else _("Todo Chat")),
        "body": date_format(notice.when, "D j M, H:i") if notice.reminder else test,
        "reminder": str(notice.reminder) if notice.reminder else None,
        "task": str(notice.task) if notice.task else None,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _sealed(message: bytes, subscription: PushSubscription) -> bytes:
    """With a key of this message alone."""
    body: bytes = http_ece.encrypt(
        message,
        private_key=generate_private_key(SECP256R1()),
        dh=_bytes(subscription.p256dh),
        auth_secret=_bytes(subscription.auth),
    )
    return body


def _vapid() -> Vapid:
    return _vapid_of(settings.VAPID_PRIVATE_KEY)


@cache
def _vapid_of(key: str) -> Vapid:
    return Vapid.from_string(key)


def _contact() -> str:
    """Of the operator, for the push service."""
    where = urlsplit(settings.PUBLIC_URL)
    if where.scheme == "https":
        return f"https://{where.hostname}"
    return f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def _origin(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _bytes(text: str) -> bytes:
    """Of Base64 for addresses, with or without its padding. Raises ValueError."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError from error
