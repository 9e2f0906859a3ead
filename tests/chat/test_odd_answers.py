"""Answers of a model that are no failure, and yet not as they should be; HTTP on both sides."""

import json
from typing import Any

import pytest
import time_machine
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent.reply import FILTERED, NO_WORDS, TOO_LONG
from conversations.models import Message, ToolCall, Turn
from tests.chat.conftest import Connects
from tests.chat.streams import read
from tests.conftest import Plays, SignIn
from tests.fakes import call
from tests.fakes.answers import asks, event, says, stream
from todos.models import Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


def say(client: APIClient, text: str = "milk", **body: object) -> Any:
    return client.post("/api/chat/", {"message": text, **body})


@pytest.mark.parametrize(
    ("finish_reason", "delta", "text"),
    [
        ("stop", {"content": None}, NO_WORDS),
        ("stop", {"content": " \n"}, f" \n{NO_WORDS}"),
        ("stop", {"content": "\u200b"}, f"\u200b{NO_WORDS}"),
        ("stop", {"content": None, "refusal": "I will not."}, "I will not."),
        ("content_filter", {"content": None}, FILTERED),
        ("content_filter", {"content": "So far"}, "So far"),
        ("length", {"content": "So far"}, f"So far\n\n{TOO_LONG}"),
        ("length", {"content": None}, TOO_LONG),
        ("stop", {"content": "a\x00b\ud800c"}, "abc"),
    ],
)
def test_an_unusual_end_is_kept_and_never_an_empty_bubble(
    client: APIClient, connects: Connects, finish_reason: str, delta: dict[str, Any], text: str
) -> None:
    connects(stream(event(delta, finish_reason)))

    answer = say(client)

    assert answer.status_code == 200
    assert answer.json()["assistant_message"]["content"] == text
    assert Turn.objects.get().finish_reason == finish_reason
    assert Message.objects.get(role="assistant").content == text


