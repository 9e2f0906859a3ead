"""What a turn may do unasked, and what becomes a question.

All changes of a turn are counted together. Whatever is wide, or is beyond what the person's own
message names once the model has read words of others, is rolled back and proposed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from accounts.models import User
from agent import tools
from agent.llm import Message
from agent.own_words import asks_to_undo, most_spoken_of, names, stands_in
from agent.quoted import without_marked
from conversations.asked import asked_in
from conversations.models import ToolCall
from conversations.models.shown import AnyCall
from text import as_json
from todos.batch import ACTS, Operation
from todos.consent import MOST_CHANGED, is_wide
from todos.models import Origin, Proposal, TaskChange, TaskList

Result = dict[str, Any]
Bound = tools.Tool | tools.Several

KINDS = {
    "create_task": ("create", "created"),
    "update_task": ("update", "updated"),
    "complete_task": ("complete", "completed"),
    "reopen_task": ("reopen", "reopened"),
    "delete_task": ("delete", "deleted"),
    "restore_task": ("restore", "restored"),
    "undo_last": ("undo", "undone"),
}
"""What a tool does, in the words of an operation and of the journal."""

DEEDS = {name: do for name, (do, _) in KINDS.items()} | {"plan": "update"}
"""And what a tool does to whose proposals one says yes."""

FOREIGN = '"foreign":true'
"""In JSON without spaces; within a text its quotes are escaped, so that nobody can write it."""

OF_LISTS = frozenset({"delete_list", "merge_list"})
SET_BY_A_PERSON = (
    *("title", "notes", "due_date", "due_time", "priority", "repeats"),
    *("list", "tags", "parent", "duration_minutes", "reminders"),
)
WORDS = ("title", "notes", "append_notes", "list", "tags", "to")

NOTE = "Nothing is done yet: the user is asked. Go on with the rest; do not ask yourself."
UNDONE_ENOUGH = (
    "Not undone: together that is too much for one message. Tell the user to say “undo” again."
)
NAMED_BY_OTHERS = "Not done: the user did not say that name. Ask them to say it."
CANNOT_BE_ASKED = (
    "Not done: this client asks before each change, and this cannot be asked for. Tell the user to "
    "do it where they are signed in."
)
UNDONE_UNASKED = "Not undone: the user did not ask for it. Tell them to say “undo” if they want it."
SHALL_I = "Shall I do that? Say yes or no."


class AsksFirst(Exception):
    """Rolls back what a call has done: it takes consent."""

    def __init__(self, operation: Operation, failures: list[Any]) -> None:
        super().__init__()
        self.operation = operation
        self.failures = failures


class Consent:
    """Of one turn, all attempts at it together; or of one tool call that is part of none.

    ``said`` is the person's own message, and ``calls`` are those made before in answer to it. Once
    words of others are in sight, what it quotes counts no more as said by the person.
    """

    def __init__(
        self, user: User, said: str = "", calls: Sequence[ToolCall] = (), *, tainted: bool = False
    ) -> None:
        self._user = user
        self._said = said
        self._own = without_marked(said)
        self._is_tainted = tainted
        self._proposals = {
            KINDS[call.name][0]: id for id, call in asked_in(calls).items() if call.name in KINDS
        }
        self._counted: defaultdict[str, set[UUID]] = defaultdict(set)
        self._spoken_of: set[UUID] = set()
        done = {call.pk: call.name for call in calls if "answers" not in call.result}
        if done:
            self._count_earlier(done)

    def read(self, messages: Iterable[Message]) -> None:
        """All that the model reads: where words of others are in it, the turn is tainted."""
        told = (each["content"] for each in messages if each["role"] == "tool")
        self._is_tainted = self._is_tainted or any(FOREIGN in content for content in told)

    def hear(self, result: Result) -> None:
        self._is_tainted = self._is_tainted or FOREIGN in as_json(result)

    def check(self, name: str, bound: Bound, result: Result, origin: Origin) -> None:
        """What was just done, in its transaction. Raises AsksFirst, and ToolError for undo.

        Where the client asks before each change, whatever was done is asked for.
        """
        if origin.asks:
            _ask_for_all(self._user, name, bound, result, origin)
        if isinstance(bound, tools.EditList):
            self._check_list(bound, origin)
            return
        do, kind = KINDS.get(name, ("", ""))
        touched = origin.touched.get(kind)
        if not touched:
            return
        if do == "undo":
            self._check_undo(touched)
        elif self._takes_consent(do, bound, self._weight(do, touched, result), origin):
            operation = _operation(self._user, do, origin)
            raise AsksFirst(operation, result.get("failures", []))

    def count(self, name: str, result: Result, origin: Origin) -> None:
        """What was done, once it is kept."""
        do, kind = KINDS.get(name, ("update", "updated"))
        self._count(do, origin.touched.get(kind, set()), result)

    def propose(self, asked: AsksFirst, origin: Origin) -> Result:
        """The result of a call that asks; one of a kind that is asked about already adds to it."""
        do = asked.operation["do"]
        wider = self._widened(do, asked.operation)
        proposal = wider or Proposal.make(self._user, asked.operation, origin)
        instead = {"instead_of": self._proposals[do]} if wider else {}
        self._proposals[do] = str(proposal.pk)
        failures = {"failures": asked.failures} if asked.failures else {}
        return {
            "proposal": told(proposal, foreign=self._is_tainted) | instead,
            "note": NOTE,
        } | failures

    def _check_list(self, bound: tools.EditList, origin: Origin) -> None:
        """Of a whole list or tag. Raises AsksFirst, and ToolError for a name of others."""
        deleted, moved = (origin.touched.get(kind, set()) for kind in ("deleted", "updated"))
        is_wide_ = len(deleted) > 1 or len(self._counted["changed"] | moved) > MOST_CHANGED
        if not self._is_tainted and not is_wide_:
            return
        if operation := _operation_of_list(self._user, bound, origin):
            raise AsksFirst(operation, [])
        if self._is_tainted and not all(stands_in(self._own, words) for words in _words(bound)):
            raise tools.ToolError(NAMED_BY_OTHERS)

    def _widened(self, do: str, operation: Operation) -> Proposal | None:
        if do not in self._proposals or do in OF_LISTS:
            return None
        mine = Proposal.objects.for_user(self._user).filter(pk=self._proposals[do])
        proposal = mine.first()
        return proposal and proposal.widened(operation)

    def _takes_consent(self, do: str, bound: Bound, weight: set[UUID], origin: Origin) -> bool:
        if do in self._proposals:
            return True
        if self._is_tainted and (do == "delete" or not self._names(do, bound, origin)):
            return True
        return bool(weight) and is_wide(do, len(self._counted[_group(do)] | weight))

    def _weight(self, do: str, touched: set[UUID], result: Result) -> set[UUID]:
        """The tasks that count; of new ones those that the person has not written down."""
        if do in self._user.do_not_ask and not self._is_tainted:
            return set()
        if do != "create":
            return touched
        made = result.get("tasks") or [result.get("task")]
        spoken_of = [
            UUID(each["id"]) for each in made if stands_in(self._said, each["title"], numbers=False)
        ]
        room = max(0, most_spoken_of(self._said) - len(self._spoken_of))
        return {UUID(each["id"]) for each in made} - set(spoken_of[:room])

    def _names(self, do: str, bound: Bound, origin: Origin) -> bool:
        """Whether the person's own message has the words to be written, and the tasks changed."""
        if not all(stands_in(self._own, words) for words in _words(bound)):
            return False
        if do == "create":
            return True
        changes = TaskChange.objects.for_user(self._user).of_acts([origin.act])
        titles = (
            change.before.get("title", change.task.title)
            for change in changes.select_related("task")
            if change.task
        )
        return all(names(self._own, title) for title in titles)

    def _check_undo(self, touched: set[UUID]) -> None:
        """Raises ToolError; without words of others in sight, the first of a turn always passes."""
        if self._is_tainted and not asks_to_undo(self._own):
            raise tools.ToolError(UNDONE_UNASKED)
        undone = self._counted["undone"]
        if undone and len(undone | touched) > MOST_CHANGED:
            raise tools.ToolError(UNDONE_ENOUGH)

    def _count_earlier(self, done: dict[UUID, str]) -> None:
        """What an earlier attempt has done, as the journal has it."""
        changes = TaskChange.objects.for_user(self._user).of_calls(done)
        for change in changes.select_related("task"):
            name = done[change.tool_call_id] if change.tool_call_id else ""
            do, kind = KINDS.get(name, ("", ""))
            if change.task and change.kind == kind:
                summary = {"task": {"id": str(change.task.pk), "title": change.task.title}}
                self._count(do, {change.task.pk}, summary)

    def _count(self, do: str, touched: set[UUID], result: Result) -> None:
        weight = self._weight(do, touched, result)
        self._counted[_group(do)] |= weight
        if do == "create":
            self._spoken_of |= touched - weight


