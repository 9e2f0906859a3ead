"""The tasks beside the talk: what is open, by when it is due, and what was done."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain
from typing import Any
from uuid import UUID

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from chat.pages.choice import (
    ALL,
    COMPLETED,
    TODAY,
    UPCOMING,
    Choice,
    Switch,
    list_switches,
    tag_switches,
    view_switches,
)
from chat.pages.days import day_words, due_words, length_words, moment_words, next_words
from chat.pages.questions import Question, waiting
from todos.models import Reminder, Task, TaskQuerySet
from todos.models.beside import (
    lists_of,
    numbers_of,
    open_by_list,
    steps_of,
    tasks_done,
    tasks_to_do,
    to_do_of_series,
)

ROWS = 100
"""Those shown at first; then twice as many, and so on."""
MOST_ROWS = 12_800
LATEST_MADE = 10
"""Those shown wherever they are in the order: a person looks for what has just been added."""
LATEST_DONE = 5
NOTES = 500
"""Characters of notes that a row has."""
SECTIONS = {
    "overdue": gettext_lazy("Overdue"),
    "today": gettext_lazy("Today"),
    "later": gettext_lazy("Later"),
    "some-day": gettext_lazy("Some day"),
    "done": gettext_lazy("Done lately"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A task in words; ``rings`` is when it is to ring, and ``next`` when it comes again, of one
    that is done and was followed.
    """

    task: Task
    overdue: bool
    due: str
    length: str
    tags: list[Switch]
    rings: str = ""
    notes: str = ""
    next: str = ""
    in_list: str = ""
    progress: str = ""
    step_of: str = ""
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
    """``total`` is how many there are of those that the view is of; ``more`` is where more of
    them are shown, blank where all are."""

    due: Due
    questions: list[Question]
    choice: Choice
    views: list[Switch]
    lists: list[Switch]
    groups: list[Group]
    shown: int
    total: int
    more: str


def panel_of(user: User, asked: Mapping[str, Any], *, is_any_asked: bool = True) -> Panel:
    """As the address asks for it; at most 11 queries."""
    lists, now = lists_of(user), user.local_now()
    choice = Choice.read(asked, lists)
    words = _Words(now, choice, {each.pk: each.name for each in lists})
    every = numbers_of(user, now)
    numbers = _of_choice(user, choice).numbers(now) if choice.list or choice.tag else every
    total = numbers[{ALL: "open", COMPLETED: "done"}.get(choice.view, choice.view)]
    most = _rows(asked)
    groups, shown = (_done if choice.view == COMPLETED else _open)(user, words, most)
    return Panel(
        Due(every["today"], every["overdue"]),
        waiting(user) if is_any_asked else [],
        choice,
        views=view_switches(choice, {**numbers, ALL: numbers["open"]}),
        lists=list_switches(choice, lists, dict(open_by_list(user))) if lists else [],
        groups=groups,
        shown=shown,
        total=total,
        more=choice.with_rows(2 * most) if shown < total and most < MOST_ROWS else "",
    )


def _rows(asked: Mapping[str, Any]) -> int:
    """``?rows=``: how many tasks are to be shown."""
    text = asked.get("rows", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    return min(max(number, ROWS), MOST_ROWS)


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
            step_of=task.parent.title if isinstance(task.parent, Task) else "",
            steps=tuple(self._row(step) for step in steps),
        )

    def _row(self, task: Task, **more: Any) -> Row:
        return Row(
            task,
            overdue=task.is_overdue(self.now),
            due=self._told(due_words, task),
            rings=self._rings(task),
            notes=Truncator(task.notes).chars(NOTES) if task.notes else "",
            length=length_words(task.duration_minutes) if task.duration_minutes else "",
            tags=tag_switches(self.choice, task.tags),
            **more,
        )

    def _told(self, words: Callable[[date, time | None, date], str], task: Task) -> str:
        return words(task.due_date, task.due_time, self.now.date()) if task.due_date else ""

    def _rings(self, task: Task) -> str:
        if task.completed:
            return ""
        moments = [each.rings_at for each in task.ringing.values() if each.status == "waiting"]
        coming = min((each for each in moments if each), default=None)
        return moment_words(coming, self.now) if coming else ""


def _open(user: User, words: _Words, most: int) -> tuple[list[Group], int]:
    """Those to be done, and at the end of all of them what was done last; how many are open."""
    choice, now = words.choice, words.now
    is_usual = choice == Choice() and most == ROWS
    if is_usual:
        rows = tasks_to_do(user, limit=ROWS)
    else:
        rows = list(_wanted(user, words).in_due_order()[:most])
    if len(rows) == most:
        first, latest = {task.pk for task in rows}, _wanted(user, words).latest_made()
        rows += [task for task in latest[:LATEST_MADE] if task.pk not in first]
        rows.sort(key=_place)
    steps: dict[UUID | None, list[Task]] = defaultdict(list)
    parents = [task.pk for task in rows if _number_of_steps(task)]
    for step in steps_of(user, parents) if parents else ():
        steps[step.parent_id].append(step)
    Reminder.objects.come_along([*rows, *chain.from_iterable(steps.values())])
    named: dict[str, list[Row]] = defaultdict(list)
    for task in rows:
        named[_section(task, now)].append(words.task(task, steps[task.pk]))
    if choice.view == ALL:
        if is_usual:
            done = tasks_done(user, limit=LATEST_DONE)
        else:
            done = list(_latest_done(user, words)[:LATEST_DONE])
        named["done"] = _done_rows(user, words, done)
    return [
        Group(name, str(title), named[name]) for name, title in SECTIONS.items() if named[name]
    ], len(rows)


def _of_choice(user: User, choice: Choice) -> TaskQuerySet:
    return choice.narrow(Task.objects.for_user(user))


def _wanted(user: User, words: _Words) -> TaskQuerySet:
    every = _of_choice(user, words.choice).with_steps().with_status("open")
    view = words.choice.view
    if view in (TODAY, UPCOMING):
        return every.due_alone(view, words.now).select_related("parent")
    return every.top_level()


def _latest_done(user: User, words: _Words) -> TaskQuerySet:
    return _of_choice(user, words.choice).with_steps().top_level().latest_done()


def _done(user: User, words: _Words, most: int) -> tuple[list[Group], int]:
    """What was done, the latest day first; and how many these are."""
    days: dict[date, list[Row]] = defaultdict(list)
    rows = _done_rows(user, words, list(_latest_done(user, words)[:most]))
    for row in rows:
        if at := row.task.completed_at:
            days[at.astimezone(words.now.tzinfo).date()].append(row)
    today = words.now.date()
    return [
        Group(f"done-{day}", day_words(day, today), its_rows) for day, its_rows in days.items()
    ], len(rows)


def _done_rows(user: User, words: _Words, done: Sequence[Task]) -> list[Row]:
    """Those that repeat with what follows them."""
    series = [task.series for task in done if task.series]
    coming = to_do_of_series(user, series) if series else ()
    followers = {(task.series, task.place - 1): task for task in coming}
    return [words.task(task, [], followers.get((task.series, task.place))) for task in done]


def _place(task: Task) -> tuple[date, time, datetime, UUID]:
    """As :meth:`TaskQuerySet.in_due_order` orders them."""
    return task.due_date or date.max, task.due_time or time.max, task.created_at, task.pk


def _number_of_steps(task: Task) -> int:
    return task.steps_open + task.steps_done  # type: ignore[no-any-return]


def _section(task: Task, now: datetime) -> str:
    if task.due_date is None:
        return "some-day"
    if task.is_overdue(now):
        return "overdue"
    return "today" if task.due_date == now.date() else "later"
