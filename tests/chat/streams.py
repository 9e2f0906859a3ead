"""Reading server-sent events in tests."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Told:
    id: str
    name: str
    data: dict[str, Any]


def read(response: Any) -> list[Told]:
    """All events of a streaming response, to its end."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/event-stream"
    return parse(response.streaming_content)


def parse(pieces: Iterable[bytes]) -> list[Told]:
    blocks = b"".join(pieces).decode().split("\n\n")
    return [_event(block) for block in blocks if block and not block.startswith(":")]


def _event(block: str) -> Told:
    fields = dict(line.split(": ", 1) for line in block.split("\n"))
    return Told(fields["id"], fields["event"], json.loads(fields["data"]))


def sense(events: list[Told]) -> list[tuple[str, Any]]:
    """What is told, whatever the pieces: neighbouring deltas are one."""
    told: list[tuple[str, Any]] = []
    for event in events:
        if event.name == "message.delta" and told and told[-1][0] == "message.delta":
            told[-1] = ("message.delta", told[-1][1] + event.data["text"])
        elif event.name == "message.delta":
            told.append((event.name, event.data["text"]))
        else:
            told.append((event.name, event.data))
    return told
