"""Which tasks are meant, as values."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Query:
    """Which tasks to list: arguments of list_tasks, and words for them ("due this week")."""

    arguments: dict[str, Any] = field(default_factory=dict)
    label: str = ""


@dataclass(frozen=True, slots=True)
class It:
    """The task just talked about, or with ``many`` the tasks: so many, if ``count`` says so.

    ``rang``: rather that of which a reminder has rung since.
    """

    many: bool = False
    count: int = 0
    rang: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """Places in the list just shown, from 1; from the end when negative."""

    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """By words of its title, by its day, or both."""

    words: str
    day: date | None = None
    exact: bool = False
    """Whether a title that is just these words leaves no doubt."""
    said: str = ""
    """The words, and those of the day where they stood."""
    verb: str = ""
    """Of the words the first, if it was said in the past: "bought the milk"."""
    count: int = 0
    """How many tasks it shall name, if that was said: "both exams"."""


@dataclass(frozen=True, slots=True)
class All:
    """Every open task, or every task that a query lists."""

    query: Query = Query()
    but: str = ""
    """The names of those that are excepted."""
    but_places: tuple[int, ...] = ()
    """Their places in the list just shown."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """By id: tasks that a question has settled."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unnamed:
    """It was not said."""


Target = It | Numbers | Named | All | Chosen | Unnamed
