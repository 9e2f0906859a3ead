"""The last exchange can be asked again or edited; then it is taken back, and folded."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory, say
from tests.fakes import call
from tests.pages.markup import Node, notice, read, submit
from todos.models import Origin, Task

pytestmark = pytest.mark.django_db(transaction=True)

MILK = call("create_task", title="Milk")


def page_of(browser: Client, conversation: Conversation) -> Node:
    return read(browser.get(f"/c/{conversation.pk}/"))


def asked(browser: Client, plays: Plays, *steps: Any) -> tuple[Conversation, Node]:
    """A conversation in which milk was added; ``steps`` play after that."""
    plays([MILK], ["Added milk."], *steps)
    browser.post("/say/", {"message": "Add\nmilk"})
    conversation = Conversation.objects.get()
    return conversation, page_of(browser, conversation)


def test_what_is_asked_again_replaces_what_was_answered(browser: Client, plays: Plays) -> None:
    conversation, page = asked(browser, plays, [MILK], ["Added it."])
    form = page.messages()[-1].button("Ask again")

    first = submit(browser, form)
    second = submit(browser, form)  # a double click

    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Task.objects.filter(deleted_at=None).count() == 1
    said, reply, again, answer = page_of(browser, conversation).messages()
    assert said.one("details", **{"class": "taken-back"}).one("summary").text == "Taken back"
    assert "withdrawn" in reply.attributes["class"]
    assert "Add milk" in again.text
    assert "Added it." in answer.text
    assert (answer.button("Ask again"), reply.button("Ask again"))[1] is None
    assert said.button("Edit") is None
    assert again.button("Edit")


def test_what_is_edited_stands_in_the_composer(browser: Client, plays: Plays) -> None:
    conversation, page = asked(browser, plays)
    form = page.messages()[0].button("Edit")
    assert form
    form.attributes["action"] += "?tag=home"

    answer = submit(browser, form)

    edited = read(browser.get(answer["Location"]))
    assert answer["Location"].startswith(f"/c/{conversation.pk}/?tag=home&edit=")
    assert edited.one("textarea").text == "Add milk"
    assert not Task.objects.filter(deleted_at=None).exists()
    assert page_of(browser, conversation).one("textarea").text == ""


@pytest.mark.parametrize("edit", ["nonsense", "0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55", ""])
def test_what_is_no_message_of_it_is_not_in_the_composer(
    browser: Client, user: User, edit: str
) -> None:
    conversation = ConversationFactory(user=user)

    page = read(browser.get(f"/c/{conversation.pk}/?edit={edit}"))

    assert page.one("textarea").text == ""


@pytest.mark.parametrize("words", ["Ask again", "Edit"])
def test_it_asks_when_not_all_can_be_undone(browser: Client, plays: Plays, words: str) -> None:
    conversation, page = asked(browser, plays, ["What else?"])
    Task.objects.get().edit(Origin("api"), title="Oat milk")
    form = page.button(words)
    place = {"headers": {"Referer": f"http://testserver/c/{conversation.pk}/"}}

    answer = browser.post(form and form.attributes["action"], {}, **place)

    told = read(browser.get(answer["Location"]))
    assert "Some of what it did has changed since." in notice(told)
    assert Turn.objects.get().withdrawn_at is None

    submit(browser, told.one(id="notices").button("Go on"))

    assert Turn.objects.exclude(withdrawn_at=None).count() == 1
    assert Task.objects.get().deleted_at is None


def test_only_the_last_exchange_can_be_changed(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    for words in ("one", "two"):
        say(conversation, words)

    said = page_of(browser, conversation).messages()

    assert [bool(each.button("Edit")) for each in said] == [False, False, True, False]
    assert [bool(each.button("Ask again")) for each in said] == [False, False, False, True]
    above = read(browser.get(f"/c/{conversation.pk}/messages/?before=3")).messages()
    assert not any(each.button("Edit") for each in above)


def test_not_while_it_is_answered_and_tried_again_rather_than_asked_again(
    browser: Client, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Add milk", LEASE, idempotency_key="k")
    said, _reply = page_of(browser, conversation).messages()
    assert said.button("Edit") is None

    turn.finish(Turn.Status.FAILED, "")

    said, reply = page_of(browser, conversation).messages()
    assert said.button("Edit")
    assert (bool(reply.button("Try again")), reply.button("Ask again")) == (True, None)


def test_words_that_cannot_be_sent_again_yet_stand_in_the_composer(
    browser: Client, plays: Plays, settings: Any
) -> None:
    _conversation, page = asked(browser, plays)
    settings.AGENT_DAILY_TURNS = 1

    answer = submit(browser, page.button("Ask again"))

    shown = read(answer, 429)
    assert shown.one("textarea").text == "Add milk"
    assert "all your messages of today" in notice(shown)


def test_another_persons_exchange_is_not_to_be_found(browser: Client) -> None:
    theirs = say(ConversationFactory(), "Add milk")

    for words in ("again", "edit"):
        assert browser.post(f"/messages/{theirs.reply.pk}/{words}/").status_code == 404
    assert Turn.objects.get().withdrawn_at is None
