"""Sentences that take something back: "undo the last two", "restore pay rent", "bring it back"."""

from datetime import datetime

from agent.offline.intents import Restore, Undo
from agent.offline.target import All, It, Named
from agent.offline.understanding.guessing import guess
from agent.offline.understanding.targets import read_target
from agent.offline.words import NUMBERS, any_of, number

ALL = r"(?:last|all|everything)"
THAT = r"(?:(?:all (?:of )?)?(?:that|it|this|them|those|these))"
ACTS = r"(?:changes?|things?|actions?|steps?|edits?|updates?|additions?|deletions?|ones?)"
CHANGE = (
    r"(?:(?:the |my |your |that |this |those |these )?(?:last |latest )?(?:one|changes?|things?"
    r"|actions?|steps?|edits?|updates?|additions?|delet(?:e|ion)|completion|rename|move))"
)
TOO = r"(?: (?:too|as well|again))?"
FIRST = (
    r"(?:(?:no|oops|whoops|sorry|wait|damn|that was (?:a mistake|wrong|an accident)"
    r"|my (?:mistake|bad))[,.!;]* ){0,2}"
)
COUNT = "|".join(word for word in NUMBERS if len(word) > 2 and " " not in word)

UNDO = any_of(
    rf"{FIRST}(?:undo|revert|roll back|take back)(?: (?:{THAT}|{CHANGE}|{ALL}))?{TOO}",
    r"(?:(?:no|oh|well|sorry|actually)[, ]{1,3}){0,4}(?:leave|keep|put|set|change|make|move"
    r"|have) (?:it|that|them|this"
    r"|everything)(?: back)?(?: (?:on|at|to|for) [\w: ]{2,20})? (?:as|like|the way|where|how"
    r"|to what"
    r"|to where|to how|to the way) (?:it|they|that|everything) (?:was|were|used to be)(?: before)?",
    rf"{FIRST}(?:take|change|put|turn|roll) {THAT} back{TOO}",
    r"(?:(?:no|oh|oops|sorry)[, ]{1,3}){0,4}(?:forget|scrap|scratch|cancel|remove|delete) (?:that"
    r"|the|my) (?:last|latest)"
    r"(?: (?:one|thing|change|addition))?",
    r"oops|that was (?:a mistake|wrong|an accident)",
    r"i did(?:n'?t| not) mean (?:that|to(?! delete).*)",
)
UNDO_SOME = any_of(
    rf"{FIRST}(?:undo|revert|roll back|take back) (?:my |the |your )?(?:last |latest |previous )?"
    rf"(?P<count>\d{{1,2}}|both|{COUNT})(?: (?:last|latest))?(?: (?:times|{ACTS}))?",
    r"(?:undo|revert) (?P<twice>twice)",
)
MISTAKE = r"(?:by (?:mistake|accident)|accidentally|unintentionally|mistakenly)"
RESTORE = any_of(
    rf"{FIRST}(?:restore|undelete|un-delete|recover|bring back|get back)(?: (?P<name1>.+))?",
    rf"{FIRST}(?:undo|revert) (?:the |that |this )?(?:delete|deletion|deleting)"
    r"(?: of)? (?P<name2>.+)",
    rf"(?:i|we)(?:'ve| have)? (?:deleted|removed) (?P<name3>.+?) {MISTAKE}",
    rf"(?:i|we) {MISTAKE} (?:deleted|removed) (?P<name4>.+)",
    r"(?:i|we) did(?:n'?t| not) (?:want|mean) to (?:delete|remove) (?P<name5>.+)",
    rf"{FIRST}(?:bring|get|i want|give me) (?P<name6>.+?) back"
    r"(?: (?:on|onto|in|to) (?:my|the) list)?",
    r"(?:(?:i|we) )?(?:should not|shouldn't|should never) have (?:deleted|removed) (?P<name7>.+)",
)
AGO = (
    r"(?: (?:on the page|there|here|yesterday|today|earlier|recently|last \w{4,5}|just now"
    rf"|\w{{1,5}} \w{{1,4}} ?(?:minutes?|hours?|days?|weeks?|months?) ago"
    rf"|\w{{1,5}} (?:minutes?|hours?|days?|weeks?|months?) ago|{MISTAKE}))"
)
DELETED_AND_BACK = any_of(
    r"(?:.{1,30} )?(?:i|we)(?:'ve| have)?(?: just| accidentally| once)?"
    r" (?:deleted|removed|threw away) (?:[\"“](?P<quoted>[^\"“”]{2,100})[\"”]|(?P<name>.{2,100}?))"
    rf"{AGO}{{0,2}}[,.;] (?:please |can you |could you |and )?"
    r"(?:can i have (?:it|that|them) back|(?:i want|give me|get|bring|i need) (?:it|that|them) back"
    r"|(?:restore|undelete|recover|bring back) (?:it|that|them))(?: please)?"
)
"""I deleted "the trip" some days ago. Can I have it back?"""
PUT_BACK = any_of(
    r"put back (?P<name1>.+?)(?: (?:on|onto|in|to) (?:my|the) list)?",
    r"put (?P<name2>.+?) back(?: (?:on|onto|in|to) (?:my|the) list)?",
)
"""May be a thing to do: "put the books back"."""


def read_taking_back(text: str, now: datetime) -> Undo | Restore | None:
    if UNDO.fullmatch(text):
        return Undo()
    if match := UNDO_SOME.fullmatch(text):
        word = (match["twice"] or match["count"]).lower()
        return Undo(2 if word in ("both", "twice") else number(word))
    if match := RESTORE.fullmatch(text):
        return _restore(next(filter(None, match.groups()), "it"), now)
    if match := PUT_BACK.fullmatch(text):
        name = next(filter(None, match.groups()))
        return Restore(_restore(name, now).target, otherwise=guess(text, now))
    return None


def read_deleted_and_back(text: str, now: datetime) -> Restore | None:
    match = DELETED_AND_BACK.fullmatch(text)
    return _restore(match["quoted"] or match["name"], now) if match else None


def _restore(name: str, now: datetime) -> Restore:
    target = read_target(name, now)
    if isinstance(target, All) or (isinstance(target, Named) and target.words):
        return Restore(target)
    return Restore(It())
