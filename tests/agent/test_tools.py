"""The tools: what they take, what they do, and what they answer to a model that errs."""

import json
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts.models import User
from agent import tools
from agent.tools import ToolError
from tests.factories import TaskFactory, UserFactory
from todos.models import Origin, Task, TaskChange

pytestmark = pytest.mark.django_db

CHAT = Origin("chat", uuid4())
PLAIN_KEYWORDS = {"type", "properties", "required", "items", "enum", "description", "minimum"}


def use(user: User, name: str, **arguments: Any) -> dict[str, Any]:
    desk = tools.Desk(user, Origin("chat", uuid4()), show_undone=lambda changes: 0)
    return tools.bind(name, arguments, user.local_now()).run(desk)


def test_create_takes_all_fields(user: User) -> None:
    result = use(
        user,
        "create_task",
        title="  Buy milk ",
        notes="oat",
        due_date="2026-12-03",
        due_time="17:00",
        priority="high",
    )

    task = Task.objects.get(user=user)
    assert (task.title, task.notes, task.priority) == ("Buy milk", "oat", "high")
    assert (task.due_date, task.due_time) == (date(2026, 12, 3), time(17))
    assert result == {
        "task": {
            "id": str(task.pk),
            "title": "Buy milk",
            "notes": "oat",
            "due_date": "2026-12-03",
            "due_time": "17:00",
            "priority": "high",
        }
    }


def test_null_is_the_same_as_not_given(user: User) -> None:
    use(user, "create_task", title="Milk", notes=None, due_date=None, due_time=None, priority=None)

    task = Task.objects.get(user=user)
    assert (task.notes, task.due_date, task.priority) == ("", None, "none")


ODD_DAYS = ("26-11-05", "20261203", "2026-12", "2026-12-03T", "٢٠٢٦-١٢-٠٣")


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("create_task", {}, "title: Field required"),
        ("create_task", {"title": ""}, "title"),
        ("create_task", {"title": "  "}, "title"),
        ("create_task", {"title": "x" * 201}, "title"),
        ("create_task", {"title": "\u200b"}, "nothing to see"),
        ("create_task", {"title": 5}, "title"),
        ("create_task", {"title": "a", "due_date": "31 Feb"}, "due_date"),
        ("create_task", {"title": "a", "due_date": "2026-02-31"}, "due_date"),
        *[
            ("create_task", {"title": "a", "due_date": day}, "due_date")
            for day in (1, 0, 86400, 1.5, True, "0", "86400", "-1", "1e9", *ODD_DAYS)
        ],
        ("list_tasks", {"due_from": "86400"}, "due_from"),
        ("list_tasks", {"due_to": "1-2"}, "due_to"),
        *[
            ("create_task", {"title": "a", "due_date": "2026-12-03", "due_time": at}, "due_time")
            for at in (0, 61200, "61200", "0", "17", "1700", "T17:00", "17:00:30")
        ],
        ("create_task", {"title": "a", "due_date": "2026-12-03", "due_time": "25:00"}, "due_time"),
        ("create_task", {"title": "a", "due_time": "17:00Z"}, "zone"),
        ("create_task", {"title": "a", "due_time": "17:00"}, "A time needs a due_date"),
        ("create_task", {"title": "a", "priority": "urgent"}, "priority"),
        ("create_task", {"title": "a", "user_id": 1}, "user_id"),
        ("create_task", {"raw": "{"}, "one whole JSON object"),
        ("undo_last", {"raw": "["}, "one whole JSON object"),
        ("list_tasks", {"status": "nope"}, "status"),
        ("list_tasks", {"search": "x" * 201}, "search"),
        ("update_task", {"title": "a"}, "task_id"),
        ("complete_task", {"task_id": "1 or 1=1"}, "no such task"),
        ("complete_task", {"task_id": str(uuid4())}, "no such task"),
        ("launch_rocket", {}, "no tool of that name"),
    ],
)
def test_a_bad_call_is_told_and_changes_nothing(
    user: User, name: str, arguments: dict[str, Any], told: str
) -> None:
    with pytest.raises(ToolError, match=told):
        use(user, name, **arguments)

    assert not Task.objects.exists()


