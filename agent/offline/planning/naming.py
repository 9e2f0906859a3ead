"""The plans that show, make, rename, merge and delete lists and tags."""

from dataclasses import replace
from datetime import datetime

from agent.offline.intents import Change, Edit, EditNames, Question, ShowNames
from agent.offline.known import Known, Reply
from agent.offline.matching import search_words
from agent.offline.planning import wording
from agent.offline.planning.filing import Go, no_such, none_of
from agent.offline.planning.finding import list_tasks
from agent.offline.planning.places import Names, look_up_names
from agent.offline.steps import Plan, Request
from agent.offline.target import It, Named
from agent.tools.near import near


def show_names(said: ShowNames) -> Plan[Reply]:
    """Raises ListFailed."""
    names = yield from look_up_names()
    if said.of == "tags":
        if not names.tags:
            return Reply("You have no tags yet. Say “tag it errands” to begin one.",
                         keeps_focus=True)  # fmt: skip
        lines = [f"– {name}: {wording.count(n, 'open task')}" for name, n in names.tags.items()]
        return Reply("\n".join(["Your tags:", *lines]), keeps_focus=True)
    if not names.lists:
        words = "You have no lists yet: everything is in your Inbox."
        return Reply(f"{words} Say “create a list called Home” to begin one.", keeps_focus=True)
    there = names.lists | {"Inbox": names.inbox}
    lines = [f"– {name}: {wording.count(number, 'open task')}" for name, number in there.items()]
    return Reply("\n".join(["Your lists:", *lines]), keeps_focus=True)


def edit_names(said: EditNames, known: Known, now: datetime, go: Go) -> Plan[Reply]:
    """Raises ListFailed."""
    names = yield from look_up_names()
    if said.do == "create":
        return (yield from _create(said, names))
    exact = names.exact(said.name, said.kind)
    if not exact:
        return (yield from _missing(said, names, known, now, go))
    perhaps = said.otherwise if said.do == "rename" and said.kind == "tag" else None
    if perhaps and (yield from _is_title(said.name)):
        return (yield from go(perhaps, known, now))
    said = replace(said, name=exact, kind=names.kind(exact, said.kind))
    if said.do == "delete":
        return (yield from _delete(said, names, known, now, go))
    taken = names.exact(said.to, said.kind)
    if said.do == "merge" and not taken:
        words = f"{none_of(said.to, said.kind, names)} Nothing has changed."
        return Reply(words, keeps_focus=True)
    if said.do == "rename" and said.kind == "list" and taken and taken != exact:
        asks = Question("confirm", replace(said, do="merge", to=taken))
        words = (
            f"There is a list {wording.quoted(taken)} already. Shall I merge the two? (yes or no)"
        )
        return Reply(words, asks=asks, keeps_focus=True)
    return (yield from _edit(said, _told(said, taken)))


def _told(said: EditNames, taken: str) -> str:
    old, new = wording.quoted(said.name), wording.quoted(taken or said.to)
    if said.kind == "list" and said.do == "merge":
        return f"What was in {old} is in {new} now."
    return f"Renamed the {said.kind} {old} to {new}."


def _create(said: EditNames, names: Names) -> Plan[Reply]:
    if exact := names.exact(said.name, "list"):
        words = f"There is a list {wording.quoted(exact)} already, so nothing has changed."
        return Reply(words, keeps_focus=True)
    if not said.sure and (like := near(said.name, names.lists)):
        words = f"There is a list {wording.joined(map(wording.quoted, like))}."
        more = f"Shall I make {wording.quoted(said.name)} as well? (yes or no)"
        asks = Question("confirm", replace(said, sure=True))
        return Reply(f"{words} {more}", asks=asks, keeps_focus=True)
    return (yield from _edit(said, f"Made the list {wording.quoted(said.name)}."))


def _missing(said: EditNames, names: Names, known: Known, now: datetime, go: Go) -> Plan[Reply]:
    if said.otherwise:
        return (yield from go(said.otherwise, known, now))
    like = near(said.name, names.of(said.kind))
    if len(like) == 1:
        asks = Question("confirm", replace(said, name=like[0]))
        words = f"{no_such(said.name, said.kind)} Do you mean {wording.quoted(like[0])}?"
        return Reply(f"{words} (yes or no)", asks=asks, keeps_focus=True)
    words = f"{none_of(said.name, said.kind, names)} Nothing has changed."
    return Reply(words, keeps_focus=True)


def _is_title(name: str) -> Plan[bool]:
    """Whether a task is called just that."""
    [listed] = yield from list_tasks({"search": search_words(Named(name))})
    return any(task.title.casefold() == name.casefold() for task in listed)


def _delete(said: EditNames, names: Names, known: Known, now: datetime, go: Go) -> Plan[Reply]:
    title = wording.quoted(said.name)
    if said.kind == "tag":
        if not said.sure and any(said.name in task.tags for task in known.of(known.focus)):
            off = Change("update_task", It(many=len(known.focus) > 1), Edit(untags=(said.name,)))
            return (yield from go(off, known, now))
        return (yield from _edit(said, f"No task has the tag {title} any more."))
    if names.lists[said.name] and not said.tasks:
        return (yield from _ask_for_its_tasks(said))
    gone = "and its tasks " if said.tasks == "delete" else ""
    told = f"Deleted the list {title}{f' {gone}'.rstrip()}."
    if said.tasks == "keep":
        told += " Its tasks are in the Inbox."
    return (yield from _edit(said, told))


def _ask_for_its_tasks(said: EditNames) -> Plan[Reply]:
    """The server asks whether they go with it, so that a yes does it, and "keep" is for us."""
    asked = yield from _edit(replace(said, tasks="delete"), f"Deleted the list “{said.name}”.")
    if asked.words:
        return asked
    words = "Its tasks would go with it; say “keep” to have them in the Inbox."
    return Reply(words, asks=Question("missing", said), keeps_focus=True)


def _edit(said: EditNames, told: str) -> Plan[Reply]:
    name = f"#{said.name}" if said.kind == "tag" else said.name
    to = {"to": f"#{said.to}" if said.kind == "tag" else said.to} if said.to else {}
    tasks = {"delete_tasks": True} if said.tasks == "delete" else {}
    [call] = yield [Request("edit_list", {"do": said.do, "list": name} | to | tasks)]
    if "proposal" in call.result:
        return Reply("", keeps_focus=True)
    if call.error:
        return Reply(f"I could not do that: {call.error}", keeps_focus=True)
    return Reply(told, keeps_focus=said.do != "delete")
