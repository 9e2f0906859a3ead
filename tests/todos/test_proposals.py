"""What is asked before it is done: done once, of the tasks as they were seen, or not at all."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.calls import rows
from todos.models import (
    AlreadyDecided,
    Expired,
    Origin,
    Outdated,
    Proposal,
    Task,
    TaskChange,
)

API = Origin("api")
CHAT = Origin("chat", conversation_id=UUID(int=7))
TITLES = ("Milk", "Bread", "Eggs", "Soap", "Salt", "Rice")


@pytest.fixture
def tasks(user: User) -> list[Task]:
    return [TaskFactory(user=user, title=title) for title in TITLES]


def propose(tasks: list[Task], do: str = "delete") -> Proposal:
    operation = {"do": do, "tasks": [str(task.pk) for task in tasks]}
    made = Proposal.make(tasks[0].user, operation, CHAT)
    return Proposal.objects.get(pk=made.pk)


def deleted() -> list[str]:
    return list(
        Task.objects.exclude(deleted_at=None).order_by("pk").values_list("title", flat=True)
    )


def test_it_tells_what_it_would_do_and_does_nothing(tasks: list[Task]) -> None:
    kept = rows()

    proposal = propose(tasks)

    assert rows() == kept
    assert proposal.summary == "Delete 6 tasks: “Milk”, “Bread”, “Eggs”, “Soap”, “Salt”, …"
    assert proposal.tasks == [
        {"id": str(task.pk), "title": task.title, "version": 1} for task in tasks
    ]
    assert (proposal.source, proposal.conversation_id) == ("chat", UUID(int=7))
    assert proposal.status == "open"
    assert proposal.expires_at - proposal.created_at == pytest.approx(
        timedelta(hours=24), abs=timedelta(seconds=1)
    )


def test_what_is_so_already_is_left_out(tasks: list[Task]) -> None:
    tasks[0].complete(API)
    tasks[1].remove(API)

    assert [task["title"] for task in propose(tasks, "complete").tasks] == list(TITLES[2:])
    assert [task["title"] for task in propose(tasks, "reopen").tasks] == ["Milk"]
    assert [task["title"] for task in propose(tasks, "restore").tasks] == ["Bread"]


def test_a_yes_does_it_as_one_act(user: User, tasks: list[Task]) -> None:
    proposal = propose(tasks)
    origin = Origin("api")

    outcome = proposal.approve(origin)

    assert deleted() == list(TITLES)
    assert (len(outcome.done), outcome.act) == (6, origin.act)
    kept = Proposal.objects.get()
    assert (kept.status, kept.act) == ("approved", origin.act)
    assert kept.decided_at is not None
    TaskChange.objects.for_user(user).of_acts([origin.act]).undo(API)
    assert deleted() == []


def test_a_second_yes_does_nothing_again(tasks: list[Task]) -> None:
    first = Origin("api")
    proposal, same = propose(tasks), Proposal.objects.get()
    proposal.approve(first)
    for task in tasks:
        task.restore(API)
    kept = rows()

    outcome = same.approve(Origin("page"))

    assert (outcome.done, outcome.act) == ([], first.act)
    assert rows() == kept


def test_a_no_does_nothing_and_may_be_said_twice(tasks: list[Task]) -> None:
    proposal, same = propose(tasks), Proposal.objects.get()
    kept = rows()

    proposal.reject()
    same.reject()

    assert (same.status, same.act, rows()) == ("rejected", None, kept)
    with pytest.raises(AlreadyDecided):
        same.approve(Origin("api"))
    assert rows() == kept


def test_after_a_yes_a_no_comes_too_late(tasks: list[Task]) -> None:
    proposal = propose(tasks)
    proposal.approve(Origin("api"))
    with pytest.raises(AlreadyDecided):
        proposal.reject()
    assert Proposal.objects.get().status == "approved"


def test_nobody_decides_it_after_a_day(user: User, tasks: list[Task]) -> None:
    proposal = propose(tasks)
    kept = rows()

    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        for decide in (lambda: proposal.approve(Origin("api")), proposal.reject):
            with pytest.raises(Expired):
                decide()
        mine = Proposal.objects.for_user(user)
        assert proposal.shown_status == "expired"
        assert list(mine.with_status("expired")) == [proposal]
        assert not mine.with_status("open").exists()

    assert rows() == kept
    assert Proposal.objects.get().decided_at is None


def test_where_a_task_has_moved_on_nothing_is_done_and_it_is_asked_anew(tasks: list[Task]) -> None:
    proposal = propose(tasks)
    tasks[0].edit(API, title="Oat milk")
    tasks[1].remove(API)
    tasks[2].complete(API)
    tasks[3].edit(API, priority="high")
    kept = rows()

    with pytest.raises(Outdated) as moved:
        proposal.approve(Origin("api"))

    renewed = moved.value.renewed
    assert rows() == kept
    assert Proposal.objects.get(pk=proposal.pk).status == "outdated"
    assert (renewed.status, renewed.source, renewed.conversation_id) == (
        "open",
        "chat",
        UUID(int=7),
    )
    assert [(task["title"], task["version"]) for task in renewed.tasks] == [
        ("Oat milk", 2),
        ("Eggs", 2),
        ("Soap", 2),
        ("Salt", 1),
        ("Rice", 1),
    ]
    assert renewed.summary.partition(". ")[2] == (
        "Changed since: “Milk” is now “Oat milk”; “Bread” is deleted; “Eggs” is done; "
        "“Soap” was changed"
    )
    for decide in (lambda: proposal.approve(Origin("api")), proposal.reject):
        with pytest.raises(Outdated) as again:
            decide()
        assert again.value.renewed == renewed
    renewed.approve(Origin("api"))
    assert deleted() == ["Oat milk", "Bread", "Eggs", "Soap", "Salt", "Rice"]


def test_of_what_is_done_by_another_hand_nothing_is_asked(tasks: list[Task]) -> None:
    proposal = propose(tasks)
    for task in tasks:
        task.remove(API)

    with pytest.raises(Outdated) as moved:
        proposal.approve(Origin("api"))

    assert moved.value.renewed is None
    assert Proposal.objects.get().status == "outdated"


def test_what_can_be_done_in_part_alone_is_not_done(user: User, tasks: list[Task]) -> None:
    items = [{"id": str(task.pk), "priority": "high"} for task in tasks]
    items[3]["due_time"] = "17:00"  # which no door lets in without a day
    proposal = Proposal.make(user, {"do": "update", "tasks": items}, CHAT)
    kept = rows()

    with pytest.raises(Outdated):
        proposal.approve(Origin("api"))

    assert rows() == kept
    assert Proposal.objects.get().status == "outdated"


def test_what_is_to_be_made_has_no_id_yet(user: User) -> None:
    items = [{"title": f"Task {number}"} for number in range(12)]
    proposal = Proposal.make(user, {"do": "create", "tasks": items}, CHAT)

    assert proposal.tasks[0] == {"id": None, "title": "Task 0", "version": None}
    assert proposal.summary.startswith("Add 12 tasks: “Task 0”, ")
    assert len(proposal.approve(Origin("api")).done) == 12
    assert Task.objects.count() == 12


def test_what_is_nobodys_or_a_strangers_is_never_in_it(tasks: list[Task], stranger: User) -> None:
    theirs = TaskFactory(user=stranger)
    operation = {"do": "delete", "tasks": [str(theirs.pk), str(uuid4()), str(tasks[0].pk)]}

    proposal = Proposal.make(tasks[0].user, operation, API)

    assert [task["id"] for task in proposal.tasks] == [str(tasks[0].pk)]
    assert proposal.operation["tasks"] == [str(tasks[0].pk)]


def test_a_yes_is_to_what_was_seen_and_not_to_what_came_later(tasks: list[Task]) -> None:
    seen = propose(tasks[:4])
    wider = seen.widened({"do": "delete", "tasks": [str(task.pk) for task in tasks[4:]]})

    with pytest.raises(Outdated) as outdated:
        Proposal.objects.get(pk=seen.pk).approve(Origin("api"))
    assert (deleted(), outdated.value.renewed) == ([], wider)
    assert wider
    assert len(wider.approve(Origin("api")).done) == 6
    assert wider.widened({"do": "delete", "tasks": []}) is None
