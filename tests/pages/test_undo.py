"""Taking back what a reply did, with its button."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from chat.undo import undo_reply
from conversations.models import Conversation, Message, Turn
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from tests.fakes import call
from tests.pages.markup import last_message, notice, read, submit
from todos.models import Origin, Task

pytestmark = pytest.mark.django_db(transaction=True)


def done(browser: Client, plays: Plays, *calls: Any) -> Conversation:
    plays(list(calls), ["Done."])
    browser.post("/say/", {"message": "Do it"})
    return Conversation.objects.get()


def test_what_a_reply_did_can_be_undone_once(browser: Client, user: User, plays: Plays) -> None:
    conversation = done(browser, plays, call("create_task", title="Milk"))
    form = last_message(browser, conversation).button("Undo")

    submit(browser, form)

    assert not Task.objects.for_user(user).exists()
    reply = last_message(browser, conversation)
    assert reply.button("Undo") is None
    assert "undone" in reply.one("details").one("summary").text


def test_what_is_undone_in_part_can_still_be_undone(
    browser: Client, user: User, plays: Plays
) -> None:
    pair = call("create_task", title="Milk"), call("create_task", title="Bread")
    conversation = done(browser, plays, *pair)
    change = Task.objects.get(title="Milk").changes.get()
    browser.post(f"/api/changes/{change.pk}/undo/")

    submit(browser, last_message(browser, conversation).button("Undo"))

    assert not Task.objects.for_user(user).exists()


def test_a_reply_that_only_looked_or_failed_has_nothing_to_undo(
    browser: Client, plays: Plays
) -> None:
    nothing = call("list_tasks"), call("complete_task", task_id="nonsense")
    conversation = done(browser, plays, *nothing)

    assert last_message(browser, conversation).button("Undo") is None


def test_a_reply_that_changed_nothing_has_nothing_to_undo(
    browser: Client, user: User, plays: Plays
) -> None:
    task = TaskFactory(user=user, completed=True)
    conversation = done(browser, plays, call("complete_task", task_id=str(task.pk)))

    assert last_message(browser, conversation).button("Undo") is None


def test_a_call_without_its_change_has_nothing_to_undo(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Add milk", LEASE)
    record_call(turn)
    turn.finish(Turn.Status.COMPLETED, "Added.")

    assert last_message(browser, conversation).button("Undo") is None


def test_what_cannot_be_undone_any_more_says_why(browser: Client, user: User, plays: Plays) -> None:
    conversation = done(browser, plays, call("create_task", title="Milk"))
    Task.objects.get().edit(Origin("api"), title="Bread")
    form = last_message(browser, conversation).button("Undo")

    page = read(browser.get(submit(browser, form)["Location"]))

    assert "The task has changed since" in notice(page)
    assert Task.objects.for_user(user).get().title == "Bread"


def test_an_undo_on_the_page_is_told_from_one_by_the_api(
    browser: Client, user: User, plays: Plays
) -> None:
    done(browser, plays, call("create_task", title="Milk"))

    browser.post(f"/messages/{Message.objects.get(role='assistant').pk}/undo/")

    kinds = Task.objects.get().changes.newest_first().values_list("kind", "source")
    assert list(kinds) == [("undone", "page"), ("created", "chat")]
    assert undo_reply(user, Message.objects.get(role="assistant").pk, Origin("api")) == []
