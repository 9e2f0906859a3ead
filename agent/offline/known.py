"""What the assistant knows of the tasks from the conversation alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from agent import tools
from agent.offline.intents import Question
from agent.offline.talk import Call, Turn
from agent.tools import TOOLS


@dataclass(frozen=True, slots=True)
class Ring:
    """A reminder of a task as a result told it; ``at`` is the user's local time, without a zone."""

    words: str
    at: datetime | None = None
    """None: it does not ring, or has been answered."""
    quiet: bool = False
    """Whether it rings later than was asked for, when quiet hours end."""

    @classmethod
    def read(cls, told: Any) -> "Ring":
        at = told.get("rings", told.get("rang")) if isinstance(told, dict) else None
        words = str(told.get("words", "")) if isinstance(told, dict) else ""
        return cls(words, datetime.fromisoformat(at) if at else None, "after" in told)


@dataclass(frozen=True, slots=True)
class KnownTask:
    """A task as the latest tool result told it."""

    id: str
    title: str
    notes: str = ""
    due_date: date | None = None
    due_time: time | None = None
    priority: str = "none"
    completed: bool = False
    deleted: bool = False
    repeats: str = ""
    """The words of its rule."""
    next: "KnownTask | None" = None
    """What follows it, told when it was done."""
    minutes: int = 0
    tags: tuple[str, ...] = ()
    in_list: str = ""
    parent: str = ""
    """The title of the task that it is a step of."""
    reminders: tuple[Ring, ...] = ()
    foreign: bool = False
    """Whether words in it are not the user's own: then the server asks before most changes."""

    @classmethod
    def read(cls, summary: dict[str, Any], *, deleted: bool = False) -> "KnownTask":
        day, at = summary.get("due_date"), summary.get("due_time")
        following = summary.get("next") or {}
        return cls(
            id=summary["id"],
            title=" ".join(summary["title"].split()),
            notes=summary.get("notes", ""),
            due_date=date.fromisoformat(day) if day else None,
            due_time=time.fromisoformat(at) if at else None,
            priority=summary.get("priority", "none"),
            completed=summary.get("completed", False),
            deleted=deleted or summary.get("deleted", False),
            repeats=summary.get("repeats", ""),
            next=cls.read(following) if _is_summary(following) else None,
            minutes=summary.get("duration_minutes", 0),
            tags=tuple(summary.get("tags", ())),
            in_list=summary.get("list", ""),
            parent=summary.get("parent", {}).get("title", ""),
            reminders=tuple(map(Ring.read, summary.get("reminders", ()))),
            foreign=summary.get("foreign", False),
        )

    def has_rung(self, now: datetime) -> bool:
        """Whether one of its reminders has, and nobody answered."""
        local = now.replace(tzinfo=None)
        return any(ring.at is not None and ring.at <= local for ring in self.reminders)


Tasks = tuple[KnownTask, ...]


def tasks_of(call: Call) -> Tasks:
    """The tasks that the result of a call tells about, in its order."""
    result = call.result
    if call.name not in TOOLS:  # another model may have been given more
        return ()
    one = result.get("deleted", result.get("task"))
    told = result.get("tasks") if one is None else one if isinstance(one, list) else [one]
    if isinstance(undone := result.get("undone"), list):
        told = [each.get("task") for each in undone if isinstance(each, dict)]
    summaries = filter(_is_summary, told if isinstance(told, list) else [])
    gone = "deleted" in result
    return tuple(KnownTask.read(summary, deleted=gone) for summary in summaries)


def has_changed(call: Call) -> bool:
    return call.name in TOOLS and not call.error and tools.has_changed(call.name, call.result)


def _is_summary(value: Any) -> bool:
    """Whether a result, which may be of another day or spoilt, tells about a task here."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("id"), str) and isinstance(value.get("title"), str)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in words, and what the words leave behind for the next message."""

    words: str
    focus: Tasks = ()
    """What "it" and "them" mean from now on."""
    shown: Tasks | None = None
    """The numbered list that was shown, if one was."""
    asks: Question | None = None
    keeps_focus: bool = False
    """For words that are not about tasks: "it" means what it meant before."""


@dataclass(frozen=True, slots=True)
class Known:
    """The state of the conversation before a message."""

    tasks: dict[str, KnownTask] = field(default_factory=dict)
    focus: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    asked: Question | None = None
    done: tuple[Call, ...] = ()
    """The successful changes of the last turn that made any."""
    listed: Call | None = None
    """The last list that was looked up."""
    replies: tuple[str, ...] = ()
    """All that the assistant has said."""
    at: datetime | None = None
    """When the user said the last thing."""

    def of(self, ids: Iterable[str]) -> Tasks:
        return tuple(self.tasks[id] for id in ids)

    def learn(self, turn: Turn) -> "Known":
        """With the tasks as the results tell them, the changes that were made, and the reply."""
        tasks, done, listed = dict(self.tasks), [], self.listed
        for call in turn.calls:
            told = tasks_of(call)
            tasks |= {task.id: task for task in told}
            tasks |= {task.next.id: task.next for task in told if task.next}
            if has_changed(call):
                done.append(call)
            if call.name == "list_tasks" and not call.error:
                listed = call
        replies = (*self.replies, turn.reply)
        done_last = tuple(done) or self.done
        return replace(
            self, tasks=tasks, done=done_last, listed=listed, replies=replies, at=turn.at
        )

    def after(self, reply: Reply) -> "Known":
        """With what the reply leaves behind."""
        shown = self.shown if reply.shown is None else tuple(task.id for task in reply.shown)
        focus = self.focus if reply.keeps_focus else tuple(task.id for task in reply.focus)
        tasks = self.tasks | {task.id: task for task in (*reply.focus, *(reply.shown or ()))}
        return replace(self, tasks=tasks, focus=focus, shown=shown, asked=reply.asks)

    def has_said(self, words: str) -> bool:
        return any(words in reply for reply in self.replies)
