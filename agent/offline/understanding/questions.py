"""Sentences that ask to see tasks, understood: "what's due today?", "anything about milk?"."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from agent.offline.intents import More, Show
from agent.offline.lexicon import DONE, SHOW, TICKED_OFF
from agent.offline.past import base_of
from agent.offline.target import Named, Query
from agent.offline.templates import first_read, rules
from agent.offline.understanding.history import read_history
from agent.offline.understanding.queries import ORDERS, read_query
from agent.offline.understanding.targets import read_target
from agent.offline.words import any_of

Asks = Literal["tasks", "listed", "done", "notes", "first"]

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


def read_question(text: str, now: datetime) -> Show | More | None:
    """What a sentence, without its question mark, asks to see; None when it asks for no tasks."""
    return read_history(text, now) or first_read(RULES, text, now)


def _more(_match: re.Match[str], _now: datetime) -> More:
    return More()


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
    target = read_target(match["name"], now)
    if isinstance(target, Named) and target.words:
        return Show(named=Named(target.words))
    query = read_query(match["name"], now)
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


MINE = r"(?:my|the|all|our|of|full|whole|current|open|todo|to-do|to do|task|shopping)"
NAMES = {
    # slots
    "name": r"(?P<name>[^\n]{1,600}?)",
    "verb": r"(?P<verb>\w{1,30})",
    "rest": r"(?P<rest>(?: [^\n]{0,600})?)",
    "anything": r"\b[^\n]{0,600}",
    # words
    "about": r"(?:about|on|for|with|regarding|containing|named|called|mentioning)",
    "already": r"(?:yet|already)",
    "been": r"(?:already been|been already|already|been)",
    "day": DAY,
    "details": r"(?:notes?|details?|description)",
    "done": rf"(?:{DONE}|{TICKED_OFF})",
    "fact": r"(?:due date|deadline|status|details?|notes?|priority)",
    "finished": r"(?:done|finish(?:ed)?|completed?|do|tick(?:ed)? off)",
    "is": r"(?:is|are|was|were|has|have|isn't|wasn't|hasn't)",
    "is_there": r"(?:is there|are there|do i have|have i got|did i (?:add|write down|note))",
    "my": r"(?:all|everything|anything|the|my)",
    "my_list": r"(?:on|in|among) (?:my |the |our )?(?:todo |to-do |task |shopping )?"
    r"(?:list|tasks|todos)",
    "no_all": r"(?!(?:all|everything|anything|something|that|it|i)\b)",
    "no_all_done": r"(?!(?:all|everything)(?: is| are)? (?:done|finished|complete))",
    "no_deed": r"(?!do\b|get done)",
    "no_state": r"(?!(?:do|done|have|get|got|add|added|finish\w*|complete\w*|miss(?:ed)?)\b)",
    "no_there": r"(?!(?:there|any\w*|every\w*)\b)",
    "now": r"(?:(?:right )?now|today|at the moment)",
    "number": r"\d{1,3}",
    "of": r"(?:of|for|on|about|from|in|to)",
    "of_them": r"(?:of (?:them|it|my tasks|the list|my list|the tasks)|tasks?|ones?)",
    "order": ORDERS,
    "show": SHOW,
    "sort": rf"(?:{SHOW}|sort|order|rank|give me)",
    "sorted": r"(?:sort(?:ed)?|order(?:ed)?|ranked|arranged)",
    "state": r"(?:open|due|urgent|important|high priority)",
    "tasks": rf"(?:{MINE} ){{0,5}}"
    r"(?:tasks?|todos?|to-dos?|to dos|lists?|agenda|items|everything|all|stuff)",
    "thing": r"(?:thing|task|one|item|todo)",
    "to_do": r"(?:to do|for me|i have|on (?:my|the) list|(?:right )?now|today|at the moment)",
    "top": r"(?:most (?:important|urgent)|top|highest(?:[- ]priority)?)",
    "word": r"\w{1,30}",
}
RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Show | More | None]]]
RULES = rules(
    NAMES,
    (
        _more,
        """
            [show|give|list|see|tell] [me] [the] (more|rest|others|remaining) [{of_them}] [please]
            [show [me]] [the] next [page|one[s]|part|{number}]
            (go on|continue|keep going|what else)
            [show|what are] [me] the (other|next|remaining|last) (ones|tasks|part|page)
        """,
    ),
    (
        _list,
        """
            [{sort}] [me] [{tasks}|them|it|these|those] [{sorted}] [them] {order} [first|please]
        """,
    ),
    (
        _first,
        """
            what['s| is| are] [the|my] [single] {top} [priority] [{thing}] [{to_do}] [{to_do}]
            what('s| is) my (first|number one|top) priority [{now}]
            (what|which [task|one]) (matters|counts) [the] most [{now}]
        """,
    ),
    (
        _notes,
        """
            (show|read|tell|give|get|open) [me] [the|my] {details} {of} {name} [say]
            what['s| is| are| do| does] [me] [the|my] {details} {of} {name} [say]
        """,
    ),
    (
        _whether_listed,
        """
            (is|are|isn't|aren't) {name} [already|still] {my_list} [{already}]
            (do|have) (i|you) (have|got|see) {name} {my_list} [{already}]
            did i [already] (add|write down|note|put) {name} [{my_list}] [{already}]
        """,
    ),
    (
        _whether_done,
        """
            {is} {no_all}{name} [{been}] {done} [{already}]
            (have|did|haven't|didn't) i [already] {finished} {no_all}{name} [{already}]
        """,
    ),
    (
        _whether_deed_done,
        "(have|did|haven't|didn't) i [already|really|ever] {no_state}{verb} {name} [{already}]",
    ),
    (
        _about,
        """
            {is_there} (anything|something|(any|a) {word}|task[s]) {about} {name}
            (anything|something|everything|task[s]|all|what) {about} {name}
            ({show}|find|search for|give me) [{my}] [task[s]|todo[s]] {about} {name}
            whe(n|re)('s| is| are) {name} [due]
            when (do|must|should) i [have to|need to|have] {name}
            (is|are|was|has) {no_there}{name} [{been}] {state} [{already}]
            [what's|what is|what are] [the] {fact} (of|for|on) {name}
            (what|how) about {name}
            do i [still] (have|need) to {no_deed}{name} [{already}]
            (find|search [for]|look for|look up) {name}
        """,
    ),
    (
        _list_if_list,
        """
            {no_all_done}{tasks}{rest}
            ({show}|(see|print|read|give|tell|get|check|open)[ me| us]) {tasks}{rest}
        """,
    ),
    (_list, "{show}"),
    (_query_or_about, "{show} {name}"),
    (
        _list_if_of_tasks,
        "(what['s]|whats|which|how many|anything|any|is|am|are|do|have|did|tell me){anything}",
    ),
    (
        _list_if_query,
        """
            [for|on] ({day}|overdue|upcoming|high priority {word})
            (completed|finished|done) tasks
        """,
    ),
    (_list, "(todo|to do) [list]"),
)
