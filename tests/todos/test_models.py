from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import TaskFactory, UserFactory
from todos.models import Origin, Task, TaskChange, TaskQuerySet
from todos.rules import RuleBroken

CHAT = Origin("chat", uuid4())
NOW = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def journal(task: Task) -> list[tuple[str, dict, dict]]:
    """What the database holds, oldest first."""
    changes = TaskChange.objects.filter(task=task).newest_first().reverse()
    return [(change.kind, change.before, change.after) for change in changes]


def titles(tasks) -> list[str]:
    return [task.title for task in tasks]


# The journal


def test_a_new_task_is_journaled_with_all_that_was_set(user: User):
    task = Task.add(
        user, CHAT, title="Call", due_date=date(2026, 11, 20), due_time=time(17, 30), priority="low"
    )
    after = {
        "title": "Call",
        "notes": "",
        "due_date": "2026-11-20",
        "due_time": "17:30",
        "priority": "low",
        "repeats": None,
    }
    assert journal(task) == [("created", {}, after)]


def test_a_change_names_its_owner_and_its_origin(user: User):
    task = Task.add(user, CHAT, title="Call")
    change = task.changes.get()
    assert (change.user, change.source, change.tool_call_id) == (user, "chat", CHAT.tool_call_id)
    assert not change.undone


@pytest.mark.parametrize(
    ("act", "line"),
    [
        (
            lambda task: task.edit(CHAT, title="new", notes="same"),
            ("updated", {"title": "old"}, {"title": "new"}),
        ),
        (
            lambda task: task.edit(CHAT, due_date=date(2026, 12, 1), due_time=time(9, 5, 7)),
            (
                "updated",
                {"due_date": "2026-11-20", "due_time": "17:00"},
                {"due_date": "2026-12-01", "due_time": "09:05:07"},
            ),
        ),
        (
            lambda task: task.edit(CHAT, due_date=None),
            (
                "updated",
                {"due_date": "2026-11-20", "due_time": "17:00"},
                {"due_date": None, "due_time": None},
            ),
        ),
        (
            lambda task: task.edit(CHAT, due_time=None),
            ("updated", {"due_time": "17:00"}, {"due_time": None}),
        ),
    ],
)
def test_an_edit_is_one_line_with_what_differs(act, line):
    task = TaskFactory(title="old", notes="same", due_date=date(2026, 11, 20), due_time=time(17, 0))
    assert act(task) is True
    assert journal(task)[1:] == [line]


def test_completing_reopening_deleting_and_restoring_are_one_line_each(time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 17, 30, 0, 123456, tzinfo=UTC), tick=False)
    task = TaskFactory()
    moment = "2026-11-20T17:30:00.123456Z"  # to the microsecond: an undo must give it back
    task.complete(CHAT)
    task.reopen(CHAT)
    task.remove(CHAT)
    task.restore(CHAT)
    assert journal(task)[1:] == [
        ("completed", {"completed_at": None}, {"completed_at": moment}),
        ("reopened", {"completed_at": moment}, {"completed_at": None}),
        ("deleted", {"deleted_at": None}, {"deleted_at": moment}),
        ("restored", {"deleted_at": moment}, {"deleted_at": None}),
    ]


def test_what_changes_nothing_leaves_no_line():
    task = TaskFactory(title="old")
    before = task.updated_at
    assert task.edit(CHAT, title="old", due_date=None) is False
    assert task.edit(CHAT, completed=False) is False
    assert task.reopen(CHAT) is False
    assert task.restore(CHAT) is False
    assert len(journal(task)) == 1
    task.refresh_from_db()
    assert task.updated_at == before


def test_completing_twice_keeps_the_first_time(time_machine):
    task = TaskFactory()
    assert task.complete(CHAT) is True
    first = task.completed_at
    time_machine.move_to(first + timedelta(seconds=60))
    assert task.complete(CHAT) is False
    task.refresh_from_db()
    assert task.completed_at == first
    assert len(journal(task)) == 2


def test_an_edit_that_also_completes_is_a_line_of_each_kind():
    task = TaskFactory(title="old")
    assert task.edit(CHAT, title="new", completed=True) is True
    assert [kind for kind, _, _ in journal(task)] == ["created", "updated", "completed"]
    assert task.edit(CHAT, title="new", completed=False) is True
    assert [kind for kind, _, _ in journal(task)][3:] == ["reopened"]
    assert task.edit(CHAT, title="newer", completed=False) is True
    assert [kind for kind, _, _ in journal(task)][4:] == ["updated"]


def test_a_task_can_be_added_done():
    task = Task.add(UserFactory(), CHAT, title="old", completed=True)
    task.refresh_from_db()
    assert task.completed
    assert [kind for kind, _, _ in journal(task)] == ["created", "completed"]


def test_a_change_is_compared_with_the_row_and_not_with_what_was_read_earlier():
    task = TaskFactory(title="first")
    earlier = Task.objects.get(pk=task.pk)
    task.edit(CHAT, title="second")
    assert earlier.edit(CHAT, title="first") is True
    assert journal(task)[1:] == [
        ("updated", {"title": "first"}, {"title": "second"}),
        ("updated", {"title": "second"}, {"title": "first"}),
    ]


@pytest.mark.parametrize("act", ["complete", "reopen", "remove"])
def test_a_task_that_was_deleted_meanwhile_cannot_be_changed(act: str):
    task = TaskFactory()
    Task.objects.get(pk=task.pk).remove(CHAT)
    with pytest.raises(Task.DoesNotExist):
        getattr(task, act)(CHAT)
    with pytest.raises(Task.DoesNotExist):
        task.edit(CHAT, title="new")
    assert [kind for kind, _, _ in journal(task)] == ["created", "deleted"]


