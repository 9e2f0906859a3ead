"""A page with ChatKit in it: it keeps threads and items as the events of its streams tell it to.

Whatever it sends and reads is held against the types of openai-chatkit.
"""

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from http.client import HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from chatkit.types import (
    ChatKitReq,
    ErrorEvent,
    Page,
    Thread,
    ThreadItem,
    ThreadStreamEvent,
)
from lines import serve, stop, until_free
from pydantic import BaseModel, TypeAdapter

Json = dict[str, Any]

REQUEST: TypeAdapter[Any] = TypeAdapter(ChatKitReq)
EVENT: TypeAdapter[Any] = TypeAdapter(ThreadStreamEvent)
PLAIN: dict[str, Any] = {
    "threads.get_by_id": Thread,
    "threads.update": Thread,
    "threads.list": Page[Thread],
    "items.list": Page[ThreadItem],
}


class Held:
    """What the page holds: the thread that is open, and its items by their ids, in order."""

    def __init__(self) -> None:
        self.thread: Json = {}
        self.items: dict[str, Json] = {}
        self.events: list[Json] = []
        self.begun: list[str] = []  # items that came with the latest stream

    def hear(self, event: Json) -> None:
        self.events.append(event)
        match event["type"]:
            case "thread.created" | "thread.updated":
                self.thread = event["thread"]
            case "thread.item.added":
                assert event["item"]["id"] not in self.items
                self._put(event["item"])
            case "thread.item.done":
                assert self.items.get(event["item"]["id"]) in (None, event["item"])
                self._put(event["item"])
            case "thread.item.replaced":
                assert event["item"]["id"] in self.items
                self._put(event["item"])
            case "thread.item.removed":
                del self.items[event["item_id"]]
            case "thread.item.updated":
                self._update(self.items[event["item_id"]], event["update"])

    def _put(self, item: Json) -> None:
        if item["id"] not in self.items:
            self.begun.append(item["id"])
        self.items[item["id"]] = deepcopy(item)

    def _update(self, item: Json, update: Json) -> None:
        match update["type"]:
            case "assistant_message.content_part.added":
                item["content"].insert(update["content_index"], update["content"])
            case "assistant_message.content_part.text_delta":
                item["content"][update["content_index"]]["text"] += update["delta"]
            case "assistant_message.content_part.done":
                assert item["content"][update["content_index"]] == update["content"]
            case "workflow.task.added":
                item["workflow"]["tasks"].insert(update["task_index"], update["task"])
            case "workflow.task.updated":
                item["workflow"]["tasks"][update["task_index"]] = update["task"]


held = Held()


def checked(read: Any, as_sent: Any) -> Json:
    """As the type has it; the wire has all of it but what is null."""
    whole: Json = read.model_dump(mode="json", exclude_none=True)
    assert plain(whole) == plain(as_sent), (whole, as_sent)
    return whole


def plain(value: Any) -> Any:
    """Without what the types have beside: metadata, and how they spell a time."""
    if isinstance(value, dict):
        return {
            name: plain(each)
            for name, each in value.items()
            if name not in ("metadata", "created_at")
        }
    return [plain(each) for each in value] if isinstance(value, list) else value


def send(type_: str, params: Json, headers: Json) -> HTTPResponse:
    body = {"type": type_, "params": params}
    REQUEST.validate_python(body)
    bearer = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/json"}
    url = os.environ["URL"] + "/chatkit"
    answer: HTTPResponse = urlopen(Request(url, json.dumps(body).encode(), bearer | headers))
    return answer


def frames(answer: HTTPResponse) -> Iterator[Json]:
    assert answer.headers["Content-Type"] == "text/event-stream"
    for line in answer:
        if line.strip():
            assert line.startswith(b"data: "), line
            sent = json.loads(line.removeprefix(b"data: "))
            yield checked(EVENT.validate_python(sent), sent)


def stream(type_: str, params: Json, **headers: str) -> Iterator[Json]:
    held.events, held.begun = [], []
    with send(type_, params, headers) as answer:
        for event in frames(answer):
            held.hear(event)
            yield event


