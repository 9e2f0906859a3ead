"""The built-in assistant asked for lists: which tool calls a question makes, and long lists."""

from typing import Any

import pytest

from agent.llm import Message
from tests.agent.offline_steps import done, requests, said, user, words

MANY = [{"id": f"0190-{n}", "title": f"Thing {n}"} for n in range(70)]


@pytest.mark.parametrize(
    "more", ["show more", "more", "next", "the rest", "next page", "show me the next 50",
             "show me the rest", "continue", "show the others", "the remaining tasks"]
)  # fmt: skip
def test_a_long_list_is_shown_part_by_part(more: str) -> None:
    first = done("list_tasks", {}, {"tasks": MANY[:50], "total": 70, "next_offset": 50})
    begun = words(user("what do I have?"), first)
    assert "70 open tasks" in begun
    assert "20 more fit" in begun
    history: list[Message | list[Message]] = [user("what do I have?"), first, said(begun)]

    assert requests(*history, user(more)) == [("list_tasks", {"offset": 50})]
    rest = done("list_tasks", {"offset": 50}, {"tasks": MANY[50:], "total": 70})
    told = words(*history, user(more), rest)
    assert told.startswith("51 to 70 of 70:\n1. Thing 50\n")
    after: list[Message | list[Message]] = [*history, user(more), rest, said(told)]
    assert "no more" in words(*after, user(more))
    assert requests(*after, user("complete 2")) == [("complete_task", {"task_id": "0190-51"})]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("is there anything due tomorrow that is urgent?",
         {"priority": "high", "due_from": "2026-11-22", "due_to": "2026-11-22"}),
        ("anything due this week that's high priority?",
         {"priority": "high", "due_from": "2026-11-16", "due_to": "2026-11-22"}),
        ("how many are overdue", {"due": "overdue"}),
        ("show overdue tasks by priority", {"ordering": "-priority", "due": "overdue"}),
        ("list everything alphabetically", {"ordering": "title"}),
        ("tasks by due date", {"ordering": "due"}),
        ("what's in the bin?", {"status": "deleted"}),
        ("which tasks did I finish last month?",
         {"status": "done", "completed_from": "2026-10-01", "completed_to": "2026-10-31",
          "ordering": "-completed_at"}),
        ("what did I add on thursday?",
         {"status": "all", "created_from": "2026-11-19", "created_to": "2026-11-19",
          "ordering": "-created_at"}),
        ("what have I done in the last 3 days?",
         {"status": "done", "completed_from": "2026-11-18", "completed_to": "2026-11-21",
          "ordering": "-completed_at"}),
    ],
)  # fmt: skip
def test_a_question_lists_what_it_asks_for(text: str, arguments: dict[str, Any]) -> None:
    assert requests(user(text)) == [("list_tasks", arguments)]
