"""More said behind a list: "put milk on my Food list tomorrow", "add milk to the list Home !low".

In front of the word "list" a name is plain. Behind it only the lists that there are tell where it
ends: the longest name of one is meant, and what follows is said of the task.
"""

import re
from collections.abc import Callable
from datetime import datetime

from agent.offline.intents import Add, FirstNamed, Intent, Several, Within
from agent.offline.target import Named
from agent.offline.understanding.additions import added
from agent.offline.understanding.naming import list_name, name_between
from agent.offline.understanding.targets import read_target
from agent.offline.words import any_of

Read = Callable[[str], Intent | None]

WORD = r"(?:[^\s\"“”,;:.!?]|\.(?=\w)){1,40}"
NAME = (
    r"(?:[\"“'«][^\"”'»\n]{1,100}[\"”'»]"
    rf"|{WORD}(?: (?!(?:to|on|onto|in|into) (?:my|our) ){WORD}){{0,4}}?)"
)
MINE = r"(?:the|my|our)"
VERB = r"put|stick|place|write(?: down)?|enter|insert"
PUT_TO = (
    r"(?!(?:these|this|the following) )(?P<what>\S.{0,250}?)"
    r" (?:in |on )?(?:to|on|onto|in|into)"
)
NAMED = any_of(
    rf"(?P<verb>{VERB}) {PUT_TO} (?:(?P<mine>my|our) |the )?"
    rf"(?!(?:{MINE}|an?|list(?! list)) )(?P<name>{NAME}) list(?! list)(?P<more>,? \S.{{0,600}})"
)
LISTED = any_of(
    rf"(?P<verb>add|{VERB}) {PUT_TO} (?:(?P<mine>my|our) |the )?list"
    r" (?!(?:is|are|was|were|has|have|will|should|that|which)\b)"
    r"(?P<called>called |named )?(?P<named>\S.{1,600})"
)
A_LIST = any_of(
    rf"\S (?:to|on|onto|in|into) (?:{MINE} {WORD} (?:{WORD} ){{0,4}}?list\b|{MINE} list {WORD})"
)
AND = any_of(r",? and (?:then )?")
PARTICLE = any_of(r"(?:up|down|off|away|back|out|in|on|to|together|aside|through|with|by)\b.*")
"""Put up the shelf, stick to the plan: the verb is part of what is to be done."""
NO_NAME_BEHIND = any_of(
    r"(?:at|when|before|after|so|because|since|while|until|till|if|by|once|unless|every|each|now"
    r"|(?:too|also|as well|again|please)$)\b.*"
)
TOO = any_of(r"^(?:too|also|as well|again|please)$")
MOST_WORDS = 10


def read_two_lists(text: str, read_filed: Read) -> Intent | None:
    """Put eggs on my Groceries list and bread on my Home list tomorrow."""
    verb = text.partition(" ")[0]
    if verb.lower() not in ("add", "put"):
        return None
    for border in [*AND.finditer(text)][:MOST_WORDS]:
        parts = [text[: border.start()], f"{verb} {text[border.end() :]}"]
        if not all(map(A_LIST.search, parts)):
            continue
        read = [part for part in map(read_filed, parts) if isinstance(part, Within | FirstNamed)]
        if len(read) == len(parts):
            return Several(tuple(read))
    return None


def read_before_more(text: str, now: datetime, read: Read, place: Intent | None) -> Intent | None:
    """None where nothing more is said; ``place`` is what is asked for in that case."""
    match = NAMED.fullmatch(text)
    if match and (name := name_between(match["name"])):
        addition = _addition(match, match["more"], now, read)
        sure = bool(match["mine"])
        return Within(name, addition, to=True, sure=sure) if addition else None
    match = LISTED.fullmatch(text)
    return _listed(match, now, read, place) if match else None


def _addition(match: re.Match[str], more: str, now: datetime, read: Read) -> Add | None:
    if match["what"].count('"') % 2 or not isinstance(read_target(match["what"], now), Named):
        return None
    what = f"{match['what']}{TOO.sub('', more.strip()) and more}"
    is_one = PARTICLE.fullmatch(what)
    asked = added(f"{match['verb']} {what}", now) if is_one else read(f"add {what}")
    return asked if isinstance(asked, Add) and asked.drafts else None


def _listed(match: re.Match[str], now: datetime, read: Read, place: Intent | None) -> Intent | None:
    """The longest name that a list has; or as it looks by itself, where there is none of them."""
    named = match["named"]
    places: list[Within] = []
    for space in [*re.finditer(r",? ", named)][:MOST_WORDS]:
        name, more = list_name(named[: space.start()]), named[space.start() :]
        if name and (addition := _addition(match, more, now, read)):
            places.insert(0, Within(name, addition, to=True))
    asked = _by_itself(match, now, read) or place or read(match.string)
    if isinstance(place, Within) and asked != place:
        places.insert(0, place)
    return FirstNamed(tuple(places), asked) if places else asked


def _by_itself(match: re.Match[str], now: datetime, read: Read) -> Intent | None:
    named = match["named"]
    name, more = told_apart(named, now)
    is_behind = bool(NO_NAME_BEHIND.fullmatch(named)) and named[0].islower()
    if not match["called"] and (named[0] == "#" or is_behind or not name):
        return _addition(match, f" {named}", now, read)
    name = list_name(name) if more else ""
    addition = _addition(match, more, now, read) if name else None
    return Within(name, addition, to=True, sure=bool(match["mine"])) if addition else None


def told_apart(said: str, now: datetime) -> tuple[str, str]:
    """A name, "" where there is none, and what more is said behind it of the task there."""
    read = added(said, now)
    titles = [draft.title.lower() for draft in read.drafts] if isinstance(read, Add) else [said]
    if not titles:
        return "", said
    begins = len(titles) == 1 and re.match(rf"{re.escape(titles[0])}(?=,? )", said, re.I)
    return (said[: begins.end()], said[begins.end() :]) if begins else (said, "")
