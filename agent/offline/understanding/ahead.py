"""What is asked of the days to come: "what now?", "plan my day", "I have 30 minutes", a review."""

import re
from datetime import datetime

from agent.offline import dates
from agent.offline.dates.lengths import ANY_AMOUNT, read_amount
from agent.offline.intents import Ahead, Refuse
from agent.offline.templates import first_read, rules

OVER = "That day is over: I plan today, or a day to come."
TODAY = ("day", "today", "morning", "afternoon", "evening")
PAST = re.compile(r"yesterday|last (?:night|week|month|year)")
PART = re.compile(r" (?:morning|afternoon|evening|night)$", re.IGNORECASE)


def _now(match: re.Match[str], now: datetime) -> Ahead:
    return Ahead()


def _quick(match: re.Match[str], now: datetime) -> Ahead:
    return Ahead({"span": "15 minutes"})


def _length(match: re.Match[str], now: datetime) -> Ahead | None:
    return Ahead({"span": match["length"].lower()}) if read_amount(match["length"]) else None


def _day(match: re.Match[str], now: datetime) -> Ahead | Refuse | None:
    words = (match.groupdict().get("day") or "today").lower()
    if words in TODAY:
        return Ahead({"span": now.date().isoformat()})
    if re.fullmatch(r"(?:(?:this|next|the|my) )?week", words):
        return Ahead({"span": "week"})
    if PAST.fullmatch(words):
        return Refuse(OVER)
    reading = dates.read(f"on {PART.sub('', words)}", now)
    day = reading.when.day
    if day is None or reading.rest or reading.fault or reading.when.at:
        return None
    return Ahead({"span": day.isoformat()}) if day >= now.date() else Refuse(OVER)


def _this_week(match: re.Match[str], now: datetime) -> Ahead:
    return Ahead({"span": "week"}, "this_week")


def _put_off(match: re.Match[str], now: datetime) -> Ahead:
    return Ahead({"span": "week"}, "put_off_often")


def _review(match: re.Match[str], now: datetime) -> Ahead:
    return Ahead({"span": "week"})


NAMES = {
    "avoiding": r"(?:putting off|postponing|procrastinating(?: on)?|avoiding|pushing back"
    r"|delaying)",
    "busy": r"(?:full|busy|packed|booked|free)",
    "day": r"(?P<day>[\w ./-]{3,30})",
    "have": r"(?:i|we)(?:'ve)? (?:(?:only|just) )?(?:have|got|have got|have only got)",
    "do": r"(?:do|start with|begin with|work on|tackle|focus on|get done|be doing|pick)",
    "first": r"(?:now|next|first|right now|at the moment|then|at once)",
    "hours": r"[\w :.-]{1,30}",
    "i": r"(?:i|we)",
    "length": rf"(?P<length>{ANY_AMOUNT})",
    "plan": r"(?:(?:let's |i'd like (?:you )?to )?(?:re-?)?plan(?: out)?|schedule|organi[sz]e"
    r"|structure)",
    "should": r"(?:should|shall|can|could|do|must)",
    "spared": r"(?: (?:free|left|to spare|spare|now|right now|today|tonight|available"
    r"|this (?:morning|afternoon|evening)|(?:before|until|till) (?:\w+ ?){1,4})){0,2}",
    "today": r"(?P<day>day|today|tomorrow)",
    "whole_day": r"(?:my |the |our )?(?:whole |entire )?(?:rest of (?:my |the |our )?)?"
    r"(?P<day>day|today|morning|afternoon|evening)",
    "ask": r"(?:,? what (?:should|can|could|shall) (?:i|we) (?:do|get done|start|tackle)"
    r"(?: now| in it)?)?",
}
RULES = rules(
    NAMES,
    (
        _now,
        """
            [and|so] what now
            [and|so] what['s|s| is] [up] next [for me]
            what do you (suggest|recommend) [i do] [now|next|first]
            i('m| am) overwhelmed [help]
            i don't know (where|what) to (start|begin|do) [first|next|now]
            [help me] (prioritize|prioritise) [my] [day|tasks|list]
            what {should} {i} (prioritize|prioritise)
            (suggest|pick|choose) (a task|something) [to do] [for me]
            give me something to do
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
            ({have}|got) [about|only|just] {length}{spared}{ask}
            (what|which tasks) (can|could|should) {i} get done in [the next|about] {length}
            what {should} {i} {do} in [the next|about] {length}
            what fits (in|into) {length}
        """,
    ),
    (
        _quick,
        """
            [something|anything] quick [to do]
            [are there] any quick (wins|tasks|ones)
            what's quick [to do]
        """,
    ),
    (
        _put_off,
        """
            what (am i|have i been|do i keep|am i always) [always] {avoiding}
            (what|which tasks) (have i|did i) (put off|postpone|postponed) [often]
        """,
    ),
    (
        _this_week,
        """
            is (my|the|this) week {busy}
            how {busy} is (my|the|this) week
            how {busy} am i this week
            what does (my|the|this) week look like
            how (does|is) (my|the|this) week (look|looking)
            how's my week looking
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
            {plan} for {day}
            {plan} {whole_day} (from|until|till|after|before|between) {hours}
            (make|give) me a plan
            (make|give) [me] a plan for {day}
            is [my] {today} {busy}
            how {busy} is [my] {today}
            what does [my] {today} look like
            how (does|is) [my] {today} (look|looking)
            how much [free] time do i have [left] {today}
            (can|will) {i} (finish|manage) everything {today}
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
            [a] summary of (my|the|this) week
            (week|weekly) summary
            (review my day|daily review)
        """,
    ),
)


def read_ahead(text: str, now: datetime) -> Ahead | Refuse | None:
    return first_read(RULES, text, now)
