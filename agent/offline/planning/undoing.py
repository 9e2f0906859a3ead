"""The plan that takes back what was changed last."""

from collections.abc import Sequence
from datetime import datetime

from agent.offline.known import KnownTask, Reply, Tasks, tasks_of
from agent.offline.planning import wording
from agent.offline.steps import Plan, Request
from agent.offline.talk import Call

UNDO = Request("undo_last", {})
MOST_UNDONE = 12
"""Acts; a message may make so many calls, and a few more."""

HANDS = {
    "page": "That was done on the page.",
    "api": "That was done over the API.",
    "mcp": "Another assistant did that.",
    "admin": "That was done in the administration.",
    "import": "That came out of a file.",
}
"""Whose hand it was, where it was not mine."""
NONE_LEFT = "There is nothing to undo"


def undo(count: int, now: datetime) -> Plan[Reply]:
    """Take back ``count`` acts; without one, all that the latest message with any has done."""
    calls = yield [UNDO] * min(count or 1, MOST_UNDONE)
    if not count and (left := _left(calls[0])):
        calls += yield [UNDO] * min(left, MOST_UNDONE - 1)
    made = [call for call in calls if not call.error]
    if not made and calls[0].error.startswith(NONE_LEFT):
        return Reply("There is nothing that I could undo.", keeps_focus=True)
    faults = dict.fromkeys(f"I could not take all of that back: {call.error}"
                           for call in calls if call.error)  # fmt: skip
    more = "There is more of it: say “undo” once more." if not count and _left(calls[-1]) else ""
    hands = [HANDS[source] for call in made if (source := call.result.get("source")) in HANDS]
    tasks = {task.id: task for call in made for task in tasks_of(call)}
    focus = tuple(task for task in tasks.values() if not task.deleted)
    words = wording.sentences(
        *_taken_back(made, now), *_lists(made), *dict.fromkeys(hands), *faults, more
    )
    return Reply(words, focus=focus, keeps_focus=not made)


def _left(call: Call) -> int:
    """How many changes for the same message were left after a call."""
    left = call.result.get("left")
    return left if isinstance(left, int) else 0


def _taken_back(calls: Sequence[Call], now: datetime) -> list[str]:
    """A sentence for each kind of change; of a task that is gone, only that it is gone."""
    latest = {task.id: task for call in calls for task in tasks_of(call)}
    kinds: dict[str, dict[str, None]] = {}
    for call in reversed(calls):
        for kind, task in reversed(_undone(call)):
            kinds.setdefault(kind, {})[task.id] = None
    gone = kinds.get("created", {})
    told = {
        kind: tuple(latest[id] for id in ids if kind == "created" or id not in gone)
        for kind, ids in kinds.items()
    }
    return [_sentence(kind, tasks, now) for kind, tasks in told.items() if tasks]


def _lists(calls: Sequence[Call]) -> list[str]:
    """Of each list what it is now, in the order in which it was taken back."""
    words = {"created": "is not there any more", "deleted": "is back"}
    undone = [each for call in calls for each in call.result.get("undone") or []]
    told = {each["list"]: each.get("kind") for each in undone if isinstance(each, dict)
            and isinstance(each.get("list"), str)}  # fmt: skip
    return [
        f"The list {wording.quoted(name)} {words.get(str(kind), 'has its name again')}."
        for name, kind in told.items()
    ]


def _undone(call: Call) -> list[tuple[str, KnownTask]]:
    """What an act did to tasks and is taken back, its last change first."""
    undone = call.result.get("undone")
    entries = undone if isinstance(undone, list) else [{"kind": undone}]  # of another day
    kinds = [
        str(each.get("kind")) for each in entries if isinstance(each, dict) and "list" not in each
    ]
    return list(zip(kinds, tasks_of(call), strict=False))


def _sentence(kind: str, tasks: Tasks, now: datetime) -> str:
    titles, be = wording.titles(tasks), "is" if len(tasks) == 1 else "are"
    match kind:
        case "created":
            return f"{titles} {be} not in your list any more."
        case "deleted":
            return f"{titles} {be} back in your list."
        case "completed":
            return f"{titles} {be} open again."
        case "reopened":
            return f"{titles} {be} done again."
    return f"Back as it was: {'; '.join(wording.with_facts(task, now) for task in tasks)}."
