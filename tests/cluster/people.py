"""People who go on asking a cluster through its proxy, and keep count of what they are told."""

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from threading import Event, Lock
from typing import Any

import httpx2
from django.conf import settings
from django.db import connection
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from tests.chat.streams import parse
from tests.fakes import Answer, ScriptedServer, call
from tests.fakes.answers import asks, says
from tests.fakes.prompts import words_of
from tests.served.processes import Held
from tests.served.proxy import Nginx, through

NO_RETRY_AFTER = ", without Retry-After"
DONE = "It is on the list."
BEFORE, BEHIND = "before-", "behind-"
PAUSE = 0.2  # seconds: servers that start need a processor, too
PATIENCE = 90  # seconds until a request counts as never answered; a key is taken for 60 at most
NEVER = ("400", "401", "403", "404", "422", "500")  # is what is sent again, in vain
STYLE = re.compile(r'href="(/static/[^"]+\.css)"')

Told = tuple[bool, str]
"""Whether that was it, and what came in a few words."""


class Model(ScriptedServer):
    """It makes a task of whatever is said, and tells so.

    What begins with BEFORE waits for `go_on` before the task is made, and with BEHIND after that.
    """

    def __init__(self, port: int) -> None:
        super().__init__(answer_of=self._answer_to, port=port)
        self.go_on = Event()
        self.held: list[Held] = []

    def _answer_to(self, body: dict[str, Any]) -> Answer:
        messages = body["messages"]
        said = [words_of(message) for message in messages if message["role"] == "user"][-1]
        is_made = messages[-1]["role"] == "tool"
        answer = says(DONE) if is_made else asks(call("create_task", title=said))
        return self._hold(answer) if said.startswith(BEHIND if is_made else BEFORE) else answer

    def _hold(self, answer: Answer) -> Answer:
        held = Held(answer)
        held.go_on = self.go_on
        self.held.append(held)
        return held


@dataclass
class Ledger:
    """What all were told, in words, and the titles of the tasks that must be there."""

    answers: Counter[str] = field(default_factory=Counter)
    titles: set[str] = field(default_factory=set)
    unanswered: list[str] = field(default_factory=list)
    slowest: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def note(self, told: str, seconds: float) -> None:
        with self.lock:
            self.answers[told] += 1
            self.slowest = max(self.slowest, seconds)

    @property
    def requests(self) -> int:
        return self.answers.total()

    @property
    def failed(self) -> Counter[str]:
        return Counter({told: n for told, n in self.answers.items() if told != "ok"})


class Person:
    """One user, signed in on the page and by a token, at an address of their own."""

    def __init__(self, proxy: Nginx, number: int) -> None:
        self.user = User.objects.create(username=f"person{number}-{time.time_ns()}")
        token = AccessToken.for_user(self.user)
        token.set_exp(lifetime=timedelta(hours=2))
        browser = Client()
        browser.force_login(self.user)
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        self.client = through(proxy, f"127.0.1.{number}")
        self.client.headers["Authorization"] = f"Bearer {token}"
        self.cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}

    def read(self, key: str) -> Told:
        answer = self.client.get("/api/tasks/")
        return _told(answer, answer.status_code == 200)

    def add(self, key: str) -> Told:
        answer = self.client.post(
            "/api/tasks/", json={"title": key}, headers={"Idempotency-Key": key}
        )
        return _told(answer, answer.status_code == 201)

    def say(self, key: str) -> Told:
        answer = self._say(key, stream=False)
        whole = answer.status_code in (200, 201) and answer.json()["assistant_message"]
        return _told(answer, bool(whole) and whole["content"] == DONE)

    def stream(self, key: str) -> Told:
        answer = self._say(key, stream=True)
        if not answer.headers["Content-Type"].startswith("text/event-stream"):
            return self._replayed(answer)
        last = parse([answer.content])[-1]
        return _told(answer, last.name == "turn.completed", last.name)

    def look(self, key: str) -> Told:
        """The page, and what it takes to look well."""
        page = self.client.get("/", headers=self.cookie)
        if page.status_code != 200:
            return _told(page, False)
        style = self.client.get(STYLE.findall(page.text)[0])
        return _told(style, style.status_code == 200, "of a stylesheet")

    def _say(self, key: str, *, stream: bool) -> httpx2.Response:
        body = {"message": key, "stream": stream}
        return self.client.post("/api/chat/", json=body, headers={"Idempotency-Key": key})

    def _replayed(self, answer: httpx2.Response) -> Told:
        return _told(answer, answer.status_code in (200, 201))


def sign_in(proxy: Nginx, numbers: Iterable[int]) -> list[Person]:
    """And leave no connection to a database that may be stopped."""
    try:
        return [Person(proxy, number) for number in numbers]
    finally:
        connection.close()


def _told(answer: httpx2.Response, well: bool, more: str = "") -> Told:
    if well:
        return True, "ok"
    is_problem = answer.headers.get("Content-Type", "") == "application/problem+json"
    code = answer.json()["code"] if is_problem else more
    later = (
        "" if answer.status_code < 500 or "Retry-After" in answer.headers else ", no Retry-After"
    )
    return False, f"{answer.status_code} {code}{later}".strip()


MAKES_A_TASK = ("add", "say", "stream")
ACTS = ("read", "look", *MAKES_A_TASK)


class Load:
    """So many people, each with one request after the other; sent again until it is answered."""

    def __init__(self, proxy: Nginx, people: int) -> None:
        self.ledger = Ledger()
        self._people = sign_in(proxy, range(1, people + 1))
        self._over = Event()

    @contextmanager
    def going_on(self) -> Iterator[Ledger]:
        """Until the block ends and each has the last answer."""
        self._over.clear()
        with ThreadPoolExecutor(len(self._people)) as threads:
            asking = [threads.submit(self._ask, person) for person in self._people]
            try:
                yield self.ledger
            finally:
                self._over.set()
        for each in asking:
            each.result()

    def _ask(self, person: Person) -> None:
        for number in count():
            if self._over.is_set():
                return
            time.sleep(PAUSE)
            act = random.choice(ACTS)
            key = f"{person.user.username}-{act}-{number}"
            if until_answered(self.ledger, getattr(person, act), key) and act in MAKES_A_TASK:
                self.ledger.titles.add(key)


def until_answered(ledger: Ledger, send: Callable[[str], Told], key: str) -> bool:
    """As the API has it: the same key again, after a while."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        begun = time.monotonic()
        try:
            done, told = send(key)
        except httpx2.TransportError as error:
            done, told = False, type(error).__name__
        ledger.note(told, time.monotonic() - begun)
        if done:
            return True
        if told.startswith(NEVER):
            break
        time.sleep(0.2)
    ledger.unanswered.append(key)
    return False
