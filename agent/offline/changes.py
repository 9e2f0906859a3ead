"""Sentences that change tasks, understood: "mark it as done", "move the report to monday"."""

import re
from collections.abc import Callable
from datetime import datetime

from agent.offline.drafts import read_title
from agent.offline.editing import edit_of
from agent.offline.intents import Change, Edit, It, Named, Numbers, Priority, Refuse, Target, Unnamed
from agent.offline.past import base_of
from agent.offline.priorities import read_level
from agent.offline.targets import read_target

Read = Callable[[re.Match[str], datetime], "Change | Refuse | None"]
Rules = list[tuple[re.Pattern[str], Read]]

DONE = r"(?:done|complete|completed|finished|sorted|handled|dealt with|taken care of|accomplished)"
BE = r"(?:is|are|was|were|'s|has been|have been|got)"
NOT = r"(?:isn't|is not|aren't|are not|wasn't|was not|weren't|were not|hasn't been|has not been)"
I_HAVE = r"(?:(?:i|we)(?:'m| am|'ve| have| had|'re| are)? |(?:i|we) )"
SOON = r"(?:(?:just|already|finally|now|also|actually|really) )*"
DUE = r"(?:due date|due day|due time|deadline|date|due|time)"


def _rule(pattern: str, read: Read) -> tuple[re.Pattern[str], Read]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL), read


def read_change(text: str, now: datetime) -> Change | Refuse | None:
    """The change that one sentence asks for; None when it asks for none."""
    return _first(RULES, text, now)


def read_note(text: str, now: datetime) -> Change | Refuse | None:
    """The same for what begins like adding a task: "add a note to the report: …"."""
    return _first(ADDITIONS, text, now)


def _first(rules: Rules, text: str, now: datetime) -> Change | Refuse | None:
    for pattern, read in rules:
        match = pattern.fullmatch(text)
        if match and (change := read(match, now)):
            return change
    return None


def _target(match: re.Match[str], now: datetime) -> Target:
    return read_target(match.groupdict().get("target") or "", now)


def _it_or(target: Target) -> Target:
    """What is not named is what was just talked about."""
    return It() if target == Unnamed() else target


def _complete(match: re.Match[str], now: datetime) -> Change:
    return Change("complete_task", _target(match, now))


def _complete_it(match: re.Match[str], now: datetime) -> Change:
    return Change("complete_task", It())


def _complete_pointed(match: re.Match[str], now: datetime) -> Change | None:
    """ "Finish 2" is said to the assistant, "finish the report" is a thing to do."""
    target = _target(match, now)
    return None if isinstance(target, Named | Unnamed) else Change("complete_task", target)


def _past(match: re.Match[str], now: datetime) -> Change | None:
    """ "I bought the milk" completes "Buy milk"."""
    verb = base_of(match["verb"], alone=not match["who"])
    if not verb:
        return None
    target = read_target(match["target"], now)
    if isinstance(target, Named):
        target = Named(target.words if verb == "do" else f"{verb} {target.words}")
    return Change("complete_task", target)


def _reopen(match: re.Match[str], now: datetime) -> Change:
    target = _target(match, now)
    return Change("reopen_task", It() if target == Unnamed() else target)


def _delete(match: re.Match[str], now: datetime) -> Change:
    return Change("delete_task", _target(match, now))


def _rename(match: re.Match[str], now: datetime) -> Change:
    title = read_title(match.groupdict().get("title") or "")
    target = _it_or(_target(match, now))
    if not title:
        return Change("update_task", target, Edit(missing="title"))
    return Change("update_task", target, Edit(title=title))


def _rename_it(match: re.Match[str], now: datetime) -> Change:
    return Change("update_task", It(), Edit(title=read_title(match["title"])))


def _note(match: re.Match[str], now: datetime) -> Change:
    note = (match.groupdict().get("note") or "").strip(' \t"“”')
    target = _target(match, now)
    target = _it_or(target)
    return Change("update_task", target, Edit(note=note) if note else Edit(missing="note"))


