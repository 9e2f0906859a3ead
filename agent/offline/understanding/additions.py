"""Sentences that add tasks, understood: "add milk", "remind me to call Bob", "I need to …"."""

from dataclasses import dataclass
from datetime import datetime

from agent.offline import dates
from agent.offline.intents import Add, Refuse
from agent.offline.lexicon import NO_REMINDERS
from agent.offline.understanding.drafts import NoDraft, read_drafts
from agent.offline.understanding.repeating import NO_REPEATS
from agent.offline.words import any_of

NO_LISTS = "There are no separate lists yet, so it is among all your tasks."

NOUN = r"(?:tasks?|todos?|to-dos?|items?|reminders?|entry)"
LIST = (
    r"(?:(?:my|the|our|his|her) |(?=(?:[\w'&-]{1,40} )?list$))(?P<list>(?:[\w'&-]{1,40} ){0,3}?)"
    r"(?:(?:(?:todo|to-do|to do|task)s? )?lists?|todos?|to-dos?|to ?do|tasks|agenda|schedule|plate)"
    r"\b(?! of\b)"
    r"(?P<called> (?:called|named) [\w'&-]{1,40})?"
)
NAMELESS = any_of(r"(?:(?:own|main|whole|current|daily|usual) )*")
ONE = r"(?:an?|one|another|some|the|the following|these|this|my|two|three|four|five|\d{1,2}) "
OFTEN = r"(?:recurring|repeating|regular|(?:bi-?)?(?:daily|weekly|monthly|yearly)|annual|nightly)"
LEVEL = r"(?:very )?(?:urgent|important|(?:high|low|medium)[ -]priority) "
CALLED = r"(?:(?:called|named|titled|saying|that says|to|about)\b|[:,–-])*"
WHAT = r"(?P<what>(?s:.*))"

MUST = (
    r"(?:(?:i|we)(?:'ve|'d| have| also| still| really| would)* "
    r"(?:need to|have to|must|should|ought to|want to|got to|gotta|like to|am supposed to)"
    r"|need to|have to|must|gotta|got to|remember to"
    r"|(?:don't|do not) (?:let me )?forget(?: (?:to|about|that))?"
    r"|make sure (?:that )?(?:i|we|to))(?: (?:really|also|probably|still))?"
)
VERB = (
    r"(?:ask|bake|bring|buy|call|cancel|clean|collect|cook|do|feed|find|fix|get|give|go|hang|help"
    r"|install|invite|iron|learn|lend|mend|mow|organi[sz]e|paint|pay|pick|prepare|read|remind"
    r"|renew|repair|replace|return|sell|send|sew|submit|sweep|take|tell|tidy|update|vacuum|visit"
    r"|walk|wash|water|wrap|write) \w"
    r"|(?:draft|download|learn|mow|ring|test) (?:the|an?|my|our|all) \w"
)
"""What is no name of a thing: "create call mom" means the task."""
SENTENCES = [
    any_of(pattern)
    for pattern in (
        rf"(?:add|create|make|new|set up|enter|put down|insert) (?:me )?(?:{ONE})?(?:new )?"
        rf"(?P<before>(?:{LEVEL})?)(?P<often>(?:{OFTEN} )?)(?:todo )?{NOUN}\b"
        rf"\s*(?:(?:to|on) {LIST}\s*)?{CALLED}{WHAT}",
        r"(?:add|put|insert)(?: (?:the following|these|this)(?: items| things)?)? (?:to|on|onto) "
        rf"{LIST}\s?:?{WHAT}",
        r"(?:add|put|insert|enter|write) (?P<what>.+?) "
        rf"(?:to|on|onto|in|into) {LIST}\b(?P<after>.*)",
        r"(?:add|put) (?P<what>.+?) (?:on|onto) there(?: too| as well| also)?",
        rf"(?:add|note down|write down|jot down|put down)\b"
        rf"(?: (?:all (?:of )?)?(?:the following|these|this)(?=\s?:))?"
        rf"[:,\s-]*{WHAT}",
        r"(?:todos?|to-dos?|to do|tasks?|reminder|note to (?:self|myself)|memo|new)(?: list)?"
        rf"\s*[:–-]{WHAT}",
        rf"(?:todo|to-do) (?!lists?$){WHAT}",
        rf"(?:create|make)[:,\s]+(?={VERB}){WHAT}",
        rf"{MUST}(?:\s?:)?(?: |\n){WHAT}",
    )
]
REMIND = any_of(rf"(?:set (?:me )?(?:a )?reminder|remind(?: (?:me|us))?)\b[\s,:]*{WHAT}")
MUST_AFTER_DATE = any_of(rf"(?P<date>.{{2,40}}?)[\s,]{{1,3}}{MUST} {WHAT}")


