"""A client of AG-UI that holds a transcript, and sends the whole of it with each run."""

import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from rest_framework.test import APIClient

Event = dict[str, Any]


@dataclass
class Thread:
    client: APIClient
    id: str = "a thread"
    messages: list[Event] = field(default_factory=list)
    state: Any = None
    runs: int = 0
    asked: list[Event] = field(default_factory=list)

    def say(self, text: Any, **more: Any) -> list[Event]:
        self.messages.append({"id": str(uuid4()), "role": "user", "content": text})
        return self.run(**more)

    def run(self, **more: Any) -> list[Event]:
        events = [event for _, event in read(self.post(**more))]
        self.hear(events)
        return events

    def post(self, *, last: str = "", **more: Any) -> Any:
        self.runs += 1
        body = {"threadId": self.id, "runId": f"run {self.runs}", "messages": self.messages}
        headers = {"Last-Event-ID": last} if last else {}
        return self.client.post("/api/ag-ui", {**body, **more}, headers=headers)

    def answer(self, yes: Any, *ids: str, **more: Any) -> list[Event]:
        return self.run(resume=[said(id, yes) for id in ids], **more)

    def hear(self, events: list[Event]) -> None:
        """Of messages only as much as says that the assistant has spoken."""
        spoken = [event for event in events if event["type"].endswith("_START")]
        self.messages += [{"id": str(uuid4()), "role": "assistant"} for _ in spoken]
        self.state = state_of(events, self.state)


def said(id: str, yes: Any) -> Event:
    return {"interruptId": id, "status": "resolved", "payload": {"approved": yes}}


def state_of(events: list[Event], state: Any = None) -> Any:
    for event in events:
        if event["type"] == "STATE_SNAPSHOT":
            state = deepcopy(event["snapshot"])
        elif event["type"] == "STATE_DELTA":
            patch(state, event["delta"])
    return state


def patch(state: Any, delta: list[Event]) -> None:
    """As RFC 6902 has it, as far as it goes here."""
    for operation in delta:
        _, where, key = operation["path"].split("/")
        if operation["op"] == "add":
            state[where][key] = operation["value"]
        else:
            del state[where][key]


def read(response: Any) -> list[tuple[str, Event]]:
    """All events of a run with their ids, to its end."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/event-stream"
    return parse(response.streaming_content)


def parse(pieces: Iterable[bytes]) -> list[tuple[str, Event]]:
    blocks = b"".join(pieces).decode().split("\n\n")
    return [_event(block) for block in blocks if block and not block.startswith(":")]


def _event(block: str) -> tuple[str, Event]:
    fields = dict(line.split(": ", 1) for line in block.split("\n"))
    assert set(fields) <= {"id", "data"}
    return fields.get("id", ""), json.loads(fields["data"])


def types(events: list[Event]) -> list[str]:
    """Of neighbours of one type one."""
    found = [event["type"] for event in events]
    return [each for place, each in enumerate(found) if found[place - 1 : place] != [each]]


def without_state(events: list[Event]) -> list[Event]:
    return [event for event in events if not event["type"].startswith("STATE")]


def text_of(events: list[Event]) -> str:
    return "".join(event["delta"] for event in events if event["type"] == "TEXT_MESSAGE_CONTENT")


def interrupts(events: list[Event]) -> list[Event]:
    outcome = events[-1]["outcome"]
    assert outcome["type"] == "interrupt", outcome
    return list(outcome["interrupts"])
