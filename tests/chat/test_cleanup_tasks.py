"""What was deleted long ago goes for ever, and what is left of it says so instead of failing."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import DateTimeField, F
from rest_framework.test import APIClient

from accounts.keys import Key
from accounts.models import User
from tests.accounts.traces import live_fully
from tests.conversations.cleaning import NOTHING, clean_up, days_ago
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from todos.models import Origin, Task, TaskChange, TaskList

pytestmark = pytest.mark.django_db

SCALING = Path(__file__).parents[2] / "docs" / "scaling.md"


def cuts() -> dict[str, str]:
    """What the page tells of each table."""
    lines = re.findall(r"^\| (`\w+\.\w+`.*?) \| (.+) \|$", SCALING.read_text(), re.M)
    return {label: cut for labels, cut in lines for label in re.findall(r"\w+\.\w+", labels)}


def deleted(row: Any, days: float) -> Any:
    type(row).objects.filter(pk=row.pk).update(deleted_at=days_ago(days))
    return row


def test_tasks_and_lists_go_with_their_history_after_the_days_of_the_settings(user: User) -> None:
    api = Origin("api")
    old, recent = TaskFactory(user=user), TaskFactory(user=user)
    kept = TaskFactory(user=user)
    step = TaskFactory(user=user, parent=old)
    gone, left = (TaskList.add(user, api, name=name) for name in ("Gone", "Left"))
    kept.edit(api, list=gone.pk)
    for row in (old, recent, gone, left):
        row.remove(api)
    Task.objects.filter(pk=step.pk).update(deleted_at=None)
    deleted(old, 90.1), deleted(recent, 89.9), deleted(gone, 90.1), deleted(left, 89.9)

    assert clean_up(dry_run=True)[:2] == [
        "… 1 deleted task would be purged",
        "… 1 deleted list would be purged",
    ]
    assert clean_up(tasks_days=0) == [NOTHING]
    assert clean_up(batch_size=1) == ["… 1 deleted task purged", "… 1 deleted list purged", NOTHING]

    assert {*Task.objects.values_list("pk", flat=True)} == {recent.pk, kept.pk, step.pk}
    assert TaskList.objects.get() == left
    assert {*TaskChange.objects.values_list("task", "list")} == {
        (recent.pk, None),
        (kept.pk, None),
        (step.pk, None),
        (None, left.pk),
    }
    assert clean_up() == [NOTHING]


def test_what_would_lead_back_to_what_is_gone_is_told(client: APIClient, user: User) -> None:
    """409 for a place that is gone, 404 for an act of which nothing is left; never 500."""
    groceries = TaskList.add(user, Origin("api"), name="Groceries")
    parent = TaskFactory(user=user, title="Cook")
    milk = TaskFactory(user=user, title="Milk", list=groceries)
    step = TaskFactory(user=user, title="Salt", parent=parent)
    moved, loosened, both = Origin("api"), Origin("api"), Origin("api")
    milk.edit(moved, list=None)
    step.edit(loosened, parent=None)
    parent.remove(both)
    milk.edit(both, title="Oat milk")
    deleted(groceries, 100), deleted(parent, 100)
    clean_up()

    answers = {
        name: client.post(f"/api/acts/{origin.act}/undo/")
        for name, origin in (("moved", moved), ("loosened", loosened), ("both", both))
    }
    gone = client.post(f"/api/tasks/{parent.pk}/restore/")

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "moved": 409,
        "loosened": 409,
        "both": 200,
    }
    assert [each["kind"] for each in answers["both"].json()["undone"]] == ["updated"]
    assert gone.status_code == 404
    milk.refresh_from_db()
    assert (milk.title, milk.list) == ("Milk", None)


@pytest.mark.django_db(transaction=True)
def test_a_reply_whose_task_is_gone_can_be_read_and_undone_in_vain(
    client: APIClient, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Delete milk", LEASE)
    task = TaskFactory(user=user, title="Milk")
    call = record_call(turn, name="delete_task", result={"id": str(task.pk), "title": "Milk"})
    task.remove(Origin("chat", call.pk, conversation.pk))
    turn.finish("completed", "Done.")
    act = TaskChange.objects.get(tool_call_id=call.pk).its_act
    deleted(task, 100)
    clean_up()

    by_reply = client.post(f"/api/messages/{turn.reply.pk}/undo/")
    said = client.post(
        "/api/chat/", {"message": "undo", "conversation_id": str(conversation.pk)}
    ).json()

    assert client.post(f"/api/acts/{act}/undo/").status_code == 404
    assert (by_reply.status_code, by_reply.json()) == (200, [])
    assert "nothing to undo" in str(said).lower()


def test_each_table_has_what_cuts_it_or_is_kept(user: User) -> None:
    """As docs/scaling.md tells it, also of a new one; the loop of reminders has its own tests."""
    live_fully(user)
    assert cuts().keys() == {model._meta.label for model in apps.get_models()}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, DateTimeField):
                long_ago = F(field.name) - timedelta(days=400)
                model._base_manager.exclude(**{field.name: None}).update(**{field.name: long_ago})

    clean_up()

    left = {model._meta.label for model in apps.get_models() if model._base_manager.exists()}
    kept = {label for label, cut in cuts().items() if "kept" in cut or "names it" in cut}
    assert left - kept == {"reminders.Delivery"}


def test_a_key_that_has_ended_goes_once_nothing_names_it(user: User) -> None:
    _unnamed, named, recent, live = (user.make_key(name, ["write"]) for name in "abcd")
    TaskFactory(user=user).edit(Origin.by(named, "mcp"), title="B")
    Key.objects.exclude(pk=live.pk).update(revoked_at=days_ago(31))
    Key.objects.filter(pk=recent.pk).update(revoked_at=days_ago(29))

    assert clean_up() == ["… 1 expired key removed", NOTHING]
    assert {*Key.objects.values_list("name", flat=True)} == {"b", "c", "d"}
