"""A message, understood: from the words of a user to an intent."""

import re
from dataclasses import replace
from datetime import datetime
from functools import cache

from agent.offline import dates
from agent.offline.answers import read_answer
from agent.offline.changes import read_change, read_note
from agent.offline.drafts import NoDraft, is_list, read_drafts
from agent.offline.intents import (
    Add,
    Change,
    Draft,
    Intent,
    Named,
    Numbers,
    Pick,
    Refuse,
    Say,
    Several,
    Show,
    Unclear,
    Undo,
)
from agent.offline.known import Known
from agent.offline.queries import read_query
from agent.offline.questions import read_question
from agent.offline.sayings import UNDO, topic_of
from agent.offline.targets import read_places
from agent.offline.words import VERBS, any_of, starts_with_verb

LONGEST_CHANGE = 600
LONGEST_OFFER = 120

TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "‛": "'", "`": "'", "\u00a0": " ", "\u202f": " "})
SPACES = re.compile(r"[^\S\n]+")

POLITE = re.compile(
    r"(?:(?:hey|hi|hello|ok|okay|please|pls|kindly|so|well|also|and|now|then|oh|ah|alright|all right|great"
    r"|thanks|thank you|yes|yeah|sure|cool|perfect|assistant|bot)(?:[\s,!.:]+(?:there|assistant|bot))?[\s,!.:]+)+"
    r"(?=\S)",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"(?:(?:can|could|would|will) you (?:please |kindly |just |also |now )*"
    r"|i(?:'d| would) like (?:you )?to (?=(?:add|see|delete|remove|mark|create|rename|move|list|know)\b)"
    r"|i (?:want|need) (?:you )?to (?=(?:add|see|delete|remove|mark|create|rename|list|know|reschedule|postpone)\b)"
    r"|i want you to |i need you to |let's (?=(?:add|delete|mark|see|move|rename)\b)|just |go ahead and )+",
    re.IGNORECASE,
)
POLITE_END = re.compile(
    r"(?:[\s,]+(?:please|pls)|,\s*(?:thanks|thank you|thx|ok|okay|will you|would you))+[.!?\s]*$",
    re.IGNORECASE,
)

NOUN = r"(?:tasks?|todos?|to-dos?|items?|reminders?|entry)"
LIST = r"(?:my|the|our) (?:[\w-]+ ){0,2}(?:lists?|todos?|to-dos?|tasks|agenda|schedule|plate)"
MUST = (
    r"(?:(?:i|we)(?:'ve|'d| have| also| still| really| would)* "
    r"(?:need to|have to|must|should|ought to|want to|got to|gotta|like to|am supposed to)"
    r"|(?:need to|have to|must|gotta|got to)|remember to"
    r"|(?:please )?(?:don't|do not) (?:let me )?forget(?: (?:to|about|that))?"
    r"|make sure (?:that )?(?:i|we|to))"
)
ADD = [
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"(?:add|create|make|new|set up|enter|put down|insert) (?:me )?"
        r"(?:(?:an?|one|another|some|the|the following|these|this|my|two|three|four|five|\d{1,2}) )?(?:new )?"
        rf"(?P<before>(?:(?:very )?(?:urgent|important|(?:high|low|medium)[\s-]+priority) )?)(?:todo )?{NOUN}\b"
        r"\s*(?:(?:to|on) (?:my|the) list\s*)?(?:(?:called|named|titled|saying|that says|to|about)\b|[:,–-])*\s*(?P<what>.*)",
        rf"(?:add|put|insert|enter|write) (?P<what>.+?) (?:to|on|onto|in|into) {LIST}\b(?P<after>.*)",
        rf"(?:add|put|insert) (?:to|on|onto) {LIST}\s*:?\s*(?P<what>.*)",
        r"(?:add|note down|write down|jot down|put down)\b(?: the following)?[:,\s-]*(?P<what>.*)",
        r"(?:todos?|to-dos?|to do|tasks?|reminder|note to (?:self|myself)|memo|new)(?: list)?\s*[:–-]\s*(?P<what>.+)",
        r"(?:todo|to-do) (?P<what>.+)",
        rf"{MUST}\s*:?(?: (?:really|also|probably|still))? (?P<what>.+)",
    )
]
REMIND = re.compile(
    r"(?:set (?:me )?(?:a )?reminder|remind(?: (?:me|us))?)\b[\s,:]*(?P<what>.*)",
    re.IGNORECASE | re.DOTALL,
)
MUST_INSIDE = re.compile(
    rf"(?P<lead>.{{2,40}}?)[\s,]+{MUST} (?P<what>.+)", re.IGNORECASE | re.DOTALL
)
NO_REMINDERS = "I can not ring a bell, but it is in your list."

