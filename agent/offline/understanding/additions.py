"""Sentences that add tasks, understood: "add milk", "remind me to call Bob", "I need to …"."""

from datetime import datetime

from agent.offline import dates
from agent.offline.intents import Add, Refuse
from agent.offline.understanding.drafts import NoDraft, read_drafts
from agent.offline.words import any_of

NO_REMINDERS = "I cannot ring a bell, but it is in your list."

NOUN = r"(?:tasks?|todos?|to-dos?|items?|reminders?|entry)"
LIST = r"(?:my|the|our) (?:[\w-]+ ){0,2}(?:lists?|todos?|to-dos?|tasks|agenda|schedule|plate)"
ONE = r"(?:an?|one|another|some|the|the following|these|this|my|two|three|four|five|\d{1,2}) "
LEVEL = r"(?:very )?(?:urgent|important|(?:high|low|medium)[ -]priority) "
CALLED = r"(?:(?:called|named|titled|saying|that says|to|about)\b|[:,–-])*"
WHAT = r"\s*(?P<what>(?s:.*))"

MUST = (
    r"(?:(?:i|we)(?:'ve|'d| have| also| still| really| would)* "
    r"(?:need to|have to|must|should|ought to|want to|got to|gotta|like to|am supposed to)"
    r"|need to|have to|must|gotta|got to|remember to"
    r"|(?:don't|do not) (?:let me )?forget(?: (?:to|about|that))?"
    r"|make sure (?:that )?(?:i|we|to))(?: (?:really|also|probably|still))?"
)
SENTENCES = [
    any_of(pattern)
    for pattern in (
        rf"(?:add|create|make|new|set up|enter|put down|insert) (?:me )?(?:{ONE})?(?:new )?"
        rf"(?P<before>(?:{LEVEL})?)(?:todo )?{NOUN}\b\s*(?:(?:to|on) {LIST}\s*)?{CALLED}{WHAT}",
        r"(?:add|put|insert|enter|write) (?P<what>.+?) "
        rf"(?:to|on|onto|in|into) {LIST}\b(?P<after>.*)",
        rf"(?:add|put|insert) (?:to|on|onto) {LIST}\s*:?{WHAT}",
        rf"(?:add|note down|write down|jot down|put down)\b(?: the following)?[:,\s-]*{WHAT}",
        r"(?:todos?|to-dos?|to do|tasks?|reminder|note to (?:self|myself)|memo|new)(?: list)?"
        rf"\s*[:–-]{WHAT}",
        rf"(?:todo|to-do) (?!lists?$){WHAT}",
        rf"{MUST}\s*:?(?: |\n){WHAT}",
    )
]
REMIND = any_of(rf"(?:set (?:me )?(?:a )?reminder|remind(?: (?:me|us))?)\b[\s,:]*{WHAT}")
MUST_AFTER_DATE = any_of(rf"(?P<date>.{{2,40}}?)[\s,]+{MUST} {WHAT}")


def read_addition(text: str, now: datetime) -> Add | Refuse | None:
    """What one sentence asks to add, if it asks to add anything."""
    remind = REMIND.fullmatch(text)
    what = remind["what"] if remind else _what(text, now)
    if what is None:
        return None
    if what.strip(" .,").lower() in ("", "it", "that", "this", "them"):
        return Add()
    return added(what, now, (NO_REMINDERS,) if remind else ())


def added(text: str, now: datetime, remarks: tuple[str, ...] = ()) -> Add | Refuse:
    """The tasks in ``text``, to be added."""
    try:
        read = read_drafts(text, now)
    except NoDraft as error:
        return Refuse(str(error))
    return Add(read.drafts, (*remarks, *read.remarks))


def _what(text: str, now: datetime) -> str | None:
    for pattern in SENTENCES:
        match = pattern.fullmatch(text)
        if match:
            said = match.groupdict()
            return " ".join(filter(None, [said.get("before"), said["what"], said.get("after")]))
    match = MUST_AFTER_DATE.fullmatch(text)
    if match and _is_date(match["date"], now):  # tomorrow I need to buy milk
        return f"{match['date']} {match['what']}"
    return None


def _is_date(text: str, now: datetime) -> bool:
    reading = dates.read(text, now)
    return bool(reading.when) and not reading.rest
