"""Sentences about tasks that repeat: their rule, one day of them, a pause, the end."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from agent.offline import dates
from agent.offline.dates.names import WEEKDAY
from agent.offline.intents import AskRule, Change, Edit, Refuse
from agent.offline.target import It, Named, Target, Unnamed
from agent.offline.templates import first_read, rules
from agent.offline.understanding.additions import OFTEN, SET
from agent.offline.understanding.change_readers import is_whose
from agent.offline.understanding.changes import FROM_NOW_ON, read_change
from agent.offline.understanding.editing import LOOSE_ENDS, edit_of
from agent.offline.understanding.queries import read_period
from agent.offline.understanding.targets import read_target
from agent.offline.words import REMIND, any_of

Asked = Change | Refuse | AskRule | None

ENDS_LOOSE = LOOSE_ENDS | {
    "every",
    "repeat",
    "repeats",
    "happen",
    "now",
    "schedule",
    "series",
    "of",
}
A_KIND = any_of(r"(?<!as )(?<!into )\ban? (?=\w{2,12}ly (?:task|todo|thing|one|habit|chore)$)")
A_REMINDER = any_of(
    rf"(?:up )?(?:me\b|(?:(?:an?|another|some) )?(?:{OFTEN} )?{dates.BELL}\b(?! to \w+ly$))"
)
REMINDS = any_of(
    rf"\b(?:{REMIND} (?:me|us)\b|{SET} (?:an?|another|some|me) (?:\w+ )?{dates.BELL}\b)"
)
FROM_DAY = any_of(rf"\bfrom (?:{WEEKDAY})s?(?= to\b)")


def read_series(text: str, now: datetime) -> Asked:
    """What one sentence asks about a series or to change in it; None when it speaks of none."""
    if not HINT.search(text):
        return None
    return first_read(RULES, FROM_NOW_ON.sub("", text), now)


def _target(words: str | None, now: datetime) -> Target:
    target = read_target(words or "", now)
    return It() if target == Unnamed() else target


def _change(target: Target, edit: Edit) -> Change:
    return Change("update_task", target, edit)


def set_rule(match: re.Match[str], now: datetime) -> Asked:
    """Make the report weekly, change it to every second week at 9."""
    if A_REMINDER.match(match["phrase"]):  # which is one to be added
        return None
    return _ruled(match["phrase"], now)


def state_rule(match: re.Match[str], now: datetime) -> Asked:
    """The gym is every monday now; what is told of a name, and not wished for, is asked for.

    But mum's party every monday is one to be added.
    """
    if is_whose(match):
        if REMINDS.search(match["target"]):
            return None
        told = _ruled(match["phrase"], now)
        if isinstance(told, Change) and told.target != It():
            return None
    asked = _ruled(f"{match['target']} {match['phrase']}", now)
    if not isinstance(asked, Change) or not isinstance(asked.target, Named):
        return asked
    return replace(asked, sure=bool(match.groupdict().get("sure")), by_title=True)


def rule_alone(match: re.Match[str], now: datetime) -> Asked:
    """Every other week: said of what was just talked about."""
    asked = _ruled(match[0], now)
    return asked if isinstance(asked, Change) and asked.target == It() else None


def move_series(match: re.Match[str], now: datetime) -> Asked:
    """Move the series to fridays, or by a day: all that are to come."""
    target, phrase = _target(match.groupdict().get("target"), now), match["phrase"]
    for words in (phrase, f"every {phrase}"):
        asked = _ruled(words, now)
        if isinstance(asked, Refuse):
            return asked
        if asked and asked.target == It():
            return _change(target, replace(asked.edit, series=True))
    moved = edit_of(f"it to {phrase}", now) or edit_of(f"it {phrase}", now)
    if not isinstance(moved, Change):
        return moved
    return _change(target, replace(moved.edit, series=True))


def _ruled(phrase: str, now: datetime) -> Change | Refuse | None:
    """The rule in ``phrase``, the time beside it, and the task that the other words name."""
    phrase = A_KIND.sub(r"as \g<0>", FROM_DAY.sub("", phrase))
    repetition = dates.read_repetition(phrase, now)
    if repetition is None:
        return None
    if repetition.repeat is None:
        return Refuse(f"{repetition.fault} Nothing has changed.")
    rest, reading = dates.read_end(repetition.rest, now)
    if reading.fault:
        return Refuse(f"{reading.fault} Nothing has changed.")
    words = rest.strip(" ,").split()
    while words and words[-1].strip(",").lower() in ENDS_LOOSE:
        words.pop()
    edit = Edit(repeats=repetition.repeat, when=reading.when)
    return _change(_target(" ".join(words), now), edit)


def ask_how_often(match: re.Match[str], now: datetime) -> Change:
    return _change(_target(match.groupdict().get("target"), now), Edit(missing="rule"))


def end(match: re.Match[str], now: datetime) -> Change:
    return _change(_target(match.groupdict().get("target"), now), Edit(clear="repeats"))


def skip(match: re.Match[str], now: datetime) -> Asked:
    """Skip this week's gym, no gym on friday: the one that is due then, and only that."""
    said = match.groupdict()
    period = said.get("when") or said.get("of_when") or ""
    if not _is_next(period) and _days(period, now) is None:
        return None
    edit = Edit(skip="skip", within=_days(period, now))
    return _change(_target(said.get("target"), now), edit)


