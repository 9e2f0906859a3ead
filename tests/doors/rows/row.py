"""What a row of the table of doors tells: how words go through a door, and what comes out."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from rest_framework.test import APIClient

JSON = "application/json"


@dataclass(frozen=True)
class Sent:
    """A request; ``body`` goes as JSON, but bytes as they are."""

    path: str
    body: Any = None
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)

    def by(self, client: APIClient) -> "Answer":
        return Answer.of(self.started(client))

    def started(self, client: APIClient) -> Any:
        """Django's answer, whose stream nobody has read yet."""
        raw = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        content = b"" if self.method == "GET" else raw
        return client.generic(self.method, self.path, content, JSON, headers=self.headers)

    def over(self, http: httpx2.Client) -> "Answer":
        """By a real server."""
        content = None if self.method == "GET" else json.dumps(self.body)
        headers = {"Content-Type": JSON, **self.headers}
        answer = http.request(self.method, self.path, content=content, headers=headers)
        return Answer(answer.status_code, answer.headers, answer.content)

    def under(self, key: str) -> "Sent":
        return replace(self, headers={**self.headers, "Idempotency-Key": key})


@dataclass(frozen=True)
class Answer:
    status: int
    headers: httpx2.Headers
    content: bytes

    @classmethod
    def of(cls, response: Any) -> "Answer":
        """Read to its end, and then closed as a server closes it."""
        pieces = response.streaming_content if response.streaming else [response.content]
        content = b"".join(pieces)
        response.close()
        return cls(response.status_code, httpx2.Headers(dict(response.headers)), content)

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)

    def frames(self) -> list[dict[str, Any]]:
        """The data of each server-sent event that is JSON."""
        lines = (line.removeprefix("data: ") for line in self.text.splitlines() if "data: " in line)
        return [json.loads(line) for line in lines if line.startswith("{")]


def merged(frames: list[dict[str, Any]], text: str, *same: str) -> list[dict[str, Any]]:
    """In whatever pieces it came: neighbours that have a ``text``, and the ``same``, are one."""
    told: list[dict[str, Any]] = []
    for frame in frames:
        last = told[-1] if told else {}
        if text in frame and text in last and all(frame[name] == last[name] for name in same):
            told[-1] = frame | {text: last[text] + frame[text]}
        else:
            told.append(frame)
    return told


class Row:
    """A door. The words of a method's caller are the person's; ``where`` is a conversation's id."""

    name: str
    door: str  # as the turn keeps it
    room: str  # its module in chat/doors/, if it has one
    paths: tuple[str, ...]  # all that it serves, as chat/doors/urls.py spells them
    modes: tuple[bool, ...] = (False, True)  # whole, streamed
    most = 128 * 1024  # bytes of a body
    bad_input = range(400, 500)  # the status of what is wrong with a request
    busy = 409
    ids = False  # a message has an id of the client's, by which it is known again
    asks = False  # the protocol has a way to ask, and to answer by more than words
    goes_on = False  # a stream that was cut can be read on
    lasts = True  # … also once the turn has ended

    def said(
        self, text: Any, where: str | None = None, *, stream: bool = False, id: str = ""
    ) -> Sent:
        """The request with these words; ``where`` None: it begins a conversation."""
        raise NotImplementedError

    def reply(self, answer: Answer) -> str:
        """The text of the reply, put together as a client would."""
        raise NotImplementedError

    def refusal(self, answer: Answer) -> str:
        """The sentence of an error, whose shape is checked on the way to it."""
        raise NotImplementedError

    def failure(self, answer: Answer) -> str:
        """Likewise of a turn that failed, whole or streamed."""
        return self.refusal(answer)

    def forged(self, text: str, where: str, word: str) -> list[Sent]:
        """Requests that say ``text``, and have ``word`` in all that is not to be believed."""
        raise NotImplementedError

    def bad(self, where: str) -> list[Sent]:
        """Bodies of the wrong shape, beyond what is bad at every door."""
        return []

    def answers(self, where: str, said: dict[str, bool]) -> Sent:
        """What is said to what the last reply asks, by the ids of proposals."""
        raise NotImplementedError

    def rest(self, sent: Sent, where: str, read: Answer) -> Sent:
        """How one goes on behind what was read of the stream that was sent for, or anew."""
        raise NotImplementedError

    def joined(self, read: Answer, rest: Answer) -> Any:
        """What a client knows after both, in whatever pieces it came."""
        raise NotImplementedError
