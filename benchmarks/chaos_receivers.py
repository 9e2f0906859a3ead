"""Who reminders are sent to in the chaos benchmark: well, slow, down and hostile, as chance wants.

Once ``calm`` is set, all are well.
"""

import json
import random
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from threading import Event
from typing import Self

from tests.fakes.mail_server import MANNERS, MailServer
from tests.fakes.receiver import Exchange, Receiver
from tests.reminders.devices import Device

BAD, SLOW = 0.02, 0.1  # share of requests, or of connections for mail
SLOWEST = 1.5  # seconds of a slow answer
FAULTS = (500, 502, 503, 429, "hang", "drip", "huge", "closed", "cut")


@dataclass(frozen=True)
class Taken:
    """One message that came; ``id`` is of the attempt."""

    channel: str
    reminder: str
    id: str
    at: float


class Receivers:
    """A mail server, and one for webhooks and push services, where the path chooses the manner:

    ``/well/…``, ``/bad/…`` (never well before the calm), ``/gone/…`` (410 for ever). All users
    have the same device.
    """

    def __init__(self) -> None:
        self.calm = Event()
        self.device = Device()
        self.mail = MailServer(self._mail_manner, self._mail_code)
        self.http = Receiver(self._answer)
        self._taken: list[Taken] = []

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self._stack.enter_context(self.mail)
        self._stack.enter_context(self.http)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def address(self, manner: str, number: int) -> str:
        return f"http://{self.http.host}/{manner}/{number}"

    @property
    def taken(self) -> list[Taken]:
        mails = [Taken("mail", got.about, got.id, got.at) for got in self.mail.received]
        return [*mails, *self._taken]

    def _mail_manner(self, number: int) -> str:
        is_bad = not self.calm.is_set() and random.random() < BAD
        return random.choice(MANNERS) if is_bad else "well"

    def _mail_code(self, address: str) -> int:
        manner = address.partition("-")[0]
        if manner == "gone":
            return 550
        return 451 if manner == "bad" and not self.calm.is_set() else 0

    def _answer(self, exchange: Exchange) -> None:
        manner = exchange.path.split("/")[1]
        if manner == "gone":
            return self._end(exchange, 410)
        if not self.calm.is_set() and (manner == "bad" or random.random() < BAD):
            return self._misbehave(exchange, random.choice(FAULTS))
        if not self.calm.is_set() and random.random() < SLOW:
            time.sleep(random.uniform(0.1, SLOWEST))
        self._keep(exchange)
        return self._end(exchange, 204)

    def _misbehave(self, exchange: Exchange, fault: int | str) -> None:
        if isinstance(fault, int):
            return self._end(exchange, fault)
        if fault == "hang":
            self.calm.wait(20)
        if fault == "cut":  # it has it, and does not say so
            self._keep(exchange)
        if fault in ("drip", "huge"):
            exchange.drip(b"HTTP" if fault == "drip" else b"X-More: and more\r\n" * 1000, 0.05)
        exchange.close_connection = True
        return None

    def _keep(self, exchange: Exchange) -> None:
        id = exchange.headers["webhook-id"]
        channel = "webhook" if id else "push"
        told = json.loads(exchange.body) if id else self.device.read(exchange.body)
        taken = Taken(channel, told["reminder"], id or told["id"], time.time())
        self._taken.append(taken)

    def _end(self, exchange: Exchange, status: int) -> None:
        with suppress(OSError):
            exchange.send_response(status)
            exchange.send_header("Content-Length", "0")
            exchange.end_headers()
