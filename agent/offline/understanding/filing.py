"""Where a task is, or shall be: "in my Groceries list", "to Work", "#errands", "tagged urgent".

The words of the place are cut out, the rest is read like any sentence, and what it asks for is
meant for that place. Whether there is such a list or tag is looked up before anything is done.
"""

import re
from dataclasses import replace
from datetime import datetime
from functools import partial

from agent.offline import dates
from agent.offline.intents import Add, Change, Edit, Guess, Intent, Put, Refuse, Show, Within
from agent.offline.lexicon import TASK
from agent.offline.target import All, Named, Query
from agent.offline.templates import first_read, rules
from agent.offline.understanding.additions import VERB, added, read_addition
from agent.offline.understanding.behind_lists import (
    MINE,
    NAME,
    WORD,
    Read,
    read_before_more,
    read_two_lists,
    told_apart,
)
from agent.offline.understanding.naming import list_name, name_between
from agent.offline.understanding.queries import read_query
from agent.offline.understanding.targets import read_target
from agent.offline.words import any_of, is_verb_alone


def each_of(*patterns: str) -> list[re.Pattern[str]]:
    return [any_of(pattern) for pattern in patterns]


IN_LIST = each_of(
    rf"(?:,? )?\b(?:to|on|onto|in|into|under|from|within) {MINE} (?P<name>{NAME}) (?:list|folder"
    r"|project|category)(?P<after>(?: |, |: ?).{0,600})?$",
    rf"(?:,? )?\b(?:to|on|onto|in|into|under|from|within) (?:{MINE} )?(?:list|folder|project"
    rf"|category) (?:called |named )?(?P<name>{NAME})(?P<after>, .{{0,600}})?$",
)
"""The word "list" says so."""
AT_START = each_of(
    rf"(?:in|on|to|into|under) {MINE} (?P<name>{NAME}) list[,:]? (?P<rest>\S.{{0,10000}})",
    rf"(?:in|on|to) (?:{MINE} )?list (?P<name>{NAME})[,:] (?P<rest>\S.{{0,10000}})",
    rf"(?:add|put|insert|write)(?: (?:these|this|the following))? (?:to|on|in|into) {MINE}"
    rf" (?P<name>{NAME}) list ?[:–-]? (?P<rest>\S.{{0,10000}})",
    r"(?:add|put|insert|write)(?: (?:these|this|the following))? (?:to|on|in|into)"
    rf" (?:{MINE} )?list (?P<name>{NAME}): (?P<rest>\S.{{0,10000}})",
)
TO_NAME = any_of(
    rf"(?P<rest>\S.{{0,250}})(?P<place> (?:to|on|onto) (?:{MINE} )?(?P<name>{NAME})(?: list)?)"
)
LIST_FOLLOWS = any_of(r" (?:list|folder|project|category)\b")
ENDS_OPEN = any_of(rf" (?:to|on|onto|in|into)(?: {MINE})?$")
"""Shoes to my To buy list: the name begins there."""
TAGGED = each_of(
    r"(?: (?:and|that (?:is|are)|which (?:is|are)|i))?(?: have)? (?:tagged|labell?ed)"
    rf"(?: (?:with|as|by))? #?(?P<name>[\"“]?{WORD}[\"”]?)",
    rf" (?:with|under|for|of) (?:the )?(?:tag|label) #?(?P<name>[\"“]?{WORD}[\"”]?)",
    rf" (?:with|under|for|of) (?:the )(?P<name>{WORD}) (?:tag|label)\b",
    r"(?:^| (?:in|on|for|with|under|about|from) | )#(?P<name>[^\W\d_][\w-]{0,49})",
)
SHOWS = any_of(
    r"(?:what|what's|whats|which|show|list|display|view|see|open|read|how many|is there|are there"
    r"|do i have|have i|anything|any|all|everything|give me|tell me|find|search|tasks?|todos)\b.*",
)
IN_NAME = any_of(
    rf" (?:left |still |open |to do |planned |due )*(?P<in>in|on|under|from|of) (?:{MINE} )?"
    rf"(?P<name>{NAME})(?P<sure> list)?(?P<after> (?:today|tonight|tomorrow|this|next|due|by|for"
    r"|that|which|until|on)\b.{0,80})?$",
)
IN_NO_LIST = any_of(
    r"(?<= )(?:(?:that |which )?(?:is|are|has|have|belongs?)?(?:n't| not)?(?: to)? ?)?"
    r"(?:without|with no|in no|on no|has no|have no|not in|not on|to no|under no)"
    r"(?: an?y?)? (?:list|folder|project|category)s?\b",
    r"\b(?:unfiled|unlisted|unsorted|listless)\b",
)
NAME_TASKS = any_of(
    r"(?:(?:show|list|display|view|see|give|open|read|check|print)(?: me| us)?|what|which"
    rf"|how many|any|do i have(?: any)?|all|find)(?: (?:are|of|all|open))?(?: {MINE})? "
    rf"(?P<name>{NAME}) (?P<what>tasks?|todos?|to-dos|items|things|stuff|list)"
    r"(?P<after>\b.{0,100})?"
)
NOT_IN_NAME = any_of(
    r"\b(?:on|in|at|is|are|am|my|the|i|you|do|does|did|have|has|for|with|to|of|about|from|as|by)\b"
)
QUERY_WORDS = any_of(
    r"(?:(?:all|my|the|open|done|finished|completed|overdue|urgent|important|high|low|medium"
    r"|priority|top|due|late|deleted|next|last|past|other|remaining|pending|unfinished|upcoming"
    r"|many|more|of|me|todo|to-do|to do|task|whole|full|entire|current|most|first|recent|latest"
    r"|list|today's|tomorrow's|\d{1,4}|days?|weeks?|months?|years?|few|two|three|it|that|this|them|those|these|am|is|are|do|i|recurring"
    r"|repeating|there|what|general|total|plate|agenda|schedule|calendar|mind|hand)[ -]?){1,20}"
)
"""Words that say which tasks, and name no list."""
USUAL = any_of(r"groceries|shopping|errands|chores|work|home|wish ?list|backlog|inbox")
"""What people call their lists, so that nothing else is meant by adding something to it."""
NO_PLACE = any_of(
    rf"(?:{QUERY_WORDS.pattern}|(?:{MINE} )?(?:top|end|bottom|side|way|point|charge|time|case|stock"
    r"|front|back|list|lists|bin|trash|recycle bin|morning|afternoon|evening|night|weekend"
    r"|future|past|notes?|week|month|year|due date|deadline|title|name))"
)


