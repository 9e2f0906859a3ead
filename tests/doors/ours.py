"""The dialogue through our own API."""

import json
from collections.abc import Iterator
from typing import Any, Self

import httpx2


def events(lines: Iterator[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The id, the name and the data of each."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        fields[name] = value
        if not line and "data" in fields:
            yield fields["id"], fields["event"], json.loads(fields["data"])
            fields = {}


class Heard:
    """What a client puts together from the events of a turn."""

    def __init__(self) -> None:
        self.conversation, self.place, self.text, self.status = "", "", "", ""
        self.tools: list[str] = []
        self.proposals: list[str] = []

    def hear(self, place: str, name: str, data: dict[str, Any]) -> None:
        self.place = place
        self.conversation = data.get("conversation_id", self.conversation)
        if name == "message.delta":
            self.text += data["text"]
        if name == "tool.started":
            self.tools.append(data["name"])
        if name in ("turn.completed", "turn.failed"):
            self.status = data["assistant_message"]["status"]
            self.proposals = data["assistant_message"]["proposals"]

    def told(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "status": self.status,
            "tools": self.tools,
            "asked": bool(self.proposals),
        }


class Ours:
    door = "api"

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=60, verify=False)
        self._where: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, do: str, **how: Any) -> dict[str, Any]:
        told: dict[str, Any] = getattr(self, do)(**how)
        return told

    def decide(self, *, yes: bool) -> dict[str, Any]:
        return self.say("Yes." if yes else "No.")

    def say(self, text: str) -> dict[str, Any]:
        *_, heard = self._hear(text)
        return heard.told()

    def say_and_stop(self, text: str, after: str) -> dict[str, Any]:
        stopped = False
        for heard in self._hear(text):
            if after in heard.text and not stopped:
                self._http.post(f"/api/conversations/{heard.conversation}/cancel/")
                stopped = True
        return heard.told()

    def say_and_cut(self, text: str, after: str) -> dict[str, Any]:
        heard = next(heard for heard in self._hear(text) if after in heard.text)
        where = f"/api/conversations/{heard.conversation}/events/"
        with self._http.stream("GET", where, headers={"Last-Event-ID": heard.place}) as answer:
            for event in events(answer.iter_lines()):
                heard.hear(*event)
        return heard.told()

    def _hear(self, text: str) -> Iterator[Heard]:
        """The same one after each event; whoever stops reading cuts the line."""
        heard = Heard()
        body = {"message": text, "stream": True, **self._where}
        with self._http.stream("POST", "/api/chat/", json=body) as answer:
            for event in events(answer.iter_lines()):
                heard.hear(*event)
                self._where = {"conversation_id": heard.conversation}
                yield heard
