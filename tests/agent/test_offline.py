"""The built-in assistant as a language model: what it reads, and what it answers with."""

import json
from collections.abc import Generator
from datetime import datetime
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent import prompt, tools
from agent.events import TextDelta
from agent.llm import Message, Response, ToolRequest
from agent.offline import OfflineLLM

NOW = datetime(2026, 11, 21, 12, 10, tzinfo=ZoneInfo("Europe/Berlin"))
MILK = {"id": "0190-1", "title": "Buy milk"}
REPORT = {"id": "0190-2", "title": "Write report", "due_date": "2026-11-25"}
BOB = {"id": "0190-3", "title": "Call Bob", "priority": "high"}


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def said(text: str) -> Message:
    return {"role": "assistant", "content": text}


def done(name: str, arguments: dict[str, Any], result: dict[str, Any]) -> list[Message]:
    """A tool call of an earlier step and its result, as a prompt tells them."""
    done.count += 1  # type: ignore[attr-defined]
    id = f"call_{done.count}"  # type: ignore[attr-defined]
    function = {"name": name, "arguments": json.dumps(arguments)}
    request = {"id": id, "type": "function", "function": function}
    return [
        {"role": "assistant", "content": None, "tool_calls": [request]},
        {"role": "tool", "tool_call_id": id, "content": json.dumps(result)},
    ]


done.count = 0  # type: ignore[attr-defined]


def created(task: dict[str, Any]) -> list[Message]:
    return done("create_task", {"title": task["title"]}, {"task": task})


def listed(*tasks: dict[str, Any], **arguments: Any) -> list[Message]:
    return done("list_tasks", arguments, {"tasks": list(tasks), "total": len(tasks)})


def stream(*messages: Message | list[Message]) -> Generator[TextDelta, None, Response]:
    told: list[Message] = [{"role": "system", "content": prompt.instructions(NOW)}]
    for message in messages:
        told += message if isinstance(message, list) else [message]
    return OfflineLLM().stream(told, tools.specifications())


def step(*messages: Message | list[Message]) -> Response:
    stepping = stream(*messages)
    while True:
        try:
            next(stepping)
        except StopIteration as stop:
            response: Response = stop.value
            return response


def requests(*messages: Message | list[Message]) -> list[tuple[str, dict[str, Any]]]:
    response = step(*messages)
    assert not response.text
    return [(asked.name, json.loads(asked.arguments)) for asked in response.tool_requests]


def words(*messages: Message | list[Message]) -> str:
    response = step(*messages)
    assert not response.tool_requests
    return response.text


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
    with pytest.raises(ValueError, match="instructions"):
        next(OfflineLLM().stream([{"role": "system", "content": "Be kind."}, user("hi")], []))


def test_several_tasks_are_one_step() -> None:
    assert [name for name, _ in requests(user("add milk, eggs and bread"))] == ["create_task"] * 3


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


# Taking back.


def undone(kind: str, task: dict[str, Any], left: int = 0) -> list[Message]:
    result = {"undone": kind, "deleted" if kind == "created" else "task": task}
    return done("undo_last", {}, result | ({"left": left} if left else {}))


def failed_undo(error: str) -> list[Message]:
    return done("undo_last", {}, {"error": error})


def test_as_much_is_taken_back_as_the_tool_says_is_left() -> None:
    assert requests(user("undo")) == [("undo_last", {})]
    assert requests(user("undo"), undone("created", BOB, 2)) == [("undo_last", {})] * 2
    made = [undone("created", BOB, 2), undone("completed", REPORT, 1), undone("deleted", MILK)]
    text = words(user("undo"), *made)
    assert "“Buy milk” is back in your list. “Write report” is open again." in text
    assert "“Call Bob” is not in your list any more." in text


def test_what_an_earlier_attempt_has_taken_back_is_not_asked_for_again() -> None:
    made = [undone("created", BOB, 2), undone("created", REPORT, 1)]

    assert requests(user("undo"), *made) == [("undo_last", {})]
    assert "“Call Bob”" in words(user("undo"), *made, undone("created", MILK))


def test_more_than_is_changed_at_once_is_taken_back_in_parts() -> None:
    first = undone("created", MILK, 15)
    assert len(requests(user("undo"), first)) == 11
    rest = [undone("created", MILK, left) for left in range(14, 3, -1)]

    assert "say “undo” once more" in words(user("undo"), first, *rest)


def test_a_task_that_has_moved_on_is_told_beside_what_was_taken_back() -> None:
    moved = failed_undo("“Write report” has been changed elsewhere since.")

    assert words(user("undo"), moved).startswith("I could not take all of that back: “Write")
    text = words(user("undo"), undone("reopened", MILK, 2), moved, moved)
    assert text.startswith("“Buy milk” is done again. I could not take all of that back: “Write")
    assert text.count("“Write report”") == 1


def test_nothing_to_take_back() -> None:
    none = failed_undo("There is nothing to undo in this conversation.")

    assert words(user("undo"), none) == "There is nothing that I could undo."


