"""What the server asks about, so that it is not asked for here, and what came of the answer."""

from collections.abc import Sequence
from datetime import datetime

from agent.offline.intents import Change
from agent.offline.known import Known, Reply, Tasks, tasks_of
from agent.offline.planning import wording
from agent.offline.planning.telling import news_of
from agent.offline.sayings import SAYINGS
from agent.offline.talk import Call
from agent.offline.target import Chosen
from todos.consent import is_wide

MOVED_ON = "Some of these tasks have changed meanwhile, so nothing is done yet."


def is_asked_elsewhere(tool: str, tasks: Tasks, known: Known) -> bool:
    """Whether to call the tool without asking, as the server asks anyway: nobody is asked twice."""
    seen = (*tasks, *known.tasks.values())
    return is_wide(tool.removesuffix("_task"), len(tasks)) or any(task.foreign for task in seen)


def is_confirmed_elsewhere(reply: Reply, tool: str, known: Known) -> bool:
    is_yes_or_no = reply.asks is not None and reply.asks.kind == "confirm"
    tasks = reply.shown or reply.focus
    return is_yes_or_no and bool(tasks) and is_asked_elsewhere(tool, tasks, known)


def decided(calls: Sequence[Call], now: datetime) -> Reply:
    """The reply to an answer that the server has read, and done or left what it was to."""
    tasks = tuple(task for call in calls for task in tasks_of(call))
    words = dict.fromkeys(_came_of(call, now) for call in calls)
    return Reply(wording.sentences(*words), focus=tuple(each for each in tasks if not each.deleted))


def _came_of(call: Call, now: datetime) -> str:
    if "proposal" in call.result:
        return MOVED_ON
    if "untouched" in call.result:
        is_no = call.result.get("said") == "no"
        return SAYINGS["left"] if is_no else str(call.result.get("note", ""))
    tasks = tasks_of(call)
    if "deleted_list" in call.result:
        return f"Deleted the list {wording.quoted(call.result['deleted_list'])}."
    if "merged" in call.result:
        old, new = (wording.quoted(str(call.result[name])) for name in ("merged", "list"))
        return f"What was in {old} is in {new} now."
    match call.name:
        case "create_task":
            return f"Added {wording.titles(tasks)}."
        case "update_task":
            return f"Changed {wording.titles(tasks)}."
        case "complete_task" | "reopen_task" | "delete_task" | "restore_task" as tool:
            return news_of(Change(tool, Chosen(())), tasks, tasks, now)
    return "It is done."
