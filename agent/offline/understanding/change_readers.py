"""From the words that a sentence was recognised by to the change that it asks for.

Each reader takes the match of a rule of ``changes``; its groups are named for what they hold:
``target``, ``title``, ``note``, ``level`` of priority, ``phrase`` with a date or a priority in it.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from agent.offline.intents import Change, Edit, Priority, Refuse
from agent.offline.past import base_of
from agent.offline.target import All, It, Named, Numbers, Target, Unnamed
from agent.offline.understanding.drafts import read_title
from agent.offline.understanding.editing import edit_of
from agent.offline.understanding.priorities import read_level
from agent.offline.understanding.targets import read_target
from agent.offline.words import any_of

Read = Callable[[re.Match[str], datetime], Change | Refuse | None]

WAY = any_of(r" (?:back|forward|out|off|later|earlier)$")
DENIED = any_of(r"\b(?:not|never|nothing|nobody|isn't|hasn't)$")
UNDONE = any_of(
    rf"(?:{DENIED.pattern})|(?:^|\s)(?:half|almost|nearly|partly|mostly|barely|hardly)$"
)
"""Not done, or not quite: "the half marathon is half done"."""
POINTS = any_of(r"(?:it|that|this|them|those|these)\b")
PRONOUN = any_of(
    r"\b(?:it|he|she|that|this|there|here|who|what|when|where|how|why|let|\w+(?:body|one|thing))$"
)
STATE = any_of(
    r"'s (?:(?:a|an|the|no|not|too|so|very|really|pretty|quite|just|still|almost|all|been|about"
    r"|gone|off|away|out|over|up|down|on|in|at|back|home|here|there|fine|ok|okay|nice|good|great"
    r"|bad|awful|lovely|hot|cold|warm|wet|dry|sunny|hard|easy|tough|long|short|late|early|broken"
    r"|sick|ill|sore|tired|busy|free|full|empty|open|ready|done|dead|angry|happy|sad|missing"
    r"|better|worse|expensive|cheap|loud|quiet|dirty|clean)|\w{2,}(?:ing|ed))\b"
)
"""Behind either "'s" is a verb."""
VERB = any_of(
    r"\b(?:is|are|was|were|has|have|can|will|should|shall|must|needs|happens|comes|repeats|recurs"
    r"|takes|now)\b"
)
SAYS_SO = any_of(r"\b(?:due|(?:should|must|has to|needs to) be|now)\b")
"""The race is on sunday: that may be another race; but "the race is due on sunday" is a task."""
SETS = any_of(r"\b(?:due|to|for|until)\b")
OF_A_LIST = any_of(r"^due (?:this|next|the coming) (?:week|weekend|month|year)$")
FROM_DAY = any_of(
    r"\b(?:from|off) (?:(?:next|this) )?(?:today|tonight|tomorrow|[a-z]{3,6}day|week|calendar)\b"
)
"""Remove it from tuesday: the task, or only its day?"""
BEFORE_DATE = any_of(r"(?:by|at|on|due|for|until)\b")


def _target(match: re.Match[str], now: datetime) -> Target:
    return read_target(match.groupdict().get("target") or "", now)


def _it_or(target: Target) -> Target:
    """What is not named is what was just talked about."""
    return It() if target == Unnamed() else target


def complete(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    target = _target(match, now)
    refused = _at_another_time(target)
    if isinstance(target, Named) and not refused and UNDONE.search(target.words):
        return None
    return refused or Change("complete_task", target)


def complete_it(match: re.Match[str], now: datetime) -> Change:
    return Change("complete_task", It(rang=True))


def complete_pointed(match: re.Match[str], now: datetime) -> Change | None:
    """Finish 2: that is said to the assistant; "finish the report" is a thing to do."""
    target = _target(match, now)
    return None if isinstance(target, Named | Unnamed) else Change("complete_task", target)


def complete_past(match: re.Match[str], now: datetime) -> Change | None:
    """I bought the milk: that completes "Buy milk"."""
    verb = base_of(match["verb"], alone=not match.groupdict().get("who"))
    target = read_target(match["target"], now)
    if not verb or (isinstance(target, Named) and DENIED.search(target.words)):
        return None
    if isinstance(target, Named) and verb != "do":
        words, said = f"{verb} {target.words}", f"{verb} {target.said}"
        target = replace(target, words=words, said=said, verb=verb)
    return Change("complete_task", target)


def complete_perhaps(match: re.Match[str], now: datetime) -> Change | None:
    """Milk bought: but "Ann called" may tell what Ann did."""
    completed = complete_past(match, now)
    return completed and replace(completed, sure=False)


def reopen(match: re.Match[str], now: datetime) -> Change:
    return Change("reopen_task", _it_or(_target(match, now)))


def delete(match: re.Match[str], now: datetime) -> Change | Refuse:
    target = _target(match, now)
    sure = not FROM_DAY.search(match[0])
    return _at_another_time(target) or Change("delete_task", target, sure=sure)


def _at_another_time(target: Target) -> Refuse | None:
    """Complete it tomorrow, delete it if it rains: it is changed at once or not at all."""
    if (
        isinstance(target, Named)
        and not target.exact
        and (POINTS.match(target.said) or target.words.isdecimal())
    ):
        return Refuse("I change things at once, and only as a whole, so I left that as it is.")
    return None


def delete_all(match: re.Match[str], now: datetime) -> Change:
    return Change("delete_task", All())


def rename(match: re.Match[str], now: datetime) -> Change:
    title = read_title(match["title"] or "")
    edit = Edit(title=title) if title else Edit(missing="title")
    return Change("update_task", _it_or(_target(match, now)), edit)


def rename_it(match: re.Match[str], now: datetime) -> Change:
    title = read_title(match["title"])
    return Change("update_task", It(), Edit(title=title), sure=not title[:1].isdigit())


def rename_perhaps(match: re.Match[str], now: datetime) -> Change | None:
    """Call mom should be call dad: what else could it mean? But it is asked for."""
    title = read_title(match["title"])
    return Change("update_task", _target(match, now), Edit(title=title), sure=False)


def set_hour(match: re.Match[str], now: datetime) -> Change:
    """Make it 6 instead: which half of the day that is, the task tells."""
    return Change("update_task", _it_or(_target(match, now)), Edit(hour=match["hour"]))


def complete_others(match: re.Match[str], now: datetime) -> Change:
    return Change("complete_task", All(but=match["but"]))


def delete_others(match: re.Match[str], now: datetime) -> Change:
    return Change("delete_task", All(but=match["but"]))


def note(match: re.Match[str], now: datetime) -> Change:
    note = (match["note"] or "").strip(' \t"“”')
    edit = Edit(note=note) if note else Edit(missing="note")
    return Change("update_task", _it_or(_target(match, now)), edit)


def clear(match: re.Match[str], now: datetime) -> Change:
    what = match["what"].lower()
    time_only = what in ("time", "due time")
    if what.startswith("note"):
        return Change("update_task", _it_or(_target(match, now)), Edit(clear="notes"))
    edit = Edit(clear="due_time" if time_only else "due_date")
    return Change("update_task", _it_or(_target(match, now)), edit)


def move(match: re.Match[str], now: datetime) -> Change | Refuse:
    """Move the report to monday; if no day is said, it has to be asked for."""
    phrase = match["phrase"]
    edited = edit_of(phrase, now)
    if edited:
        return edited
    target = WAY.sub("", phrase)
    return Change("update_task", read_target(target, now), Edit(missing="when"))


def make(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    """Make it friday, set milk to high; but "make dinner at 6" is a thing to do."""
    edited = edit_of(match["phrase"], now)
    if not isinstance(edited, Change) or not isinstance(edited.target, Named):
        return edited
    says_so = edited.edit.priority or SETS.search(match["phrase"])
    return edited if says_so else None


def is_whose(match: re.Match[str]) -> bool:
    """Mum's party on friday, of which nothing is told: "'s" is no verb, and there is no other."""
    is_short = match.string.startswith("'s ", match.end("target"))
    is_verb = PRONOUN.search(match["target"]) or STATE.match(match.string, match.end("target"))
    return is_short and not is_verb and not VERB.search(match["phrase"])


