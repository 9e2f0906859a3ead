"""One log line for each end of a turn, by whoever settled it, and no words in it."""

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.core.management import call_command
from django.db import OperationalError
from django.db.models.functions import Now
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import Message
from chat import turns
from chat.finish import Finisher
from config.logging import JSONFormatter, PlainFormatter
from conversations.models import Conversation, Turn
from tests.accounts.endings import deactivate, erase
from tests.chat.conftest import Chains, Connects
from tests.chat.streams import read
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory
from tests.fakes import ScriptedLLM, call
from tests.fakes.answers import asks, fails, says
from tests.served.processes import until
from tests.todos.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
once = pytest.mark.only_on("sqlite")

SECRET = "Zwetschgenknödel"
MILK = call("create_task", title=SECRET)
DEAD = -timedelta(seconds=1)


class Lines:
    """What was told of turns, as the JSON of the log has it."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    @property
    def records(self) -> list[logging.LogRecord]:
        return [each for each in self._caplog.records if each.name == "telemetry.turns"]

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(JSONFormatter().format(each)) for each in self.records]

    @property
    def ends(self) -> list[tuple[str, str | None]]:
        return [(line["status"], line["code"]) for line in self.all]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    caplog.set_level(logging.INFO)
    return Lines(caplog)


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def take(turn: Turn, llm: ScriptedLLM) -> None:
    with suppress(ObjectDoesNotExist):
        for _event in turns.answer(turn, turn.conversation.user, llm):
            pass


@once
def test_it_tells_what_the_turn_was_and_what_it_cost(
    client: APIClient, user: User, connects: Connects, lines: Lines, settings: Settings
) -> None:
    settings.NODE, settings.VERSION = "node-3", "9.9"
    connects(asks(MILK, call("plan"), call(SECRET), said="See. "), says("Done, ", SECRET))

    answer = client.post(
        "/api/chat/", {"message": SECRET, "stream": True}, headers={"X-Request-ID": "abc-123"}
    )
    read(answer)

    (line,), row = lines.all, Turn.objects.get()
    assert isinstance(line.pop("time"), str)
    assert 0 <= line.pop("first_word_ms") <= line.pop("duration_ms")
    assert line == {
        "level": "INFO",
        "logger": "telemetry.turns",
        "message": "turn ended",
        "request_id": "abc-123",
        "user_id": str(user.pk),
        "conversation_id": str(row.conversation_id),
        "turn_id": str(row.pk),
        "status": "completed",
        "code": None,
        "model": "some-model",
        "provider_status": None,
        "provider_reason": None,
        "input_tokens": 42,
        "output_tokens": 16,
        "cached_tokens": None,
        "steps": 2,
        "tools": {"create_task": 1, "plan": 1, "unknown": 1},
        "degraded": False,
        "streamed": True,
        "attempt": 1,
        "door": "api",
        "trace_id": None,
        "node": "node-3",
        "version": "9.9",
    }
    assert (row.steps, row.streamed) == (2, True)
    assert row.first_word_ms is not None


@once
def test_in_plain_form_it_reads_well(client: APIClient, plays: Plays, lines: Lines) -> None:
    plays([MILK, MILK], ["Done."])

    client.post("/api/chat/", {"message": SECRET})

    (record,) = lines.records
    told = PlainFormatter("%(levelname)s [%(names)s] %(message)s").format(record)
    assert told.startswith("INFO [")
    assert "] turn ended status=completed model=scripted duration_ms=" in told
    assert " steps=2 tools=create_task:2 attempt=1 door=api " in told
    assert "None" not in told
    assert not Turn.objects.get().streamed


@once
def test_a_provider_that_refuses_is_told_by_number_and_in_our_words(
    client: APIClient, connects: Connects, lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    error = {"error": {"message": f"{SECRET}: insufficient_quota", "type": SECRET}}
    connects(fails(429, words=json.dumps(error)))

    client.post("/api/chat/", {"message": SECRET})

    (line,) = lines.all
    assert (line["level"], line["status"], line["code"]) == ("WARNING", "failed", "llm_unavailable")
    assert line["provider_status"] == 429
    assert line["provider_reason"] == "HTTP 429: its quota is used up"
    assert (line["first_word_ms"], line["steps"]) == (None, 0)
    assert SECRET not in caplog.text


@once
def test_where_another_model_goes_on_the_failure_of_the_first_is_told(
    client: APIClient, chains: Chains, lines: Lines
) -> None:
    chains([fails(503), fails(503)], [says("Hello.")])

    client.post("/api/chat/", {"message": SECRET})

    (line,) = lines.all
    assert (line["status"], line["model"], line["degraded"]) == ("completed", "model-2", True)
    assert (line["provider_status"], line["provider_reason"]) == (503, "HTTP 503")


def cancels(turn: Turn) -> None:
    turn.conversation.cancel()


def removes(turn: Turn) -> None:
    turn.conversation.remove()


def purges(turn: Turn) -> None:
    Conversation.objects.filter(pk=turn.conversation_id).delete()


def deactivates(turn: Turn) -> None:
    deactivate(turn.conversation.user)


def erases(turn: Turn) -> None:
    erase(turn.conversation.user)


def interrupts(turn: Turn) -> None:
    Turn.objects.filter(pk=turn.pk).interrupt()


def crashes(_turn: Turn) -> None:
    raise KeyError(SECRET)


def loses_the_database(_turn: Turn) -> None:
    raise OperationalError(SECRET)


ENDS = {
    cancels: ("cancelled", None),
    removes: ("cancelled", None),
    purges: ("cancelled", None),
    deactivates: ("cancelled", None),
    erases: ("cancelled", None),
    interrupts: ("incomplete", "interrupted"),
    crashes: ("failed", "internal_error"),
    loses_the_database: ("failed", "database_unavailable"),
}


@pytest.mark.parametrize("meanwhile", ENDS)
def test_however_it_ends_that_is_one_line(
    conversation: Conversation,
    lines: Lines,
    meanwhile: Callable[[Turn], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    turn = conversation.begin_turn(SECRET, LEASE, request_id="abc-123")

    def step(_prompt: list[Message]) -> list[object]:
        meanwhile(turn)
        return [MILK]

    take(turn, ScriptedLLM(step, ["Done."]))

    assert lines.ends == [ENDS[meanwhile]]
    (line,) = lines.all
    assert (line["turn_id"], line["request_id"]) == (str(turn.pk), "abc-123")
    assert line["user_id"] == str(turn.user_id)
    assert SECRET not in "".join(each.getMessage() for each in caplog.records)


@pytest.mark.parametrize("meanwhile", [purges, erases])
def test_one_whose_rows_are_gone_when_it_is_answered_has_not_crashed(
    conversation: Conversation,
    lines: Lines,
    meanwhile: Callable[[Turn], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    turn = conversation.begin_turn(SECRET, LEASE)

    def answer(_prompt: list[Message]) -> list[object]:
        meanwhile(turn)
        return ["Done."]

    take(turn, ScriptedLLM(answer))

    assert lines.ends == [("cancelled", None)]
    assert max(each.levelno for each in caplog.records) < logging.ERROR


def by_cleaning_up() -> None:
    call_command("cleanup_conversations", stdout=None)


def by_looking_for_the_dead() -> None:
    Finisher().look()


@pytest.mark.parametrize("settle", [by_cleaning_up, by_looking_for_the_dead])
def test_who_settles_turns_of_the_dead_tells_of_each(
    user: User, lines: Lines, settle: Callable[[], None]
) -> None:
    open_turns = [
        ConversationFactory(user=user).begin_turn(SECRET, LEASE, request_id=f"abc-{number}")
        for number in range(3)
    ]
    Turn.objects.update(lease_expires_at=Now())
    Turn.objects.filter(pk=open_turns[0].pk).update(cancel_requested_at=Now())

    settle()
    settle()

    told = {line["request_id"]: (line["level"], line["status"]) for line in lines.all}
    assert len(lines.all) == 3
    assert told == {
        "abc-0": ("INFO", "cancelled"),
        "abc-1": ("WARNING", "incomplete"),
        "abc-2": ("WARNING", "incomplete"),
    }
    assert {line["turn_id"] for line in lines.all} == {str(turn.pk) for turn in open_turns}


def test_many_who_settle_the_same_turn_tell_of_it_once(
    conversation: Conversation, lines: Lines
) -> None:
    conversation.begin_turn(SECRET, DEAD)

    closed = at_once(lambda _number: Turn.objects.all().close_dead())

    assert sorted(closed) == [0, 0, 0, 1]
    assert lines.ends == [("incomplete", "interrupted")]


@once
def test_one_that_is_taken_over_ends_twice(
    conversation: Conversation, plays: Plays, lines: Lines
) -> None:
    turn = conversation.begin_turn(SECRET, DEAD, request_id="abc-123")
    plays(["Here."])

    Finisher().look()
    Turn.objects.filter(pk=turn.pk).update(finished_at=Now() - timedelta(seconds=3))
    Finisher().finish_all()

    assert [(line["attempt"], line["status"]) for line in lines.all] == [
        (1, "incomplete"),
        (2, "completed"),
    ]
    assert {line["request_id"] for line in lines.all} == {"abc-123"}


@once
def test_one_that_cannot_be_settled_is_told_of_once_it_is(
    conversation: Conversation, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away for the first try alone."""
    turn = conversation.begin_turn(SECRET, LEASE)
    tries = [OperationalError("away")]
    finish = Turn.finish

    def late(*args: Any, **fields: Any) -> None:
        if tries:
            raise tries.pop()
        finish(*args, **fields)

    monkeypatch.setattr(Turn, "finish", late)

    take(turn, ScriptedLLM(KeyError(SECRET)))

    assert lines.ends == []
    until(lambda: lines.ends == [("failed", "internal_error")])
    assert Turn.objects.get().status == "failed"


