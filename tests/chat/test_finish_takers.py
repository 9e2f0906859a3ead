"""Of many who could finish a turn one does, and each in its time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from chat.errors import TurnInProgress
from chat.finish import AT_ONCE, Finisher
from chat.send import try_again
from conversations.models import Conversation, ConversationBusy, Turn, TurnCount, TurnLost
from tests.chat.broken_off import break_off, broken_off, spoken_since
from tests.chat.streams import parse
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

Status = Turn.Status


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def test_of_two_takers_one_gets_it(conversation: Conversation) -> None:
    broken_off(conversation)
    quick, slow = Turn.objects.get(), Turn.objects.get()
    quick.take_over(LEASE)

    with pytest.raises(TurnLost):
        slow.take_over(LEASE)

    assert Turn.objects.get().attempt == 2


def test_whoever_comes_with_its_key_just_then_is_told_at_once(conversation: Conversation) -> None:
    broken_off(conversation)
    slow = Turn.objects.get()
    Turn.objects.get().take_over(LEASE)

    with pytest.raises(TurnInProgress):
        try_again(slow, conversation)

    assert Turn.objects.get().attempt == 2


def test_a_taker_that_lost_to_a_new_message_changes_nothing(conversation: Conversation) -> None:
    broken_off(conversation)
    turn = Turn.objects.get()
    turn.load_messages()
    spoken_since(turn)

    with pytest.raises(ConversationBusy):
        turn.take_over(LEASE)

    assert Turn.objects.get(pk=turn.pk).status == Status.INCOMPLETE


def test_when_the_taker_dies_too_another_one_goes_on_and_then_nobody(
    conversation: Conversation, plays: Plays
) -> None:
    broken_off(conversation)
    break_off(Turn.objects.get().take_over(LEASE))
    third = Turn.objects.get()
    plays()

    assert third.attempt == 2
    break_off(third.take_over(LEASE))

    assert Finisher().finish_all() == 0
    row = Turn.objects.get()
    assert (row.attempt, row.status) == (3, Status.INCOMPLETE)


def test_it_waits_behind_the_other_turns_of_its_user(
    conversation: Conversation, plays: Plays, settings: Settings
) -> None:
    settings.AGENT_MAX_OPEN_TURNS = 1
    broken_off(conversation)
    other = ConversationFactory(user=conversation.user).begin_turn("Something else", LEASE)
    strange = broken_off(ConversationFactory(), "Hello")
    plays(["Hello."], ["Milk it is."])

    assert Finisher().finish_all() == 1
    assert Turn.objects.get(pk=strange.pk).status == Status.COMPLETED

    other.finish(Status.COMPLETED, "Yes.")
    assert Finisher().finish_all() == 1
    assert conversation.turns.get().reply.content == "Milk it is."


def test_only_so_many_are_taken_at_once(plays: Plays) -> None:
    for _ in range(AT_ONCE + 2):
        broken_off(ConversationFactory(user=UserFactory()))
    plays(*(["Here."] for _ in range(AT_ONCE + 2)))
    finisher = Finisher()

    assert finisher.look() == AT_ONCE
    finisher.wait()
    assert finisher.look() == 2
    finisher.wait()

    assert set(Turn.objects.values_list("status", flat=True)) == {Status.COMPLETED}


def test_once_it_is_stopped_it_takes_no_more(conversation: Conversation, plays: Plays) -> None:
    broken_off(conversation)
    plays()
    finisher = Finisher()
    finisher.stopping.set()

    assert finisher.finish_all() == 0
    assert Turn.objects.get().status == Status.INCOMPLETE


def test_it_costs_no_turn_of_the_day(conversation: Conversation, plays: Plays) -> None:
    broken_off(conversation, per_day=1)
    plays(["Here."])

    assert Finisher().finish_all() == 1

    assert TurnCount.objects.get().turns == 1
    assert Turn.objects.get().status == Status.COMPLETED


@contextmanager
def finished_before_look(number: int) -> Iterator[None]:
    """As a reader asks the database for the numbered time whether somebody will go on with it."""
    looks = count(1)

    def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "BETWEEN" in sql and next(looks) == number:
            Finisher().finish_all()
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        yield


def test_a_reader_who_looks_just_then_reads_on(
    client: APIClient, conversation: Conversation, plays: Plays
) -> None:
    turn = broken_off(conversation)
    plays(["Milk it is."])
    place = {"Last-Event-ID": f"{turn.pk}.1.0.0"}

    with finished_before_look(1):
        url = f"/api/conversations/{conversation.pk}/events/"
        told = parse(client.get(url, headers=place).streaming_content)

    assert told[-1].data["assistant_message"]["content"] == "Milk it is."


def test_a_reader_who_comes_meanwhile_is_told_from_where_it_begins_anew(
    client: APIClient, conversation: Conversation, plays: Plays
) -> None:
    turn = conversation.begin_turn("Milk", LEASE)
    with turn.fenced(LEASE):
        turn.save_text("Let me")
    break_off(turn)
    plays(["Milk it is."])

    with finished_before_look(3):
        path = f"/api/ai-sdk/chat/{conversation.pk}/stream/"
        told = b"".join(client.get(path).streaming_content).decode()

    assert told.count('"start"') == 1
    assert "Let me" not in told
    assert told.endswith("data: [DONE]\n\n")
