"""Scripted dialogues with the built-in assistant: how they are written, and how they are played.

A script is a text of dialogues, each of them told like this:

    # A title
    zone Europe/Berlin              the user's, and the clock on their wall:
    now 2026-11-21 12:10
    task Buy milk | 2026-11-22 17:00 | high | done | note: of oats        rows there are before
    task Gym | 2026-11-23 | every Monday                                  by its rule, as it is told
    task Pack | in: Trip | #home #now | 90 min | of: Move                 a step, in a list
    task Gym | 2026-11-23 18:00 | remind: an hour before                  told when it rings:
    = Gym | 2026-11-23 18:00 | rings: 2026-11-23 17:00
    > Add call Bob tomorrow         what the user says; "\\n" is a new line
    = Call Bob | 2026-11-22         all rows there are then, in the order of their making
    ~ tomorrow                      the answer has these words, in any case
    ! sorry                         and not these
    now 2026-11-22 09:00            time goes by

Rows are told after a message only if it has changed them: a message without them must change none,
and "= none" stands for no rows at all. Deleted rows are told too, with "| deleted".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

from accounts.models import User
from agent.llm import LLM
from agent.offline.assistant import OfflineLLM
from chat import turns
from conversations.models import Conversation
from tests.fakes.prompts import Heard, assert_they_only_grow
from todos.models import Origin, Task, TaskList
from todos.repeating import Repeat

BUILT_IN = OfflineLLM()
SCRIPTS = Path(__file__).parent / "dialogues"


@dataclass
class Line:
    """A message, what is to come of it, and the time at which it is said."""

    said: str
    now: str
    rows: list[str] | None = None
    heard: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)


@dataclass
class Dialogue:
    title: str
    zone: str = "UTC"
    now: str = ""
    tasks: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def dialogues() -> list[Dialogue]:
    return [told for path in sorted(SCRIPTS.glob("*.txt")) for told in parse(path.read_text())]


def parse(script: str) -> Iterator[Dialogue]:
    """Raises ValueError for a line that is not of the form above."""
    dialogue = None
    for text in filter(None, map(str.strip, script.splitlines())):
        mark, _, rest = text.partition(" ")
        if mark == "#":
            if dialogue:
                yield dialogue
            dialogue = Dialogue(rest)
            continue
        if dialogue is None:
            raise ValueError(f"before the first title: {text}")
        _read(dialogue, mark, rest)
    if dialogue:
        yield dialogue


def _read(dialogue: Dialogue, mark: str, rest: str) -> None:
    match mark:
        case "zone":
            dialogue.zone = rest
        case "now":
            dialogue.now = rest
        case "task":
            dialogue.tasks.append(rest)
        case ">":
            dialogue.lines.append(Line(rest.replace("\\n", "\n"), dialogue.now))
        case "=":
            line = dialogue.lines[-1]
            line.rows = [*(line.rows or []), *([rest] if rest != "none" else [])]
        case "~":
            dialogue.lines[-1].heard.append(rest)
        case "!":
            dialogue.lines[-1].unheard.append(rest)
        case _:
            raise ValueError(f"not a line of a dialogue: {mark} {rest}")


def play(dialogue: Dialogue, user: User, llm: LLM | None = None) -> None:
    """Say all lines over the real way of a turn; raises AssertionError at the first difference."""
    conversation, heard = Conversation(user=user), Heard(BUILT_IN)
    now = dialogue.lines[0].now
    with time_machine.travel(moment(now, dialogue.zone)) as traveller:
        for row in dialogue.tasks:
            make(user, row)
        before = rows(user)
        for line in dialogue.lines:
            if line.now != now:
                now = line.now
                traveller.move_to(moment(now, dialogue.zone))
                before = rows(user)  # what has rung meanwhile does not ring any more
            answer = say(conversation, user, line.said, llm or heard)
            expected = before if line.rows is None else line.rows
            before = rows(user)
            assert before == expected, f"{line.said!r} was answered: {answer}"
            _check_words(line, answer)
    assert_they_only_grow(heard.prompts)


def say(conversation: Conversation, user: User, text: str, llm: LLM = BUILT_IN) -> str:
    """One turn; the reply as it was saved."""
    turn = turns.open_turn(conversation, partial(conversation.begin_turn, text))
    list(turns.answer(turn, user, llm))
    assert turn.status == "completed", turn.error_detail
    assert turn.warning == ""
    conversation.refresh_from_db()
    return turn.reply.content


def _check_words(line: Line, answer: str) -> None:
    for words in line.heard:
        assert words.lower() in answer.lower(), f"{line.said!r} was answered: {answer}"
    for words in line.unheard:
        assert words.lower() not in answer.lower(), f"{line.said!r} was answered: {answer}"


def moment(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def make(user: User, row: str) -> None:
    title, *facts = map(str.strip, row.split("|"))
    task = Task.add(user, Origin("api"), title=title, **_fields(facts), **_place(user, facts))
    if "done" in facts:
        task.complete(Origin("api"))


def _fields(facts: list[str]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for fact in facts:
        if fact[:2] == "20":
            day, _, at = fact.partition(" ")
            fields["due_date"] = date.fromisoformat(day)
            fields["due_time"] = time.fromisoformat(at) if at else None
        elif fact in ("low", "medium", "high"):
            fields["priority"] = fact
        elif fact.startswith("note: "):
            fields["notes"] = fact.removeprefix("note: ")
        elif fact.startswith("every ") or " after it is done" in fact:
            fields["repeats"] = Repeat.read({"words": fact})
        elif fact.startswith("remind: "):
            said = fact.removeprefix("remind: ").split(", ")
            fields["reminders"] = [{"words": words} for words in said]
    return fields


def _place(user: User, facts: list[str]) -> dict[str, Any]:
    place: dict[str, Any] = {}
    for fact in facts:
        if fact.startswith("in: "):
            place["list"] = list_of(user, fact.removeprefix("in: "))
        elif fact.startswith("of: "):
            place["parent"] = Task.objects.get(user=user, title=fact.removeprefix("of: "))
        elif fact.startswith("#"):
            place["tags"] = [tag.removeprefix("#") for tag in fact.split()]
        elif fact.endswith(" min"):
            place["duration_minutes"] = int(fact.removesuffix(" min"))
    return place


def list_of(user: User, name: str) -> TaskList:
    """The user's list of that name, made if it is not there."""
    found = TaskList.objects.for_user(user).named(name).first()
    return found or TaskList.add(user, Origin("api"), name=name)


