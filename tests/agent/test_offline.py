"""The built-in assistant as a language model: what it reads, and what it answers with."""

from typing import Any

import pytest

from agent.llm import Response, ToolRequest
from agent.offline.assistant import OfflineLLM
from tests.agent.offline_steps import (
    BOB,
    MILK,
    REPORT,
    created,
    done,
    listed,
    requests,
    said,
    step,
    stream,
    user,
    words,
)


def test_words_are_streamed_in_pieces_that_are_the_text() -> None:
    deltas = []
    stepping = stream(user("hello"))
    while True:
        try:
            deltas.append(next(stepping).text)
        except StopIteration as stop:
            response = stop.value
            break

    assert len(deltas) > 5
    assert "".join(deltas) == response.text
    assert (response.model, response.finish_reason) == ("built-in", "stop")
    assert (response.input_tokens, response.output_tokens) == (None, None)


def test_a_step_with_tools_says_nothing_yet() -> None:
    response = step(user("add buy milk tomorrow at 5pm"))

    assert response == Response(
        "",
        [
            ToolRequest(
                "create_task",
                '{"title": "Buy milk", "due_date": "2026-11-22", "due_time": "17:00"}',
            )
        ],
        finish_reason="tool_calls",
        model="built-in",
    )


def test_the_same_messages_get_the_same_answer() -> None:
    messages = [user("asdf 1 2 3"), said("?"), user("qwertz uiop 4 5?!")]

    assert step(*messages) == step(*messages)


def test_a_prompt_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(ValueError, match="no time"):
        next(OfflineLLM().stream([{"role": "user", "content": "hi"}], []))


def test_several_tasks_are_one_step() -> None:
    [(name, arguments)] = requests(user("add milk, eggs and bread"))

    assert (name, arguments) == (
        "create_task",
        {"tasks": [{"title": "Milk"}, {"title": "Eggs"}, {"title": "Bread"}]},
    )


def test_what_one_call_has_made_of_several_tasks_is_told_one_by_one() -> None:
    asked = user("add milk, eggs and bread")
    [(name, arguments)] = requests(asked)
    tasks = [{"id": title, "title": title} for title in ("Milk", "Bread")]
    failures = [{"item": 2, "title": "Eggs", "error": "The hen is ill."}]

    text = words(asked, done(name, arguments, {"tasks": tasks, "failures": failures}))

    assert "1. Milk\n2. Bread" in text
    assert "I could not add “Eggs”: The hen is ill." in text


def test_a_name_is_looked_up_and_then_changed() -> None:
    asked = user("the report is done")

    [(name, arguments)] = requests(asked)
    assert (name, arguments) == ("list_tasks", {"status": "all", "search": "report"})
    found = listed(REPORT, **arguments)
    assert requests(asked, found) == [("complete_task", {"task_id": REPORT["id"]})]
    finished = done("complete_task", {"task_id": REPORT["id"]}, {"task": REPORT})
    assert words(asked, found, finished) == "Well done: “Write report” is finished."


def test_it_needs_no_lookup() -> None:
    history = [user("add buy milk"), created(MILK), said("Added.")]

    assert requests(*history, user("mark it as done")) == [
        ("complete_task", {"task_id": MILK["id"]})
    ]


# An earlier attempt at the same message was cut off.


def test_a_call_that_was_made_is_not_made_again() -> None:
    assert words(user("add buy milk"), created(MILK)).startswith("Added “Buy milk”")


def test_only_the_missing_calls_are_made() -> None:
    made = requests(user("add buy milk and write report and call Bob"), created(MILK))

    assert made == [("create_task", {"tasks": [{"title": "Write report"}, {"title": "Call Bob"}]})]


def test_what_another_model_did_before_it_was_cut_off_is_told() -> None:
    text = words(user("hello"), created(MILK))

    assert "“Buy milk” was added." in text
    assert "Hello" in text


# Another model answered earlier messages.


def test_it_is_what_another_model_has_added() -> None:
    history = [user("pon leche en la lista"), created(MILK), said("Hecho.")]

    assert requests(*history, user("make it urgent")) == [
        ("update_task", {"task_id": MILK["id"], "priority": "high"})
    ]


def test_numbers_are_those_of_the_list_that_another_model_looked_up() -> None:
    history = [user("¿qué tengo?"), listed(MILK, REPORT), said("1. leche 2. informe")]

    assert requests(*history, user("complete 2")) == [("complete_task", {"task_id": REPORT["id"]})]


def test_it_is_the_only_task_that_another_model_looked_up() -> None:
    history = [user("¿qué tengo?"), listed(REPORT), said("informe")]

    assert requests(*history, user("delete it")) == [("delete_task", {"task_id": REPORT["id"]})]


def test_a_question_that_was_never_asked_is_not_answered() -> None:
    asked = [user("milk"), *listed(BOB)]
    offer = words(asked)
    assert offer.endswith("(yes or no)")

    assert requests(asked, said(offer), user("yes")) == [("create_task", {"title": "Milk"})]
    assert "What shall I do" in words(asked, said("(This message was not answered.)"), user("yes"))


def test_no_sentence_becomes_a_task_before_the_list_was_looked_at() -> None:
    asked = user("call Bob on monday")

    assert requests(asked) == [("list_tasks", {})]
    assert requests(asked, listed(MILK))[0][0] == "create_task"
    assert "“Call Bob” is on your list" in words(asked, listed(MILK, BOB))


# Tools fail.


def test_a_task_that_could_not_be_added_is_not_claimed() -> None:
    failed = done("create_task", {"title": "Buy milk"}, {"error": "The list is full."})

    assert words(user("add buy milk"), failed) == "I could not add “Buy milk”: The list is full."


def test_some_tasks_added_and_some_not() -> None:
    failed = done("create_task", {"title": "Call Bob"}, {"error": "The list is full."})

    text = words(user("add buy milk and call Bob"), created(MILK), failed)

    assert "Added “Buy milk”." in text
    assert "I could not add “Call Bob”: The list is full." in text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("No.", "I could not change “Buy milk”: No."),
        ("There is no such task. List the tasks.", "“Buy milk” is not in your list any more"),
        ({"code": "internal"}, 'I could not change “Buy milk”: {"code": "internal"}'),
    ],
)
def test_a_change_that_failed_is_not_claimed(error: Any, told: str) -> None:
    history = [user("add buy milk"), created(MILK), said("Added.")]
    failed = done("complete_task", {"task_id": MILK["id"]}, {"error": error})

    text = words(*history, user("it is done"), failed)

    assert told in text
    assert "Well done" not in text


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("what do I have?", {}),
        ("complete milk", {"status": "all", "search": "milk"}),
        ("complete all", {}),
        ("anything about milk?", {"status": "all", "search": "milk"}),
    ],
)
def test_tasks_that_cannot_be_listed(text: str, arguments: dict[str, Any]) -> None:
    failed = done("list_tasks", arguments, {"error": "Try later."})

    assert "I could not look up your tasks: Try later." in words(user(text), failed)


def test_a_result_that_is_no_object_is_taken_for_an_empty_one() -> None:
    broken = done("list_tasks", {}, {})
    broken[1]["content"] = "[oops"

    assert "your list is empty" in words(user("what do I have?"), broken)
