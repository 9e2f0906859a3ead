"""A plain yes or no, read from a person's own words.

Only what is nothing but an answer counts: "yes, but not milk", "yes?" and "yes, and add eggs" say
more, and are for the model to understand.
"""

import re
from collections.abc import Iterable
from typing import Literal
from unicodedata import category, normalize

from text.expressions import expression

Answer = Literal["yes", "no", ""]

LONGEST = 80
"""Characters of a plain answer."""

_FIRST = r"(?:(?:oh|ah|u+m+|h+m+|well|hey)[\s,.!]+)?"
_THANKS = (
    r"please|pls|plz|thanks(?: a lot)?|thank you(?: very much)?|thx|bitte|danke|merci|gracias"
    r"|por favor|grazie|obrigad[oa]|s'il (?:te|vous) pla[iî]t"
)
_YES = (
    r"yes|yea|yeah|yep|yup|ya|y|aye|ok|okay|k|sure(?: thing)?|alright|all right|fine(?: by me)?"
    r"|correct|exactly|absolutely|definitely|certainly|of course|by all means"
    r"|sounds good|agreed|confirm(?:ed)?|i confirm|approved?|proceed|affirmative|go(?: for it)"
    r"|(?:please )?(?:do (?:it|that|so|this)|go (?:ahead|on))|please do|please"
    r"|ja|jawohl|klar|oui|s[ií]|claro|sim|да|はい|是|是的|好|好的|네"
)
_THUMBS_UP, _THUMBS_DOWN = "[👍👌✅✔☑🆗🙆]", "[👎❌✖🚫🛑🙅✋]"
_MORE_YES = (
    rf"{_YES}|{_THANKS}|all(?: of (?:it|them|these|those))?|(?:that|it)'s (?:fine|right|ok|okay"
    r"|correct|what i want)|it is|i do|i(?:'m| am) sure|now|you (?:can|may)|why not|with it"
)
_NO = (
    r"no|nope|nah|n|never(?: ?mind)?|no way|nay|(?:please )?(?:don't|do not)(?: (?:do|touch) (?:it"
    r"|that|them|anything))?|(?:please )?(?:leave|keep) (?:it|them|that|these|those|everything"
    r"|all(?: of them)?)(?: (?:alone|be|(?:as|like|where|how) (?:it is|they are)))?"
    r"|not (?:now|yet|really)|(?:rather|better) not|i'd rather not"
    r"|(?:cancel|stop|forget|skip|drop|scrap)(?: (?:it|that|about it|this))?|abort|quit|exit"
    r"|no need|declined?|reject(?:ed)?|nothing|none|negative"
    r"|nein|nee|nej|non|não|нет|いいえ|不|不要|不用|아니요?"
)
_MORE_NO = rf"{_NO}|{_THANKS}|sorry|it|of (?:it|them|these|those)|at all|after all|for now"
_KEEPS = expression(r"(?:please )?keep(?: (?:them|those|these|all(?: of them)?))?[\s.!]*")
_DEEDS = {
    "delete": r"delete|remove|erase",
    "delete_list": r"delete|remove|erase",
    "complete": r"complete|finish|mark|tick|check",
    "reopen": r"reopen",
    "restore": r"restore",
    "update": r"change|update|move|set",
    "create": r"add|create|make",
}
_THEM = r"(?:them(?: all)?|it(?: all)?|these|those|all(?: of (?:them|these|those))?|everything)"
_DEED = rf"(?:{{}}) {_THEM}(?: (?:as (?:done|completed|finished)|off))?"
_BETWEEN = r"[\s,.!;:–—-]*"


def _plain(first: str, more: str, thumbs: str) -> str:
    return (
        rf"{_FIRST}(?:(?:{first})(?!\w)|{thumbs})"
        rf"(?:{_BETWEEN}(?:(?<!\w)(?:{more})(?!\w)|{thumbs}))*{_BETWEEN}"
    )


NO = expression(_plain(_NO, _MORE_NO, _THUMBS_DOWN))


def answer(text: str, deeds: Iterable[str] = ()) -> Answer:
    """What ``text`` answers, if it is nothing else; ``deeds`` are those that were asked about.

    A deed that was asked about may be said again: "yes, delete them all". Of a list with its tasks,
    "delete" alone is a yes, and "keep them" is of its tasks alone.
    """
    deeds = frozenset(deeds)
    if len(text) > LONGEST or "?" in text:
        return ""
    words = _bare(text)
    again = [_DEED.format(_DEEDS[deed]) for deed in deeds if deed in _DEEDS]
    first = _YES
    if "delete_list" in deeds:
        if _KEEPS.fullmatch(words):
            return ""
        first = rf"{_YES}|(?:{_DEEDS['delete_list']})(?: {_THEM})?(?: too)?"
    if re.fullmatch(_plain(first, "|".join([_MORE_YES, *again]), _THUMBS_UP), words):
        return "yes"
    return "no" if NO.fullmatch(words) else ""


def _bare(text: str) -> str:
    """In small letters, with plain apostrophes, and emoji without what only paints them."""
    seen = (
        each
        for each in normalize("NFKC", text).casefold()
        if category(each) not in ("Cf", "Sk", "Mn")
    )
    return " ".join("".join(seen).replace("’", "'").replace("‘", "'").split())
