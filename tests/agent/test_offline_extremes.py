"""Too much, too long, spoilt: the built-in assistant answers all the same."""

import json
from time import perf_counter
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent import tools
from agent.llm import Message
from tests.agent.offline_steps import (
    BOB,
    MILK,
    NOW,
    REPORT,
    done,
    listed,
    requests,
    said,
    step,
    user,
    words,
)


def test_a_long_list_is_one_call() -> None:
    asked = user("add: " + ", ".join(f"thing {n}" for n in range(1, 16)))

    [(name, arguments)] = requests(asked)
    tasks = [each | {"id": str(n)} for n, each in enumerate(arguments["tasks"])]
    text = words(asked, done(name, arguments, {"tasks": tasks, "failures": []}))

    assert "Added 15 tasks" in text
    assert "15. Thing 15" in text


@pytest.mark.parametrize(
    "text", ["add: " + ", ".join(f"thing {n}" for n in range(101)), "- a\n" * 101]
)
def test_an_endless_list_is_refused_whole(text: str) -> None:
    assert "101 tasks, and I add at most 100 at once, so nothing was added" in words(user(text))


def test_many_are_changed_by_one_call() -> None:
    many = [{"id": str(n), "title": f"Thing {n}"} for n in range(1, 14)]
    shown = said("\n".join(f"{n}. Thing {n}" for n in range(1, 14)))
    history = [user("what do I have?"), listed(*many), shown]

    [(name, arguments)] = requests(*history, user("complete 1-13"))

    assert (name, len(arguments["task_ids"])) == ("complete_task", 13)


def test_too_many_to_change_at_once() -> None:
    many = [{"id": str(n), "title": f"Thing {n}"} for n in range(1, 102)]

    assert "That would be 101 tasks" in words(user("complete all"), listed(*many))


def test_the_end_of_a_list_that_was_not_told() -> None:
    result = {"tasks": [MILK, REPORT], "total": 70}

    assert "68 more fit" in words(user("what do I have?"), done("list_tasks", {}, result))


def test_a_note_is_added_to_notes_that_are_not_known_whole() -> None:
    long = REPORT | {"notes": "n" * 200, "notes_cut": "156 more characters; read_task tells them"}
    asked = user("add a note to report: two pages")

    [(name, arguments)] = requests(asked, listed(long, status="all", search="report"))

    assert (name, arguments["append_notes"]) == ("update_task", "two pages")


def test_a_date_beyond_the_calendar_is_refused() -> None:
    asked = user("postpone the report by 9000 years")

    text = words(asked, listed(REPORT, status="all", search="report"))

    assert "further away than my calendar goes" in text


def test_where_reminders_ring_is_said_once() -> None:
    def reminded(task: dict[str, Any]) -> list[Message]:
        rings = {"words": "at the time", "rings": "2026-11-25T09:00"}
        result = {"task": task | {"reminders": [rings]}, "rings_on": ["here"]}
        return done("create_task", {"title": task["title"]}, result)

    first = user("remind me to buy milk on wednesday")
    answer = words(first, reminded(MILK))
    assert "here on Wednesday, 25 November at 09:00" in answer
    assert "Settings has notifications and mail" in answer

    again = user("remind me to call Bob on wednesday")
    assert "Settings" not in words(first, reminded(MILK), said(answer), again, reminded(BOB))


def test_examples_differ_from_one_misunderstanding_to_the_next() -> None:
    first = words(user("I feel blue"))
    second = words(user("I feel blue"), said(first), user("I feel blue"))

    assert first != second


HUGE = [
    "a" * 10_000,
    "add " * 2_500,
    "add " + "milk and " * 1_100,
    "add " + "milk, " * 1_600,
    "milk\n" * 2_000,
    "- buy milk\n" * 900,
    "tomorrow " * 1_100,
    "move it to " * 900,
    "is due " * 1_400,
    "the " * 2_500,
    "1, " * 3_300,
    "'" * 10_000,
    '"a' * 5_000,
    " " * 9_999 + "x",
    "\n" * 9_999 + "x",
    "not done " * 1_100,
    "i have just already finally " * 350,
    "!" * 10_000,
    "in 3 days from " * 660,
    "https://" * 1_250,
    "add a note to it: " + "word " * 1_900,
    "rename it to " + "to " * 3_300,
    "👨‍👩‍👧‍👦" * 1_400,
    "\u202eשלום " * 1_600,
    "a.b! " * 2_000,
    "complete " + "1 and " * 1_600,
    "mark " + "it as " * 1_600 + "done",
]


@pytest.mark.parametrize("text", HUGE, ids=lambda text: text[:20].strip() or "blank")
def test_a_huge_message_is_answered_soon(text: str) -> None:
    begun = perf_counter()

    assert step(user(text[:10_000]))

    assert perf_counter() - begun < 1


PIECES = """
    add delete complete mark it as done move to friday tomorrow 5pm 31 feb the milk report first
    second last two 1 2 3 and then , . ; : ? ! !! " “ ” ' - ( ) \n yes no undo rename note all both
    everything not is due by on at in weeks high priority urgent what when show my tasks by a week
    remind me i need call buy called bought none never mind about for with
""".split(" ")  # noqa: SIM905
TEXTS = st.one_of(
    st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4))
@example(['" " urgent'])
def test_whatever_is_said_is_answered(texts: list[str]) -> None:
    """Every request is one that the tools accept, and every answer has words."""
    history: list[Message | list[Message]] = [
        user("what do I have?"),
        listed(MILK, REPORT),
        said("1. Buy milk\n2. Write report\nShall I?"),
    ]
    for text in texts:
        response = step(*history, user(text))
        for request in response.tool_requests:
            tools.bind(request.name, json.loads(request.arguments), NOW)
        assert response.text or response.tool_requests
        history += [user(text), said(response.text or "What?")]


@pytest.mark.parametrize(
    "result",
    [{"task": None}, {"tasks": 5}, {"tasks": [{}, None]}, {"deleted": []}, {"task": {"id": 5}}],
)
def test_a_spoilt_result_of_old_is_passed_over(result: dict[str, Any]) -> None:
    old = [user("add milk"), *done("create_task", {"title": "Milk"}, result), said("Added.")]

    assert "hello" in words(old, user("hello")).lower()
