"""Which tasks the panel shows, as its address has it: all, those of a list, those with a tag."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from todos.models import INBOX, TaskList, TaskQuerySet
from todos.rules import RuleBroken, read_tag


@dataclass(frozen=True, slots=True)
class Choice:
    """``?list=`` has the id of a list, or ``inbox``; ``?tag=`` a name. Blank: not chosen."""

    list: str = ""
    tag: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, Any], lists: Iterable[TaskList]) -> Self:
        """What is no list of theirs, or can be no tag, is not chosen."""
        wanted = asked.get("list", "")
        there = wanted in {INBOX, *(str(each.pk) for each in lists)}
        try:
            tag = read_tag(asked.get("tag", ""))
        except RuleBroken:
            tag = ""
        return cls(wanted if there else "", tag)

    @property
    def address(self) -> str:
        """Of this page: ``?`` leads to all tasks, where a blank one would change nothing."""
        return f"?{self._query}"

    @property
    def kept(self) -> str:
        """What a link to another page ends with, so that the choice holds there."""
        return self.address if self._query else ""

    @property
    def without_tag(self) -> str:
        return replace(self, tag="").address

    def narrow(self, tasks: TaskQuerySet) -> TaskQuerySet:
        tasks = tasks.in_list(self.list) if self.list else tasks
        return tasks.about(self.tag) if self.tag else tasks

    @property
    def _query(self) -> str:
        chosen = {"list": self.list, "tag": self.tag}
        return urlencode({name: value for name, value in chosen.items() if value})


@dataclass(frozen=True, slots=True)
class Switch:
    """A link that chooses; ``open`` is how many tasks are to be done there."""

    name: str
    choice: Choice
    is_on: bool
    open: int = 0


def list_switches(choice: Choice, lists: Iterable[TaskList], tasks: TaskQuerySet) -> list[Switch]:
    """All, the Inbox and each list; one query."""
    numbers = tasks.open_by_list()
    named = [("", _("All"), sum(numbers.values())), (INBOX, _("Inbox"), numbers.get(None, 0))]
    named += [(str(each.pk), each.name, numbers.get(each.pk, 0)) for each in lists]
    return [Switch(name, Choice(key), key == choice.list, number) for key, name, number in named]


def tag_switches(choice: Choice, tags: Iterable[str]) -> list[Switch]:
    return [Switch(tag, replace(choice, tag=tag), tag == choice.tag) for tag in tags]