@once
@pytest.mark.parametrize("times", [1, 2])
def test_one_that_was_settled_while_the_database_went_away_is_told_of(
    conversation: Conversation, lines: Lines, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """It has committed, and cannot say so any more."""
    turn = conversation.begin_turn(SECRET, LEASE)
    losses = ["away"] * times
    finish = Turn.finish

    def unheard(*args: Any, **fields: Any) -> None:
        if len(losses) == 1:
            finish(*args, **fields)
        if losses:
            raise OperationalError(losses.pop())
        finish(*args, **fields)

    monkeypatch.setattr(Turn, "finish", unheard)

    take(turn, ScriptedLLM(["Done."]))

    status = "completed" if times == 1 else "failed"
    until(lambda: [line["status"] for line in lines.all] == [status])
    assert Turn.objects.get().status == status


@once
@pytest.mark.parametrize(
    ("slow", "level", "words"),
    [(1e-9, "WARNING", "turn ended, slowly"), (0, "INFO", "turn ended")],
)
def test_a_slow_one_is_a_warning(
    client: APIClient, lines: Lines, settings: Settings, slow: float, level: str, words: str
) -> None:
    settings.SLOW_TURN_SECONDS = slow

    client.post("/api/chat/", {"message": "add milk"})

    assert [(line["level"], line["message"]) for line in lines.all] == [(level, words)]
