"""Tags and lengths in sentences that change tasks: "tag it errands", "make it an hour"."""

import re
from datetime import datetime

from agent.offline.dates import read_amount
from agent.offline.intents import Change, Edit, EditNames, Intent, Show
from agent.offline.target import All, It, Named, Target, Unnamed
from agent.offline.templates import first_read, rules
from agent.offline.understanding.drafts import NoDraft, read_drafts
from agent.offline.understanding.hashes import read_tags
from agent.offline.understanding.targets import read_target


def read_tagging(text: str, now: datetime) -> Intent | None:
    """The change of tags or of a length that ``text`` asks for, or the question for a length."""
    return first_read(RULES, text, now)


def _target(match: re.Match[str], now: datetime) -> Target:
    said = match.groupdict().get("target") or ""
    target = read_target(said, now)
    return It() if not said or (target == Unnamed() and not said.strip()) else target


def _tag(match: re.Match[str], now: datetime) -> Intent | None:
    tags, target = read_tags(match["tags"]), _target(match, now)
    if not tags or target == Unnamed():
        return None
    try:
        drafts = read_drafts(match[0], now).drafts if isinstance(target, Named) else ()
    except NoDraft:
        drafts = ()
    return Change("update_task", target, Edit(tags=tags), instead=drafts[0] if drafts else None)


def _tag_unnamed(match: re.Match[str], now: datetime) -> Intent:
    return Change("update_task", _target(match, now), Edit(missing="tags"))


def _untag(match: re.Match[str], now: datetime) -> Intent | None:
    said = match.groupdict().get("tags")
    target = _target(match, now)
    if not said:
        return Change("update_task", target, Edit(clear="tags"))
    tags = read_tags(said)
    if isinstance(target, All) and target == All() and len(tags) == 1:
        return EditNames("delete", tags[0], kind="tag", sure=True)
    return Change("update_task", target, Edit(untags=tags)) if tags else None


def _length(match: re.Match[str], now: datetime) -> Intent | None:
    minutes = read_amount(match["amount"])
    target = _target(match, now)
    if not minutes or target == Unnamed():
        return None
    return Change("update_task", target, Edit(minutes=minutes))


def _no_length(match: re.Match[str], now: datetime) -> Intent:
    return Change("update_task", _target(match, now), Edit(clear="duration_minutes"))


def _how_long(match: re.Match[str], now: datetime) -> Intent | None:
    target = _target(match, now)
    if isinstance(target, Named) and target.words:
        return Show(named=Named(target.words), asks="length")
    return None


NAMES = {
    "target": r"(?P<target>[\"“][^\"”]{1,250}[\"”]|[^\n:]{1,250}?)",
    "it": r"(?P<target>it|that|this|them(?: both| all)?|those|these|both|all of them"
    r"|(?:number |#)?\d{1,3}"
    r"|the (?:first|second|third|last)(?: one)?)",
    "tags": r"(?P<tags>[^\n]{1,200}?)",
    "tag": r"(?P<tags>#?[^\W_][\w-]{0,49})",
    "hashes": r"(?P<tags>#[^\W\d_][\w-]{0,49}(?:(?:,? and |, ?| )#[^\W\d_][\w-]{0,49}){0,9})",
    "amount": r"(?P<amount>(?:about |around |some )?(?:[\d½]|an? |half|quarter|three quarters|one"
    r"|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|forty|fifty|sixty|ninety)"
    r"[^\n]{0,40}?)",
    "minutes": r"(?P<amount>(?:[\d½]|an? |half|one|two|three|ten|fifteen|twenty|thirty|forty)"
    r"[^\n]{0,20}?(?:hours?|hrs?|minutes?|mins?|half))",
    "label": r"(?:tag|label)",
    "labels": r"(?:tags?|labels?)",
    "as": r"(?: as | with | under | : ?|: ?)",
    "add": r"(?:add|put|give|attach|set|stick)",
    "off": r"(?:remove|delete|drop|clear|take|strip|erase)",
    "from": r"(?:from|of|off|on)",
    "length": r"(?:duration|length|estimate|time estimate)",
    "takes": r"(?:takes|will take|should take|lasts|will last|needs|is going to take)",
}
RULES = rules(
    NAMES,
    (
        _tag,
        """
            {label} {it} [as|with|:] {tags}
            {label} {target}{as}{tags}
            {label} {target} {hashes}
            {add} [the|a|an] {labels} {tags} (to|on|for) {target}
            {add} {hashes} (to|on|for) {target}
            give {target} [the|a] {labels} {tags}
            (mark|flag) {target} (as|with) {hashes}
            {label} {target} {tag}
        """,
    ),
    (
        _tag_unnamed,
        "{add} (a|the|some|another) {labels} (to|on|for) {target}",
    ),
    (
        _untag,
        """
            (untag|unlabel) {it} [from|as|with] {hashes}
            (untag|unlabel) {tag} {from} {target}
            (untag|unlabel) {target}
            {off} [the|its|all|all the] {labels} {from} {target}
            {off} [the] {label}[s] {tags} {from} {target}
            {off} [the] {tags} {label} {from} {target}
            {off} {hashes} [{from} {target}]
            {off} {target}'s {label}[s] [{tags}]
            {off} (its|all its|the|all|all the) {labels}
        """,
    ),
    (
        _length,
        """
            make {it} {amount} [long]
            make {target} {amount} long
            (set|change|put) the {length} (of|for|on) {target} (to|at|:) {amount}
            (set|change) {target}'s {length} (to|at) {amount}
            (set|change) (the|its) {length} to {amount}
            (set|change) {target} to {minutes}
            (plan|give|allow|reserve|block) {target} {amount}
            (plan|allow|reserve|block|schedule) {amount} for {target}
            {target} {takes} {amount}
            {target} is {amount} long
        """,
    ),
    (
        _no_length,
        """
            (remove|clear|delete|drop|unset) (the|its) {length} [(of|from|for) {target}]
            (remove|clear|delete|drop|unset) {target}'s {length}
        """,
    ),
    (
        _how_long,
        """
            how long (is|does|will|are|do) {target} [take|last|need|be|going to take]
            how (much time|many minutes|many hours) (does|do|will) {target} (take|need|last)
            what['s| is] the {length} of {target}
        """,
    ),
)
