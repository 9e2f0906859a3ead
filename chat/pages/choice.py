"""Which tasks the panel shows, as its address has it: a view of them, of a list, with a tag."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todos.models import INBOX, TaskList, TaskQuerySet
from todos.rules import RuleBroken, read_tag

ALL, TODAY, UPCOMING, COMPLETED = "", "today", "upcoming", "completed"
VIEWS = {
    TODAY: gettext_lazy("Today"),
    UPCOMING: gettext_lazy("Upcoming"),
    ALL: gettext_lazy("All"),
    COMPLETED: gettext_lazy("Completed"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """``?list=`` has the id of a list, or ``inbox``; ``?tag=`` a name; ``?view=`` one of VIEWS.

    Blank: not chosen.
    """

    list: str = ""
    tag: str = ""
    view: str = ALL

    @classmethod
    def read(cls, asked: Mapping[str, Any], lists: Iterable[TaskList]) -> Self:
        """What is no list of theirs, or can be no tag, is not chosen."""
        wanted = asked.get("list", "")
        there = wanted in {INBOX, *(str(each.pk) for each in lists)}
        try:
            tag = read_tag(asked.get("tag", ""))
        except RuleBroken:
            tag = ""
        view = asked.get("view", ALL)
        return cls(wanted if there else "", tag, view if view in VIEWS else ALL)

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

    def with_rows(self, number: int) -> str:
        """The same address, where so many tasks are shown."""
        return f"?{urlencode([*self._chosen, ('rows', number)])}"

    def narrow(self, tasks: TaskQuerySet) -> TaskQuerySet:
        return tasks.narrowed(self.list, self.tag)

    @property
    def fields(self) -> Sequence[tuple[str, str]]:
        """What a form sends along, so that it is for what is shown."""
        return [(name, value) for name, value in self._chosen if name != "view"]

    @property
    def _chosen(self) -> Sequence[tuple[str, str]]:
        chosen = {"list": self.list, "tag": self.tag, "view": self.view}
        return [(name, value) for name, value in chosen.items() if value]

    @property
    def _query(self) -> str:
        return urlencode(self._chosen)


@dataclass(frozen=True, slots=True)
class Switch:
    """A link that chooses; ``open`` is how many tasks are to be done there, where that is told."""

    name: str
    choice: Choice
    is_on: bool
    open: int | None = None


def list_switches(
    choice: Choice, lists: Iterable[TaskList], numbers: Mapping[UUID | None, int]
) -> list[Switch]:
    """All, the Inbox and each list; ``numbers`` of tasks that are to be done in each."""
    named = [("", _("All lists"), sum(numbers.values())), (INBOX, _("Inbox"), numbers.get(None, 0))]
    named += [(str(each.pk), each.name, numbers.get(each.pk, 0)) for each in lists]
    return [
        Switch(name, replace(choice, list=key, tag=""), key == choice.list, number)
        for key, name, number in named
    ]


def view_switches(choice: Choice, numbers: Mapping[str, int]) -> list[Switch]:
    return [
        Switch(str(name), replace(choice, view=view), view == choice.view, numbers.get(view))
        for view, name in VIEWS.items()
    ]


def tag_switches(choice: Choice, tags: Iterable[str]) -> list[Switch]:
    return [Switch(tag, replace(choice, tag=tag), tag == choice.tag) for tag in tags]
