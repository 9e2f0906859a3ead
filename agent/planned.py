"""Whether a reply about a plan names what the plan does not have: a title, or a number.

Only what is surely one: titles in quotes or that are an item of a numbered list; numbers in figures
that are no part of a date or a time. What the person said themselves is theirs to hear again.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from agent.offline.dates.names import MONTHS

QUOTED = re.compile(r"“([^“”\n]{1,250})”|\"([^\"\n]{1,250})\"")
ITEM = re.compile(r"^[ \t]{0,3}\d{1,3}[.)][ \t]+(\S.{0,300})$", re.MULTILINE)
PLACE = re.compile(r"^[ \t]{0,3}(?:#+ )?\d{1,3}[.)](?=[ \t])", re.MULTILINE)
MONTH = rf"(?:{'|'.join(name[:3] for name in MONTHS)})[a-z]*"
WHEN = re.compile(
    rf"\d{{4}}-\d\d-\d\d|\b\d{{1,2}}[:.]\d\d\b|\b\d{{1,2}} ?[ap]\.?m\b|\b\d{{1,2}}(?:st|nd|rd|th)?"
    rf"(?: of)? {MONTH}\b(?:,? \d{{4}})?|\b{MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)\b|\b\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d{{2,4}})?\b"
    rf"|\b(?:at|until|till|by|from|around|o'clock) \d{{1,2}}\b",
    re.IGNORECASE,
)
NAMES = frozenset({"id", "title", "task_id"})
"""Figures in these count nothing."""
NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?(?![\w]|[.,]\d)")


def is_beyond(reply: str, told: Iterable[Any], said: str) -> bool:
    """``told`` are arguments and results of the calls of the turn, ``said`` is the message."""
    told = list(told)
    titles, numbers = _titles(told), set(_numbers(told))
    own = " ".join(said.casefold().split())
    if any(not _is_known(title, titles, own) for title in _named(reply)):
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


def _named(reply: str) -> Iterator[str]:
    for match in QUOTED.finditer(reply):
        yield match[1] or match[2]
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
            for number in re.findall(r"\d{1,9}", value):
                yield from _as_hours(float(number))
        case list():
            yield float(len(value))
            for each in value:
                yield from _numbers(each)
        case dict():
            for name, each in value.items():
                yield from _numbers(each) if name not in NAMES else ()
            minutes = value.get("tasks")
            if isinstance(minutes, list):
                yield from _as_hours(sum(_minutes(each) for each in minutes))


def _minutes(task: Any) -> float:
    told = task.get("minutes") if isinstance(task, dict) else None
    return float(told) if isinstance(told, int) else 0.0


def _as_hours(number: float) -> Iterator[float]:
    yield from (number, float(number // 60), float(number % 60))
    yield round(number / 60, 1)
