"""Lists of tasks: named, renamed, merged, deleted with their tasks or without; all undoable."""

from typing import Any

import pytest

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.placing import a_list, exact, shown, undo, with_steps
from todos.models import ChangedSince, NameTaken, Origin, Task, TaskChange, TaskList
from todos.rules import RuleBroken

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["home", " HOME ", "Ｈome", "home\n"])
def test_a_name_is_one_list_whatever_its_case_and_spacing(user: User, name: str) -> None:
    home, other = a_list(user), a_list(user, "Work")
    before = exact(user)

    with pytest.raises(NameTaken):
        a_list(user, name)
    with pytest.raises(NameTaken):
        other.rename(Origin("api"), name)

    assert exact(user) == before
    assert list(TaskList.objects.for_user(user).named(name)) == [home]


@pytest.mark.parametrize("name", ["Inbox", "INBOX", " inbox "])
def test_the_inbox_is_there_already(user: User, name: str) -> None:
    with pytest.raises(NameTaken):
        a_list(user, name)


@pytest.mark.parametrize("name", ["", " \n", "\u200b", "x" * 101, "ﷺ" * 100])
def test_what_is_no_name(user: User, name: str) -> None:
    with pytest.raises(RuleBroken):
        a_list(user, name)
    assert not TaskList.objects.exists()


def test_names_of_others_and_of_deleted_lists_are_free(user: User, stranger: User) -> None:
    a_list(stranger)
    a_list(user).remove(Origin("api"))

    a_list(user)

    assert TaskList.objects.for_user(user).count() == 1


def test_a_list_keeps_its_own_name_in_another_spelling(user: User) -> None:
    home = a_list(user)

    assert home.rename(Origin("api"), "HOME")
    assert not home.rename(Origin("api"), "HOME")
    assert home.version == 2


def test_each_change_of_a_list_is_a_line_of_the_journal(user: User) -> None:
    home = a_list(user)
    home.rename(Origin("page"), "House")
    home.remove(Origin("api"))

    lines = TaskChange.objects.filter(list=home).newest_first().reverse()
    assert [(line.kind, line.source) for line in lines] == [
        ("created", "api"),
        ("updated", "page"),
        ("deleted", "api"),
    ]
    assert lines[1].before["name"] == "Home"


def filled(user: User) -> TaskList:
    home = a_list(user)
    with_steps(user, "Pack", list=home)
    TaskFactory(user=user, title="Paint", list=home, completed=True)
    TaskFactory(user=user, title="Rent")
    return home


KEPT = [
    ("Move house", None, None, False),
    ("Pack", None, "Move house", False),
    ("Paint", None, None, True),
    ("Rent", None, None, False),
]


@pytest.mark.parametrize(("tasks", "left"), [("keep", KEPT), ("delete", KEPT[-1:])])
def test_deleting_a_list_is_one_act(user: User, tasks: str, left: list[Any]) -> None:
    home, origin = filled(user), Origin("api")
    before = exact(user)

    home.remove(origin, tasks)
    assert shown(user) == left
    undo(origin)

    assert exact(user) == before


def test_restoring_a_list_brings_back_what_was_deleted_with_it(user: User) -> None:
    home = filled(user)
    Task.objects.get(title="Paint").remove(Origin("api"))
    before = exact(user)
    home.remove(Origin("api"), "delete")

    assert TaskList.objects.get(pk=home.pk).restore(Origin("api"))
    assert not TaskList.objects.get(pk=home.pk).restore(Origin("api"))

    assert exact(user) == before


def test_a_list_is_not_restored_beside_one_of_its_name(user: User) -> None:
    home = filled(user)
    home.remove(Origin("api"), "delete")
    a_list(user, "home")
    before = exact(user)

    with pytest.raises(NameTaken):
        home.restore(Origin("api"))

    assert exact(user) == before


def test_an_undo_that_would_need_the_name_of_another_list_does_nothing(user: User) -> None:
    home, origin = filled(user), Origin("api")
    home.remove(origin, "delete")
    a_list(user, "HOME")
    before = exact(user)

    with pytest.raises(ChangedSince) as moved:
        undo(origin)

    assert moved.value.tasks == {home.pk: "Home"}
    assert exact(user) == before


