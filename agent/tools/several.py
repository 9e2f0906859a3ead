"""Tools that take one task or several at once, each of them with a result of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.db import transaction

from agent.tools.naming import Meant
from agent.tools.tool import NO_SUCH_TASK, Desk, Result, TaskId, Tool, ToolError
from text import clean_text
from todos.models import Task

MOST_AT_ONCE = 100
TOLD_ERRORS = 5
TOLD_CANDIDATES = 20
IDS = "task_ids"
WAYS_TOLD = frozenset({"rings_on", "hint"})
"""Once for all tasks."""
Item = dict[str, Any]


class ForTasks(Tool):
    """A tool whose fields are for one task, and which takes a list of them as ``several``."""

    several: ClassVar[str]

    @classmethod
    def fields_of(cls, item: Any) -> Item:
        """The arguments for one task, of what stands in the list."""
        if cls.several == IDS:
            return {"task_id": item}
        return item if isinstance(item, dict) else {"raw": item}

    @classmethod
    def item_of(cls, fields: Item) -> Any:
        """The other way round."""
        return fields["task_id"] if cls.several == IDS else fields

    @classmethod
    def hold(cls, tools: Sequence[Self], desk: Desk) -> None:
        """Take all rows at once that these will change."""

    def run(self, desk: Desk) -> Result:
        result = super().run(desk)
        return result | desk.ways_of([result.get("task")])


class OnTasks(ForTasks):
    """A tool that acts on tasks there are."""

    several = IDS
    meant: ClassVar[Meant] = "all"
    steps_too: ClassVar[bool] = True
    """Whether it may change the steps as well."""
    task_id: TaskId

    @classmethod
    def hold(cls, tools: Sequence[Self], desk: Desk) -> None:
        desk.hold((tool.task_id for tool in tools), cls.meant, steps_too=cls.steps_too)

    def act(self, desk: Desk) -> Result:
        try:
            task = desk.task(
                self.task_id,
                self.meant,
                deleted_too=self.meant == "deleted",
                steps_too=self.steps_too,
            )
            return self.act_on(task, desk)
        except Task.DoesNotExist:  # somebody else deletes it at this moment
            raise ToolError(NO_SUCH_TASK) from None

    def act_on(self, task: Task, desk: Desk) -> Result:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Several:
    """A tool for several tasks: for each either the tool, ready to run, or why it cannot."""

    items: list[Any]
    tools: list[ForTasks | ToolError]

    @property
    def asked(self) -> list[Any]:
        """As that of each tool; what cannot be done is as it was written."""
        each = zip(self.items, self.tools, strict=True)
        return [tool.asked if isinstance(tool, ForTasks) else item for item, tool in each]

    def run(self, desk: Desk) -> Result:
        """Each by itself and in order; those that fail are named. Raises ToolError if all do."""
        ready = [tool for tool in self.tools if isinstance(tool, ForTasks)]
        if ready:
            ready[0].hold(ready, desk)
        done: list[tuple[str, Result]] = []
        failures: list[Item] = []
        for place, (item, tool) in enumerate(zip(self.items, self.tools, strict=True), 1):
            try:
                done.append(_one_result(tool, desk))
            except ToolError as error:
                failures.append({"item": place} | _naming(item) | error.result)
        if not done:
            raise _all_failed(failures)
        key = "deleted" if done[0][0] == "deleted" else "tasks"
        summaries = [summary for _, summary in done]
        return {key: summaries, "failures": failures} | desk.ways_of(summaries)


def _one_result(tool: ForTasks | ToolError, desk: Desk) -> tuple[str, Result]:
    """What the result is told under, and the summary with its note. Raises ToolError."""
    if isinstance(tool, ToolError):
        raise tool
    with transaction.atomic():  # one that fails changes nothing
        result = {n: told for n, told in tool.run(desk).items() if n not in WAYS_TOLD}
    note = {"note": result.pop("note")} if "note" in result else {}
    [(key, summary)] = result.items()
    return key, summary | note


def _naming(item: Any) -> Item:
    """How a failure names its task: by its id or, where it has none, by its title."""
    if isinstance(item, str):
        return {"task_id": clean_text(item)[:100]}
    named = item if isinstance(item, dict) else {}
    for name in ("task_id", "title"):
        if isinstance(named.get(name), str):
            return {name: clean_text(named[name])[:200]}
    return {}


def _all_failed(failures: list[Item]) -> ToolError:
    kinds = list(dict.fromkeys(failure["error"] for failure in failures))
    more = f"; and {len(kinds) - TOLD_ERRORS} more" if len(kinds) > TOLD_ERRORS else ""
    candidates = {each["id"]: each for one in failures for each in one.get("candidates", [])}
    told = list(candidates.values())[:TOLD_CANDIDATES]
    foreign = any("foreign" in failure for failure in failures)
    return ToolError("; ".join(kinds[:TOLD_ERRORS]) + more, told, foreign=foreign)
