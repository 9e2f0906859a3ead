"""What people tell about themselves, take back, and ask for: never a task."""

from datetime import datetime

from agent.offline import dates
from agent.offline.intents import Forget, Keep, Recall, Refuse
from agent.offline.known import Known
from agent.offline.words import any_of
from agent.preferences import (
    LONGEST,
    THE_LAST,
    NotUnderstood,
    forgotten_by,
    pairs_of,
    preference_in,
)
from agent.quiet import END_QUIET, QUIET

NOTE = any_of(
    r"(?:please )?(?:remember|keep in mind)(?: that|:) "
    r"(?=.{0,200}\b(?:i|i'm|i've|my|me|we|our)\b)"
    r"(?!.{0,200}\b(?:have to|must|need|should|want to|got to|gotta|will|going to|i'll|i'd"
    r"|supposed to|due|today|tomorrow)\b).{3,200}"
)
RECALL = any_of(
    r"what (?:do|did|have) you (?:know|remember|keep|kept|note|noted|remembered)"
    r"(?: about me| of me| about my (?:habits|ways))",
    r"what do you remember",
    r"(?:what|when) are (?:my|the) quiet hours|(?:show|tell)(?: me)? my quiet hours|my quiet hours"
    r"|(?:do i have|have i(?: set| got)?|are there)(?: any)? quiet hours(?: set)?",
    r"what (?:have|did) i (?:told|tell) you(?: about (?:me|myself))?",
    r"(?:show|list|what are|tell me)(?: me)? (?:all )?my (?:preferences|habits)",
    r"what are my (?:preferences|habits)|which preferences do i have|my preferences",
)
FORGET = any_of(
    r"(?:no|remove|delete|clear|turn off)(?: my| the)? (?:default|usual) reminders?$"
    r"|(?:don't|do not|stop) remind(?:ing)? me (?:by default|of everything)$"
    r"|(?:please )?(?:forget|unlearn) (?:that (?=\w)|(?:what|everything|all) (?:that )?i(?:'ve)? "
    r"(?:said|told you)\b|about |the (?:thing|note|part|bit)\b|.{1,40} (?:thing|note|preference)s?$"
    r"|everything|all\b|my (?=mornings?|noons?|evenings?|nights?|week start|first day|date order"
    r"|hours?|preferences|notes|habits))"
)
UNDO = any_of(
    r"(?:please )?(?:undo|revert|take)(?: (?:that|it|this|the last one))?(?: back| again)?"
)
NOT_UNDONE = (
    "Undo is for tasks; what you told about yourself stays. Say “forget that”, or remove it in "
    "Settings."
)
FORGET_IT = any_of(r"(?:please )?(?:forget|unlearn) (?P<what>.{1,30})")


def read_self(text: str, now: datetime) -> Keep | Forget | Recall | None:
    """``text`` is a sentence."""
    if RECALL.fullmatch(text):
        return Recall()
    if FORGET.match(text) and forgotten_by(text, pairs_of(dates.habits_of(now).lines)):
        return Forget(text)
    if len(text) > LONGEST:
        return None
    try:
        found = preference_in(text, dates.habits_of(now))
    except NotUnderstood:
        return Keep(text)  # the tool says why not
    if found or (NOTE.fullmatch(text) and not dates.read(text, now).when):
        return Keep(text)
    return None


def read_taken_back(text: str, known: Known) -> Forget | Refuse | None:
    """Right after something was told: what was done to tasks before is not meant."""
    if not (known.done and known.done[-1].name == "remember"):
        return None
    if UNDO.fullmatch(text):
        return Refuse(NOT_UNDONE)
    match = FORGET_IT.fullmatch(text)
    if match is None:
        return None
    if not THE_LAST.fullmatch(match["what"].lower()):
        return None
    kept = known.done[-1].result.get("kept")
    is_quiet = isinstance(kept, dict) and kept.get("key") == QUIET
    return Refuse(END_QUIET) if is_quiet else Forget(text)
