"""Steps of a task: done, deleted and moved with it, and each act undone exactly."""

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.placing import a_list, exact, shown, undo, with_steps
from todos.models import ChangedSince, Origin, Task, TaskChange
from todos.repeating import Repeat
from todos.rules import RuleBroken

pytestmark = pytest.mark.django_db

API = Origin("api")
DAILY = Repeat.read({"every": "day"})


def done(user: User) -> dict[str, bool]:
    return {title: is_done for title, _, _, is_done in shown(user)}


def anew(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


# One level


def test_a_step_has_no_steps(user: User) -> None:
    task, [pack, _] = with_steps(user, "Pack", "Rent")
    other, _ = with_steps(user, "Paint", title="Renew flat")

    with pytest.raises(RuleBroken, match="no steps of its own"):
        TaskFactory(user=user, parent=pack)
    with pytest.raises(RuleBroken, match="steps itself"):
        other.edit(API, parent=task)
    with pytest.raises(RuleBroken, match="no step of itself"):
        task.edit(API, parent=task)

    assert Task.objects.exclude(parent=None).count() == 3


def test_a_step_does_not_repeat(user: User) -> None:
    task, [pack] = with_steps(user, "Pack")
    bins = TaskFactory(user=user, due_date=date(2026, 11, 23), repeats=DAILY)

    for refused in (
        lambda: TaskFactory(user=user, parent=task, due_date=date(2026, 11, 23), repeats=DAILY),
        lambda: pack.edit(API, due_date=date(2026, 11, 23), repeats=DAILY),
        lambda: bins.edit(API, parent=task),
    ):
        with pytest.raises(RuleBroken, match="does not repeat"):
            refused()

    assert bins.edit(API, parent=task, repeats=None)


def test_a_step_is_of_no_task_of_a_stranger_nor_of_a_deleted_one(
    user: User, stranger: User
) -> None:
    gone = TaskFactory(user=user)
    gone.remove(API)

    for no_task in (TaskFactory(user=stranger), gone):
        with pytest.raises(RuleBroken, match="no such task"):
            TaskFactory(user=user, parent=no_task)
    assert not Task.objects.exclude(parent=None).exists()


def test_a_step_is_in_the_list_of_its_task_and_moves_with_it(user: User) -> None:
    home, work, origin = a_list(user), a_list(user, "Work"), Origin("api")
    task, [pack] = with_steps(user, "Pack", list=home)
    before = exact(user)

    task.edit(origin, list=work)
    assert [each[1] for each in shown(user)] == ["Work", "Work"]
    with pytest.raises(RuleBroken, match="list of its task"):
        anew(pack).edit(API, list=home)
    with pytest.raises(RuleBroken, match="list of its task"):
        anew(pack).edit(API, list=None)
    undo(origin)

    assert exact(user) == before


def test_a_task_becomes_a_step_and_a_step_a_task(user: User) -> None:
    task, [pack] = with_steps(user, "Pack", list=a_list(user))
    rent = TaskFactory(user=user, title="Rent")
    before, origin = exact(user), Origin("api")

    rent.edit(origin, parent=task)
    pack.edit(origin, parent=None)
    assert shown(user) == [
        ("Move house", "Home", None, False),
        ("Pack", "Home", None, False),
        ("Rent", "Home", "Move house", False),
    ]
    undo(origin)

    assert exact(user) == before


# Done and reopened


def test_completing_a_task_completes_its_open_steps_in_one_act(user: User) -> None:
    task, [_pack, rent] = with_steps(user, "Pack", "Rent")
    rent.complete(API)
    earlier, before, origin = anew(rent).completed_at, exact(user), Origin("api")

    task.complete(origin)
    assert all(done(user).values())
    assert anew(rent).completed_at == earlier
    assert task.step_counts == {"open": 0, "done": 2}
    assert TaskChange.objects.filter(act=origin.act, kind="completed").count() == 2
    undo(origin)

    assert exact(user) == before


def test_reopening_a_task_reopens_the_steps_that_were_done_with_it(user: User) -> None:
    task, [_pack, rent] = with_steps(user, "Pack", "Rent")
    rent.complete(API)
    before = exact(user)
    task.complete(API)
    after, origin = exact(user), Origin("api")

    anew(task).reopen(origin)
    assert exact(user) == before
    undo(origin)

    assert exact(user) == after


def test_a_step_by_itself_leaves_its_task_as_it_is(user: User) -> None:
    task, [pack, _rent] = with_steps(user, "Pack", "Rent")

    pack.complete(API)

    assert done(user) == {"Move house": False, "Pack": True, "Rent": False}
    assert anew(task).step_counts == {"open": 1, "done": 1}


def test_undo_is_refused_when_a_step_was_reopened_since(user: User) -> None:
    task, [pack] = with_steps(user, "Pack")
    origin = Origin("api")
    task.complete(origin)
    anew(pack).reopen(API)
    before = exact(user)

    with pytest.raises(ChangedSince) as moved:
        undo(origin)

    assert moved.value.tasks == {pack.pk: "Pack"}
    assert exact(user) == before


# Deleted and restored


def test_deleting_a_task_deletes_its_steps_in_one_act(user: User) -> None:
    task, _ = with_steps(user, "Pack", "Rent")
    before, origin = exact(user), Origin("api")

    task.remove(origin)
    assert shown(user) == []
    undo(origin)

    assert exact(user) == before


def test_restoring_brings_back_the_steps_that_were_deleted_with_it(user: User) -> None:
    task, [pack, _rent] = with_steps(user, "Pack", "Rent")
    pack.remove(API)
    task.remove(API)

    task.restore(API)

    assert shown(user) == [
        ("Move house", None, None, False),
        ("Rent", None, "Move house", False),
    ]
    assert anew(pack).restore(API)
    assert ("Pack", None, "Move house", False) in shown(user)


def test_a_step_that_is_restored_without_its_task_is_one_of_its_own(user: User) -> None:
    task, [pack] = with_steps(user, "Pack", list=a_list(user))
    task.remove(API)
    before, origin = exact(user), Origin("api")

    anew(pack).restore(origin)
    assert shown(user) == [("Pack", "Home", None, False)]
    undo(origin)

    assert exact(user) == before


def test_a_step_comes_back_to_the_list_that_its_task_is_in_by_now(user: User) -> None:
    task, [pack] = with_steps(user, "Pack", list=a_list(user))
    pack.remove(API)
    anew(task).edit(API, list=a_list(user, "Work"))

    anew(pack).restore(API)

    assert ("Pack", "Work", "Move house", False) in shown(user)


@pytest.mark.parametrize("made_in_one_act", [True, False])
def test_making_a_task_is_not_undone_when_it_has_got_steps_since(
    user: User, made_in_one_act: bool
) -> None:
    origin = Origin("api")
    task = Task.add(user, origin, title="Move house")
    Task.add(user, origin if made_in_one_act else API, title="Pack", parent=task)
    before = exact(user)

    if made_in_one_act:
        undo(origin)
        assert exact(user) == []
        return
    with pytest.raises(ChangedSince):
        undo(origin)
    assert exact(user) == before


def test_becoming_a_task_is_not_undone_when_it_has_got_steps_since(user: User) -> None:
    _, [pack] = with_steps(user, "Pack")
    origin = Origin("api")
    pack.edit(origin, parent=None)
    TaskFactory(user=user, title="Boxes", parent=pack)
    before = exact(user)

    with pytest.raises(ChangedSince) as moved:
        undo(origin)

    assert list(moved.value.tasks.values()) == ["Boxes"]
    assert exact(user) == before


# A task that repeats


def repeating(user: User) -> tuple[Task, list[Task]]:
    today = user.local_now().date()
    task, steps = with_steps(user, "Pack", "Rent", due_date=today, repeats=DAILY, tags=["home"])
    steps[0].edit(API, due_date=today - timedelta(days=1), duration_minutes=20, tags=["boxes"])
    steps[1].complete(API)
    return anew(task), [anew(step) for step in steps]


def test_the_successor_has_the_steps_anew_and_open(user: User) -> None:
    task, [pack, rent] = repeating(user)

    task.complete(API)

    following = task.successor
    steps = following.steps.order_by("title")
    assert following.tags == ("home",)
    assert [(step.title, step.completed, step.tags) for step in steps] == [
        ("Pack", False, ("boxes",)),
        ("Rent", False, ()),
    ]
    assert [step.due_date for step in steps] == [pack.due_date + timedelta(days=1), None]
    assert steps[0].duration_minutes == 20
    assert following.step_counts == {"open": 2, "done": 0}
    assert {step.pk for step in steps}.isdisjoint({pack.pk, rent.pk})


@pytest.mark.parametrize("back", ["undo", "reopen"])
def test_what_completing_made_goes_away_again(user: User, back: str) -> None:
    task, _ = repeating(user)
    before, origin = exact(user), Origin("api")
    task.complete(origin)

    if back == "undo":
        undo(origin)
    else:
        anew(task).reopen(API)

    assert exact(user) == before


def rename(step: Task) -> Any:
    return step.edit(API, title="Other")


def complete(step: Task) -> Any:
    return step.complete(API)


def remove(step: Task) -> Any:
    return step.remove(API)


def add_another(step: Task) -> Any:
    return Task.add(step.user, API, title="More", parent=step.parent)


@pytest.mark.parametrize("change", [rename, complete, remove, add_another])
def test_a_successor_whose_steps_were_changed_stays(user: User, change: Any) -> None:
    task, _ = repeating(user)
    origin = Origin("api")
    task.complete(origin)
    following = task.successor
    change(following.steps.get(title="Pack"))
    before = exact(user)

    with pytest.raises(ChangedSince):
        undo(origin)
    assert exact(user) == before
    anew(task).reopen(API)

    assert anew(following).deleted_at is None
