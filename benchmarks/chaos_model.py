"""The language model of the chaos benchmark, as a process: ``python -m benchmarks.chaos_model``.

It asks for tools more often than not, takes a little random time, and notes from when to when each
call of a conversation lasted. Prints its base URL; when its input ends it prints what it has noted,
as one line of JSON:

    {"hits": 4711, "refused": [], "calls": [["c3", "c3.17", 12.031, 12.058], …]}

A call is conversation, key, beginning and end on the monotonic clock. It ends when the answer goes
out, all at once, or when the caller hangs up, as the system does for a process that is killed.
"""

import json
import random
import re
import sys
import time
from http import HTTPStatus
from select import select
from typing import Any

from tests.fakes import Answer, ScriptedServer, call, validate_messages
from tests.fakes.answers import asks, says
from tests.fakes.prompts import words_of
from tests.fakes.server import Exchange, Request

TAG = re.compile(r"\[(\S+) (\S+)\]")
"""Conversation and key, at the beginning of each message that a client sends."""
PAUSE = (0.002, 0.03)
LONG_PAUSE, LONG_PAUSES = 1.1, 0.005  # seconds, share of the calls: long enough to be idle in
WORDS = ("All ", "is ", "noted, ", "and ", "nothing ", "was ", "forgotten.")

Message = dict[str, Any]
Interval = tuple[str, str, float, float]


class ChaosModel(ScriptedServer):
    """Keeps no requests, for there are thousands; refuses an illegal prompt as its base does."""

    def __init__(self) -> None:
        super().__init__()
        self._http.handle_error = lambda *_: None  # the request of a killed caller may be a part
        self.received = 0
        self.calls: list[Interval] = []

    def receive(self, request: Request) -> Answer:
        self.received += 1
        messages = request.body["messages"]
        fault = validate_messages(messages)
        if fault is None:
            return self._timed(messages)
        self.refused.append(fault)
        return lambda exchange: exchange.refuse(HTTPStatus.BAD_REQUEST, fault)

    def _timed(self, messages: list[Message]) -> Answer:
        asked, work = _current(messages)
        conversation, key = TAG.match(asked).groups()  # type: ignore[union-attr]
        reply = _reply(key, work)

        def answer(exchange: Exchange) -> None:
            beginning = time.monotonic()
            try:
                _think(exchange)
            finally:
                self.calls.append((conversation, key, beginning, time.monotonic()))
            reply(exchange)

        return answer


def _current(messages: list[Message]) -> tuple[str, list[Message]]:
    """What the user said last, and the steps made in answer to it so far."""
    last = max(place for place, message in enumerate(messages) if message["role"] == "user")
    return words_of(messages[last]), messages[last + 1 :]


def _think(exchange: Exchange) -> None:
    """Raises ConnectionError as soon as the caller has gone."""
    seconds = LONG_PAUSE if random.random() < LONG_PAUSES else random.uniform(*PAUSE)
    readable, _, _ = select([exchange.connection], [], [], seconds)
    if readable:
        raise ConnectionError


def _reply(key: str, work: list[Message]) -> Answer:
    """One task or two, mostly; then sometimes the first is done; then a few words."""
    if not work and random.random() < 0.1:
        return says(*WORDS)
    if not work:
        titles = [key, f"{key} again"][: random.choice((1, 1, 2))]
        return asks(*(call("create_task", title=title) for title in titles), said="Let me see. ")
    made = json.loads(work[1]["content"]).get("task")
    if made and len(_steps(work)) == 1 and random.random() < 0.3:
        return asks(call("complete_task", task_id=made["id"]))
    return says(*WORDS)


def _steps(work: list[Message]) -> list[Message]:
    return [message for message in work if message["role"] == "assistant"]


def main() -> None:
    model = ChaosModel()
    with model:
        print(model.url, flush=True)
        sys.stdin.read()
    print(json.dumps({"hits": model.received, "refused": model.refused, "calls": model.calls}))


if __name__ == "__main__":
    main()
