"""Sentences that add tasks, understood: "add milk", "remind me to call Bob", "I need to …"."""

import re
from dataclasses import replace
from datetime import datetime

from agent.offline import dates
from agent.offline.dates.names import WEEKDAY
from agent.offline.intents import Add, Change, Draft, Edit, Refuse
from agent.offline.lexicon import AT_TIME, BETWEEN, NAMES_MORE, TASK
from agent.offline.target import It
from agent.offline.templates import first_read, rules
from agent.offline.understanding.drafts import NoDraft, read_drafts
from agent.offline.understanding.one_draft import as_title
from agent.offline.words import REMIND, any_of

_NOTHING_SAID = "it that this them these those all me more something a later"
NOTHING_SAID = frozenset(["", *_NOTHING_SAID.split()])
"""What names nothing to add."""
EVENT = any_of(
    r"\b(?:appointments?|meeting|call|interview|exam|test|class|lessons?|course|flight|train|bus"
    r"|dentist|doctor|physio|therapy|party|dinner|lunch|breakfast|brunch|concert|date|deadline"
    r"|session|visit|check-?up|haircut|viewing|reservation|booking|wedding|birthday|game|match"
    r"|practice|training|rehearsal|conference|webinar|workshop|stand-?up|retro|review|gig|show"
    r"|presentation|demo|event|trip|tour|inspection|delivery|pick-?up|shift|seminar|ceremony)\b"
)
OFTEN = (
    r"(?:(?:recurring|repeating|regular) )?"
    r"(?P<often>recurring|repeating|regular|(?:bi-?)?(?:daily|weekly|monthly|yearly)"
    r"|annual|nightly)"
)
SET = r"(?:set(?: up)?|add|create|make|put|give|schedule)"


def read_addition(text: str, now: datetime) -> Add | Change | Refuse | None:
    """What one sentence asks to add, if it asks to add anything."""
    return first_read(SENTENCES, text, now)


def added(text: str, now: datetime, remarks: tuple[str, ...] = ()) -> Add | Refuse:
    """The tasks in ``text``, to be added."""
    try:
        read = read_drafts(text, now)
    except NoDraft as error:
        return Refuse(str(error))
    quoted = any(mark in text for mark in '"“')
    drafts = tuple(each for each in read.drafts if quoted or each.title.lower() not in NOTHING_SAID)
    return Add(drafts, (*remarks, *read.remarks))


def _added(what: str, now: datetime, remarks: tuple[str, ...] = ()) -> Add | Refuse:
    if what.strip(" .,").lower() in NOTHING_SAID:
        return Add()
    return added(what.strip(), now, remarks)


def _appointment(match: re.Match[str], now: datetime) -> Add | Refuse | None:
    """I have a meeting tomorrow; but not "I have a headache today"."""
    addition = added(match["what"], now)
    if isinstance(addition, Refuse) or not addition.drafts:
        return None
    when = addition.drafts[0].when
    return addition if when.at or (when.day and EVENT.search(match["what"])) else None


BEFORE_AT_THE_END = any_of(
    rf"(?:^|[\s,;–-]{{1,9}})(?P<also>(?:and )?also )?(?:and )?(?P<when>{dates.BEFORE})[.!]?$"
)
LATER = any_of(r"(?<=\w)[, ]+(?:later(?: on)?|soon|some ?time|at some point)[.!]?$")
OF_IT = any_of(r"^(?:it|this|that|them)\b(?: again)? ?")
_FOR = r"^(?:(?:in|down) (?=for\b))?(?:for (?:me|us) to|(?:for|about|of|regarding|re:?)"
FOR_TITLE = any_of(rf"{_FOR}(?: (?:the|an?))?) ")
FOR_WHAT = any_of(
    rf"{_FOR}(?! (?:the|an?) (?:\d\w+|first|last|end|day|week(?:end)?|month|year)(?: \w+day)?"
    r"(?: (?:to|at|from|after|before|of|for)\b|$))(?: (?:the|an?))?) "
)
OFTEN_FIRST = any_of(r"^(?P<often>(?:dai|week|month|year|annual)ly) (?P<what>(?:about|of|for) .+)")


def _reminder(match: re.Match[str], now: datetime) -> Add | Change | Refuse:
    """To call Bob at 9, an hour before: it rings then, or else at its own time."""
    said = match.groupdict()
    what = OFTEN_FIRST.sub(r"\g<what> \g<often>", LATER.sub("", said["what"]))
    rest, before = _cut_last_reminders(FOR_WHAT.sub("", what))
    before = (*dates.reminders_in(said.get("before") or ""), *before)
    addition = _reminded(_often(said, rest, now), before)
    if addition == Add():
        return _reminder_of_what(f"{rest} {adverb_of(said)}", now)
    return addition if FOR_TITLE.match(rest) and rest != what else _of_what(addition)


