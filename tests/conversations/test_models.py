"""The rows of a conversation: count, title, preview kept right, and what the database refuses."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from conversations.models import Conversation, ConversationBusy, Message, ToolCall, Turn
from tests.factories import LEASE, ConversationFactory, UserFactory, record_call, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


# What is kept along with the messages


def test_the_count_is_the_number_of_messages(conversation: Conversation) -> None:
    for expected in (2, 4, 6):
        say(conversation, "Hello")

        assert conversation.message_count == expected == conversation.messages.count()


def test_messages_alternate_and_have_no_gaps(conversation: Conversation) -> None:
    for number in range(3):
        say(conversation, f"question {number}", f"answer {number}")

    rows = Message.objects.order_by("seq").values_list("seq", "role", "content")
    assert list(rows) == [
        (1, "user", "question 0"),
        (2, "assistant", "answer 0"),
        (3, "user", "question 1"),
        (4, "assistant", "answer 1"),
        (5, "user", "question 2"),
        (6, "assistant", "answer 2"),
    ]


def test_the_preview_is_the_latest_that_was_said(conversation: Conversation) -> None:
    turn = conversation.begin_turn("Do you\n hear  me?", LEASE)
    conversation.refresh_from_db()
    assert conversation.last_message_preview == "Do you hear me?"

    turn.finish(Turn.Status.COMPLETED, "Loud and\tclear. " + "x" * 200)

    conversation.refresh_from_db()
    assert conversation.last_message_preview.startswith("Loud and clear. xxx")
    assert len(conversation.last_message_preview) == 100


def test_a_reply_without_words_leaves_the_question_as_preview(conversation: Conversation) -> None:
    conversation.begin_turn("Hello?", LEASE).finish(Turn.Status.FAILED, "")

    conversation.refresh_from_db()
    assert conversation.last_message_preview == "Hello?"


def test_an_earlier_turn_that_is_tried_again_does_not_change_the_preview(
    conversation: Conversation,
) -> None:
    first = conversation.begin_turn("First", LEASE)
    first.finish(Turn.Status.FAILED, "")
    conversation.refresh_from_db()
    say(conversation, "Second", "The latest answer.")

    first.retry(LEASE).finish(Turn.Status.COMPLETED, "A late answer.")

    conversation.refresh_from_db()
    assert conversation.last_message_preview == "The latest answer."
    assert Message.objects.get(seq=2).content == "A late answer."


def test_a_message_and_its_reply_are_activity(conversation: Conversation) -> None:
    before = conversation.updated_at
    turn = conversation.begin_turn("Hello", LEASE)
    conversation.refresh_from_db()
    begun = conversation.updated_at
    turn.finish(Turn.Status.COMPLETED, "Hello.")
    conversation.refresh_from_db()

    assert before < begun < conversation.updated_at


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Buy milk", "Buy milk"),
        ("  Buy\r\n\tmilk  ", "Buy milk"),
        ("語" * 60, "語" * 50),
        ("x" * 49 + "  y", "x" * 49 + " "),
    ],
)
def test_the_first_message_gives_the_title(
    conversation: Conversation, text: str, title: str
) -> None:
    say(conversation, text)

    assert conversation.title == title


def test_later_messages_do_not(conversation: Conversation) -> None:
    say(conversation, "First")
    say(conversation, "Second")

    assert conversation.title == "First"


# One transaction


def test_a_new_conversation_is_saved_by_its_first_turn(user: User) -> None:
    conversation = Conversation(user=user)

    turn = conversation.begin_turn("Hello", LEASE)

    assert Conversation.objects.get().turns.get() == turn
    assert turn.messages.count() == 2


def test_a_turn_that_cannot_begin_leaves_nothing(user: User) -> None:
    with pytest.raises(ConversationBusy):  # the database takes no such place of a message
        Conversation(user=user, message_count=-7).begin_turn("Hello", LEASE)

    for model in (Conversation, Turn, Message):
        assert not model.objects.exists()


# What the database refuses, whoever asks


def assert_refused(row: Turn | Message | ToolCall) -> None:
    row.pk = type(row)._meta.pk.get_default()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_second_open_turn_of_a_conversation(conversation: Conversation) -> None:
    conversation.begin_turn("Hello", LEASE)

    turn = Turn.objects.get()
    turn.slot += 1
    assert_refused(turn)


def test_a_second_message_in_the_same_place(conversation: Conversation) -> None:
    say(conversation, "Hello")

    assert_refused(Message.objects.get(seq=1))


def test_a_second_tool_call_in_the_same_place(conversation: Conversation) -> None:
    record_call(conversation.begin_turn("Hello", LEASE))

    assert_refused(ToolCall.objects.get())


def test_a_second_turn_of_the_user_with_the_same_key(user: User) -> None:
    for _ in range(2):
        conversation = ConversationFactory(user=user)
        conversation.begin_turn("Hello", LEASE).finish(Turn.Status.COMPLETED, "Hello.")
    first, second = Turn.objects.order_by("pk")
    Turn.objects.filter(pk=first.pk).update(idempotency_key="k")

    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.filter(pk=second.pk).update(idempotency_key="k")


def test_but_another_user_may_have_it() -> None:
    for _ in range(2):
        turn = Conversation(user=UserFactory()).begin_turn("Hello", LEASE, idempotency_key="k")
        turn.finish(Turn.Status.COMPLETED, "Hello.")

    assert Turn.objects.filter(idempotency_key="k").count() == 2
