"""Verbs in the past: who says "bought the milk" has done "buy milk"."""

from agent.offline.words import VERBS

IRREGULAR = {
    "ate": "eat",
    "baked": "bake",
    "bought": "buy",
    "brought": "bring",
    "built": "build",
    "did": "do",
    "done": "do",
    "drank": "drink",
    "drew": "draw",
    "drove": "drive",
    "fed": "feed",
    "found": "find",
    "gave": "give",
    "got": "get",
    "hung": "hang",
    "made": "make",
    "met": "meet",
    "paid": "pay",
    "ran": "run",
    "rang": "ring",
    "sent": "send",
    "sold": "sell",
    "spoke": "speak",
    "swept": "sweep",
    "taught": "teach",
    "threw": "throw",
    "took": "take",
    "went": "go",
    "wrote": "write",
    "written": "write",
}
SAME = frozenset(["cut", "put", "read", "set"])
"""These look the same in the past; only "I have read it" tells."""

_MORE = """
    archive assemble configure decorate deposit dust export file fund glue import investigate label
    load lock lubricate migrate mount notify oil patch peel polish process prune purchase redeem
    refuel relocate rinse scrub shred solve trim unclog unload unlock weed weigh
"""
MORE_VERBS = frozenset(_MORE.split())
"""These are verbs in the past alone: "file" and "oil" begin other things as well."""


def base_of(word: str, *, alone: bool) -> str:
    """The verb whose past ``word`` is, or ""; ``alone`` when no "I have" stands before it."""
    word = word.lower()
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word in SAME:
        return "" if alone else word
    if not word.endswith("ed"):
        return ""
    stems = (word[:-2], word[:-1], f"{word[:-3]}y", word[:-3])  # called, moved, tidied, planned
    return next((stem for stem in stems if stem in VERBS or stem in MORE_VERBS), "")


def base_of_doing(word: str) -> str:
    """The verb that ``word`` is made of, or "": "sort" for "sorting", "take" for "taking"."""
    if not word.endswith("ing"):
        return ""
    stems = (word[:-3], f"{word[:-3]}e", word[:-4])  # sorting, taking, putting
    return next((stem for stem in stems if stem in VERBS or stem in MORE_VERBS), "")
