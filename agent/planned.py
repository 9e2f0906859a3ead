"""Whether a reply about a plan names what the plan does not have: a title, or a number.

Only what is surely one: titles in quotes or that are an item of a numbered list; numbers in figures
that are no part of a date or a time. What the person said themselves is theirs to hear again, and
what follows from the plan is in it: how many of the tasks, how long some take, how late they are.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import accumulate
from typing import Any

from agent.offline.dates.names import MONTHS
from agent.own_words import names
from text.expressions import expression
from todos.spelling import read_day

QUOTED = expression(r"“([^“”\n]{1,250})”|\"([^\"\n]{1,250})\"")
ITEM = expression(r"^[ \t]{0,3}\d{1,3}[.)][ \t]+(\S.{0,300})$", re.MULTILINE)
PLACE = expression(r"^[ \t]{0,3}(?:#+ )?\d{1,3}[.)](?=[ \t])", re.MULTILINE)
MONTH = rf"(?:{'|'.join(name[:3] for name in MONTHS)})[a-z]*"
WHEN = expression(
    rf"\d{{4}}-\d\d-\d\d|\b\d{{1,2}}[:.]\d\d\b|\b\d{{1,2}} ?[ap]\.?m\b|\b\d{{1,2}}(?:st|nd|rd|th)?"
    rf"(?: of)? {MONTH}\b(?:,? \d{{4}})?|\b{MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)\b|\b\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d{{2,4}})?\b"
    rf"|\b(?:at|until|till|by|from|around|o'clock) \d{{1,2}}\b",
    re.IGNORECASE,
)
NAMES = frozenset({"id", "title", "task_id"})
"""Figures in these count nothing."""
ANSWER = expression(r"(?:yes|no|ok(?:ay)?|do it|leave it|never mind)[.,!]?", re.IGNORECASE)
"""What the person may say, in quotes."""
YEAR_AND_MONTH = expression(r"\b\d{4}-\d\d-")
WEEKS = expression(r"\b(\d{1,4}) weeks\b")
NUMBER = expression(r"(?<![\w.,])\d+(?:[.,]\d+)?(?![\w]|[.,]\d)")


def is_beyond(reply: str, told: Iterable[Any], said: str, today: date) -> bool:
    """``told`` are arguments and results of the calls of the turn, ``said`` is the message."""
    told = list(told)
    titles = _titles(told)
    numbers = {*_numbers(told), *map(float, range(len(titles) + 1)), *_days_late(told, today)}
    own = " ".join(said.casefold().split())
    if any(not _is_known(title, titles, own) for title in _quoted(reply)):
        return True
    for item in _items(reply):
        if not _is_known(item, titles, own) and not any(names(item, title) for title in titles):
            return True
    plain = QUOTED.sub(" ", reply)
    for title in titles:
        plain = re.sub(re.escape(title), " ", plain, flags=re.IGNORECASE)
    plain = WHEN.sub(" ", PLACE.sub(" ", plain))
    theirs = set(NUMBER.findall(said))
    return any(
        number not in theirs and float(number.replace(",", ".")) not in numbers
        for number in NUMBER.findall(plain)
    )


def _quoted(reply: str) -> Iterator[str]:
    for match in QUOTED.finditer(reply):
        words = match[1] or match[2]
        if not ANSWER.fullmatch(words):
            yield words


def _items(reply: str) -> Iterator[str]:
    for match in ITEM.finditer(reply):
        if not match[1].rstrip("* ").endswith(":"):
            yield match[1]


def _is_known(named: str, titles: set[str], own: str) -> bool:
    """Whether it is, or begins with or has, a title that was told; or the person's own words."""
    words = " ".join(named.casefold().split())
    return any(title in words or words.rstrip(".,!…") in title for title in titles) or words in own


def _titles(value: Any) -> set[str]:
    match value:
        case dict():
            own = {value["title"]} if isinstance(value.get("title"), str) else set()
            found = own.union(*map(_titles, value.values()))
        case list():
            found = set().union(*map(_titles, value))
        case _:
            return set()
    return {" ".join(str(title).casefold().split()) for title in found if str(title).strip()}


def _numbers(value: Any) -> Iterator[float]:
    """Those that are told, in texts too; how many there are of each list; minutes as hours, too."""
    match value:
        case bool() | None:
            return
        case int() | float():
            yield from _as_hours(float(value))
        case str():
            yield from _numbers_in(value)
        case list():
            yield float(len(value))
            for each in value:
                yield from _numbers(each)
        case dict():
            for name, each in value.items():
                yield from _numbers(each) if name not in NAMES else ()
            if isinstance(value.get("tasks"), list):
                yield from _of_lengths(value)


def _numbers_in(text: str) -> Iterator[float]:
    for number in re.findall(r"\d{1,9}", YEAR_AND_MONTH.sub("", text)):
        yield from _as_hours(float(number))
    for weeks in WEEKS.findall(text):
        yield float(weeks) * 7


def _of_lengths(result: dict[str, Any]) -> Iterator[float]:
    """What the first tasks take together, and what is left after one or several."""
    lengths = [_minutes(each) for each in result["tasks"]]
    free = result.get("free_minutes", result.get("minutes"))
    for taken in {*accumulate(lengths), *lengths}:
        yield from _as_hours(taken)
        if isinstance(free, int) and taken <= free:
            yield from _as_hours(free - taken)


def _days_late(value: Any, today: date) -> Iterator[float]:
    """How many days it is to each date, or since."""
    match value:
        case dict() | list():
            for each in value.values() if isinstance(value, dict) else value:
                yield from _days_late(each, today)
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            day = read_day(value)
            yield float(abs((day - today).days)) if day else 0.0


def _minutes(task: Any) -> float:
    told = task.get("minutes") if isinstance(task, dict) else None
    return float(told) if isinstance(told, int) else 0.0


def _as_hours(number: float) -> Iterator[float]:
    yield from (number, float(number // 60), float(number % 60))
    yield round(number / 60, 1)
