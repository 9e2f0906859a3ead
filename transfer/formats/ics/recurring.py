"""The rule of a task as RFC 5545 has it, and the other way round."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from icalendar import vRecur

from todos.models import Task
from todos.repeating import Repeat
from todos.repeating.on import CODES, MONTHS, NTHS, SHORT, WEEKDAYS
from todos.rules import RuleBroken

LONGEST = {"day": 1, "week": 7, "month": 31, "year": 366}
"""How many days each is at most; a weekday of a month comes up to a week later than that."""
MOST_DAYS = 50
"""More days of a rule than there are between two that are an interval, and a week, apart."""
EVERY = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
KNOWN = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"),
}


@dataclass(frozen=True)
class Coming:
    """A task and those that will follow it: ``rule`` counts from ``start``.

    Where ``start`` is not the day of the task, the task was moved off it.
    """

    start: date
    rule: Repeat
    times: int | None


def coming(task: Task) -> Coming | None:
    """None where nothing follows, or by no rule of RFC 5545: that counts from no day it is done."""
    repeat, due = task.repeat, task.due_date
    if task.completed or due is None or repeat is None or repeat.start == "done":
        return None
    rule_day = task.rule_day or due
    latest = max(due, rule_day)
    if task.place == task.last_place or repeat.next_day(rule_day, done_on=latest) is None:
        return None
    times = None if task.last_place is None else task.last_place - task.place + 1
    return Coming(_last_day(repeat, rule_day, latest), repeat, times)


def _last_day(repeat: Repeat, rule_day: date, latest: date) -> date:
    """The last day of the rule up to ``latest``: what comes after it is what comes after the task.

    The day itself in most cases. One that was moved beyond other days of its rule takes the place
    of the last of these.
    """
    if latest == rule_day == repeat.day_from(rule_day, counted_from=rule_day):
        return rule_day
    span = LONGEST[repeat.every] * repeat.interval + 7
    since = date.fromordinal(max(2, latest.toordinal() - span))
    found, day = None, repeat.day_from(since, counted_from=rule_day)
    for _ in range(MOST_DAYS):
        if day is None or day > latest:
            break
        found = day
        day = repeat.day_from(day + timedelta(days=1), counted_from=rule_day)
    return found or rule_day


def as_rrule(coming: Coming, until: Any) -> vRecur:
    """``until`` is the end of its rule, spelled as its days are: RFC 5545 wants them alike."""
    rule: vRecur = vRecur.from_ical(coming.rule.rule)
    for name, value in {"COUNT": coming.times, "UNTIL": until}.items():
        rule.pop(name, None)
        if value is not None:
            rule[name] = [value]
    return rule


CANNOT = "How it repeats cannot be kept: it comes once."


class NotKept(ValueError):
    """A rule that none of ours says: why, as a sentence."""


def read_rule(rrule: vRecur, start: date, until: date | None) -> Repeat:
    """Of a task that is due on ``start``; nothing is computed by it. Raises NotKept."""
    parts = {name.upper(): value for name, value in rrule.items()}
    parts = {name: value if isinstance(value, list) else [value] for name, value in parts.items()}
    try:
        if not parts.keys() <= KNOWN:
            raise NotKept(CANNOT)
        rule = {
            "every": EVERY[str(parts["FREQ"][0]).upper()],
            "interval": int(parts.get("INTERVAL", [1])[0]),
            "until": until and until.isoformat(),
            "times": int(parts["COUNT"][0]) if "COUNT" in parts and not until else None,
        }
        rule |= _days(str(rule["every"]), parts, start)
        _check_week(rule, parts)
        repeat = Repeat.read(rule)
        repeat.check_due(start)
    except RuleBroken as error:
        raise NotKept(f"{CANNOT} {error.sentence}") from None
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise error if isinstance(error, NotKept) else NotKept(CANNOT) from None
    return repeat


def from_another_day(rrule: vRecur, start: date) -> vRecur:
    """The rule of a task that starts on ``start``, for the day that it is due, some days later.

    Raises NotKept where the two do not come in the same rhythm.
    """
    weekday = [CODES[start.weekday()]]
    if rrule.get("FREQ") not in (["DAILY"], ["WEEKLY"]) or rrule.get("BYDAY", weekday) != weekday:
        raise NotKept("It repeats by the day on which it starts: it comes once.")
    rest = {name: value for name, value in rrule.items() if name != "BYDAY"}
    return vRecur(rest)


def _days(every: str, parts: dict[str, list[Any]], start: date) -> dict[str, Any]:
    """``on``, and ``every`` where that says it, too. Raises NotKept, ValueError, IndexError."""
    weekdays = [str(day).upper() for day in parts.get("BYDAY", [])]
    numbers = [int(day) for day in parts.get("BYMONTHDAY", [])]
    months = [int(month) for month in parts.get("BYMONTH", [])]
    places = [int(place) for place in parts.get("BYSETPOS", [])]
    match every, bool(weekdays), bool(numbers), bool(months), bool(places):
        case _, False, False, False, False:
            return {"on": []}
        case "day", True, False, False, False if parts.get("INTERVAL", [1])[0] == 1:
            return {"every": "week", "on": _short(weekdays)}
        case "week", True, False, False, False:
            return {"on": _short(weekdays)}
        case "month", False, True, False, False:
            return {"on": numbers}
        case "month", True, False, False, _:
            return {"on": _nth_weekdays(weekdays, places)}
        case "year", False, _, _, False if len(numbers) < 2 and len(months) == 1:
            day = numbers[0] if numbers else start.day
            return {"on": [f"{MONTHS[months[0] - 1]} {day}"]}
    raise NotKept(CANNOT)


def _short(weekdays: list[str]) -> list[str]:
    return [SHORT[CODES.index(day)] for day in weekdays]


def _nth_weekdays(weekdays: list[str], places: list[int]) -> list[str]:
    """``["last friday"]`` of ``-1FR``, or of ``FR`` at the place -1."""
    if places and (len(weekdays) > 1 or len(places) > 1):
        raise NotKept(CANNOT)
    names = {number: name for name, number in NTHS.items()}
    on = []
    for day in weekdays:
        nth = places[0] if places else int(day[:-2])
        on.append(f"{names[nth]} {WEEKDAYS[CODES.index(day[-2:])]}")
    return on


def _check_week(rule: dict[str, Any], parts: dict[str, list[Any]]) -> None:
    """A week of ours begins on Monday, which matters where some weeks are left out."""
    begins = str(parts.get("WKST", ["MO"])[0]).upper()
    some_are_left_out = rule["every"] == "week" and rule["interval"] > 1
    if some_are_left_out and len(rule["on"]) > 1 and begins != "MO":
        raise NotKept(CANNOT)
