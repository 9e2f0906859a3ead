"""A conversation that a model's server has refused can go on; over real HTTP, and by the forms."""

from contextlib import closing
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent import plainer, prompt
from agent.llm import LLMMisconfigured
from tests.agent.histories import Called, turn
from tests.fakes import ScriptedServer, validate_messages
from tests.fakes.answers import fails, says
from tests.fakes.asking import Heard, listen, remote
from tests.fakes.server import Answer

ZONE = ZoneInfo("Europe/Berlin")
LONG = prompt.build(
    [
        *turn("milk", "Added milk.", Called(0, "create_task", {}, {"task": {"title": "Milk"}})),
        *(message for n in range(8) for message in turn(f"question {n}", f"answer {n}")),
        *turn("and now?", "", Called(0, "list_tasks")),
    ],
    ZONE,
)


def test_each_form_is_legal_and_shorter_and_has_what_was_said_last() -> None:
    forms = list(plainer.forms(LONG))

    assert [validate_messages(form) for form in forms] == [None] * len(forms)
    lengths = [len(form) for form in [LONG, *forms]]
    assert lengths == sorted(set(lengths), reverse=True)
    assert all(form[0] == LONG[0] and form[-3:] == LONG[-3:] for form in forms)
    assert forms[-1] == [LONG[0], *LONG[-3:]]


def test_the_calls_of_earlier_turns_are_told_as_plain_text_first() -> None:
    first = next(plainer.forms(LONG))

    assert [message["role"] for message in first[:4]] == ["system", "user", "assistant", "user"]
    assert first[2]["content"] == '(create_task: {"task":{"title":"Milk"}})\nAdded milk.'
    assert [message["role"] for message in first[-3:]] == ["user", "assistant", "tool"]


def test_what_was_given_beside_the_calls_is_left_out_first_and_by_itself() -> None:
    given = {"model": "one", "id": "call_1", "call": {}, "message": {"reasoning_content": "So."}}
    calls = [Called(0, beside=given), Called(0, beside={**given, "id": "call_2", "message": {}})]
    history = [*turn("milk", "Added milk.", Called(0, "create_task")), *turn("and?", "", *calls)]

    as_given = prompt.build(history, ZONE, "one")

    first = next(plainer.forms(as_given))
    assert validate_messages(first) is None
    assert first[:5] == as_given[:5]  # with the call of the turn before
    assert [message["role"] for message in first[5:]] == ["user", *["assistant", "tool"] * 2]


def test_words_before_a_call_stay_where_they_are_in_the_plain_text() -> None:
    made = [Called(0, text_before=5), Called(1, text_before=10)]
    long = prompt.build([*turn("milk", "One. Two. Three.", *made), *turn("and?", "")], ZONE)

    plain = next(plainer.forms(long))[2]["content"]

    told = '(list_tasks: {"tasks":[],"total":0})'
    assert plain == f"One.\n{told}\nTwo.\n{told}\nThree."


def test_there_is_no_plainer_form_of_one_message() -> None:
    assert list(plainer.forms(prompt.build(turn("hello", ""), ZONE))) == []


TAKES = {
    "a short context": lambda messages: len(messages) < 8,
    "no tool calls of earlier turns": lambda messages: sum("tool_calls" in m for m in messages) < 2,
    "the message alone": lambda messages: len(messages) <= 4,
    "none with a certain word": lambda messages: "question 3" not in str(messages),
}


@pytest.mark.parametrize("takes", TAKES.values(), ids=TAKES.keys())
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_server_that_refuses_a_prompt_is_asked_with_less_around_it(
    takes: Any, status: int
) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        return says("Yes.") if takes(body["messages"]) else fails(status)

    with ScriptedServer(answer_of=answer) as server, closing(remote(server.url)) as llm:
        assert listen(llm, Heard(server), LONG).response.text == "Yes."

    assert "stream_options" in server.requests[-1].body


def test_a_server_that_refuses_everything_is_for_the_operator() -> None:
    with (
        ScriptedServer(answer_of=lambda body: fails(400)) as server,
        closing(remote(server.url)) as llm,
    ):
        assert type(listen(llm, Heard(server), LONG).error) is LLMMisconfigured

    assert server.hits < 10
