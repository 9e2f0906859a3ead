"""Steps of a task: "add steps to the trip: book hotel", "what is left of the trip?"."""

import re
from dataclasses import replace
from datetime import datetime

from agent.offline.intents import Add, Change, Draft, Edit, Intent, Put, Refuse, Show, Within
from agent.offline.target import It, Named, Query, Unnamed
from agent.offline.templates import first_read, rules
from agent.offline.understanding.additions import added
from agent.offline.understanding.drafts import NoDraft, read_drafts
from agent.offline.understanding.items import BRACKETED
from agent.offline.understanding.targets import read_target
from agent.offline.words import any_of

PARTS = any_of(r"\s?;\s?|,? and then |, ?and |, ?|\n+| & ")
AND = any_of(r" and ")
NAME_IT = "Name the step that shall go, such as “delete book hotel”. Nothing has changed."


def read_steps(text: str, now: datetime) -> Intent | None:
    """What ``text`` asks of the steps of a task; None for anything else."""
    return first_read(RULES, text, now)


def steps_in(text: str, now: datetime) -> tuple[Draft, ...]:
    """Each part is a step, with a verb or without. Raises NoDraft."""
    text = text.strip(" .,:")
    bare = BRACKETED.sub("", text)
    lines = (
        text.splitlines() if "\n" in text else PARTS.split(text) if PARTS.search(bare) else [text]
    )
    if len(lines) == 1 and len(two := AND.split(lines[0])) == 2:
        lines = two
    read = (read_drafts(line, now).drafts for line in lines if line.strip())
    return tuple(draft for drafts in read for draft in drafts)


def _add(match: re.Match[str], now: datetime) -> Intent | None:
    target = read_target(match["target"], now)
    said = match.groupdict().get("what") or ""
    try:
        steps = steps_in(said, now)
    except NoDraft as error:
        return Refuse(str(error))
    if target == Unnamed():
        target = It()
    if isinstance(target, Named) and not target.words:
        return None
    if not steps:
        return Change("update_task", target, Edit(missing="steps"))
    return Change("update_task", target, steps=steps)


def _under(match: re.Match[str], now: datetime) -> Intent | None:
    """Make the visa a step of the trip."""
    target, parent = read_target(match["target"], now), read_target(match["parent"], now)
    if not isinstance(parent, Named) or not parent.words:
        return None
    return Change("update_task", target, Edit(parent=parent.words))


def _alone(match: re.Match[str], now: datetime) -> Intent:
    return Change("update_task", read_target(match["target"], now), Edit(clear="parent"))


def _outline(match: re.Match[str], now: datetime) -> Intent | None:
    """Plan the birthday with steps: invite guests, bake cake; added, or the steps alone are."""
    addition = added(match["target"].strip(" ,.;:–-(\n"), now)
    try:
        steps = steps_in(match["what"].removesuffix(")"), now)
    except NoDraft as error:
        return Refuse(str(error))
    if not isinstance(addition, Add) or len(addition.drafts) != 1:
        return None
    if not steps or (len(steps) == 1 and not match.groupdict().get("colon")):
        return None
    [draft] = addition.drafts
    addition = replace(addition, drafts=(replace(draft, steps=steps),))
    if match.groupdict().get("add"):
        return addition
    return Put(Change("update_task", Named(draft.title, exact=True), steps=steps), addition)


def _split(match: re.Match[str], now: datetime) -> Intent | None:
    """Split the move into packing and cleaning: at least two."""
    asked = _add(match, now)
    return asked if isinstance(asked, Change) and len(asked.steps) > 1 else None


def _show(match: re.Match[str], now: datetime) -> Intent | None:
    target = read_target(match["target"], now)
    if not isinstance(target, Named) or not target.words or target.day:
        return None
    is_left = match.groupdict().get("left") or match[0].lower().startswith("what remains")
    steps = Show(Query({"status": "open" if is_left else "all"}), Named(target.words), asks="steps")
    if match[0].lower().startswith(("what", "how")) and not re.search(
        r"\bsteps?\b", match[0], re.I
    ):
        return Within(target.words, Show(), kind="either", otherwise=steps)
    return steps


def _delete_some(match: re.Match[str], now: datetime) -> Intent:
    return Refuse(NAME_IT)


