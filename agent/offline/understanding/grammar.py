"""A message, understood: from the words of a user to an intent."""

from dataclasses import replace
from datetime import datetime
from functools import cache

from agent.offline import dates
from agent.offline.intents import (
    Add,
    Change,
    Draft,
    Guess,
    Intent,
    Pick,
    Refuse,
    Say,
    Several,
    Show,
    Unclear,
)
from agent.offline.known import Known
from agent.offline.past import IRREGULAR
from agent.offline.sayings import topic_of
from agent.offline.target import Named, Numbers
from agent.offline.understanding.additions import VERB, added, read_addition
from agent.offline.understanding.ahead import read_ahead
from agent.offline.understanding.answers import read_answer
from agent.offline.understanding.asides import read_with_remark, without_put_down
from agent.offline.understanding.bells import with_reminders
from agent.offline.understanding.beyond import absent_of_a_task
from agent.offline.understanding.changes import read_change, read_note
from agent.offline.understanding.corrections import corrected
from agent.offline.understanding.drafts import NoDraft, read_drafts
from agent.offline.understanding.filing import read_filed
from agent.offline.understanding.guessing import guess
from agent.offline.understanding.lately import read_move_back, with_list_named
from agent.offline.understanding.manners import clean, plain
from agent.offline.understanding.naming import read_naming, read_new_lists
from agent.offline.understanding.pastes import read_paste
from agent.offline.understanding.priorities import HIGH, LOW, MEDIUM
from agent.offline.understanding.questions import QUESTION, read_question
from agent.offline.understanding.reminding import (
    more_of_it,
    of_it,
    read_reminding,
)
from agent.offline.understanding.repeating import is_told_when_done
from agent.offline.understanding.series import read_series
from agent.offline.understanding.steps import read_steps
from agent.offline.understanding.swapping import read_swap
from agent.offline.understanding.tagging import read_tagging
from agent.offline.understanding.taking_back import read_deleted_and_back, read_taking_back
from agent.offline.understanding.targets import read_places
from agent.offline.understanding.telling_of_self import read_self, read_taken_back
from agent.offline.words import VERBS, any_of

LONGEST_CHANGE = 600
"""Characters; what is longer is nobody's order to change a task, but may be a note or a list."""
MOST_SENTENCES = 8

COMMAND = (
    r"(?:add|delete|remove|mark|rename|postpone|reschedule|remind me|show|list (?:my|all|the)"
    r"|reopen|complete \d|move (?:it|that|\d)|make (?:it|that|them)|set (?:it|that)|what's"
    r"|what (?:is|do))\b"
)
BETWEEN_SENTENCES = any_of(
    r"(?<=[\w\"”)])(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bst)(?<!\bprof)[.;!?]+ (?=\w)",
    rf",? (?:and )?then (?={COMMAND})",
    rf",? (?:and|but) (?:also )?(?={COMMAND})",
    r", (?=what(?:'s| is| do)\b)",
    r"\n+",
)
BETWEEN_CHANGES = any_of(
    rf"(?:,|;| and|, and|,? then|,? and then|,? and also|,? but) (?=(?:please )?(?:{COMMAND}"
    r"|(?:complete|finish|tick|check off|cross off|mark|set|change|postpone|cancel|reopen|rename)\b"
    r"|(?:move|push|bump|put) .{1,80} (?:to|on|for|until|by|back|forward)\b))"
)
"""Where the first of several commands is a change: "complete bread and move rent to friday"."""
NOT_NOW = any_of(
    r"^(?:not (?:now|yet)|later|i'm busy|no|nope)[,.;!:–-]* (?:but |please |so ){0,2}"
    r"remind me(?= (?:in|at|tomorrow|later|tonight|on|next)\b)"
)
"""Of what has rung."""
DID = any_of(r"did (?:the|my|all the) [\w-]+")
"""Without a question mark that is told: "did the laundry"."""
PAST = rf"(?:{'|'.join(IRREGULAR)}|[^\W\d_]{{2,15}}ed)\b"
TELLS_DEEDS = any_of(rf"(?:(?:i|we)(?:'ve| have)? )?(?:just |also )?{PAST} ")
BETWEEN_DEEDS = any_of(rf"(?:,|;| and|, and|,? then) (?:i |we )?(?:also )?(?={PAST})")
"""I called mom and paid the rent."""
CONDITION = any_of(r"(?:if|when|once|unless|until|till|after|before|as soon as|in case|while)\b")
VERB_ONCE = any_of(
    r"(?P<verb>move|push|bump|postpone|reschedule|shift|delay|set|make|mark) (?P<rest>.{1,600})"
)
NEXT_ONE = any_of(r",? and |, ")
HAS_OWN_END = any_of(
    r".{1,250} (?:to|until|till|on|for|by|as) .{1,100}",
    rf".{{1,250}} (?:{HIGH}|{MEDIUM}|{LOW})(?: priority)?",
)
"""Move rent to tomorrow and milk to monday, make rent high and milk low: each has its own."""
AROUND_QUESTIONS = any_of(r"(?:^|\n|(?<=[.;!?]) )([^\n.;!?]+\?)(?=\s|$)")
ONE_MORE = any_of(r"(?:and|also|plus|oh,? and)\b,? (?=\S)")
TOO = any_of(r" (?:too|as well|also)$")
SAYS_DUE = any_of(r"\b(?:is|are)\b")
REGRET = any_of(
    r"(?:i|we) (?:should|could|would|might|must|ought to)(?: have|'ve)\b",
    r"(?:i|we)(?:'ve| really| just)* (?:need to|have to|must|should|want to|got to|gotta) "
    r"(?:(?:say|admit|confess)\b.*"
    r"|(?:think|go|run|leave|cry|laugh|rest|stop|know)(?: (?:now|soon|again|home|about it|it))*)$",
)
WISH = any_of(r"(?:i|we)\b|remind me that\b")
"""What I need to do may be on the list already."""
MAKES = any_of(rf"make (?={VERB})")
"""Make call mom urgent: that is how a task shall be, or one to make."""
MEANT = any_of(r"(?:i|we) (?:mean|meant) ")
"""What follows may be a title of theirs."""
POLITE = any_of(r"\b(?:(?:can|could|would|will|may|might) (?:you|u|i|we)|please|pls|mind)\b")
"""With one of these a question asks for a deed: "can you delete milk?"."""
ALSO_TO_DO = VERBS | {
    "bin",
    "cancel",
    "change",
    "clear",
    "ditch",
    "drop",
    "move",
    "postpone",
    "remove",
    "reschedule",
}