@pytest.mark.parametrize("name", ["update_task", "complete_task", "reopen_task", "delete_task"])
def test_another_users_task_is_no_such_task(user: User, stranger: User, name: str) -> None:
    task = TaskFactory(user=stranger)
    arguments = {"title": "Mine now"} if name == "update_task" else {}

    with pytest.raises(ToolError, match="no such task"):
        use(user, name, task_id=str(task.pk), **arguments)

    assert TaskChange.objects.filter(task=task).count() == 1


def test_update_changes_what_it_names(user: User) -> None:
    task = TaskFactory(user=user, title="Milk", due_date=date(2026, 12, 3), due_time=time(17))

    result = use(user, "update_task", task_id=str(task.pk), title="Oat milk", priority="low")

    task.refresh_from_db()
    assert (task.title, task.priority, task.due_time) == ("Oat milk", "low", time(17))
    assert result["task"]["title"] == "Oat milk"
    assert "note" not in result


def test_a_null_due_date_clears_date_and_time(user: User) -> None:
    task = TaskFactory(user=user, due_date=date(2026, 12, 3), due_time=time(17))

    use(user, "update_task", task_id=str(task.pk), due_date=None, title=None)

    task.refresh_from_db()
    assert (task.due_date, task.due_time) == (None, None)
    assert task.title


def test_update_with_nothing_to_change_says_so(user: User) -> None:
    task = TaskFactory(user=user, title="Milk")

    with pytest.raises(ToolError, match="at least one field"):
        use(user, "update_task", task_id=str(task.pk))
    assert "note" in use(user, "update_task", task_id=str(task.pk), title="Milk")


def test_a_time_needs_a_date_that_is_there_or_given(user: User) -> None:
    task = TaskFactory(user=user)

    with pytest.raises(ToolError, match="A time needs"):
        use(user, "update_task", task_id=str(task.pk), due_time="17:00")
    use(user, "update_task", task_id=str(task.pk), due_time="17:00", due_date="2026-12-03")

    task.refresh_from_db()
    assert task.due_time == time(17)


def test_complete_and_reopen_may_be_repeated_and_say_so(user: User) -> None:
    task = TaskFactory(user=user)
    one = {"task_id": str(task.pk)}

    assert "note" not in use(user, "complete_task", **one)
    assert "before" in use(user, "complete_task", **one)["note"]
    assert "note" not in use(user, "reopen_task", **one)
    assert "already" in use(user, "reopen_task", **one)["note"]

    kinds = TaskChange.objects.filter(task=task).order_by("created_at", "id")
    assert [change.kind for change in kinds] == ["created", "completed", "reopened"]


def test_delete_is_soft_and_says_what_is_gone(user: User) -> None:
    task = TaskFactory(user=user, title="Milk")

    assert use(user, "delete_task", task_id=str(task.pk))["deleted"]["title"] == "Milk"

    task.refresh_from_db()
    assert task.deleted_at is not None
    with pytest.raises(ToolError, match="no such task"):
        use(user, "complete_task", task_id=str(task.pk))


