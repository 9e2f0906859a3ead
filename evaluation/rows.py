"""Tasks as a case tells them, and whether a row in the database is the one that is told."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from accounts.models import User
from todos.models import Origin, Priority, Task

LITTLE_WORDS = frozenset({"a", "an", "the", "my", "some", "our"})
QUOTES = str.maketrans("“”„«»‘’`", '"""""\'\'\'')
PRIORITIES = frozenset(Priority.values) - {Priority.NONE}


@dataclass(frozen=True, slots=True)
class Row:
    """A task as it is told: ``Buy milk | 2026-11-22 17:00 | high | done | note: of oats``.

    ``Phone Bob // Call Bob`` are titles that are equally right; ``~dentist invoice`` is any title
    that has these words, and ``~`` any at all. Notes are lines that `` / `` parts, or ``~words``.
    ``rings: 2026-11-22 08:00, 2026-11-22 17:00`` is when it will, and free where not told.
    """

    titles: tuple[str, ...]
    has_words: bool = False
    due_date: date | None = None
    due_time: time | None = None
    priority: str = Priority.NONE
    notes: tuple[str, ...] = ()
    done: bool = False
    deleted: bool = False
    rings: tuple[datetime, ...] = ()
    """On the user's clock, in their order."""
    facts: int = field(default=0, compare=False)

    @classmethod
    def read(cls, text: str) -> "Row":
        """Raises ValueError, which names what is wrong."""
        title, *facts = map(str.strip, text.split(" | "))
        if not title:
            raise ValueError("a row begins with its title")
        has_words = title.startswith("~")
        row = cls(tuple(map(str.strip, title.removeprefix("~").split(" // "))), has_words)
        for fact in facts:
            row = row._with(fact)
        return replace(row, facts=len(facts))

    def _with(self, fact: str) -> "Row":
        if fact in PRIORITIES:
            return replace(self, priority=fact)
        if fact == "done":
            return replace(self, done=True)
        if fact == "deleted":
            return replace(self, deleted=True)
        if fact.startswith("note: "):
            notes = fact.removeprefix("note: ").split(" / ")
            return replace(self, notes=tuple(map(str.strip, notes)))
        day, _, hour = fact.partition(" ")
        try:
            if fact.startswith("rings: "):
                moments = fact.removeprefix("rings: ").split(", ")
                return replace(self, rings=tuple(map(datetime.fromisoformat, moments)))
            due_time = time.fromisoformat(hour) if hour else None
            return replace(self, due_date=date.fromisoformat(day), due_time=due_time)
        except ValueError:
            kinds = "a day, a day and a time, a priority, done, deleted, rings: … or note: …"
            raise ValueError(f"“{fact}” is not {kinds}") from None

    def is_titled(self, title: str, *, exactly: bool = False) -> bool:
        """By meaning: case, spaces, articles and the shape of quotes make no difference."""
        if exactly:
            return title in self.titles
        if self.has_words:
            said = plain(title)
            return any(all(w in said for w in plain(words).split()) for words in self.titles)
        return plain(title) in map(plain, self.titles)

    def is_kept_as(self, task: Task, *, exactly: bool = False, new: bool = False) -> bool:
        """Whether ``task`` is this row; what a ``new`` one notes on its own account is free."""
        if self.deleted or task.deleted_at:
            return self.deleted and task.deleted_at is not None
        facts = (task.due_date, task.due_time, task.priority, task.completed)
        return (
            facts == (self.due_date, self.due_time, self.priority, self.done)
            and self.is_titled(task.title, exactly=exactly)
            and (not self.rings or self.rings == rings_of(task))
            and self._is_noted(task.notes, new=new)
        )

    def _is_noted(self, notes: str, *, new: bool) -> bool:
        lines = [line for line in notes.splitlines() if line.strip()]
        is_partial = new or any(piece.startswith("~") for piece in self.notes)
        if len(lines) > len(self.notes) and not is_partial:
            return False
        said = plain(notes)
        return all(
            all(word in said for word in plain(piece[1:]).split())
            if piece.startswith("~")
            else plain(piece) in said
            for piece in self.notes
        )

    def make(self, user: User) -> None:
        """As the user would have made it on the page."""
        task = Task.add(
            user,
            Origin("page"),
            title=self.titles[0],
            notes="\n".join(self.notes),
            due_date=self.due_date,
            due_time=self.due_time,
            priority=self.priority,
            reminders=[{"at": moment.isoformat()} for moment in self.rings],
        )
        if self.done:
            task.complete(Origin("page"))
        if self.deleted:
            task.remove(Origin("page"))


def plain(text: str) -> str:
    """Words as they are compared: of one case and spacing, without articles and end marks."""
    folded = unicodedata.normalize("NFKC", text).translate(QUOTES).casefold()
    words = [word for word in folded.split() if word not in LITTLE_WORDS]
    return re.sub(r"[\s.!?\"']+$|^[\s\"']+", "", " ".join(words)) or folded.strip()


def rings_of(task: Task) -> tuple[datetime, ...]:
    """When it will ring, on the user's clock."""
    rings = (row.rings_at for row in task.ringing.values() if row.status == "waiting")
    local = (at.astimezone(task.user.zone).replace(tzinfo=None) for at in rings if at)
    return tuple(sorted(local))


def told(task: Task) -> str:
    """A row of the database in the words of a case."""
    at = f" {task.due_time:%H:%M}" if task.due_time else ""
    rings = ", ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in rings_of(task))
    facts = [
        task.title,
        f"{task.due_date}{at}" if task.due_date else "",
        task.priority if task.priority != Priority.NONE else "",
        f"note: {task.notes}".replace("\n", " / ") if task.notes else "",
        "done" if task.completed else "",
        f"rings: {rings}" if rings else "",
        "deleted" if task.deleted_at else "",
    ]
    return " | ".join(filter(None, facts))


def as_row(task: Task) -> Row:
    """The row that ``task`` is now."""
    return Row(
        titles=(task.title,),
        due_date=task.due_date,
        due_time=task.due_time,
        priority=task.priority,
        notes=tuple(task.notes.split("\n")) if task.notes else (),
        done=task.completed,
        deleted=task.deleted_at is not None,
    )
