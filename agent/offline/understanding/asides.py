"""What is said around a request: that it shall be put down, and why it is wanted.

"Boat trip tomorrow, add it", "it rains, so move the run to monday", "undo that, it was wrong".
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from agent.offline import dates
from agent.offline.intents import Add, Change, Guess, Intent, Restore, Several, Undo
from agent.offline.matching import stems
from agent.offline.past import IRREGULAR
from agent.offline.target import It, Unnamed
from agent.offline.understanding.targets import read_target
from agent.offline.words import any_of

Read = Callable[[str], Intent | None]

LONGEST = 300
"""Characters of a message that is looked at."""
COUNT = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
THESE = (
    r"(?:it|that|this|them|(?:all )?(?:of )?(?:those|these)|(?:them|it|of them|these|those) all"
    r"|all(?: of (?:them|it))?|both(?: of them)?"
    rf"|(?:all|those|these|the) {COUNT})"
)
ON_LIST = (
    r"(?: (?:down|in|up))?"
    r"(?: (?:on|to|onto|in|into) (?:(?:my|the) )?(?:\w{1,20} )?(?:list|tasks|todos))?"
)
PUT_DOWN = any_of(
    rf"(?P<before>.{{1,300}}?)(?:[.;:!,]| [–-]| and)\s(?:so |and |then |please |just |pls ){{0,3}}"
    rf"(?:(?:add|put|note|write|save|keep|enter|jot|create|make) {THESE}{ON_LIST}"
    rf"|make (?:that|it|them)? ?(?:a|{COUNT}) (?:tasks?|todos?|items?)(?: of (?:it|that|them))?"
    rf"|(?:that's )?{COUNT} (?:tasks|todos|items))(?P<after>(?: for [\w ]{{3,20}})?)"
    r"(?:,? (?:please|pls|thanks|thank you|thx))?[ .!]{0,9}"
)
"""Only to write down what was just said."""

ORDER = (
    r"(?:(?:please|just|so|and|then|also|can you|could you) ){0,4}"
    r"(?:(?:add|create|delete|remove|erase|move|push|postpone|reschedule|undo|revert|restore|cancel"
    r"|undelete|bring|reopen|untick|uncheck|rename|tick|mark|set|remind me"
    r"|(?:take|change|make|give|put) (?:it|that|them|those|this))\b|put [\"“])"
)
AFTER_REMARK = any_of(rf"(?:[.:;!,]{{1,3}}|,? and| so| –| -) (?={ORDER})")
AFTER_ORDER = any_of(r"[.;!,]{1,3} (?=\w)")
SUBJECT = (
    r"(?:i|we|you|he|she|it|they|that|this|those|there|the|an?|my|our|his|her|their|some"
    r"|[A-Z]\w{1,20}|\w{1,20}s)(?:'\w{1,3})?"
)
BE = (
    r"(?:is|are|was|were|am|be|isn't|aren't|wasn't|weren't|can't|cannot|don't|doesn't|didn't"
    r"|won't|couldn't|has|have|had|hasn't|haven't|gets?|goes|comes|came|broke|got|went|said|says"
    r"|overslept|forgot|became|needs?|wants?|should|could|will|would|\w{1,20}'(?:s|re|m|ve|ll|d)"
    r"|\w{3,20}ed"
    rf"|{'|'.join(IRREGULAR)})"
)
TELLS = any_of(
    rf"(?:(?:today|tonight|tomorrow|no|oh|well|oops|sorry|haha|hm{{1,3}}|ah|wait|because|as"
    rf"|since)[,! ]{{1,3}}){{0,4}}{SUBJECT}\b.{{0,300}}?"
    rf"(?<!\w)(?:{BE})\b.{{0,300}}",
    r"(?:no|oh|well|oops|sorry)[,! ]+(?:it|that)'s\b.{0,300}",
    r"(?:can't|cannot|couldn't) \w.{0,300}|(?:it|that|he|she|they|there|i|we)(?:'s|'m|'re"
    r"|'ve)? .{0,300}",
    r"(?:my (?:mistake|bad)|wrong \w{1,20}|changed my mind|on second thoughts?)",
)
"""A sentence that tells something."""
BINDS = any_of(
    r"\b(?:if|when|unless|until|till|once|before|after(?! all)|while|whenever|except|only|unlike"
    r"|instead|not the|but|what|which|how|why|who|where|should i|do i|wait|as soon as|as long as"
    r"|in case|provided|assuming|whether|stop|kidding|joking|joke|barely|hardly|almost|nearly"
    r"|said|says?|told|asks?|asked|wrote|writes|reads|thinks?|suggest\w{0,3}|wants"
    r"|never ?mind|hold on|not (?:yet|really|quite)|don't do)\b",
    r"\bdon't(?: \w{1,20})?$|\bdon't[,.!]",
    r"[?\"“]",
    r"^(?:with (?:the|a) note\b|notes?\s?:)",
)
"""Whatever says on what condition, or which not, or who wants it, is no mere remark."""
OF_IT = any_of(r"(?:(?:no|oh|well|oops|sorry|haha)[,! ]{1,3}){0,4}(?:it|that|this|those|they)\b")
OF_THING = any_of(rf"(?:the|my|our) (?P<thing>.{{2,40}}?) (?:{BE})\b")
"""The pump broke again: that is what "reopen it" is about."""
UNFINISHED = any_of(
    r"\b(?:will|still|going to|gonna|have to|has to|need to|must|forgot|not|never|tomorrow|later"
    r"|tonight|soon|halfway|try|trying|tried|failed)\b",
    r"(?:'ll|n't)\b",
)
"""What hardly is the reason why something is done."""
SAYS_WHEN = any_of(
    r"\b(?:due|until|by|deadline|must|want to|have to|need to|should|has to|is on|are on)\b"
)


ONLY_LEFT = any_of(
    r"(?<=\w)[,.;!]{1,2} (?:and |so |now )?(?:only|just|all that's left|the rest)\b.{1,80}"
    r" (?:left|open|missing|to do|to go|remains?|remaining)[ .!]{0,5}$"
)
AWAY = any_of(
    r"(?<=\w)[,.;!] (?:so |please |just ){0,2}(?:remove|delete|take|clear|drop) (?:it|that|those"
    r"|them)"
    r"(?: away| off| out)?(?: please)?[ .!]{0,5}$"
)


def without_put_down(text: str) -> str:
    """The text without the order at its end to write it down; the same where there is none."""
    match = PUT_DOWN.fullmatch(text) if len(text) <= LONGEST else None
    if not match or len(match["before"].split()) < 2:
        return text
    return f"{match['before']}{match['after']}"


def read_with_remark(text: str, now: datetime, read: Read) -> Intent | None:
    """An order beside a sentence that only tells why; None where it is not clearly so."""
    if len(text) > LONGEST or "\n" in text:
        return None
    if told := _read_before(text, read):
        return told
    for remark, order, first in _parts(text):
        if not _only_tells(remark.strip()):
            continue
        intent, told = read(order), read(remark)
        asked = _same(told, intent) if told else _of_remark(intent, remark, now, first=first)
        if asked:
            return asked
    return None


def _read_before(text: str, read: Read) -> Intent | None:
    """Without what an end only says again: "only the lamp is left", "so remove them"."""
    for end, is_it in ((ONLY_LEFT, _completes), (AWAY, _clears)):
        match = end.search(text)
        intent = read(text[: match.start()]) if match else None
        if intent and is_it(intent):
            return intent
    return None


def _completes(intent: Intent) -> bool:
    each = intent.intents if isinstance(intent, Several) else (intent,)
    return all(isinstance(one, Change) and one.tool == "complete_task" for one in each)


def _clears(intent: Intent) -> bool:
    return isinstance(intent, Change) and bool(intent.edit.clear)


def _only_tells(remark: str) -> bool:
    bound = BINDS.search(remark) or AFTER_REMARK.search(remark)
    return not bound and bool(TELLS.fullmatch(remark))


def _parts(text: str) -> Iterator[tuple[str, str, bool]]:
    """A remark, an order, and whether the remark stands first."""
    for match in AFTER_REMARK.finditer(text):
        yield text[: match.start()], text[match.end() :], True
    if re.match(ORDER, text, re.IGNORECASE):
        for match in AFTER_ORDER.finditer(text):
            yield text[match.end() :].rstrip(" .!"), text[: match.start()], False


def _same(told: Intent, asked: Intent | None) -> Intent | None:
    """I want to bake buns tomorrow, add "bake buns": one task, under the name that it was given."""
    match _sure(told), _sure(asked):
        case Add(drafts=(first,)), Add(drafts=(second,)) as addition:
            if stems(first.title) & stems(second.title):
                when = second.when or first.when
                return replace(addition, drafts=(replace(second, when=when),))
        case Change(target=It()), Undo():  # undo that, it isn't finished
            return asked
        case Change(tool=one, target=It()), Change(tool=other, target=It()) if one == other:
            return asked
    return None


def _sure(intent: Intent | None) -> Intent | None:
    return intent.intent if isinstance(intent, Guess) else intent


def _of_remark(intent: Intent | None, remark: str, now: datetime, *, first: bool) -> Intent | None:
    """The order, with what the remark adds to it: its day, or doubt about what "it" is."""
    match intent:
        case Change(tool="complete_task") if UNFINISHED.search(remark):
            return None
        case Add(drafts=(draft,)) if not draft.when and SAYS_WHEN.search(remark):
            when = dates.read(remark, now).when
            return replace(intent, drafts=(replace(draft, when=when),))
        case Several(intents=(Change() as head, *rest)):
            change = _of_remark(head, remark, now, first=first)
            return change and Several((change, *rest))
        case Several():
            return intent
        case Change(target=It()) if first and (told := OF_THING.match(remark)):
            return replace(intent, target=read_target(told["thing"], now))
        case Change(target=It() | Unnamed()) if first and not OF_IT.match(remark):
            return replace(intent, sure=False)
        case Add() | Undo() | Restore() | Change() | Guess():
            return intent
    return None