@time_machine.travel(datetime.fromisoformat("2026-11-20T23:30:00+00:00"), tick=False)
def test_list_follows_the_users_own_day() -> None:
    user = UserFactory(time_zone="Asia/Kolkata")  # there it is the 21st already
    TaskFactory(user=user, title="yesterday", due_date=date(2026, 11, 20))
    TaskFactory(user=user, title="today", due_date=date(2026, 11, 21), due_time=time(20))
    TaskFactory(user=user, title="missed", due_date=date(2026, 11, 21), due_time=time(4))
    TaskFactory(user=user, title="later", due_date=date(2026, 11, 22))
    TaskFactory(user=user, title="some day")

    def titles(**arguments: Any) -> list[str]:
        return [task["title"] for task in use(user, "list_tasks", **arguments)["tasks"]]

    assert titles() == ["yesterday", "missed", "today", "later", "some day"]
    assert titles(due="overdue") == ["yesterday", "missed"]
    assert titles(due="today") == ["yesterday", "missed", "today"]
    assert titles(due="upcoming") == ["later"]
    assert titles(due="none") == ["some day"]
    assert titles(due_from="2026-11-21", due_to="2026-11-22") == ["missed", "today", "later"]


def test_list_by_status_priority_and_words(user: User) -> None:
    done = TaskFactory(user=user, title="Call Bob")
    done.complete(CHAT)
    TaskFactory(user=user, title="Buy milk", notes="for BOB", priority="high")

    assert use(user, "list_tasks")["total"] == 1
    assert use(user, "list_tasks", status="done")["tasks"][0]["completed"] is True
    assert use(user, "list_tasks", status="all", search="bob")["total"] == 2
    assert use(user, "list_tasks", search="bob milk")["total"] == 1
    assert use(user, "list_tasks", priority="low") == {"tasks": [], "total": 0}


