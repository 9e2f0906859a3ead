"""All that is kept of somebody's tasks and lists as a file, written while it is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from accounts.models import User
from accounts.ownership import in_pieces
from todos.models import Task, TaskList
from transfer.formats import csv, ics, ndjson, todotxt

Line = Callable[[Task, str], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of file that is written; ``write`` is given whose tasks."""

    content_type: str
    ending: str
    write: Callable[[User], Iterator[str] | Iterator[bytes]]

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0]


def export(user: User, form: str) -> Iterator[str] | Iterator[bytes]:
    """``form`` is one of KINDS. Nobody holds a connection while a reader is slow."""
    return KINDS[form].write(user)


def _ndjson(user: User) -> Iterator[str]:
    yield ndjson.head()
    lists = TaskList.objects.for_user(user)
    for task_list in in_pieces(lists, attrgetter("pk")):
        yield ndjson.write_list(task_list)
    for task in _tasks(user):
        yield ndjson.write(task)


def _csv(user: User) -> Iterator[str]:
    yield csv.head()
    yield from _lines(user, csv.write)


def _todotxt(user: User) -> Iterator[str]:
    return _lines(user, todotxt.write)


def _ics(user: User) -> Iterator[bytes]:
    return ics.write(_tasks(user), user)


def _lines(user: User, write: Line) -> Iterator[str]:
    for task in _tasks(user):
        yield write(task, task.list.name if task.list else "")


def _tasks(user: User) -> Iterator[Task]:
    """In the order in which they were made."""
    return in_pieces(Task.objects.for_user(user).select_related("list"), attrgetter("pk"))


KINDS = {
    "ndjson": Kind("application/x-ndjson", "ndjson", _ndjson),
    "csv": Kind("text/csv; charset=utf-8", "csv", _csv),
    "ics": Kind("text/calendar; charset=utf-8", "ics", _ics),
    "todotxt": Kind("text/plain; charset=utf-8", "txt", _todotxt),
}
