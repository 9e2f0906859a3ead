"""todo.txt: a task a line."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any, BinaryIO

from todos.models import Task
from todos.repeating import Repeat
from todos.rules import RuleBroken
from transfer.encodings import lines_of
from transfer.incoming import Entry, Incoming, lost
from transfer.moments import read_moment

TITLE = "todo.txt"
DONE = re.compile(r"x (?:(?P<done>\d{4}-\d\d-\d\d) (?=\S))?")
PRIORITY = re.compile(r"\((?P<letter>[A-Z])\) ")
MADE = re.compile(r"(?P<made>\d{4}-\d\d-\d\d) (?=\S)")
LINE = re.compile(rf"{DONE.pattern}.*|{PRIORITY.pattern}.*|.*(?:^|\s)(?:[+@][^\W\d]\S*|due:\d).*")
LIST = re.compile(r"\+([^\W\d]\S*)")
TAG = re.compile(r"@([^\W\d]\S*)")
PAIR = re.compile(r"(due|t|rec|pri|at|dur|id|parent|p|h):(\S+)")
RULE = re.compile(r"(?P<strict>\+?)(?P<count>\d{1,3})(?P<unit>[dbwmy])")
UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}
LETTERS = {"A": "high", "B": "medium", "C": "low"}
OF_PRIORITY = {priority: letter for letter, priority in LETTERS.items()}
WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def recognizes(head: str) -> bool:
    lines = [line for line in head.splitlines()[:20] if line.strip()]
    return bool(lines) and 2 * sum(bool(LINE.match(line)) for line in lines) >= len(lines)


def read(file: BinaryIO, now: datetime) -> Iterator[Entry]:
    for number, line in lines_of(file):
        if line.strip():
            yield from _read_line(number, line.strip(), now)


def _read_line(number: int, line: str, now: datetime) -> Iterator[Entry]:
    done = DONE.match(line)
    rest = line[done.end() :] if done else line
    priority = PRIORITY.match(rest)
    rest = rest[priority.end() :] if priority else rest
    made = MADE.match(rest)
    words, pairs = _parted(rest[made.end() :] if made else rest)
    lists = [match[1] for word in words if (match := LIST.fullmatch(word))]
    tags = [match[1] for word in words if (match := TAG.fullmatch(word))]
    title = " ".join(w for w in words if not (LIST.fullmatch(w) or TAG.fullmatch(w)))
    letter = priority["letter"] if priority else pairs.get("pri", "").upper()
    due, told = _day(pairs, "due"), title or line
    start = _day(pairs, "t")
    repeats, why = _repeats(pairs.get("rec", ""))
    done_at = read_moment((done and done["done"]) or "", now) or now
    yield Incoming(
        line=number,
        title=title or " ".join(words),
        due_date=due or (start if repeats else None),
        due_time=_time(pairs.get("at", "")) if due else None,
        priority=LETTERS.get(letter, "low" if letter else "none"),
        list=lists[0].replace("_", " ") if lists else "",
        tags=(*tags, *lists[1:]),
        key=pairs.get("id", ""),
        parent=pairs.get("parent", pairs.get("p", "")),
        completed_at=done_at if done else None,
        created_at=read_moment(made["made"], now) if made else None,
        repeats=repeats,
        duration_minutes=int(pairs["dur"]) if pairs.get("dur", "")[:5].isdecimal() else None,
    )
    if "due" in pairs and due is None:
        yield lost(number, told, f"comes without its day: there is no {pairs['due']}.")
    if "t" in pairs and (due or not repeats):
        yield lost(number, told, "comes without the day from which on it is seen (t:).")
    if why:
        yield lost(number, told, f"comes once: {why}")
    if letter > "C":
        yield lost(number, told, f"has priority low; there is no ({letter}) here.")
    if lists[1:]:
        yield lost(number, told, "is in one list; the others are its tags.")


def _parted(text: str) -> tuple[list[str], dict[str, str]]:
    """Its words, and what is told by a key."""
    words, pairs = [], {}
    for word in text.split():
        match = PAIR.fullmatch(word)
        if match and match[1] not in pairs:
            pairs[match[1]] = match[2]
        else:
            words.append(word)
    return words, pairs


def _day(pairs: dict[str, str], name: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(pairs.get(name, "")[:10])
    return None


def _time(text: str) -> time | None:
    with suppress(ValueError):
        return time(int(text[:2]), int(text[2:4]))
    return None


def _repeats(text: str) -> tuple[Repeat | None, str]:
    """From the day it is done, or with ``+`` from the day it was due. The rule, or why not."""
    if not text:
        return None, ""
    match = RULE.fullmatch(text)
    if match is None:
        return None, f"{text[:20]} is no rule."
    count, unit = int(match["count"]), match["unit"]
    start = "due" if match["strict"] else "done"
    if unit == "b" and count == 1:
        rule: dict[str, Any] = {"every": "week", "on": WORKDAYS}
    elif unit == "b":
        return None, "days of work are not counted here."
    else:
        rule = {"every": UNITS[unit], "interval": count, "from": start}
    try:
        return Repeat.read(rule), ""
    except RuleBroken as broken:
        return None, broken.sentence


def write(task: Task, list_name: str) -> str:
    """A line, as other programs read it; what they do not know is told by keys of ours."""
    letter = OF_PRIORITY.get(task.priority, "")
    made = f"{task.created_at:%Y-%m-%d}"
    begin = [f"x {task.completed_at:%Y-%m-%d}"] if task.completed_at else []
    begin += [f"({letter})"] if letter and not task.completed_at else []
    words = [*begin, made, " ".join(task.title.split())]
    words += [f"+{'_'.join(list_name.split())}"] if list_name else []
    words += [f"@{tag}" for tag in task.tags]
    words += [f"due:{task.due_date}"] if task.due_date else []
    words += [f"at:{task.due_time:%H%M}"] if task.due_time else []
    words += [f"rec:{rule}"] if (rule := _rule(task.repeat)) else []
    words += [f"dur:{task.duration_minutes}"] if task.duration_minutes else []
    words += [f"pri:{letter}"] if letter and task.completed_at else []
    words += [f"id:{task.pk}"] + ([f"parent:{task.parent_id}"] if task.parent_id else [])
    return " ".join(words) + "\n"


def _rule(repeat: Repeat | None) -> str:
    """Only what it can say: days of the week or month are lost."""
    if repeat is None:
        return ""
    strict = "+" if repeat.start == "due" else ""
    if list(repeat.on) == WORKDAYS and repeat.interval == 1:
        return f"{strict}1b"
    return f"{strict}{repeat.interval}{repeat.every[0]}"
