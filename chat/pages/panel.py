"""The tasks beside the talk: what is open, by when it is due, and what was done last."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from chat.pages.choice import Choice, Switch, list_switches, tag_switches
from chat.pages.days import due_words, length_words, next_words
from chat.pages.questions import Question, waiting
from todos.models import Task, TaskList, TaskQuerySet

MOST_OPEN = 100
LATEST_DONE = 5
SECTIONS = {
    "overdue": gettext_lazy("Overdue"),
    "today": gettext_lazy("Today"),
    "later": gettext_lazy("Later"),
    "some-day": gettext_lazy("Some day"),
    "done": gettext_lazy("Done lately"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A task in words; ``next`` is when it comes again, of one that is done and was followed."""

    task: Task
    overdue: bool
    due: str
    length: str
    tags: list[Switch]
    next: str = ""
    in_list: str = ""
    progress: str = ""
    steps: tuple["Row", ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Due:
    """How many tasks are to be done today, the overdue included, and how many are overdue."""

    today: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Panel:
    due: Due
    questions: list[Question]
    choice: Choice
    lists: list[Switch]
    groups: list[Group]


def panel_of(user: User, asked: Mapping[str, Any]) -> Panel:
    """As the address asks for it; at most 7 queries."""
    tasks = Task.objects.for_user(user)
    lists = list(TaskList.objects.for_user(user).in_name_order())
    choice = Choice.read(asked, lists)
    words = _Words(user.local_now(), choice, {each.pk: each.name for each in lists})
    return Panel(
        Due(**tasks.top_level().with_status("open").due_numbers(words.now)),
        waiting(user),
        choice,
        lists=list_switches(choice, lists, tasks) if lists else [],
        groups=_groups(tasks, words),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """How tasks are told to whom they belong; ``now`` is on their clock."""

    now: datetime
    choice: Choice
    lists: dict[UUID | None, str]

    def task(self, task: Task, steps: list[Task], follower: Task | None = None) -> Row:
        number = _number_of_steps(task)
        done = {"done": number - task.steps_open, "all": number}
        return self._row(
            task,
            next=self._told(next_words, follower) if follower else "",
            in_list="" if self.choice.list else self.lists.get(task.list_id, ""),
            progress=_("%(done)d of %(all)d") % done if number else "",
            steps=tuple(self._row(step) for step in steps),
        )

    def _row(self, task: Task, **more: Any) -> Row:
        return Row(
            task,
            overdue=task.is_overdue(self.now),
            due=self._told(due_words, task),
            length=length_words(task.duration_minutes) if task.duration_minutes else "",
            tags=tag_switches(self.choice, task.tags),
            **more,
        )

    def _told(self, words: Callable[[date, time | None, date], str], task: Task) -> str:
        return words(task.due_date, task.due_time, self.now.date()) if task.due_date else ""


def _groups(tasks: TaskQuerySet, words: _Words) -> list[Group]:
    """Those that have tasks; 3 queries, 2 where no task has steps."""
    chosen = words.choice.narrow(tasks).top_level().with_steps()
    still_open = list(chosen.with_status("open").in_due_order()[:MOST_OPEN])
    steps: dict[UUID | None, list[Task]] = defaultdict(list)
    for step in tasks.steps_of(task for task in still_open if _number_of_steps(task)):
        steps[step.parent_id].append(step)
    rows: dict[str, list[Row]] = defaultdict(list)
    for task in still_open:
        rows[_section(task, words.now)].append(words.task(task, steps[task.pk]))
    followers = {(task.series, task.place - 1): task for task in still_open if task.repeats}
    for task in chosen.latest_done()[:LATEST_DONE]:
        rows["done"].append(words.task(task, [], followers.get((task.series, task.place))))
    return [Group(name, str(title), rows[name]) for name, title in SECTIONS.items() if rows[name]]


def _number_of_steps(task: Task) -> int:
    return task.steps_open + task.steps_done  # type: ignore[no-any-return]


def _section(task: Task, now: datetime) -> str:
    if task.due_date is None:
        return "some-day"
    if task.is_overdue(now):
        return "overdue"
    return "today" if task.due_date == now.date() else "later"
