"""A webhook: an address of the user's own that is told of each reminder.

Signed by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com), but for ``webhook-id``, which
is of one try alone: what is the same in all of them is ``reminder``, in the body. The body has what
Gotify shows, and the headers have what ntfy makes of it (decision 56).
"""

import base64
import hmac
import json
import secrets
import time
from http import HTTPStatus

from django.utils.encoding import iri_to_uri
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reminders.notice import SEND_TIMEOUT, SENT, Notice, Outcome, failed, refused

OF_SECRETS = "whsec_"
SECRET_BYTES = 32
# By https://docs.ntfy.sh/publish/#message-templating: fields of the body are the message's.
FOR_NTFY = {"X-Template": "yes", "X-Title": "{{.title}}", "X-Message": "{{.message}}"}
LATER = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
)


def new_secret() -> str:
    return OF_SECRETS + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def send(notice: Notice, url: str, secret: str) -> Outcome:
    """Within SEND_TIMEOUT. Only a status of 200 to 299 means that it is told."""
    from reminders import outbound  # brings an HTTP client, which few processes need

    body = json.dumps(_told(notice), ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Todo-Chat",
        **FOR_NTFY,
        **({"X-Click": iri_to_uri(notice.url)} if notice.url else {}),
        **_signed(notice.id, body, secret),
    }
    try:
        status = outbound.post(url, body, headers, SEND_TIMEOUT)
    except outbound.NotAllowed as error:
        return refused(str(error))
    except outbound.Unreachable as error:
        return failed(str(error), reached=False)
    return outcome_of(status)


def outcome_of(status: int) -> Outcome:
    if 200 <= status < 300:
        return SENT
    why = _("It answered with status %(status)d.") % {"status": status}
    if 300 <= status < 500 and status not in LATER:
        return refused(why)
    return failed(why)


def _told(notice: Notice) -> dict[str, str | None]:
    moment = date_format(notice.when, "D j M, H:i")
    rings = _("Reminder for %(time)s") % {"time": moment}
    return {
        "type": "reminder" if notice.reminder else "test",
        "title": notice.title or _("Todo Chat"),
        "message": rings if notice.reminder else _("This is a test: reminders will come here."),
        "reminder": str(notice.reminder) if notice.reminder else None,
        "task": str(notice.task) if notice.task else None,
        "rings_at": notice.when.isoformat(),
        "click": notice.url or None,
    }


def _signed(id: str, body: bytes, secret: str) -> dict[str, str]:
    now = int(time.time())
    return {
        "webhook-id": id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(id, now, body, secret),
    }


def signature(id: str, timestamp: int, body: bytes, secret: str) -> str:
    """``timestamp`` is in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(OF_SECRETS))
    digest = hmac.digest(key, f"{id}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"
