"""What a person's own message says: the texts that stand in it, the tasks that it names."""

import re

from agent.offline.matching import stem, stems, without_verb
from text import one_line

_SAYING_LITTLE = """
    all any anything are can complete completed could day delete did do does done everything every
    finish finished first go had has have he how i last let list make mark me more move my new next
    no not now of open or our remind remove reopen set she should show so some tell that then there
    they thing today tomorrow up update us was we week were what when where which who why will
    would yes you
"""
SAYING_LITTLE = frozenset(map(stem, _SAYING_LITTLE.split()))
"""Words that stand in messages of every kind, so that they name no task."""

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
UNDO = re.compile(
    r"\b(?:undo|undid|revert|restore|rollback|oops|mistake|(?:take|took|roll|put|bring|change|get)"
    r"\b.{0,40}\bback|as it was|rückgängig|zurück|annul\w+|défaire|deshac\w+|deshaz|desfa\w+"
    r"|ongedaan|ångra|cofn\w+|отмен\w+)\b|撤销|撤消|取り消|元に戻|되돌"
)


def stands_in(message: str, text: str, *, numbers: bool = True) -> bool:
    """Whether the person wrote this ``text``: as it is, or all words of it that carry meaning.

    Without ``numbers`` these may follow from others: "chapters 1 to 12".
    """
    if _plain(text) in _plain(message):
        return True
    words = {word for word in stems(text) if numbers or not word.isdecimal()}
    return bool(words) and words <= _stems_of_all(message)


def names(message: str, title: str) -> bool:
    """Whether the message has the title, or half of the words that tell what it is about.

    The verb that a title begins with is not among these, nor what says little.
    """
    plain = _plain(title)
    if len(plain) > 1 and re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", _plain(message)):
        return True
    if not title.isascii() and len(plain) > 1 and plain in _plain(message):  # no spaces between
        return True
    telling = stems(without_verb(title)) - SAYING_LITTLE
    said = telling & _stems_of_all(message)
    return bool(said) and 2 * len(said) >= len(telling)


def asks_to_undo(message: str) -> bool:
    return UNDO.search(message.casefold()) is not None


def _stems_of_all(message: str) -> set[str]:
    return {stem(word.lower()) for word in WORD.findall(message)}


def _plain(text: str) -> str:
    return " ".join(one_line(text).casefold().split())