def test_a_change_and_its_line_are_kept_or_lost_together(monkeypatch):
    task, line = TaskFactory(title="old"), Task._line

    def of_nothing(*args):
        made = line(*args)
        made.task_id = None
        return made

    monkeypatch.setattr(Task, "_line", of_nothing)
    with pytest.raises(IntegrityError):
        task.edit(CHAT, title="new")
    with pytest.raises(IntegrityError):
        Task.add(task.user, CHAT, title="another")
    assert Task.objects.get().title == "old"


def test_the_database_refuses_a_time_without_a_date(user: User):
    with pytest.raises(RuleBroken):
        Task.add(user, CHAT, title="x", due_time=time(9, 0))
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(user=user, title="x", due_time=time(9, 0))
    assert not TaskChange.objects.exists()


def test_a_change_moves_updated_at_and_not_created_at(time_machine):
    time_machine.move_to(NOW, tick=False)
    task = TaskFactory()
    time_machine.shift(60)
    task.complete(CHAT)
    task.refresh_from_db()
    assert (task.created_at, task.updated_at) == (NOW, NOW + timedelta(seconds=60))


# Which tasks


def test_search_finds_every_word_in_title_or_notes_in_any_case(user: User):
    TaskFactory(user=user, title="Купить МОЛОКО", notes="Ärger vermeiden")
    TaskFactory(user=user, title="50% off_now (really?)", notes="a\\b *** [x] ^y$ 'q' \"r\"")
    found = {
        "молоко": 1,
        "ÄRGER купить": 1,
        "молоко missing": 0,
        "50%": 1,
        "5_%": 0,
        "off_now": 1,
        "offxnow": 0,
        "(really?)": 1,
        ".*": 0,
        "***": 1,
        "a\\b": 1,
        "[x] ^y$": 1,
        "'q' \"r\"": 1,
        "(?i)": 0,
        "": 2,
        " \t ": 2,
    }
    assert {text: len(Task.objects.for_user(user).search(text)) for text in found} == found


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("due", ["monday 9", "monday", "tuesday 8", "no day"]),
        ("-due", ["tuesday 8", "monday", "monday 9", "no day"]),
        ("priority", ["tuesday 8", "monday", "no day", "monday 9"]),
        ("-priority", ["monday 9", "no day", "monday", "tuesday 8"]),
        ("created_at", ["monday", "no day", "tuesday 8", "monday 9"]),
        ("-updated_at", ["no day", "monday 9", "tuesday 8", "monday"]),
    ],
)
def test_tasks_are_ordered_as_people_read_them(user: User, ordering: str, expected: list[str]):
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    TaskFactory(user=user, title="monday", due_date=monday, priority="low")
    undated = TaskFactory(user=user, title="no day", priority="medium")
    TaskFactory(user=user, title="tuesday 8", due_date=tuesday, due_time=time(8, 0))
    TaskFactory(user=user, title="monday 9", due_date=monday, due_time=time(9, 0), priority="high")
    undated.edit(CHAT, notes="touched")
    assert titles(Task.objects.for_user(user).in_order(ordering)) == expected


def test_what_is_done_is_never_overdue(user: User):
    yesterday = TaskFactory(user=user, title="yesterday", due_date=date(2026, 11, 19))
    TaskFactory(user=user, title="today 17:29", due_date=NOW.date(), due_time=time(17, 29))
    TaskFactory(user=user, title="today 17:30", due_date=NOW.date(), due_time=time(17, 30))
    TaskFactory(user=user, title="today", due_date=NOW.date())
    done_today = TaskFactory(user=user, title="done today", due_date=NOW.date())
    tasks = Task.objects.for_user(user).in_order("created_at")
    assert titles(tasks.due("overdue", NOW)) == ["yesterday", "today 17:29"]
    yesterday.complete(CHAT)
    done_today.complete(CHAT)
    assert titles(tasks.due("overdue", NOW)) == ["today 17:29"]
    assert titles(tasks.due("today", NOW)) == ["today 17:29", "today 17:30", "today", "done today"]


def plan_among_many(user: User, read: Callable[[TaskQuerySet], TaskQuerySet]) -> str:
    for owner in (user, UserFactory()):
        Task.objects.bulk_create(
            Task(user=owner, title="x", due_date=date(2026, 1, 1) + n * timedelta(days=1))
            for n in range(400)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return read(Task.objects.for_user(user)).explain()


@pytest.mark.not_on("sharded")
def test_a_page_of_the_list_comes_sorted_from_its_index(user: User):
    plan = plan_among_many(user, lambda tasks: tasks.in_order("-created_at")[:20])
    assert "task_newest" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan  # SQLite's word for sorting


@pytest.mark.not_on("sharded")
@pytest.mark.parametrize("when", ["overdue", "upcoming"])
def test_what_is_due_is_found_by_its_index(user: User, when: str):
    now = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=0 if when == "overdue" else 390)
    plan = plan_among_many(user, lambda tasks: tasks.with_status("open").due(when, now))
    assert "task_open_by_due" in plan


def test_an_act_is_undone_with_as_many_queries_whatever_it_did(user: User):
    def queries_to_undo(tasks: int) -> int:
        act = Origin("chat", uuid4())
        for number in range(tasks):
            Task.add(user, act, title=f"Task {number}")
        with CaptureQueriesContext(connection) as made:
            undone = TaskChange.objects.of_acts([act.act]).undo(Origin("api"))
        assert len(undone) == tasks
        return len(made)

    assert queries_to_undo(60) == queries_to_undo(2)