def read_filed(text: str, now: datetime, read: Read, else_read: Read) -> Intent | None:
    """What ``text`` asks for, within a list or tag that it names; None where it names none.

    ``read`` tells what a sentence without such a name asks for, ``else_read`` what it may be meant
    for at all.
    """
    one = partial(_read_one_list, now=now, read=read, else_read=else_read)
    return read_two_lists(text, one) or one(text)


def _read_one_list(text: str, now: datetime, read: Read, else_read: Read) -> Intent | None:
    place = _read_place(text, now, read, else_read)
    return read_before_more(text, now, read, place) or place


def _read_place(text: str, now: datetime, read: Read, else_read: Read) -> Intent | None:
    asked = (
        first_read(MOVES, text, now)
        or _listed(text, now, read)
        or _shown(text, now)
        or _in_list(text, read)
        or _before_more(text, read)
    )
    if isinstance(asked, Within) and not asked.sure and not _asks_to_make(asked, text):
        return replace(asked, otherwise=else_read(text))
    return asked


def _named(match: re.Match[str]) -> str:
    is_between = LIST_FOLLOWS.match(match.string, match.end("name"))
    return (name_between if is_between else list_name)(match["name"])


def _asks_to_make(asked: Within, text: str) -> bool:
    """Put it in Work, add Anna to the mailing list by friday: a name, which nothing else can be."""
    if isinstance(asked.intent, Add):
        is_told = f" the {asked.name} list".lower() in text.lower()
        return is_told and text.lower().startswith(("add ", "put "))
    return asked.to and isinstance(asked.intent, Change) and asked.name[:1].isupper()


def _in_list(text: str, read: Read) -> Intent | None:
    """Add milk to my Groceries list."""
    start = next((found for each in AT_START if (found := each.fullmatch(text))), None)
    match = start or next((found for each in IN_LIST if (found := each.search(text))), None)
    name = _named(match) if match else ""
    if not match or not name:
        return None
    if start:
        rest = read(start["rest"]) or read(f"add {start['rest']}")
    else:
        rest = read(f"{text[: match.start()]}{(match['after'] or '').replace(': ', ' ', 1)}")
    inner = rest.intent if isinstance(rest, Guess) else rest
    is_sure = match[0].lower().split()[1] != "the"
    match inner:
        case Add() | Show(named=None) | Change(target=All()):
            return Within(name, inner, sure=is_sure)
    return None


def _before_more(text: str, read: Read) -> Intent | None:
    """Add milk to Groceries tomorrow #food: behind the list more is said of the task."""
    said = read(text) if text.lower().startswith("add ") else None
    titles = [draft.title for draft in said.drafts] if isinstance(said, Add) else []
    place = TO_NAME.fullmatch(titles[0]) if len(titles) == 1 else None
    name = list_name(place["name"]) if place else ""
    if not place or not name or is_verb_alone(place["rest"]) or ENDS_OPEN.search(place["rest"]):
        return None
    before, found, behind = text.partition(place["place"])
    rest = read(f"{before}{behind}") if found else None
    return Within(name, rest, to=True) if isinstance(rest, Add) and rest.drafts else None


