"""What is no command may be a thing to do: added if it reads like one, offered if it might be."""

import re
from datetime import datetime

from agent.offline.intents import Add, Draft, Guess, Intent, Refuse, Say, Show, Unclear
from agent.offline.past import base_of
from agent.offline.target import Query
from agent.offline.understanding.additions import added
from agent.offline.understanding.beyond import absent_of_a_task
from agent.offline.understanding.changes import SAME_TIME
from agent.offline.understanding.manners import plain
from agent.offline.understanding.queries import read_query
from agent.offline.words import any_of, starts_with_verb

LONGEST_TASK = 600
LONGEST_OFFER = 120

NEED = any_of(r"(?:i|we)(?: also| still)? need (?:some |an? )?(?P<what>.+)")
STATEMENT = any_of(r"(?:i|we|you|he|she|it|they|there|that|this|these|those)(?:'\w+)?\s")
POINTS_OR_TELLS = any_of(
    r"\w+ (?:it|that|this|them|those)\b(?! \w+ (?:day|week|month|year)\b)",
    r"(?:[\w']+ ){1,4}(?:is|are|was|were|isn't|aren't|wasn't|will|has|had)\b",
)
"""Make it red, friday is fine: said of something, and hardly a task."""
ABOUT_TASKS = any_of(
    r"\w+ (?:(?:up|out|me|us|all|of|an?|the|my|these|those|open) ){0,4}"
    r"(?:tasks?|todos?|items?|lists?)"
)
_POINTING = """
    a again all alone and another at away back everything go happened here him her i it know later
    me minute moment more my no nothing now of off on one please sec second something talking that
    the them then there these think this those time to us what wait you yourself
"""
POINTING = frozenset(_POINTING.split())
"""Try again, give me a minute, go away: a verb with these alone is said to somebody, no task."""
_FILTERS = """
    all and any anything are completed deadline done due everything finished for high important
    inbox list lists low medium month my next open or other our overdue pending priority soon task
    tasks tasks that the this to-do to-dos today todo todos tomorrow tonight unfinished upcoming
    urgent week weekend with year
"""
STATUS = any_of(
    r"\w (?:done|finished|completed|not)$|^(?:the )?(?:first|second|third|last)(?: one)?$"
)
"""Email done, call not: told of tasks that there are."""
POINTS = any_of(r"\w{2,20} (?:it|them|that|this|those)(?: (?:back|again|up|out|off|away|down))?")
"""Renew it: what was that?"""
LETTER = any_of(r"[^\W\d_]")


FILTERS = frozenset(_FILTERS.split())
"""Words of lists and filters: alone they are never a task."""


FOR_OTHERS = any_of(
    r"(?:write|sing|draw|read|tell|cook|bring|fetch|make|paint|find|give|get|order|buy|book|compose"
    r"|generate|translate|play|show|explain|calculate|recommend|send|build|code|pass|hand)"
    r" (?:me|us) .{1,600}",
    r"(?:play|stream|put on) (?:some|something|anything|music|a song|songs?"
    r"|the (?:next|new|song|album"
    r"|radio)|my (?:playlist|music)|jazz|rock)\b.{0,600}",
    r"(?:turn|switch|dim|put) (?:on|off|up|down|out) (?:all )?(?:the |my "
    r"|our )?[\w ]{0,30}?(?:lights?"
    r"|lamps?|radio|tv|telly|television|music|heating|heater|volume|speakers?|fan|air con\w{0,10}"
    r"|ac"
    r"|thermostat|alarm)\b.{0,600}",
    r"(?:turn|switch) (?:the |my |our )?[\w ]{0,30}?(?:lights?|lamps?|radio|tv|heating|music|volume"
    r"|fan) (?:on|off|up|down)\b.{0,600}",
    r"(?:dim|lower|raise) the (?:lights?|volume|blinds)\b.{0,600}",
    r"(?:print|show|reveal|repeat|tell|read|output|give|copy|write|translate|post|share"
    r"|send)\b.{0,600}"
    r"\b(?:(?:system|hidden|secret|initial|developer) (?:prompt|message|instructions?|rules)"
    r"|your (?:\w{1,30} )?(?:prompt|instructions?|rules|training|source code|password"
    r"|key))\b.{0,600}",
    r"(?:ignore|forget|disregard|override) (?:all |any )?(?:the |your |my |these )?(?:previous "
    r"|prior"
    r" |above |earlier )?(?:instructions?|rules|prompts?)\b.{0,600}",
    r"(?:translate|summari[sz]e|define|calculate|compute|google) (?:this|that|\d|['\"“]"
    r"|.{1,300} (?:in)?to"
    r" [A-Z]?\w{1,30}$).{0,600}",
)
"""Said to somebody who can do more than keep a list: write me a poem, turn off the light."""


def guess(text: str, now: datetime) -> Intent:
    request = plain(text)
    if text.endswith("?"):
        return Say("off_topic")
    words = {*re.findall(r"[\w'-]+", request.lower())}
    if words and words <= FILTERS:
        return Show(read_query(request, now) or Query())
    guessed = _guess(request, text, now)
    is_task = isinstance(guessed, Add | Unclear) and guessed.drafts
    if not is_task or "\n" in text or len(text) > LONGEST_TASK:
        return guessed
    return Guess(request, guessed, absent_of_a_task(request))


def _guess(request: str, text: str, now: datetime) -> Intent:
    if need := NEED.fullmatch(request):
        return _offer(added(need["what"], now), text)
    if STATEMENT.match(request) or ABOUT_TASKS.fullmatch(request) or _points_only(request):
        return Unclear()
    addition = added(request, now)
    if isinstance(addition, Add) and (
        POINTS_OR_TELLS.match(request) or SAME_TIME.search(request) or FOR_OTHERS.fullmatch(request)
    ):
        return _offer(addition, text)
    if isinstance(addition, Refuse):
        return addition if len(text) <= LONGEST_TASK else Unclear()
    if addition.drafts and (addition.remarks or _read_like_tasks(addition.drafts, text)):
        return addition if not _tells_the_past(request) else _offer(addition, text)
    if not addition.drafts and (query := read_query(request, now)):
        return Show(query)  # a day, and nothing else
    return _offer(addition, text)


def _points_only(request: str) -> bool:
    """Whether nothing is named: "wait a minute", "look what happened"; but "swim" is a task."""
    _, *others = re.findall(r"[\w'-]+", request.lower()) or [""]
    return bool(others) and POINTING.issuperset(others)


def _tells_the_past(request: str) -> bool:
    """My sister called mom last week: that is told, and not to be done."""
    _, *others = request.split()[:5]
    return not starts_with_verb(request) and any(base_of(word, alone=True) for word in others)


def _read_like_tasks(drafts: tuple[Draft, ...], text: str) -> bool:
    """A verb first, a date or a priority; in a text of several lines, all of them."""
    if any(STATUS.search(each.title) or POINTS.fullmatch(each.title) for each in drafts):
        return False
    shouted = text.endswith("!")  # a priority alone, or mere anger
    certain = [
        starts_with_verb(draft.title)
        or draft.is_dated
        or (draft.priority != "none" and not shouted)
        for draft in drafts
    ]
    return all(certain) if "\n" in text else certain[0]


def _offer(addition: Add | Refuse, text: str) -> Unclear:
    """Ask about what is short and has words; a page of code is nobody's task."""
    short = len(text) <= LONGEST_OFFER and "\n" not in text and LETTER.search(text)
    return Unclear(addition.drafts if short and isinstance(addition, Add) else ())
