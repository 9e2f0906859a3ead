"""Replies that are not simply complete: what is told of them, and what can be done about it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from agent.llm import LLMUnavailable
from conversations.models import Conversation, Message, Turn
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory
from tests.pages.markup import last_message, notice, read, submit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

TROUBLE = "The language model did not answer. Try again."


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def failed(conversation: Conversation, text: str = "Add milk", **fields: Any) -> Turn:
    turn = conversation.begin_turn(text, LEASE, **{"idempotency_key": "key-1", **fields})
    turn.finish(Turn.Status.FAILED, "", error_code="llm_unavailable", error_detail=TROUBLE)
    return turn


# Trying again


def test_a_failed_reply_says_why_and_can_be_tried_again(
    browser: Client, conversation: Conversation
) -> None:
    failed(conversation, "Add milk\nand <bread>")

    reply = last_message(browser, conversation)

    assert reply.attributes["data-status"] == "failed"
    assert TROUBLE in reply.text
    form = reply.button("Try again")
    assert form
    assert form.attributes["action"] == f"/c/{conversation.pk}/say/"
    fields = {"message": "Add milk\nand <bread>", "idempotency_key": "key-1"}
    assert form.fields() == fields


@pytest.mark.parametrize(
    "text", ["Add milk", "Two\nlines", "\n leading", "quotes \"' & <b>", "naïve 🥛", "trailing \n"]
)
@pytest.mark.parametrize("begun", [True, False], ids=["the first message", "a later message"])
def test_trying_again_answers_the_same_message(
    browser: Client, user: User, plays: Plays, text: str, begun: bool
) -> None:
    llm = plays([LLMUnavailable()], ["Now it is on the list."])
    where = "/say/" if begun else f"/c/{ConversationFactory(user=user).pk}/say/"
    form = {"message": text.replace("\n", "\r\n"), "idempotency_key": "key-1"}
    browser.post(where, form)
    conversation = Conversation.objects.get()

    answer = submit(browser, last_message(browser, conversation).button("Try again"))

    assert answer["Location"].startswith(f"/c/{conversation.pk}/#message-")
    assert not notice(read(browser.get(answer["Location"])))
    assert [m.content for m in Message.objects.oldest_first()] == [text, "Now it is on the list."]
    assert len(llm.prompts) == 2


def test_who_has_no_script_can_try_again_too(browser: Client, plays: Plays) -> None:
    plays([LLMUnavailable()], ["Hello."])
    browser.post("/say/", {"message": "Hi"})

    submit(browser, last_message(browser, Conversation.objects.get()).button("Try again"))

    assert [m.content for m in Message.objects.oldest_first()] == ["Hi", "Hello."]


@pytest.mark.parametrize(
    "spoilt",
    [{"idempotency_key": None}, {"attempt": 3}, {"status": "completed"}, {"status": "cancelled"}],
    ids=lambda fields: "".join(fields),
)
def test_what_cannot_be_tried_again_does_not_offer_it(
    browser: Client, conversation: Conversation, spoilt: dict[str, Any]
) -> None:
    failed(conversation)
    Turn.objects.update(**spoilt)

    assert last_message(browser, conversation).button("Try again") is None


def test_a_message_that_no_form_can_repeat_to_the_letter_does_not_offer_it(
    browser: Client, conversation: Conversation
) -> None:
    failed(conversation, "one\r\ntwo")

    assert last_message(browser, conversation).button("Try again") is None


def test_a_reply_that_is_drawn_alone_can_still_be_tried_again(
    browser: Client, conversation: Conversation
) -> None:
    failed(conversation)

    (reply,) = read(browser.get(f"/c/{conversation.pk}/messages/?since=1")).messages()

    form = reply.button("Try again")
    assert form
    assert form.fields()["message"] == "Add milk"


def test_a_reply_whose_message_is_gone_cannot_be_tried_again(
    browser: Client, conversation: Conversation
) -> None:
    failed(conversation)
    Message.objects.filter(role="user").delete()

    assert last_message(browser, conversation).button("Try again") is None


# Interrupted, stopped, open


def test_a_reply_whose_process_died_is_incomplete_and_can_be_tried_again(
    browser: Client, conversation: Conversation
) -> None:
    conversation.begin_turn("Add milk", LEASE, idempotency_key="key-1")
    Turn.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    Message.objects.filter(role="assistant").update(content="I was about")

    reply = last_message(browser, conversation)

    assert reply.attributes["data-status"] == "incomplete"
    assert "I was about" in reply.text
    assert "The answer was interrupted before it was finished." in reply.text
    assert reply.button("Try again")
    assert reply.button("Stop") is None


def test_a_stopped_reply_says_so(browser: Client, conversation: Conversation) -> None:
    turn = conversation.begin_turn("Add milk", LEASE, idempotency_key="key-1")
    turn.finish(Turn.Status.CANCELLED, "I was **about**")

    reply = last_message(browser, conversation)

    assert reply.attributes["data-status"] == "cancelled"
    assert "Stopped." in reply.text
    assert reply.one("strong").text == "about"


def test_an_open_reply_is_plain_text_that_can_be_stopped(
    browser: Client, conversation: Conversation
) -> None:
    turn = conversation.begin_turn("Add milk", LEASE, idempotency_key="key-1")
    Message.objects.filter(pk=turn.reply.pk).update(content="I **am** <b>at")

    reply = last_message(browser, conversation)

    assert reply.attributes["data-status"] == "in_progress"
    assert "I **am** <b>at" in reply.text
    assert not reply.has("strong")
    assert reply.button("Try again") is None
    stop = reply.button("Stop")
    assert stop
    assert stop.attributes["action"] == f"/c/{conversation.pk}/stop/"


def test_a_complete_reply_has_nothing_to_stop(browser: Client, conversation: Conversation) -> None:
    turn = conversation.begin_turn("Add milk", LEASE, idempotency_key="key-1")
    turn.finish(Turn.Status.COMPLETED, "Added.", warning="Nothing was done.")

    reply = last_message(browser, conversation)

    assert "Nothing was done." in reply.text
    assert [reply.button(words) for words in ("Stop", "Try again", "Undo")] == [None] * 3
    assert "Stopped." not in reply.text