def _shown(text: str, now: datetime) -> Intent | None:
    """What's in Groceries, show work tasks, anything tagged errands this week."""
    if (loose := IN_NO_LIST.search(text)) and SHOWS.fullmatch(text):
        rest = f"{text[: loose.start()]} {text[loose.end() :]}"
        return Within("inbox", Show(read_query(rest, now) or Query()))
    if tag := re.fullmatch(r"#([^\W\d_][\w-]{0,49})", text):
        return Within(tag[1].lower(), Show(), kind="tag", sure=True)
    if not SHOWS.fullmatch(text):
        return None
    if match := next((found for each in TAGGED if (found := each.search(text))), None):
        tag_name = match["name"].strip('"“”').lower()
        rest = f"{text[: match.start()]} {text[match.end() :]}"
        return Within(tag_name, Show(read_query(rest, now) or Query()), kind="tag", sure=True)
    for pattern in (NAME_TASKS, IN_NAME):
        match = pattern.fullmatch(text) if pattern is NAME_TASKS else pattern.search(text)
        if match and pattern is NAME_TASKS and NOT_IN_NAME.search(match["name"]):
            continue
        if match and (asked := _place(match, text, now)):
            return asked
    return None


def _place(match: re.Match[str], text: str, now: datetime) -> Intent | None:
    said = match.groupdict()
    if NO_PLACE.fullmatch(said["name"]) or not (name := list_name(said["name"])):
        return None
    says_list = bool(said.get("sure")) or said.get("what") == "list"
    is_sure = says_list and " the " not in f" {match[0].lower()} "
    is_day = bool(dates.read(f"on {said['name']}", now).when or read_query(said["name"], now))
    if is_day and not says_list and said.get("in") != "in":
        return None
    rest = f"{text[: match.start('name')]} {said.get('after') or ''}"
    query = read_query(rest.replace(" of ", " "), now) or Query()
    return Within(name, Show(query), kind="either", sure=is_sure)


def _listed(text: str, now: datetime, read: Read) -> Intent | None:
    """Complete everything in Groceries, delete all tasks tagged old, empty the shopping list."""
    if (emptied := EMPTIED.fullmatch(text)) and (name := list_name(emptied["name"])):
        return Within(name, Change("delete_task", All()), sure=True)
    match = OF_ALL.fullmatch(text)
    if not match or NO_PLACE.fullmatch(match["name"]):
        return None
    change = read(f"{match['verb']} all tasks{match['done'] or ''}")
    if not isinstance(change, Change) or not isinstance(change.target, All):
        return None
    which = read_query(match["which"] or "", now) or change.target.query
    change = replace(change, target=replace(change.target, query=which))
    is_tag = (match["in"] or "").lower().startswith(("tagged", "with")) or match["name"][0] == "#"
    name = list_name(match["name"])
    return Within(name.lower() if is_tag else name, change, kind="tag" if is_tag else "either")


EMPTIED = any_of(
    rf"(?:clear|empty|wipe|clean)(?: out| up)? {MINE} (?P<name>{NAME}) (?:list|folder)(?: out)?"
)
OF_ALL = any_of(
    r"(?P<verb>complete|finish|tick(?: off)?|check(?: off)?|mark|delete|remove|clear|reopen) "
    r"(?P<which>(?:all|everything|every)\b[^\n]{0,40}?)"
    rf" (?P<in>in|on|from|under|tagged(?: with)?|with the tag) (?:{MINE} )?(?P<name>#?{NAME})"
    r"(?: list| tag)?(?P<done> (?:as )?(?:done|complete|finished))?"
)


ALL_OF = any_of(
    r"(?:all|everything|every|each)(?: of)?(?P<which> [^\n]{0,40}?)(?: tasks?| things| items"
    r"| todos)?(?: that(?: is|'s| are))?(?: (?:tagged|labell?ed)(?: with| as)?"
    rf"| with (?:the )?(?:tag|label)) #?(?P<tag>{WORD})",
    rf"(?:all|everything|every|the)(?: the| my)? #(?P<hash>{WORD})(?: tasks?| things)?",
    r"(?:all|everything|every|each|all of)(?P<which2> [^\n]{0,40}?)?(?: tasks?| things| items"
    r"| todos)?(?: that(?: is|'s| are))? (?:in|on|from|of|under|within|out of)"
    rf" (?:{MINE} )?(?P<name>{NAME})(?: list)?",
    rf"(?:all|every)(?: (?:of )?{MINE})? (?P<first>{NAME}) (?:tasks?|things|items|todos)",
)


