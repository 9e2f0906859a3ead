"""Words with a meaning of their own in many sentences: numbers, verbs, and where a phrase ends."""

import re

from text.expressions import expression
from text.folding import fold

NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "twenty-five": 25,
    "thirty": 30,
    "forty": 40,
    "forty-five": 45,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "a couple of": 2,
    "a couple": 2,
    "couple of": 2,
    "a few": 3,
}
NUMBER = r"\d{1,4}|a couple of|a couple|couple of|a few|" + "|".join(
    word for word in NUMBERS if " " not in word
)
HOUR = r"\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"

_VERBS = """
    apply arrange ask attend back bake bath bathe book borrow bring brush build buy call
    charge check clean clear close collect compare complete confirm contact cook copy create
    cut debug decide defrost deliver deploy design discuss do donate download draft draw drink
    drive drop eat edit email empty exchange exercise feed fetch fill finalise finalize find
    finish fix fly fold follow get give go grab hang have help hire hoover inform inspect
    install invite invoice iron join keep learn leave lend listen look mail make measure
    meditate meet mend message mop move mow negotiate open order organise organize pack paint
    pay phone pick plan plant play polish post practice practise prepare print proofread
    publish pull push put read rebook rebuild recycle refill register remember renew rent
    repair replace reply report request research reserve respond return review ring run save
    scan schedule see sell send set sew sharpen shave ship shop sign sleep sort speak start
    stop store study submit subscribe sweep swim take talk teach tell test text thank throw tidy
    train transfer translate try turn unpack unsubscribe update upgrade upload vacuum verify
    visit vote wait walk wash watch water wipe wrap write
"""
VERBS = frozenset(_VERBS.split())
"""Verbs that begin a thing to do: "buy milk" is a task, "milk" alone may be anything."""

INTRANSITIVE = frozenset(
    {"exercise", "hoover", "meditate", "shave", "shop", "sleep", "swim", "vacuum"}
)
"""These need no object: "swim" is a whole task."""

_CONTINUES = """
    about across after afternoon also and around as at because before but by due during
    evening for from high i if important in instead into is it low midnight morning my near next
    night noon oclock of off on or our out over please priority sharp so than thanks that the then
    this through to today tomorrow tonight too until urgent via when where which while with without
"""
CONTINUES = frozenset(_CONTINUES.split())
"""What may follow a date that stands by itself: "friday at 5", but not "friday market"."""

NEXT_WORD = expression(r"\s{0,9}(?:([^\W\d_]+)|([\w#$€£]))")
REMIND = r"(?:r[ei]m[ein]{1,3}d|remidn|ping|alert|notify|nudge|buzz|ring|warn)"
"""As people type it: "remnd me"."""


def number(word: str) -> int:
    """The value of what :data:`NUMBER` or :data:`HOUR` matches."""
    return int(word) if word.isdecimal() else NUMBERS[fold(word)]


def any_of(*patterns: str) -> re.Pattern[str]:
    """A pattern for each of ``patterns``, in small letters or capitals."""
    return expression("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def starts_with_verb(text: str) -> bool:
    """Whether ``text`` reads as a thing to do: "call Bob", "swim", but not "book" or "milk"."""
    first, *others = text.lower().split() or [""]
    first = first.strip(".,:;!?")
    return first in VERBS and (bool(others) or first in INTRANSITIVE)


def is_verb_alone(text: str) -> bool:
    """Work in Garden, walk to Work: without the place nothing is left that could be done."""
    return " " not in text and starts_with_verb(f"{text} it")
