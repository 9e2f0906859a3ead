"""Sentences that ask to see tasks, understood: "what's due today?", "anything about milk?"."""

import re
from collections.abc import Callable
from datetime import datetime

from agent.offline.intents import Named, Query, Show
from agent.offline.understanding.queries import read_query
from agent.offline.understanding.targets import read_target
from agent.offline.words import any_of

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
WHICH_DAY_DONE = "I cannot tell on which day things were finished, so these are all."

ABOUT = r"(?:about|on|for|with|regarding|containing|named|called|mentioning)"
MINE = r"(?:my|the|all|our|of|full|whole|current|open|todo|to-do|to do|task|shopping)"
LIST = rf"(?:{MINE} )*(?:tasks?|todos?|to-dos?|to dos|lists?|agenda|items|everything|all|stuff)"
SHOW = r"(?:show|list|display|view)(?: me| us)?"
ALREADY = r"(?: (?:yet|already))?"


def read_question(text: str, now: datetime) -> Show | None:
    """What a sentence, without its question mark, asks to see; None when it asks for no tasks."""
    for pattern, read in RULES:
        match = pattern.fullmatch(text)
        if match and (asked := read(match, now)):
            return asked
    return None


def _list(match: re.Match[str], now: datetime) -> Show:
    """A list by state, priority or day, or of all open tasks."""
    query = read_query(match[0], now) or Query()
    return _without_days(query) if query.arguments.get("status") == "done" else Show(query)


def _done(match: re.Match[str], now: datetime) -> Show:
    return _without_days(read_query(f"done {match[0]}", now) or Query())


def _without_days(query: Query) -> Show:
    """A list of what is done: tools tell when a task was due, not when it was finished."""
    if not query.label:
        return Show(query)
    arguments = {name: value for name, value in query.arguments.items() if "due" not in name}
    return Show(Query(arguments), remarks=(WHICH_DAY_DONE,))


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
    target = read_target(match["name"], now)
    if isinstance(target, Named) and target.words:
        return Show(named=Named(target.words))
    query = read_query(match["name"], now)
    return Show(query) if query else None


def _query_or_about(match: re.Match[str], now: datetime) -> Show | None:
    return _list(match, now) if read_query(match["name"], now) else _about(match, now)


RULES: list[tuple[re.Pattern[str], Read]] = [
    (
        any_of(
            r"(?:what|which(?: tasks?| ones?)?) (?:have i|did i|i(?:'ve| have)?) (?:already )?"
            r"(?:done|finished|completed|accomplished|do|finish|complete)\b.*"
        ),
        _done,
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
            r"(?:is|are|was|has) (?P<name>.+?) (?:already |been )*"
            rf"(?:done|finished|completed?|open|due|urgent|important|high priority){ALREADY}"
        ),
        _about,
    ),
    (
        any_of(
            r"(?:have|did) i (?:already )?(?:done|finished|do|finish|add|complete) "
            rf"(?P<name>.+?){ALREADY}"
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
    (any_of(r"(?:have|did) i (?:already )?(?!do\b|done\b)(?P<name>\w+ .+?)"), _about),
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
