"""The tasks beside the talk: what is open, by when it is due, and what was done last."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.models import User
from chat.pages.cards import due_words
from todos.models import Task

MOST_OPEN = 100
LATEST_DONE = 5


@dataclass(frozen=True, slots=True)
class Row:
    task: Task
    due: str
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
    sections: dict[str, list[Row]] = {"overdue": [], "today": [], "later": [], "some-day": []}
    for task in tasks.with_status("open").in_due_order()[:MOST_OPEN]:
        sections[_section(task, now)].append(_row(task, now))
    sections["done"] = [_row(task, now) for task in tasks.latest_done()[:LATEST_DONE]]
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


def _row(task: Task, now: datetime) -> Row:
    today: date = now.date()
    due = due_words(task.due_date, task.due_time, today) if task.due_date else ""
    return Row(task, due, task.is_overdue(now))
