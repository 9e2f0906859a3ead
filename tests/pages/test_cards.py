"""What is told of a tool call, whatever its row may hold."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from agent.tools import TOOLS
from chat.pages.cards import card
from conversations.models import ToolCall
from tests.factories import LEASE, ConversationFactory, record_call
from tests.pages.markup import read

TODAY = date(2026, 11, 20)
ID = "01a226db-e1f6-74b8-bd52-dd33753ba011"
MILK = {"id": "1", "title": "Milk"}
RINGING = [
    {"words": words, "rings": "2026-11-21T16:00"} for words in ("an hour before", "at the time")
]
PASSED = {"words": "a day before", "silent": "it has passed, or is done"}
TOLD = ("task", "tasks", "deleted", "undone")
NAMES = [*TOOLS, "unheard_of", ""]

FIELDS = ("next", "reminders", "repeats", "list", "tags", "parent", "duration_minutes")

ODD: list[Any] = [None, 5, -1.5, True, "", "text", [], [1], {}, {"a": None}]
ODD_TASKS = [{"title": title, "due_date": "2026-11-20"} for title in ODD] + [
    {"title": "Milk", "due_date": day, "due_time": moment}
    for day in [*ODD, "2026-13-45", "2026-02-30", "0001-01-01", "9999-12-31"]
    for moment in [*ODD, "25:99", "17:00"]
]
ODD_RESULTS = [
    *ODD,
    *(
        {key: value}
        for key in (
            "task",
            "tasks",
            "deleted",
            "undone",
            "total",
            "error",
            "proposal",
            "untouched",
            "kept",
            "week",
        )
        for value in ODD
    ),
    *({key: task} for key in ("task", "deleted") for task in ODD_TASKS),
    *({key: [task]} for key in ("tasks", "deleted", "undone") for task in (*ODD, *ODD_TASKS)),
    *({"task": MILK | {name: odd}} for name in FIELDS for odd in ODD),
    *({"day": odd, "total": 1} for odd in ODD),
    *({"tag": odd, "tasks": 1} for odd in ODD),
    {"tasks": [MILK], "failures": 5},
    {"total": 10**400},
    {"total": float("inf")},
]


def called(name: str, result: Any, status: str = "succeeded", arguments: Any = None) -> ToolCall:
    return ToolCall(name=name, result=result, status=status, arguments=arguments or {})


@pytest.mark.parametrize(
    ("name", "result", "words"),
    [
        ("create_task", {"task": MILK}, "Created task: Milk"),
        (
            "create_task",
            {"task": MILK | {"due_date": "2026-11-21", "due_time": "17:00"}},
            "Created task: Milk · due tomorrow 17:00",
        ),
        (
            "update_task",
            {"task": MILK | {"due_date": "2026-11-20"}},
            "Changed task: Milk · due today",
        ),
        ("complete_task", {"task": MILK}, "Completed task: Milk"),
        (
            "create_task",
            {"task": MILK | {"due_date": "2026-11-23", "repeats": "every Monday"}},
            "Created task: Milk · due 23 Nov · every Monday",
        ),
        (
            "complete_task",
            {"task": MILK | {"due_date": "2026-11-23", "next": MILK | {"due_date": "2026-11-30"}}},
            "Completed task: Milk · next: Monday, 30 November",
        ),
        ("complete_task", {"task": MILK | {"next": MILK}}, "Completed task: Milk"),
        (
            "create_task",
            {"task": MILK | {"due_date": "2026-11-21", "reminders": [*RINGING, PASSED]}},
            "Created task: Milk · due tomorrow · reminder: an hour before, at the time",
        ),
        ("reopen_task", {"task": MILK}, "Reopened task: Milk"),
        ("remember", {"kept": {"words": "mornings are 7"}}, "Remembered: mornings are 7"),
        ("remember", {"forgotten": [{"words": "a"}, {"words": "b"}]}, "Forgotten: a, b"),
        ("delete_task", {"deleted": MILK}, "Deleted task: Milk"),
        ("undo_last", {"undone": "created", "deleted": MILK}, "Took back: Milk"),
        ("undo_last", {"undone": "completed", "task": MILK}, "Took back: Milk"),
        (
            "undo_last",
            {"undone": [{"kind": "created", "task": MILK}], "source": "chat"},
            "Took back: Milk",
        ),
        (
            "complete_task",
            {"tasks": [MILK, MILK | {"title": "Tea"}], "failures": []},
            "Completed 2 tasks: Milk, Tea",
        ),
        (
            "create_task",
            {"tasks": [MILK] * 7, "failures": [{"item": 8, "title": "x", "error": "…"}]},
            "Created 7 tasks: Milk, Milk, Milk, Milk, Milk, … · 1 not done",
        ),
        (
            "delete_task",
            {"deleted": [MILK], "failures": [{"item": 2, "task_id": "x", "error": "…"}]},
            "Deleted task: Milk · 1 not done",
        ),
        ("read_task", {"task": MILK}, "Read task: Milk"),
        ("restore_task", {"task": MILK}, "Restored task: Milk"),
        ("list_tasks", {"tasks": [], "total": 0}, "Looked at the tasks: 0 found"),
        ("list_tasks", {"tasks": [MILK], "total": 1}, "Looked at the tasks: 1 found"),
        ("unheard_of", {}, "Used unheard_of"),
        (
            "delete_task",
            {"proposal": {"id": ID, "summary": "Delete 6 tasks: “Milk”, …", "tasks": 6}},
            "Asks before it does this",
        ),
        (
            "delete_task",
            {"answers": "1", "untouched": "Delete 6 tasks", "said": "no"},
            "Nothing done: Delete 6 tasks",
        ),
    ],
)
def test_what_was_done_is_told_in_words(name: str, result: Any, words: str) -> None:
    told = card(called(name, result), TODAY)

    assert (told.words, told.trouble) == (words, "")


def test_reminders_that_were_taken_away_are_told() -> None:
    call = called("update_task", {"task": MILK}, arguments={"task_id": "1", "reminders": ["none"]})

    assert card(call, TODAY).words == "Changed task: Milk · no reminder"


def test_the_end_of_a_series_is_told() -> None:
    call = called("update_task", {"task": MILK}, arguments={"task_id": "1", "repeats": None})

    assert card(call, TODAY).words == "Changed task: Milk · repeats no more"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("create_task", "Could not create the task"),
        ("update_task", "Could not change the task"),
        ("complete_task", "Could not complete the task"),
        ("reopen_task", "Could not reopen the task"),
        ("delete_task", "Could not delete the task"),
        ("undo_last", "Could not take the last change back"),
        ("list_tasks", "Could not look at the tasks"),
        ("unheard_of", "Could not use unheard_of"),
    ],
)
def test_what_was_not_done_is_told_with_its_reason(name: str, words: str) -> None:
    told = card(called(name, {"error": "There is no such task."}, "failed"), TODAY)

    assert (told.words, told.trouble) == (words, "There is no such task.")


@pytest.mark.parametrize("name", [*TOOLS])
def test_every_tool_has_words_of_its_own(name: str) -> None:
    result = {
        "task": MILK,
        "deleted": MILK,
        "list": "Home",
        "lists": [],
        "tags": [],
        "total": 1,
        "kept": {"words": "mornings are 7"},
    }

    for status in ("succeeded", "failed"):
        told = card(called(name, result, status, {"do": "create", "list": "Home"}), TODAY)
        assert name not in told.words


@pytest.mark.parametrize(
    ("name", "arguments", "result", "words"),
    [
        (
            "list_lists",
            {},
            {"lists": [{"name": "Home", "open": 1}], "inbox": 3, "tags": []},
            "Looked at the lists: 1 list, 0 tags",
        ),
        ("edit_list", {"do": "create", "list": "Home"}, {"list": "Home"}, "Created list: Home"),
        (
            "edit_list",
            {"do": "rename", "list": "Home", "to": "House"},
            {"list": "House"},
            "Renamed list: Home → House",
        ),
        (
            "edit_list",
            {"do": "merge", "list": "home", "to": "house"},
            {"list": "House", "merged": "Home"},
            "Moved the tasks of Home into House",
        ),
        (
            "edit_list",
            {"do": "delete", "list": "home"},
            {"deleted_list": "Home"},
            "Deleted list: Home",
        ),
        (
            "edit_list",
            {"do": "delete", "list": "Home"},
            {"proposal": {"id": ID, "summary": "Delete the list “Home”"}},
            "Asks before it does this",
        ),
        ("edit_list", {"do": "delete", "list": "Home"}, {"tasks": []}, "Used edit_list"),
        (
            "edit_list",
            {"do": "rename", "list": "#a", "to": "b"},
            {"tag": "b", "tasks": 1},
            "Renamed tag: #a → #b · 1 task",
        ),
        (
            "edit_list",
            {"do": "delete", "list": "#a"},
            {"tag": None, "tasks": 2},
            "Removed tag: #a · 2 tasks",
        ),
        ("plan", {}, {"tasks": [], "total": 5}, "Looked for what to do now: 5 tasks"),
        (
            "plan",
            {},
            {"day": "2026-11-21", "tasks": [], "total": 1, "proposal": {"id": "1"}},
            "Planned tomorrow: 1 task · asks before it moves any",
        ),
        (
            "plan",
            {},
            {"week": {}, "done": {"total": 4}, "overdue": {"total": 1}},
            "Looked at the week: 4 done, 1 overdue",
        ),
        (
            "create_task",
            {},
            {
                "task": MILK
                | {"list": "Shop", "tags": ["a", "b"], "duration_minutes": 30}
                | {"parent": {"id": "2", "title": "Party"}}
            },
            "Created task: Milk · 30 min · step of Party · in Shop · #a #b",
        ),
        ("undo_last", {}, {"undone": [{"kind": "created", "list": "Home"}]}, "Took back: Home"),
    ],
)
def test_what_is_new_has_its_words(name: str, arguments: Any, result: Any, words: str) -> None:
    assert card(called(name, result, arguments=arguments), TODAY).words == words


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("status", ["succeeded", "failed", "nonsense", ""])
def test_no_row_is_too_odd_for_a_card(name: str, status: str) -> None:
    for result in ODD_RESULTS:
        told = card(called(name, result, status, arguments=result), TODAY)

        assert told.words
        assert json.loads(told.result) == result


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.django_db
def test_no_row_is_too_odd_for_the_page(browser: Client, user: User, name: str) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Hello", LEASE)
    for status in ("succeeded", "failed", "nonsense"):
        for result in [*ODD, {"task": MILK | {"due_date": 5}}, {"error": [5]}]:
            arguments = {} if result is None else result
            result = {} if result is None else result
            record_call(turn, name=name, result=result, arguments=arguments, status=status)

    page = read(browser.get(f"/c/{conversation.pk}/"))

    assert len(page.all("details")) == turn.tool_calls.count()


@pytest.mark.django_db
def test_what_is_nested_deeply_does_not_fill_the_page(browser: Client, user: User) -> None:
    deep = json.loads("[" * 700 + "]" * 700)
    turn = ConversationFactory(user=user).begin_turn("Hello", LEASE)
    record_call(turn, arguments={"title": deep}, result={"task": deep})

    answer = browser.get(f"/c/{turn.conversation_id}/")

    assert read(answer).has("details")
    assert len(answer.content) < 100_000