def _clear(match: re.Match[str], now: datetime) -> Change:
    time_only = match["what"].lower() in ("time", "due time")
    target = _target(match, now)
    edit = Edit(clear="due_time" if time_only else "due_date")
    return Change("update_task", _it_or(target), edit)


def _move(match: re.Match[str], now: datetime) -> Change | Refuse:
    """ "Move the report to monday"; if no day is said, it has to be asked for."""
    phrase = match["phrase"]
    edited = edit_of(phrase, now)
    if edited:
        return edited
    target = re.sub(r" (?:back|forward|out|off|later|earlier)$", "", phrase, flags=re.IGNORECASE)
    return Change("update_task", read_target(target, now), Edit(missing="when"))


def _set(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    """ "Make it friday", "set milk to high"; but "make dinner at 6" is a thing to do."""
    edited = edit_of(match["phrase"], now)
    if not isinstance(edited, Change) or not isinstance(edited.target, Named):
        return edited
    says_so = edited.edit.priority or re.search(SETS, match["phrase"], re.IGNORECASE)
    return edited if says_so else None


def _is(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    return edit_of(f"{match['target']} {match['phrase']}", now)


def _set_due(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    """ "Set the due date of milk to friday"."""
    return edit_of(f"{match.groupdict().get('target') or 'it'} to {match['phrase']}", now)


def _no_due_said(match: re.Match[str], now: datetime) -> Change:
    return Change("update_task", _target(match, now), Edit(missing="when"))


def _add_due(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    return _set_due(match, now) if match["phrase"] else _no_due_said(match, now)


def _set_priority(match: re.Match[str], now: datetime) -> Change | None:
    level = read_level(match["level"])
    target = _target(match, now)
    target = _it_or(target)
    return Change("update_task", target, Edit(priority=level)) if level else None


def _new_priority(level: Priority) -> Read:
    def read(match: re.Match[str], now: datetime) -> Change:
        target = _target(match, now)
        return Change("update_task", _it_or(target), Edit(priority=level))

    return read


def _correct(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    """A date or priority alone is about the task just talked about; a mere day is not."""
    edited = edit_of(match["phrase"], now)
    if isinstance(edited, Change) and not isinstance(edited.target, It | Numbers):
        return None
    return edited


def _correct_alone(match: re.Match[str], now: datetime) -> Change | Refuse | None:
    """ "By friday", "6pm", "high priority"; "friday" alone rather asks what there is to do."""
    edited = _correct(match, now) if re.search(r"\w", match[0]) else None
    if not isinstance(edited, Change):
        return None
    edit = edited.edit
    said = edit.priority or edit.shift or edit.when.at or isinstance(edited.target, Numbers)
    return edited if said or re.match(r"(?:by|at|on|due|for|until)\b", match[0], re.I) else None


T = r"(?P<target>[\"“][^\"”]+[\"”]|.+?)"
SETS = r"\b(?:due|to|for|until)\b"
THE = r"(?:the |its |that |a )?"
OF = r"(?: (?:of|from|for|on) (?P<target>.+?))?"
POINTED = (
    r"(?P<target>it|that|this|(?:number|task|no\.?|#)?\s*\d+"
    r"|the (?:first|second|third|fourth|fifth|last)(?: one)?)"
)
ENDING = r"(?: (?:yet|after all|though|again|now|too|as well|already|today|yesterday))*"
CORRECTION = (
    r"(?:(?:no|actually|sorry|rather|i meant|i mean|make that|better|it's|that's|it is"
    r"|as|but|with|and)[,\s]+)+"
)

ADDITIONS: Rules = [
    _rule(
        r"(?:add|attach|write|put|leave|make) (?:an? |the |this |another )?notes? "
        r"(?:to|for|on|in) (?P<target>[^:]+?)"
        r"\s*(?:(?::|,? (?:saying|that says|that)\s)\s*(?P<note>.+))?",
        _note,
    ),
    _rule(
        r"(?:add (?:a )?)?notes? (?:for|on|to) (?!self|myself)(?P<target>[^:]+):\s*(?P<note>.+)",
        _note,
    ),
    _rule(r"(?:add|attach|make) (?:an? )?note(?:\s*:| that| saying)\s*(?P<note>.+)", _note),
    _rule(
        r"(?:add|put) (?P<note>.+?) (?:as an? note|to the notes) (?:to|of|for|on) "
        r"(?P<target>.+)",
        _note,
    ),
    _rule(
        rf"add (?:an? |the )?(?:due date|deadline) (?:to|for) {T}"
        r"(?:(?: of|\s*:) (?P<phrase>.+))?",
        _add_due,
    ),
]
RULES: Rules = [
    # dates and priorities taken away
    _rule(rf"(?:remove|clear|delete|drop|unset|cancel) {THE}(?P<what>{DUE}){OF}", _clear),
    _rule(rf"(?:remove|clear|unset) {T}'s (?P<what>{DUE})", _clear),
    _rule(rf"(?:with )?(?:no|without(?: an?)?) (?P<what>due date|deadline|date){OF}", _clear),
    _rule(rf"(?:remove|clear|drop|reset|unset) {THE}priority{OF}", _new_priority("none")),
    # titles
    _rule(rf"(?:rename|retitle) {T}(?: (?:to|as|into) (?P<title>.+))?", _rename),
    _rule(rf"change {THE}(?:title|name)(?: of {T})? to (?P<title>.+)", _rename),
    _rule(rf"(?:call|name) {POINTED} (?!a day$)(?P<title>.+)", _rename),
    _rule(rf"{T} should (?:be called|be named|say|read) (?P<title>.+)", _rename),
    # priorities and dates, by name
    _rule(
        rf"(?:set|change|make|update) {THE}priority(?: (?:of|for|on) {T})? (?:to |as )?(?P<level>.+)",
        _set_priority,
    ),
    _rule(rf"(?:raise|increase|bump(?: up)?) {THE}priority{OF}", _new_priority("high")),
    _rule(rf"(?:lower|reduce|decrease) {THE}priority{OF}", _new_priority("low")),
    _rule(rf"prioriti[sz]e {T}", _new_priority("high")),
    _rule(rf"deprioriti[sz]e {T}", _new_priority("low")),
    _rule(rf"give {T} (?P<level>(?:an? )?\w+ priority)", _set_priority),
    _rule(
        rf"(?:set|change|update|move|make|add|put) {THE}(?:due )?{DUE} (?:of|for|on|to) "
        rf"{T}(?: to| as|\s*:) (?P<phrase>.+)",
        _set_due,
    ),
    _rule(rf"(?:set|change|update|move) {THE}{DUE}\s*(?:to|as|:|for|on) (?P<phrase>.+)", _set_due),
    _rule(
        rf"(?:set|change|add) (?:the |an? )?(?:due date|deadline)(?: (?:to|of|for) {T})?",
        _no_due_said,
    ),
    _rule(rf"give {T} (?:an? )?{DUE} (?:of|on|:)?\s*(?P<phrase>.+)", _set_due),
    # open again
    _rule(
        r"(?:re-?open|un-?check|un-?tick|un-?complete|un-?mark|un-?finish)\s*(?P<target>.*)",
        _reopen,
    ),
    _rule(
        rf"(?:mark|set) {T} (?:back )?(?:as |to )?"
        rf"(?:not {DONE}|undone|open|incomplete|unfinished|to-?do|pending){ENDING}",
        _reopen,
    ),
    _rule(rf"{T}(?:'s not| {NOT}) {SOON}{DONE}{ENDING}", _reopen),
    _rule(
        rf"(?:i|we) (?:haven't|have not|hadn't|didn't|did not|'m not|am not) {SOON}"
        rf"(?:done|do|finish(?:ed)?|completed?) (?:with )?{T}{ENDING}",
        _reopen,
    ),
    _rule(rf"open {T} again", _reopen),
    _rule(
        r"undo (?:that |the |this )?(?:completion|completing) (?:of )?(?P<target>.+)",
        _reopen,
    ),
    _rule(r"(?P<target>)not (?:done|finished)(?: yet)?", _reopen),
    # done
    _rule(rf"mark (?:as )?{DONE}", _complete_it),
    _rule(
        rf"(?:mark|set|flag|tick|check|cross) (?:off )?{T} (?:off )?(?:as |to )?{DONE}{ENDING}",
        _complete,
    ),
    _rule(rf"(?:mark|tick|check|cross|strike) (?:off|out) {T}{ENDING}", _complete),
    _rule(rf"(?:mark|tick|check|cross) {T} off(?: (?:my|the) list)?", _complete),
    _rule(r"(?:complete|tick) (?P<target>.+)", _complete),
    _rule(r"(?:finish|close|resolve|do) (?P<target>.+)", _complete_pointed),
    _rule(
        rf"(?:{I_HAVE})?{SOON}(?:all )?(?:done|finished|completed) (?:with |doing )?{T}{ENDING}",
        _complete,
    ),
    _rule(
        rf"(?:(?:{I_HAVE})?{SOON}{DONE}|(?:i )?did (?:it|that)|i did|(?:it|that)'s {DONE})(?: with (?:it|that))?{ENDING}",
        _complete_it,
    ),
    _rule(
        rf"(?!(?:get|have|i|we|you|to|not|well)\s){T}(?:'s| {BE})? {SOON}(?:all )?{DONE}{ENDING}",
        _complete,
    ),
    _rule(rf"(?P<who>{I_HAVE})?{SOON}(?P<verb>\w+) (?P<target>.+?){ENDING}", _past),
    _rule(rf"(?P<target>.+?) (?P<who>{BE}) {SOON}(?P<verb>\w+){ENDING}", _past),
    # away with it
    _rule(
        r"(?:delete|remove|erase|discard|scrap|trash|get rid of|drop(?! off)|cancel|clear"
        r"|forget(?: about)?)(?: (?P<target>.+))?",
        _delete,
    ),
    _rule(rf"take {T} off(?: (?:my|the) list)?", _delete),
    _rule(
        rf"(?:i|we) (?:no longer|don't|do not) (?:need|want|have) (?:to )?{T} any\s?more",
        _delete,
    ),
    _rule(rf"(?:i|we) no longer (?:need|want|have) (?:to )?{T}", _delete),
    # dates and priorities, by what follows
    _rule(
        r"(?:re-?schedule|postpone|delay|defer|snooze|move|push(?: back)?|shift|put off"
        r"|bring forward) (?P<phrase>.+)",
        _move,
    ),
    _rule(r"bring (?P<phrase>.+? forward.*)", _move),
    _rule(r"(?:make|set|change|update|mark|flag|put|turn|edit) (?P<phrase>.+)", _set),
    _rule(rf"(?:change|turn|edit|update|correct) {T} (?:to|into) (?P<title>.+)", _rename),
    _rule(r"make (?:it|that) (?P<title>.+?) instead", _rename_it),
    _rule(rf"{CORRECTION}(?P<phrase>.+)", _correct),
    _rule(r"(?P<phrase>.+)", _correct_alone),
    _rule(
        rf"(?!(?:i|we|you|there|here)\s){T}(?:'s| (?:is|are|should be|must be|has to be|needs to be))"
        r" (?:now )?(?P<phrase>.+)",
        _is,
    ),
    _rule(r"i mean(?:t)? (?P<title>.+)", _rename_it),
]
