"""Sentences that ask to see tasks, understood: "what's due today?", "anything about milk?"."""

import re
from collections.abc import Callable
from datetime import datetime

from agent.offline.intents import Named, Query, Say, Show
from agent.offline.queries import read_query
from agent.offline.targets import read_target

Read = Callable[[re.Match[str], datetime], "Show | Say | None"]

LIST = (
    r"(?:(?:my|the|all|your|our|of|me|us|full|whole|current|open|todo|to-do|to do|task|shopping) )*"
    r"(?:tasks?|todos?|to-dos?|to dos|lists?|agenda|items|everything|all|stuff|things)"
)
ABOUT = r"(?:about|on|for|with|regarding|concerning|containing|named|called|mentioning|related to)"
# A question with one of these words is about tasks; "what's the weather tomorrow?" is not.
OF_TASKS = re.compile(
    r"\b(?:tasks?|todos?|to-dos?|to do|my list|the list|agenda|plate|due|overdue|late|left|pending"
    r"|do i (?:still )?(?:have|need)|have i (?:got|done|finished|completed)|i have|should i do"
    r"|did i (?:do|finish|complete)|i(?:'ve)? (?:done|finished|completed)|planned|scheduled|coming up"
    r"|am i (?:free|busy)|upcoming|next|urgent|important|priority|open|unfinished|done|get done)\b"
    r"|^(?:what|what's|whats|what is|anything) (?:on|for|happening|up|planned)? ?(?:for )?"
    r"(?:today|tomorrow|tonight|(?:this|next) \w+|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
NOT_OF_TASKS = re.compile(
    r"\b(?:weather|time is it|date is it|news|joke|meaning of)\b", re.IGNORECASE
)
WHICH_DAY_DONE = "I can not tell on which day things were finished, so these are all."


def _rule(pattern: str, read: Read) -> tuple[re.Pattern[str], Read]:
    return re.compile(pattern, re.IGNORECASE), read


def read_question(text: str, now: datetime) -> Show | Say | None:
    """What a sentence, without its question mark, asks to see; None when it asks for no tasks."""
    for pattern, read in RULES:
        match = pattern.fullmatch(text)
        if match and (asked := read(match, now)):
            return asked
    return None


def _list(match: re.Match[str], now: datetime) -> Show:
    """A list by state, priority or day, or of all open tasks."""
    query = read_query(match[0], now) or Query()
    if query.arguments.get("status") == "done" and query.label:
        arguments = {key: value for key, value in query.arguments.items() if "due" not in key}
        return Show(Query(arguments), remarks=(WHICH_DAY_DONE,))
    return Show(query)


def _list_if_of_tasks(match: re.Match[str], now: datetime) -> Show | None:
    if NOT_OF_TASKS.search(match[0]) or not OF_TASKS.search(match[0]):
        return None
    return _list(match, now)


def _list_if_list(match: re.Match[str], now: datetime) -> Show | None:
    """ "List", "my tasks for friday"; but not "tasks are boring" or "all hands meeting"."""
    rest = match["rest"].strip()
    return _list(match, now) if not rest or read_query(rest, now) else None


def _query_or_about(match: re.Match[str], now: datetime) -> Show | None:
    return _list(match, now) if read_query(match["name"], now) else _about(match, now)


def _about(match: re.Match[str], now: datetime) -> Show | None:
    """Tasks by words of their titles, unless the words are those of a list."""
    target = read_target(match["name"], now)
    if isinstance(target, Named) and target.words:
        return Show(named=Named(target.words))
    query = read_query(match["name"], now)
    return Show(query) if query else None


RULES = [
    _rule(
        r"(?:what|which(?: (?:tasks?|ones?|things))?) (?:have i|did i|i(?:'ve| have)?) "
        r"(?:already )?(?:done|finished|completed|do|finish|complete|accomplished?)\b.*",
        lambda match, now: _list(re.match(r".*", f"done {match[0]}") or match, now),
    ),
    _rule(
        r"(?:is there|are there|do i have|have i got|did i (?:add|write down|note))"
        rf" (?:anything|something|any \w+|a \w+|tasks?) {ABOUT} (?P<name>.+)",
        _about,
    ),
    _rule(rf"(?:anything|something|everything|tasks?|all|what) {ABOUT} (?P<name>.+)", _about),
    _rule(
        rf"(?:show|list|find|search|give) (?:me )?(?:for )?(?:all|everything|anything|the|my)?\s*"
        rf"(?:tasks?|todos?)?\s*{ABOUT} (?P<name>.+)",
        _about,
    ),
    _rule(r"(?:when(?:'s| is| are)|where(?:'s| is| are)) (?P<name>.+?)(?: due)?", _about),
    _rule(r"when (?:do|must|should) i (?:have to |need to )?(?P<name>.+)", _about),
    _rule(
        r"(?:is|are|was|has) (?P<name>.+?) (?:already |been )*(?:done|finished|completed?|open|due)(?: (?:yet|already))?",
        _about,
    ),
    _rule(
        r"(?:have|did) i (?:already )?(?:done|finished|do|finish|add|complete) (?P<name>.+?)(?: (?:yet|already))?",
        _about,
    ),
    _rule(
        r"(?:what(?:'s| is| are) )?(?:the )?(?:due date|deadline|status|details?|notes?|priority) "
        r"(?:of|for|on) (?P<name>.+)",
        _about,
    ),
    _rule(r"(?:find|search(?: for)?|look for|look up) (?P<name>.+)", _about),
    _rule(
        rf"(?:(?:show|list|display|view|see|print|read|give|tell|get|check|open) (?:me |us )?)?{LIST}(?P<rest>(?: .*)?)",
        _list_if_list,
    ),
    _rule(r"(?:show|list|display|view)(?: (?:me|us))?", _list),
    _rule(r"(?:show|list|display|view) (?:me |us )?(?P<name>.+)", _query_or_about),
    _rule(
        r"(?:what|what's|whats|which|how many|anything|any|is|am|are|do|have|did|tell me what)\b.*",
        _list_if_of_tasks,
    ),
    _rule(
        r"(?:(?:for|on) )?(?:today|tonight|tomorrow|this week(?:end)?|next week|this month|next month|overdue"
        r"|upcoming|high priority \w+|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:completed|finished|done) tasks)",
        _list,
    ),
]