def rows(user: User) -> list[str]:
    """The tasks in the database, as a script tells them."""
    return list(rows_by_id(user).values())


def rows_by_id(user: User) -> dict[object, str]:
    tasks = Task.objects.filter(user=user).order_by("created_at", "id")
    tasks = tasks.select_related("list", "parent", "user")
    return {task.pk: _told(task) for task in tasks}


def _rings(task: Task) -> str:
    """When it is to ring, on the user's clock."""
    rows = (row for row in task.ringing.values() if row.status == "waiting" and row.rings_at)
    local = sorted(row.rings_at.astimezone(task.user.zone) for row in rows)
    return f"rings: {', '.join(f'{at:%Y-%m-%d %H:%M}' for at in local)}" if local else ""


def _told(task: Task) -> str:
    at = f" {task.due_time:%H:%M}" if task.due_time else ""
    facts = [
        task.title,
        f"{task.due_date}{at}" if task.due_date else "",
        task.priority if task.priority != "none" else "",
        task.repeat.words if task.repeat else "",
        "done" if task.completed else "",
        f"note: {task.notes}".replace("\n", " / ") if task.notes else "",
        f"in: {task.list.name}" if task.list else "",
        " ".join(f"#{tag}" for tag in task.tags),
        f"{task.duration_minutes} min" if task.duration_minutes else "",
        f"of: {task.parent}" if task.parent else "",
        _rings(task),
        "deleted" if task.deleted_at else "",
    ]
    return " | ".join(filter(None, facts))
