"""Turns that come with a key: what it may not do they do not, and what they do names it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.keys import Key
from accounts.models import User
from agent.events import ToolFinished
from chat.send import Asker, Where, send
from chat.turns import answer
from conversations.models import Turn
from tests.factories import TaskFactory
from tests.fakes import ScriptedLLM, call
from todos.models import Origin, Proposal, Task, TaskChange, TaskList
from web.idempotency import IdempotencyKeyReused

pytestmark = pytest.mark.django_db(transaction=True)


def take(
    user: User, text: str, *steps: Any, key: Key | None, where: Where = None, door: str = "openai"
) -> Turn:
    """A whole turn."""
    turn, _ = send(Asker(user, door, key.pk if key else None), where, text, None)
    for _event in answer(turn, user, ScriptedLLM(*steps)):
        pass
    return turn


@pytest.fixture
def asks(user: User) -> Key:
    return user.make_key("A client", ["write", "ask"])


def test_what_a_turn_changes_names_its_key_and_is_the_own_hand(user: User) -> None:
    key = user.make_key("Open WebUI", ["write"])

    take(user, "add milk", [call("create_task", title="Milk")], ["Added."], key=key)

    change = TaskChange.objects.get()
    assert (change.source, change.key) == ("chat", key.pk)
    assert not Task.objects.get().foreign


def test_a_key_that_may_not_delete_fails_the_tool_and_not_the_turn(user: User) -> None:
    key, task = user.make_key("x", ["write", "no_delete"]), TaskFactory(user=user)
    made = [call("create_task", title="Milk")], [call("undo_last")]
    deleted = [call("delete_task", task_id=str(task.pk))]

    turn = take(user, "x", *made, deleted, ["I could not."], key=key)

    assert turn.status == Turn.Status.COMPLETED
    assert [each.status for each in turn.calls] == ["succeeded", "failed", "failed"]
    assert "may not delete" in turn.calls[-1].result["error"]
    assert Task.objects.for_user(user).count() == 2


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("create_task", {"title": "Bread", "list": "Shop"}),
        ("update_task", {"task_id": "Milk", "priority": "high"}),
        ("complete_task", {"task_id": "Milk"}),
        ("delete_task", {"task_ids": ["Milk"]}),
        ("edit_list", {"do": "delete", "list": "Home"}),
    ],
)
def test_whatever_a_tool_changes_is_asked_for_and_a_yes_in_the_next_message_does_it(
    user: User, asks: Key, name: str, arguments: dict[str, Any]
) -> None:
    home = TaskList.add(user, origin := Origin("api"), name="Home")
    Task.add(user, origin, title="Milk", list=home)
    before = TaskChange.objects.count()

    turn = take(user, f"{name} {arguments}", [call(name, **arguments)], ["Well."], key=asks)

    assert TaskChange.objects.count() == before
    assert turn.reply.content.endswith("Shall I do that? Say yes or no.")
    assert Proposal.objects.get().key == asks.pk

    take(user, "Yes.", key=asks, where=turn.conversation_id)

    assert Proposal.objects.get().status == "approved"
    its = TaskChange.objects.filter(key=asks.pk)
    assert its.count() == TaskChange.objects.count() - before > 0


def test_what_cannot_be_asked_for_fails_and_reading_does_not(user: User, asks: Key) -> None:
    task = TaskFactory(user=user, title="Milk")
    calls = [
        call("list_tasks"),
        call("undo_last"),
        call("edit_list", do="create", list="Home"),
        call("remember", said="mornings are 7"),
        call("reopen_task", task_id=str(task.pk)),
    ]

    turn = take(user, "mornings are 7", calls, ["Well."], key=asks)

    states = [each.status for each in turn.calls]
    assert states == ["succeeded", "failed", "failed", "failed", "succeeded"]
    assert "cannot be asked for" in turn.calls[1].result["error"]
    assert (Task.objects.for_user(user).count(), TaskList.objects.count()) == (1, 0)
    assert not user.preferences().exists()
    assert not Proposal.objects.exists()


def test_a_yes_to_a_deletion_by_a_key_that_may_not_delete_does_nothing(user: User) -> None:
    key = user.make_key("x", ["write", "no_delete"])
    tasks = [str(TaskFactory(user=user).pk) for _ in range(5)]
    asked = take(user, "clear up", [call("delete_task", task_ids=tasks)], ["Well."], key=None)

    turn = take(user, "Yes.", key=key, where=asked.conversation_id)

    assert turn.status == Turn.Status.COMPLETED
    assert Proposal.objects.get().shown_status == "open"
    assert Task.objects.for_user(user).count() == 5


def test_a_key_that_ends_meanwhile_ends_its_turn(user: User) -> None:
    key = user.make_key("x", ["write"])

    llm = ScriptedLLM([call("create_task", title=title) for title in ("Milk", "Bread")])
    turn, _ = send(Asker(user, "openai", key.pk), None, "add milk and bread", None)

    for event in answer(turn, user, llm):
        if isinstance(event, ToolFinished):
            Key.objects.revoke()

    assert turn.status == Turn.Status.CANCELLED
    assert [task.title for task in Task.objects.all()] == ["Milk"]


def test_what_a_model_writes_is_no_consent_and_its_words_are_foreign(user: User) -> None:
    key, task = user.make_key("Claude", ["write"]), TaskFactory(user=user, title="Milk")
    deletion = [call("delete_task", task_id=str(task.pk))]

    turn = take(user, "delete Milk", deletion, ["Well."], key=key, door="mcp")
    where = turn.conversation_id
    take(user, "Yes.", ["I cannot."], key=key, where=where, door="mcp")

    assert Proposal.objects.get().shown_status == "open"
    made = [call("create_task", title="Bread")], [call("remember", said="mornings are 7")]
    turn = take(user, "add Bread; mornings are 7", *made, ["Well."], key=key, door="mcp")
    assert Task.objects.get(title="Bread").foreign
    assert turn.calls[-1].status == "failed"
    change = TaskChange.objects.get(task__title="Bread")
    assert (change.source, change.conversation_id) == ("mcp", turn.conversation_id)


def test_a_turn_is_tried_again_by_nobody_but_its_key(user: User, asks: Key) -> None:
    hand = Asker(user, "api")
    turn, _ = send(hand, None, "add milk", "once")
    turn.finish(Turn.Status.FAILED, "")

    with pytest.raises(IdempotencyKeyReused):
        send(Asker(user, "api", asks.pk), None, "add milk", "once")

    assert send(hand, None, "add milk", "once")[0].attempt == 2


def test_a_turn_without_a_key_asks_for_none(user: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        take(user, "add milk", [call("create_task", title="Milk")], ["Added."], key=None)

    assert not any("accounts_key" in query["sql"] for query in queries)
