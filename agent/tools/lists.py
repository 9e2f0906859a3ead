"""The tools for lists and tags themselves."""

from collections import Counter
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from agent.tools.tool import Desk, Flag, InSmallLetters, Result, Tool, ToolError
from todos.models import NameTaken, Task, TaskList
from todos.models.beside import lists_of, places_to_do
from todos.rules import read_tag

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ListLists(Tool):
    """Tell all lists and tags."""

    name = "list_lists"
    changes = False

    def act(self, desk: Desk) -> Result:
        rows = places_to_do(desk.user)
        by_list: Counter[UUID | None] = Counter(list_id for list_id, *_ in rows)
        by_tag = Counter(tag for _, tags, _ in rows for tag in tags)
        foreign = {tag for _, tags, is_foreign in rows if is_foreign for tag in tags}
        lists = lists_of(desk.user)
        return {
            "lists": [_told(each.name, by_list[each.pk], each.foreign) for each in lists],
            "inbox": by_list[None],
            "tags": [_told(name, by_tag[name], name in foreign) for name in sorted(by_tag)],
        }


def _told(name: str, number: int, foreign: bool) -> Result:
    return {"name": name, "open": number} | ({"foreign": True} if foreign else {})


class EditList(Tool):
    """Change a list or '#tag'."""

    name = "edit_list"
    do: Annotated[Literal["create", "rename", "merge", "delete"], InSmallLetters]
    list: Name
    to: Name | None = None
    delete_tasks: Flag = False

    def act(self, desk: Desk) -> Result:
        if self.do in ("rename", "merge") and not self.to:
            raise ToolError(f"to: give the name to {self.do} it to.")
        if self.list.startswith("#"):
            return self._of_tag(read_tag(self.list), desk)
        try:
            return self._of_list(desk)
        except NameTaken:
            raise ToolError(TAKEN.format(self.to or self.list)) from None

    def _of_list(self, desk: Desk) -> Result:
        """Raises NameTaken."""
        if self.do == "create":
            return {"list": TaskList.add(desk.user, desk.origin, name=self.list).name}
        task_list = self._there(self.list, desk)
        match self.do, self.to:
            case "rename", str(to):
                task_list.rename(desk.origin, to)
            case "merge", str(to):
                into = self._there(to, desk)
                task_list.merge(into, desk.origin)
                return {"list": into.name, "merged": task_list.name}
            case _:
                task_list.remove(desk.origin, tasks="delete" if self.delete_tasks else "keep")
                return {"deleted_list": task_list.name}
        return {"list": task_list.name}

    @staticmethod
    def _there(name: str, desk: Desk) -> TaskList:
        found = desk.list_named(name)
        if found is None:
            raise ToolError("The Inbox holds what is in no list; it cannot be changed.")
        return found

    def _of_tag(self, tag: str, desk: Desk) -> Result:
        """A tag is there as long as a task has it."""
        if self.do == "create":
            raise ToolError("A tag needs no making: give it to a task with update_task.")
        tasks = Task.objects.for_user(desk.user)
        if self.do == "delete":
            changed = tasks.drop_tag(desk.user, tag, desk.origin)
        else:
            changed = tasks.rename_tag(desk.user, tag, self.to or "", desk.origin)
        if not changed:
            raise ToolError(f"No task has the tag “{tag}”. list_lists tells those there are.")
        return {"tag": tag if self.do == "delete" else read_tag(self.to or "")}


TAKEN = "There is a list “{}” already. To put two together, merge them."
