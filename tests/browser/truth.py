"""Whether two tabs show what the rows are, and no word is lost or doubled."""

from importlib.resources import files
from typing import Any

from accounts.models import User
from conversations.models import Message
from tests.browser.person import Person
from todos.models import Task, TaskChange

LOOK = files("tests.browser").joinpath("tabs.js").read_text(encoding="utf-8")


def faults_of(person: Person) -> list[str]:
    """As things are now; some may be on their way."""
    looks = [tab.evaluate(LOOK) for tab in person.tabs]
    faults = [
        f"tab {number}: {fault}"
        for number, look in enumerate(looks)
        for fault in faults_of_tab(person.user, look)
    ]
    return faults + faults_of_words(person, looks)


def faults_of_tab(user: User, look: dict[str, Any]) -> list[str]:
    faults = [f"{text!r} is on its way" for text in look["onTheWay"]]
    for name, shown in look["shown"].items():
        faults += difference(f"{name} as drawn", shown, look["drawn"][name])
    done = [row.split()[0] for row in look["shown"]["tasks"] if row.split()[2] == "true"]
    rows = [row.split()[0] for row in look["shown"]["tasks"] if row.split()[2] != "true"]
    tasks = Task.objects.for_user(user)
    still_open = {f"task-{pk}" for pk in tasks.with_status("open").values_list("pk", flat=True)}
    faults += difference("open tasks", sorted(rows), sorted(still_open - {*look["edited"]}))
    known = {f"task-{pk}" for pk in tasks.values_list("pk", flat=True)} - still_open
    faults += [f"{row} is not done" for row in done if row not in known]
    if look["conversation"]:
        seqs = [int(message.split()[0]) for message in look["shown"]["messages"]]
        messages = Message.objects.for_user(user).filter(conversation=look["conversation"])
        kept = messages.filter(seq__gte=min(seqs, default=0)).order_by("seq")
        faults += difference("messages", seqs, list(kept.values_list("seq", flat=True)))
    return faults


def difference(what: str, shown: list[Any], right: list[Any]) -> list[str]:
    if shown == right:
        return []
    extra = [each for each in shown if each not in right]
    missing = [each for each in right if each not in shown]
    return [f"{what}: shows {extra or 'another order'} and not {missing}"]


def faults_of_words(person: Person, looks: list[dict[str, Any]]) -> list[str]:
    """Lost is a submitted word that neither the rows have nor a tab shows."""
    messages = Message.objects.for_user(person.user)
    said = list(messages.values_list("content", flat=True))
    changes = TaskChange.objects.for_user(person.user).values_list("after", flat=True)
    there = "\n".join(
        [*said, *map(str, changes), *(word for look in looks for word in look["words"])]
    )
    lost = [f"{word} is lost" for word in person.submitted if word not in there.lower()]
    standing = messages.filter(turn__withdrawn_at=None, role=Message.Role.USER)
    by_word = {
        "said": "\n".join(standing.values_list("content", flat=True)),
        "a task": "\n".join(Task.objects.for_user(person.user).values_list("title", flat=True)),
    }
    return lost + [
        f"{word} is {where} {times} times, and was submitted {number} times"
        for word, number in person.submitted.items()
        for where, text in by_word.items()
        if (times := text.lower().count(word)) > number
    ]
