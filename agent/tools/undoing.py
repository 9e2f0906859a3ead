"""The tool that takes back."""

from accounts.models import User
from agent.tools.summaries import summary
from agent.tools.tool import Desk, Result, Tool, ToolError
from todos.models import ChangedSince, TaskChange


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
                f"{titles} changed elsewhere since; all of that act is left as it is now."
            ) from None
        if not undone:
            raise ToolError("The user has taken that back a moment ago.")
        told = [{"kind": change.kind} | _row(change, desk.user) for change in undone]
        left = desk.show_undone(undone)
        return {"undone": told, "source": undone[0].source} | ({"left": left} if left else {})


def _row(change: TaskChange, user: User) -> Result:
    if change.task is None:
        return {"list": str(change.list)}
    return {"task": summary(change.task, user)}