@pytest.mark.parametrize("left", [None, "2", -3, [2], {"a": 1}])
def test_a_spoilt_number_of_what_is_left_is_passed_over(left: Any) -> None:
    spoilt = done("undo_last", {}, {"undone": ["x"], "task": MILK, "left": left})

    assert "Back as it was: “Buy milk”." in words(user("undo"), spoilt)


@pytest.mark.parametrize(
    "text",
    [
        "undo", "Undo!", "undo that", "undo it please", "take that back", "take it back", "revert",
        "revert that", "undo the last change", "undo my last change", "undo the changes",
        "undo last", "undo all of that", "undo the deletion", "undo delete",
        "undo the completion", "oops", "can you undo that?", "please undo the last one",
        "no, undo that", "put it back", "roll that back", "and undo that too",
    ],
)  # fmt: skip
def test_many_words_for_undo(text: str) -> None:
    assert requests(user(text)) == [("undo_last", {})]


@pytest.mark.parametrize("text", ["undo the deletion of milk", "restore milk", "bring milk back"])
def test_what_was_deleted_long_ago_is_not_brought_back_by_name(text: str) -> None:
    assert "only what I did last" in words(user(text))


# An earlier attempt at the same message was cut off.


def test_a_call_that_was_made_is_not_made_again() -> None:
    assert words(user("add buy milk"), created(MILK)).startswith("Added “Buy milk”")


def test_only_the_missing_calls_are_made() -> None:
    made = requests(user("add buy milk and write report and call Bob"), created(MILK))

    assert [arguments["title"] for _, arguments in made] == ["Write report", "Call Bob"]


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
    asked = user("milk")
    offer = words(asked)
    assert offer.endswith("(yes or no)")

    assert requests(asked, said(offer), user("yes")) == [("create_task", {"title": "Milk"})]
    assert "What shall I do" in words(asked, said("(This message was not answered.)"), user("yes"))


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
def test_tasks_that_can_not_be_listed(text: str, arguments: dict[str, Any]) -> None:
    failed = done("list_tasks", arguments, {"error": "Try later."})

    assert "I could not look up your tasks: Try later." in words(user(text), failed)


def test_a_result_that_is_no_object_is_taken_for_an_empty_one() -> None:
    broken = done("list_tasks", {}, {})
    broken[1]["content"] = "[oops"

    assert "your list is empty" in words(user("what do I have?"), broken)


# Much of everything.


def test_a_long_list_is_begun_and_the_rest_is_named() -> None:
    asked = user("add: " + ", ".join(f"thing {n}" for n in range(1, 16)))

    made = requests(asked)
    assert len(made) == 12
    results = [
        message
        for n, (_, arguments) in enumerate(made)
        for message in created({"id": str(n), **arguments})
    ]
    text = words(asked, results)
    assert "Added 12 tasks" in text
    assert "3 are left, from “Thing 13” on" in text


@pytest.mark.parametrize(
    "text", ["add: " + ", ".join(f"thing {n}" for n in range(60)), "- a\n" * 60]
)
def test_an_endless_list_is_refused_whole(text: str) -> None:
    assert "more than I can take in at once" in words(user(text))


def test_too_many_to_change_at_once() -> None:
    many = [{"id": str(n), "title": f"Thing {n}"} for n in range(1, 14)]
    history = [user("what do I have?"), listed(*many), said("1. …")]

    assert "at most 12" in words(*history, user("complete 1-13"))
    text = words(user("complete all"), listed(*many))
    assert "That would be 13 tasks" in text


def test_the_end_of_a_list_that_was_not_told() -> None:
    result = {"tasks": [MILK, REPORT], "total": 70}

    assert "68 more fit" in words(user("what do I have?"), done("list_tasks", {}, result))


def test_notes_that_are_not_known_whole_are_not_overwritten() -> None:
    long = REPORT | {"notes": "n" * 200}
    asked = user("add a note to report: two pages")

    text = words(asked, listed(long, status="all", search="report"))

    assert "too long for me to see whole" in text
    assert "Nothing has changed" in text


def test_a_date_beyond_the_calendar_is_refused() -> None:
    asked = user("postpone the report by 9000 years")

    text = words(asked, listed(REPORT, status="all", search="report"))

    assert "further away than my calendar goes" in text


def test_words_of_a_reminder_are_said_once() -> None:
    first = user("remind me to buy milk")
    answer = words(first, created(MILK))
    assert "ring a bell" in answer

    again = words(first, created(MILK), said(answer), user("remind me to call Bob"), created(BOB))

    assert "ring a bell" not in again


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
            tools.bind(request.name, json.loads(request.arguments))
        assert response.text or response.tool_requests
        history += [user(text), said(response.text or "What?")]


@pytest.mark.parametrize(
    "result",
    [{"task": None}, {"tasks": 5}, {"tasks": [{}, None]}, {"deleted": []}, {"task": {"id": 5}}],
)
def test_a_spoilt_result_of_old_is_passed_over(result: dict[str, Any]) -> None:
    old = [user("add milk"), *done("create_task", {"title": "Milk"}, result), said("Added.")]

    assert "hello" in words(old, user("hello")).lower()
