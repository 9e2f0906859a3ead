"""The tool that takes back."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import User
from agent.tools.summaries import summary
from agent.tools.tool import Desk, Result, Tool, ToolError
from todos.models import ChangedSince, Task, TaskChange, TaskList


class UndoLast(Tool):
    """Undo the newest act, also the user's. left: more of that message."""

    name = "undo_last"

    def act(self, desk: Desk) -> Result:
        changes = TaskChange.objects.for_user(desk.user)
        act = changes.newest_act()
        if act is None:
            raise ToolError("There is nothing to undo.")
        try:
            undone = changes.of_acts([act]).undo(desk.origin)
        except ChangedSince as moved:
            titles = ", ".join(f"“{title}”" for title in moved.tasks.values())
            raise ToolError(
                f"{titles} changed elsewhere since; all of that act is left as it is now.",
                foreign=_any_foreign(moved.tasks, desk.user),
            ) from None
        if not undone:
            raise ToolError("The user has taken that back a moment ago.")
        told = [{"kind": change.kind} | _row(change, desk.user) for change in undone]
        left = desk.show_undone(undone)
        return {"undone": told, "source": undone[0].source} | ({"left": left} if left else {})


def _row(change: TaskChange, user: User) -> Result:
    if change.task is None:
        foreign = change.list and change.list.foreign
        return {"list": str(change.list)} | ({"foreign": True} if foreign else {})
    return {"task": summary(change.task, user)}


def _any_foreign(ids: Collection[UUID], user: User) -> bool:
    tasks = Task.objects.with_deleted_for_user(user)
    lists = TaskList.objects.filter(user=user)
    return any(rows.filter(pk__in=ids, foreign=True).exists() for rows in (tasks, lists))
