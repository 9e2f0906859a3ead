"""What a message can ask for, as values."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from agent.offline.dates import ANY_TIME, Shift, When
from agent.offline.target import All, Chosen, It, Named, Numbers, Query, Target
from todos.repeating import Repeat

Priority = Literal["none", "low", "medium", "high"]
Tool = Literal["complete_task", "reopen_task", "delete_task", "restore_task", "update_task"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A task to be added."""

    title: str
    when: When = ANY_TIME
    priority: Priority = "none"
    notes: str = ""
    completed: bool = False
    repeats: Repeat | None = None
    minutes: int = 0
    tags: tuple[str, ...] = ()
    in_list: str = ""
    parent: str = ""
    """The id of the task that it is a step of."""
    reminders: tuple[str, ...] = ()
    """In words, as tools take them."""
    steps: tuple["Draft", ...] = ()
    quoted: bool = False
    """Whether its title stood in quotation marks, and is meant to the letter."""

    @property
    def is_dated(self) -> bool:
        """Whether a day, a time or a rule was said."""
        return bool(self.when or self.repeats)


@dataclass(frozen=True, slots=True)
class Edit:
    """How to change a task; what is None stays as it is."""

    title: str | None = None
    when: When = ANY_TIME
    shift: Shift | None = None
    hour: str = ""
    """A bare hour, "6" or "half past 8", that corrects the one there is."""
    clear: (
        Literal["due_date", "due_time", "notes", "tags", "duration_minutes", "repeats", "parent"]
        | None
    ) = None
    priority: Priority | None = None
    note: str | None = None
    minutes: int = 0
    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()
    in_list: str | None = None
    """The name of a list; "" is the Inbox."""
    parent: str = ""
    """Words of the title of the task that it becomes a step of."""
    repeats: Repeat | None = None
    series: bool = False
    """Whether all that are to come are moved, and not one of them."""
    skip: str = ""
    """What update_task takes in place of a rule: "skip", "pause until 2027-05-01", "resume"."""
    within: tuple[date, date, str] | None = None
    """The days, and words for them, on which the task is due that is meant."""
    reminders: tuple[str, ...] = ()
    """In words, as tools take them; "none" takes those away that there are."""
    ring: When = ANY_TIME
    """When to remind, by the clock."""
    missing: Literal["title", "when", "note", "tags", "steps", "rule", "until", "ring"] | None = (
        None
    )
    """What was not said, and has to be asked for."""


# What to do.


