"""The plan that brings deleted tasks back."""

from datetime import datetime

from agent.offline.intents import Change, Chosen, Named, Restore
from agent.offline.known import Known, Reply, Tasks, tasks_of
from agent.offline.matching import best_matches, search_words
from agent.offline.planning import wording
from agent.offline.planning.doubting import which
from agent.offline.planning.finding import list_all
from agent.offline.planning.telling import told
from agent.offline.steps import Plan, Request

DELETED = {"status": "deleted"}


def restore(intent: Restore, known: Known, now: datetime) -> Plan[Reply | None]:
    """Nothing, where no deleted task is meant and the words may ask for something else."""
    change = Change("restore_task", Chosen(()))
    if isinstance(intent.target, Named):
        found = yield from _by_name(intent.target)
        words = f"I found no deleted task about {wording.quoted(intent.target.words)}."
    else:
        found = _just_deleted(known) or (yield from list_all(DELETED))
        words = "There are no deleted tasks."
    if not found:
        return None if intent.otherwise else Reply(words, keeps_focus=True)
    is_clear = len(found) == 1 or found == _just_deleted(known)
    if not is_clear:
        return which(change, found, f"{len(found)} deleted tasks fit.", now)
    calls = yield [Request("restore_task", {"task_id": task.id}) for task in found]
    return told(change.on(*(task.id for task in found)), found, calls, now)


def _by_name(named: Named) -> Plan[Tasks]:
    """Deleted tasks with these words; a title that only looks like them is none."""
    listed = yield from list_all(DELETED | {"search": search_words(named)})
    found = best_matches(listed, named)
    return () if found.doubtful else found.tasks


def _just_deleted(known: Known) -> Tasks:
    """The tasks that the last message which changed any has deleted."""
    deleted = [call for call in known.done if call.name == "delete_task"]
    return tuple(task for call in deleted for task in tasks_of(call))