def test_a_long_list_is_cut_and_tells_the_total(user: User) -> None:
    Task.objects.bulk_create(Task(user=user, title=f"task {n}") for n in range(120))

    result = use(user, "list_tasks")

    assert len(result["tasks"]) == tools.LISTED_TASKS
    assert result["total"] == 120
    assert len(json.dumps(result)) < 10_000


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", {}),
        ('{"title": "Milk"}', {"title": "Milk"}),
        ('{"title": "M\\u0000ilk\\ud800"}', {"title": "Milk"}),
        ('{"title\\udfff": [{"\\u0000": "\\ud800"}]}', {"title": [{"": ""}]}),
        ('{"title": "M\x00ilk"}', {"title": "Milk"}),
        ("null", {}),
        ("[1]", {"raw": "[1]"}),
        ('{"title": "Mi', {"raw": '{"title": "Mi'}),
        ('{"title": NaN}', {"raw": '{"title": NaN}'}),
        ("[" * 5000, {"raw": "[" * tools.KEPT_RAW_ARGUMENTS}),
        ("x" * 5000, {"raw": "x" * tools.KEPT_RAW_ARGUMENTS}),
        ('"' * 5000, {"raw": '"' * tools.KEPT_RAW_ARGUMENTS}),
        ("é" * 5000, {"raw": "é" * (tools.KEPT_RAW_ARGUMENTS // 2)}),
        ('{"title": 1e999}', {"raw": '{"title": 1e999}'}),
        (f'{{"a": {" " * tools.LARGEST_ARGUMENTS}1}}', {"raw": '{"a": ' + " " * 3_994}),
    ],
)
def test_arguments_are_kept_readable(text: str, arguments: dict[str, Any]) -> None:
    _, kept = tools.read_arguments("create_task", text)

    assert kept == arguments


def test_every_tool_is_described_from_its_class() -> None:
    described = {each["function"]["name"]: each["function"] for each in tools.specifications()}

    assert list(described) == [
        "create_task",
        "list_tasks",
        "read_task",
        "update_task",
        "complete_task",
        "reopen_task",
        "delete_task",
        "restore_task",
        "list_lists",
        "edit_list",
        "undo_last",
        "plan",
        "remember",
    ]
    assert described["read_task"]["parameters"]["required"] == ["task_id"]
    create = described["create_task"]
    assert create["description"].startswith("Add tasks: 'I need to")
    assert set(create["parameters"]["properties"]) == {"tasks"}
    assert set(create["parameters"]["properties"]["tasks"]["items"]["properties"]) == {
        "title",
        "notes",
        "due_date",
        "due_time",
        "priority",
        "repeats",
        "completed",
        "duration_minutes",
        "list",
        "tags",
        "reminders",
        "parent",
    }


def test_models_are_told_plain_schemas() -> None:
    """What all of them understand, and not much of it."""
    specifications = tools.specifications()

    schemas = [each["function"]["parameters"] for each in specifications]
    assert set().union(*map(keywords, schemas)) <= PLAIN_KEYWORDS
    assert len(json.dumps(specifications)) < 5_500


def keywords(schema: dict[str, Any]) -> set[str]:
    inner = [*schema.get("properties", {}).values(), schema.get("items", {})]
    return set(schema).union(*map(keywords, inner)) if schema else set()


def test_a_task_that_somebody_else_deletes_at_this_moment_is_no_such_task(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = TaskFactory(user=user)
    complete = Task.complete

    def too_late(self: Task, origin: Origin) -> bool:
        Task.objects.get(pk=self.pk).remove(Origin("api"))
        return complete(self, origin)

    monkeypatch.setattr(Task, "complete", too_late)

    with pytest.raises(ToolError, match="no such task"):
        use(user, "complete_task", task_id=str(task.pk))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85", " \n\n "])
def test_a_title_is_one_line(user: User, end: str) -> None:
    result = use(user, "create_task", title=f"Buy{end}milk{end}")

    assert result["task"]["title"] == "Buy milk"


def test_a_time_may_have_its_seconds_if_there_are_none(user: User) -> None:
    result = use(user, "create_task", title="a", due_date="2026-12-03", due_time="17:00:00")

    assert result["task"]["due_time"] == "17:00"
    assert Task.objects.get(user=user).due_time == time(17)


def test_an_empty_text_leaves_an_optional_argument_out(user: User) -> None:
    day = {"due_date": "2026-12-03", "due_time": "17:00", "priority": "low"}
    task = use(user, "create_task", title="a", **day)["task"]
    nothing = {"due_date": "", "due_time": "", "priority": ""}

    made = use(user, "create_task", title="b", notes="", **nothing)["task"]
    changed = use(user, "update_task", task_id=task["id"], title="c", **nothing)["task"]
    listed = use(user, "list_tasks", due="", priority="", due_from="", ordering="")

    assert not made.keys() & day.keys()
    assert {name: changed[name] for name in day} == day
    assert listed["total"] == 2


@pytest.mark.parametrize("argument", ["title", "task_id"])
def test_an_empty_text_is_no_title_and_no_id(user: User, argument: str) -> None:
    tool = {"title": "create_task", "task_id": "complete_task"}[argument]

    with pytest.raises(ToolError):
        use(user, tool, **{argument: ""})


@pytest.mark.parametrize("word", ["High", "HIGH", " high "])
def test_a_priority_may_be_written_in_any_case(user: User, word: str) -> None:
    assert use(user, "create_task", title="a", priority=word)["task"]["priority"] == "high"
    assert use(user, "list_tasks", priority=word)["total"] == 1


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("9:00", "09:00"),
        ("5:00 PM", "17:00"),
        ("5pm", "17:00"),
        ("12:30 a.m.", "00:30"),
        ("12 PM", "12:00"),
        ("11:59PM", "23:59"),
    ],
)
def test_a_time_may_be_written_as_on_a_clock(user: User, written: str, kept: str) -> None:
    day = {"due_date": "2026-12-03", "due_time": written}
    assert use(user, "create_task", title="a", **day)["task"]["due_time"] == kept


@pytest.mark.parametrize("written", ["13:00 PM", "0 am", "5", "25:00", "9:5", "9:00 xm", "pm"])
def test_what_is_on_no_clock_is_no_time(user: User, written: str) -> None:
    with pytest.raises(ToolError, match="due_time"):
        use(user, "create_task", title="a", due_date="2026-12-03", due_time=written)
