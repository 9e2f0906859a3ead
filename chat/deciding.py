"""What the person answers to the proposals of the reply before: read by rule, and done by us.

A model has no part in it. Each answer is kept as a call of the tool that would have done it, so
that the model, the page and undo know what became of it.
"""

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from accounts.scopes import MissingScope
from agent.consent import answer
from agent.tools.summaries import summary
from chat.consent import DEEDS, KINDS, NOTE, OF_LISTS, Result, told
from conversations.asked import asked_in
from conversations.models import Turn
from todos.batch import Outcome
from todos.models import (
    AlreadyDecided,
    Expired,
    Origin,
    Outdated,
    Proposal,
    TaskChange,
    TaskList,
)
from todos.repeating import Repeat

LEFT = "Nothing was done, as the answer was no."
DONE_ELSEWHERE = "It was done before, by a yes elsewhere."
TAKEN_BACK = (
    "Nothing was done: it was done before, by a yes, and taken back since. Ask for it once more if "
    "you want it."
)
LEFT_ELSEWHERE = "Nothing was done: it was left before, by a no elsewhere."
TOO_LATE = (
    "Nothing was done: it was asked more than a day ago. Ask for it once more if you want it."
)
NOTHING_LEFT = "Nothing was done: it is so already, or the tasks are gone."
MOVED_ON = f"The tasks have changed since they were seen. {NOTE}"


def to_decide(history: Sequence[Any], turn: Turn) -> tuple[str, list[str]]:
    """The plain answer that the person's message is, and the proposals that it is to.

    Those that an earlier attempt at the turn has decided are left out. ``history`` ends with the
    two messages of the turn.
    """
    before = history[-3] if len(history) > 2 else None
    asked = asked_in(before.calls) if before and before.role == "assistant" else {}
    if not asked:
        return "", []
    deeds = [_deed(call) for call in asked.values()]
    decided = {call.result.get("answers") for call in turn.calls}
    return answer(turn.user_message.content, deeds), [id for id in asked if id not in decided]


def _deed(call: Any) -> str:
    if call.name == "edit_list":
        return f"{call.arguments.get('do')}_list"
    return DEEDS.get(call.name, "")


def decide(user: User, id: str, said: str, origin: Origin) -> tuple[str, Result, Result] | None:
    """Do it or leave it, in the caller's transaction: the tool's name, arguments and result.

    None where there is no such proposal any more.
    """
    proposal = Proposal.objects.for_user(user).filter(pk=id).first()
    if proposal is None:
        return None
    result = {"answers": id} | _outcome(proposal, said, origin)
    return TOOLS[proposal.operation["do"]], _arguments(proposal), result


TOOLS = {do: name for name, (do, _) in KINDS.items()} | dict.fromkeys(OF_LISTS, "edit_list")


def _outcome(proposal: Proposal, said: str, origin: Origin) -> Result:
    untouched = {"untouched": proposal.summary} | ({"foreign": True} if proposal.is_foreign else {})
    try:
        if said == "no":
            proposal.reject()
            return untouched | {"said": "no", "note": LEFT}
        outcome = proposal.approve(origin)
    except Outdated as outdated:
        if outdated.renewed is None:
            return untouched | {"note": NOTHING_LEFT}
        return {"proposal": told(outdated.renewed), "note": MOVED_ON}
    except MissingScope as missing:
        return untouched | {"note": str(missing.detail)}
    except Expired:
        return untouched | {"note": TOO_LATE}
    except AlreadyDecided:
        return untouched | {"note": _done_before(proposal) if said == "no" else LEFT_ELSEWHERE}
    if outcome.act != origin.act:
        return untouched | {"note": _done_before(proposal)}
    return _done(proposal, outcome)


def _done_before(proposal: Proposal) -> str:
    changes = TaskChange.objects.for_user(proposal.user).filter(act=proposal.act)
    return DONE_ELSEWHERE if changes.not_undone().exists() else TAKEN_BACK


def _done(proposal: Proposal, outcome: Outcome) -> Result:
    """As the tool itself tells what it has done."""
    operation = proposal.operation
    if operation["do"] == "delete_list":
        return {"deleted_list": operation["names"][0]}
    if operation["do"] == "merge_list":
        return {"list": operation["names"][1], "merged": operation["names"][0]}
    key = "deleted" if proposal.operation["do"] == "delete" else "tasks"
    return {key: [summary(task, proposal.user) for task in outcome.done], "failures": []}


def _arguments(proposal: Proposal) -> Result:
    """As a model would have asked for it."""
    operation = proposal.operation
    if operation["do"] in OF_LISTS:
        name, *into = operation["names"]
        to = {"to": into[0]} if into else {"delete_tasks": operation["tasks"] == "delete"}
        return {"do": operation["do"].removesuffix("_list"), "list": name} | to
    items = operation["tasks"]
    if operation["do"] not in ("create", "update"):
        return {"task_ids": items}
    lists = TaskList.objects.for_user(proposal.user).names() | operation.get("lists", {})
    told_ids = operation["do"] == "update"
    return {
        "tasks": [
            ({"task_id": item["id"]} if told_ids else {}) | _spelled(item, lists) for item in items
        ]
    }


def _spelled(item: Result, lists: dict[str, str]) -> Result:
    fields = {name: value for name, value in item.items() if name != "id"}
    if fields.get("list"):
        fields["list"] = lists.get(fields["list"], "")
    if fields.get("repeats"):
        fields["repeats"] = Repeat.read(fields["repeats"]).words
    return fields
