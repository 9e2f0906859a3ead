"""One client process of the chaos benchmark: ``python -m benchmarks.chaos_client``.

Reads what to do as a line of JSON, takes turns for so many seconds, and asks again with the same
key until each one is answered; then prints what it has seen, as a line of JSON. Nothing of Django
is imported, so that the machine's time is left to the servers.
"""

import hashlib
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from itertools import count
from threading import Thread
from typing import Any

KEYS = 400
"""In the pool of each conversation; when all are used, there is another pool."""
NEW, KNOWN = 0.5, 0.12  # share of the sends that start a conversation; that repeat a known key
STREAMED, LEFT, STOPPED = 0.2, 0.04, 0.5  # streamed; hung up on; cancelled or deleted midway (new)
GONE = 0.3  # share of those whose connection broke who never come back for their answer
PATIENCE = 40.0  # seconds after the end for what is not answered yet
NEVER = {400, 401, 404, 422, 500}  # is what a well-behaved client should be told
SETTLED = {"completed", "cancelled"}
ANSWER = ("conversation_id", "user_message", "assistant_message", "warning", "degraded")

Body = dict[str, Any]


@dataclass
class Plan:
    """``tokens`` and ``conversations`` go together; of the keys it takes every ``shares``-th."""

    port: int
    tokens: list[str]
    conversations: list[str]
    seconds: float
    shares: int


@dataclass
class Seen:
    """``answers``: key → digest and turn; ``stops``: what was cancelled or deleted, and when."""

    statuses: Counter[str] = field(default_factory=Counter)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    stops: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    requests: int = 0
    retries: int = 0
    replays: int = 0
    broken: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Send:
    """One message; its text and place belong to its key, its door and its form do not."""

    key: str
    number: int  # of the user
    conversation: str | None

    @property
    def text(self) -> str:
        return (
            f"[{self.key.partition('.')[0] if self.conversation else self.key} {self.key}] Go on."
        )

    def body(self, *, stream: bool) -> tuple[str, Body]:
        if self.conversation and random.random() < 0.5:
            path = f"/api/conversations/{self.conversation}/messages/"
            return path, {"content": self.text, "stream": stream}
        where = {"conversation_id": self.conversation} if self.conversation else {}
        return "/api/chat/", {"message": self.text, "stream": stream, **where}


class Broken(Exception):
    """The connection ended before the answer did."""


