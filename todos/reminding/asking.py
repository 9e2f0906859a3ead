"""What somebody asks for, as the API takes it, made into specs."""

import re
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from todos.reminding import grammar
from todos.reminding.habits import Habits
from todos.reminding.occasion import Occasion
from todos.reminding.reminding import (
    LONGEST,
    LONGEST_DAYS,
    MOST,
    Reminding,
    Spec,
    broken,
)
from todos.spelling import read_time

VALUES = ("before_minutes", "days_before", "time", "at")
FORM = (
    'A reminder is {"before_minutes": 10}, {"at": "09:00"}, {"days_before": 1, "time": "18:00"} or '
    '{"words": "the evening before"}; one that is there is kept by {"id": …}.'
)
AT = (
    '"at" is HH:MM on the day of the task, or a time like "2026-12-01T09:00", on the user\'s clock '
    "where it has no offset."
)
LOCAL = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII
)


def read(asks: object, occasion: Occasion, kept: Iterable[Spec] = ()) -> tuple[Spec, ...]:
    """The specs of a task that has those of ``kept``; what is asked for again keeps its id.

    ``asks`` are objects as the API has them, with words or without. Raises RuleBroken, and nothing
    else.
    """
    if not isinstance(asks, list | tuple):
        raise broken("Give a list of reminders.")
    there = {spec["id"]: spec for spec in kept}
    specs: dict[Reminding, Spec] = {}
    for ask in asks:
        for reminding, key in _asked(ask, occasion, there):
            if reminding not in specs:
                same = (old for old, spec in there.items() if Reminding.of(spec) == reminding)
                specs[reminding] = reminding.spec(key or next(same, None))
        check_number(specs.values())
    return _with_ids_once(specs)


def check_number(specs: Iterable[Spec]) -> tuple[Spec, ...]:
    """The same. Raises RuleBroken where they are too many."""
    specs = tuple(specs)
    if len(specs) > MOST:
        raise broken(f"A task has at most {MOST} reminders.", "max_length")
    return specs


def read_moment(words: object, now: datetime, habits: Habits | None = None) -> datetime:
    """The wall time that words like "in an hour", "tomorrow" or "monday morning" name, which is to
    come. Raises RuleBroken."""
    return grammar.read_moment(words, Occasion(now, habits=habits or Habits()))


def words_of(ask: dict[str, Any]) -> str:
    """What is asked for, for a person who is asked about it; without regard to a task."""
    if ask.get("words"):
        return str(ask["words"])
    if "before_minutes" in ask or "time" in ask:
        return Reminding.of(ask).words
    return f"at {ask['at']}" if "at" in ask else "as it was"


def _with_ids_once(specs: dict[Reminding, Spec]) -> tuple[Spec, ...]:
    """Of two that have the same id, the second is a new one."""
    taken: set[str] = set()
    once = []
    for reminding, spec in specs.items():
        once.append(spec if spec["id"] not in taken else reminding.spec())
        taken.add(spec["id"])
    return tuple(once)


def _asked(
    ask: object, occasion: Occasion, there: dict[str, Spec]
) -> list[tuple[Reminding, str | None]]:
    """With the id that it has already, where it names that."""
    if not isinstance(ask, dict):
        raise broken(FORM)
    given = {name: ask[name] for name in VALUES if ask.get(name) is not None}
    key = str(ask["id"]).lower() if ask.get("id") is not None else None
    if given:
        return [(_of_values(given, occasion).check(), key if key in there else None)]
    if key is not None:
        if key not in there:
            raise broken("There is no such reminder of this task.", "not_found")
        return [(Reminding.of(there[key]), key)]
    if "words" not in ask:
        raise broken(FORM)
    return [(reminding.check(), None) for reminding in grammar.read(ask["words"], occasion)]


def _of_values(given: dict[str, Any], occasion: Occasion) -> Reminding:
    match sorted(given):
        case ["before_minutes"]:
            return Reminding(before_minutes=_number("before_minutes", given, 0, LONGEST))
        case ["days_before", "time"]:
            days = _number("days_before", given, -LONGEST_DAYS, LONGEST_DAYS)
            return Reminding(days_before=days, wall=_time(given["time"]))
        case ["at"]:
            return _at(given["at"], occasion)
    raise broken(FORM)


def _at(text: object, occasion: Occasion) -> Reminding:
    try:
        at = read_time(text)
    except ValueError:
        return grammar.placed(_local(text, occasion), occasion)
    if occasion.day is not None:
        return Reminding(wall=at)
    return Reminding(at=grammar.next_at(at, occasion.now))


def _local(text: object, occasion: Occasion) -> datetime:
    if not (isinstance(text, str) and LOCAL.fullmatch(text)):
        raise broken(AT)
    try:
        at = datetime.fromisoformat(text).replace(microsecond=0)
        if at.tzinfo is not None:
            at = at.astimezone(occasion.now.tzinfo)
    except (ValueError, OverflowError):
        raise broken(AT) from None
    return at.replace(tzinfo=None, fold=0)


def _number(name: str, given: dict[str, Any], least: int, most: int) -> int:
    number = given[name]
    if type(number) is int and least <= number <= most:
        return number
    raise broken(f'"{name}" is a whole number from {least:,} to {most:,}.')


def _time(text: object) -> time:
    try:
        return read_time(text)
    except ValueError:
        raise broken('"time" is HH:MM on the user\'s clock.') from None
