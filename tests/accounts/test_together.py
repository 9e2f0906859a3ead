"""Writes that are told in one statement with those that come next, in their order."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.line import in_line
from accounts.models import User
from accounts.together import together
from tests.factories import TaskFactory
from todos.models import Origin, Task, TaskChange, TaskList

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

API = Origin("api")


def told(act: Callable[[], object]) -> list[str]:
    """The first words of each statement."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return [query["sql"].split(" ", 1)[0] for query in captured]


def test_they_wait_until_something_is_asked(user: User) -> None:
    def add_three() -> None:
        with in_line(user.pk):
            for title in "AB":
                Task.add(user, API, title=title)
            assert Task.objects.count() == 2
            Task.add(user, API, title="C")

    words = told(add_three)
    assert [each for each in words if each not in ("SAVEPOINT", "RELEASE")] == [
        *("BEGIN", "SELECT"),
        *("WITH", "WITH", "SELECT", "WITH"),
        "COMMIT",
    ]
    assert TaskChange.objects.count() == 3


def test_a_row_is_not_written_twice_in_one_statement(user: User) -> None:
    with in_line(user.pk, whole=True):
        task = Task.add(user, API, title="A", completed=True)
        task.edit(API, title="B")
        task.edit(API, title="C")

    kept = Task.objects.get()
    assert (kept.title, kept.version, kept.completed) == ("C", 4, True)
    kinds = [each.kind for each in TaskChange.objects.newest_first().reverse()]
    assert kinds == ["created", "completed", "updated", "updated"]


def test_what_is_taken_back_to_a_savepoint_was_never_told(user: User) -> None:
    with in_line(user.pk, whole=True):
        Task.add(user, API, title="A")
        with transaction.atomic():
            Task.add(user, API, title="B", id=Task.objects.get().pk)  # it would be refused
            transaction.set_rollback(True)
        Task.add(user, API, title="C")

    assert {task.title for task in Task.objects.all()} == {"A", "C"}
    assert TaskChange.objects.count() == 2


def test_a_savepoint_hears_at_its_end_what_the_database_refuses(user: User) -> None:
    TaskList.add(user, API, name="Home")
    with transaction.atomic(), together():
        with pytest.raises(IntegrityError), transaction.atomic():
            TaskList(user=user, name="home", name_key="home")._keep_new(API)
        TaskList.add(user, API, name="Trip")

    assert TaskList.objects.names().keys() == {str(each.pk) for each in TaskList.objects.all()}
    assert TaskList.objects.count() == 2


def test_who_changes_what_is_gone_keeps_nothing(user: User) -> None:
    task = TaskFactory(user=user)

    def change() -> None:
        with in_line(user.pk):
            task._lock()
            Task.objects.all().delete()
            task._change("updated", API, title="new")

    with pytest.raises(DatabaseError, match="not there"):
        change()
    assert TaskChange.objects.count() == 1
