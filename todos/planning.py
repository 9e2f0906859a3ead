"""What to do now, on a day, and what to look at once a week: computed from rows alone.

The same rows give the same order, and everything has its reasons in words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from accounts.compiled import compiled
from accounts.models import User
from todos.models import Task, TaskChange

USUAL_MINUTES = 30
"""How long a task counts that does not say it."""
LATEST = time(22)
"""The end of a day of which the evening has begun."""
OFTEN = 2
"""So many times put off is often."""
OLD_DAYS = 14
STALE_DAYS = 30
"""Without a day, and unchanged for so long."""
SOON_DAYS = 7
FIRST = 5
"""As many as are told of what to do now."""
MOST_OF_A_DAY = 10
"""Tasks; what is due on the day itself is never left out for it."""

RANKS = {"high": 60, "medium": 20, "low": -20}


class Rows(NamedTuple):
    """All that a plan is made of: open tasks and those done lately; how often each was put off."""

    tasks: Sequence[Task]
    postponed: dict[UUID, int]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A task, how much it presses, and why."""

    task: Task
    weight: int
    why: tuple[str, ...]

    @property
    def minutes(self) -> int:
        return self.task.duration_minutes or USUAL_MINUTES


@dataclass(frozen=True, slots=True)
class Move:
    """A task that could be done on another day."""

    task: Task
    to: date


@dataclass(slots=True)
class DayPlan:
    """What fits, in order; what is due and does not; and which of that could move."""

    day: date
    free_minutes: int
    fits: list[Weighed] = field(default_factory=list)
    too_much: list[Weighed] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)


def rows(user: User, done_since: datetime) -> Rows:
    """Two queries, however many there are."""
    return Rows(_to_plan(user, done_since), dict(_times_postponed(user)))


@compiled
def _to_plan(user: User, done_since: datetime) -> QuerySet[Task]:
    return Task.objects.for_user(user).to_plan(done_since)


@compiled
def _times_postponed(user: User) -> QuerySet[TaskChange, tuple[UUID, int]]:
    return TaskChange.objects.for_user(user).times_postponed()


def weighed(rows: Rows, now: datetime) -> list[Weighed]:
    """The open tasks, those that press most first; ``now`` is the owner's local time."""
    found = [_weigh(task, rows.postponed.get(task.pk, 0), now) for task in _open(rows.tasks)]
    return sorted(found, key=_place)


def to_do_now(rows: Rows, now: datetime, minutes: int | None = None) -> list[Weighed]:
    """The first few; or as many as fit into ``minutes``, in the same order."""
    tasks = weighed(rows, now)
    if minutes is None:
        return tasks[:FIRST]
    return _filled(tasks, minutes)[0]


def plan_day(rows: Rows, now: datetime, day: date, begins: time, ends: time) -> DayPlan:
    """``begins`` and ``ends`` are those of the person's days; of today only what is left of it."""
    tasks = [each for each in weighed(rows, now) if not _is_done_by(each.task, now, day, ends)]
    start = max(begins, now.time()) if day == now.date() else begins
    end = ends if start < ends else max(LATEST, start)
    timed, due, more = _parted(tasks, day, start)
    free = max(0, _minutes(end) - _minutes(start) - sum(_within(timed, end)))
    plan = DayPlan(day, free)
    done, plan.too_much = _filled(due, free)
    left = free - sum(each.minutes for each in done)
    room = max(0, MOST_OF_A_DAY - len(timed) - len(done))
    plan.fits = [*_by_time(timed), *done, *_filled(more, left)[0][:room]]
    plan.moves = _moves(plan.too_much, tasks, day, _minutes(ends) - _minutes(begins))
    return plan


@dataclass(frozen=True, slots=True)
class Review:
    """Of a week: what was done in it, and what wants a look."""

    first: date
    done: list[Task]
    overdue: list[Weighed]
    postponed: list[Weighed]
    this_week: list[Weighed]
    no_date: list[Weighed]
    next_week: list[Weighed]
    stale: list[Weighed]


def review(rows: Rows, now: datetime, first: date) -> Review:
    """``first`` is the first day of the week."""
    tasks, following = weighed(rows, now), first + timedelta(weeks=1)
    last, today = following - timedelta(days=1), now.date()
    done = [each for each in rows.tasks if each.completed_at]
    long_ago = now - timedelta(days=STALE_DAYS)
    undated = [each for each in tasks if each.task.due_date is None]
    overdue = [each for each in tasks if each.task.is_overdue(now)]
    return Review(
        first,
        sorted(done, key=lambda task: (task.completed_at, task.pk), reverse=True),
        overdue,
        [each for each in tasks if rows.postponed.get(each.task.pk, 0) >= OFTEN],
        [each for each in tasks if _is_due(each.task, today, last) and each not in overdue],
        undated,
        [each for each in tasks if _is_due(each.task, following, following + timedelta(days=6))],
        [each for each in undated if each.task.updated_at < long_ago],
    )


