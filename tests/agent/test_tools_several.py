"""Tools that take several tasks at once: each has a result of its own, and a bad one harms none."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from agent import tools
from agent.tools import ToolError
from tests.factories import TaskFactory
from todos.models import Origin, Task, TaskChange

pytestmark = pytest.mark.django_db


def use(user: User, name: str, **arguments: Any) -> dict[str, Any]:
    desk = tools.Desk(user, Origin("chat", uuid4()), show_undone=lambda changes: 0)
    return tools.bind(name, arguments, user.local_now()).run(desk)


def titles(told: list[dict[str, Any]]) -> list[str]:
    return [task["title"] for task in told]


def test_a_hundred_tasks_are_created_at_once(user: User) -> None:
    result = use(user, "create_task", tasks=[{"title": f"task {n}"} for n in range(100)])

    assert titles(result["tasks"]) == [f"task {n}" for n in range(100)]
    assert result["failures"] == []
    assert Task.objects.for_user(user).count() == 100
    assert TaskChange.objects.values("act").distinct().count() == 1


def test_what_could_not_be_created_is_named_and_the_rest_is_there(user: User) -> None:
    result = use(
        user,
        "create_task",
        tasks=[
            {"title": "Milk", "due_date": "2026-12-03", "completed": True},
            {"title": "Tea", "due_time": "17:00"},
            {"title": " "},
            {"title": "Br\x00ead"},
            "Eggs",
            {"title": "Salt", "due_date": None},
        ],
    )

    assert titles(result["tasks"]) == ["Milk", "Salt"]
    assert result["tasks"][0]["completed"] is True
    failures = {each["item"]: each for each in result["failures"]}
    assert list(failures) == [2, 3, 4, 5]
    assert (failures[2]["title"], failures[4]["title"]) == ("Tea", "Bread")
    assert "needs a due_date" in failures[2]["error"]
    assert tools.UNKEPT in failures[4]["error"]
    assert sorted(titles(list(Task.objects.values("title")))) == ["Milk", "Salt"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("complete_task", "completed"), ("delete_task", "deleted"), ("restore_task", "restored")],
)
def test_several_ids_are_one_act_and_each_has_a_result(user: User, name: str, kind: str) -> None:
    tasks = [TaskFactory(user=user, title=title) for title in "AB"]
    if name == "restore_task":
        for task in tasks:
            task.remove(Origin("api"))
    ids = [str(tasks[1].pk), str(uuid4()), str(tasks[0].pk), "nonsense"]

    result = use(user, name, task_ids=ids)

    assert titles(result["deleted" if name == "delete_task" else "tasks"]) == ["B", "A"]
    assert [(each["item"], each["task_id"]) for each in result["failures"]] == [
        (2, ids[1]),
        (4, ids[3]),
    ]
    changes = TaskChange.objects.filter(kind=kind)
    assert len(changes) == 2
    assert len({change.act for change in changes}) == 1


def test_what_needed_no_change_says_so_beside_its_task(user: User) -> None:
    done = TaskFactory(user=user, title="Done")
    done.complete(Origin("api"))
    ids = [str(done.pk), str(TaskFactory(user=user).pk)]

    first, second = use(user, "complete_task", task_ids=ids)["tasks"]

    assert first["note"] == "It was done before."
    assert "note" not in second


def test_several_are_updated_each_in_its_own_way(user: User) -> None:
    milk, tea = (TaskFactory(user=user, title=title, notes="a") for title in ("Milk", "Tea"))

    result = use(
        user,
        "update_task",
        tasks=[
            {"task_id": str(milk.pk), "due_date": "2026-12-03"},
            {"task_id": str(tea.pk), "append_notes": "b"},
            {"task_id": str(tea.pk)},
        ],
    )

    milk.refresh_from_db()
    tea.refresh_from_db()
    assert (milk.due_date, milk.notes, tea.notes) == (date(2026, 12, 3), "a", "a\nb")
    assert [each["task_id"] for each in result["failures"]] == [str(tea.pk)]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("create_task", {"tasks": []}, "1 to 100"),
        ("create_task", {"tasks": "Milk"}, "1 to 100"),
        ("create_task", {"tasks": [{"title": "x"}] * 101}, "1 to 100"),
        ("create_task", {"title": "Milk", "tasks": [{"title": "Tea"}]}, "not both"),
        ("create_task", {"tasks": [{"title": ""}, {"title": "x" * 201}]}, "title: "),
        ("complete_task", {"task_ids": [str(uuid4()), "nonsense", 5, None]}, "no such task"),
        ("delete_task", {"task_ids": {}}, "1 to 100"),
    ],
)
def test_where_all_fail_the_call_fails(
    user: User, name: str, arguments: dict[str, Any], told: str
) -> None:
    with pytest.raises(ToolError, match=told):
        use(user, name, **arguments)

    assert not TaskChange.objects.exists()


def test_tasks_of_others_are_none_here(user: User, stranger: User) -> None:
    mine, theirs = TaskFactory(user=user), TaskFactory(user=stranger)

    result = use(user, "delete_task", task_ids=[str(theirs.pk), str(mine.pk)])

    assert [each["item"] for each in result["failures"]] == [1]
    theirs.refresh_from_db()
    assert theirs.deleted_at is None


def test_a_long_list_of_arguments_is_kept_whole_and_a_bad_one_is_cut() -> None:
    good = (
        '{"tasks": ['
        + ", ".join('{"title": "some task or other, and more of it"}' for _ in range(100))
        + "]}"
    )
    bad = good.replace("title", "name")

    assert len(tools.read_arguments("create_task", good)[1]["tasks"]) == 100
    assert list(tools.read_arguments("create_task", bad)[1]) == ["raw"]
