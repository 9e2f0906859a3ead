"""AG-UI: the state is the tasks as they are, whenever it is told."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation
from tests.conftest import Plays
from tests.doors.ag_ui import Thread, read, types
from tests.factories import TaskFactory
from tests.fakes import call
from todos.models import Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

LEFT_OUT = ("notes", "steps", "reminders")


@pytest.fixture
def thread(client: APIClient) -> Thread:
    return Thread(client)


def open_tasks(client: APIClient) -> dict[str, Any]:
    """As REST tells them, without what the state leaves out."""
    tasks = client.get("/api/tasks/?status=open&limit=100").json()["results"]
    kept = [{k: v for k, v in task.items() if k not in LEFT_OUT} for task in tasks]
    return {task["id"]: task for task in kept}


def test_who_goes_on_much_later_has_the_tasks_as_they_are(
    client: APIClient, thread: Thread, plays: Plays
) -> None:
    """Whatever was told of them before, and whatever was done to them elsewhere since."""
    plays(
        [call("create_task", title="Milk"), call("create_task", title="Eggs")],
        lambda prompt: [call("complete_task", task_id=str(Task.objects.get(title="Milk").pk))],
        ["Done."],
    )
    thread.messages.append({"id": "first", "role": "user", "content": "milk"})
    whole = read(thread.post())
    client.patch(f"/api/tasks/{Task.objects.get(title='Eggs').pk}/", {"title": "Ten eggs"})

    for place, (id, _) in enumerate(whole):
        thread.hear([event for _, event in whole[: place + 1]])
        rest = [event for _, event in read(thread.post(last=id))]
        thread.hear(rest)
        if rest:
            assert thread.state["tasks"] == open_tasks(client)


def test_the_state_after_its_patches_is_what_there_is(
    client: APIClient, thread: Thread, plays: Plays, user: User
) -> None:
    milk, bread, trip, rent = (
        TaskFactory(user=user, title=title) for title in ("Milk", "Bread", "Trip", "Rent")
    )
    TaskFactory(user=user, title="Book a hotel", parent=trip)
    client.post(f"/api/tasks/{rent.pk}/complete/")
    acts = [
        call("complete_task", task_id=str(milk.pk)),
        call("update_task", task_id=str(bread.pk), title="Oat bread"),
        call("delete_task", task_id=str(trip.pk)),
        call("reopen_task", task_id=str(rent.pk)),
        call("create_task", title="Jam"),
        call("remember", key="note", words="I like jam"),
    ]
    plays(acts, ["Done."], [call("undo_last")], ["Undone."])
    look = thread.run()

    events = thread.say("Milk, Oat bread, Trip, Rent, Jam")
    after_it = thread.state
    thread.say("Undo")

    assert look[2]["snapshot"] == events[1]["snapshot"]
    assert {event["type"] for event in events if "STATE" in event["type"]} == {
        "STATE_SNAPSHOT",
        "STATE_DELTA",
    }
    titles = {task["title"] for task in after_it["tasks"].values()}
    assert titles == {"Oat bread", "Rent", "Jam"}
    assert thread.state == {"tasks": open_tasks(client), "more": False}
    assert len(thread.state["tasks"]) == 2


def test_of_very_many_tasks_the_state_has_those_that_were_changed_last(
    client: APIClient, thread: Thread, plays: Plays, user: User
) -> None:
    """And tells them anew after each change, since one that comes in makes another one go."""
    rows = Task.objects.bulk_create(Task(user=user, title=f"Task {n}") for n in range(51))
    plays([call("create_task", title="Milk")], ["Done."])

    events = thread.say("Add milk")

    assert types(events).count("STATE_SNAPSHOT") == 2
    assert "STATE_DELTA" not in types(events)
    assert thread.state["more"]
    assert len(thread.state["tasks"]) == 50
    assert "Milk" in [task["title"] for task in thread.state["tasks"].values()]
    assert rows


def test_a_run_takes_a_statement_more_than_a_turn_of_ours_and_one_for_each_change(
    client: APIClient, thread: Thread, plays: Plays
) -> None:
    """Which read the tasks; what the thread of the turn does is the same at all doors."""
    add = [call("create_task", title="Milk")]
    plays(["Hi."], *[add, ["Added."]] * 3)
    thread.say("Hello")
    where = {"conversation_id": str(Conversation.objects.get().pk)}

    def by_ours(key: str, **more: object) -> int:
        with CaptureQueriesContext(connection) as made:
            said = {"message": "Add milk", **where, **more}
            answer = client.post("/api/chat/", said, headers={"Idempotency-Key": key})
            b"".join(answer)
        return len(made)

    whole, streamed = by_ours("1"), by_ours("2", stream=True)
    with CaptureQueriesContext(connection) as made:
        thread.say("Add milk")

    assert len(made) - streamed == 2
    assert whole + 2 <= 1.1 * whole
