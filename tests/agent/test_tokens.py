"""What each message costs before a word is said, in tokens of the vocabulary o200k."""

import json
from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest
from rs_bpe.bpe import openai

from accounts.models import User
from agent import prompt, tools
from agent.handles import Handles
from agent.tools import ToolError
from tests.factories import TaskFactory
from text import as_json
from todos.models import Origin

O200K = openai.o200k_base()
MOST_TOLD_FIRST = 1_160
MOST_OF_A_TASK = 22
"""Of a task as people have them, in a list; of one that has a title alone, some eight fewer."""


def tokens(text: str) -> int:
    return len(O200K.encode(text))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hello world", [24912, 2375]),
        ("tiktoken is great!", [83, 8251, 2488, 382, 2212, 0]),
        ("antidisestablishmentarianism", [493, 129901, 376, 160388, 21203, 2367]),
        ("お誕生日おめでとう", [8930, 9697, 243, 128225, 8930, 17693, 4344, 48669]),
    ],
)
def test_the_vocabulary_is_the_one_that_is_meant(text: str, ids: list[int]) -> None:
    assert O200K.encode(text) == ids


def test_instructions_and_tools_are_few_tokens() -> None:
    """The tools as they go over the wire."""
    told = json.dumps(tools.specifications(), separators=(",", ":"), ensure_ascii=False)

    assert tokens(prompt.INSTRUCTIONS) + tokens(told) <= MOST_TOLD_FIRST


def test_models_are_told_of_all_that_the_tools_take() -> None:
    for each in tools.specifications():
        function = each["function"]
        tool = tools.TOOLS[function["name"]]
        told = function["parameters"]["properties"]
        if issubclass(tool, tools.ForTasks):
            [item] = [each["items"] for each in told.values()]
            told = item.get("properties", ["task_id"])

        assert set(told) == set(tool.model_fields)


TITLES = ["Buy milk", "Call the dentist", "Pay rent", "Finish the tax report for Anna", "Gym"]


def listed(user: User, **arguments: Any) -> str:
    """A list as a model reads it."""
    desk = tools.Desk(user, Origin("chat", uuid4()), show_undone=lambda changes: 0)
    result = tools.bind("list_tasks", arguments, user.local_now()).run(desk)
    message = {"role": "tool", "tool_call_id": "a", "content": as_json(result)}
    [told] = Handles().tell([message])
    return str(told["content"])


@pytest.mark.django_db
def test_a_task_of_a_list_is_few_tokens(user: User) -> None:
    for number in range(40):
        due = {"due_date": date(2026, 12, 1 + number % 28)} if number % 2 else {}
        at = {"due_time": time(17)} if number % 4 == 1 else {}
        priority = "high" if number % 5 == 0 else "none"
        TaskFactory(user=user, title=TITLES[number % 5], priority=priority, **due, **at)

    assert tokens(listed(user)) / 40 <= MOST_OF_A_TASK


@pytest.mark.django_db
def test_when_a_task_was_made_is_told_to_those_who_ask_for_it(user: User) -> None:
    task = TaskFactory(user=user)
    desk = tools.Desk(user, Origin("chat", uuid4()), show_undone=lambda changes: 0)
    read = tools.bind("read_task", {"task_id": str(task.pk)}, user.local_now()).run(desk)
    day = f"{task.created_at:%Y-%m-%d}"

    assert "created_at" in read["task"]
    assert "created_at" in listed(user, ordering="-created_at")
    assert "created_at" in listed(user, created_from=day)
    assert "created_at" not in listed(user)


@pytest.mark.parametrize(
    ("name", "arguments", "taught"),
    [
        ("list_tasks", {"ordering": "newest"}, "'-created_at'"),
        ("list_tasks", {"priority": "urgent"}, "'high'"),
        ("update_task", {"task_id": "a", "priority": "urgent"}, "'high'"),
        ("update_task", {"tasks": [{"task_id": "a", "priority": 1}]}, "'high'"),
    ],
    ids=json.dumps,
)
@pytest.mark.django_db
def test_what_is_not_told_is_taught_by_the_error(
    user: User, name: str, arguments: dict[str, Any], taught: str
) -> None:
    desk = tools.Desk(user, Origin("chat", uuid4()), show_undone=lambda changes: 0)

    with pytest.raises(ToolError, match=taught):
        tools.bind(name, arguments, user.local_now()).run(desk)
