"""Sentences about lists and tags themselves: make, rename, merge, delete and show them."""

import re
from datetime import datetime
from typing import Literal

from agent.offline.intents import (
    Add,
    Change,
    Draft,
    EditNames,
    Intent,
    Refuse,
    Several,
    ShowNames,
    Within,
)
from agent.offline.templates import first_read, rules
from agent.offline.understanding.additions import added
from agent.offline.understanding.changes import read_change
from agent.offline.understanding.drafts import read_title
from agent.offline.words import any_of

TO_A_LIST = any_of(r"^[^\"“«].* (?:to|on|onto|in|into) (?:my|the|our|a|this|that)\b")
"""Add a link to the list: that is no name of a list."""
ARROW = any_of(r"(?: to | as | into | -> | → )")
NO_NAME = any_of(
    r"(?:(?:my|the|an|our|your|this|that|whole|entire|full|main|own|current|usual|daily|same"
    r"|new|all|other|open|to-?do|to do|task|tasks|todo|todos|it|them|one|next|any)\b ?)*"
    r"|(?:of|from|on|off|in|to|for|with|and)\b.*"
    r"|.* (?:the|my|our|of)"
)
"""Words that name no list of its own: the list, my to-do list."""
BEGINS_AS_PLACE = any_of(r"(?:from|on|off|in|to|for|with) (?!do$)\S")
BETWEEN_NAMES = any_of(r",? and |, ?| & ")
KIND_OF_LIST = any_of(r" (?:todo|to-do|task)s?$")
NOT_NAMED = "Please tell me its name, such as “create a list called Home”. Nothing has changed."
WHICH_LIST = "Please tell me which, such as “delete the list Home”. Nothing has changed."
CALLED = any_of(r"(?:called|named|titled|:) ?$")
TAGS_ARE_GIVEN = "A tag is there as soon as a task has it: say “tag it errands”, for example."


def read_naming(text: str, now: datetime) -> Intent | None:
    """What ``text`` asks of lists or tags themselves; None for anything else."""
    return first_read(RULES, text, now)


def list_name(said: str) -> str:
    """As :func:`new_name` has it; "" for words that name no list of its own."""
    is_quoted = said.strip()[:1] in "\"“'«"
    return new_name(said) if is_quoted or not NO_NAME.fullmatch(said.strip(" ,")) else ""


def name_between(said: str) -> str:
    """As :func:`list_name`, of words in front of "list": my To buy list, the "On hold" list."""
    return list_name(said) or (new_name(said) if BEGINS_AS_PLACE.match(said) else "")


def new_name(said: str) -> str:
    """As it is written, without quotes; with a capital unless it has its own."""
    said = said.strip(" ,")
    quoted = said[:1] in "\"“'«" and said[-1:] in "\"”'»" and len(said) > 2
    bare = KIND_OF_LIST.sub("", said.removeprefix("#"))
    return said[1:-1].strip() if quoted else read_title(bare)


def _kind(match: re.Match[str]) -> Literal["list", "tag"]:
    said = (match.groupdict().get("kind") or "").lower()
    return "tag" if said.startswith(("tag", "label")) else "list"


def _create(match: re.Match[str], now: datetime) -> Intent | None:
    is_said = CALLED.search(match[0][: match.start("name") - match.start()])
    name = new_name(match["name"]) if is_said else list_name(match["name"])
    if _kind(match) == "tag":
        return Refuse(TAGS_ARE_GIVEN)
    if TO_A_LIST.search(match["name"]) and match.start("name") < match.start("kind"):
        return None
    return EditNames("create", name) if name else None


def _create_named(match: re.Match[str], now: datetime) -> Intent | None:
    """Make a list Groceries: quotes or a capital tell a name, if no more is said with it."""
    name = match["name"]
    read = None if name[0] in "\"“'«" else added(name, now)
    is_plain = read is None or (isinstance(read, Add) and read.drafts == (Draft(name),))
    return _create(match, now) if is_plain and not name[0].islower() else None


def _create_several(match: re.Match[str], now: datetime) -> Intent | None:
    names = [list_name(each) for each in BETWEEN_NAMES.split(match["name"])]
    if _kind(match) == "tag":
        return Refuse(TAGS_ARE_GIVEN)
    return Several(tuple(EditNames("create", name) for name in names)) if all(names) else None


def _create_nameless(match: re.Match[str], now: datetime) -> Intent:
    return Refuse(TAGS_ARE_GIVEN if _kind(match) == "tag" else NOT_NAMED)


def _delete_nameless(match: re.Match[str], now: datetime) -> Intent:
    return Refuse(WHICH_LIST)


