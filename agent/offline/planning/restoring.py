"""The plan that brings deleted tasks back."""

from datetime import datetime

from agent.offline.intents import Change, Restore
from agent.offline.known import Known, Reply, Tasks, tasks_of
from agent.offline.lexicon import BETWEEN
from agent.offline.matching import best_matches, search_words
from agent.offline.planning import wording
from agent.offline.planning.doubting import which
from agent.offline.planning.finding import list_all, list_tasks
from agent.offline.planning.telling import told
from agent.offline.steps import Plan, Request
from agent.offline.target import All, Chosen, Named
from todos.consent import is_wide

DELETED = {"status": "deleted"}


def restore(intent: Restore, known: Known, now: datetime) -> Plan[Reply | None]:
    """Nothing, where no deleted task is meant and the words may ask for something else."""
    change = Change("restore_task", Chosen(()))
    if isinstance(intent.target, Named):
        found, is_clear = yield from _by_name(intent.target)
        words = f"I found no deleted task about {wording.quoted(intent.target.words)}."
    else:
        just = _just_deleted(known)
        found = just or (yield from list_all(DELETED))
        is_asked_elsewhere = isinstance(intent.target, All) and is_wide("restore", len(found))
        is_clear = bool(just) or len(found) == 1 or is_asked_elsewhere
        words = "There are no deleted tasks."
    if not found:
        return None if intent.otherwise else Reply(words, keeps_focus=True)
    if not is_clear:
        return which(change, found, f"{len(found)} deleted tasks fit.", now)
    calls = yield [Request("restore_task", {"task_id": task.id}) for task in found]
    return told(change.on(*(task.id for task in found)), found, calls, known, now)


def _by_name(named: Named) -> Plan[tuple[Tasks, bool]]:
    """Deleted tasks with these words, and whether each of them is meant.

    A title that only looks like the words is none; several names are each one task.
    """
    [tasks] = yield from _fitting(named)
    parts = [Named(part.strip(' "“”')) for part in BETWEEN.split(named.words)]
    if tasks or len(parts) == 1:
        return tasks, len(tasks) == 1
    each = yield from _fitting(*parts)
    is_clear = all(len(tasks) == 1 for tasks in each)
    return tuple(tasks[0] for tasks in each) if is_clear else (), is_clear


def _fitting(*names: Named) -> Plan[list[Tasks]]:
    lists = yield from list_tasks(*(DELETED | {"search": search_words(each)} for each in names))
    found = [best_matches(listed, each) for listed, each in zip(lists, names, strict=True)]
    return [() if each.doubtful else each.tasks for each in found]


def _just_deleted(known: Known) -> Tasks:
    """The tasks that the last message which changed any has deleted."""
    deleted = [call for call in known.done if call.name == "delete_task"]
    return tuple(task for call in deleted for task in tasks_of(call))
