"""What a tool is, where it works, and the kinds of fields that tools have."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, time
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    WithJsonSchema,
)

from accounts.models import User
from accounts.scopes import MissingScope
from agent import loose
from agent.handles import is_handle
from agent.offline.dates import read_amount
from agent.quoted import without_others
from agent.tools import naming
from agent.tools.naming import Meant
from agent.tools.near import near
from agent.tools.reminding import as_reminders, ways
from agent.tools.skipping import is_skip
from reminders.channels import channels_of
from text import one_line
from todos import rules
from todos.models import INBOX, Origin, Task, TaskChange, TaskList
from todos.repeating import Repeat
from todos.rules import RuleBroken
from todos.spelling import read_day, read_time

Result = dict[str, Any]
CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(:(?P<minute>[0-9]{2}))?( ?(?P<half>[ap])\.?m\.?)?", re.IGNORECASE
)


QUOTES = str.maketrans({"’": "'", "‘": "'"} | dict.fromkeys('“”"', ""))
YES_OR_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
NUMBER = re.compile(r"[0-9]{1,9}")
BETWEEN_TAGS = re.compile(r",| (?=[#-])")


class ToolError(Exception):
    """Why a tool did nothing, in a sentence that the model can read and act on.

    ``candidates`` are the tasks that may be meant, where it was not clear which. ``foreign``:
    words of others stand in it.
    """

    def __init__(
        self, sentence: str, candidates: Iterable[Result] = (), *, foreign: bool = False
    ) -> None:
        super().__init__(sentence)
        self.candidates = list(candidates)
        self.foreign = foreign

    @property
    def result(self) -> Result:
        more = {"candidates": self.candidates} if self.candidates else {}
        return {"error": str(self)} | more | ({"foreign": True} if self.foreign else {})


@dataclass(slots=True)
class Desk:
    """Where a tool works: for whom, where its changes come from, and what only its caller can do.

    ``said`` is the message that is answered, in the person's own words, and ``message_id`` its id.
    ``show_undone`` lets the calls that made some changes show that these are undone, and returns
    how many other acts of the same turn are not. ``proposes``: what only looks may ask for changes.
    """

    user: User
    origin: Origin
    show_undone: Callable[[Sequence[TaskChange]], int]
    said: str = ""
    message_id: UUID | None = None
    proposes: bool = True
    _held: dict[UUID, Task] = field(default_factory=dict)
    _lists: dict[str, TaskList] = field(default_factory=dict)
    _named: dict[str, UUID | ToolError] = field(default_factory=dict)
    _channels: tuple[str, ...] | None = None

    def was_said(self, words: str) -> bool:
        """Whether the words stand in the message, whatever their case, spaces and quotes.

        What the message quotes of others does not count.
        """
        told = rf"(?<!\w){re.escape(_spoken(words))}(?!\w)"
        own = _spoken(without_others(self.said))
        return bool(_spoken(words)) and re.search(told, own) is not None

    def hold(self, ids: Iterable[str], meant: Meant = "all", *, steps_too: bool = False) -> None:
        """Look these tasks of the user up, deleted ones too, and keep them from others.

        Each is given by its id, or by words that name one of those that are ``meant``.
        ``steps_too``: so are their steps.
        """
        keys = [self._key(id, meant) for id in ids]
        wanted = {key for key in keys if isinstance(key, UUID) and key not in self._held}
        if wanted:
            self._held |= Task.held(self.user.pk, wanted, steps_too=steps_too)

    def task(
        self,
        id: str,
        meant: Meant = "all",
        *,
        deleted_too: bool = False,
        steps_too: bool = False,
    ) -> Task:
        """Raises ToolError when the user has no such task, or when it is not clear which one."""
        self.hold([id], meant, steps_too=steps_too)
        key = self._key(id, meant)
        if isinstance(key, ToolError):
            raise key
        task = self._held.get(key)
        if task is None or (task.deleted_at and not deleted_too):
            raise ToolError(NO_SUCH_TASK)
        return task

    def list_named(self, name: str) -> TaskList | None:
        """The user's list of that name, in any case; None for the Inbox.

        Raises ToolError, which names those that are there, and those that are nearly called so.
        """
        if rules.list_key(name) == INBOX:
            return None
        if not self._lists:
            self._lists |= {each.name_key: each for each in TaskList.of(self.user)}
        found = self._lists.get(rules.list_key(name))
        if found is None:
            raise NoSuchList(name, [*self._lists.values()])
        return found

    def list_for(self, name: str) -> TaskList | None:
        """The same, but one that is missing is made, unless a list is nearly called so."""
        try:
            return self.list_named(name)
        except NoSuchList as missing:
            if missing.near:
                raise
        made = TaskList.add(self.user, self.origin, name=name)
        self._lists[made.name_key] = made
        return made

    def ways_of(self, summaries: Iterable[Any]) -> Result:
        """On which ways it rings, where one of them tells that it does; a look at the channels."""
        told = (each.get("reminders", ()) for each in summaries if isinstance(each, dict))
        if not any("rings" in reminder for reminders in told for reminder in reminders):
            return {}
        if self._channels is None:
            self._channels = channels_of(self.user)
        return ways(self._channels)

    def _key(self, id: str, meant: Meant) -> UUID | ToolError:
        with suppress(ValueError):
            return UUID(id)
        if id not in self._named:
            room = len(self._named) < naming.MOST_NAMED
            self._named[id] = _named(self.user, id, meant) if room else ToolError(TOO_MANY_NAMED)
        return self._named[id]


def _spoken(words: str) -> str:
    return " ".join(words.translate(QUOTES).casefold().split()).strip(" .,!?:;")


class NoSuchList(ToolError):
    """``near`` are the names of lists that may be meant."""

    def __init__(self, name: str, lists: Sequence[TaskList]) -> None:
        names = [each.name for each in lists]
        self.near = near(name, names)
        there = ", ".join(f"“{each}”" for each in (self.near or names)[:TOLD_NAMES])
        hint = "There is no list yet"
        if self.near:
            hint = f"There is {there}: ask the user whether that is meant, or make the other first"
        elif there:
            hint = f"There are {there}"
        sentence = f"There is no list “{name}”, so nothing was done. {hint}."
        super().__init__(sentence, foreign=any(each.foreign for each in lists))


TOLD_NAMES = 20
NO_SUCH_TASK = "There is no such task. List the tasks to see their ids."
NO_SUCH_ID = "There is no such task: no task with the id {} was told here. List the tasks."
NO_SUCH_PLACE = "There is no such task: give its id or its title, not its place in a list."
NO_SUCH_TITLE = "There is no such task: no title has all of these words. List the tasks."
TOO_MANY_NAMED = (
    f"Only {naming.MOST_NAMED} tasks of one call may be named by their titles; give the ids of the "
    "others."
)
SEVERAL_FIT = (
    "Several tasks fit these words, so nothing was done. Give the id of one of the candidates, or "
    "ask the user which one is meant."
)


def _named(user: User, id: str, meant: Meant) -> UUID | ToolError:
    tasks = naming.tasks_named(user, id, meant)
    if len(tasks) == 1:
        return tasks[0].pk
    if tasks:
        return ToolError(SEVERAL_FIT, map(naming.candidate, tasks[: naming.CANDIDATES]))
    if is_handle(id):
        return ToolError(NO_SUCH_ID.format(id))
    return ToolError(NO_SUCH_PLACE if naming.is_place(id) else NO_SUCH_TITLE)


class Tool(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    name: ClassVar[str]
    changes: ClassVar[bool] = True
    # For all other arguments models write null where they mean to leave them out.
    null_means_clear: ClassVar[frozenset[str]] = frozenset()

    _taken: list[str] = PrivateAttr([])

    @property
    def asked(self) -> tuple[dict[str, Any], set[str]]:
        """Equal for calls of one tool that ask for the same, however they are written."""
        return self.model_dump(), self.model_fields_set & self.null_means_clear

    def tell(self, taken: list[str]) -> None:
        """Sentences that the result shall say, on what was made of the arguments."""
        self._taken = taken

    def run(self, desk: Desk) -> Result:
        """Do it, inside the caller's transaction, in line if it changes something.

        Raises ToolError, and then the caller takes back what it has changed.
        """
        try:
            result = self.act(desk)
        except RuleBroken as broken:
            raise ToolError(f"{broken.field}: {broken.sentence}") from None
        except MissingScope as missing:
            raise ToolError(str(missing.detail)) from None
        notes = [*filter(None, [result.get("note")]), *self._taken]
        return result | ({"note": " ".join(notes)} if notes else {})

    def act(self, desk: Desk) -> Result:
        """As :meth:`run`; it may raise RuleBroken, too."""
        raise NotImplementedError


def _visible_line(title: str) -> str:
    rules.check_title(title)
    return one_line(title)


def _of_a_rule(words: str) -> str:
    Repeat.read({"words": words})
    return words


def _of_a_rule_or_skip(words: str) -> str:
    return words if is_skip(words) else _of_a_rule(words)


def on_24_hours(written: Any) -> Any:
    """``9:00``, ``5:00 PM`` and ``5pm`` as ``HH:MM``; all else as it is."""
    match = CLOCK.fullmatch(written.strip()) if isinstance(written, str) else None
    if match is None:
        return written
    hour, minute, half = int(match["hour"]), match["minute"] or "00", match["half"]
    if half is None:
        return f"{hour:02}:{minute}" if match["minute"] else written
    if not 1 <= hour <= 12:
        return written
    return f"{hour % 12 + 12 * (half.lower() == 'p'):02}:{minute}"


def _small(word: Any) -> Any:
    """Models write High as well as high."""
    return word.strip().lower() if isinstance(word, str) else word


def _yes_or_no(written: Any) -> Any:
    """As they write true: 1, "true", "Yes"; all else as it is."""
    if isinstance(written, str):
        return YES_OR_NO.get(written.strip().lower(), written)
    return bool(written) if written in (0, 1) else written


def _number(written: Any) -> Any:
    """A number in a text, or one that a point makes no other."""
    if isinstance(written, float) and written.is_integer():
        return int(written)
    is_number = isinstance(written, str) and NUMBER.fullmatch(written.strip())
    return int(written) if is_number else written


def _tags(written: Any) -> Any:
    """As a list: of "a, b", "#a #b" and a list that was written as a text."""
    if isinstance(written, str) and written.strip().startswith("["):
        with suppress(ValueError):
            written = loose.read(written)
    if isinstance(written, str):
        written = [each for each in BETWEEN_TAGS.split(written) if each.strip(" -#")]
    return tuple(map(_tag, written)) if isinstance(written, list) else written


def _tag(written: Any) -> Any:
    """In small letters and one word; a minus before it stays."""
    if not isinstance(written, str):
        return written
    minus = "-" if written.strip().startswith("-") else ""
    return minus + "-".join(written.lower().strip(" -#").split())


def _one_tag(written: Any) -> Any:
    tag = _tag(written)
    return tag.removeprefix("-") if isinstance(tag, str) else tag


def _minutes(written: Any) -> Any:
    """A number of minutes, or a length in words: "1h30"."""
    amount = read_amount(written) if isinstance(written, str) else None
    return amount or _number(written)


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=rules.TITLE_LENGTH),
    AfterValidator(_visible_line),
]
Notes = Annotated[str, StringConstraints(max_length=rules.NOTES_LENGTH)]
Day = Annotated[date, BeforeValidator(read_day)]
TimeOfDay = Annotated[
    time,
    BeforeValidator(read_time),
    BeforeValidator(on_24_hours),
]
RuleWords = Annotated[str, StringConstraints(max_length=200), AfterValidator(_of_a_rule)]
RuleChange = Annotated[str, StringConstraints(max_length=200), AfterValidator(_of_a_rule_or_skip)]
"""Or words that skip a day of it."""
InSmallLetters = BeforeValidator(_small)
Priority = Annotated[Literal["none", "low", "medium", "high"], InSmallLetters]
ToldElsewhere = WithJsonSchema({"type": "string"})
"""For what a model is told of by another tool, or by the error of a wrong value."""
ListName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=rules.LIST_NAME_LENGTH),
    AfterValidator(_visible_line),
]
Tag = Annotated[str, StringConstraints(max_length=rules.TAG_LENGTH), BeforeValidator(_one_tag)]
Tags = Annotated[tuple[str, ...], BeforeValidator(_tags), WithJsonSchema({"type": "string"})]
"""A list, or a text with commas between them; in :class:`UpdateTask` ``-a`` takes ``a`` away."""
Reminders = Annotated[
    tuple[str, ...], BeforeValidator(as_reminders), WithJsonSchema({"type": "string"})
]
"""Words of each; in :class:`UpdateTask` ``-a`` takes ``a`` away, and ``none`` all of them."""
Minutes = Annotated[int, BeforeValidator(_minutes), Field(ge=1, le=rules.LONGEST)]
Flag = Annotated[bool, BeforeValidator(_yes_or_no)]
Number = Annotated[int, BeforeValidator(_number)]
TaskId = Annotated[str, Field(max_length=rules.TITLE_LENGTH)]
"""Or its title, or words of it."""