def _of_what(addition: Add | Refuse) -> Add | Refuse:
    if isinstance(addition, Refuse):
        return addition
    return replace(addition, drafts=tuple(map(_titled_by_what, addition.drafts)))


def _titled_by_what(draft: Draft) -> Draft:
    """Tomorrow at 9 for the pills: the pills."""
    title = FOR_TITLE.sub("", draft.title)
    return draft if title == draft.title else replace(draft, title=as_title(title))


def _reminder_of_what(said: str, now: datetime) -> Add | Change:
    """Every day at 9: of what was just talked about or, if nothing was, of what is asked for."""
    repetition = dates.read_repetition(OF_IT.sub("", said), now)
    reading = dates.read(repetition.rest if repetition else said, now)
    if reading.rest or reading.fault or not (repetition and repetition.repeat):
        return Add()
    new = Draft("", reading.when, repeats=repetition.repeat, reminders=AT_TIME)
    edit = Edit(when=new.when, repeats=new.repeats, reminders=AT_TIME)
    return Change("update_task", It(), edit, else_add=Add((new,)))


def _cut_last_reminders(text: str) -> tuple[str, tuple[str, ...]]:
    """As ``dates.cut_reminders``, where nothing leads to them, but they are the last words."""
    match = BEFORE_AT_THE_END.search(text)
    said = dates.reminders_in(match["when"]) if match else ()
    if not (match and said):
        return text, ()
    also = ("at the time",) if match["also"] else ()
    return text[: match.start()].strip(" ,;"), (*also, *said)


def _reminded(addition: Add | Refuse, before: tuple[str, ...] = ()) -> Add | Refuse:
    if isinstance(addition, Refuse):
        return addition
    drafts = (
        replace(each, reminders=each.reminders or before or AT_TIME) for each in addition.drafts
    )
    return replace(addition, drafts=tuple(drafts))


def _reminder_then(match: re.Match[str], now: datetime) -> Add | Refuse | None:
    """Every monday at 8 remind me to take the bins out; before it stands nothing but when."""
    said = match["date"].strip(" ,")
    repetition = dates.read_repetition(said, now)
    reading = dates.read(repetition.rest if repetition else said, now)
    if reading.rest or not (repetition or reading.when):
        return None
    return _reminded(_added(f"{match['what']} {said}", now))


def _with_what_is_around(match: re.Match[str], now: datetime) -> Add | Refuse:
    said = match.groupdict()
    if TO_IT.search(said["what"]):
        return Refuse(TO_WHAT)
    words = (said.get("level"), said["what"].strip(), said.get("after"))
    return _often(said, " ".join(filter(None, words)), now)


def _often(said: dict[str, str | None], what: str, now: datetime) -> Add | Refuse:
    """What is added, daily or weekly if that is said before it."""
    adverb = adverb_of(said)
    addition = _said_elsewhere(what, adverb, now) or _added(f"{what} {adverb}".strip(), now)
    if isinstance(addition, Add) and said.get("often") and not adverb:
        unsaid = not any(draft.repeats for draft in addition.drafts)
        return replace(addition, remarks=(*addition.remarks, *[SAY_HOW_OFTEN] * unsaid))
    return addition


def _said_elsewhere(what: str, adverb: str, now: datetime) -> Add | None:
    """A monthly reminder for the rent on the 1st: the days are said where the adverb is not."""
    if not adverb or adverb.startswith("bi"):
        return None
    addition = _added(what, now)
    if isinstance(addition, Add) and any(each.repeats for each in addition.drafts):
        return addition
    if adverb == "monthly" and ON_DATE.search(what):
        addition = _added(ON_DATE.sub("every month on the ", what, count=1), now)
        return addition if isinstance(addition, Add) else None
    return None


def adverb_of(said: dict[str, str | None]) -> str:
    often = (said.get("often") or "").lower()
    return "" if often in HOW_OFTEN else {"annual": "annually"}.get(often, often)


ON_DATE = any_of(
    r"\b(?:(?:on|for) )?the (?=\d{1,2}(?:st|nd|rd|th)\b"
    rf"|(?:first|second|third|last) (?:day|{WEEKDAY})\b)"
)
TO_IT = any_of(r"\w (?:to|into|onto) (?:it|them|that|this|that list|this list)[.!]?$")
TO_WHAT = (
    "To which list or task? Say “add cake to my Party list”, or “add a step to the party: cake”. "
    "Nothing was added."
)
HOW_OFTEN = frozenset({"recurring", "repeating", "regular"})
SAY_HOW_OFTEN = "How often shall it repeat? Say “make it weekly”, for example."