def understand(message: str, known: Known, now: datetime) -> Intent:
    """What the user wants, given what was asked and done before."""
    text = NOT_NOW.sub("remind me again", clean(message))
    message = text if text != clean(message) else message  # a table keeps its tabs
    rest, said = dates.cut_reminders(text, now) if "\n" not in text else (text, ())
    beside = with_reminders(_understand(rest, known, now), said) if said else None
    return beside or _understand(message, known, now)


def _understand(message: str, known: Known, now: datetime) -> Intent:
    text = with_list_named(clean(message), known)
    spoken = plain(text.rstrip("!"))
    if last := read_taken_back(spoken, known) or read_move_back(spoken, known):
        return last
    if known.focus and (reminding := of_it(spoken, now)):
        return reminding
    meant = corrected(without_put_down(text), now)

    @cache
    def command() -> Intent | None:
        if named := read_steps(plain(text), now) or read_new_lists(plain(text), now):
            return named
        return read_paste(message, now) or _with_remark(meant, now) or read_command(meant, now)

    answer = read_answer(spoken, known, now, command)
    if not answer and (swap := read_swap(plain(text), known)):
        return swap
    if known.focus and not answer and (more := more_of_it(spoken)):
        return more
    return answer or command() or _one_more(meant, known, now) or guess(meant, now)


def _with_remark(text: str, now: datetime) -> Intent | None:
    if restored := read_deleted_and_back(plain(text), now):
        return restored
    return read_with_remark(text, now, lambda part: read_command(part, now))


def read_command(text: str, now: datetime) -> Intent | None:
    """A request that says itself what to do, or several of them; None for anything else."""
    command = _commands(text, now)
    changes = command.intents if isinstance(command, Several) else (command,)
    if CONDITION.match(plain(text)) and any(isinstance(intent, Change) for intent in changes):
        return Refuse(
            "I cannot wait for that to happen, so nothing has changed. Say it when it is so."
        )
    return command


def _commands(text: str, now: datetime) -> Intent | None:
    for borders in (BETWEEN_SENTENCES, AROUND_QUESTIONS):
        parts = [part for part in borders.split(text) if part.strip()]
        if 1 < len(parts) <= MOST_SENTENCES:
            intents = [_several_changes(part, now) or _sentence(part, now) for part in parts]
            understood = tuple(intent for intent in intents if intent)
            if len(understood) == len(parts):
                return _at_once(understood)
    return _several_changes(text, now) or _sentence(text, now)


def _several_changes(text: str, now: datetime) -> Intent | None:
    """Commands with no more than a comma or "and" between them, the first of them a change."""
    borders = BETWEEN_DEEDS if TELLS_DEEDS.match(text) else BETWEEN_CHANGES
    parts = _with_one_verb(text) or borders.split(text)
    quoted = any(part.count('"') % 2 or part.count("“") != part.count("”") for part in parts)
    if not 1 < len(parts) <= MOST_SENTENCES or quoted or read_note(plain(text), now):
        return None
    intents = [_sentence(part, now) for part in parts]
    if not isinstance(intents[0], Change) or not all(intents):
        return None
    return Several(tuple(intent for intent in intents if intent))


