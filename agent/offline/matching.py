"""How well a title fits the words of a user."""

import re
from collections.abc import Callable
from difflib import get_close_matches

from agent.offline.intents import Named
from agent.offline.known import KnownTask, Tasks

SILENT = frozenset(
    [
        "the",
        "a",
        "an",
        "my",
        "our",
        "your",
        "this",
        "that",
        "these",
        "task",
        "tasks",
        "todo",
        "todos",
        "item",
        "one",
        "ones",
        "of",
        "for",
        "about",
        "to",
        "and",
        "with",
        "on",
        "in",
        "at",
        "i",
        "it",
        "is",
        "was",
        "please",
    ]
)
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SEARCHED_WORDS = 6
Fits = Callable[[set[str], set[str]], bool]


def words_of(text: str) -> list[str]:
    """The words that carry meaning, in small letters; all of them if none does."""
    words = [word.lower() for word in WORD.findall(text)]
    return [word for word in words if word not in SILENT] or words


def search_words(named: Named) -> str:
    """What to search for: a tool finds tasks that have every word somewhere."""
    words = words_of(named.words)[:SEARCHED_WORDS]
    return (" ".join(_stem(word) for word in words) or named.words.strip())[:200]


def _stem(word: str) -> str:
    """Good enough to let "reports" find "report" and "mum's" find "mum"."""
    word = re.sub(r"['’]s$", "", word)
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _stems(text: str) -> set[str]:
    return {_stem(word) for word in words_of(text)}


def _close(words: set[str], title: set[str]) -> bool:
    return all(get_close_matches(word, title, n=1, cutoff=0.75) for word in words)


FITS: list[Fits] = [
    lambda words, title: words == title,
    lambda words, title: words <= title,
    lambda words, title: all(any(word in known for known in title) for word in words),
    lambda words, title: bool(title) and title <= words,
    _close,
]
"""From the best fit to the last resort."""


def best_matches(tasks: Tasks, named: Named, *, done_first: bool = False) -> Tasks:
    """Of the tasks that a search has found, those that fit equally well, and best.

    One word is no more than a hint, even if it is a whole title: "milk" fits "Oat milk" as well.
    """
    for completed in (done_first, not done_first):
        found = _best([task for task in tasks if task.completed == completed], named)
        if found:
            return found
    return ()


def _best(tasks: list[KnownTask], named: Named) -> Tasks:
    if named.day and (on_day := [task for task in tasks if task.due_date == named.day]):
        tasks = on_day
    elif named.day and not named.words:
        return ()
    same = [task for task in tasks if task.title.casefold() == named.words.casefold()]
    if not named.words or (same and named.exact):
        return tuple(same or tasks)
    words = _stems(named.words)
    for fits in FITS if len(words) > 1 or named.exact else FITS[1:]:
        found = [task for task in tasks if fits(words, _stems(task.title))]
        if found:
            return tuple(found)
    return ()
