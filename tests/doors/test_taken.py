"""A turn is the same turn, whichever door its words come through."""

from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import LLMUnavailable
from conversations.models import Conversation, Turn
from tests.conftest import Plays
from tests.doors.rows.row import Row
from tests.doors.statements import statements
from tests.doors.through import DOORS, EACH
from tests.factories import LEASE, ConversationFactory, say
from tests.fakes import call
from todos.models import Task

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("sqlite"),
    pytest.mark.parametrize("door", DOORS, ids=lambda row: row.name),
]


@pytest.fixture
def where(user: User) -> str:
    conversation = ConversationFactory(user=user)
    say(conversation, "Good morning", "Good morning, you.")
    return str(conversation.pk)


def modes(door: Row) -> list[dict[str, Any]]:
    return [{"stream": stream} for stream in door.modes]


def test_words_are_answered(door: Row, client: APIClient, plays: Plays, where: str) -> None:
    for mode in modes(door):
        llm = plays(["Let me see. ", call("create_task", title="Milk")], ["It is ", "there."])

        answer = door.said("Add milk", where, **mode).by(client)

        assert answer.status in (200, 201), answer.text
        turn = Turn.objects.latest("created_at")
        assert (str(turn.conversation_id), turn.door, turn.status) == (
            where,
            door.door,
            "completed",
        )
        assert turn.user_message.content == "Add milk"
        assert turn.reply.content == "Let me see. \n\nIt is there."
        assert door.reply(answer).split() == turn.reply.content.split()
        assert "Good morning, you." in str(llm.prompts[0])
    assert Task.objects.filter(title="Milk").count() == len(door.modes)


def test_a_conversation_whose_id_a_client_chose_goes_on(
    door: Row, client: APIClient, user: User, plays: Plays
) -> None:
    plays(["Fine."])
    conversation = ConversationFactory(pk=uuid4(), user=user)  # by POST /chatkit/threads/{id}
    say(conversation, "Good morning", "Good morning, you.")

    door.said("Hello", str(conversation.pk)).by(client)

    assert Turn.objects.latest("created_at").conversation == conversation


def test_a_conversation_is_begun(door: Row, client: APIClient, plays: Plays) -> None:
    for mode in modes(door):
        plays(["Hello, you."])

        answer = door.said("Hello", **mode).by(client)

        assert door.reply(answer) == "Hello, you."
    assert Conversation.objects.count() == len(door.modes)


def test_a_model_that_fails_is_told(door: Row, client: APIClient, plays: Plays, where: str) -> None:
    for mode in modes(door):
        plays(LLMUnavailable())

        answer = door.said("Add milk", where, **mode).by(client)

        turn = Turn.objects.latest("created_at")
        assert turn.status == "failed"
        assert answer.status < 500 or answer.status in (502, 503, 504)
        assert door.failure(answer) == turn.error_detail


def test_the_same_message_sent_again_is_not_done_again(
    door: Row, client: APIClient, plays: Plays, where: str
) -> None:
    for number, mode in enumerate(modes(door)):
        llm = plays([call("create_task", title="Milk")], ["Added."])
        sent = door.said("Add milk", where, id=f"message-{number}", **mode)
        both = [sent, sent] if door.ids else [sent.under(f"key-{number}")] * 2

        first, again = (each.by(client) for each in both)

        assert (first.status, again.status) in [(200, 200), (201, 201)], again.text
        assert door.reply(again) == door.reply(first) == "Added."
        assert len(llm.prompts) == 2
    assert Task.objects.count() == len(door.modes)


def test_the_key_of_one_message_is_not_that_of_another(
    door: Row, client: APIClient, plays: Plays, where: str
) -> None:
    llm = plays(["Hi."])
    door.said("hi", where).under("key-1").by(client)

    other = door.said("ho", where).under("key-1").by(client)

    assert door.refusal(other)
    assert len(llm.prompts) == 1


def test_all_doors_count_together(
    door: Row, client: APIClient, plays: Plays, where: str, settings: Settings
) -> None:
    settings.CHAT_RATE = "2/m"
    llm = plays(["One."], ["Two."])
    client.post("/api/chat/", {"message": "one"})
    door.said("two", where).by(client)

    third = door.said("three", where).by(client)

    assert third.status == 429
    assert 0 < int(third.headers["Retry-After"]) <= 61
    assert "Too many requests." in door.refusal(third)
    assert client.post("/api/chat/", {"message": "four"}).status_code == 429
    assert len(llm.prompts) == 2


def test_a_day_has_so_many_turns(
    door: Row, client: APIClient, plays: Plays, where: str, settings: Settings
) -> None:
    settings.AGENT_DAILY_TURNS = 1
    plays(["One."])
    door.said("one", where).by(client)

    second = door.said("two", where).by(client)

    assert second.status == 429
    assert int(second.headers["Retry-After"]) > 0
    assert door.refusal(second)


def test_a_conversation_that_is_busy_says_when_to_come_back(
    door: Row, client: APIClient, plays: Plays, user: User, where: str, settings: Settings
) -> None:
    settings.TURN_WAIT_SECONDS = 0
    llm = plays()
    Conversation.objects.get(pk=where).begin_turn("first", LEASE)

    answer = door.said("second", where).by(client)

    assert answer.status == door.busy
    assert door.busy == 200 or int(answer.headers["Retry-After"]) >= 1
    assert door.refusal(answer)
    assert Turn.objects.count() == 2
    assert llm.prompts == []


def test_a_person_has_so_many_turns_open(
    door: Row, client: APIClient, plays: Plays, user: User, where: str
) -> None:
    plays()
    for _ in range(3):
        Conversation(user=user).begin_turn("first", LEASE)

    answer = door.said("fourth", where).by(client)

    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert door.refusal(answer)


def test_a_turn_takes_hardly_more_statements_than_through_our_own_door(
    door: Row, client: APIClient, plays: Plays, where: str
) -> None:
    plays(*[["Fine."]] * 6)
    for stream in door.modes:
        first, second, third = (f"{n}-{stream}" if door.ids else "" for n in range(3))
        door.said("Hello", where, stream=stream, id=first).by(client)
        with statements() as ours:
            EACH["api"].said("Hello", where, stream=stream, id=second).by(client)
        with statements() as theirs:
            door.said("Hello", where, stream=stream, id=third).by(client)

        assert len(theirs.all) <= 1.1 * len(ours.all), "\n".join(theirs.all)
