"""Tables of tasks: our own, and those of others, by what their columns are called."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import BinaryIO

from todos.models import Task
from todos.reminding import Reminding
from todos.repeating import Repeat
from todos.rules import RuleBroken
from transfer.encodings import head_of
from transfer.incoming import Entry, FileBroken, Incoming, Skipped, lost
from transfer.moments import local, read_moment, read_stamp, read_words
from transfer.tables import as_meant, header_of, line_of, rows_of

TITLE = "CSV (a table with a column “title”)"
COLUMNS = (
    *("title", "notes", "due_date", "due_time", "priority", "list", "tags", "repeats"),
    *("duration_minutes", "reminders", "parent", "completed_at", "created_at", "id"),
)
NAMES = {
    "title": ("title", "name", "task", "task name", "content", "subject", "summary", "todo"),
    "notes": ("notes", "note", "description", "details", "comment", "comments"),
    "due_date": ("due_date", "due date", "due", "date", "deadline", "day"),
    "due_time": ("due_time", "due time", "time"),
    "priority": ("priority", "importance"),
    "list": ("list", "list name", "project", "folder", "category"),
    "tags": ("tags", "tag", "labels", "label", "categories"),
    "repeats": ("repeats", "repeat", "recurrence"),
    "duration_minutes": ("duration_minutes", "duration", "minutes"),
    "reminders": ("reminders", "reminder"),
    "parent": ("parent", "parentid", "parent id"),
    "completed": ("completed", "done", "status"),
    "completed_at": ("completed_at", "completed at", "date completed", "completed time"),
    "created_at": ("created_at", "created at", "created", "created time"),
    "id": ("id", "taskid", "task id"),
}
DONE = {"true", "yes", "done", "completed", "complete", "x", "1", "2", "✓", "✔"}
PRIORITIES = {"1": "low", "3": "medium", "5": "high", "urgent": "high", "normal": "none"}


def recognizes(head: str) -> bool:
    return bool(set(NAMES["title"]) & set(header_of(head)))


def read(file: BinaryIO, now: datetime) -> Iterator[Entry]:
    """Raises FileBroken where no column is a title."""
    head = head_of(file)
    header = header_of(head)
    columns = _columns(header)
    if "title" not in columns:
        raise FileBroken(1, "No column is called “title”.")
    for name in header:
        if name and name not in columns.values():
            yield Skipped(1, f"The column “{name[:60]}” is not kept.")
    for line, row in rows_of(file, head):
        cells = {name: as_meant(row.get(of, "")) for name, of in columns.items()}
        yield from _read_row(line, cells, now)


def _columns(header: list[str]) -> dict[str, str]:
    """What is read out of which: each column once."""
    columns: dict[str, str] = {}
    for name, names in NAMES.items():
        for each in names:
            if each in header and each not in columns.values():
                columns.setdefault(name, each)
    return columns


def _read_row(line: int, row: dict[str, str], now: datetime) -> Iterator[Entry]:
    title = row["title"]
    told: list[str] = []
    day, at, repeats = _when(row, now, told)
    done_at = read_moment(row.get("completed_at", ""), now)
    is_done = done_at or row.get("completed", "").strip().lower() in DONE
    priority = row.get("priority", "").strip().lower()
    minutes = row.get("duration_minutes", "").strip()
    is_number = minutes.isdecimal() and len(minutes) <= 5
    if minutes and not is_number:
        told.append(f"comes without its duration: “{minutes[:60]}” is no number of minutes.")
    yield Incoming(
        line=line,
        title=title,
        notes=row.get("notes", ""),
        due_date=day,
        due_time=at,
        priority=PRIORITIES.get(priority, priority),
        list=row.get("list", ""),
        tags=tuple(row.get("tags", "").replace(",", " ").replace(";", " ").split()),
        key=row.get("id", "").strip(),
        parent=row.get("parent", "").strip(),
        completed_at=(done_at or now) if is_done else None,
        created_at=read_moment(row.get("created_at", ""), now),
        repeats=repeats,
        duration_minutes=int(minutes) if is_number else None,
        reminders=tuple({"words": w} for w in row.get("reminders", "").split(";") if w.strip()),
    )
    for why in told:
        yield lost(line, title, why)


def _when(
    row: dict[str, str], now: datetime, told: list[str]
) -> tuple[date | None, time | None, Repeat | None]:
    """And what of it cannot be kept, in sentences that begin with the task."""
    said, clock = row.get("due_date", "").strip(), row.get("due_time", "").strip()
    day, at, repeats = None, None, _rule(row.get("repeats", "").strip(), told)
    if said:
        try:
            stamp = read_stamp(said)
            if isinstance(stamp, datetime):
                day, at = local(stamp, now) if stamp.tzinfo else (stamp.date(), stamp.time())
            else:
                day = stamp
        except ValueError:
            words = read_words(said, now)
            if words is None:
                told.append(f"comes without its day: “{said[:60]}” is not understood.")
            else:
                day, at, repeats = words.when.day, words.when.at, repeats or words.repeat
    if clock:
        try:
            at = time.fromisoformat(clock).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            told.append(f"comes without its time: “{clock[:60]}” is none.")
    return day, at, repeats


def _rule(words: str, told: list[str]) -> Repeat | None:
    if not words:
        return None
    try:
        return Repeat.read({"words": words})
    except RuleBroken:
        told.append(f"comes once: the rule “{words[:60]}” is not understood.")
        return None


def head() -> str:
    """With the mark by which spreadsheets know UTF-8."""
    return "\ufeff" + line_of(COLUMNS)


def write(task: Task, list_name: str) -> str:
    repeat = task.repeat
    return line_of(
        [
            task.title,
            task.notes,
            str(task.due_date or ""),
            f"{task.due_time:%H:%M}" if task.due_time else "",
            "" if task.priority == "none" else task.priority,
            list_name,
            " ".join(task.tags),
            repeat.words if repeat else "",
            str(task.duration_minutes or ""),
            "; ".join(Reminding.of(spec).words for spec in task.reminders),
            str(task.parent_id or ""),
            task.completed_at.isoformat() if task.completed_at else "",
            task.created_at.isoformat(),
            str(task.pk),
        ]
    )
