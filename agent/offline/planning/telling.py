"""What a change has come to, in words: only ever what the results of the tools say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from agent.offline.intents import Change, Edit, Question
from agent.offline.known import Known, KnownTask, Reply, Tasks, has_changed, tasks_of
from agent.offline.planning import reminding, wording
from agent.offline.talk import Call

GONE = "There is no such task"


def told(
    intent: Change, before: Tasks, calls: Sequence[Call], known: Known, now: datetime
) -> Reply:
    """The reply after the calls of a change, one for each task of ``before``."""
    if any("proposal" in call.result for call in calls):
        asks = Question("which", intent, tuple(task.id for task in before))
        return Reply("", focus=before, asks=asks)
    changed = tuple(task for call in calls if not call.error for task in tasks_of(call))
    news = tuple(task for call in calls if "note" not in call.result for task in tasks_of(call))
    same = tuple(task for call in calls if "note" in call.result for task in tasks_of(call))
    faults = [_fault(task, call) for task, call in zip(before, calls, strict=True) if call.error]
    words = wording.sentences(
        news_of(intent, before, news, now) if news else "",
        _unchanged(intent, same) if same else "",
        *faults,
        *(intent.remarks if changed else ()),
        _rings(intent, news, calls, known, now),
    )
    return Reply(words, focus=() if intent.tool == "delete_task" else changed)


def _rings(intent: Change, tasks: Tasks, calls: Sequence[Call], known: Known, now: datetime) -> str:
    """Where a change set when they ring."""
    if intent.tool in ("complete_task", "delete_task"):
        return ""
    silent = tuple(task for task in tasks if not task.reminders)
    gone = silent and intent.edit.reminders
    return wording.sentences(
        f"I will not remind you of {wording.titles(silent)} any more." if gone else "",
        reminding.will_ring(tasks, calls, known, now),
    )


def _fault(task: KnownTask, call: Call) -> str:
    if call.error.startswith(GONE):
        return f"{wording.quoted(task.title)} is not in your list any more, so nothing has changed."
    error = call.error.removeprefix("repeats: ")
    return f"I could not change {wording.quoted(task.title)}: {error}"


def news_of(intent: Change, before: Tasks, tasks: Tasks, now: datetime) -> str:
    titles, be = wording.titles(tasks), "is" if len(tasks) == 1 else "are"
    match intent.tool:
        case "complete_task":
            return wording.sentences(
                f"Well done: {titles} {be} finished.", *(_next(task, now) for task in tasks)
            )
        case "reopen_task":
            return f"{titles} {be} open again."
        case "delete_task":
            return f"Deleted {titles}."
        case "restore_task":
            return f"{titles} {be} back in your list."
    return _edited(intent.edit, before, tasks, now)


def _next(task: KnownTask, now: datetime) -> str:
    """When one that repeats comes again, or that it does not."""
    if task.next and task.next.due_date:
        when = wording.when_words(task.next.due_date, task.next.due_time, now)
        return f"{wording.quoted(task.title)} is next due {when}."
    return f"{wording.quoted(task.title)} does not come again." if task.repeats else ""


def _unchanged(intent: Change, tasks: Tasks) -> str:
    titles, be = wording.titles(tasks), "was" if len(tasks) == 1 else "were"
    match intent.tool:
        case "complete_task":
            return f"{titles} {be} done already."
        case "reopen_task":
            return f"{titles} {be} open already."
        case "restore_task":
            return f"{titles} {be} in your list already."
    if intent.edit.clear == "tags" or intent.edit.untags:
        names = " or ".join(map(wording.quoted, intent.edit.untags))
        has = "has" if len(tasks) == 1 else "have"
        return f"{titles} {has} no {f'tag {names}' if names else 'tags'}."
    if intent.edit.reminders == ("none",):
        return f"There was no reminder for {titles}."
    return f"{titles} {be} like that already."


def _edited(edit: Edit, before: Tasks, tasks: Tasks, now: datetime) -> str:
    words = []
    if edit.title:
        old = {task.id: task.title for task in before}[tasks[0].id]
        words.append(f"Renamed {wording.quoted(old)} to {wording.quoted(tasks[0].title)}.")
    facts = _facts(edit, tasks, now)
    if facts:
        be = "is" if len(tasks) == 1 else "are"
        words.append(f"{wording.titles(tasks)} {be} now {wording.joined(facts)}.")
    if edit.note:
        words.append(f"Noted for {wording.titles(tasks)}: {edit.note}")
    return wording.sentences(*words)


def _facts(edit: Edit, tasks: Tasks, now: datetime) -> list[str]:
    facts = []
    if edit.clear == "notes":
        facts.append("without notes")
    elif edit.clear == "repeats":
        facts.append("not repeating any more")
    elif edit.repeats or edit.series or edit.skip:
        facts += dict.fromkeys(
            f"{_due(task, now)}, {wording.rule_words(task.repeats, now)}" for task in tasks
        )
    elif edit.when or edit.shift or edit.hour or edit.clear in ("due_date", "due_time"):
        dues = dict.fromkeys(_due(task, now) for task in tasks)
        facts.append(wording.joined(dues))
    if edit.minutes or edit.clear == "duration_minutes":
        facts.append(wording.length(tasks[0].minutes) + " long" if edit.minutes else "of no length")
    if edit.in_list is not None:
        facts.append(f"in your list {tasks[0].in_list}" if tasks[0].in_list else "in the Inbox")
    if edit.parent or edit.clear == "parent":
        parent = tasks[0].parent
        facts.append(f"a step of {wording.quoted(parent)}" if parent else "a task of its own")
    if edit.tags or edit.untags or edit.clear == "tags":
        told = {task.tags for task in tasks}
        names = tasks[0].tags if len(told) == 1 else edit.tags
        facts.append(wording.tags(names) if names else "without that tag")
    if edit.priority:
        facts.append(wording.PRIORITIES.get(tasks[0].priority, "without a special priority"))
    return facts


def _due(task: KnownTask, now: datetime) -> str:
    if not task.due_date:
        return "without a due date"
    return f"due {wording.when_words(task.due_date, task.due_time, now)}"


DONE_BEFORE = {
    "create_task": "added",
    "update_task": "changed",
    "complete_task": "marked as done",
    "reopen_task": "opened again",
    "delete_task": "deleted",
    "restore_task": "restored",
    "undo_last": "changed back",
}


def with_left_over(unused: Sequence[Call], reply: Reply) -> Reply:
    """The reply, after what an earlier attempt at it has changed already."""
    done = [
        f"{wording.titles(tasks_of(call))} was {DONE_BEFORE[call.name]}."
        for call in unused
        if has_changed(call) and tasks_of(call)
    ]
    return replace(reply, words=wording.paragraphs(" ".join(done), reply.words)) if done else reply
