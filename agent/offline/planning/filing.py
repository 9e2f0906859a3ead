"""The plans for what is said of lists, tags and steps: each name is looked up before it is used."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from agent.offline.intents import (
    Add,
    Change,
    Draft,
    FirstNamed,
    Intent,
    Put,
    Question,
    Show,
    Unclear,
    Within,
)
from agent.offline.known import Known, Reply, Tasks
from agent.offline.matching import best_matches, search_words
from agent.offline.planning import wording
from agent.offline.planning.adding import add
from agent.offline.planning.finding import list_tasks
from agent.offline.planning.places import Names, look_up_names
from agent.offline.steps import Plan
from agent.offline.target import All, Named, Query
from agent.tools.near import near
from todos.rules import list_key

Go = Callable[[Intent, Known, datetime], Plan[Reply]]
"""What plans another intent."""


def within(said: Within, known: Known, now: datetime, go: Go) -> Plan[Reply]:
    """The intent for the list or tag of that name; or what to do where there is none."""
    if said.kind != "tag" and list_key(said.name) == "inbox":
        return (yield from go(filed(said, "list", ""), known, now))
    return (yield from _within(said, (yield from look_up_names()), known, now, go))


def first_named(said: FirstNamed, known: Known, now: datetime, go: Go) -> Plan[Reply]:
    names = yield from look_up_names()
    for each in said.places:
        if exact := names.exact(each.name, "list"):
            return (yield from go(filed(each, "list", exact), known, now))
    if isinstance(said.otherwise, Within):
        return (yield from _within(said.otherwise, names, known, now, go))
    return (yield from go(said.otherwise or Unclear(), known, now))


def _within(said: Within, names: Names, known: Known, now: datetime, go: Go) -> Plan[Reply]:
    if exact := names.exact(said.name, said.kind):
        return (yield from go(filed(said, names.kind(exact, said.kind), exact), known, now))
    like = near(said.name, names.of(said.kind))
    if like:
        return _asks_for_like(said, names, like)
    if said.otherwise and not said.sure:
        return (yield from go(said.otherwise, known, now))
    new = filed(said, "list" if said.kind == "either" else said.kind, said.name)
    if not _makes(said):
        return Reply(none_of(said.name, said.kind, names), keeps_focus=True)
    if said.sure:
        return (yield from go(new, known, now))
    words = f"There is no list {wording.quoted(said.name)} yet. Shall I make it? (yes or no)"
    return Reply(words, asks=Question("confirm", new), keeps_focus=True)


def _makes(said: Within) -> bool:
    return said.to or isinstance(said.intent, Add)


def _asks_for_like(said: Within, names: Names, like: list[str]) -> Reply:
    """Grocery, where there is Groceries."""
    no = no_such(said.name, said.kind)
    if len(like) > 1:
        meant = wording.joined(map(wording.quoted, like))
        return Reply(f"{no} There are {meant}: which one? Nothing has changed.", keeps_focus=True)
    meant = wording.quoted(like[0])
    asks = Question("confirm", filed(said, names.kind(like[0], said.kind), like[0]))
    new = f" Say “create a list called {said.name}” for a new one." if _makes(said) else ""
    return Reply(f"{no} Do you mean {meant}? (yes or no){new}", asks=asks, keeps_focus=True)


def no_such(name: str, kind: str) -> str:
    what = {"either": "list or tag"}.get(kind, kind)
    return f"There is no {what} {wording.quoted(name)}."


def none_of(name: str, kind: str, names: Names) -> str:
    there = names.of("tag" if kind == "tag" else "list")
    what = "tags" if kind == "tag" else "lists"
    are = f"Your {what} are {wording.joined(map(wording.quoted, there))}." if there else ""
    return wording.sentences(no_such(name, kind), are or f"You have no {what} yet.")


def filed(said: Within, kind: str, name: str) -> Intent:
    """The intent with the name where it belongs; "" is the Inbox."""
    return _filed(said.intent, said, kind, name)


def _filed(intent: Intent, said: Within, kind: str, name: str) -> Intent:
    match intent:
        case Add():
            return _added(intent, kind, name)
        case Show():
            return replace(intent, query=_query(intent.query, kind, name))
        case Change(target=All() as everything) if not said.to:
            query = _query(everything.query, kind, name)
            return replace(intent, target=replace(everything, query=query))
        case Change():
            return _moved(intent, kind, name)
        case Within():
            return replace(
                intent, intent=_filed(intent.intent, replace(said, to=False), kind, name)
            )
        case Put(change, addition):
            return Put(_moved(change, kind, name), _added(addition, kind, name))
    return intent


def _added(addition: Add, kind: str, name: str) -> Add:
    return replace(addition, drafts=tuple(_draft(each, kind, name) for each in addition.drafts))


def _moved(change: Change, kind: str, name: str) -> Change:
    place = {"in_list": name} if kind == "list" else {"in_list": None, "tags": (name,)}
    return replace(change, edit=replace(change.edit, **place))


def _draft(draft: Draft, kind: str, name: str) -> Draft:
    if kind == "tag":
        return replace(draft, tags=(*draft.tags, name))
    return replace(draft, in_list=name)


def _query(query: Query, kind: str, name: str) -> Query:
    where = f"tagged {name}" if kind == "tag" else f"in {name or 'the Inbox'}"
    label = wording.sentences(where, query.label)
    return Query(query.arguments | {kind: name or "inbox"}, label)


def put(said: Put, known: Known, now: datetime, go: Go) -> Plan[Reply]:
    """Put milk in Groceries: moved where it is on a list, and else made."""
    target = said.change.target
    if isinstance(target, Named):
        [listed] = yield from list_tasks({"search": search_words(target)})
        if not best_matches(listed, target).whole:
            return (yield from go(said.addition, known, now))
    return (yield from go(said.change, known, now))


def add_steps(steps: tuple[Draft, ...], found: Tasks, known: Known, now: datetime) -> Plan[Reply]:
    if len(found) > 1:
        return Reply("Please tell me the steps of one task at a time.", keeps_focus=True)
    [task] = found
    drafts = tuple(replace(step, parent=task.id) for step in steps)
    return (yield from add(Add(drafts), known, now))
