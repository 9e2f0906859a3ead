"""How well a title fits the words of a user."""

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from unicodedata import category

from agent.offline.known import KnownTask, Tasks
from agent.offline.lexicon import BETWEEN
from agent.offline.past import base_of_doing
from agent.offline.target import Named
from agent.offline.words import VERBS
from text.folding import fold

_SILENT = """
    the a an my our your this that these task tasks todo todos item one ones of for about to
    and with on in at i it is was please
"""
SILENT = frozenset(_SILENT.split())
_DOING = """
    bring buy clean collect complete cook do fetch finish fix get make order pay pick send
    submit wash write
"""
DOING = frozenset(_DOING.split())
"""Verbs that a title may go without: who says "bought the milk" has done "Milk"."""
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SIGNS = frozenset({"So", "Sm", "Sc"})
"""Kinds of characters, as Unicode names them, that are no words and yet tell titles apart."""
SEARCHED_WORDS = 6
SLIP_LENGTH = 5
"""Letters that a word must have for a slip of the fingers in it to be plain."""


@dataclass(frozen=True, slots=True)
class Found:
    """The tasks whose titles fit equally well, and best."""

    tasks: Tasks = ()
    left: tuple[str, ...] = ()
    """What was said beside the title, in small letters: nobody knows what it means."""
    whole: bool = False
    """Whether the words are the whole title."""
    alike: bool = False
    """Whether the words only look like those of the title."""
    other_day: bool = False
    """Whether a day was named that is not the task's."""

    @property
    def doubtful(self) -> bool:
        return bool(self.left) or self.alike or self.other_day


def words_of(text: str) -> list[str]:
    """The words that carry meaning, in small letters; all of them if none does."""
    words = [word.lower() for word in WORD.findall(text)]
    return [word for word in words if word not in SILENT] or words


def search_words(named: Named) -> str:
    """What to search for: a tool finds tasks that have every word somewhere."""
    words = words_of(named.words)[:SEARCHED_WORDS]
    return (" ".join(_without_ending(word) for word in words) or named.words.strip())[:200]


def stem(word: str) -> str:
    """Good enough to let "reports" be "report", "mum's" "mum" and "Chloe" "Chloé"."""
    return fold(base_of_doing(word) or _without_ending(word))


def _without_ending(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    if len(word) > 4 and word.endswith(("xes", "sses", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def stems(text: str) -> set[str]:
    return {stem(word) for word in words_of(text)}


def best_matches(tasks: Tasks, named: Named, *, done_first: bool = False) -> Found:
    """Of the tasks that a search has found, those that fit equally well, and best.

    One word is no more than a hint, even if it is a whole title: "milk" fits "Oat milk" as well.
    """
    tasks = _with_its_signs(tasks, named)
    for completed in (done_first, not done_first):
        found = _best([task for task in tasks if task.completed == completed], named)
        if found.tasks:
            return found
    return Found()


def _with_its_signs(tasks: Tasks, named: Named) -> Tasks:
    """Those that have the emoji which were said, if any has: "🎂 for Rosa" is not "🎈 for Rosa"."""
    signs = {sign for sign in named.words if category(sign) in SIGNS}
    fitting = tuple(task for task in tasks if signs and signs & {*task.title})
    return fitting or tasks


def _best(tasks: list[KnownTask], named: Named) -> Found:
    on_day = [task for task in tasks if named.day and task.due_date == named.day]
    if not named.words:
        return Found(tuple(on_day if named.day else tasks), whole=True)
    if not named.day:
        return _by_words(tasks, named)
    with_day = _by_words(tasks, replace(named, words=named.said))
    if with_day.whole:
        return with_day  # the day is a part of the title
    found = _by_words(on_day, named)
    if found.tasks and not found.doubtful:
        return found
    return replace(_by_words(tasks, named), other_day=True)


def _by_words(tasks: list[KnownTask], named: Named) -> Found:
    """Titles that are the words; else those that have them; or are among them; or look like it."""
    same = tuple(task for task in tasks if task.title.casefold() == named.words.casefold())
    if same and named.exact:
        return Found(same, whole=True)
    words = stems(named.words)
    titles = [(task, stems(task.title)) for task in tasks]
    equal = tuple(task for task, title in titles if title == words)
    within = tuple(task for task, title in titles if words <= title)
    if equal and (len(words) > 1 or named.exact or equal == within):
        return Found(equal, whole=True)
    if within:
        return Found(within)
    return _among(titles, named) or _alike(titles, words)


def _among(titles: list[tuple[KnownTask, set[str]]], named: Named) -> Found | None:
    words = stems(named.words)
    among = [(task, title) for task, title in titles if title and title <= words]
    if not among:
        return None
    told = set().union(*(title for _, title in among))
    if named.verb in DOING:
        told.add(stem(named.verb))
    left = tuple(word for word in words_of(named.words) if stem(word) not in told)
    return Found(tuple(task for task, _ in among), left=left)


def _alike(titles: list[tuple[KnownTask, set[str]]], words: set[str]) -> Found:
    alike = [(task, title) for task, title in titles if all(_like(w, title) for w in words)]
    plain = len(alike) == 1 and all(
        any(word == known or is_slip(word, known) for known in alike[0][1]) for word in words
    )
    return Found(tuple(task for task, _ in alike), alike=not plain)


def _like(word: str, title: set[str]) -> bool:
    """Whether a word of the title is, or begins, or looks like ``word``."""
    similar = [known for known in title if known[:1] == word[:1]]
    begun = len(word) > 2 and any(known.startswith(word) for known in similar)
    return begun or bool(get_close_matches(word, similar, n=1, cutoff=0.75))


def is_hint(found: Found, named: Named) -> bool:
    """Whether the words are less than half of the title, but for the verb that it begins with.

    Or not all of the several things that it names: "fed Daisy", for "Feed Daisy and Max".
    """
    [task] = found.tasks
    thing = stems(without_verb(task.title))
    said = stems(named.words) & thing
    parts = bool(named.verb and BETWEEN.search(task.title)) and said < thing
    return not found.whole and bool(said) and (parts or 2 * len(said) < len(thing))


def without_verb(title: str) -> str:
    """Rent, for "Pay rent"."""
    first, _, thing = title.partition(" ")
    return thing if thing.strip() and first.lower() in VERBS else title


def is_slip(word: str, known: str) -> bool:
    """Two letters changed places in a long word, or one is missing or typed twice."""
    if len(word) < SLIP_LENGTH or word[:1] != known[:1] or ({*word} ^ {*known} and len(word) < 7):
        return False
    if sorted(word) == sorted(known):
        differing = [place for place, pair in enumerate(zip(word, known, strict=True))
                     if pair[0] != pair[1]]  # fmt: skip
        return len(differing) == 2 and differing[1] == differing[0] + 1
    short, long = sorted((word, known), key=len)
    return len(long) == len(short) + 1 and any(
        long[:place] + long[place + 1 :] == short for place in range(len(long))
    )