def _create_with(match: re.Match[str], now: datetime) -> Intent | None:
    """Create a list called Trip with passport and tickets."""
    what = " ".join(filter(None, [match["what"], match.groupdict().get("more")]))
    name, addition = list_name(match["name"]), added(what, now)
    return Within(name, addition, sure=True) if name and _kind(match) == "list" else None


def _rename(match: re.Match[str], now: datetime) -> Intent | None:
    kind, name, to = _kind(match), list_name(match["name"]), new_name(match["to"])
    if not name or not to:
        return None
    if kind == "tag":
        name, to = _tag(match["name"]), _tag(match["to"])
    return EditNames("rename", name, to, kind=kind, otherwise=None)


def _rename_perhaps(match: re.Match[str], now: datetime) -> Intent | None:
    """Rename Home to House: a list if there is one, and else a task."""
    otherwise: Intent | None = read_change(match[0], now)
    if match["name"].startswith("#"):
        return EditNames("rename", _tag(match["name"]), _tag(match["to"]), kind="tag")
    if not isinstance(otherwise, Change) or not list_name(match["name"]):
        return None
    otherwise = EditNames("rename", _tag(match["name"]), _tag(match["to"]), kind="tag",
                          otherwise=otherwise)  # fmt: skip
    names = f"{match['name']}{match['arrow']}{match['to']}"
    for arrow in reversed([*ARROW.finditer(names)]):  # Books to read to Reading
        old, new = list_name(names[: arrow.start()]), new_name(names[arrow.end() :])
        if old and new:
            otherwise = EditNames("rename", old, new, otherwise=otherwise)
    return otherwise


def _merge(match: re.Match[str], now: datetime) -> Intent | None:
    name, to = list_name(match["name"]), list_name(match["to"])
    if not name or not to:
        return None
    said = match.groupdict().get("kind")
    if said and _kind(match) == "tag":
        return EditNames("merge", _tag(match["name"]), _tag(match["to"]), kind="tag")
    if to.lower() == "inbox":
        return EditNames("delete", name, tasks="keep")
    return EditNames("merge", name, to, kind="list" if said else "either")


def _delete(match: re.Match[str], now: datetime) -> Intent | None:
    name, kind = list_name(match["name"]), _kind(match)
    if not name or "'s" in name:
        return None
    said = match.groupdict()
    if kind == "tag":
        tag, everywhere = _tag(match["name"]), bool(said.get("all"))
        otherwise = (
            None if match[0].lower().endswith(tag) or everywhere else read_change(match[0], now)
        )
        return EditNames("delete", tag, kind="tag", sure=everywhere, otherwise=otherwise)
    tasks: Literal["delete", "keep", ""] = "keep" if said.get("keep") else ""
    if said.get("with"):
        tasks = "delete"
    otherwise = None if said.get("sure") or tasks else read_change(match[0], now)
    return EditNames("delete", name, tasks=tasks, otherwise=otherwise)


def _tag(said: str) -> str:
    return "-".join(said.strip(" \"“”'#,").lower().split())


def _show(match: re.Match[str], now: datetime) -> Intent:
    return ShowNames("tags" if _kind(match) == "tag" else "lists")


def read_new_lists(text: str, now: datetime) -> Intent | None:
    """Create lists Camping and Home, create a list Trip and add passport to it."""
    return first_read(NEW_LISTS, text, now)


