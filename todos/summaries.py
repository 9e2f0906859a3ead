"""What a proposal would do, and what has come between, in words for a person."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from todos.batch import Operation
from todos.models.task import Task
from todos.reach import Reach
from todos.reminding import words_of
from todos.repeating import Repeat

VERBS = {
    "create": "Add",
    "update": "Change",
    "complete": "Complete",
    "reopen": "Reopen",
    "delete": "Delete",
    "restore": "Restore",
}
TOLD_TITLES = 5
TITLE_LENGTH = 60


def summary(reach: Reach, lists: dict[str, str]) -> str:
    """As “Delete 12 tasks: “A”, “B”, …”, without an end, so that it can become a question.

    ``lists`` has the names of those that tasks are moved into, by id.
    """
    operation = reach.operation
    lists = lists | operation.get("lists", {})
    titles = [quoted(task.title) for task in reach.named[:TOLD_TITLES]]
    more = ["…"] if len(reach.named) > TOLD_TITLES else []
    told = f": {', '.join(titles + more)}" if titles else ""
    if reach.lists:
        return _of_list(operation, _count(reach.named, "task")) + told
    steps = f" with {_count(reach.steps, 'step')}" if reach.steps else ""
    words = f"{VERBS[operation['do']]} {_count(reach.named, 'task')}{steps}"
    return f"{words}{_changes(operation, lists)}{told}"


def quoted(title: str) -> str:
    cut = title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1]}…"
    return f"“{cut}”"


def _count(things: Sequence[object], name: str) -> str:
    return f"1 {name}" if len(things) == 1 else f"{len(things)} {name}s"


def _of_list(operation: Operation, tasks: str) -> str:
    name, *into = map(quoted, operation["names"])
    if into:
        return f"Delete the list {name} and move its {tasks} into {into[0]}"
    if operation["tasks"] == "delete":
        return f"Delete the list {name} with its {tasks}"
    return f"Delete the list {name} and move its {tasks} to the Inbox"


def _changes(operation: Operation, lists: Mapping[str, str]) -> str:
    """What all tasks get, and which fields each gets for itself."""
    if operation["do"] != "update":
        return ""
    items = [{name: item[name] for name in item if name != "id"} for item in operation["tasks"]]
    names = sorted({name for item in items for name in item})
    told = []
    for name in names:
        is_common = all(name in item and item[name] == items[0][name] for item in items)
        told.append(_words(name, items[0][name], lists) if is_common else f"each its {_said(name)}")
    return f" ({', '.join(told)})" if told else ""


def _said(name: str) -> str:
    return name.replace("_", " ").removesuffix(" minutes")


def _words(name: str, value: Any, lists: Mapping[str, str]) -> str:
    if name == "list":
        return f"to the list {quoted(lists.get(value, '?'))}" if value else "to the Inbox"
    if name == "completed":
        return "done" if value else "open"
    if value in (None, "", [], "none"):
        return f"no {_said(name)}"
    if name == "repeats":
        return f"repeats {Repeat.read(value).words}"
    if name == "reminders":
        return f"reminders {', '.join(map(words_of, value))}"
    if name == "tags":
        return f"tags {', '.join(value)}"
    if name in ("notes", "append_notes", "parent"):
        return {"notes": "new notes", "append_notes": "more notes", "parent": "as steps"}[name]
    return f"{_said(name)} {value}"


def difference(
    operation: Operation, told: Iterable[dict[str, Any]], now: Mapping[UUID, Task], found: Reach
) -> str:
    """What has come since an operation was told with its tasks; ``now`` are these, by id."""
    sentences, known = [], set()
    for task in told:
        row = now.get(key := UUID(task["id"]))
        known.add(key)
        if row is None or row.version != task["version"]:
            sentences.append(f"{quoted(task['title'])} {_fate(task, row)}")
    new = [task for task in found.tasks if task.pk not in known]
    sentences += [f"{quoted(task.title)} is new in it" for task in new]
    names = zip(operation.get("names", ()), found.operation.get("names", ()), strict=True)
    sentences += [f"{quoted(old)} is now {quoted(new)}" for old, new in names if old != new]
    more = [f"and {len(sentences) - TOLD_TITLES} more"] if len(sentences) > TOLD_TITLES else []
    return "; ".join(sentences[:TOLD_TITLES] + more)


def _fate(told: dict[str, Any], row: Task | None) -> str:
    if row is None:
        return "is gone"
    if row.deleted_at:
        return "is deleted"
    if row.title != told["title"]:
        return f"is now {quoted(row.title)}"
    return "is done" if row.completed else "was changed"