def state(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    if is_whose(match):
        told = edit_of(f"it {match['phrase']}", now)
        if isinstance(told, Change) and isinstance(told.target, Named):
            return None
    edited = edit_of(f"{match['target']} {match['phrase']}", now)
    if not isinstance(edited, Change) or not isinstance(edited.target, Named):
        return edited
    sure = bool(edited.edit.priority or SAYS_SO.search(match[0]))
    return replace(edited, sure=sure, by_title=True)


def state_moved(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    """The report can wait until friday, the race was moved to the 5th."""
    return edit_of(f"{match['target']} {match['phrase']}", now)


def set_due(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    """Set the due date of milk to friday."""
    return edit_of(f"{match.groupdict().get('target') or 'it'} to {match['phrase']}", now)


def no_due_said(match: re.Match[str], now: datetime) -> Change:
    return Change("update_task", _target(match, now), Edit(missing="when"))


def add_due(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    return set_due(match, now) if match["phrase"] else no_due_said(match, now)


def set_priority(match: re.Match[str], now: datetime) -> Change | None:
    level = read_level(match["level"])
    return level and Change("update_task", _it_or(_target(match, now)), Edit(priority=level))


def new_priority(level: Priority) -> Read:
    def read(match: re.Match[str], now: datetime) -> Change:
        return Change("update_task", _it_or(_target(match, now)), Edit(priority=level))

    return read


def correct(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    """A date or priority alone is about the task just talked about; a mere day is not."""
    edited = edit_of(match["phrase"], now)
    if isinstance(edited, Change) and not isinstance(edited.target, It | Numbers):
        return None
    return edited


def correct_alone(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    """By friday, 6pm, high priority; but "friday" alone asks what there is to do."""
    if OF_A_LIST.search(match[0]):
        return None
    edited = correct(match, now) if re.search(r"\w", match[0]) else None
    if not isinstance(edited, Change):
        return None
    edit = edited.edit
    said = edit.priority or edit.shift or edit.when.at or isinstance(edited.target, Numbers)
    return edited if said or BEFORE_DATE.match(match[0]) else None