def cancel_one(match: re.Match[str], now: datetime) -> Asked:
    """Cancel this week's gym: it is skipped or, if it does not repeat, deleted."""
    skipped, deleted = skip(match, now), read_change(match[0], now)
    if not isinstance(skipped, Change) or not isinstance(deleted, Change):
        return None
    return replace(skipped, otherwise=deleted) if isinstance(skipped.target, Named) else None


def move_one(match: re.Match[str], now: datetime) -> Asked:
    """Move this week's gym to friday: the series stays where it is."""
    moved = edit_of(f"{match['target']} {match['phrase']}", now)
    if not isinstance(moved, Change):
        return moved
    return replace(moved, edit=replace(moved.edit, within=_days(match["of_when"], now)))


def _is_next(period: str) -> bool:
    return bool(ANY_NEXT.fullmatch(period.removesuffix("'s").strip()))


def _days(period: str, now: datetime) -> tuple[date, date, str] | None:
    if _is_next(period):
        return None
    first, last, label = read_period(period.removesuffix("'s"), now) or (None, now.date(), "")
    return (first, last, label) if first else None


def pause(match: re.Match[str], now: datetime) -> Asked:
    """Pause the gym until may, for two weeks."""
    said = match.groupdict()
    target = _target(said.get("target"), now)
    length, until = said.get("length"), said.get("until")
    if not length and not until:
        return _change(target, Edit(missing="until"))
    day = paused_until(f"in {length}" if length else until or "", now)
    return _change(target, Edit(skip=f"pause until {day}")) if day else None


def paused_until(text: str, now: datetime) -> date | None:
    """The day of "may", "june 30", "in two weeks", "next week"."""
    if period := PERIOD.fullmatch(text):
        found = read_period(f"{period['which']} {period['unit']}", now)
        return found and found[0]
    return dates.read_last_day(text, now) or dates.read(text, now).when.day


def resume(match: re.Match[str], now: datetime) -> Change:
    return _change(_target(match.groupdict().get("target"), now), Edit(skip="resume"))


def how_often(match: re.Match[str], now: datetime) -> AskRule:
    return AskRule(_target(match["target"], now), "rule")


def when_next(match: re.Match[str], now: datetime) -> AskRule:
    return AskRule(_target(match.groupdict().get("target"), now), "next")


def what_repeats(_match: re.Match[str], _now: datetime) -> AskRule:
    return AskRule(None, "rule")


