"""The last prompt of a turn is the beginning of the first one of the next turn, a minute later."""

import json
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent.chain import Chain, Link
from agent.llm import LLM, LLMUnavailable, ToolRequest
from agent.offline.assistant import OfflineLLM
from chat import turns
from conversations.models import Conversation
from tests.agent.dialogue import Dialogue, dialogues, make, moment
from tests.chat.conftest import Connects
from tests.conftest import Plays
from tests.fakes import ScriptedLLM, call
from tests.fakes.answers import asks, event, says, stream
from tests.fakes.prompts import Heard, assert_they_only_grow, words_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
    pytest.mark.no_cover,
]

MILK, BREAD = call("create_task", title="Milk", priority="high"), call("create_task", title="Bread")
WRONG, LIST = call("create_task", colour="red"), call("list_tasks")
NOW = moment("2026-11-21 12:58", "Europe/Berlin")
DIALOGUES = dialogues()[::6]
"""All of them are held against the same rule where they are played, but not a minute apart."""


def say(conversation: Conversation, user: User, text: str, llm: LLM) -> None:
    turn = turns.open_turn(conversation, partial(conversation.begin_turn, text))
    list(turns.answer(turn, user, llm))
    conversation.refresh_from_db()


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.title)
def test_the_prompts_of_a_dialogue(dialogue: Dialogue, user: User) -> None:
    user.time_zone = dialogue.zone
    user.save(update_fields=["time_zone"])
    llm, conversation = Heard(OfflineLLM()), Conversation(user=user)

    with time_machine.travel(moment(dialogue.lines[0].now, dialogue.zone)) as clock:
        for row in dialogue.tasks:
            make(user, row)
        for line in dialogue.lines:
            say(conversation, user, line.said, llm)
            clock.shift(timedelta(minutes=1))

    assert len(llm.prompts) >= len(dialogue.lines)
    assert_they_only_grow(llm.prompts)


TURNS: dict[str, list[Any]] = {
    "words before calls": [["Let me add it.", MILK], ["And then?", BREAD], ["Both are there."]],
    "words without space": [["Let ", "me. \n\n", MILK], ["\n\nSo. ", LIST], ["\n\n", "Here.\n"]],
    "words that nobody sees": [["\u200b", MILK], [" \n", BREAD], ["\n\n", LIST], ["Well."]],
    "words that no row keeps": [["a\x00b\ud800", MILK], ["\x00", BREAD], ["\udfff", LIST], ["Hm."]],
    "several calls in a step": [["Both.", MILK, BREAD, LIST], [MILK, LIST, LIST], ["They are."]],
    "calls that fail": [["I try.", WRONG, MILK], ["Once more.", WRONG], ["It does not work."]],
    "arguments that are none": [
        [ToolRequest("create_task", "[oops")],
        [ToolRequest("", "")],
        ["."],
    ],
    "odd arguments": [[call("list_tasks", zz=1.50, a={"b": [1e3, None], "a": "é"})], ["Well."]],
    "numbers of all sizes": [
        [
            ToolRequest(
                "list_tasks", '{"a": 1e16, "b": -0.0, "c": [1.5e300, -2E+20], "d": 1e-7, "e": 1.0}'
            )
        ],
        ["Well."],
    ],
    "nothing behind the last call": [["I do it.", MILK], []],
    "nothing at all": [[]],
    "a model that fails at once": [LLMUnavailable()],
    "a model that fails behind a call": [["Let me see.", MILK], LLMUnavailable()],
    "a model that fails within its words": [[MILK], ["It is ", LLMUnavailable()]],
    "no end of steps": [[f"Step {number}.", LIST] for number in range(3)],
    "more calls than may be": [["All.", *[LIST] * 6], ["More.", LIST], ["So much."]],
    "a reply that is cut": [["a" * 30, MILK], ["b" * 500], ["never"]],
    "a reply that is cut before a call": [["a" * 500, MILK]],
}


