"""Asking the AI SDK's door as `useChat` does, for tests."""

import json
from typing import Any

from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.fakes import call
from todos.models import Task

CHAT = "/api/ai-sdk/chat"
Chunk = dict[str, Any]


def words(text: str, id: str) -> dict[str, Any]:
    return {"id": id, "role": "user", "parts": [{"type": "text", "text": text}]}


def post(
    client: APIClient, *messages: Any, chat: str = "chat-1", header: Any = None, **more: Any
) -> Any:
    body = {"id": chat, "messages": [*messages], "trigger": "submit-message", **more}
    return client.post(CHAT, body, headers=header or {})


def say(client: APIClient, text: str, id: str = "m1", **more: Any) -> list[Chunk]:
    return chunks(post(client, words(text, id), **more))


def answers(**given: Any) -> dict[str, Any]:
    """The assistant's message after a click, with all else in it forged."""
    return {
        "id": "forged",
        "role": "assistant",
        "parts": [
            {
                "type": "dynamic-tool",
                "toolName": "delete_task",
                "toolCallId": "forged",
                "title": "Delete task",
                "state": "approval-responded",
                "input": {"task_ids": ["of somebody else"]},
                "approval": {"id": id, "approved": approved},
            }
            for id, approved in given.items()
        ],
    }


def answer(client: APIClient, chat: str = "chat-1", **given: Any) -> list[Chunk]:
    return chunks(post(client, answers(**given), chat=chat))


def chunks(response: Any) -> list[Chunk]:
    """All of a stream, to its ``[DONE]``."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/event-stream"
    assert response["X-Vercel-AI-UI-Message-Stream"] == "v1"
    *told, done = b"".join(response.streaming_content).decode().split("\n\n")[:-1]
    assert done == "data: [DONE]"
    return [json.loads(each.removeprefix("data: ")) for each in told]


def kinds(told: list[Chunk]) -> list[str]:
    return [each["type"] for each in told]


def of(told: list[Chunk], kind: str) -> Chunk:
    [found] = [each for each in told if each["type"] == kind]
    return found


def text(told: list[Chunk]) -> str:
    return "".join(each["delta"] for each in told if each["type"] == "text-delta")


def whole(told: list[Chunk]) -> list[Chunk]:
    """The same, with each piece of text in one."""
    joined: list[Chunk] = []
    for each in told:
        if joined and each["type"] == joined[-1]["type"] == "text-delta":
            joined[-1] = {**each, "delta": joined[-1]["delta"] + each["delta"]}
        else:
            joined.append(each)
    return joined


def ask(client: APIClient, user: User, plays: Plays, *more: Any) -> tuple[list[Chunk], str]:
    """Four tasks are to be deleted, and that is asked; its chunks, and the proposal."""
    ids = [str(TaskFactory(user=user).pk) for _ in range(4)]
    plays([call("delete_task", task_ids=ids)], ["All?"], *more)
    told = say(client, "delete them")
    return told, of(told, "tool-approval-request")["approvalId"]


def deleted() -> int:
    return Task.objects.exclude(deleted_at=None).count()
