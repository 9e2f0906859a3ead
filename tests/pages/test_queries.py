"""A page costs as many queries for much as for little."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from tests.pages.markup import read
from todos.models import Origin, Proposal, TaskList

pytestmark = pytest.mark.django_db

SESSION_AND_USER = 1
BESIDE = SESSION_AND_USER + 1  # the mark of what is shown


def a_long_one(user: User, messages: int) -> Conversation:
    """Each reply has calls, of which one changed a task; every other one has failed."""
    conversation = ConversationFactory(user=user)
    for number in range(messages // 2):
        turn = conversation.begin_turn("Add milk", LEASE, idempotency_key=f"key {number}")
        call = record_call(turn)
        record_call(turn, name="list_tasks", result={"total": number})
        origin = Origin("chat", call.pk, conversation.pk)
        TaskFactory(user=user).edit(origin, title="Milk")
        failed = {"error_code": "llm_timeout", "error_detail": "It took too long."}
        if number % 2:
            turn.finish(Turn.Status.FAILED, "", **failed)
        else:
            turn.finish(Turn.Status.COMPLETED, "Added.")
        conversation.refresh_from_db()
    return conversation


def cost(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page = read(browser.get(path))
    assert page.children
    return len(queries)


def chores(user: User, many: int) -> None:
    """Tasks with steps and tags, in lists and in none."""
    for number in range(many):
        chore = {
            "list": TaskList.add(user, Origin("api"), name=f"List {number}"),
            "tags": ("home",),
        }
        parent = TaskFactory(user=user, **(chore if number % 2 else {}))
        TaskFactory(user=user, parent=parent, completed=number % 3)
        TaskFactory(user=user, completed=number % 2)


@pytest.mark.parametrize("messages", [10, 100])
def test_a_conversation_costs_always_the_same(browser: Client, user: User, messages: int) -> None:
    conversation = a_long_one(user, messages)
    for number in range(30):
        ConversationFactory(user=user, title=f"talk {number}")

    path = f"/c/{conversation.pk}/"

    assert cost(browser, path) == BESIDE + 8


@pytest.mark.parametrize("many", [1, 20])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/", 7),
        ("/c/", 1),
        ("/reminders/", 2),
        ("/tasks/", 7),
        ("/tasks/?list=inbox", 8),
        ("/tasks/?tag=home", 8),
        ("/tasks/?view=completed", 5),
        ("/c/?search=talk", 2),
    ],
)
def test_what_stands_around_it_costs_always_the_same(
    browser: Client, user: User, many: int, path: str, queries: int
) -> None:
    for number in range(many):
        ConversationFactory(user=user, title=f"talk {number}")
    chores(user, 2 * many)

    assert cost(browser, path) == BESIDE + queries


def test_who_has_neither_lists_nor_steps_does_not_pay_for_them(browser: Client, user: User) -> None:
    TaskFactory(user=user)

    assert cost(browser, "/tasks/") == BESIDE + 5


@pytest.mark.parametrize("query", ["", "?since=2", "?before=9"])
@pytest.mark.parametrize("messages", [10, 100])
def test_its_messages_alone_cost_always_the_same(
    browser: Client, user: User, messages: int, query: str
) -> None:
    conversation = a_long_one(user, messages)
    beside = SESSION_AND_USER if query else BESIDE  # a piece tells no mark

    assert cost(browser, f"/c/{conversation.pk}/messages/{query}") == beside + 3


@pytest.mark.parametrize("many", [1, 10])
def test_what_was_asked_costs_two_more(browser: Client, user: User, many: int) -> None:
    conversation = ConversationFactory(user=user)
    for number in range(many):
        turn = conversation.begin_turn("Delete it", LEASE)
        operation = {"do": "delete", "tasks": [str(TaskFactory(user=user).pk)]}
        proposal = Proposal.make(user, operation, Origin("chat", None, conversation.pk))
        record_call(turn, result={"proposal": {"id": str(proposal.pk), "summary": "Delete it"}})
        turn.finish(Turn.Status.COMPLETED, "Delete it?")
        conversation.refresh_from_db()
        if not number % 2:
            proposal.approve(Origin("page"))

    assert cost(browser, f"/c/{conversation.pk}/messages/") == BESIDE + 5


def test_a_reply_without_its_message_costs_one_more(browser: Client, user: User) -> None:
    conversation = a_long_one(user, 20)

    assert cost(browser, f"/c/{conversation.pk}/messages/?since=1") == SESSION_AND_USER + 4


def test_a_card_is_one_query(browser: Client, user: User) -> None:
    call: Any = record_call(ConversationFactory(user=user).begin_turn("Add milk", LEASE))

    assert cost(browser, f"/calls/{call.pk}/") == SESSION_AND_USER + 1


@pytest.mark.parametrize("messages", [2, 100])
def test_what_is_asked_all_the_time_is_one_query(
    browser: Client, user: User, messages: int
) -> None:
    path = f"/news/?conversation={a_long_one(user, messages).pk}"

    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200

    assert len(queries) == SESSION_AND_USER + 1
