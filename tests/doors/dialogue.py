"""A dialogue of twelve turns that each door takes with a client as people install it, and the rows
that it leaves: the same at every door.

What the language model says is written down beside what is said to it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from conversations.models import Conversation
from tests.factories import TaskFactory
from tests.fakes import Answer, call
from tests.fakes.answers import asks, event, fails, hangs, says, stream
from tests.fakes.server import Exchange as Asked
from todos.models import Proposal, Task, TaskChange

PAUSE = 0.4  # seconds in which a client cuts the stream and comes back
Ids = dict[str, str]  # of the tasks, by their titles
Script = Callable[[Ids], list[Answer]]


@dataclass(frozen=True)
class Exchange:
    """What a client is asked to do, what the model answers, and what must come of it."""

    do: str
    how: dict[str, Any]
    script: Script
    reply: str
    status: str = "completed"
    calls: list[tuple[str, str]] = field(default_factory=list)
    asked: bool = False

    @property
    def words(self) -> str:
        if self.do == "decide":
            return "Yes." if self.how["yes"] else "No."
        return str(self.how["text"])


BOXES = [f"Box {number}" for number in range(1, 5)]
BAGS = [f"Bag {number}" for number in range(1, 5)]
SHALL_I = "Shall I do that? Say yes or no."
BOXES_GO = "Delete 4 tasks: “Box 1”, “Box 2”, “Box 3”, “Box 4”."
BAGS_GO = "Delete 4 tasks: “Bag 1”, “Bag 2”, “Bag 3”, “Bag 4”."
NOBODYS = "01900000-0000-7000-8000-000000000000"


def pauses(first: str, rest: str) -> Answer:
    """Says the rest a moment later."""

    def go_on(asked: Asked) -> None:
        asked.wait(PAUSE)
        for piece in (event({"content": rest}), event({}, "stop")):
            asked.send(b"data: %s\n\n" % json.dumps(piece).encode())
        asked.send(b"data: [DONE]\n\n")
        asked.end()

    return stream(event({"content": first}), done=False, then=go_on)


def never_ends(first: str) -> Answer:
    return stream(event({"content": first}), done=False, then=hangs)


def deletes(titles: list[str]) -> Script:
    return lambda ids: [
        asks(call("delete_task", task_ids=[ids[title] for title in titles])),
        says("I can ", "do that."),
    ]


DIALOGUE = [
    Exchange(
        "say",
        {"text": "Add milk and eggs"},
        lambda ids: [
            asks(call("create_task", title="Milk"), call("create_task", title="Eggs")),
            says("Both ", "are on ", "your list."),
        ],
        "Both are on your list.",
        calls=[("create_task", "succeeded"), ("create_task", "succeeded")],
    ),
    Exchange(
        "say",
        {"text": "What is there of boxes?"},
        lambda ids: [
            asks(call("list_tasks", search="Box"), said="Let me see. "),
            says("There are ", "four."),
        ],
        "Let me see. \n\nThere are four.",
        calls=[("list_tasks", "succeeded")],
    ),
    Exchange(
        "say",
        {"text": "Tick off the unicorn"},
        lambda ids: [asks(call("complete_task", task_id=NOBODYS)), says("There is ", "none.")],
        "There is none.",
        calls=[("complete_task", "failed")],
    ),
    Exchange(
        "say",
        {"text": "Add bread"},
        lambda ids: [
            fails(503),
            asks(call("create_task", title="Bread")),
            says("It's ", "there."),
        ],
        "It's there.",
        calls=[("create_task", "succeeded")],
    ),
    Exchange("say", {"text": "Add jam"}, lambda ids: [fails(500), fails(500)], "", "failed"),
    Exchange(
        "say",
        {"text": "Add jam"},
        lambda ids: [asks(call("create_task", title="Jam")), says("Now ", "it is.")],
        "Now it is.",
        calls=[("create_task", "succeeded")],
    ),
    Exchange(
        "say",
        {"text": "Throw the boxes away"},
        deletes(BOXES),
        f"I can do that.\n\n{BOXES_GO} {SHALL_I}",
        calls=[("delete_task", "succeeded")],
        asked=True,
    ),
    Exchange(
        "decide",
        {"yes": True},
        lambda ids: [],
        "Deleted “Box 1”, “Box 2”, “Box 3” and “Box 4”.",
        calls=[("delete_task", "succeeded")],
    ),
    Exchange(
        "say",
        {"text": "And the bags"},
        deletes(BAGS),
        f"I can do that.\n\n{BAGS_GO} {SHALL_I}",
        calls=[("delete_task", "succeeded")],
        asked=True,
    ),
    Exchange(
        "decide",
        {"yes": False},
        lambda ids: [],
        "All right, I left everything as it is.",
        calls=[("delete_task", "succeeded")],
    ),
    Exchange(
        "say_and_stop",
        {"text": "Tell me a long story", "after": "upon"},
        lambda ids: [never_ends("Once upon a time ")],
        "Once upon a time ",
        "cancelled",
    ),
    Exchange(
        "say_and_cut",
        {"text": "And a short one", "after": "There was"},
        lambda ids: [pauses("There was a list", ", and it was done.")],
        "There was a list, and it was done.",
    ),
]
MADE = ["Milk", "Eggs", "Bread", "Jam"]


def prepare(user: User) -> Ids:
    return {
        title: str(TaskFactory(user=user, title=title, due_date=None).pk)
        for title in (*BOXES, *BAGS)
    }


def expected(door: str) -> dict[str, Any]:
    """The rows after the dialogue through this one, as ``rows_of`` tells them."""
    hand = "mcp" if door == "mcp" else "chat"  # words that a model writes to ours are no person's
    kept, gone = dict.fromkeys([*BAGS, *MADE], "kept"), dict.fromkeys(BOXES, "deleted")
    return {
        "turns": [(door, each.words, each.reply, each.status, each.calls) for each in DIALOGUE],
        "tasks": kept | gone,
        "journal": [
            *((title, "created", hand) for title in MADE),
            *((title, "deleted", hand) for title in BOXES),
        ],
        "proposals": [("delete", "approved"), ("delete", "rejected")],
    }


def rows_of(user: User) -> dict[str, Any]:
    """What the one conversation of ``user`` has left, without ids and times."""
    conversation = Conversation.objects.get(user=user)
    tasks = Task.objects.filter(user=user)
    changes = TaskChange.objects.filter(user=user).exclude(source="api").select_related("task")
    proposals = Proposal.objects.filter(user=user).order_by("created_at")
    return {
        "turns": [
            (
                turn.door,
                turn.user_message.content,
                turn.reply.content,
                turn.status,
                [(made.name, made.status) for made in turn.calls],
            )
            for turn in conversation.turns.order_by("created_at")
        ],
        "tasks": {task.title: "deleted" if task.deleted_at else "kept" for task in tasks},
        "journal": [
            (change.task.title, change.kind, change.source)
            for change in changes.order_by("created_at", "id")
        ],
        "proposals": [(each.operation["do"], each.status) for each in proposals],
    }
