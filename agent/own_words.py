"""What a person's own message says: the texts that stand in it, the tasks that it names."""

import re

from agent.offline.matching import SILENT, stem, stems, without_verb
from text import one_line
from text.expressions import expression

_SAYING_LITTLE = """
    all any anything are can complete completed could day delete did do does done everything every
    finish finished first go had has have he how i last let list make mark me more move my new next
    no not now of open or our remind remove reopen set she should show so some tell that then there
    they thing today tomorrow up update us was we week were what when where which who why will
    would yes you
    add check day evening first friday help look monday month morning night number please plan
    saturday second see sunday thanks third thursday tonight tuesday wednesday year
    alle alles liste meine mes mis que qué tareas tout todo toutes tâches aufgaben was
    все мои меня что задачи 我的 什么 今天 明天 任务 待办 清单 全部 所有 完成 删除
"""
SAYING_LITTLE = frozenset(map(stem, [*_SAYING_LITTLE.split(), *SILENT]))
"""Words that stand in messages of every kind, so that they name no task."""

UNSPACED = expression(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
"""Letters of scripts that put no spaces between words, or hang endings on them."""
QUOTED = r"[\"'“”„‘’«»「」]{}[\"'“”„‘’«»「」]"
RANGE = expression(
    r"(?<!\d)(\d{1,3})\s*(?:[-–—~]|\.\.+|…|to|till|until|through|bis|à|до|至|到)\s*(\d{1,3})(?!\d)"
)
WORD = expression(r"[^\W_]+(?:['’][^\W_]+)*")
UNDO = expression(
    r"\b(?:undo|undid|revert|restore|rollback|oops|mistake|(?:take|took|roll|put|bring|change|get)"
    r"\b.{0,40}\bback|as it was|rückgängig|zurück|annul\w+|défaire|deshac\w+|deshaz|desfa\w+"
    r"|ongedaan|ångra|cofn\w+|отмен\w+)\b|撤销|撤消|取り消|元に戻|되돌"
)


def stands_in(message: str, text: str, *, numbers: bool = True) -> bool:
    """Whether the person wrote this ``text``: as it is, or all words of it that carry meaning.

    Without ``numbers`` these may follow from others: "chapters 1 to 12".
    """
    if _has(message, text):
        return True
    words = {word for word in stems(text) if numbers or not word.isdecimal()}
    return bool(words) and words <= _stems_of_all(message)


def names(message: str, title: str) -> bool:
    """Whether the message has the title, or half of the words that tell what it is about.

    The verb that a title begins with is not among these, nor what says little; a title of nothing
    else has to stand in quotes.
    """
    if re.search(QUOTED.format(re.escape(_plain(title))), _plain(message)):
        return True
    if _is_telling(stems(title)) and _has(message, title):
        return True
    telling = stems(without_verb(title)) - SAYING_LITTLE
    said = telling & _stems_of_all(message)
    return _is_telling(said) and 2 * len(said) >= len(telling)


def most_spoken_of(message: str) -> int:
    """How many things it can speak of: one a word, and each number of "chapters 1 to 12"."""
    in_ranges = sum(abs(int(end) - int(begin)) for begin, end in RANGE.findall(message))
    return len(WORD.findall(message)) + in_ranges


def asks_to_undo(message: str) -> bool:
    return UNDO.search(message.casefold()) is not None


def _is_telling(words: set[str]) -> bool:
    """Whether one of them tells a task from others; a number may be a place in a list."""
    return any(not word.isdecimal() for word in words - SAYING_LITTLE)


def _has(message: str, text: str) -> bool:
    """As whole words, where its script has such."""
    plain, said = _plain(text), _plain(message)
    if len(plain) > 1 and UNSPACED.search(plain):
        return plain in said
    begin = said.find(plain)
    while begin >= 0:
        end = begin + len(plain)
        if not (_is_of_word(said[begin - 1 : begin]) or _is_of_word(said[end : end + 1])):
            return True
        begin = said.find(plain, begin + 1)
    return False


def _is_of_word(character: str) -> bool:
    r"""As ``\w`` has it: an expression would have to be compiled for each text."""
    return character.isalnum() or character == "_"


def _stems_of_all(message: str) -> set[str]:
    return {stem(word.lower()) for word in WORD.findall(message)}


def _plain(text: str) -> str:
    return " ".join(one_line(text).casefold().split())