def plainly(type_: str, params: Json) -> Json:
    with send(type_, params, {}) as answer:
        sent: Json = json.load(answer)
    if type_ in PLAIN:
        read: BaseModel = TypeAdapter(PLAIN[type_]).validate_python(sent)
        return checked(read, sent)
    return sent


def said(text: str) -> Json:
    part = {"type": "input_text", "text": text}
    return {"content": [part], "attachments": [], "inference_options": {}}


def begins(text: str) -> tuple[str, Json]:
    if not held.thread:
        return "threads.create", {"input": said(text)}
    return "threads.add_user_message", {"thread_id": held.thread["id"], "input": said(text)}


# What the tests ask for


def sign_in(token: str) -> None:
    """Another person, with a page that has nothing in it yet."""
    os.environ["TOKEN"] = token
    held.__init__()  # type: ignore[misc]


def take(type: str, params: Json, headers: Json | None = None) -> list[Json]:
    """A stream to its end; its events."""
    list(stream(type, params, **(headers or {})))
    return held.events


def get(type: str, params: Json) -> Json:
    return plainly(type, params)


def refused(type: str, params: Json, headers: Json | None = None) -> Json:
    """The status and the body of an answer that is an error, which is one of the protocol's."""
    try:
        send(type, params, headers or {}).close()
    except HTTPError as error:
        body: Json = json.load(error)
        ErrorEvent.model_validate(body)
        return {"status": error.code, **body}
    raise AssertionError("it was not refused")


def checked_event(event: Json) -> Json:
    return checked(EVENT.validate_python(event), event)


def items() -> list[Json]:
    return list(held.items.values())


def listed() -> list[Json]:
    """The same from items.list, read in pages of three, both ways; the thread is as it is held."""
    found = [pages(order) for order in ("asc", "desc")]
    assert found[0] == found[1][::-1]
    thread = plainly("threads.get_by_id", {"thread_id": held.thread["id"]})
    assert thread.get("title") == held.thread.get("title")
    return found[0]


def pages(order: str) -> list[Json]:
    where = {"thread_id": held.thread["id"], "limit": 3, "order": order}
    page = plainly("items.list", where)
    found = page["data"]
    while page["has_more"]:
        page = plainly("items.list", {**where, "after": page["after"]})
        found += page["data"]
    return found


def leave(type: str, params: Json, after: str, headers: Json | None = None) -> str:
    """Read no further than to where the text has ``after``; the id of the thread."""
    for event in stream(type, params, **(headers or {})):
        if after in json.dumps(event):
            break
    return str(held.thread["id"])


# What the dialogue of all doors asks for


def told() -> Json:
    mine = [held.items[id] for id in held.begun if id in held.items]
    texts = [each["content"][0]["text"] for each in mine if each["type"] == "assistant_message"]
    kinds = [event["type"] for event in held.events]
    return {
        "text": "\n\n".join(texts),
        "status": "failed" if "error" in kinds else None,
        "tools": None,
        "asked": any(each["type"] == "structured_input" for each in mine),
    }


def say(text: str) -> Json:
    take(*begins(text))
    assert items() == listed()
    return told()


def say_and_stop(text: str, after: str) -> Json:
    for event in stream(*begins(text)):
        if after in event.get("update", {}).get("delta", ""):
            stop()
    assert items() == listed()
    return told()


def say_and_cut(text: str, after: str) -> Json:
    leave(*begins(text), after=after)
    until_free()
    held.items = {item["id"]: item for item in listed()}
    return {"text": None, "status": None, "tools": None, "asked": None}


def decide(yes: bool) -> Json:
    *_, ask = [each for each in items() if each["type"] == "structured_input"]
    answers = {each["id"]: {"values": ["Yes" if yes else "No"]} for each in ask["inputs"]}
    where = {"thread_id": held.thread["id"], "item_id": ask["id"]}
    take("threads.add_structured_input", {**where, "input": {"answers": answers}})
    assert items() == listed()
    return told()


serve(
    sign_in,
    checked_event,
    take,
    get,
    refused,
    items,
    listed,
    leave,
    say,
    say_and_stop,
    say_and_cut,
    decide,
)
