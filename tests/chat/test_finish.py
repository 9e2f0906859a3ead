"""A turn whose process has died is finished by another one, though nobody asks for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import LLMUnavailable
from chat.finish import Finisher
from conversations.models import Conversation, Turn
from tests.chat.broken_off import break_off, broken_off, make_milk, spoken_since
from tests.chat.streams import parse
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory, UserFactory
from tests.fakes import call
from todos.models import Task, TaskChange

pytestmark = pytest.mark.django_db(transaction=True)

Status = Turn.Status
MILK, BREAD = call("create_task", title="Milk"), call("create_task", title="Bread")


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def test_it_goes_on_from_the_calls_already_made(conversation: Conversation, plays: Plays) -> None:
    turn = conversation.begin_turn("Milk and bread", LEASE)
    milk = make_milk(turn)
    break_off(turn)
    llm = plays([BREAD], ["Both are on the list."])

    assert Finisher().finish_all() == 1

    row = Turn.objects.get()
    assert (row.status, row.attempt, row.error) == (Status.COMPLETED, 2, None)
    assert row.reply.content == "Both are on the list."
    assert [told["role"] for told in llm.prompts[0]][-2:] == ["assistant", "tool"]
    assert row.calls[0] == milk
    assert sorted(Task.objects.values_list("title", flat=True)) == ["Bread", "Milk"]
    assert {each.tool_call_id for each in TaskChange.objects.all()} == {
        each.pk for each in row.calls
    }


def test_a_model_that_asks_again_for_what_was_done_does_not_get_it_twice(
    conversation: Conversation, plays: Plays
) -> None:
    turn = conversation.begin_turn("Milk", LEASE)
    make_milk(turn)
    break_off(turn)
    plays([MILK], ["Milk is on the list."])

    Finisher().finish_all()

    assert Turn.objects.get().status == Status.COMPLETED
    assert Task.objects.get().title == "Milk"


def test_one_that_still_counts_as_open_is_settled_first(
    conversation: Conversation, plays: Plays
) -> None:
    conversation.begin_turn("Hello", -timedelta(seconds=1))
    plays(["Hello."])

    assert Finisher().finish_all() == 0  # whoever has its key is served first
    assert Turn.objects.get().status == Status.INCOMPLETE

    Turn.objects.update(finished_at=Now() - timedelta(seconds=3))
    assert Finisher().finish_all() == 1
    assert Turn.objects.get().status == Status.COMPLETED


def deleted(turn: Turn) -> None:
    turn.conversation.remove()


def deactivated(turn: Turn) -> None:
    User.objects.update(is_active=False)


def settled(**fields: Any) -> Callable[[Turn], None]:
    return lambda turn: Turn.objects.filter(pk=turn.pk).update(**fields) and None


LEFT_ALONE = {
    "another message has come": spoken_since,
    "its conversation is deleted": deleted,
    "its user is deactivated": deactivated,
    "it has had its attempts": settled(attempt=Turn.MAX_ATTEMPTS),
    "it was settled just now": settled(finished_at=Now()),
    "it was settled long ago": settled(finished_at=Now() - timedelta(hours=2)),
    "it died long ago": settled(lease_expires_at=Now() - timedelta(hours=2)),
    "it has failed": settled(status=Status.FAILED),
    "it is completed": settled(status=Status.COMPLETED),
    "it is cancelled": settled(status=Status.CANCELLED),
}


@pytest.mark.parametrize("why", LEFT_ALONE)
def test_it_is_left_alone_when(conversation: Conversation, plays: Plays, why: str) -> None:
    turn = broken_off(conversation)
    LEFT_ALONE[why](turn)
    llm = plays()
    before = Turn.objects.values().get(pk=turn.pk)

    assert Finisher().finish_all() == 0

    assert Turn.objects.values().get(pk=turn.pk) == before
    assert llm.prompts == []


def test_one_that_was_to_be_cancelled_is_cancelled(
    client: APIClient, conversation: Conversation, plays: Plays
) -> None:
    conversation.begin_turn("Hello", -timedelta(seconds=1))
    url = f"/api/conversations/{conversation.pk}/"
    assert client.post(f"{url}cancel/").status_code == 202
    plays()

    for settle in (bool, lambda: Finisher().finish_all()):
        assert not settle()
        shown = client.get(url).json()["messages"][-1]
        assert (shown["status"], shown["error"]) == ("cancelled", None)
    assert Turn.objects.get().status == Status.CANCELLED


def test_one_that_waits_to_be_finished_can_be_stopped(
    client: APIClient, conversation: Conversation, plays: Plays
) -> None:
    broken_off(conversation)
    plays()

    assert client.post(f"/api/conversations/{conversation.pk}/cancel/").status_code == 202
    assert client.post(f"/api/conversations/{conversation.pk}/cancel/").status_code == 409

    assert Finisher().finish_all() == 0
    assert (Turn.objects.get().status, Turn.objects.get().error) == (Status.CANCELLED, None)


def test_stop_is_heard_while_it_is_finished(
    client: APIClient, conversation: Conversation, plays: Plays
) -> None:
    broken_off(conversation)

    def then_stop(_prompt: object) -> list[object]:
        assert client.post(f"/api/conversations/{conversation.pk}/cancel/").status_code == 202
        return ["Wait. ", MILK]

    plays(then_stop)

    assert Finisher().finish_all() == 1

    assert Turn.objects.get().status == Status.CANCELLED
    assert not Task.objects.exists()


def test_a_model_that_fails_fails_the_turn_and_it_is_not_taken_again(
    conversation: Conversation, plays: Plays
) -> None:
    broken_off(conversation)
    plays(LLMUnavailable())

    assert Finisher().finish_all() == 1
    Turn.objects.update(finished_at=Now() - timedelta(seconds=5))
    assert Finisher().finish_all() == 0

    assert (Turn.objects.get().status, Turn.objects.get().attempt) == (Status.FAILED, 2)


def test_its_key_is_told_that_it_goes_on_and_then_the_answer(
    client: APIClient, plays: Plays
) -> None:
    headers = {"Idempotency-Key": "key-1"}

    def ask() -> Any:
        return client.post("/api/chat/", {"message": "Milk"}, headers=headers)

    plays(["Too late."])
    ask()
    Turn.objects.update(status=Status.IN_PROGRESS)
    break_off(Turn.objects.get())
    meanwhile: list[Any] = []

    def while_it_goes_on(_prompt: object) -> list[str]:
        meanwhile.append(ask())
        return ["Here."]

    plays(while_it_goes_on)

    assert Finisher().finish_all() == 1

    assert [(each.status_code, each.json()["code"]) for each in meanwhile] == [
        (409, "turn_in_progress")
    ]
    again = ask()
    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert again.json()["assistant_message"]["content"] == "Here."


def test_a_reader_who_was_cut_off_sees_the_rest(
    client: APIClient, conversation: Conversation, plays: Plays
) -> None:
    turn = conversation.begin_turn("Milk", LEASE)
    make_milk(turn)
    with turn.fenced(LEASE):
        turn.save_text("Let me see")
    break_off(turn)
    place = {"Last-Event-ID": f"{turn.pk}.1.10.2"}
    url = f"/api/conversations/{conversation.pk}/events/"
    following = iter(client.get(url, headers=place).streaming_content)
    plays(["Milk is ", "on the list."])
    Finisher().finish_all()

    events = parse(following)

    assert [event.name for event in events] == [
        "turn.started",
        "tool.started",
        "tool.finished",
        "message.delta",
        "turn.completed",
    ]
    assert events[-1].id == f"{turn.pk}.2.end"


def test_what_was_taken_back_meanwhile_stays_taken_back(
    client: APIClient, conversation: Conversation, plays: Plays
) -> None:
    turn = conversation.begin_turn("Milk", LEASE)
    milk = make_milk(turn)
    break_off(turn)
    client.post(f"/api/acts/{milk.pk}/undo/")
    llm = plays(["Milk was on the list."])

    Finisher().finish_all()

    assert not Task.objects.for_user(conversation.user).exists()
    assert Turn.objects.get().calls[0].undone_at
    assert llm.prompts[0][-1]["role"] == "tool"


def test_what_is_logged_names_the_turn_and_says_nothing_of_it(
    conversation: Conversation, plays: Plays, caplog: pytest.LogCaptureFixture
) -> None:
    broken_off(conversation, "SECRET words")
    plays(["SECRET answer"])

    with caplog.at_level("INFO"):
        Finisher().finish_all()

    assert "taken over" in caplog.text
    assert "SECRET" not in caplog.text


GOES_AWAY = {"its conversation is deleted": deleted, "its user is deactivated": deactivated}


@pytest.mark.parametrize("why", GOES_AWAY)
def test_nothing_more_is_done_when_meanwhile(
    conversation: Conversation, plays: Plays, why: str
) -> None:
    turn = broken_off(conversation)

    def then(_prompt: object) -> list[object]:
        GOES_AWAY[why](turn)
        return ["Just a moment. ", MILK]

    plays(then)

    assert Finisher().finish_all() == 1

    assert Turn.objects.get().status == Status.CANCELLED
    assert not Task.objects.exists()


def test_a_user_who_is_erased_meanwhile_takes_it_along(
    conversation: Conversation, plays: Plays
) -> None:
    broken_off(conversation)
    kept = broken_off(ConversationFactory(user=UserFactory()))

    def then(_prompt: object) -> list[object]:
        conversation.user.delete()
        return [MILK]

    plays(then, ["Here."])
    finisher = Finisher()

    assert finisher.finish_all() == 2

    assert Turn.objects.get() == kept
    assert not Task.objects.exists()


def test_a_message_that_was_deleted_by_hand_stands_in_no_other_turns_way(plays: Plays) -> None:
    spoilt, whole = (broken_off(ConversationFactory(user=UserFactory())) for _ in range(2))
    spoilt.messages.filter(role="user").delete()
    plays(["Here."])

    assert Finisher().finish_all() == 1

    assert Turn.objects.get(pk=whole.pk).status == Status.COMPLETED
    assert Turn.objects.get(pk=spoilt.pk).status == Status.INCOMPLETE
