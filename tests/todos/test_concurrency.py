"""Several connections change the same task at once."""

from contextlib import suppress
from datetime import date

import pytest

from tests.factories import TaskFactory
from tests.todos.at_once import at_once
from todos.models import Origin, Task, TaskChange
from todos.repeating import Repeat

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 4  # of at_once
MANY = 100
ORIGIN = Origin("api")
DAILY = Repeat.read({"every": "day"})


def test_the_journal_of_many_writers_is_one_unbroken_chain():
    pk = TaskFactory(title="start").pk

    def rename(number: int) -> None:
        task = Task.objects.get(pk=pk)
        for step in range(15):
            task.edit(ORIGIN, title=f"{number}.{step}")

    at_once(rename)
    created, *changes = TaskChange.objects.newest_first().reverse()
    assert len(changes) == THREADS * 15
    title = created.after["title"]
    for change in changes:
        assert change.before == {"title": title}
        title = change.after["title"]
    assert Task.objects.get(pk=pk).title == title


def test_of_many_who_complete_a_task_one_does():
    pk = TaskFactory().pk
    tasks = [Task.objects.get(pk=pk) for _ in range(THREADS)]
    done = at_once(lambda number: tasks[number].complete(ORIGIN))
    assert sorted(done) == [False, False, False, True]
    assert TaskChange.objects.filter(kind="completed").count() == 1


def test_of_many_who_delete_a_task_one_does():
    pk = TaskFactory().pk
    tasks = [Task.objects.get(pk=pk) for _ in range(THREADS)]

    def delete(number: int) -> bool:
        try:
            tasks[number].remove(ORIGIN)
        except Task.DoesNotExist:
            return False
        return True

    assert sorted(at_once(delete)) == [False, False, False, True]
    assert TaskChange.objects.filter(kind="deleted").count() == 1
    assert sorted(at_once(lambda number: tasks[number].restore(ORIGIN))) == [
        False,
        False,
        False,
        True,
    ]
    assert TaskChange.objects.filter(kind="restored").count() == 1


def test_one_completion_has_one_successor_however_many_complete():
    pk = TaskFactory(due_date=date(2026, 11, 23), repeats=DAILY).pk
    tasks = [Task.objects.get(pk=pk) for _ in range(MANY)]

    done = at_once(lambda number: tasks[number].complete(ORIGIN), MANY)

    assert sorted(done) == [False] * (MANY - 1) + [True]
    assert Task.objects.count() == 2
    assert len({task.successor.pk for task in tasks}) == 1
    assert TaskChange.objects.filter(kind="created").count() == 2


def test_a_place_of_a_series_is_taken_once_whatever_is_done_at_once():
    first = TaskFactory(due_date=date(2026, 11, 23), repeats=DAILY)
    first.complete(ORIGIN)
    second = first.successor
    second.remove(ORIGIN)
    acts = [Task.complete, Task.reopen, Task.restore, Task.remove]

    def act(number: int) -> None:
        for turn in range(8):
            chosen = acts[(number + turn) % 4]
            pk = second.pk if chosen in (Task.restore, Task.remove) else first.pk
            with suppress(Task.DoesNotExist):
                chosen(Task.objects.get(pk=pk), ORIGIN)

    at_once(act)

    kept = Task.objects.filter(deleted_at=None).exclude(series=None)
    assert kept.filter(place=1).count() <= 1
    assert kept.filter(place=0).count() == 1
