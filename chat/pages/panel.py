"""The tasks beside the talk: what is open, by when it is due, and what was done last."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from accounts.models import User
from chat.pages.days import due_words, next_words
from todos.models import Task

MOST_OPEN = 100
LATEST_DONE = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A task; ``next`` is when it comes again, of one that is done and has been followed."""

    task: Task
    due: str
    next: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    title: str
    rows: list[Row]


def groups(user: User) -> list[Group]:
    """Those that have tasks; 2 queries."""
    now = user.local_now()
    tasks = Task.objects.for_user(user)
    sections: dict[str, list[Row]] = {
        name: [] for name in ("overdue", "today", "later", "some-day", "done")
    }
    still_open = list(tasks.with_status("open").in_due_order()[:MOST_OPEN])
    for task in still_open:
        sections[_section(task, now)].append(_row(task, now))
    followers = {(task.series, task.place - 1): task for task in still_open if task.repeats}
    for task in tasks.latest_done()[:LATEST_DONE]:
        sections["done"].append(_row(task, now, followers.get((task.series, task.place))))
    titles = {
        "overdue": _("Overdue"),
        "today": _("Today"),
        "later": _("Later"),
        "some-day": _("Some day"),
        "done": _("Done lately"),
    }
    return [Group(name, titles[name], rows) for name, rows in sections.items() if rows]


def _section(task: Task, now: datetime) -> str:
    if task.due_date is None:
        return "some-day"
    if task.is_overdue(now):
        return "overdue"
    return "today" if task.due_date == now.date() else "later"


def _row(task: Task, now: datetime, follower: Task | None = None) -> Row:
    return Row(
        task,
        due=_told(due_words, task, now.date()),
        next=_told(next_words, follower, now.date()) if follower else "",
        overdue=task.is_overdue(now),
    )


def _told(words: Callable[[date, time | None, date], str], task: Task, today: date) -> str:
    return words(task.due_date, task.due_time, today) if task.due_date else ""
