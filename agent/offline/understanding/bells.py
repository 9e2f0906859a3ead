"""Alarms and timers: tasks that ring, and often have no other name; reminders beside a task."""

import re
from dataclasses import replace
from datetime import datetime

from agent.offline.intents import (
    Add,
    Change,
    Draft,
    FirstNamed,
    Guess,
    Intent,
    Put,
    Unclear,
    Within,
)
from agent.offline.lexicon import AT_TIME
from agent.offline.understanding.additions import SAY_HOW_OFTEN, adverb_of
from agent.offline.understanding.drafts import NoDraft, read_drafts
from agent.offline.understanding.moments import moments_in
from agent.offline.understanding.one_draft import as_title
from agent.offline.words import any_of

SAYS_HALF = any_of(r"\d ?[ap]\.?m\b|morning|afternoon|evening|night|noon|1[3-9][:.]|2[0-3][:.]")
ARTICLE = any_of(r"^(?:the|my|our|an?) (?=\S)")


def bell(match: re.Match[str], now: datetime) -> Add | None:
    """Set an alarm for 7, a 10 minute timer for the eggs: a task of that name, which rings."""
    said = match.groupdict()
    body, often = said.get("body") or said.get("moment") or "", said.get("often")
    title = as_title(ARTICLE.sub("", said.get("target") or match["bell"].capitalize()))
    moments = moments_in(f"in {said['length']}" if said.get("length") else body, now)
    if often and match["bell"].lower() == "timer":
        return None
    if not often and (moments.when or not body):
        return Add((Draft(title, moments.when.with_day(now), reminders=AT_TIME),))
    for when in (body, f"at {body}"):
        try:
            drafts = read_drafts(f"{title} {when} {adverb_of(said)}".strip(), now).drafts
        except NoDraft:
            continue
        if len(drafts) == 1 and drafts[0].title == title:
            remarks = (SAY_HOW_OFTEN,) if often and not drafts[0].repeats else ()
            return Add((replace(drafts[0], reminders=AT_TIME),), remarks)
    return None


def wake(match: re.Match[str], now: datetime) -> Add | None:
    body = match["body"] or ""
    moments = moments_in(body if SAYS_HALF.search(body) else f"{body} in the morning", now)
    if body and not moments.when:
        return None
    return Add((Draft("Wake up", moments.when.with_day(now), reminders=AT_TIME),))


def with_reminders(intent: Intent, said: tuple[str, ...]) -> Intent | None:
    """The same with what was said beside it; None where it cannot belong to that."""
    match intent:
        case Add(drafts) | Unclear(drafts) if drafts:
            has_day = any(one.is_dated for one in drafts)
            each = (_with(one, said) if one.is_dated or not has_day else one for one in drafts)
            return replace(intent, drafts=tuple(each))
        case Guess(intent=inner):
            attached = with_reminders(inner, said)
            return attached and replace(intent, intent=attached)
        case Within(intent=inner, otherwise=other):
            attached = with_reminders(inner, said)
            other = other and with_reminders(other, said)
            return attached and replace(intent, intent=attached, otherwise=other)
        case FirstNamed(places, otherwise):
            rung = [with_reminders(place, said) for place in places]
            named = tuple(place for place in rung if isinstance(place, Within))
            return FirstNamed(named, otherwise and with_reminders(otherwise, said))
        case Put(change, addition):
            moved, new = with_reminders(change, said), with_reminders(addition, said)
            if isinstance(moved, Change) and isinstance(new, Add):
                return Put(moved, new)
        case Change(tool="update_task", edit=edit):
            return replace(intent, edit=replace(edit, reminders=(*edit.reminders, *said)))
    return None


def _with(draft: Draft, said: tuple[str, ...]) -> Draft:
    return replace(draft, reminders=(*draft.reminders, *said))