def _ask_for_all(user: User, name: str, bound: Bound, result: Result, origin: Origin) -> None:
    """Raises AsksFirst and ToolError, unless nothing was changed."""
    if not origin.touched and not isinstance(bound, tools.Remember):
        return
    do, _kind = KINDS.get(name, ("", ""))
    operation = None
    if isinstance(bound, tools.EditList):
        operation = _operation_of_list(user, bound, origin)
    elif do in ACTS or do == "create":
        operation = _operation(user, do, origin)
    if operation is None:
        raise tools.ToolError(CANNOT_BE_ASKED)
    raise AsksFirst(operation, result.get("failures", []))


def question(calls: Sequence[AnyCall]) -> str:
    """One for all that is proposed; empty where nothing is."""
    asked = "; ".join(call.result["proposal"]["summary"] for call in asked_in(calls).values())
    return f"{asked}{'' if asked[-1:] in '.…' else '.'} {SHALL_I}" if asked else ""


def told(proposal: Proposal, *, foreign: bool = False) -> Result:
    words = {"foreign": True} if foreign or proposal.is_foreign else {}
    tasks = len(proposal.tasks)
    return {"id": str(proposal.pk), "summary": proposal.summary, "tasks": tasks} | words


def _group(do: str) -> str:
    """What is counted together."""
    return {"delete": "deleted", "undo": "undone"}.get(do, "changed")