HINT = any_of(
    r"repe[at]|recur|series|every|each|skip|pause|resume|hold|next|often|again|once|one-?(?:off|time)"
    r"|\bno |cancel|drop|delete|remove|leave out|suspend|freeze|week's|month's|day's|morrow's"
    r"|this (?:week|month|time)"
    r"|ly\b|days\b|ends\b|finish|done|habit|routine"
)
"""Each of the sentences has one of these words in it."""
ANY_NEXT = any_of(
    r"(?:only |just )?(?:the |this |that )?(?:next|coming|time|once|one)?(?: time| one)?"
)
PERIOD = any_of(r"(?P<which>next|the coming) (?P<unit>week|month|year)")
DAY = (
    rf"(?:today|tonight|tomorrow|(?:next |this |on )?(?:{WEEKDAY})"
    "|(?:this|next) (?:week|month|year))"
)
NAMES = {
    "task": r"(?P<target>[\"“][^\"”]{1,250}[\"”]|.{1,250}?)",
    "no_pronoun": r"(?!(?:i|we|you|they|there|that|it'll)\b)",
    "phrase": r"(?P<phrase>.{1,400})",
    "of_when": rf"(?P<of_when>(?:{DAY}'s|(?:the |this )?(?:next|coming)))",
    "when": rf"(?P<when>{DAY}|this time|this once|once|the next (?:one|time)|next time)",
    "single": r"(?:(?:only |just )?once|an? one-?(?:off|time)(?: \w{1,10})?"
    r"|(?:non-?|not )recurring|single)",
    "does_not": r"(?:(?:does|do|should|need)(?:n't| not))",
    "i_will_not": r"(?:i|we) ?(?:won't|will not|can't|cannot|(?:'m|'re| am| are) not going to)",
    "again": r"(?:any ?more|any longer|again|now|from now on|after all|please)",
    "set": r"(?:make|set|change|turn|switch|put|update|have|let)",
    "stop": r"(?:stop|quit|end|cancel|remove|clear|drop|delete|turn off|kill)",
    "series": r"(?:series|repetition|repetitions|repeat|repeats|recurrence|repeating|recurring"
    r"|rule|schedule)",
    "only": r"(?:only|just)",
    "move": r"(?:move|shift|push|change|switch|set|put|reschedule)",
    "whole": r"(?:whole|entire|full)",
    "are": r"(?P<sure> (?:should|shall|must|has to|needs to)(?: be)?"
    r"(?: done| happen| repeat| come)?|(?:'s|'re| is| are) now)?(?(sure)|(?:'s|'re| is| are"
    r"| happens| comes| repeats| recurs| takes place))(?: now)?",
    "of": r"(?:of|for|on|from|with)",
    "length": r"(?P<length>(?:an?|one|two|three|four|five|six|\d{1,3}) (?:day|week|month)s?)",
    "until": r"(?P<until>.{2,60})",
    "tasks": r"(?:tasks?|todos?|to-dos?|ones|items|things|habits|chores|reminders|stuff)",
    "repeating": r"(?:repeating|recurring|regular|repeated)",
    "repeats": r"(?:repeat|repeats|recur|recurs|(?:is|are) (?:repeating|recurring|on repeat)"
    r"|comes? (?:back|again))",
    "come": r"(?:repeat|recur|come(?: back| up| again)?|happen|be done|repeated|repeating|recurring"
    r"|due|done|coming|to be done|scheduled)",
    "alone": r"(?:every|each|once|weekly|daily|monthly|yearly|annually|fortnightly|quarterly"
    r"|everyday|on (?:weekdays|weekends|\w{3,6}days)|\w{1,12} \w{3,6} after)\b.{0,300}",
}
RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], Asked]]]
RULES = rules(
    NAMES,
    (
        what_repeats,
        """
            what [all] {repeats}
            (what|which) [of my|of the|of] {tasks} [of mine] {repeats}
            [(show|list|see|give) [me]] [all] [my|the|any] {repeating} {tasks}
            (what are|what're|do i have|which are) [all] [my|the|any] {repeating} {tasks}
            (show|list|see) [me] (what|everything that|all that|tasks that) {repeats}
            (what|which) {repeating} {tasks} (do i have|are there|have i got)
            [is|do i have] anything {repeating}
            do i have anything that {repeats}
            what [do] i have on repeat
        """,
    ),
    (
        how_often,
        """
            how (often|frequently) (does|do|is|are|should|shall|must|will) {task} [{come}]
            how (often|frequently) (do|must|should|shall) i [have to|need to] {task}
            (does|do) {task} {come} [at all|regularly]
            (is|are) {task} {repeating}
            what('s| is) the {series} {of} {task}
            (on|in) (what|which) days (does|do|is) {task} {come}
            when does {task} (repeat|recur)
        """,
    ),
    (
        when_next,
        """
            when do i [have to|need to] [do] {task} (next|again)
            when['s| is| are] the (next|following) (one|time)
            when['s| is| are] the next {task} [due]
            when['s| is| are| do| does] {task} (due|come|happen|be|back|on) (next|again) [time]
            when['s| is| are] {task} next [due]
            what('s| is) the next (day|date|time) (of|for) {task}
        """,
    ),
    (
        end,
        """
            {stop} (repeating|recurring) [{task}] [{again}]
            {stop} {task} (from|to) (repeating|recurring) [{again}]
            {stop} [the|its] [{whole}] {series} [{of} {task}] [{again}]
            {stop} (the|my) {task} (series|repetition|recurrence|repeat|schedule)
            {stop} {task}'s (series|repetition|recurrence|repeat|schedule)
            (don't|do not|never) (repeat|recur) [{task}] [{again}]
            (don't|do not) (let|have|make) {task} (repeat|recur|come back|come again) [{again}]
            {no_pronoun}{task} {does_not} [need to|have to] (repeat|recur|come back) [{again}]
            {no_pronoun}{task} (no longer|never) (repeats|recurs|needs to repeat) [{again}]
            (make|turn|set) {task} [to] (not|non) (repeat|recur|repeating|recurring)
            no [more] (repeating|repeats|repetition) [(for|of) {task}] [{again}]
            (un-repeat|unrepeat) {task}
        """,
    ),
    (end, "(make|turn|set) {task} [into|to|as|to be|happen] {single}"),
    (
        pause,
        """
            (pause|suspend|freeze) [{task}] for [the next] {length}
            (pause|suspend|freeze) [{task}] (until|till|til) {until}
            put {task} on (hold|pause|ice) for [the next] {length}
            put {task} on (hold|pause|ice) (until|till|til) {until}
            (pause|suspend|freeze) [{task}]
            put {task} on (hold|pause|ice)
        """,
    ),
    (
        resume,
        """
            (resume|unpause|un-pause|unfreeze) [with|repeating] [{task}] [{again}]
            (start|continue) repeating {task} [{again}]
            take {task} off hold
        """,
    ),
    (
        skip,
        """
            skip [{only}] {of_when} {task}
            skip {task} [{only}] [for] {when}
            skip [{only}] [(this|that) (one|time)|it|once]
            skip [{only}] {task}
            (leave out|miss) [{only}] {of_when} {task}
            (leave out|miss) {task} [{only}] [for] {when}
            no {task} {when}
            {i_will_not} (do|make|manage|be at|go to) {task} {when}
        """,
    ),
    (
        cancel_one,
        """
            (cancel|drop|delete|remove) [{only}] {of_when} {task}
            (cancel|drop|delete|remove) {task} [{only}] [for] {when}
        """,
    ),
    (
        move_series,
        """
            {move} [the|its] [{whole}] series [{of} {task}] (to|on|onto) {phrase}
            {move} [the|its] [{whole}] series [{of} {task}] {phrase}
            {move} (the|my) [{whole}] {task} series [to|onto] {phrase}
            {move} (all|every) [the|my|future|coming|of the] {task} (to|onto) {phrase}
        """,
    ),
    (move_one, "{move} [{only}] {of_when} {task} {phrase}"),
    (
        ask_how_often,
        """
            {set} {task} [to] (repeat|recur|recurring|repeating)
            (turn|make) {task} (into a|a) {repeating} (task|one|thing)
        """,
    ),
    (
        set_rule,
        """
            {set} {phrase}
            {move} {phrase}
            (repeat|schedule) {phrase}
        """,
    ),
    (state_rule, "{no_pronoun}{task}{are} {phrase}"),
    (rule_alone, "[make (it|that)|and|but|rather|better|no,] {alone}"),
)