NAMES = {
    "target": r"(?P<target>[\"“][^\"”]{1,250}[\"”]|[^\n:]{1,250}?)",
    "one_step": r"(?:(?:an?|another|the) )?(?:new )?(?:step|sub-?task|sub-?step)",
    "parent": r"(?P<parent>[\"“][^\"”]{1,250}[\"”]|[^\n:]{1,250})",
    "outlined": r"(?P<target>[^:]{2,250}?)(?: \(|(?:[,.;:]| [–-])?[ \n])",
    "new": r"(?P<add>(?:add|create|make|new)(?:(?: (?:me|an?|the|another|new|big|task|todo|to-do"
    r"|project|goal|called|named|titled|to))+:?|:)? )",
    "and_its": r"(?:(?:with|and|has|including|in|has|having) )?(?:(?:the|its|these|following"
    r"|those|a few|some|two|three|four|five|six|\d) ){0,3}",
    "are": r"(?P<colon>(?: are| being)?\s?[:–-]|\n| are)",
    "what": r"(?P<what>(?s:.{1,10000}))",
    "first": r"(?P<what>[\"“][^\"”]{1,250}[\"”]|[^\n:]{1,600}?)",
    "steps": r"(?:steps?|sub-?tasks?|sub-?steps?|checklist)",
    "pieces": r"(?:steps|sub-?tasks|sub-?steps|parts|pieces|smaller (?:steps|tasks|pieces)"
    r"|smaller ones|two|three|four|five|\d)(?: steps| parts| tasks)?",
    "these": r"(?:the|these|the following|some|a|an|another|one more|more|two|three|four|five|\d)"
    r"(?: new| more)?",
    "colon": r"\s?[:–-]\s?",
    "left": r"(?P<left>left|remaining|open|missing|still open|still to do|to do)",
    "have": r"(?:have|need)",
    "off": r"(?:remove|delete|drop|clear|erase)",
    "which": r"(?:the|a|all|all the|the (?:first|second|third|last|next|other))",
}
RULES = rules(
    NAMES,
    (
        _add,
        """
            (add|create|make|put|attach) [{these}] {steps} (to|for|in|on|of) {target}{colon}{what}
            (add|create|put) {first} as [a|an|the|another] [new] {steps} (to|of|for|in|on) {target}
            (add|create|make|put) [{these}] {steps} {first} (to|for|in|on|of) {target}
            (add|create|make|put|attach) [{these}] {steps} (to|for|in|on|of) {target}
            (break|split|divide) [up|down] {target} [up|down] into {pieces}{colon}{what}
            [the] steps (of|for) {target}[ are]{colon}{what}
            {target} (has|needs) {these} {steps}{colon}{what}
        """,
    ),
    (_split, "(break|split|divide) [up|down] {target} [up|down] into {what}"),
    (
        _show,
        """
            [show|list|what are|tell|give] [me] [all] [the] {steps} (of|for|in) {target}
            (what|which) {steps} does {target} {have}
            (what|which) {steps} (are|of) {target} [are] {left}
            how many {steps} does {target} {have}
            what['s| is| are] [still] {left} (of|for) {target}
            what remains (of|for) {target}
            (what|which) {steps} (are|is) [still] {left} (of|for|in) {target}
            how far (am i|are we) with {target}
        """,
    ),
    (
        _delete_some,
        """
            {off} [{which}] {steps} (from|of|on|in) {target}
            {off} {target}'s {steps}
        """,
    ),
    (
        _under,
        """
            (make|turn|set|move|change|put) {target} [in]to {one_step} (of|for|in|under) {parent}
            make {target} {one_step} (of|for|in|under) {parent}
            (move|put|file) {target} (under|into|to) {parent} as {one_step}
        """,
    ),
    (
        _alone,
        """
            (make|turn) {target} [into] (a task of its own|its own task|a (separate|normal) task)
            {target} is (not a|no longer a) {steps} [any more]
        """,
    ),
    (
        _outline,
        """
            {new}{outlined}{and_its}{steps}{are} {what}
            {outlined}{and_its}{steps}{are} {what}
            {new}{outlined}(with|and|including) {and_its}{steps} {what}
            {outlined}(with|including) {and_its}{steps} {what}
        """,
    ),
)
