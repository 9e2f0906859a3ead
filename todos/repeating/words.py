"""A rule told in words, each in one way alone."""

from typing import TypedDict

from todos.repeating.on import NTHS, SHORT, WEEKDAYS, ordinal

Fields = TypedDict(
    "Fields",
    {
        "every": str,
        "interval": int,
        "on": list[str | int],
        "from": str,
        "until": str | None,
        "times": int | None,
    },
)

WORKDAYS: list[str | int] = list(SHORT[:5])


def tell(rule: Fields) -> str:
    """As ``every 2 weeks on Monday and Thursday, until 2027-01-31``."""
    return f"{_told_days(rule)}{_told_end(rule)}"


def _told_days(rule: Fields) -> str:
    every, interval, on = rule["every"], rule["interval"], rule["on"]
    after = " after it is done" if rule["from"] == "done" else ""
    if after and not on:
        return f"{interval} {every}{'s' * (interval > 1)}{after}"
    days = _joined([_told_day(day) for day in on])
    if every == "week" and interval == 1 and on:
        return f"every {'weekday' if on == WORKDAYS else days}{after}"
    cadence = f"every {every}" if interval == 1 else f"every {interval} {every}s"
    return f"{cadence} on {days}{after}" if on else cadence


def _told_day(day: str | int) -> str:
    if isinstance(day, int):
        return f"the {ordinal(day)}" if day > 0 else "the last day"
    if day in SHORT:
        return WEEKDAYS[SHORT.index(day)].title()
    first, second = day.split()
    return f"the {first} {second.title()}" if first in NTHS else f"{first.title()} {second}"


def _told_end(rule: Fields) -> str:
    if rule["until"]:
        return f", until {rule['until']}"
    times = rule["times"]
    return f", {times} time{'s' * (times > 1)}" if times else ""


def _joined(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