def _open(tasks: Iterable[Task]) -> list[Task]:
    """Without steps that have no day of their own: they belong to their task."""
    return [
        task
        for task in tasks
        if task.completed_at is None and (task.parent_id is None or task.due_date)
    ]


def _place(each: Weighed) -> tuple[int, date, time, datetime, UUID]:
    task = each.task
    day, at = task.due_date or date.max, task.due_time or time.max
    return -each.weight, day, at, task.created_at, task.pk


def _weigh(task: Task, postponed: int, now: datetime) -> Weighed:
    weight, why = _of_its_day(task, now)
    weight += RANKS.get(task.priority, 0)
    if task.priority != "none":
        why.append(f"{task.priority} priority")
    if postponed >= OFTEN:
        weight += 5 * min(postponed, 6)
        why.append(f"put off {postponed} times")
    days = (now - task.created_at).days
    if days >= OLD_DAYS:
        weight += min(days // 7, 10)
        why.append(f"on the list for {days // 7} weeks")
    if task.duration_minutes:
        weight += 5 * (task.duration_minutes <= 15)
        why.append(f"takes {task.duration_minutes} minutes")
    return Weighed(task, weight, tuple(why or ["no date"]))


def _of_its_day(task: Task, now: datetime) -> tuple[int, list[str]]:
    day, at = task.due_date, task.due_time
    if day is None:
        return 0, []
    days = (day - now.date()).days
    if days < 0:
        return 100 + min(-days, 30), [f"overdue since {_named(day, now)}"]
    if task.is_overdue(now) and at:
        return 100, [f"overdue since {at:%H:%M} today"]
    moment = f" at {at:%H:%M}" if at else ""
    if days == 0:
        return 90 + 5 * bool(at), [f"due today{moment}"]
    if days == 1:
        return 50, [f"due tomorrow{moment}"]
    return 40 - 4 * days if days <= SOON_DAYS else -days, [f"due {_named(day, now)}{moment}"]


def _named(day: date, now: datetime) -> str:
    if abs((day - now.date()).days) < SOON_DAYS:
        return f"{day:%A}"
    year = "" if day.year == now.year else f" {day.year}"
    return f"{day.day} {day:%B}{year}"


def _filled(tasks: Iterable[Weighed], minutes: int) -> tuple[list[Weighed], list[Weighed]]:
    """What fits into so many minutes, the most pressing first, and the rest."""
    fits: list[Weighed] = []
    rest: list[Weighed] = []
    for each in tasks:
        fit = each.minutes <= minutes
        minutes -= each.minutes * fit
        (fits if fit else rest).append(each)
    return fits, rest


def _parted(tasks: list[Weighed], day: date, start: time) -> tuple[list[Weighed], ...]:
    """What has its hour on that day, what else is due by then, and what presses without that."""
    timed: list[Weighed] = []
    due: list[Weighed] = []
    more: list[Weighed] = []
    for each in tasks:
        if each.task.due_date and each.task.due_date <= day:
            at = each.task.due_time if each.task.due_date == day else None
            (timed if at and at >= start else due).append(each)
        elif each.weight > 0:
            more.append(each)
    return timed, due, more


def _is_done_by(task: Task, now: datetime, day: date, ends: time) -> bool:
    """Whether it has a day of its own before that one, which is not over yet."""
    due, today = task.due_date, now.date()
    if due is None or not today <= due < day:
        return False
    return due > today or now.time() < (task.due_time or ends)


def _is_due(task: Task, first: date, last: date) -> bool:
    return task.due_date is not None and first <= task.due_date <= last


def _within(timed: Iterable[Weighed], end: time) -> list[int]:
    """Of each the minutes that it takes of the day."""
    before = (each for each in timed if each.task.due_time and each.task.due_time < end)
    return [each.minutes for each in before]


def _by_time(timed: list[Weighed]) -> list[Weighed]:
    return sorted(timed, key=lambda each: (each.task.due_time or time.max, each.task.pk))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _moves(rest: list[Weighed], tasks: list[Weighed], day: date, free: int) -> list[Move]:
    """Each to the first of the next days that has room; not what is important or repeats."""
    room = {day + timedelta(days=later): free for later in range(1, SOON_DAYS + 1)}
    for each in tasks:
        if each.task.due_date in room:
            room[each.task.due_date] -= each.minutes
    moves = []
    for each in rest:
        to = next((other for other, left in room.items() if left >= each.minutes), None)
        if to and each.task.priority != "high" and each.task.repeats is None:
            room[to] -= each.minutes
            moves.append(Move(each.task, to))
    return moves