def _with_one_verb(text: str) -> list[str]:
    match = VERB_ONCE.fullmatch(plain(text))
    parts = NEXT_ONE.split(match["rest"]) if match else []
    if not match or len(parts) < 2 or not all(HAS_OWN_END.fullmatch(part) for part in parts):
        return []
    return [f"{match['verb']} {part}" for part in parts]


def _at_once(intents: tuple[Intent, ...]) -> Intent:
    """Additions alone are one; anything else goes one after the other."""
    additions = [intent for intent in intents if isinstance(intent, Add)]
    if len(additions) < len(intents):
        return Several(intents)
    drafts = tuple(draft for addition in additions for draft in addition.drafts)
    remarks = dict.fromkeys(remark for addition in additions for remark in addition.remarks)
    return Add(drafts, tuple(remarks))


def _sentence(sentence: str, now: datetime) -> Intent | None:
    text = plain(sentence) or sentence.strip()
    if own := read_self(text, now) or read_ahead(text, now):
        return own
    if reminding := read_reminding(text.rstrip("!"), now):
        return reminding
    if series := read_series(text.rstrip("!"), now):
        return _with_instead(series, text, now)
    if topic := topic_of(text) or topic_of(sentence.strip(" .!?")):
        return Say(topic)
    if taking_back := read_taking_back(text.rstrip("!"), now):
        return taking_back
    if named := read_tagging(text, now) or read_naming(text, now) or read_steps(text, now):
        return named
    return read_filed(
        text,
        now,
        read=lambda part: _unfiled(part, part, now),
        else_read=lambda part: _unfiled(part, sentence, now) or guess(part, now),
    ) or _unfiled(text, sentence, now)


def _unfiled(text: str, sentence: str, now: datetime) -> Intent | None:
    """What a sentence asks for that names no list and no tag."""
    if QUESTION.match(text) and (sentence.rstrip().endswith("?") or not DID.fullmatch(text)):
        return read_question(text, now) or Say("off_topic")
    return _order(text, sentence, now)


def _order(text: str, sentence: str, now: datetime) -> Intent | None:
    """What the plain ``text`` of a sentence tells to add, to show or to change."""
    if REGRET.match(text):
        return Guess(text, Unclear())
    addition = read_note(text, now) or read_addition(text, now)
    absent = absent_of_a_task(text)
    if isinstance(addition, Add) and MAKES.match(text):
        change = read_change(text, now)
        if isinstance(change, Change) and addition.drafts:
            return replace(change, instead=addition.drafts[0])
        return Guess(text, addition, absent)
    if isinstance(addition, Add) and (absent or WISH.match(text)):
        return Guess(text, addition, absent)
    if addition or len(text) > LONGEST_CHANGE or is_told_when_done(text, now):
        return addition
    request = read_question(text, now) or read_change(text, now)
    if (absent and request) or MEANT.match(text):
        return Guess(text, request or Unclear(), absent)
    if isinstance(request, Change) and sentence.rstrip().endswith("?"):
        request = replace(request, sure=bool(POLITE.search(sentence)))
    return _with_instead(request, text, now) if request else _pick(text)


def _with_instead(request: Intent, text: str, now: datetime) -> Intent:
    if not isinstance(request, Show | Change):
        return request
    return replace(request, instead=_to_do_instead(request, text, now))


def _to_do_instead(request: Show | Change, text: str, now: datetime) -> Draft | None:
    """The task that the text may be as well: "cancel the dentist", "rent is due on friday"."""
    target = request.named if isinstance(request, Show) else request.target
    if isinstance(request, Change) and request.edit.clear == "repeats":
        return None
    tells = isinstance(request, Change) and request.tool == "update_task" and SAYS_DUE.search(text)
    if not isinstance(target, Named) or not (tells or text.split()[0].lower() in ALSO_TO_DO):
        return None
    try:
        drafts = read_drafts(text, now).drafts
    except NoDraft:
        return None
    return drafts[0] if drafts else None


def _pick(text: str) -> Pick | None:
    shorter = TOO.sub("", text)
    places = read_places(shorter)
    return Pick(Numbers(places), too=shorter != text) if places else None


def _one_more(text: str, known: Known, now: datetime) -> Intent | None:
    """Right after an addition, "and butter" is another one."""
    match = ONE_MORE.match(text)
    if match and known.done and known.done[-1].name == "create_task":
        return added(TOO.sub("", plain(text[match.end() :])), now)
    return None
