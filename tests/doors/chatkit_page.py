"""A page with ChatKit in it, as the tests speak of it."""

from typing import Any

from conversations.models import Conversation
from tests.doors.clients import Client

Json = dict[str, Any]


def said(text: str, **more: object) -> Json:
    part = {"type": "input_text", "text": text}
    return {"content": [part], "attachments": [], "inference_options": {}, **more}


def begin(page: Client, text: str = "Hello", **more: object) -> list[Json]:
    events: list[Json] = page.ask(
        "take", type="threads.create", params={"input": said(text, **more)}
    )
    holds_what_is_listed(page)
    return events


def take(page: Client, type: str, headers: Json | None = None, **params: object) -> list[Json]:
    """What was heard, and the page holds what is listed after it."""
    where = {"thread_id": str(Conversation.objects.get().pk), **params}
    events: list[Json] = page.ask("take", type=type, params=where, headers=headers)
    holds_what_is_listed(page)
    return events


def say(page: Client, text: str, headers: Json | None = None) -> list[Json]:
    return take(page, "threads.add_user_message", headers, input=said(text))


def refused(page: Client, type: str, **params: object) -> tuple[int, str]:
    where = {"thread_id": str(Conversation.objects.get().pk), **params}
    body = page.ask("refused", type=type, params=where)
    return body["status"], body["problem"]


def get(page: Client, type: str, **params: object) -> Json:
    found: Json = page.ask("get", type=type, params=params)
    return found


def holds_what_is_listed(page: Client) -> None:
    assert page.ask("items") == page.ask("listed")


def of_type(events: list[Json], type: str) -> list[Json]:
    return [event for event in events if event["type"] == type]


def kinds(events: list[Json]) -> list[str]:
    """Neighbours of one kind are told once."""
    told: list[str] = []
    for event in events:
        item, update = event.get("item", {}), event.get("update", {})
        kind = f"{event['type']} {item.get('type') or update.get('type') or ''}".strip()
        told += [] if told[-1:] == [kind] else [kind]
    return told


def the_item(page: Client, type: str) -> Json:
    """The last of this type."""
    *_, found = [item for item in page.ask("items") if item["type"] == type]
    return dict(found)
