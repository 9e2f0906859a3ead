"""Rows that somebody has changed by hand, with UPDATE and DELETE: the conversation goes on."""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent import prompt
from agent.llm import LLMTimeout
from conversations.models import Conversation, Message, ToolCall, Turn
from conversations.models.told import history
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory, record_call
from tests.fakes import call, validate_messages
from tests.fakes.prompts import all_words

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]

ROUNDS = 150
TEXTS = ["", " \n", "\u200b", "a\u202eb", "x" * 50_000, "{}", "(This message was not answered.)"]
ROLES = ["system", "tool", "", "User", "developer", "user", "assistant"]
JSONS = ["null", "[]", '"text"', "5", "{}", '{"a": null}', '{"raw": [5]}', "[" * 600 + "]" * 600]
STATUSES = ["failed", "incomplete", "cancelled", "nonsense", ""]


def a_conversation(user: User, dice: random.Random) -> Turn:
    """With some turns, of which some made calls; its open turn."""
    conversation = ConversationFactory(user=user)
    for number in range(dice.randint(1, 4)):
        turn = conversation.begin_turn(f"question {number}", LEASE)
        for step in dice.choices(range(4), k=dice.randrange(3)):
            record_call(turn, step=step, position=len(turn.calls))
        turn.finish(Turn.Status.COMPLETED, f"answer {number}")
        conversation.refresh_from_db()
    return conversation.begin_turn("the newest", LEASE)


def spoil(turn: Turn, dice: random.Random) -> None:
    """One statement that an administrator should not have made; a constraint may forbid it."""
    turns = Turn.objects.filter(conversation=turn.conversation_id)
    rows = Message.objects.filter(conversation=turn.conversation_id)
    calls = ToolCall.objects.filter(turn__conversation=turn.conversation_id)
    one, past, made = one_of(rows, dice), one_of(rows.exclude(turn=turn), dice), one_of(calls, dice)
    statements: list[Callable[[], Any]] = [
        lambda: past.delete(),
        lambda: rows.exclude(turn=turn).filter(role=dice.choice(ROLES)).delete(),
        lambda: rows.delete(),
        lambda: one.update(role=dice.choice(ROLES)),
        lambda: past.update(content=dice.choice(TEXTS)),
        lambda: one.update(turn=one_of(turns, dice).get()),
        lambda: one.update(seq=dice.choice([0, 1_000])),
        lambda: one.update(conversation=ConversationFactory(user_id=turn.user_id)),
        lambda: turns.exclude(pk=turn.pk).update(status=dice.choice(STATUSES)),
        lambda: one_of(turns.exclude(pk=turn.pk), dice).delete(),
        lambda: made.delete(),
        lambda: made.update(name=dice.choice(["", "two words", "é"])),
        lambda: made.update(step=dice.choice([9, 32_767]), position=dice.randrange(9)),
        lambda: made.update(turn=one_of(turns, dice).get()),
        lambda: write_json("arguments", dice.choice(JSONS), made),
        lambda: write_json("result", dice.choice(JSONS), made),
    ]
    with suppress(IntegrityError):
        dice.choice(statements)()


def one_of(rows: QuerySet[Any], dice: random.Random) -> QuerySet[Any]:
    """One of them, or none where there are none."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    return rows.filter(pk__in=dice.sample(keys, min(1, len(keys))))


def write_json(column: str, text: str, calls: QuerySet[ToolCall]) -> None:
    """The text as it stands: no encoder of ours looks at it."""
    cast = "::jsonb" if connection.vendor == "postgresql" else ""
    update = RawSQL(f"%s{cast}", [text])  # the tests' own
    calls.update(**{column: update})


def test_the_prompt_of_spoilt_rows_is_legal(user: User) -> None:
    for seed in range(ROUNDS):
        dice = random.Random(seed)
        turn = a_conversation(user, dice)
        for _ in range(dice.randint(1, 4)):
            spoil(turn, dice)

        told = prompt.build(history(turn, 50), user.zone)

        assert validate_messages(told) is None, seed
        Turn.objects.filter(pk=turn.pk).delete()  # it would take a slot of the user's


def test_a_conversation_with_spoilt_rows_is_answered(
    client: APIClient, user: User, plays: Plays, settings: Settings
) -> None:
    settings.CHAT_RATE = "1000/m"
    for seed in range(ROUNDS // 5):
        dice = random.Random(seed)
        turn = a_conversation(user, dice)
        turn.finish(Turn.Status.COMPLETED, "Fine.")
        for _ in range(dice.randint(1, 4)):
            spoil(turn, dice)
        Conversation.objects.filter(pk=turn.conversation_id).update(message_count=2_000)
        llm = plays([call("list_tasks")], ["Here."])

        body = {"message": f"hello {seed}", "conversation_id": str(turn.conversation_id)}
        answer = client.post("/api/chat/", body)

        assert answer.status_code == 200, (seed, answer.content)
        assert llm.prompts[0][-1]["role"] == "user"
        assert all_words(llm.prompts[0])[-1] == f"hello {seed}"


@pytest.mark.parametrize("role", ["user", "assistant"])
@pytest.mark.parametrize("ended", [["Fine."], [LLMTimeout()]], ids=["well", "badly"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_turn_whose_messages_were_deleted_by_hand_is_404_and_stands_in_no_way(
    client: APIClient, plays: Plays, role: str, ended: list[object], stream: bool
) -> None:
    key = {"Idempotency-Key": "key-1"}
    llm = plays(ended, ["Here."])
    body = {"message": "hi", "stream": stream}
    where = client.post("/api/chat/", {"message": "hi"}, headers=key).json()["conversation_id"]
    Message.objects.filter(role=role).delete()

    answer = client.post("/api/chat/", body, headers=key)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert len(llm.prompts) == 1
    onwards = client.post("/api/chat/", {"message": "and now?", "conversation_id": where})
    assert onwards.status_code == 200


@pytest.mark.parametrize("window", [0, 1, 2, 3])
def test_however_little_is_read_the_newest_message_is_told(
    client: APIClient, plays: Plays, settings: Settings, window: int
) -> None:
    settings.AGENT_HISTORY_MESSAGES = window
    llm = plays(["One."], ["Two."])
    where = client.post("/api/chat/", {"message": "first"}).json()["conversation_id"]

    answer = client.post("/api/chat/", {"message": "second", "conversation_id": where})

    assert answer.status_code == 200
    assert all_words(llm.prompts[1]) == ["second"]


def test_a_row_that_cannot_be_read_costs_the_history_and_no_more(
    client: APIClient, plays: Plays
) -> None:
    llm = plays([call("create_task", title="Milk")], ["Added."], ["Hello again."])
    where = client.post("/api/chat/", {"message": "first"}).json()["conversation_id"]
    write_json("result", f'{{"n": {"9" * 5_000}}}', ToolCall.objects.all())

    answer = client.post("/api/chat/", {"message": "second", "conversation_id": where})

    assert answer.status_code == 200, answer.content
    assert "could not be read" in answer.json()["warning"]
    assert all_words(llm.prompts[2]) == ["second"]