APPOINTMENT = any_of(
    r"(?:(?:i|we)(?:'ve| have| got)(?: also)?(?: got)?|there(?:'s| is|'ll be| will be)) "
    r"(?:an? |another |my |the )(?P<what>.+)"
)
EVENT = any_of(
    r"\b(?:appointments?|meeting|call|interview|exam|test|class|lessons?|course|flight|train|bus"
    r"|dentist|doctor|physio|therapy|party|dinner|lunch|breakfast|brunch|concert|date|deadline"
    r"|session|visit|check-?up|haircut|viewing|reservation|booking|wedding|birthday|game|match"
    r"|practice|training|rehearsal|conference|webinar|workshop|stand-?up|retro|review|gig|show"
    r"|presentation|demo|event|trip|tour|inspection|delivery|pick-?up|shift|seminar|ceremony)\b"
)


def read_addition(text: str, now: datetime) -> Add | Refuse | None:
    """What one sentence asks to add, if it asks to add anything."""
    if appointment := APPOINTMENT.fullmatch(text):
        return _appointment(appointment["what"], now)
    said = _said(text, now)
    if said is None:
        return None
    if said.what.strip(" .,").lower() in ("", "it", "that", "this", "them"):
        return Add()
    return added(said.what, now, said.remarks)


def _appointment(what: str, now: datetime) -> Add | Refuse | None:
    """I have a meeting tomorrow; but not "I have a headache today"."""
    addition = added(what, now)
    if isinstance(addition, Refuse) or not addition.drafts:
        return None
    when = addition.drafts[0].when
    return addition if when.at or (when.day and EVENT.search(what)) else None


def added(text: str, now: datetime, remarks: tuple[str, ...] = ()) -> Add | Refuse:
    """The tasks in ``text``, to be added."""
    try:
        read = read_drafts(text, now)
    except NoDraft as error:
        return Refuse(str(error))
    return Add(read.drafts, (*remarks, *read.remarks))


@dataclass(frozen=True, slots=True)
class Said:
    """The words of what shall be added."""

    what: str
    remarks: tuple[str, ...] = ()


def _said(text: str, now: datetime) -> Said | None:
    if remind := REMIND.fullmatch(text):
        return Said(remind["what"].strip(), (NO_REMINDERS,))
    for pattern in SENTENCES:
        if match := pattern.fullmatch(text):
            said = match.groupdict()
            what = " ".join(
                filter(None, [said.get("before"), said["what"].strip(), said.get("after")])
            )
            return Said(
                what.strip(), (*_of_list(said), *([NO_REPEATS] if said.get("often") else []))
            )
    match = MUST_AFTER_DATE.fullmatch(text)
    if match and _is_date(match["date"], now):  # tomorrow I need to buy milk
        return Said(f"{match['date']} {match['what']}")
    return None


def _of_list(said: dict[str, str | None]) -> list[str]:
    """A list with a name of its own was asked for: "to my Home list"."""
    named = said.get("called") or not NAMELESS.fullmatch(said.get("list") or "")
    return [NO_LISTS] if named else []


def _is_date(text: str, now: datetime) -> bool:
    reading = dates.read(text, now)
    return bool(reading.when) and not reading.rest