COMMAND = (
    r"(?:add|delete|remove|mark|rename|postpone|reschedule|remind me|show|list (?:my|all|the)|reopen|complete \d"
    r"|move (?:it|that|\d)|make (?:it|that|them)|set (?:it|that)|what's|what (?:is|do))\b"
)
SENTENCES = re.compile(
    rf"(?<=[\w\"”)])[.;!]+ (?=\w)|,? (?:and )?then (?={COMMAND})|,? (?:and|but) (?:also )?(?={COMMAND})|\n+",
    re.IGNORECASE,
)
MOST_SENTENCES = 8

QUESTION = re.compile(
    r"(?:(?:what|what's|whats|when|when's|where|where's|why|who|who's|whom|whose|how|how's|which|is|are|am|was|were"
    r"|isn't|aren't)\b"
    r"|(?:do|does|did|have|has|had|should|shall|may|might|can|could|would|will|don't|doesn't|didn't) "
    r"(?:i|you|we|they|he|she|it|my|the|there|this|that|any\w*)\b|tell me\b)",
    re.IGNORECASE,
)
ONE_MORE = any_of(r"(?:and|also|plus|oh,? and)\b,? (?=\S)")
NEED = any_of(r"(?:i|we)(?: also| still)? need (?:some |an? )?(?P<what>.+)")
STATEMENT = re.compile(
    r"(?:i|we|you|he|she|it|they|there|that|this|these|those)(?:'\w+)?\s", re.IGNORECASE
)
ALSO_TO_DO = VERBS | frozenset(
    [
        "cancel",
        "complete",
        "move",
        "postpone",
        "reschedule",
        "change",
        "clear",
        "drop",
        "remove",
        "search",
        "view",
    ]
)


def understand(message: str, known: Known, now: datetime) -> Intent:
    """What the user wants, given what was asked and shown before."""
    text = SPACES.sub(" ", message.translate(TYPOGRAPHY)).strip()

    @cache
    def command() -> Intent | None:
        return read_command(text, now)

    answer = read_answer(_plain(text), known, now, command)
    return answer or command() or _one_more(text, known, now) or guess(text, now)


def _one_more(text: str, known: Known, now: datetime) -> Intent | None:
    """Right after an addition, "and butter" is another one."""
    match = ONE_MORE.match(text)
    if match and known.done and known.done[-1].name == "create_task":
        return _added(_plain(text), now)
    return None


def read_command(text: str, now: datetime) -> Intent | None:
    """A request that says itself what to do, or several of them; None for anything else."""
    parts = [part for part in SENTENCES.split(text) if part.strip()]
    if 1 < len(parts) <= MOST_SENTENCES:
        intents = [_sentence(part, now) for part in parts]
        understood = tuple(intent for intent in intents if intent)
        if len(understood) == len(parts):
            return _at_once(understood)
    return _sentence(text, now)


def _at_once(intents: tuple[Intent, ...]) -> Intent:
    """Additions alone are one; anything else goes one after the other."""
    additions = [intent for intent in intents if isinstance(intent, Add)]
    if len(additions) < len(intents):
        return Several(intents)
    drafts = tuple(draft for addition in additions for draft in addition.drafts)
    remarks = dict.fromkeys(remark for addition in additions for remark in addition.remarks)
    return Add(drafts, tuple(remarks))


def _sentence(text: str, now: datetime) -> Intent | None:
    plain = _plain(text)
    if not plain and text.strip() != "?":
        return None
    if topic := topic_of(plain or text.strip()):
        return Say(topic)
    if UNDO.fullmatch(plain):
        return Undo()
    if QUESTION.match(plain):
        return read_question(plain, now) or Say("off_topic")
    if len(plain) > LONGEST_CHANGE:
        return read_note(plain, now) or _read_add(plain, now)
    return (
        read_note(plain, now)
        or _read_add(plain, now)
        or _or_to_do(read_question(plain, now), plain, now)
        or _or_to_do(read_change(plain, now), plain, now)
        or _read_pick(plain)
    )