class Client:
    """One who sends a message, waits for its answer, and sends the next."""

    def __init__(self, plan: Plan, share: int) -> None:
        self.plan, self.share = plan, share
        self.seen = Seen()
        self.sends = self._fresh()
        self.used: list[Send] = []
        self.deleted: set[str] = set()
        self.connection = self._connect()
        self.end = time.monotonic() + plan.seconds

    def run(self) -> None:
        while time.monotonic() < self.end:
            self.until_answered(self._choose())

    def _fresh(self) -> Iterator[Send]:
        """Our share of the pools, one pool after the other, in no order."""
        for pool in count():
            sends = [
                Send(f"c{number}.{pool}.{key}", number, conversation)
                for number, conversation in enumerate(self.plan.conversations)
                for key in range(self.share, KEYS, self.plan.shares)
            ]
            random.shuffle(sends)
            yield from sends

    def _choose(self) -> Send:
        """Mostly a fresh key; else one that has been used, maybe by another client, or will be."""
        if random.random() < NEW:
            number = random.randrange(len(self.plan.tokens))
            return Send(f"new{self.share}-{len(self.seen.answers)}-{time.time_ns()}", number, None)
        if self.used and random.random() < KNOWN:
            known = random.choice(self.used)
            _, pool, key = known.key.split(".")
            neighbour = (int(key) + random.randrange(self.plan.shares)) % KEYS
            return Send(f"c{known.number}.{pool}.{neighbour}", known.number, known.conversation)
        self.used.append(next(self.sends))
        return self.used[-1]

    def until_answered(self, send: Send) -> None:
        for attempt in count():
            self.seen.requests += 1
            self.seen.retries += attempt > 0
            try:
                if self._answered(send):
                    return
            except (Broken, OSError, HTTPException):
                self.seen.broken += 1
                self.connection.close()
                self.connection = self._connect()
                if random.random() < GONE:
                    self.seen.gone += 1
                    return
            if time.monotonic() > self.end + PATIENCE:
                self.seen.faults.append(f"{send.key} was never answered")
                return
            time.sleep(random.uniform(0.1, 0.4))

    def _answered(self, send: Send) -> bool:
        stream = random.random() < STREAMED
        path, body = send.body(stream=stream)
        headers = {"Idempotency-Key": send.key}
        self._ask(self.connection, "POST", path, send.number, body, headers)
        if random.random() < LEFT:
            time.sleep(random.uniform(0, 0.1))
            raise Broken
        response = self.connection.getresponse()
        answer = self._read(response, send)
        replayed = response.headers["Idempotency-Replayed"] == "true"
        self.seen.statuses[f"{response.status} {answer.get('code', '')}".strip()] += 1
        self.seen.replays += replayed
        if response.status == 404 and send.key in self.deleted:
            return True
        if response.status in NEVER:
            self.seen.faults.append(f"{send.key}: {response.status} {answer}")
            return True
        reply = answer.get("assistant_message")
        if not reply or not (replayed or reply["status"] in SETTLED):
            return False
        self._compare(send.key, {name: answer[name] for name in ANSWER})
        return True

    def _read(self, response: HTTPResponse, send: Send) -> Body:
        if response.headers["Content-Type"] == "text/event-stream":
            return self._read_stream(response, send)
        content = response.read()
        try:
            body: Body = json.loads(content)
        except ValueError:
            self.seen.faults.append(f"{response.status} {response.headers.items()} {content!r}")
            raise Broken from None
        return body

    def _ask(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        number: int,
        body: Body | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """As the user of that number; the response is read by who wants to."""
        head = {"Authorization": f"Bearer {self.plan.tokens[number]}", **(headers or {})}
        if body is not None:
            head["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), head)

    def _connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.plan.port, timeout=30)

    def _read_stream(self, response: HTTPResponse, send: Send) -> Body:
        """The data of the last event, which must be the end of the turn."""
        first = self._event(response)
        if not send.conversation and random.random() < STOPPED:
            self._stop(json.loads(first["data"])["conversation_id"], send)
        event = first
        while not event["event"].startswith(("turn.completed", "turn.failed")):
            event = self._event(response)
        response.read()
        body: Body = json.loads(event["data"])
        return body

    def _event(self, response: HTTPResponse) -> dict[str, str]:
        """Raises Broken at the end of the stream."""
        fields: dict[str, str] = {}
        while line := response.readline():
            if line == b"\n" and fields:
                return fields
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
        raise Broken

    def _stop(self, conversation: str, send: Send) -> None:
        """Cancel the open turn, or delete its conversation, while we read the stream of it."""
        kind = random.choice(("cancel", "delete"))
        method, path = {
            "cancel": ("POST", f"/api/conversations/{conversation}/cancel/"),
            "delete": ("DELETE", f"/api/conversations/{conversation}/"),
        }[kind]
        if kind == "delete":
            self.deleted.add(send.key)
        sent = time.time()
        with closing(self._connect()) as connection:
            try:
                self._ask(connection, method, path, send.number)
                status = connection.getresponse().status
            except (OSError, HTTPException):
                return  # nobody knows whether it has happened
        if status in (202, 204):
            stop = {"kind": kind, "conversation": conversation, "sent": sent}
            self.seen.stops.append({**stop, "answered": time.time()})

    def _compare(self, key: str, answer: Body) -> None:
        digest = hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()
        reply = answer["assistant_message"]
        seen = [digest, reply["id"], reply["status"], reply["content"]]
        if self.seen.answers.setdefault(key, seen) != seen:
            self.seen.faults.append(f"{key}: {seen} after {self.seen.answers[key]}")


def main() -> None:
    order = json.loads(sys.stdin.readline())
    plan = Plan(**order["plan"])
    clients = [Client(plan, share) for share in order["shares"]]
    threads = [Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps([vars(client.seen) for client in clients]))


if __name__ == "__main__":
    main()
