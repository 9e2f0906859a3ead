"""How tasks, days and changes are put into words."""

from collections.abc import Iterable
from datetime import date, datetime, time

from agent.offline.known import KnownTask, Tasks

PRIORITIES = {"low": "low priority", "medium": "medium priority", "high": "high priority"}


def quoted(title: str) -> str:
    return f"“{title}”"


def joined(parts: Iterable[str]) -> str:
    """One, two and three."""
    *firsts, last = parts
    return f"{', '.join(firsts)} and {last}" if firsts else last


def titles(tasks: Tasks) -> str:
    return joined(quoted(task.title) for task in tasks)


def count(number: int, kind: str = "task") -> str:
    """1 task, 2 open tasks."""
    return f"{number} {kind}{'' if number == 1 else 's'}"


def full_day(day: date, now: datetime) -> str:
    """Friday, 27 November, with the year unless it is this one."""
    year = "" if day.year == now.year else f" {day.year}"
    return f"{day:%A}, {day.day} {day:%B}{year}"


def day_words(day: date, now: datetime) -> str:
    """Today, tomorrow (Sunday, 22 November), on Friday, 27 November."""
    match (day - now.date()).days:
        case -1:
            return "yesterday"
        case 0:
            return "today"
        case 1:
            return f"tomorrow ({full_day(day, now)})"
    return f"on {full_day(day, now)}"


def when_words(day: date, at: time | None, now: datetime) -> str:
    return day_words(day, now) + (f" at {at:%H:%M}" if at else "")


def due_words(task: KnownTask, now: datetime) -> str:
    """When an open task is due: "due tomorrow at 17:00", "overdue since Friday, 20 November"."""
    day, at = task.due_date, task.due_time
    if not day or task.completed:
        return ""
    clock = f" at {at:%H:%M}" if at else ""
    days = (day - now.date()).days
    late = days < 0 or (days == 0 and at is not None and at < now.time())
    if late:
        since = {0: "today", -1: "yesterday"}.get(days, full_day(day, now))
        return f"overdue since {since}{clock}"
    near = {0: "today", 1: "tomorrow"}.get(days, full_day(day, now))
    return f"due {near}{clock}"


def rule_words(words: str, now: datetime) -> str:
    """Every Monday, until 30 June 2027: as the rule is told, but for its last day."""
    rule, until, last = words.partition(", until ")
    return f"{rule}, until {full_day(date.fromisoformat(last), now)}" if until else rule


def length(minutes: int) -> str:
    """1 hour and 30 minutes; "" for none."""
    hours, rest = divmod(minutes, 60)
    parts = [count(hours, "hour") if hours else "", count(rest, "minute") if rest else ""]
    return " and ".join(filter(None, parts))


def tags(names: Iterable[str]) -> str:
    return f"tagged {joined(names)}"


def line(task: KnownTask, now: datetime) -> str:
    """A task in a list."""
    facts = [
        due_words(task, now),
        "" if task.completed else rule_words(task.repeats, now),
        length(task.minutes),
        PRIORITIES.get(task.priority, ""),
        f"a step of {quoted(task.parent)}" if task.parent else "",
        f"in {task.in_list}" if task.in_list and not task.parent else "",
        " ".join(f"#{tag}" for tag in task.tags),
        "done" if task.completed else "",
    ]
    said = ", ".join(filter(None, facts))
    return f"{task.title} – {said}" if said else task.title


def numbered(tasks: Tasks, now: datetime) -> str:
    return "\n".join(f"{place}. {line(task, now)}" for place, task in enumerate(tasks, 1))


def with_facts(task: KnownTask, now: datetime) -> str:
    """A task that was just made: its title, when it is due, its priority."""
    facts = [quoted(task.title)]
    if task.due_date:
        facts.append(f"due {when_words(task.due_date, task.due_time, now)}")
    if task.repeats:
        facts.append(rule_words(task.repeats, now))
    if task.minutes:
        facts.append(length(task.minutes))
    if task.priority in PRIORITIES:
        facts.append(PRIORITIES[task.priority])
    if task.parent:
        facts.append(f"a step of {quoted(task.parent)}")
    elif task.in_list:
        facts.append(f"in your list {task.in_list}")
    if task.tags:
        facts.append(tags(task.tags))
    if task.notes:
        facts.append(f"with the note {quoted(task.notes)}")
    if task.completed:
        facts.append("done already")
    return ", ".join(facts)


def sentences(*parts: str) -> str:
    return " ".join(filter(None, parts))


def paragraphs(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))
