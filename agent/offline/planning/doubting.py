"""What to say when a task was found and yet it is not certain that it, or that deed, is meant."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from agent.offline.intents import Change, Question
from agent.offline.known import Reply, Tasks
from agent.offline.lexicon import ABSENT
from agent.offline.matching import Found
from agent.offline.planning import wording
from agent.offline.target import Named

ANSWER = "Tell me its number, or “never mind”."
_NOT_DONE = """
    almost half nearly halfway partly mostly quite percent barely hardly tried try trying
    failed can can't cannot couldn't could would should might may will won't want wanted going
    gonna need needs have must forgot forget forgotten remember if when once unless until till
    before never not didn't don't haven't hasn't isn't wasn't started start starting working
    busy still middle yet someday
"""
NOT_DONE = frozenset(_NOT_DONE.split())
"""Words that tell of anything but a task that is done."""


def doubt(change: Change, found: Found, named: Named, now: datetime) -> Reply:
    """Words were left over that no title accounts for, or a day that is not the task's."""
    title = wording.titles(found.tasks)
    if change.tool == "complete_task":
        if any(word in NOT_DONE or word.isdecimal() for word in found.left):
            words = f"That does not sound finished, so I left {title} as it is."
            return Reply(f"{words} Say “it is done” when it is.", focus=found.tasks)
        if found.other_day and named.day and named.day >= now.date():
            day = wording.day_words(named.day, now).removeprefix("on ")
            words = f"Is {title} done now, or shall I move it to {day}?"
            return Reply(f"{words} Say “it is done” or “move it to …”.", focus=found.tasks)
    if absent := absent_in(found.left):
        return Reply(f"{absent} {title} is left as it is.", focus=found.tasks)
    if found.other_day and not found.left and not found.alike:
        return which(change, found.tasks, f"{title} is not due that day.", now)
    return which(change, found.tasks, f"No task is called just {wording.quoted(named.words)}.", now)


def absent_in(words: Iterable[str]) -> str:
    """A sentence, if one of the words is for what a task does not have here."""
    return next((ABSENT[word] for word in words if word in ABSENT), "")


def which(change: Change, tasks: Tasks, words: str, now: datetime) -> Reply:
    """Ask; nothing is changed."""
    if len(tasks) == 1:
        words = f"{words} Do you mean {wording.quoted(tasks[0].title)}? (yes or no)"
        return Reply(words, shown=tasks, asks=Question("confirm", change.on(tasks[0].id)))
    words = f"{words} Which one?\n{wording.numbered(tasks, now)}"
    return asked(change, tasks, wording.paragraphs(words, ANSWER))


def asked(change: Change, tasks: Tasks, words: str) -> Reply:
    asks = Question("which", change, tuple(task.id for task in tasks))
    return Reply(words, shown=tasks, asks=asks)


DEEDS = {
    "complete_task": "mark {} as done",
    "reopen_task": "open {} again",
    "delete_task": "delete {}",
}


def confirm(change: Change, tasks: Tasks) -> Reply:
    """It was asked for in words that may be a question or a remark."""
    titles = wording.titles(tasks)
    deed = DEEDS.get(change.tool, "change {}").format(titles)
    if change.edit.title:
        deed = f"rename {titles} to {wording.quoted(change.edit.title)}"
    elif change.edit.when.day:
        deed = f"move {titles}"
    ids = tuple(task.id for task in tasks)
    sure = Question("confirm", replace(change, sure=True).on(*ids))
    return Reply(f"Shall I {deed}? (yes or no)", focus=tasks, asks=sure)