def test_a_task_that_is_restored_when_its_list_is_gone_is_in_the_inbox(user: User) -> None:
    home = filled(user)
    task = Task.objects.get(title="Move house")
    task.remove(Origin("api"))
    home.remove(Origin("api"))

    task.restore(Origin("api"))

    assert ("Pack", None, "Move house", False) in shown(user)


def test_merging_is_one_act(user: User) -> None:
    home, work, origin = filled(user), a_list(user, "Work"), Origin("api")
    TaskFactory(user=user, title="Slides", list=work)
    before = exact(user)

    assert home.merge(work, origin) == work
    assert [each[:2] for each in shown(user)] == [
        ("Move house", "Work"),
        ("Pack", "Work"),
        ("Paint", "Work"),
        ("Rent", None),
        ("Slides", "Work"),
    ]
    assert list(TaskList.objects.for_user(user)) == [work]
    undo(origin)

    assert exact(user) == before


def test_it_is_merged_into_another_kept_list_of_the_same_user(user: User, stranger: User) -> None:
    home, gone = filled(user), a_list(user, "Gone")
    gone.remove(Origin("api"))
    before = exact(user)

    for into in (home, gone, a_list(stranger)):
        with pytest.raises(RuleBroken, match="no such other list"):
            home.merge(into, Origin("api"))

    assert exact(user) == before


# Undone out of order: exactly, or not at all


def put_in(home: TaskList) -> None:
    TaskFactory(user=home.user, title="Later", list=home)


def delete_the_list(home: TaskList) -> None:
    home.remove(Origin("api"))


def rename_the_list(home: TaskList) -> None:
    home.rename(Origin("api"), "House")


def move_on(home: TaskList) -> None:
    Task.objects.get(title="Paint").edit(Origin("api"), title="Paint it")


@pytest.mark.parametrize("since", [put_in, delete_the_list, rename_the_list])
def test_making_a_list_is_not_undone_when_it_was_used_since(user: User, since: Any) -> None:
    origin = Origin("api")
    home = TaskList.add(user, origin, name="Home")
    since(home)
    before = exact(user)

    with pytest.raises(ChangedSince):
        undo(origin)

    assert exact(user) == before


@pytest.mark.parametrize("since", [delete_the_list])
def test_moving_out_of_a_list_is_not_undone_when_that_is_gone(user: User, since: Any) -> None:
    home, origin = filled(user), Origin("api")
    Task.objects.get(title="Paint").edit(origin, list=None)
    since(home)
    before = exact(user)

    with pytest.raises(ChangedSince) as moved:
        undo(origin)

    assert list(moved.value.tasks.values()) == ["Paint"]
    assert exact(user) == before


def test_a_deletion_is_undone_whatever_else_was_changed(user: User) -> None:
    home, origin = filled(user), Origin("api")
    home.remove(origin)
    move_on(home)

    undo(origin)

    assert ("Paint it", "Home", None, True) in shown(user)


# Where a task may be


def test_a_task_is_in_no_list_of_a_stranger_nor_in_a_deleted_one(
    user: User, stranger: User
) -> None:
    gone = a_list(user, "Gone")
    gone.remove(Origin("api"))
    task = TaskFactory(user=user)

    for no_list in (a_list(stranger), gone, gone.pk):
        with pytest.raises(RuleBroken, match="no such list"):
            task.edit(Origin("api"), list=no_list)
        with pytest.raises(RuleBroken, match="no such list"):
            TaskFactory(user=user, list=no_list)

    assert Task.objects.get().list is None


def test_an_untouched_list_is_no_change(user: User) -> None:
    task = TaskFactory(user=user, list=(home := a_list(user)))

    assert not task.edit(Origin("api"), list=home)
    assert not task.edit(Origin("api"), list=home.pk)
    assert task.edit(Origin("api"), list=None)
    assert task.version == 2