@pytest.mark.parametrize("steps", TURNS.values(), ids=TURNS.keys())
def test_the_prompts_of_a_scripted_model(user: User, settings: Settings, steps: list[Any]) -> None:
    settings.AGENT_MAX_STEPS, settings.AGENT_MAX_TOOL_CALLS = 3, 5
    settings.AGENT_MAX_REPLY_CHARS = 100
    conversation, prompts = Conversation(user=user), []

    with time_machine.travel(NOW) as clock:
        for script in ([["Hello."]], steps, [["Bye."]]):
            llm = ScriptedLLM(*script)
            say(conversation, user, "milk and bread", llm)
            prompts += llm.prompts
            clock.shift(timedelta(minutes=1))

    assert_they_only_grow(prompts)


class BuiltIn(ScriptedLLM, OfflineLLM):
    """Goes on in the middle of a step, as the built-in assistant alone may."""


def test_the_prompts_of_a_model_that_takes_over(user: User) -> None:
    first = ScriptedLLM(["Let me see.", MILK], ["It is ", LLMUnavailable()])
    second = BuiltIn(["I go on.", BREAD], ["Both are there."])
    last, conversation = ScriptedLLM(["Bye."]), Conversation(user=user)

    say(conversation, user, "milk and bread", Chain([Link(first, "first"), Link(second, "second")]))
    say(conversation, user, "thanks", last)

    assert_they_only_grow([*first.prompts, *second.prompts[1:], *last.prompts])
    assert first.prompts[-1] == second.prompts[0]


def test_the_prompts_of_a_turn_that_is_tried_again(client: APIClient, plays: Plays) -> None:
    llm = plays(["Let me see.", MILK], LLMUnavailable(), ["Go on.", BREAD], ["Both."], ["Bye."])
    key = {"Idempotency-Key": "key-1"}

    with time_machine.travel(timezone.now()) as clock:
        broken = client.post("/api/chat/", {"message": "milk and bread"}, headers=key)
        clock.shift(timedelta(minutes=1))
        client.post("/api/chat/", {"message": "milk and bread"}, headers=key)
        where = broken.json()["conversation_id"]
        client.post("/api/chat/", {"message": "thanks", "conversation_id": where})

    assert_they_only_grow(llm.prompts[2:])
    assert len({json.dumps(prompt[:2]) for prompt in llm.prompts}) == 1


def test_the_requests_that_a_server_gets(client: APIClient, connects: Connects) -> None:
    thought = event({"content": "<think>Milk, so"})
    server = connects(
        stream(thought, event({"content": "…</think>\n\nHello."}), event({}, "stop")),
        asks(MILK, BREAD, said="<think>Both?</think>Let me \U0001f95b add."),
        asks(LIST, said="<thought>Are they there?</thought>"),
        says("They are there.", finish_reason="length"),
        says("Bye."),
    )
    where = client.post("/api/chat/", {"message": "hello"}).json()["conversation_id"]
    for text in ("milk and bread", "thanks"):
        client.post("/api/chat/", {"message": text, "conversation_id": where})

    assert server.refused == []
    assert_they_only_grow([request.body["messages"] for request in server.requests])


def test_a_long_conversation_seldom_begins_anew(user: User, settings: Settings) -> None:
    conversation, prompts = Conversation(user=user), []
    for number in range(150):
        llm = ScriptedLLM([LIST], ["Listed."]) if number % 5 == 0 else ScriptedLLM(["Yes."])
        say(conversation, user, f"message {number}", llm)
        prompts += llm.prompts[:1]

    firsts = [words_of(prompt[1]) for prompt in prompts]
    moves = sum(before != after for before, after in pairwise(firsts))
    assert moves == (300 - settings.AGENT_HISTORY_MESSAGES) // 10 == 25  # 1 in 5 turns, past 25
    said = [sum("tool_calls" in m or m["role"] == "tool" for m in prompt) for prompt in prompts]
    lengths = [len(p) - 1 - n for p, n in zip(prompts, said, strict=True)]
    assert max(lengths) == settings.AGENT_HISTORY_MESSAGES - 1
    assert min(lengths[25:]) == settings.AGENT_HISTORY_MESSAGES - 9
