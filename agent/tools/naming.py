"""A task that is named by words of its title in place of its id."""

import re
from typing import Any, Literal
from unicodedata import category, normalize

from accounts.models import User
from agent.handles import is_handle
from text.folding import fold
from todos.models import Task

Meant = Literal["open", "done", "deleted", "all"]
"""The tasks that a tool would change."""

LOOKED_AT = 50
"""Titles that a name is compared with; where more have its words, it names none of them alone."""
CANDIDATES = 5
MOST_NAMED = 25
"""Tasks of one call; each takes a search, and others wait for the transaction."""

QUOTES = re.compile("[\"'`´‘’‚“”„«»‹›\ufe0e\ufe0f]")
"""And what chooses the looks of an emoji."""
ARTICLES = frozenset({"the", "a", "an", "my", "our", "your"})
_POINTING = """
    it its this that these those them they one ones first second third fourth fifth last latest
    newest oldest new old next previous other another same top bottom all every everything any
    both none null nothing some id ids uuid number no task tasks todo todos item items entry title
    current untitled string unknown undefined
"""
POINTING = frozenset(_POINTING.split())
"""Words that point at a task without naming it; only a title of just these is named by them."""


def is_place(words: str) -> bool:
    """Whether it is a number, which may well be the place of a task in a list."""
    return "".join(_words(words)).strip("#+").isdigit()


def tasks_named(user: User, words: str, meant: Meant) -> list[Task]:
    """The tasks that fit equally well, and best: one is named, of several nobody knows which.

    A title that is just these words (but for case, spaces and quotes, or else for accents, too)
    goes before those that have all of them, and then what is ``meant`` before the rest. Deleted
    tasks are looked at for ``deleted`` alone.
    """
    if not _plain(words) or is_place(words):
        return []
    tasks = Task.objects.for_user(user)
    if meant == "deleted":
        tasks = Task.objects.with_deleted_for_user(user).with_status("deleted")
    telling = [word for word in _words(words) if word.casefold() not in ARTICLES]
    rows = list(tasks.titled(telling or [_plain(words)], first=meant)[: LOOKED_AT + 1])
    alike = [task for task in rows if fold(_plain(task.title)) == fold(_plain(words))]
    exact = [task for task in alike if _plain(task.title) == _plain(words)] or alike
    fitting = exact or _within(rows, {*map(fold, telling)}, words)
    return [task for task in fitting if _is_meant(task, meant)] or fitting


def _within(rows: list[Task], telling: set[str], words: str) -> list[Task]:
    if telling <= POINTING or is_handle(words):
        return []
    if len(rows) > LOOKED_AT:
        return sorted(rows, key=lambda task: not _has(task, telling))
    return [task for task in rows if _has(task, telling)]


def _has(task: Task, telling: set[str]) -> bool:
    return telling <= {*map(fold, _words(task.title))}


def candidate(task: Task) -> dict[str, Any]:
    """As much as tells it from others of its name."""
    due = {"due_date": task.due_date.isoformat()} if task.due_date else {}
    done = {"completed": True} if task.completed else {}
    foreign = {"foreign": True} if task.foreign else {}
    return {"id": str(task.pk), "title": task.title} | due | done | foreign


def _is_meant(task: Task, meant: Meant) -> bool:
    return meant in ("all", "deleted") or task.completed == (meant == "done")


def _words(text: str) -> list[str]:
    """Runs of letters, with their marks, and digits; C++ and C# are words as well."""
    return "".join(
        each if category(each)[0] in "LMN" or each in "+#" else " "
        for each in normalize("NFC", text)
    ).split()


def _plain(title: str) -> str:
    """As it looks: in one case, without quotes, its words with one space between them."""
    seen = (each for each in normalize("NFKC", title) if category(each) != "Cf")
    return " ".join(QUOTES.sub("", "".join(seen).casefold()).split())
