"""What the assistant asks before it does it: answered on the page, and never lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from tests.pages.asking import ask
from tests.pages.markup import Node, last_message, notice, read, submit
from todos.models import Origin, Proposal, Task

pytestmark = pytest.mark.django_db

EVIL = "<b>&amp;\"'{{x}}"


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def question(browser: Client, conversation: Conversation) -> Node:
    reply = last_message(browser, conversation)
    return next(
        node for node in reply.all("section") if node.attributes["class"].startswith("prop")
    )


def buttons(node: Node) -> list[str]:
    return [button.text for button in node.all("button")]


def deleted(user: User) -> int:
    return Task.objects.filter(user=user).exclude(deleted_at=None).count()


def test_it_stands_below_the_reply_with_its_two_answers(
    browser: Client, conversation: Conversation
) -> None:
    ask(conversation, "Milk", "Tea")

    asked = question(browser, conversation)

    assert asked.one("p").text == "Delete 2 tasks: “Milk”, “Tea”"
    assert buttons(asked) == ["Do it", "Leave it"]
    assert not asked.has("details")
    reply = last_message(browser, conversation).text
    assert reply.count("Asks before it does this") == 2
    assert reply.count("Delete 2 tasks") == 3  # the others are what the tools said, folded
    assert "Shall I do that? Say yes or no." in reply


def test_many_tasks_are_folded(browser: Client, conversation: Conversation) -> None:
    ask(conversation, *(f"Task {number}" for number in range(12)))

    folded = question(browser, conversation).one("details")

    assert folded.one("summary").text == "All 12 tasks"
    assert [each.text for each in folded.all("li")] == [f"Task {number}" for number in range(12)]


def test_do_it_does_it_once_and_can_be_taken_back(
    browser: Client, user: User, conversation: Conversation
) -> None:
    ask(conversation, "Milk", "Tea")
    form = question(browser, conversation).button("Do it")

    submit(browser, form)
    assert deleted(user) == 2
    submit(browser, form)
    done = question(browser, conversation)
    assert ("Done." in done.text, buttons(done)) == (True, ["Undo"])

    submit(browser, done.button("Undo"))

    assert deleted(user) == 0
    done = question(browser, conversation)
    assert ("taken back" in done.text, buttons(done)) == (True, [])
    sources = Task.objects.get(title="Tea").changes.newest_first().values_list("kind", "source")
    assert list(sources)[:2] == [("undone", "page"), ("deleted", "page")]


def test_leave_it_leaves_it(browser: Client, user: User, conversation: Conversation) -> None:
    ask(conversation, "Milk")
    asked = question(browser, conversation)

    submit(browser, asked.button("Leave it"))
    page = read(browser.get(submit(browser, asked.button("Do it"))["Location"]))

    assert "decided before" in notice(page)
    assert deleted(user) == 0
    left = question(browser, conversation)
    assert ("Left as it was." in left.text, buttons(left)) == (True, [])


def test_an_expired_one_says_so(
    browser: Client, conversation: Conversation, time_machine: Any
) -> None:
    ask(conversation, "Milk")
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    browser.force_login(conversation.user)

    late = question(browser, conversation)

    assert ("in time" in late.text, buttons(late)) == (True, [])
    assert not read(browser.get("/tasks/")).has("details")


def test_where_tasks_have_moved_on_what_is_left_is_asked_anew(
    browser: Client, user: User, conversation: Conversation
) -> None:
    ask(conversation, "Milk", "Tea")
    form = question(browser, conversation).button("Do it")
    Task.objects.get(title="Milk").remove(Origin("api"))

    page = read(browser.get(submit(browser, form)["Location"]))

    assert "changed since" in notice(page)
    assert deleted(user) == 1
    reply = last_message(browser, conversation)
    outdated = reply.one("section", **{"class": "proposal outdated"})
    renewed = reply.one("section", **{"class": "proposal open"})
    assert buttons(outdated) == []
    assert renewed.one("p").text == "Delete 1 task: “Tea”. Changed since: “Milk” is deleted"
    submit(browser, renewed.button("Do it"))
    assert deleted(user) == 2


def test_what_waits_is_told_beside_the_talk_wherever_it_was_asked(
    browser: Client, user: User, stranger: User, conversation: Conversation
) -> None:
    ask(conversation, "Milk")
    ask(ConversationFactory(user=stranger), "Theirs")
    task = TaskFactory(user=user)
    alone = {"do": "delete", "tasks": [str(task.pk)]}
    Proposal.make(user, alone, Origin("api"))

    waiting = read(browser.get("/tasks/")).one("details", **{"class": "questions"})

    assert waiting.one("summary").text == "2 questions wait for you"
    assert [link.attributes["href"] for link in waiting.all("a")] == [f"/c/{conversation.pk}/"]
    conversation.remove()
    waiting = read(browser.get("/tasks/")).one("details", **{"class": "questions"})
    assert not waiting.has("a")
    submit(browser, waiting.all("form")[0])
    assert Task.objects.get(pk=task.pk).deleted_at
    assert read(browser.get("/tasks/")).one("details").one("summary").text.startswith("1 question ")


@pytest.mark.parametrize("word", ["approve", "reject"])
def test_nobody_answers_for_somebody_else(browser: Client, stranger: User, word: str) -> None:
    theirs = ask(ConversationFactory(user=stranger), "Theirs")

    assert browser.post(f"/proposals/{theirs.pk}/{word}/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == "open"


def test_an_act_of_somebody_else_is_not_taken_back(browser: Client, stranger: User) -> None:
    task = TaskFactory(user=stranger)

    answer = browser.post(f"/acts/{task.changes.get().act}/undo/")

    assert answer.status_code == 404
    task.refresh_from_db()
    assert not task.deleted_at


def test_titles_in_it_are_words_and_never_markup(
    browser: Client, conversation: Conversation
) -> None:
    ask(conversation, *[EVIL] * 7)

    page = read(browser.get(f"/c/{conversation.pk}/"))

    assert not page.has("b")
    assert EVIL in question(browser, conversation).one("details").text


def test_a_row_that_was_changed_by_hand_asks_nothing(
    browser: Client, conversation: Conversation
) -> None:
    turn = conversation.begin_turn("Hello", LEASE)
    for told in (None, 5, [], {}, {"id": None}, {"id": "x"}, {"id": ["x"]}):
        record_call(turn, result={"proposal": told})
    turn.finish(Turn.Status.COMPLETED, "Fine.")

    assert not last_message(browser, conversation).has("section")
