"""What became of a task, in words: each change, by which door, and the words that made it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_date
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.keys import Key
from accounts.models import User
from chat.pages.days import due_words, length_words
from conversations.models import Conversation, ToolCall
from todos.models import ChangeKind, Priority, Task, TaskChange, TaskList
from todos.reminding import words_of
from todos.repeating import Repeat

CHANGES = 50
QUOTED = 120
"""Characters of a title or of notes that are told."""
NOTHING = gettext_lazy("nothing")
KINDS = {
    ChangeKind.CREATED: gettext_lazy("Added"),
    ChangeKind.UPDATED: gettext_lazy("Changed"),
    ChangeKind.COMPLETED: gettext_lazy("Completed"),
    ChangeKind.REOPENED: gettext_lazy("Reopened"),
    ChangeKind.DELETED: gettext_lazy("Deleted"),
    ChangeKind.RESTORED: gettext_lazy("Restored"),
    ChangeKind.UNDONE: gettext_lazy("Undone"),
}
DOORS = {
    "page": gettext_lazy("by you, on this page"),
    "chat": gettext_lazy("by the assistant"),
    "api": gettext_lazy("over the API"),
    "mcp": gettext_lazy("by another assistant"),
    "admin": gettext_lazy("by an administrator"),
    "import": gettext_lazy("out of a file"),
}

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One change; ``words`` is the address of the words that made it, blank where none did."""

    change: TaskChange
    kind: str
    details: list[str]
    door: str
    words: str
    can_be_undone: bool


def history(task: Task, user: User) -> list[Line]:
    """The latest changes, newest first; at most 5 queries."""
    changes = list(task.changes.newest_first()[:CHANGES])
    addresses = _addresses(changes, user)
    clients = Key.objects.for_user(user).names(change.key for change in changes)
    today, names = user.local_now().date(), _names(changes, user)
    return [
        Line(
            change,
            kind=str(KINDS[ChangeKind(change.kind)]),
            details=list(_details(change, today, names)),
            door=_door(change, clients),
            words=addresses.get(change.tool_call_id) or addresses.get(change.conversation_id, ""),
            can_be_undone=not change.undone and change.has_left(task),
        )
        for change in changes
    ]


def _door(change: TaskChange, clients: Mapping[UUID | None, str]) -> str:
    """And the client, where one came with a key."""
    door = str(DOORS.get(change.source, change.source))
    if change.key not in clients:
        return door
    client = clients[change.key]
    if change.source in ("api", "mcp"):
        return _("by %(client)s") % {"client": client}
    return _("%(door)s, asked by %(client)s") % {"door": door, "client": client}


def _addresses(changes: Iterable[TaskChange], user: User) -> dict[UUID | None, str]:
    """By tool calls the message that was answered by them, and by conversations these, if kept."""
    calls = {change.tool_call_id for change in changes if change.tool_call_id}
    asked = {change.conversation_id for change in changes if change.conversation_id}
    if not asked:
        return {}
    made = ToolCall.objects.for_user(user).filter(pk__in=calls, turn__messages__role="user")
    said = made.values_list("pk", "turn__conversation", "turn__messages")
    kept = set(
        Conversation.objects.for_user(user).filter(pk__in=asked).values_list("pk", flat=True)
    )
    addresses: dict[UUID | None, str] = {key: f"/c/{key}/" for key in kept}
    for call, conversation, message in said:
        if conversation in kept:
            addresses[call] = f"/c/{conversation}/#message-{message}"
    return addresses


def _names(changes: Iterable[TaskChange], user: User) -> dict[str, str]:
    """Of the lists, and of the tasks whose step it was, that the changes name; by their ids."""
    named = {name: set[str]() for name in ("list", "parent")}
    for change in changes:
        for fields in (change.before, change.after):
            for name, keys in named.items():
                keys |= {fields[name]} if fields.get(name) else set()
    lists = TaskList.objects.with_deleted_for_user(user).filter(pk__in=named["list"])
    tasks = Task.objects.with_deleted_for_user(user).filter(pk__in=named["parent"])
    found = [*(lists.values_list("pk", "name") if named["list"] else ())]
    found += tasks.values_list("pk", "title") if named["parent"] else ()
    return {str(key): name for key, name in found}


def _details(change: TaskChange, today: date, names: dict[str, str]) -> Iterator[str]:
    """Each field that changed, from what to what; of what is new what it has."""
    is_new = change.kind == ChangeKind.CREATED
    for name, (label, words) in _fields(today, names).items():
        if name not in change.after:
            continue
        became = words(change.after[name])
        if not is_new:
            was = words(change.before.get(name))
            yield _("%(field)s: %(was)s → %(became)s") % {
                "field": label,
                "was": was or NOTHING,
                "became": became or NOTHING,
            }
        elif became:
            yield _("%(field)s: %(became)s") % {"field": label, "became": became}
    if change.kind == ChangeKind.UNDONE:
        yield from _states(change.after)


def _states(after: Fields) -> Iterator[str]:
    """What an undoing made of the whole task."""
    if "completed_at" in after:
        yield _("It is done") if after["completed_at"] else _("It is open")
    if "deleted_at" in after:
        yield _("It is deleted") if after["deleted_at"] else _("It is back")


def _fields(today: date, names: dict[str, str]) -> dict[str, tuple[Any, Callable[[Any], str]]]:
    """How each field is called, and its values are told; blank: not set."""

    def quoted(text: str | None) -> str:
        return f"“{Truncator(text).chars(QUOTED)}”" if text else ""

    def day(text: str | None) -> str:
        found = parse_date(text) if text else None
        return due_words(found, None, today) if found else ""

    def level(name: str | None) -> str:
        return "" if name in (None, Priority.NONE) else str(Priority(name).label)

    def row(key: str | None) -> str:
        return quoted(names.get(key or ""))

    return {
        "title": (_("Title"), quoted),
        "due_date": (_("Day"), day),
        "due_time": (_("Time"), lambda text: text or ""),
        "priority": (
            _("Priority"),
            lambda name: "" if name in (None, "none") else str(Priority(name).label),
        ),
        "list": (_("List"), row),
        "parent": (_("Step of"), row),
        "tags": (_("Tags"), lambda tags: " ".join(f"#{tag}" for tag in tags or ())),
        "duration_minutes": (_("Length"), lambda number: length_words(number) if number else ""),
        "reminders": (_("Reminders"), lambda specs: ", ".join(map(words_of, specs or ()))),
        "repeats": (_("Repeats"), lambda rule: Repeat.read(rule).words if rule else ""),
        "notes": (_("Notes"), quoted),
    }
