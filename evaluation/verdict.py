"""Whether a message was answered rightly, as the rows and their journal tell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from accounts.models import User
from evaluation.cases import Change, Message
from evaluation.rows import Row, as_row, told
from todos.models import Task, TaskChange


@dataclass(frozen=True, slots=True)
class Shelf:
    """All rows of a user at a moment, deleted ones too, and the ids of their changes so far."""

    tasks: dict[UUID, Task]
    changes: frozenset[UUID]

    @classmethod
    def of(cls, user: User) -> Self:
        tasks = Task.objects.with_deleted_for_user(user).in_order("created_at")
        changes = TaskChange.objects.for_user(user).values_list("pk", flat=True)
        return cls({task.pk: task for task in tasks}, frozenset(changes))

    def find(self, which: Row, *, exactly: bool) -> Task | None:
        """The one row that is meant; where several have the title, by all of the facts."""
        named = [
            task for task in self.tasks.values() if which.is_titled(task.title, exactly=exactly)
        ]
        if which.facts:
            named = [task for task in named if which.is_kept_as(task, exactly=exactly)]
        kept = [task for task in named if not task.deleted_at] or named
        return kept[0] if len(kept) == 1 else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``wrong_write``: a row was written that nobody has asked to; ``why`` it is not right."""

    passed: bool
    wrong_write: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Expected:
    """One outcome, by the rows that were there: what becomes of which, and what is new."""

    kept: dict[UUID, Row]
    new: list[Row]


def judge(message: Message, before: Shelf, user: User, answer: str, *, exactly: bool) -> Verdict:
    """``before`` is the shelf as it was when the message was sent."""
    after = Shelf.of(user)
    expected = [_expected(outcome, before, exactly) for outcome in message.outcomes]
    may_change = {id for outcome in expected if outcome for id in outcome.kept}
    most_new = max(len(outcome.new) if outcome else 0 for outcome in expected)
    written = _written(user, before, after)
    strays = [told(after.tasks[id]) for id in written if id not in may_change]
    made = [task for id, task in after.tasks.items() if id not in before.tasks]
    kept = [task for task in made if not task.deleted_at or not most_new]
    if strays or len(kept) > most_new:
        unasked = strays or [told(task) for task in kept]
        return Verdict(False, True, _sentence("written without being asked", unasked))
    faults = [_fault(outcome, after, kept, written, exactly) for outcome in expected]
    if all(faults):
        return Verdict(False, False, faults[0])
    return _spoken(message, answer)


def _expected(outcome: list[Change], before: Shelf, exactly: bool) -> _Expected | None:
    """None where a row that it is about is not there, or is not the only one."""
    expected = _Expected({}, [])
    for change in outcome:
        if change.kind == "new" and change.row:
            expected.new.append(change.row)
        elif change.which:
            task = before.find(change.which, exactly=exactly)
            if task is None:
                return None
            row = expected.kept.get(task.pk) or as_row(task)
            expected.kept[task.pk] = change.row or BECOMES[change.kind](row)
    return expected


BECOMES: dict[str, Callable[[Row], Row]] = {
    "done": lambda row: replace(row, done=True),
    "open": lambda row: replace(row, done=False),
    "deleted": lambda row: replace(row, deleted=True),
    "restored": lambda row: replace(row, deleted=False),
}


def _written(user: User, before: Shelf, after: Shelf) -> set[UUID]:
    """The rows there were that the journal has a new line about, whatever they are now."""
    new = after.changes - before.changes
    lines = TaskChange.objects.for_user(user).in_bulk(list(new)).values()
    return {line.task_id for line in lines if line.task_id} & before.tasks.keys()


def _fault(
    expected: _Expected | None, after: Shelf, made: list[Task], written: set[UUID], exactly: bool
) -> str:
    """What of this outcome is not so; empty where all of it is."""
    if expected is None:
        return "a row that the message is about is not there any more"
    if strays := written - expected.kept.keys():
        return _sentence("written", [told(after.tasks[id]) for id in strays])
    for id, row in expected.kept.items():
        task = after.tasks[id]
        if not row.is_kept_as(task, exactly=exactly):
            return f"should be {_wanted(row)}, and is: {told(task)}"
    fits = [
        [row.is_kept_as(task, exactly=exactly, new=True) for task in made] for row in expected.new
    ]
    if len(made) != len(expected.new) or not _pair_up(fits):
        wanted = [_wanted(row) for row in expected.new] or ["nothing"]
        made_instead = [told(task) for task in made] or ["nothing"]
        return f"{_sentence('new should be', wanted)}; {_sentence('is', made_instead)}"
    return ""


def _pair_up(fits: Sequence[Sequence[bool]]) -> bool:
    """Whether each line can have a column of its own that fits it (augmenting paths)."""
    taken: dict[int, int] = {}

    def place(line: int, tried: set[int]) -> bool:
        for column, fit in enumerate(fits[line]):
            if fit and column not in tried:
                tried.add(column)
                if column not in taken or place(taken[column], tried):
                    taken[column] = line
                    return True
        return False

    return all(place(line, set()) for line in range(len(fits)))


def _spoken(message: Message, answer: str) -> Verdict:
    for words in message.words:
        if not any(word.casefold() in answer.casefold() for word in words):
            return Verdict(False, False, f"the answer does not say {' or '.join(words)}")
    return Verdict(True)


def _wanted(row: Row) -> str:
    facts = [
        f"any title with {row.titles[0]}" if row.has_words else " // ".join(row.titles),
        str(row.due_date or ""),
        f"{row.due_time:%H:%M}" if row.due_time else "",
        row.priority if row.priority != "none" else "",
        f"note: {' / '.join(row.notes)}" if row.notes else "",
        "done" if row.done else "",
        "deleted" if row.deleted else "",
    ]
    return " | ".join(filter(None, facts))


def _sentence(what: str, rows: Iterable[str]) -> str:
    return f"{what}: {'; '.join(rows)}"