def _words(bound: Bound) -> list[str]:
    """All that would be written for a model to read later."""
    tools_ = bound.tools if isinstance(bound, tools.Several) else [bound]
    words: list[str] = []
    for tool in tools_:
        for name in WORDS:
            value = getattr(tool, name, None) or ()
            words += [value] if isinstance(value, str) else value
    return words


def _operation(user: User, do: str, origin: Origin) -> Operation:
    """What was done and is to be rolled back, read off the journal: so it is exact."""
    kind = dict(KINDS.values())[do]
    changes = TaskChange.objects.for_user(user).of_acts([origin.act]).order_by("created_at", "id")
    rows = [change for change in changes if change.task_id and change.kind == kind]
    made_lists = [change for change in changes if change.list_id and change.kind == "created"]
    lists = {"lists": {str(each.list_id): each.after["name"] for each in made_lists}}
    if do == "create":
        return {"do": do, "tasks": _made(rows, origin)} | (lists if made_lists else {})
    if do != "update":
        return {"do": do, "tasks": list(dict.fromkeys(str(change.task_id) for change in rows))}
    items: dict[str, dict[str, Any]] = {}
    for change in rows:
        key = str(change.task_id)
        items[key] = items.get(key, {"id": key}) | _fields(change)
    return {"do": do, "tasks": list(items.values())} | (lists if made_lists else {})


def _made(rows: list[TaskChange], origin: Origin) -> list[Result]:
    """What to make anew; what has steps among them keeps its id, which these name."""
    done = origin.touched.get("completed", set())
    parents = {change.after.get("parent") for change in rows}
    return [
        ({"id": str(each.task_id)} if str(each.task_id) in parents else {})
        | _fields(each)
        | ({"completed": True} if each.task_id in done else {})
        for each in rows
        if not each.after.get("place")
    ]


def _operation_of_list(user: User, bound: tools.EditList, origin: Origin) -> Operation | None:
    """The same of what was done to a list or a tag; None for a name alone."""
    if bound.list.startswith("#"):
        return _operation(user, "update", origin)
    changes = TaskChange.objects.for_user(user).of_acts([origin.act])
    gone = changes.filter(kind="deleted").exclude(list=None).first()
    if gone is None:
        return None
    if bound.do == "merge":
        into = TaskList.objects.for_user(user).named(bound.to or "").get()
        return {"do": "merge_list", "list": str(gone.list_id), "into": str(into.pk)}
    tasks = "delete" if bound.delete_tasks else "keep"
    return {"do": "delete_list", "list": str(gone.list_id), "tasks": tasks}


def _fields(change: TaskChange) -> dict[str, Any]:
    return {name: change.after[name] for name in SET_BY_A_PERSON if name in change.after}
