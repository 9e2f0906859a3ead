"""What the person may well answer to the last reply, each to be said with one click."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from agent.tools import has_changed
from chat.pages.cards import SPOILT
from conversations.models import ToolCall
from conversations.models.shown import AnyCall, AnyMessage

MOST = 5
SENTENCE_ENDS = re.compile(r"\n|(?<=[.!?])\s")
WHICH = re.compile(r"\b(?:which|what one|what task)\b", re.IGNORECASE)
OR = re.compile(r"\bor\b", re.IGNORECASE)
DATED = {"create_task", "update_task"}


@dataclass(frozen=True, slots=True)
class Chip:
    """``says`` is the message, in the language of the assistant."""

    words: str
    says: str


def chips(reply: AnyMessage, today: date) -> list[Chip]:
    try:
        return which_one(reply) or [*_tomorrow(reply.calls, today)]
    except SPOILT:
        return []


def which_one(reply: AnyMessage) -> list[Chip]:
    """The tasks of which the reply asks for one."""
    try:
        return [*_which(reply)]
    except SPOILT:
        return []


def _which(reply: AnyMessage) -> Iterator[Chip]:
    """Those of one title are told apart by their day."""
    asks = "?" in reply.content
    found = _candidates(reply) if asks else []
    if not 2 <= len(found) <= MOST:
        return
    titles = [task["title"] for task in found]
    for task in found:
        is_alone = titles.count(task["title"]) == 1
        said = task["title"] if is_alone else f"{task['title']}, {task.get('due_date', 'no date')}"
        yield Chip(said, said)


def _candidates(reply: AnyMessage) -> list[Any]:
    """As a tool told them, or as they were looked up and are named in the reply, in its order."""
    calls: Sequence[AnyCall] = reply.calls
    for call in reversed(calls):
        if "candidates" in call.result:
            return list(call.result["candidates"])
        if has_changed(call.name, call.result) and call.status == ToolCall.Status.SUCCEEDED:
            return []
    looked_up = [call.result["tasks"] for call in calls if call.name == "list_tasks"]
    named = [task for task in (looked_up or [[]])[-1] if task["title"] in reply.content]
    return named if _asks_for_one(reply.content, named) else []


def _asks_for_one(text: str, named: list[Any]) -> bool:
    """“Which one?”, “Ann or Bob?”; but not “Shall I?” of all that it names."""
    titles = [task["title"] for task in named]
    questions = [sentence for sentence in SENTENCE_ENDS.split(text) if "?" in sentence]
    return any(
        WHICH.search(question)
        or (OR.search(question) and any(title in question for title in titles))
        for question in questions
    )


def _tomorrow(calls: Sequence[AnyCall], today: date) -> Iterator[Chip]:
    """Where it has made or moved one task with another day."""
    done = [
        call
        for call in calls
        if call.status == ToolCall.Status.SUCCEEDED and has_changed(call.name, call.result)
    ]
    if len(done) != 1 or done[0].undone or done[0].name not in DATED:
        return
    task, tomorrow = done[0].result.get("task"), (today + timedelta(days=1)).isoformat()
    if task and task.get("due_date", tomorrow) != tomorrow and "due_date" in done[0].arguments:
        yield Chip(_("Tomorrow instead"), "Move it to tomorrow")