@dataclass(frozen=True, slots=True)
class Add:
    """Without drafts, what to add has to be asked for."""

    drafts: tuple[Draft, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Show:
    """A list by a query, or with ``named`` all that is about some words."""

    query: Query = field(default_factory=Query)
    named: Named | None = None
    asks: Literal["tasks", "listed", "done", "notes", "first", "length", "steps", "reminders"] = (
        "tasks"
    )
    """What of them: whether they are on the list, or done; the notes; the first one alone; how long
    it takes; its steps; when they ring."""
    remarks: tuple[str, ...] = ()
    instead: Draft | None = None
    """The message as a task, if it could as well be a thing to do: "find a plumber"."""


@dataclass(frozen=True, slots=True)
class Change:
    """One of the tools that act on a task; ``edit`` belongs to update_task."""

    tool: Tool
    target: Target
    edit: Edit = Edit()
    remarks: tuple[str, ...] = ()
    instead: Draft | None = None
    """The message as a task, if it could as well be a thing to do: "cancel the dentist"."""
    sure: bool = True
    """Whether it was told to be done; else it is asked for first."""
    by_title: bool = False
    """Whether the title, said whole, leaves no doubt either: "the choir starts at 7"."""
    steps: tuple[Draft, ...] = ()
    """What shall be added to the task."""

    otherwise: "Change | None" = None
    """What is meant where no task that repeats is: "cancel today's meeting" deletes it."""
    unrung: "Change | None" = None
    """What is meant where none of its reminders has rung: "snooze the report until friday"."""
    else_add: Add | None = None
    """What is added where there is no such task."""

    def on(self, *ids: str) -> "Change":
        return replace(self, target=Chosen(ids))


@dataclass(frozen=True, slots=True)
class AskRule:
    """By which rule a task repeats, or when it is next due; without a target, what repeats."""

    target: Target | None
    asks: Literal["rule", "next"]


@dataclass(frozen=True, slots=True)
class Pick:
    """Point at tasks of the list without saying what to do with them."""

    numbers: Numbers
    too: bool = False
    """Whether what was done last shall be done to these too."""


@dataclass(frozen=True, slots=True)
class Say:
    """Words without a deed; ``topic`` names them."""

    topic: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """A sentence that tells why nothing is done."""

    words: str


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back so many of the last changes; without a count, all that the last message did."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class Restore:
    """Bring a deleted task back; if none is meant, the words may ask for something else."""

    target: "It | Named | All"
    otherwise: "Intent | None" = None


@dataclass(frozen=True, slots=True)
class More:
    """The next part of the list that was shown last."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not understood; ``drafts`` are the tasks that it may be, if it can be any."""

    drafts: tuple[Draft, ...] = ()


@dataclass(frozen=True, slots=True)
class Guess:
    """``intent``, unless the words have a title in them that is on the list already."""

    words: str
    intent: "Intent"
    absent: str = ""
    """A sentence on what the words ask for and is not to be had here."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask once more: the answer still fits several of the candidates."""

    change: Change
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What to do now, on a day or after a week: arguments of the tool ``plan``."""

    arguments: dict[str, Any] = field(default_factory=dict)
    part: str = ""
    """The one part of a review that is asked for, by its name in the result."""


@dataclass(frozen=True, slots=True)
class Keep:
    """What the user tells about themselves, in their words."""

    words: str


@dataclass(frozen=True, slots=True)
class Forget:
    """What of it shall not hold any more."""

    words: str


@dataclass(frozen=True, slots=True)
class Recall:
    """What they have told is asked for."""


@dataclass(frozen=True, slots=True)
class Several:
    """One after the other."""

    intents: tuple["Intent", ...]


@dataclass(frozen=True, slots=True)
class ShowNames:
    """Which lists or tags there are."""

    of: Literal["lists", "tags"]


@dataclass(frozen=True, slots=True)
class Within:
    """``intent``, for the list or tag of that name.

    Where there is none, the list is made if that can only be meant (``sure``); else the words may
    ask for something else, or it is asked whether to make it.
    """

    name: str
    intent: "Intent"
    kind: Literal["list", "tag", "either"] = "list"
    to: bool = False
    """Whether tasks are moved there, or else looked for."""
    sure: bool = False
    otherwise: "Intent | None" = None


@dataclass(frozen=True, slots=True)
class FirstNamed:
    """The first of whose name there is a list, to the letter; else ``otherwise``."""

    places: tuple[Within, ...]
    otherwise: "Intent | None"


@dataclass(frozen=True, slots=True)
class Put:
    """Move the task of that title, if there is one; else add it."""

    change: Change
    addition: Add


@dataclass(frozen=True, slots=True)
class EditNames:
    """Make, rename, merge or delete a list, or a tag."""

    do: Literal["create", "rename", "merge", "delete"]
    name: str
    to: str = ""
    kind: Literal["list", "tag", "either"] = "list"
    tasks: Literal["keep", "delete", ""] = ""
    """What becomes of the tasks of a list that is deleted."""
    sure: bool = False
    """Whether it was asked, and answered."""
    otherwise: "Intent | None" = None
    """What else the words may ask for, where there is none of that name."""


Intent = (
    Add
    | Ahead
    | Keep
    | Forget
    | Recall
    | Show
    | More
    | Change
    | Ask
    | AskRule
    | Pick
    | Say
    | Refuse
    | Undo
    | Restore
    | Unclear
    | Guess
    | Several
    | ShowNames
    | Within
    | FirstNamed
    | Put
    | EditNames
)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: which of the candidates, yes or no, the part that was missing, or whether
    to add a task of its own."""

    kind: Literal["which", "confirm", "missing", "add"]
    intent: Intent
    candidates: tuple[str, ...] = ()
