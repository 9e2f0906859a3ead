"""Tables: what a spreadsheet or a Markdown page gives when it is copied."""

import csv
import re
from dataclasses import replace
from datetime import datetime

from agent.offline import dates
from agent.offline.intents import Draft, Priority
from agent.offline.understanding.one_draft import NoDraft, as_title
from agent.offline.understanding.priorities import read_level

COLUMNS = {
    "title": "title task tasks todo todos to-do item items name what summary subject action thing",
    "day": "due date deadline day when by due_date duedate",
    "time": "time at due_time hour",
    "priority": "priority prio importance urgency",
    "done": "done completed complete status state finished checked",
    "notes": "notes note comment comments description details remarks remark info",
    "place": "# no no. nr nr. id number",
}
KINDS = {name: kind for kind, names in COLUMNS.items() for name in names.split()} | {
    "due date": "day", "due on": "day", "due by": "day", "due time": "time", "task name": "title",
    "action item": "title", "to do": "title", "task title": "title", "done?": "done",
}  # fmt: skip
SEPARATOR = re.compile(r"\|?(?:\s?:?-{2,}:?\s?[|+]){0,40}\s?:?-{2,}:?\s?\|?")
_DONE = "yes y true x done 1 ✓ ✔ ✅ ☑ [x] completed complete finished closed checked"
DONE = frozenset(_DONE.split())
_OPEN = "no n false 0 - – ☐ ⬜ ❌ [] open todo pending new"
OPEN = frozenset(_OPEN.split()) | {"", "[ ]", "to do", "in progress", "not started", "not done"}
LEVELS: dict[str, Priority] = {
    "1": "high", "2": "medium", "3": "low", "p1": "high", "p2": "medium", "p3": "low", "p4": "none",
    "h": "high", "m": "medium", "l": "low", "": "none", "-": "none", "–": "none", "none": "none",
}  # fmt: skip

Row = list[str]


def read_table(text: str, now: datetime) -> list[Draft] | None:
    """The tasks of a table, a row each; None for what is no table.

    Columns that are named as something else than a task has are kept in the notes. Raises NoDraft
    for days that do not exist.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rows = _markdown(lines) or _delimited(lines)
    if not rows:
        return None
    head, *body = rows
    kinds = [KINDS.get(name.strip(" *").lower(), "") for name in head]
    if "title" not in kinds:
        kinds[next((n for n, kind in enumerate(kinds) if not kind), 0)] = "title"
    return [draft for row in body if (draft := _draft(head, kinds, row, now)).title]


def _markdown(lines: list[str]) -> list[Row]:
    """The header and the rows around the line of dashes."""
    rules = [n for n, line in enumerate(lines[:4]) if "|" in line and SEPARATOR.fullmatch(line)]
    if not rules or rules[0] == 0:
        return []
    rows = [lines[rules[0] - 1], *lines[rules[0] + 1 :]]
    if not all("|" in row for row in rows):
        return []
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def _delimited(lines: list[str]) -> list[Row]:
    """Cells between tabs, semicolons or commas, under a header that names what tasks have."""
    for begin in (0, 1):  # a line of words may stand before
        for mark in "\t;,|":
            if begin + 1 < len(lines) and _is_header(lines[begin].strip("|").split(mark)):
                told = [line.strip("|") if mark == "|" else line for line in lines[begin:]]
                rows = list(csv.reader(told, delimiter=mark, skipinitialspace=True))
                return [[cell.strip() for cell in row] for row in rows]
    return []


def _is_header(cells: Row) -> bool:
    kinds = [KINDS.get(cell.strip(' "').lower(), "") for cell in cells]
    named = [kind for kind in kinds if kind]
    return len(cells) > 1 and len(named) > 1 and len(named) * 2 >= len(cells) and "title" in named


def _draft(head: Row, kinds: list[str], row: Row, now: datetime) -> Draft:
    """A row as a task; a cell that cannot be read as what its column is called is a note."""
    cells = [*row[: len(kinds)], *[""] * (len(kinds) - len(row))]
    draft, notes, at = Draft(""), [], ""
    for name, kind, cell in zip(head, kinds, cells, strict=True):
        if kind == "title" and not draft.title:
            draft = replace(draft, title=as_title(cell))
        elif kind in ("day", "time"):
            at = f"{at} {cell}".strip()
        elif kind == "priority" and (level := _level(cell)):
            draft = replace(draft, priority=level)
        elif kind == "done" and cell.lower() in DONE | OPEN:
            draft = replace(draft, completed=cell.lower() in DONE)
        elif cell and kind != "place":
            notes.append(cell if kind == "notes" else f"{name}: {cell}")
    notes += filter(None, row[len(kinds) :])
    reading = dates.read(at.replace("T", " "), now)
    if reading.fault:
        raise NoDraft(f"“{draft.title}”: {reading.fault} Nothing was added.")
    if reading.rest:
        notes.append(f"Due: {at}")
        return replace(draft, notes="\n".join(notes))
    return replace(draft, when=reading.when.with_day(now), notes="\n".join(notes))


def _level(cell: str) -> Priority | None:
    return LEVELS.get(cell.lower()) or read_level(cell)