NAME = r"[\"“'«][^\"”'»\n]{1,100}[\"”'»]|[^\s\"“”,;:][^\n\"“”]{0,99}?"
NAMES = {
    # slots
    "name": rf"(?P<name>{NAME})",
    "to": rf"(?P<to>{NAME})",
    "any_name": r"(?P<name>[^\n]{1,120})",
    "what": r"(?P<what>[^\n]{1,10000})",
    "more": r"(?P<more>(?!and\b|then\b)[^\n]{1,200})",
    "kind": r"(?P<kind>list|folder|category|project|section|board|tag|label)",
    "list": r"(?P<kind>list|folder|category|project|section|board)",
    "several": r"(?:two|three|four|five|six|\d|some|these|the|the following)",
    "kinds": r"(?P<kind>lists|folders|categories|projects|tags|labels)",
    "sure": r"(?P<sure>(?:the|my|our)? ?)",
    # words
    "make": r"(?:create|make|start|open|set up|add|begin|give me|i want|i need|i'd like)",
    "create": r"(?:create|start|open|set up|add|begin|i want|i need|i'd like)",
    "a": r"(?:an?|another|one|the|my)",
    "called": r"(?:called|named|titled|with the (?:name|title)|by the name of)",
    "the": r"(?:the|my|our)",
    "delete": r"(?:delete|remove|erase|drop|discard|trash|get rid of)",
    "with": r"(?P<with>,?(?: and| with| including)(?: delete)? (?:everything|all|its|the|all of its"
    r"|all (?:the|its|of the))(?: (?:tasks|items|things|todos))?(?: (?:in|on|of) it|in there"
    r"|with it|too|as well)?)",
    "keep": r"(?P<keep>,?(?: and| but)? (?:keep|leave|not) (?:all )?(?:its|the|of the|their)?"
    r" ?(?:tasks|items|them|everything|things)(?: (?:in|on) it)?)",
    "everywhere": r"(?P<all>(?: from)? (?:everywhere|all (?:my |the )?tasks|every task"
    r"|everything|completely|altogether))",
    "and_add": r"(?:with|containing|and add|and put)",
    "on_it": r"(?:(?:to|in|on|into) (?:it|that list)|(?<!in )there|in there)",
    "colon": r"\s?:\s?",
    "arrow": ARROW.pattern,
    "this_arrow": rf"(?P<arrow>{ARROW.pattern})",
    "into": r"(?: into | with | and | to | in | onto )",
}
RULES = rules(
    NAMES,
    (
        _create_with,
        """
            {make} [{a}] [new] {list} {called} {name} {and_add} {what} [{on_it}]
            {make} (a|an|another) [new] {name} {list} {and_add} {what} [{on_it}]
        """,
    ),
    (
        _create,
        """
            {make} [me] [{a}] [new] {kind} {called}[:] {any_name}
            {make} [me] [{a}] [new] {kind}{colon}{any_name}
            {create} [me] [{a}] [new] {list} for {any_name}
            {create} [me] (the|a new|new|a) {kind} {any_name}
            (create|start|open) {kind} {any_name}
            {make} (a|an|another) new {name} {list}
            {create} (a|an|another) {name} {list}
            new {list}[{colon}| called| named]{any_name}
            new {list} {any_name}
            {make} me (a|an|another) [new] {name} list
        """,
    ),
    (_create_named, "{make} [me] a [new] list {name}"),
    (
        _create_nameless,
        """
            {make} [me] (a|an|another) [new] {kind} [please|for me]
            {make} [me] (a|an|another) [new] (todo|to-do|to do|task) {list} [please|for me]
            (new|another) {kind}
        """,
    ),
    (
        _delete_nameless,
        """
            {delete} list
            {delete} [all] [the|my] lists
        """,
    ),
    (
        _rename,
        """
            (rename|retitle) [{the}] {kind} {name}{arrow}{to}
            (rename|retitle) [{the}] {name} {kind}{arrow}{to}
            (change|edit) the name of [{the}] {kind} {name} to {to}
            (change|edit) the name of [{the}] {name} {kind} to {to}
            (change|turn) [{the}] {kind} {name}{arrow}{to}
        """,
    ),
    (_rename_perhaps, "rename {name}{this_arrow}{to}"),
    (
        _merge,
        """
            (merge|combine|join|unite) [{the}] {kind}[s] {name}{into}[{the} ]{to}
            (merge|combine|join|unite) [{the}] {name} {kind}{into}[{the} ]{to}[ list| tag]
            (merge|combine|join|unite) [{the}] {name}{into}[{the} ]{to}[ list]
        """,
    ),
    (
        _delete,
        """
            {delete} {sure}{list} {name}({with}|{keep})
            {delete} {sure}{name} {list}({with}|{keep})
            {delete} {sure}{list} {name}
            {delete} [the|my] {name} {list}
            {delete} [the|my] {kind} {name}{everywhere}
            {delete} [the|my] {name} {kind}{everywhere}
            {delete} [the|my] {kind} {name}
            {delete} [the|my] {name} {kind}
        """,
    ),
    (
        _show,
        """
            [show|list|tell|give|see|view] [me] [all] [of] [my|the] {kinds} [please]
            (what|which) {kinds} (do i have|are there|have i got|exist|have i|do i use)
            what are [all] [my|the] {kinds}
            how many {kinds} (do i have|are there|have i got)
            [show|list|tell] [me] (all|which|what) {kinds} [there are|i have]
        """,
    ),
)
NEW_LISTS = rules(
    NAMES,
    (
        _create_several,
        """
            {make} [me] [{several}] [new] {kinds} [called|named|for] {any_name}
            {make} [me] [{several}] [new] {kinds}{colon}{any_name}
        """,
    ),
    (
        _create_with,
        """
            {make} [me] [{a}] [new] {list} [{called}] {name} and (add|put) {what} {on_it}[ {more}]
            {make} [me] (a|an|another) [new] {name} {list} and (add|put) {what} {on_it}[ {more}]
        """,
    ),
)
