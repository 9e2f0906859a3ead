"""Sentences that ask to see tasks, understood: "what's due today?", "anything about milk?"."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from agent.offline.intents import More, Named, Query, Show
from agent.offline.past import base_of
from agent.offline.understanding.history import read_history
from agent.offline.understanding.queries import ORDERS, read_query
from agent.offline.understanding.targets import read_target
from agent.offline.words import any_of

MORE = any_of(
    r"(?:show |give |list |see |tell )?(?:me )?(?:the )?(?:more|rest|others|remaining)"
    r"(?: (?:of (?:them|it|my tasks|the list|my list|the tasks)|tasks?|ones?|please))*",
    r"(?:show (?:me )?)?(?:the )?next(?: page| ones?| part| \d{1,3})?",
    r"(?:go on|continue|keep going|what else)",
    r"(?:show |what are )?(?:me )?the (?:other|next|remaining|last) (?:ones|tasks|part|page)",
)
Asks = Literal["tasks", "listed", "done", "notes", "first"]
Read = Callable[[re.Match[str], datetime], Show | None]

QUESTION = any_of(
    r"(?:what|what's|whats|when|when's|where|where's|why|who|who's|whom|whose|how|how's|which|is"
    r"|are|am|was|were|isn't|aren't|tell me)\b",
    r"(?!(?:do|did) (?:it|that)\b)(?:do|does|did|don't|doesn't|didn't|have|has|had|should|shall"
    r"|may|might|can"
    r"|could|would|will)"
    r" (?:i|you|we|they|he|she|it|my|the|there|this|that|any\w*)\b",
)
"""How questions begin; "do the dishes" and "have lunch with Ann" are none."""

DAY = r"(?:today|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:this|next) \w+)"
OF_TASKS = any_of(
    r"\b(?:tasks?|todos?|to-dos?|to do|my list|the list|agenda|plate|due|overdue|late|left|next)\b",
    r"\b(?:pending|planned|scheduled|coming up|upcoming|urgent|important|priority|open)\b",
    r"\b(?:unfinished|done|finished|completed|did i (?:do|finish|complete)|should i do)\b",
    r"\b(?:do i (?:still )?(?:have|need)|i have|have i (?:got|done)|am i (?:free|busy))\b",
    r"^anything else$",
    rf"^(?:what|what's|whats|what is|anything) (?:(?:on|up|planned) )?(?:for |on )?{DAY}\b",
)
"""A question with one of these is about tasks; "what's the weather tomorrow?" is not."""
NOT_OF_TASKS = any_of(r"\b(?:weather|news|joke|meaning of)\b")

ABOUT = r"(?:about|on|for|with|regarding|containing|named|called|mentioning)"
MINE = r"(?:my|the|all|our|of|full|whole|current|open|todo|to-do|to do|task|shopping)"
LIST = rf"(?:{MINE} )*(?:tasks?|todos?|to-dos?|to dos|lists?|agenda|items|everything|all|stuff)"
SHOW = r"(?:show|list|display|view)(?: me| us)?"
ALREADY = r"(?: (?:yet|already))?"


def read_question(text: str, now: datetime) -> Show | More | None:
    """What a sentence, without its question mark, asks to see; None when it asks for no tasks."""
    if MORE.fullmatch(text):
        return More()
    if history := read_history(text, now):
        return history
    for pattern, read in RULES:
        match = pattern.fullmatch(text)
        if match and (asked := read(match, now)):
            return asked
    return None


def _list(match: re.Match[str], now: datetime) -> Show:
    """A list by state, priority or day, or of all open tasks."""
    return Show(read_query(match[0], now) or Query())


def _first(match: re.Match[str], now: datetime) -> Show:
    return Show(Query({"ordering": "-priority"}), asks="first")


def _list_if_of_tasks(match: re.Match[str], now: datetime) -> Show | None:
    if NOT_OF_TASKS.search(match[0]) or not OF_TASKS.search(match[0]):
        return None
    return _list(match, now)


def _list_if_list(match: re.Match[str], now: datetime) -> Show | None:
    """My tasks for friday; but not "tasks are boring" or "all hands meeting"."""
    rest = match["rest"].strip()
    return _list(match, now) if not rest or read_query(rest, now) else None


def _list_if_query(match: re.Match[str], now: datetime) -> Show | None:
    return _list(match, now) if read_query(match[0], now) else None


def _about(match: re.Match[str], now: datetime) -> Show | None:
    """Tasks by words of their titles, unless the words are those of a list."""
    name = next(match[group] for group in match.re.groupindex if match[group])
    target = read_target(name, now)
    if isinstance(target, Named) and target.words:
        return Show(named=Named(target.words))
    query = read_query(name, now)
    return Show(query) if query else None


def _whether_listed(match: re.Match[str], now: datetime) -> Show | None:
    return _asked("listed", _about(match, now))


def _whether_done(match: re.Match[str], now: datetime) -> Show | None:
    return _asked("done", _about(match, now))


def _notes(match: re.Match[str], now: datetime) -> Show | None:
    return _asked("notes", _about(match, now))


def _asked(asks: Asks, show: Show | None) -> Show | None:
    return replace(show, asks=asks) if show and show.named else show


def _whether_deed_done(match: re.Match[str], now: datetime) -> Show | None:
    """Have I paid the rent? On the list it is to be paid."""
    verb = base_of(match["verb"], alone=False) or match["verb"].lower()
    name = match["name"]
    return Show(named=Named(f"{verb} {name}", verb=verb), asks="done")


def _query_or_about(match: re.Match[str], now: datetime) -> Show | None:
    return _list(match, now) if read_query(match["name"], now) else _about(match, now)


ON_MY_LIST = (
    r"(?:on|in|among) (?:my |the |our )?(?:todo |to-do |task |shopping )?(?:list|tasks|todos)"
)
SORTED = rf"(?:(?:{SHOW}|sort|order|rank|list|give me) )?(?:me )?(?:{LIST}|them|it|these|those)?"
RULES: list[tuple[re.Pattern[str], Read]] = [
    (
        any_of(
            rf"{SORTED} ?(?:sort(?:ed)?|order(?:ed)?|ranked|arranged)?(?: them)? ?{ORDERS}"
            r"(?: (?:first|please))?"
        ),
        _list,
    ),
    (
        any_of(
            r"what(?:'s| is| are)? (?:the |my )?(?:single )?(?:most (?:important|urgent)|top"
            r"|highest(?:[- ]priority)?)(?: priority)?(?: (?:thing|task|one|item|todo))?"
            r"(?: (?:to do|on (?:my|the) list|right now|now|today|at the moment|for me|i have))*",
            r"what(?:'s| is) my (?:first|number one|top) priority(?: right now| now| today)?",
            r"(?:what|which(?: task| one)?) (?:matters|counts) (?:the )?most(?: right now| now)?",
        ),
        _first,
    ),
    (
        any_of(
            r"(?:show|read|tell|give|get|open|what(?:'s| is| are| do| does)?)(?: me)? (?:the |my )?"
            r"(?:notes?|details?|description) (?:of|for|on|about|from|in|to) (?P<name>.+?)"
            r"(?: say)?",
        ),
        _notes,
    ),
    (
        any_of(
            rf"(?:is|are|isn't|aren't) (?P<name>.+?) (?:already |still )?{ON_MY_LIST}{ALREADY}",
            rf"(?:do|have) (?:i|you) (?:have|got|see) (?P<name2>.+?) {ON_MY_LIST}{ALREADY}",
            r"did i (?:already )?(?:add|write down|note|put) "
            rf"(?P<name3>.+?)(?: {ON_MY_LIST})?{ALREADY}",
        ),
        _whether_listed,
    ),
    (
        any_of(
            r"(?:is|are|was|were|has|have|isn't|wasn't|hasn't) "
            r"(?!(?:all|everything|anything|that|it|i)\b)(?P<name>.+?) (?:already |been )*"
            rf"(?:done|finished|completed?|ticked off|checked off|taken care of){ALREADY}",
            r"(?:have|did|haven't|didn't) i (?:already )?"
            r"(?:done|finished|completed|do|finish|complete|tick off|ticked off) "
            rf"(?!(?:anything|everything|all|something)\b)(?P<name2>.+?){ALREADY}",
        ),
        _whether_done,
    ),
    (
        any_of(
            r"(?:have|did|haven't|didn't) i (?:already |really |ever )?"
            r"(?!(?:do|done|have|get|got|add|added|finish\w*|complete\w*|miss(?:ed)?)\b)"
            rf"(?P<verb>\w+) (?P<name>.+?){ALREADY}"
        ),
        _whether_deed_done,
    ),
    (
        any_of(
            r"(?:is there|are there|do i have|have i got|did i (?:add|write down|note)) "
            rf"(?:anything|something|any \w+|a \w+|tasks?) {ABOUT} (?P<name>.+)"
        ),
        _about,
    ),
    (any_of(rf"(?:anything|something|everything|tasks?|all|what) {ABOUT} (?P<name>.+)"), _about),
    (
        any_of(
            rf"(?:{SHOW}|find|search for|give me)(?: all| everything| anything| the| my)?"
            rf"(?: tasks?| todos?)? {ABOUT} (?P<name>.+)"
        ),
        _about,
    ),
    (any_of(r"whe(?:n|re)(?:'s| is| are) (?P<name>.+?)(?: due)?"), _about),
    (any_of(r"when (?:do|must|should) i (?:have to |need to |have )?(?P<name>.+)"), _about),
    (
        any_of(
            r"(?:is|are|was|has) (?!(?:there|any\w*|every\w*)\b)(?P<name>.+?) (?:already |been )*"
            rf"(?:open|due|urgent|important|high priority){ALREADY}"
        ),
        _about,
    ),
    (
        any_of(
            r"(?:what(?:'s| is| are) )?(?:the )?"
            r"(?:due date|deadline|status|details?|notes?|priority) (?:of|for|on) (?P<name>.+)"
        ),
        _about,
    ),
    (any_of(r"(?:what|how) about (?P<name>.+)"), _about),
    (any_of(rf"do i (?:still )?(?:have|need) to (?!do\b|get done)(?P<name>.+?){ALREADY}"), _about),
    (any_of(r"(?:find|search(?: for)?|look for|look up) (?P<name>.+)"), _about),
    (
        any_of(
            r"(?!(?:all|everything)(?: is| are)? (?:done|finished|complete))"
            rf"(?:(?:{SHOW}|(?:see|print|read|give|tell|get|check|open)(?: me| us)?) )?{LIST}"
            r"(?P<rest>(?: .*)?)"
        ),
        _list_if_list,
    ),
    (any_of(SHOW), _list),
    (any_of(rf"{SHOW} (?P<name>.+)"), _query_or_about),
    (
        any_of(
            r"(?:what|what's|whats|which|how many|anything|any|is|am|are|do|have|did|tell me)\b.*"
        ),
        _list_if_of_tasks,
    ),
    (
        any_of(
            rf"(?:for |on )?(?:{DAY}|overdue|upcoming|high priority \w+)",
            r"(?:completed|finished|done) tasks",
        ),
        _list_if_query,
    ),
    (any_of(r"to ?do(?: list)?"), _list),
]
