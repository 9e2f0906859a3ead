"""Several connections change the same task at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.factories import TaskFactory
from todos.models import Origin, Task, TaskChange

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 4
ORIGIN = Origin("api")


def at_once(act: Callable[[int], object]) -> list[object]:
    """The answers of ``act``, called in threads that all start at the same moment."""
    barrier = Barrier(THREADS)

    def start(number: int) -> object:
        barrier.wait()
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(start, range(THREADS)))


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
