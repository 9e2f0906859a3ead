"""What rings and when, in words: only ever what the results of the tools say."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from agent.offline.dates import When, habits_of
from agent.offline.known import Known, KnownTask, Reply, Ring, Tasks
from agent.offline.planning import wording
from agent.offline.talk import Call

HERE = "here"
NO_WAY = (
    "But nothing is set up to reach you, so it will not ring: choose in Settings whether I shall "
    "remind you on the page, by a notification, by mail or by a webhook."
)
HERE_ALONE = (
    "That is a notice on this page while it is open; Settings has notifications and mail, which "
    "reach you elsewhere."
)
"""Said once in a conversation."""
NO_REMINDERS = (
    "There are no reminders. Say “remind me of the dentist an hour before”, or “remind me to call "
    "mum tomorrow at 9”."
)
PASSED = "That moment has passed already, so it will not ring."
NO_MOMENT = "It has no day yet, so it does not ring: say when it is due."


class NoMoment(Exception):
    """Why nobody can be reminded then, in a sentence."""


def will_ring(tasks: Tasks, calls: Sequence[Call], known: Known, now: datetime) -> str:
    """When the tasks ring, and on which ways; "" where none has a reminder."""
    reminded = [task for task in tasks if task.reminders and not task.completed]
    ringing = [task for task in reminded if coming(task, now)]
    if not ringing:
        return " ".join(dict.fromkeys(_never(task) for task in reminded))
    ways = _ways(calls)
    if not ways:
        return f"{_when_each(ringing, now, 'It would ring')} {NO_WAY}"
    words = _when_each(ringing, now, f"I will remind you {wording.joined(ways)}")
    is_new = ways == [HERE] and not known.has_said(HERE_ALONE)
    return wording.sentences(words, HERE_ALONE if is_new else "")


def coming(task: KnownTask, now: datetime) -> list[Ring]:
    """Those that will ring, soonest first."""
    local = now.replace(tzinfo=None)
    rings = [ring for ring in task.reminders if ring.at is not None and ring.at > local]
    return sorted(rings, key=lambda ring: ring.at or local)


def _never(task: KnownTask) -> str:
    return PASSED if task.due_date else NO_MOMENT


def _ways(calls: Iterable[Call]) -> list[str]:
    told = [call.result.get("rings_on") for call in calls]
    return next(([str(way) for way in each] for each in told if isinstance(each, list)), [])


def _when_each(tasks: Sequence[KnownTask], now: datetime, begins: str) -> str:
    if len(tasks) == 1:
        return f"{begins} {moments(coming(tasks[0], now), now)}."
    each = (f"of {wording.quoted(task.title)} {moments(coming(task, now), now)}" for task in tasks)
    return f"{begins} {'; '.join(each)}."


def moments(rings: Sequence[Ring], now: datetime) -> str:
    """Tomorrow (Sunday, 22 November) at 14:00 and 15:00, when your quiet hours end."""
    told = [(ring.at.date(), f"{ring.at:%H:%M}", ring.quiet) for ring in rings if ring.at]
    days = [
        f"{wording.day_words(day, now)} at {wording.joined(dict.fromkeys(at for _, at, _ in each))}"
        for day, each in ((day, list(found)) for day, found in groupby(told, itemgetter(0)))
    ]
    quiet = ", when your quiet hours end" if any(quiet for *_, quiet in told) else ""
    return wording.joined(days) + quiet


def line(task: KnownTask, now: datetime) -> str:
    """A task in a list of what rings."""
    local = now.replace(tzinfo=None)
    rang = [ring for ring in task.reminders if ring.at and ring.at <= local]
    told = [f"rang {moments(rang, now)}"] if rang else []
    told += [f"rings {moments(rings, now)}"] if (rings := coming(task, now)) else []
    due = wording.due_words(task, now)
    return f"{task.title} – {', '.join(filter(None, [*told, due]))}"


def of_task(task: KnownTask, now: datetime) -> str:
    """What is told of one task that somebody asks about."""
    title = wording.quoted(task.title)
    if rings := coming(task, now):
        return f"I will remind you of {title} {moments(rings, now)}."
    if task.has_rung(now):
        return f"I reminded you of {line(task, now)}."
    return f"There is no reminder for {title}. Say “remind me of it an hour before”, for example."


def listed(tasks: Tasks, call: Call, known: Known, now: datetime) -> Reply:
    """All that will ring, or that has rung and was not answered."""
    is_past = call.arguments.get("ringing") == "due"
    if not tasks:
        words = "Nothing has rung that waits for you." if is_past else NO_REMINDERS
        return Reply(words, shown=())
    lines = "\n".join(f"{place}. {line(task, now)}" for place, task in enumerate(tasks, 1))
    on = wording.joined(ways) if (ways := _ways([call])) else ""
    heading = f"I will remind you {on} of:" if on else "These have rung:" if is_past else ""
    words = f"{heading or NO_WAY}\n{lines}"
    return Reply(words, focus=tasks if len(tasks) == 1 else (), shown=tasks)


def asked_of_tool(said: tuple[str, ...], when: When, task: KnownTask, now: datetime) -> list[Any]:
    """What ``reminders`` of the tool gets. Raises NoMoment."""
    return [*said, *([_moment(when, task, now)] if when else [])]


def _moment(when: When, task: KnownTask, now: datetime) -> str:
    """As the tool takes it; a time alone is that of the task's day where that goes before it."""
    local = now.replace(tzinfo=None)
    at = when.at or habits_of(now).morning
    day = when.day or _day_of(at, task, local) or When(at=at).with_day(now).day
    moment = datetime.combine(day or now.date(), at)
    if moment <= local:
        is_morning = when.at is None and day == now.date()
        why = "This morning has passed already" if is_morning else "That moment has passed already"
        raise NoMoment(f"{why}: say at what time, or “in an hour”.")
    return f"{moment:%Y-%m-%dT%H:%M}"


def _day_of(at: Any, task: KnownTask, local: datetime) -> Any:
    day = task.due_date
    if day is None or (task.due_time and at > task.due_time):
        return None
    return day if datetime.combine(day, at) > local else None
