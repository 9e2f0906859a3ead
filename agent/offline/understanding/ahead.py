"""What is asked of the days to come: "what now?", "plan my day", "I have 30 minutes", a review."""

import re
from datetime import datetime

from agent.offline import dates
from agent.offline.dates.lengths import read_amount
from agent.offline.intents import Ahead
from agent.offline.templates import first_read, rules
from agent.offline.words import NUMBER


def _now(match: re.Match[str], now: datetime) -> Ahead:
    return Ahead()


def _length(match: re.Match[str], now: datetime) -> Ahead | None:
    return Ahead({"span": match["length"].lower()}) if read_amount(match["length"]) else None


def _day(match: re.Match[str], now: datetime) -> Ahead | None:
    words = match.groupdict().get("day") or "today"
    reading = dates.read(f"on {words}", now)
    day = reading.when.day
    if words.lower() in ("day", "today"):
        day = now.date()
    elif reading.rest or reading.fault or reading.when.at:
        return None
    return Ahead({"span": day.isoformat()}) if day and day >= now.date() else None


def _review(match: re.Match[str], now: datetime) -> Ahead:
    return Ahead({"span": "week"})


NAMES = {
    "day": r"(?P<day>[\w ]{3,30})",
    "do": r"(?:do|start with|begin with|work on|tackle|focus on|get done|be doing|pick)",
    "first": r"(?:now|next|first|right now|at the moment|then|at once)",
    "i": r"(?:i|we)",
    "length": rf"(?P<length>(?:half|a quarter of) an hour|(?:{NUMBER}) (?:minutes?|mins?"
    r"|hours?|hrs?)(?: and a half)?)",
    "plan": r"(?:plan|schedule|organi[sz]e|structure)",
    "should": r"(?:should|shall|can|could|do|must)",
    "spared": r"(?: (?:free|left|to spare|spare|now|right now|before lunch|today|available)){0,2}",
    "whole_day": r"(?:my |the |our )?(?:whole |entire )?(?:rest of (?:my |the |our )?)?"
    r"(?P<day>day|today)",
    "ask": r"(?:,? what (?:should|can|could|shall) (?:i|we) (?:do|get done|start|tackle)"
    r"(?: now| in it)?)?",
}
RULES = rules(
    NAMES,
    (
        _now,
        """
            [and|so] what now
            [and|so] what['s| is] next [for me]
            what {should} {i} {do} {first}
            what to do {first}
            (where|what) {should} {i} (start|begin) [{first}]
            (what|which) task {should} {i} {do} [{first}]
            what should be my next (task|step|thing)
        """,
    ),
    (
        _length,
        """
            (i've got|i have|i got|we have|got) [about|only|just] {length}{spared}{ask}
            what {should} {i} {do} in [the next|about] {length}
            what fits (in|into) {length}
        """,
    ),
    (
        _day,
        """
            [help me] {plan} {whole_day} [for me]
            [help me] {plan} (my|the) day (for|on) {day}
            [help me] {plan} (my|the) day {day}
            [help me] {plan} {day} for me
            help me {plan} {day}
            plan [my] {day}
            what {should} {i} do today
            (what|how) should my day [look] [like]
            what does a good plan for {day} look like
        """,
    ),
    (
        _review,
        """
            [(do|start|begin|show [me]|give me|let's do|run)] [a|the|my] weekly review [now]
            review (my|the|this) week [for me]
            {plan} (my|the|this) week [for me]
            (how was|how did|look back at) my week [go]
            [my|the] week in review
        """,
    ),
)


def read_ahead(text: str, now: datetime) -> Ahead | None:
    return first_read(RULES, text, now)