TWO_KB = "é" * 1_000
BAD_CALLS: dict[str, tuple[Any, dict[str, Any]]] = {
    "malformed": (("create_task", '{"title": "Mi'), {"raw": '{"title": "Mi'}),
    "empty": (("create_task", ""), {}),
    "null": (("create_task", "null"), {}),
    "a list": (("create_task", '["Milk"]'), {"raw": '["Milk"]'}),
    "no number": (("create_task", '{"title": 1e999}'), {"raw": '{"title": 1e999}'}),
    "unstorable": (("create_task", '{"title": "a\\u0000\\ud800b"}'), {"title": "ab"}),
    "unstorable name": (("create_task", '{"title": "a", "\\u0000": 1}'), {"title": "a", "": 1}),
    "unstorable text": (("create_task", '{"title": "a\x00"}'), {"title": "a"}),
    "half a pair": (("create_task", '{"title": "a\ud800"}'), {"title": "a"}),
    "huge and unstorable": (
        ("create_task", json.dumps({"title": "a", "notes": "x" * 9_000 + "\x00"})),
        {"raw": '{"title": "a", "notes": "' + "x" * 3_975},
    ),
    "extra": (("create_task", '{"title": "a", "who": "me"}'), {"title": "a", "who": "me"}),
    "missing": (("create_task", '{"notes": "a"}'), {"notes": "a"}),
    "wrong type": (("create_task", '{"title": 5}'), {"title": 5}),
    "unknown tool": (("fly", '{"to": "the moon"}'), {"to": "the moon"}),
    "strange name": (("create task!", '{"title": "a"}'), {"title": "a"}),
    "no name": (("", '{"title": "a"}'), {"title": "a"}),
    "endless name": (("create_task" * 99, '{"title": "a"}'), {"title": "a"}),
    "an object": (("create_task", {"title": 5}), {"title": 5}),
    "huge text": (("create_task", TWO_KB * 9), {"raw": TWO_KB * 2}),
    "huge object": (
        ("create_task", json.dumps({"who": TWO_KB * 9}, ensure_ascii=False)),
        {"raw": '{"who": "' + (TWO_KB * 2)[:1_995]},
    ),
    "huge call of no tool": (
        ("fly", json.dumps({"to": "x" * 9_000})),
        {"raw": '{"to": "' + "x" * 3_992},
    ),
    "huge id": (
        ("delete_task", json.dumps({"task_id": "x" * 9_000})),
        {"raw": '{"task_id": "' + "x" * 3_987},
    ),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_a_bad_call_is_kept_as_it_came_and_the_model_goes_on(
    client: APIClient, connects: Connects, name: str
) -> None:
    (tool, arguments), kept = BAD_CALLS[name]
    piece = {"index": 0, "id": "a", "function": {"name": tool, "arguments": arguments}}
    server = connects(
        stream(event({"tool_calls": [piece]}), event({}, "tool_calls")), says("Sorry.")
    )

    events = read(say(client, stream=True))

    [shown] = events[-1].data["assistant_message"]["tool_calls"]
    assert (shown["status"], shown["arguments"]) == ("failed", kept)
    [started] = [told.data for told in events if told.name == "tool.started"]
    assert started["arguments"] == kept
    made = ToolCall.objects.get()
    assert (made.name, made.status, made.arguments) == (tool[:64], "failed", kept)
    assert len(json.dumps(made.arguments, ensure_ascii=False).encode()) <= 4_096
    result = server.requests[1].body["messages"][-1]
    assert result["role"] == "tool"
    assert json.loads(result["content"]) == shown["result"]
    assert shown["result"]["error"]
    assert server.refused == []
    assert events[-1].data["assistant_message"]["content"] == "Sorry."
    assert not Task.objects.exists()


def test_long_notes_are_no_fault(client: APIClient, connects: Connects) -> None:
    notes = "🥛" * 10_000
    connects(asks(call("create_task", title="Milk", notes=notes), piece=50_000), says("Added."))

    [made] = say(client).json()["assistant_message"]["tool_calls"]

    assert (made["status"], made["arguments"]["notes"]) == ("succeeded", notes)
    assert Task.objects.get().notes == notes


def test_a_model_that_asks_for_tools_for_ever_is_stopped(
    client: APIClient, connects: Connects, settings: Settings
) -> None:
    settings.AGENT_MAX_STEPS = 4
    titles = iter(range(100))
    server = connects(
        answer_of=lambda body: asks(call("create_task", title=f"Milk {next(titles)}"))
    )

    answer = say(client)

    reply = answer.json()["assistant_message"]
    assert server.hits == 4
    assert answer.status_code == 200
    assert (reply["status"], Turn.objects.get().status) == ("completed", "completed")
    assert "I stopped here" in reply["content"]
    assert "cut short" in answer.json()["warning"]
    assert [made["status"] for made in reply["tool_calls"]] == ["succeeded"] * 4
    assert Task.objects.count() == ToolCall.objects.count() == 4


def test_a_model_that_repeats_itself_makes_one_effect(
    client: APIClient, connects: Connects, settings: Settings
) -> None:
    settings.AGENT_MAX_STEPS = 3
    server = connects(answer_of=lambda body: asks(*[call("create_task", title="Milk")] * 2))

    reply = say(client).json()["assistant_message"]

    assert server.hits == 3
    statuses = [made["status"] for made in reply["tool_calls"]]
    assert statuses == ["succeeded", *["failed"] * 5]
    assert "before" in reply["tool_calls"][1]["result"]["error"]
    assert Task.objects.count() == 1


PARTY = {"title": "Party", "due_date": "2026-12-04", "due_time": "17:00"}


@pytest.mark.parametrize(
    "again",
    [
        {"title": " Party ", "due_date": "next friday", "due_time": "5 PM"},
        {"title": "Party", "due_date": "2026-12-04T17:00", "priority": "None"},
        {"tasks": [PARTY]},
        {"tasks": json.dumps([PARTY | {"notes": ""}])},
    ],
)
def test_a_model_that_says_the_same_in_other_words_makes_one_effect(
    user: User, sign_in: SignIn, plays: Plays, again: dict[str, Any]
) -> None:
    plays([call("create_task", **PARTY)], [call("create_task", **again)], ["Added."])

    with time_machine.travel("2026-11-29T12:00Z"):
        first, second = say(sign_in(user)).json()["assistant_message"]["tool_calls"]

    assert (first["status"], second["status"]) == ("succeeded", "failed")
    assert "before" in second["result"]["error"]
    assert Task.objects.count() == 1


def test_what_differs_is_done_again(client: APIClient, plays: Plays) -> None:
    a_day, none = {"due_date": "2026-12-04"}, {"due_date": None}
    steps = [[call("update_task", task_id="party", **day)] for day in (a_day, none)]
    plays([call("create_task", title="Party")], *steps, ["There."])

    made = say(client).json()["assistant_message"]["tool_calls"]

    assert [each["status"] for each in made] == ["succeeded"] * 3
    assert Task.objects.get().due_date is None


class TestTheWholeReply:
    """AGENT_MAX_REPLY_CHARS is for all steps of a turn together."""

    LIST = (call("list_tasks"),)

    @pytest.fixture(autouse=True)
    def limit(self, settings: Settings) -> None:
        settings.AGENT_MAX_REPLY_CHARS = 100

    def test_is_cut_in_the_step_that_is_too_much(
        self, client: APIClient, connects: Connects
    ) -> None:
        connects(
            asks(*self.LIST, said="a" * 40),
            asks(*self.LIST, said="b" * 40),
            says("c" * 10, "c" * 10, "c" * 10, "never read"),
        )

        reply = say(client).json()["assistant_message"]

        text, mark = reply["content"].rsplit("\n\n", 1)
        assert text == "a" * 40 + "\n\n" + "b" * 40 + "\n\n" + "c" * 16
        assert (len(text), mark) == (100, TOO_LONG)
        assert Turn.objects.get().finish_reason == "length"
        assert reply["model"] == "scripted-1"
        assert len(reply["tool_calls"]) == 2

    def test_of_one_step_is_cut_once(self, client: APIClient, connects: Connects) -> None:
        connects(says("a" * 60, "a" * 60))

        reply = say(client).json()["assistant_message"]

        assert reply["content"] == "a" * 100 + f"\n\n{TOO_LONG}"
        assert reply["model"] == "scripted-1"

    def test_that_just_fits_is_whole(self, client: APIClient, connects: Connects) -> None:
        connects(asks(*self.LIST, said="a" * 48), says("b" * 50))

        reply = say(client).json()["assistant_message"]

        assert reply["content"] == "a" * 48 + "\n\n" + "b" * 50
        assert Turn.objects.get().finish_reason == "stop"

    def test_that_is_cut_calls_no_more_tools(self, client: APIClient, connects: Connects) -> None:
        connects(asks(call("create_task", title="Milk"), said="a" * 101))

        reply = say(client).json()["assistant_message"]

        assert reply["tool_calls"] == []
        assert reply["content"].endswith(TOO_LONG)
        assert not Task.objects.exists()

    def test_counts_what_was_said_before_the_fallback(
        self, client: APIClient, connects: Connects
    ) -> None:
        connects(stream(event({"content": "a" * 90}), done=False), falls_back=True)

        reply = say(client, "hello").json()["assistant_message"]

        text, mark = reply["content"].rsplit("\n\n", 1)
        assert (len(text), mark) == (100, TOO_LONG)
