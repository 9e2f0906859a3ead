"""What a conversation is about, by the tasks touched in it: “Milk, dentist, Q4 report”."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Protocol

from agent.tools import has_changed

FEWEST = 2
"""Of a single task its words tell more."""
MOST = 3
LONGEST_SUBJECT = 30
# fmt: off
VERBS = frozenset({
    "ask", "book", "bring", "buy", "call", "cancel", "check", "clean", "collect", "do", "email",
    "feed", "file", "find", "finish", "fix", "get", "give", "go", "mail", "make", "meet",
    "order", "pay", "phone", "pick", "plan", "prepare", "read", "renew", "return", "review",
    "ring", "schedule", "see", "send", "sort", "submit", "take", "tell", "text", "update",
    "visit", "wash", "water", "write",
})
SMALL = frozenset({
    "a", "an", "about", "at", "back", "for", "in", "my", "of", "off", "on", "our", "out",
    "over", "some", "the", "to", "up", "with",
})
# fmt: on


class Call(Protocol):
    name: str
    result: Any


def made_of(calls: Iterable[Call]) -> str:
    """Empty where they have touched too few tasks."""
    subjects = {
        subject.casefold(): subject for title in _titles(calls) if (subject := about(title))
    }
    if len(subjects) < FEWEST:
        return ""
    told = ", ".join(islice(subjects.values(), MOST))
    return told[0].upper() + told[1:]


def about(title: str) -> str:
    """``Call the dentist``: ``dentist``; a title that has nothing else in it stays as it is."""
    words = title.split()
    rest = words[1:] if words and words[0].lower() in VERBS else words
    while rest and len(rest) < len(words) and rest[0].lower() in SMALL:
        rest = rest[1:]
    told = ""
    for word in rest or words:
        if told and len(told) + 1 + len(word) > LONGEST_SUBJECT:
            break
        told = f"{told} {word}".strip()
    return told[:LONGEST_SUBJECT].rstrip(".,;:!? ")


def _titles(calls: Iterable[Call]) -> Iterator[str]:
    for call in calls:
        if not (isinstance(call.result, dict) and has_changed(call.name, call.result)):
            continue
        told = call.result.get("deleted", call.result.get("task", call.result.get("tasks")))
        for task in told if isinstance(told, list) else [told]:
            if isinstance(task, dict) and isinstance(task.get("title"), str):
                yield task["title"]
