"""Models whose score on a case is known, each a function of the prompt as a real model gets it.

``Player`` plays one in the process, ``served`` behind HTTP.
"""

import json
from collections.abc import Callable, Generator
from datetime import date, time
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from agent.events import TextDelta
from agent.llm import Message, Response, ToolRequest, wait_on
from evaluation.cases import Case, Change
from evaluation.cases import Message as Said
from evaluation.earlier import ON_IDS
from evaluation.verdict import Shelf
from tests.fakes import Answer, call
from tests.fakes.answers import asks, says
from todos.models import Task

Plays = Callable[[list[Message]], str | list[ToolRequest]]
"""What it says, or what it asks for."""


class Player:
    """A language model in the process."""

    model = "player"

    def __init__(self, plays: Plays) -> None:
        self._plays = plays

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        said = self._plays(messages)
        if isinstance(said, list):
            return Response("", said, "tool_calls", self.model)
        yield TextDelta(said)
        return Response(said, model=self.model)


def served(plays: Plays) -> Callable[[dict[str, Any]], Answer]:
    """For ``ScriptedServer(answer_of=…)``."""

    def answer_of(body: dict[str, Any]) -> Answer:
        said = plays(body["messages"])
        return asks(*said) if isinstance(said, list) else says(said)

    return answer_of


def idle(messages: list[Message]) -> str:
    """Does nothing at all."""
    return "Hm."


def reads(messages: list[Message]) -> str | list[ToolRequest]:
    """Looks at all there is, and changes nothing."""
    return "I see." if answers_since(messages) else LOOKS


LOOKS = [
    call("list_tasks", status=status, ordering="created_at", offset=offset)
    for status, offset in (("all", 0), ("all", 50), ("deleted", 0))
]


def perfect(case: Case) -> Plays:
    """Looks, does what the case expects, and says what it has to say."""
    return lambda messages: right(case, messages)


def right(case: Case, messages: list[Message]) -> str | list[ToolRequest]:
    said = asked(case, messages)
    answers = answers_since(messages)
    if not answers:
        return LOOKS
    calls = _calls(said.outcomes[0], _shelf(answers[: len(LOOKS)]), exactly=case.exact)
    if len(answers) == len(LOOKS) and calls:
        return calls
    return " ".join(words[0] for words in said.words) or "There."


def asked(case: Case, messages: list[Message]) -> Said:
    """The message of the case that is to be answered now."""
    newest = [message for message in messages if message["role"] == "user"][-1]["content"]
    return next(said for said in reversed(case.asked) if newest.endswith(said.text))


def answers_since(messages: list[Message]) -> list[dict[str, Any]]:
    """The results of the tools since the user spoke last."""
    last = max(place for place, each in enumerate(messages) if each["role"] == "user")
    return [json.loads(each["content"]) for each in messages[last:] if each["role"] == "tool"]


def _shelf(answers: list[dict[str, Any]]) -> Shelf:
    """The tasks as tool results tell them, each under the id that a tool takes."""
    tasks: dict[Any, Any] = {}
    for told in [task for answer in answers for task in answer["tasks"]]:
        tasks[told["id"]] = SimpleNamespace(
            pk=told["id"],
            title=told["title"],
            notes=told.get("notes", ""),
            due_date=_read(date, told.get("due_date")),
            due_time=_read(time, told.get("due_time")),
            priority=told.get("priority", "none"),
            completed=told.get("completed", False),
            deleted_at=told.get("deleted") or None,
        )
    return Shelf(tasks, frozenset())


def _read(kind: Any, text: str | None) -> Any:
    return kind.fromisoformat(text) if text else None


def _calls(outcome: list[Change], shelf: Shelf, *, exactly: bool) -> list[ToolRequest]:
    """One for all rows of a kind that stand together."""
    items = [_item(change, shelf, exactly) for change in outcome if change.kind != "same"]
    calls = []
    for tool, group in groupby(items, key=lambda item: item[0]):
        several = "task_ids" if tool in ON_IDS.values() else "tasks"
        calls.append(call(tool, **{several: [item for _, item in group]}))
    return calls


def _item(change: Change, shelf: Shelf, exactly: bool) -> tuple[str, Any]:
    task: Task | None = change.which and shelf.find(change.which, exactly=exactly)
    if change.which and task is None:
        raise AssertionError(f"no one row is {change.which.titles[0]}")
    if change.row is None:
        assert task is not None
        return ON_IDS[change.kind], str(task.pk)
    title, notes = change.row.titles[0] or "Something", "\n".join(change.row.notes)
    fields = _fields(change.row, title, notes)
    rings = [moment.isoformat() for moment in change.row.rings]
    reminders = {"reminders": rings} if rings else {}
    if task is None:
        return "create_task", fields | reminders
    before = _fields(task, task.title, task.notes)
    changed = {name: value for name, value in fields.items() if value != before[name]}
    return "update_task", {"task_id": str(task.pk), **changed, **reminders}


def _fields(row: Any, title: str, notes: str) -> dict[str, Any]:
    return {
        "title": title,
        "notes": notes,
        "due_date": row.due_date and row.due_date.isoformat(),
        "due_time": row.due_time and row.due_time.isoformat("minutes"),
        "priority": row.priority,
    }
