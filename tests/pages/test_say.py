"""Saying something with a form, without any script."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from agent.llm import LLMUnavailable
from conversations.models import Conversation, Message, Turn
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory, say
from tests.fakes import call
from tests.pages.markup import Node, notice, read
from todos.models import Task

pytestmark = pytest.mark.django_db(transaction=True)


def post(browser: Client, text: str, where: str = "/", **fields: str) -> Any:
    """From the page ``where``, as its composer would."""
    action = "/say/" if where == "/" else f"{where}say/"
    return browser.post(
        action, {"message": text, **fields}, headers={"Referer": f"http://testserver{where}"}
    )


def after(browser: Client, answer: Any) -> Node:
    """The page that the answer leads to."""
    assert answer.status_code == 302
    return read(browser.get(answer["Location"]))


def test_a_first_message_begins_a_conversation(browser: Client, user: User, plays: Plays) -> None:
    plays([call("create_task", title="Milk")], ["It is on the list."])

    answer = post(browser, "Add milk")

    conversation, reply = Conversation.objects.get(), Message.objects.get(role="assistant")
    assert answer["Location"] == f"/c/{conversation.pk}/#message-{reply.pk}"
    page = after(browser, answer)
    assert page.one("h1").text == "Add milk"
    assert "It is on the list." in page.one("article", id=f"message-{reply.pk}").text
    assert [task.title for task in Task.objects.for_user(user)] == ["Milk"]


def test_a_further_message_goes_on_with_it(browser: Client, user: User, plays: Plays) -> None:
    plays(["Hello again."])
    conversation = ConversationFactory(user=user)
    say(conversation, "Hello")

    answer = post(browser, "Hello?", f"/c/{conversation.pk}/")

    reply = Message.objects.get(seq=4)
    assert answer["Location"] == f"/c/{conversation.pk}/#message-{reply.pk}"
    assert reply.content == "Hello again."


def test_the_built_in_assistant_answers_where_no_other_is_chosen(
    browser: Client, user: User
) -> None:
    answer = post(browser, "Add buy milk tomorrow at 5pm")

    assert "buy milk" in after(browser, answer).one(id="tasks").text.lower()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("one\r\ntwo\r\n\r\nthree", "one\ntwo\n\nthree"),
        ("  one  ", "  one  "),
        ("x\r\n" * 5_000, "x\n" * 5_000),
        ("🥛" * 10_000, "🥛" * 10_000),
    ],
    ids=["line breaks", "white space", "the longest", "the widest"],
)
def test_a_message_is_kept_as_it_was_typed(
    browser: Client, plays: Plays, sent: str, kept: str
) -> None:
    plays(["Hm."])

    post(browser, sent)

    assert Message.objects.get(role="user").content == kept


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "may not be blank"),
        (" \r\n\t", "may not be blank"),
        ("\u200b", "may not be blank"),
        ("x" * 10_001, "no more than 10000 characters"),
        ("a\0b", "Null characters are not allowed."),
    ],
    ids=["nothing", "white space", "nothing to see", "too long", "NUL"],
)
@pytest.mark.parametrize("begun", [False, True])
def test_what_cannot_be_said_is_a_notice_where_one_was(
    browser: Client, user: User, plays: Plays, text: str, says: str, begun: bool
) -> None:
    llm = plays()
    where = f"/c/{ConversationFactory(user=user).pk}/" if begun else "/"

    answer = post(browser, text, where)

    assert answer["Location"].removeprefix("http://testserver") == where
    assert says in notice(after(browser, answer))
    assert not notice(read(browser.get(where))), "told once"
    assert not Message.objects.exists()
    assert Conversation.objects.count() == begun
    assert llm.prompts == []


def test_a_form_that_lacks_its_message_is_a_notice(browser: Client) -> None:
    assert "may not be blank" in notice(after(browser, browser.post("/say/")))


def test_a_form_that_is_sent_twice_is_one_turn(browser: Client, plays: Plays) -> None:
    llm = plays(["Hello."])

    first = post(browser, "Hi", idempotency_key="key-1")
    again = post(browser, "Hi", idempotency_key="key-1")

    assert again["Location"] == first["Location"]
    assert len(llm.prompts) == 1
    assert Turn.objects.count() == 1


def test_a_message_without_a_key_is_a_turn_each_time(browser: Client, plays: Plays) -> None:
    plays(["Hello."], ["Hello."])

    post(browser, "Hi")
    post(browser, "Hi")

    assert Turn.objects.count() == 2


@pytest.mark.parametrize("key", ["x" * 201, "two words", "schlüssel", "a\0b"])
def test_a_key_that_is_none_is_a_notice(browser: Client, key: str) -> None:
    page = after(browser, post(browser, "Hi", idempotency_key=key))

    assert "visible ASCII characters" in notice(page)
    assert not Turn.objects.exists()


def test_the_key_of_another_message_is_a_notice(browser: Client, plays: Plays) -> None:
    plays(["Hello."])
    post(browser, "Hi", idempotency_key="key-1")

    page = after(browser, post(browser, "Ho", idempotency_key="key-1"))

    assert "came with another request before" in notice(page)
    assert Turn.objects.count() == 1


def test_an_answer_that_fails_is_shown_as_such(browser: Client, plays: Plays) -> None:
    plays([LLMUnavailable()])

    page = after(browser, post(browser, "Hi"))

    assert page.messages()[1].attributes["data-status"] == "failed"
    assert not notice(page)


def test_a_busy_conversation_is_a_notice(browser: Client, user: User, settings: Settings) -> None:
    settings.TURN_WAIT_SECONDS = 0
    conversation = ConversationFactory(user=user)
    conversation.begin_turn("Hello", LEASE)

    page = after(browser, post(browser, "Hello?", f"/c/{conversation.pk}/"))

    assert "is still being answered" in notice(page)
    assert Message.objects.count() == 2


def test_an_answer_that_somebody_deleted_by_hand_is_404(browser: Client, plays: Plays) -> None:
    plays(["Hello."])
    post(browser, "Hi", idempotency_key="key-1")
    Message.objects.filter(role="assistant").delete()

    answer = post(browser, "Hi", idempotency_key="key-1")

    assert "There is nothing here" in read(answer, 404).one("h1").text