def _move(match: re.Match[str], now: datetime) -> Intent | None:
    """Move the dentist to Health, put it in Work; a date is none of these."""
    said, name = match.groupdict(), _named(match)
    if ENDS_OPEN.search(match["target"]):
        return None
    if not name or (NO_PLACE.fullmatch(said["name"]) and name.lower() != "inbox"):
        return None
    if everything := ALL_OF.fullmatch(match["target"]):
        return _move_all(everything, name, now)
    target = read_target(match["target"], now)
    verb = said["verb"].lower()
    is_day = bool(dates.read(f"{said['how']} {said['name']}", now).when)
    is_told = LIST_FOLLOWS.match(match.string, match.end("name")) or said["name"][0] in "\"“'«"
    is_name = bool(is_told) or not (is_day or told_apart(said["name"], now)[1])
    is_usual = verb == "add" and bool(USUAL.fullmatch(name))
    is_sure = is_usual or (bool(said.get("sure")) and is_name)
    if is_day and not said.get("sure") and not is_usual:
        return None
    if isinstance(target, Named) and not target.words:
        return None
    change = Change("update_task", target, Edit(in_list=""))
    adds = verb in ("add", "put", "stick", "write", "enter", "insert", "place")
    if verb == "add" and _says_more(said["name"], now):
        return None
    if not isinstance(target, Named) or not adds:
        return Within(name, change, to=True, sure=is_sure)
    addition: Add | Change | Refuse | None = added(match["target"], now)
    if LED.match(match["target"]):
        led = read_addition(f"add {match['target']}", now)
        addition = led if _is_full(led) or not (is_told or said.get("sure")) else addition
    if not isinstance(addition, Add) or not addition.drafts:
        return None
    intent = addition if verb == "add" else Put(change, addition)
    return Within(name, intent, to=True, sure=is_sure)


LED = any_of(
    rf"(?:an?|another|one|some) (?:\w+[ -]){{0,4}}?{TASK}\b(?! (?:for|of|from|in|on|at|due)\b)",
    rf"(?:\w+[ -]){{0,4}}?(?:{TASK}|{dates.BELL})(?::| (?:to|called|named|{VERB}))",
    rf"(?:\w+[ -]){{0,4}}?{dates.BELL} (?:(?:for|about|of) (?!\d)"
    r"|(?:at|on|in|every|each|today|tomorrow|next)\b)",
)
"""A task to call Bob, a reminder for the bins; but not a reminder bug, or items for the party."""


def _is_full(addition: Add | Change | Refuse | None) -> bool:
    return isinstance(addition, Refuse) or (isinstance(addition, Add) and bool(addition.drafts))


def _says_more(said: str, now: datetime) -> bool:
    """Groceries tomorrow, Groceries #food: no name alone."""
    return all(told_apart(said, now))


def _move_all(everything: re.Match[str], to: str, now: datetime) -> Intent | None:
    """Everything from Outdoor, all #urgent tasks: to another list."""
    tag = everything["tag"] or everything["hash"] or ""
    said = everything["name"] or everything["first"] or ""
    name = tag.lower() or list_name(said)
    if not name or (NO_PLACE.fullmatch(said) and said.lower() != "inbox"):
        return None
    which = read_query(everything["which"] or everything["which2"] or "", now) or Query()
    move = Within(to, Change("update_task", All(which), Edit(in_list="")), to=True)
    return Within(name, move, kind="tag" if tag else "either")


def _out(match: re.Match[str], now: datetime) -> Intent | None:
    """Take it out of Work: it goes to the Inbox."""
    name, target = list_name(match["name"]), read_target(match["target"], now)
    if not name or NO_PLACE.fullmatch(match["name"]):
        return None
    return Change("update_task", target, Edit(in_list=""))


NAMES = {
    "target": r"(?P<target>[\"“][^\"”]{1,250}[\"”]|[^\n:]{1,250}?)",
    "last_target": r"(?P<target>[\"“][^\"”]{1,250}[\"”]|[^\n:]{1,250})",
    "name": rf"(?P<name>{NAME})",
    "move": r"(?P<verb>move|put|file|transfer|send|add|stick|place|write|enter|insert|sort)",
    "moving": r"(?P<verb>move|put|file|transfer|add|stick|place)",
    "to": r"(?P<how>to|into|in|under|on|onto)",
    "the": MINE,
    "sure": r"(?P<sure>list|folder|project|category)",
    "out": r"(?:out of|from|off)",
}
MOVES = rules(
    NAMES,
    (
        _move,
        """
            {move} {target} {to} {the} {name} {sure}
            {move} {last_target} {to} {name} {sure}
            {move} {target} {to} [{the}|a|a new|new|another] {sure} [called|named|:] {name}
            {moving} {last_target} [over|back] {to} [{the}] {name}
        """,
    ),
    (_out, "(take|remove|move) {target} {out} [{the}] {name} {sure}"),
)
