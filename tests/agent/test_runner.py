"""The loop, with a scripted model and an executor that only writes down."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from agent import prompt, reply, runner
from agent.events import Event, TextDelta, ToolFinished, ToolStarted
from agent.llm import LLMTimeout, Response, ToolRequest
from agent.outcome import Outcome
from agent.runner import Call, Limits
from tests.fakes import ScriptedLLM, call

LIMITS = Limits(steps=8, tool_calls=16, seconds=90, characters=1_000)
NOW = datetime(2026, 11, 29, 6, 0, tzinfo=ZoneInfo("Europe/Berlin"))
PROMPT = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": prompt.stamped("hi", NOW)},
]


@dataclass
class Done:
    id: UUID
    step: int
    position: int
    name: str
    arguments: dict[str, Any]
    result: dict[str, Any]
    status: str = "succeeded"
    duration_ms: int = 3
    beside: Any = None


def execute(made: Call) -> Done:
    return Done(made.id, made.step, made.position, made.name, made.arguments, {"ok": True})


def play(llm: ScriptedLLM, **options: Any) -> tuple[list[Event], Outcome]:
    options = {"limits": LIMITS, "execute": execute} | options
    outcome = Outcome()
    return list(runner.run(llm, PROMPT, outcome=outcome, **options)), outcome


def text(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_words_alone_are_one_step() -> None:
    events, outcome = play(ScriptedLLM(["Hel", "lo."]))

    assert events == [TextDelta("Hel"), TextDelta("lo.")]
    assert (outcome.model, outcome.input_tokens, outcome.output_tokens) == ("scripted", 10, 5)
    assert outcome.warning == ""


def test_a_tool_is_started_finished_and_told_to_the_model() -> None:
    llm = ScriptedLLM([call("list_tasks")], ["Nothing."])

    events, outcome = play(llm)

    started, finished, words = events
    assert started == ToolStarted(started.id, "list_tasks", {})
    assert finished == ToolFinished(started.id, "list_tasks", "succeeded", {"ok": True}, 3)
    assert words == TextDelta("Nothing.")
    assert llm.prompts[1][-1]["content"] == '{"ok":true}'
    assert (outcome.input_tokens, outcome.output_tokens) == (20, 10)


def test_parallel_calls_have_places_of_their_own() -> None:
    made: list[Call] = []

    def remember(one: Call) -> Done:
        made.append(one)
        return execute(one)

    llm = ScriptedLLM([call("list_tasks"), call("list_tasks")], [call("list_tasks")], ["Done."])
    list(runner.run(llm, PROMPT, remember, Outcome(), limits=LIMITS, first_step=4))

    assert [(one.step, one.position) for one in made] == [(4, 0), (4, 1), (5, 0)]
    assert len({one.id for one in made}) == 3


def test_what_is_said_before_and_after_a_tool_are_two_paragraphs() -> None:
    events, _ = play(ScriptedLLM(["Let me see.", call("list_tasks")], ["Noth", "ing."]))

    assert text(events) == "Let me see.\n\nNothing."


def test_a_model_that_says_nothing_gets_words() -> None:
    events, _ = play(ScriptedLLM([]))

    assert text(events) == reply.NO_WORDS


def test_a_model_that_asks_for_tools_for_ever_is_stopped_honestly() -> None:
    llm = ScriptedLLM(*[[call("list_tasks")]] * 9)

    events, outcome = play(llm, limits=replace(LIMITS, steps=3))

    assert len(llm.prompts) == 3
    assert text(events) == runner.CUT_SHORT
    assert "cut short" in outcome.warning


@pytest.mark.parametrize(
    "bad", [call("create_task"), call("fly"), ToolRequest("create_task", '{"title": "Mi')]
)
def test_the_first_step_that_asks_for_nothing_that_can_be_made_does_not_count(
    bad: ToolRequest,
) -> None:
    llm = ScriptedLLM([bad], [bad, bad], [call("list_tasks")], *[[bad]] * 9)

    play(llm, limits=replace(LIMITS, steps=3))

    assert len(llm.prompts) == 4


def test_a_step_that_asks_for_one_thing_that_can_be_made_counts() -> None:
    llm = ScriptedLLM(*[[call("create_task"), call("list_tasks")]] * 9)

    play(llm, limits=replace(LIMITS, steps=3))

    assert len(llm.prompts) == 3


def test_no_more_calls_are_made_than_allowed() -> None:
    llm = ScriptedLLM([call("list_tasks")] * 5, ["Two of five are done."])
    made: list[Call] = []

    def remember(one: Call) -> Done:
        made.append(one)
        return execute(one)

    events, outcome = play(llm, execute=remember, limits=replace(LIMITS, tool_calls=2))

    assert [bool(one.refused) for one in made] == [False, False, True, True, True]
    assert text(events) == "Two of five are done."
    assert outcome.warning == runner.NOT_ALL_DONE


def test_as_many_calls_as_are_allowed_are_no_reason_to_stop() -> None:
    llm = ScriptedLLM([call("list_tasks")] * 16, ["All done."])

    events, outcome = play(llm)

    assert text(events) == "All done."
    assert outcome.warning == ""


def test_a_model_that_goes_on_asking_beyond_its_calls_is_stopped_by_its_steps() -> None:
    llm = ScriptedLLM(*[[call("list_tasks")] * 200] * 9)

    events, outcome = play(llm, limits=replace(LIMITS, steps=2))

    assert text(events) == runner.CUT_SHORT
    assert len([event for event in events if isinstance(event, ToolFinished)]) == 200
    assert "cut short" in outcome.warning


def test_when_the_time_is_over_no_further_step_is_begun() -> None:
    llm = ScriptedLLM([call("list_tasks")], ["never said"])

    events, outcome = play(llm, limits=replace(LIMITS, seconds=0))

    assert len(llm.prompts) == 1
    assert text(events) == runner.CUT_SHORT
    assert outcome.warning


def test_arguments_that_are_no_json_are_kept_as_they_came() -> None:
    events, _ = play(ScriptedLLM([ToolRequest("create_task", '{"title": "Mi')], ["Sorry."]))

    assert events[0].arguments == {"raw": '{"title": "Mi'}


def test_a_model_that_does_not_count_tokens_leaves_them_unknown() -> None:
    class Silent:
        model = "silent"

        def stream(
            self, messages: Any, tools: Any, idle: Any
        ) -> Generator[TextDelta, None, Response]:
            yield TextDelta("Hi.")
            return Response("Hi.")

    _, outcome = play(Silent())

    assert (outcome.input_tokens, outcome.output_tokens) == (None, None)


def test_a_model_that_never_ends_is_closed() -> None:
    closed = []

    class Endless:
        model = "endless"

        def stream(
            self, messages: Any, tools: Any, idle: Any
        ) -> Generator[TextDelta, None, Response]:
            try:
                while True:
                    yield TextDelta("word ")
            finally:
                closed.append(True)

    events, outcome = play(Endless(), limits=replace(LIMITS, characters=12))

    assert text(events) == f"word word wo\n\n{reply.TOO_LONG}"
    assert outcome.finish_reason == "length"
    assert closed == [True]


@pytest.mark.parametrize(
    ("tool", "status", "said"),
    [
        ("create_task", "succeeded", "Done."),
        ("create_task", "failed", reply.NO_WORDS),
        ("list_tasks", "succeeded", reply.NO_WORDS),
    ],
)
def test_a_model_that_says_nothing_after_a_change_has_done_it(
    tool: str, status: str, said: str
) -> None:
    events, _ = play(
        ScriptedLLM([call(tool)], [""]), execute=lambda made: replace(execute(made), status=status)
    )

    assert text(events) == said


@pytest.mark.parametrize("says", [True, False])
def test_an_answer_without_end_is_over_when_the_turn_has_had_its_time(says: bool) -> None:
    closed = []

    class Endless:
        model = "endless"

        def stream(
            self, messages: Any, tools: Any, idle: Any
        ) -> Generator[TextDelta, None, Response]:
            try:
                while True:
                    if says:
                        yield TextDelta("word ")
                    else:
                        idle()
            finally:
                closed.append(True)

    with pytest.raises(LLMTimeout):
        play(Endless(), limits=replace(LIMITS, seconds=0.1, characters=10**9))

    assert closed == [True]


def test_text_that_no_database_takes_is_left_out_wherever_it_comes_from() -> None:
    llm = ScriptedLLM(["a\x00b\ud800", call("list_tasks")], ["\x00", "c\udfff"])

    events, _ = play(llm)

    assert text(events) == "ab\n\nc"
    assert llm.prompts[1][-2]["content"] == "ab"