def _read_pick(text: str) -> Pick | None:
    shorter = re.sub(r" (?:too|as well|also)$", "", text, flags=re.IGNORECASE)
    places = read_places(shorter)
    return Pick(Numbers(places), too=shorter != text) if places else None


def _plain(text: str) -> str:
    """Without the words of politeness around a request, and the mark at its end."""
    text = text.strip()
    for pattern in (POLITE, ASKING, POLITE):
        match = pattern.match(text)
        text = text[match.end() :] if match else text
    return POLITE_END.sub("", text).rstrip(" .!?" if not text.endswith("!!") else " .?")


def _or_to_do(intent: Show | Change | Refuse | None, text: str, now: datetime) -> Intent | None:
    """With the task that the text may be instead: "cancel the dentist", "rent is due on friday"."""
    named = intent.named if isinstance(intent, Show) else getattr(intent, "target", None)
    if not isinstance(intent, Show | Change) or not isinstance(named, Named):
        return intent
    says_due = isinstance(intent, Change) and bool(re.search(r"\b(?:is|are)\b", text))
    if text.split()[0].lower() not in ALSO_TO_DO and not (
        says_due and intent.tool == "update_task"
    ):
        return intent
    try:
        drafts = read_drafts(text, now).drafts
    except NoDraft:
        return intent
    return replace(intent, instead=drafts[0]) if drafts else intent


def _read_add(text: str, now: datetime) -> Add | Refuse | None:
    remind = REMIND.fullmatch(text)
    what = remind["what"] if remind else _what_to_add(text, now)
    if what is None:
        return None
    if what.strip(" .,").lower() in ("", "it", "that", "this", "them"):
        return Add()
    return _added(what, now, (NO_REMINDERS,) if remind else ())


def _what_to_add(text: str, now: datetime) -> str | None:
    for pattern in ADD:
        match = pattern.fullmatch(text)
        if match:
            said = match.groupdict()
            return " ".join(filter(None, [said.get("before"), said["what"], said.get("after")]))
    inside = MUST_INSIDE.fullmatch(text)  # tomorrow I need to buy milk
    if inside:
        reading = dates.read(inside["lead"], now)
        if reading.when and not reading.rest:
            return f"{inside['lead']} {inside['what']}"
    return None


def _added(text: str, now: datetime, remarks: tuple[str, ...] = ()) -> Add | Refuse:
    try:
        read = read_drafts(text, now)
    except NoDraft as error:
        return Refuse(str(error))
    return Add(read.drafts, (*remarks, *read.remarks))


def guess(text: str, now: datetime) -> Intent:
    """What is no command may be a thing to do: added if it reads like one, else offered."""
    plain = _plain(text)
    if plain.endswith("?") or text.endswith("?"):
        return Say("off_topic")
    if not plain:
        return Unclear()
    if need := NEED.fullmatch(plain):
        return _offer(_added(need["what"], now), text)
    if STATEMENT.match(plain):
        return Unclear()
    added = _added(plain, now)
    if isinstance(added, Refuse):
        return added if len(plain) <= LONGEST_CHANGE else Unclear()
    if added.drafts and (is_list(text) or _reads_like_tasks(added.drafts, text)):
        return added
    if not added.drafts and (query := read_query(plain, now)):
        return Show(query)
    return _offer(added, text)


def _offer(added: Add | Refuse, text: str) -> Unclear:
    """Ask about what is short and has words; a page of code is nobody's task."""
    short = len(text) <= LONGEST_OFFER and "\n" not in text and re.search(r"[^\W\d_]", text)
    return Unclear(added.drafts if short and isinstance(added, Add) else ())


def _reads_like_tasks(drafts: tuple[Draft, ...], text: str) -> bool:
    """A verb first, a date or a priority; in a text of several lines, all of them."""
    certain = [
        starts_with_verb(draft.title) or bool(draft.when) or draft.priority != "none"
        for draft in drafts
    ]
    return all(certain) if "\n" in text else certain[0]
