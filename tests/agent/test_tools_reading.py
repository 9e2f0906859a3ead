"""What tools tell of tasks: filters, orders, pages, notes, and what is deleted."""

from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts.models import User
from agent import tools
from agent.tools import ToolError
from tests.factories import TaskFactory, UserFactory
from todos.models import Origin, Task

pytestmark = pytest.mark.django_db

API = Origin("api")


def use(user: User, name: str, **arguments: Any) -> dict[str, Any]:
    desk = tools.Desk(user, Origin("chat", uuid4()), show_undone=lambda changes: 0)
    return tools.bind(name, arguments, user.local_now()).run(desk)


def titles(user: User, **arguments: Any) -> list[str]:
    return [task["title"] for task in use(user, "list_tasks", **arguments)["tasks"]]


def test_long_notes_are_cut_with_a_mark_and_read_whole(user: User) -> None:
    task = TaskFactory(user=user, notes="n" * 356)

    [told] = use(user, "list_tasks")["tasks"]
    whole = use(user, "read_task", task_id=str(task.pk))["task"]

    assert told["notes"] == "n" * 200
    assert told["notes_cut"] == "156 more characters; read_task tells them"
    assert whole["notes"] == "n" * 356
    assert "notes_cut" not in whole


def test_what_is_appended_leaves_the_rest_as_it_is(user: User) -> None:
    task = TaskFactory(user=user, notes="first " * 60)

    use(user, "update_task", task_id=str(task.pk), append_notes="more")
    task.refresh_from_db()

    assert task.notes == "first " * 60 + "\nmore"


def test_notes_that_would_be_too_long_stay_as_they_are(user: User) -> None:
    task = TaskFactory(user=user, notes="n" * 9_999)

    with pytest.raises(ToolError, match="at most 10,000 characters"):
        use(user, "update_task", task_id=str(task.pk), append_notes="mm")
    with pytest.raises(ToolError, match="either notes"):
        use(user, "update_task", task_id=str(task.pk), append_notes="m", notes="n")

    task.refresh_from_db()
    assert len(task.notes) == 9_999


@pytest.mark.parametrize(
    "more", [{"due_date": "2026-12-04"}, {"append_notes": "m", "priority": ""}, {"title": ""}]
)
def test_notes_that_are_left_out_as_an_empty_text_stay(user: User, more: dict[str, str]) -> None:
    task = TaskFactory(user=user, notes="the code is 1234")
    fields = {"task_id": str(task.pk), "notes": "", **more}

    with suppress(ToolError):
        use(user, "update_task", **fields)
    use(user, "update_task", tasks=[fields, {"task_id": str(task.pk), "title": "Safe"}])

    task.refresh_from_db()
    assert (task.title, task.notes[:16]) == ("Safe", "the code is 1234")


def test_null_for_all_that_is_left_out_clears_nothing(user: User) -> None:
    task = TaskFactory(user=user, due_date=date(2026, 12, 4), due_time=time(9), priority="high")
    nulls = dict.fromkeys(("notes", "append_notes", "due_date", "due_time", "priority"))

    use(user, "update_task", task_id=str(task.pk), title="Safe", **nulls)

    task.refresh_from_db()
    assert (task.title, task.priority) == ("Safe", "high")
    assert (task.due_date, task.due_time) == (date(2026, 12, 4), time(9))


def test_an_empty_text_alone_clears_notes(user: User) -> None:
    task = TaskFactory(user=user, notes="the code is 1234")

    use(user, "update_task", task_id=str(task.pk), notes="")

    task.refresh_from_db()
    assert task.notes == ""


def test_a_task_of_somebody_else_is_not_read(user: User, stranger: User) -> None:
    with pytest.raises(ToolError, match="no such task"):
        use(user, "read_task", task_id=str(TaskFactory(user=stranger).pk))


def test_what_is_deleted_is_listed_apart_and_restored(user: User) -> None:
    task = TaskFactory(user=user, title="Gone")
    TaskFactory(user=user, title="Here")
    task.remove(API)

    [told] = use(user, "list_tasks", status="deleted")["tasks"]
    assert (told["title"], told["deleted"]) == ("Gone", True)
    assert titles(user, status="all") == ["Here"]
    assert "deleted" not in use(user, "restore_task", task_id=told["id"])["task"]
    assert "not deleted" in use(user, "restore_task", task_id=told["id"])["note"]
    assert titles(user, status="deleted") == []


def test_times_are_the_users_own_and_so_are_the_days_they_are_asked_by() -> None:
    user = UserFactory(time_zone="Asia/Kolkata")
    with time_machine.travel(datetime(2026, 11, 20, 20, 0, tzinfo=UTC), tick=False):
        task = TaskFactory(user=user, title="Late")  # 01:30 on the 21st there
    with time_machine.travel(datetime(2026, 11, 21, 20, 0, tzinfo=UTC), tick=False):
        task.complete(API)

    [told] = use(user, "list_tasks", status="done", ordering="created_at")["tasks"]

    assert (told["created_at"], told["completed_at"]) == ("2026-11-21T01:30", "2026-11-22T01:30")
    assert titles(user, status="all", created_from="2026-11-21", created_to="2026-11-21")
    assert not titles(user, status="all", created_to="2026-11-20")
    assert titles(user, status="done", completed_from="2026-11-22", completed_to="2026-11-22")
    assert not titles(user, status="done", completed_to="2026-11-21")
    assert titles(user, status="done", completed_from="0001-01-01", completed_to="9999-12-31")


def test_every_order_is_an_order(user: User) -> None:
    rows = [("b", "2026-12-02", "low"), ("A", None, "high"), ("c", None, "none")]
    for title, day, priority in rows:
        TaskFactory(user=user, title=title, due_date=day, priority=priority)
    Task.objects.get(title="c").complete(API)

    def order(name: str) -> str:
        return "".join(titles(user, status="all", ordering=name))

    assert (order("title"), order("-title")) == ("Abc", "cbA")
    assert (order("created_at"), order("-created_at")) == ("bAc", "cAb")
    assert (order("-priority"), order("priority")) == ("Abc", "cbA")
    assert order("completed_at")[0] == order("-completed_at")[0] == "c"
    assert order("due")[0] == order("-due")[0] == "b"


def test_what_is_beyond_a_page_is_told_and_found(user: User) -> None:
    Task.objects.bulk_create(Task(user=user, title=f"{n:03}") for n in range(120))

    pages = [use(user, "list_tasks", ordering="title", offset=offset) for offset in (0, 50, 100)]

    assert [page["total"] for page in pages] == [120, 120, 120]
    assert [page.get("next_offset") for page in pages] == [50, 100, None]
    told = [task["title"] for page in pages for task in page["tasks"]]
    assert told == [f"{n:03}" for n in range(120)]


@pytest.mark.parametrize("title", ["Buy\nmilk", " Buy \r\n milk ", "Buy\u2028milk\n"])
def test_a_title_is_one_line(user: User, title: str) -> None:
    assert use(user, "create_task", title=title)["task"]["title"] == "Buy milk"


@pytest.mark.parametrize("day", ["0", "86400", 86400, "2026-12", "20261203", "1e9"])
def test_a_number_is_no_day(user: User, day: Any) -> None:
    with pytest.raises(ToolError, match="due_date"):
        use(user, "create_task", title="Milk", due_date=day)