def _announced(match: re.Match[str], now: datetime) -> Add | Refuse | None:
    """Two tasks: milk and eggs; but not "two tasks: milk is done, eggs can wait"."""
    return None if TELLS.search(match["what"]) else _added(match["what"], now)


def _for_each(match: re.Match[str], now: datetime) -> Add | Refuse:
    """Write to Ann, Bob and Cid: a task for each of them."""
    shared = ONE_VERB.fullmatch(match["what"].strip())
    if not shared:
        return _added(match["what"], now)
    names = BETWEEN.split(shared["names"])
    return _added("\n".join(f"{shared['verb']} {name}" for name in names), now)


def _after_date(match: re.Match[str], now: datetime) -> Add | Refuse | None:
    """Tomorrow I need to buy milk."""
    reading = dates.read(match["date"], now)
    if not reading.when or reading.rest:
        return None
    return _added(f"{match['date']} {match['what']}", now)


TELLS = any_of(
    r"\b(?:is|are|was|were|isn't|aren't|has|have|can|must|should|becomes?|moves?|goes|comes|done)\b"
)
ONE_VERB = any_of(
    r"(?P<verb>[^\W\d_]{2,15}(?: (?:to|for|with|at))?)"
    r" (?P<names>[A-Z][\w-]{1,20}(?:, [A-Z][\w-]{1,20}){0,20},? and [A-Z][\w-]{1,20})"
)
LIST = (
    r"(?:(?:my|the|our|his|her) |(?=(?:[\w'&-]{1,40} )?list$))"
    r"(?P<list>(?:[\w'&-]{1,40} ){0,3}?)(?:(?:(?:todo|to-do|to do|task)s? )?lists?|todos?|to-dos?"
    r"|to ?do|tasks|agenda|schedule|plate)\b(?! of\b)(?P<called> (?:called|named) [\w'&-]{1,40})?"
)
VERB = (
    r"(?:ask|bake|bring|buy|call|cancel|clean|collect|cook|do|feed|find|fix|get|give|go|hang|help"
    r"|install|invite|iron|learn|lend|mend|mow|organi[sz]e|paint|pay|pick|prepare|read|remind"
    r"|renew|repair|replace|return|sell|send|sew|submit|sweep|take|tell|tidy|update|vacuum|visit"
    r"|walk|wash|water|wrap|write) \w"
    r"|(?:draft|download|learn|mow|ring|test) (?:the|an?|my|our|all) \w"
)
"""What is no name of a thing: "create call mom" means the task."""
NAMES = {
    # slots
    "what": r"(?P<what>.{0,10000})",
    "quoted": r"(?P<what>[\"“][^\n]{1,10000})",
    "named": r"(?P<what>[^\n]{1,10000}?)",
    "after": r"(?P<after>[^\n]{0,10000})",
    "date": r"(?P<date>[^\n]{2,40}?)",
    "list": LIST,
    "on_list": rf"(?:to|on) {LIST}\s{{0,9}}",
    "level": r"(?P<level>(?:very )?(?:urgent|important|(?:high|low|medium)[ -]priority))",
    "often": OFTEN,
    # words
    "before": r"[^\n:]{1,80}[,;.] ",
    "before_need": r"[^\n:]{1,40}",
    "count": r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve|\d{1,2})",
    "noun_s": r"(?:tasks|todos|to-dos|(?:things|items) to (?:do|buy|get|bring))",
    "noun": rf"(?!{NAMES_MORE})(?:{TASK}|reminders?)\b\s{{0,9}}",
    "make": r"(?:add|create|make|new|set up|enter|put down|insert)",
    "one": r"(?:an?|one|another|some|the|the following|these|this|my|two|three|four|five|six"
    r"|seven|eight|nine|ten|twelve|\d{1,2})",
    "these": r"(?:the following|these|this)(?: items| things)?",
    "all_these": r" (?:all (?:of )?)?(?:the following|these|this)(?=\s?:)",
    "called": r"(?:(?:called|named|titled|saying|that says|to|about"
    r"|whose (?:title|name) is(?: just| exactly)?|with (?:the|this) (?:title|name))\b|[:,–-]){0,4}",
    "must": r"(?:(?:i|we)(?:'ve|'d| have| also| still| really| would){0,3} "
    r"(?:need to|have to|must|should|ought to|want to|got to|gotta|like to|am supposed to)"
    r"|need to|have to|must|gotta|got to|remember to"
    r"|(?:don't|do not) forget(?: (?:to|about|that))?"
    r"|make sure (?:that )?(?:i|we|to))(?: (?:really|also|probably|still))?",
    "deed": rf"(?={VERB})",
    "no_list": r"(?!lists?$|.{1,200} done$)",
    "colon": r"\s?:?",
    "dash": r"\s{0,9}[:–-]",
    "break": r"[:,\s]{1,9}",
    "early": rf"(?P<before>{dates.BEFORE})",
    "remind": REMIND,
    "to": r"(?=to \w)",
    "vague": r"(?:later(?: on)?|soon|some ?time|at some point|one day)",
    "once": r"(?:when|once|as soon as|(?:[\w ]{1,20} )?(?:after|before)|if) (?:i|we|the|my|our)\b"
    r"[^\n]{2,60}?",
    "set": r"(?:set(?: up)?|add|create|make)",
    "give": r"(?:give (?:me|us)(?: (?:an?|another|some))?|(?:put|schedule)(?: me)?(?: in)?"
    r"(?: (?:an?|another|some))?)",
    "bell": rf"(?!{NAMES_MORE}){dates.BELL}\b",
    "link": r"(?=(?:(?:in|down) for|for|about|to|of|that|regarding)\b|(?:at|every|each|today"
    r"|tonight|tomorrow|next|this|daily|weekly|monthly|yearly)\b|(?:on|in) (?:the )?\d|on \w+day)",
    "any_break": r"\b[:,\s-]{0,9}",
    "space": r"\s",
}
SENTENCES = rules(
    NAMES,
    (
        _for_each,
        "[{before}](make|add|create) (a|one) task (for|of) each[ of them| one]{dash} {what}",
    ),
    (
        _appointment,
        """
            (i|we)['ve| have| got] [also] [got] (a|an|another|my|the) {named}
            there('s| is|'ll be| will be) (a|an|another|my|the) {named}
        """,
    ),
    (
        _reminder_then,
        """
            {date}{break}[please ]({remind}|wake) (me|us) (to|about|of|that i) {what}
            [a] {bell} (for|on|at) {date}{dash} {what}
        """,
    ),
    (
        _reminder,
        """
            [always] {remind} (me|us) {early} to {what}
            [always] {remind} (me|us)[,][ please][,] ({vague}|{once}) to {what}
            [always] {remind} (me|us)[ please] {vague} {what}
            [always] {remind} (me|us)[ please] (2|too) {deed}{what}
            {set} [me] [a|another] [{often}] {bell} {early} to {what}
            [always] {remind} (me|us)[,][ please]{any_break}{what}
            ({remind}|[{often}] {bell}) {to}{what}
            make sure [that] (i|we) (don't|do not) forget[ to| about| that]{space}{what}
            [(i|we)( need| want|'d like| would like) ](a|another) [{often}] {bell}{any_break}{what}
            {set} [me] [a|an|another|some] [{often}] {bell}[,][ please]{any_break}{what}
            {give} [{often}] {bell}[ please][,] {link}{what}
            {give} [{often}] {bell}(:|,) {what}
            (don't|do not) let me forget[ to| about| that]{space}{what}
        """,
    ),
    (
        _with_what_is_around,
        """
            {make} [me] [{one}] [new] [{level}] [{often}] [todo] {noun}[{on_list}]{called}{what}
            (add|put|insert) [{these}] (to|on|onto) {list}{colon}{what}
            (add|put|insert|enter|write) {named} (to|on|onto|in|into) {list}{after}
            (put|pencil|note|write) {named} (down|in) for {after}
            (add|put) {named} (on|onto) there [too|as well|also]
            (add|note down|write down|jot down|put down)[{all_these}]{any_break}{what}
            (todo[s]|to-do[s]|to do|task[s]|reminder|memo|new)[ list]{dash}{what}
            note to (self|myself)[ list]{dash}{what}
            (todo|to-do) {no_list}{what}
            (create|make){break}{deed}{what}
            (create|make|enter|insert|new){break}{quoted}
            {must}{colon}{space}{what}
        """,
    ),
    (
        _announced,
        """
            [{before}]{count} {noun_s}[,][ please]{dash} {what}
            for {before_need} (i|we) need[ to buy| to get]{dash} {what}
        """,
    ),
    (_after_date, "{date}{break}{must} {what}"),
)
