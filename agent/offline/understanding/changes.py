"""Sentences that change tasks, understood: "mark it as done", "move the report to monday"."""

import re
from datetime import datetime

from agent.offline.intents import Change, Refuse
from agent.offline.understanding import change_readers as readers
from agent.offline.understanding.change_readers import Read

Rules = list[tuple[re.Pattern[str], Read]]

DONE = r"(?:done|complete|completed|finished|sorted|handled|dealt with|taken care of|accomplished)"
BE = r"(?:is|are|was|were|'s|has been|have been|got)"
NOT = r"(?:isn't|is not|aren't|are not|wasn't|was not|weren't|were not|hasn't been|has not been)"
I_HAVE = r"(?:i|we)(?:'?m| am|'?ve| have| had|'re| are)? "
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


TASK = r"(?P<target>[\"“][^\"”]+[\"”]|.+?)"
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
        readers.note,
    ),
    _rule(
        r"(?:add (?:a )?)?notes? (?:for|on|to) (?!self|myself)(?P<target>[^:]+):\s*(?P<note>.+)",
        readers.note,
    ),
    _rule(r"(?:add|attach|make) (?:an? )?note(?:\s*:| that| saying)\s*(?P<note>.+)", readers.note),
    _rule(
        r"(?:add|put) (?P<note>.+?) (?:as an? note|to the notes) (?:to|of|for|on) "
        r"(?P<target>.+)",
        readers.note,
    ),
    _rule(
        rf"add (?:an? |the )?(?:due date|deadline) (?:to|for) {TASK}"
        r"(?:(?: of|\s*:) (?P<phrase>.+))?",
        readers.add_due,
    ),
]
RULES: Rules = [
    # dates and priorities taken away
    _rule(rf"(?:remove|clear|delete|drop|unset|cancel) {THE}(?P<what>{DUE}){OF}", readers.clear),
    _rule(rf"(?:remove|clear|unset) {TASK}'s (?P<what>{DUE})", readers.clear),
    _rule(
        rf"(?:with )?(?:no|without(?: an?)?) (?P<what>due date|deadline|date){OF}", readers.clear
    ),
    _rule(rf"(?:remove|clear|drop|reset|unset) {THE}priority{OF}", readers.new_priority("none")),
    # titles
    _rule(rf"(?:rename|retitle) {TASK}(?: (?:to|as|into|->|→) (?P<title>.+))?", readers.rename),
    _rule(rf"change {THE}(?:title|name)(?: of {TASK})? to (?P<title>.+)", readers.rename),
    _rule(rf"(?:call|name) {POINTED} (?!a day$)(?P<title>.+)", readers.rename),
    _rule(rf"{TASK} should (?:be called|be named|say|read) (?P<title>.+)", readers.rename),
    # priorities and dates, by name
    _rule(
        rf"(?:set|change|make|update) {THE}priority(?: (?:of|for|on) {TASK})?"
        r" (?:to |as )?(?P<level>.+)",
        readers.set_priority,
    ),
    _rule(
        rf"(?:set|change|make|update) {TASK}'s priority (?:to |as )?(?P<level>.+)",
        readers.set_priority,
    ),
    _rule(
        rf"(?:set|change|make|update|move) {TASK}'s {DUE} (?:to |as |for )?(?P<phrase>.+)",
        readers.set_due,
    ),
    _rule(rf"change {TASK}'s (?:title|name) to (?P<title>.+)", readers.rename),
    _rule(rf"(?:raise|increase|bump(?: up)?) {THE}priority{OF}", readers.new_priority("high")),
    _rule(rf"(?:lower|reduce|decrease) {THE}priority{OF}", readers.new_priority("low")),
    _rule(rf"prioriti[sz]e {TASK}", readers.new_priority("high")),
    _rule(rf"deprioriti[sz]e {TASK}", readers.new_priority("low")),
    _rule(rf"give {TASK} (?P<level>(?:an? )?\w+ priority)", readers.set_priority),
    _rule(
        rf"(?:set|change|update|move|make|add|put) {THE}(?:due )?{DUE} (?:of|for|on|to) "
        rf"{TASK}(?: to| as|\s*:) (?P<phrase>.+)",
        readers.set_due,
    ),
    _rule(
        rf"(?:set|change|update|move) {THE}{DUE}\s*(?:to|as|:|for|on) (?P<phrase>.+)",
        readers.set_due,
    ),
    _rule(
        rf"(?:set|change|add) (?:the |an? )?(?:due date|deadline)(?: (?:to|of|for) {TASK})?",
        readers.no_due_said,
    ),
    _rule(rf"give {TASK} (?:an? )?{DUE} (?:of|on|:)?\s*(?P<phrase>.+)", readers.set_due),
    # open again
    _rule(
        r"(?:re-?open|un-?check|un-?tick|un-?complete|un-?mark|un-?finish)\s*(?P<target>.*)",
        readers.reopen,
    ),
    _rule(
        rf"(?:mark|set) {TASK} (?:back )?(?:as |to )?"
        rf"(?:not {DONE}|undone|open|incomplete|unfinished|to-?do|pending){ENDING}",
        readers.reopen,
    ),
    _rule(rf"{TASK}(?:'s not| not| {NOT})(?: yet)? {SOON}{DONE}{ENDING}", readers.reopen),
    _rule(
        rf"(?:i|we) (?:haven't|have not|hadn't|didn't|did not|'m not|am not) {SOON}"
        rf"(?:done|do|finish(?:ed)?|completed?) (?:with )?{TASK}{ENDING}",
        readers.reopen,
    ),
    _rule(rf"open {TASK} again", readers.reopen),
    _rule(
        r"undo (?:that |the |this )?(?:completion|completing) (?:of )?(?P<target>.+)",
        readers.reopen,
    ),
    _rule(r"(?P<target>)not (?:done|finished)(?: yet)?", readers.reopen),
    # done
    _rule(rf"mark (?:as )?{DONE}", readers.complete_it),
    _rule(
        rf"(?:mark|set|flag|tick|check|cross) (?:off )?{TASK} (?:off )?(?:as |to )?{DONE}{ENDING}",
        readers.complete,
    ),
    _rule(rf"(?:mark|tick|check|cross|strike) (?:off|out) {TASK}{ENDING}", readers.complete),
    _rule(rf"(?:mark|tick|check|cross) {TASK} off(?: (?:my|the) list)?", readers.complete),
    _rule(r"(?:complete|tick) (?P<target>.+)", readers.complete),
    _rule(r"do (?P<phrase>.+)", readers.correct),
    _rule(r"(?:finish|close|resolve|do) (?P<target>.+)", readers.complete_pointed),
    _rule(
        rf"(?:{I_HAVE})?{SOON}(?:all )?(?:done|finished|completed) (?:with |doing )?{TASK}{ENDING}",
        readers.complete,
    ),
    _rule(
        rf"(?:(?:{I_HAVE})?{SOON}{DONE}(?: with (?:it|that))?|(?:i )?did (?:it|that)|i did"
        rf"|(?:it|that)'s {DONE}){ENDING}",
        readers.complete_it,
    ),
    _rule(
        rf"(?!(?:get|have|i|we|you|to|not|well) ){TASK}"
        rf"(?:'s| {BE})? {SOON}(?:all )?{DONE}{ENDING}",
        readers.complete,
    ),
    _rule(rf"(?P<who>{I_HAVE})?{SOON}(?P<verb>\w+) (?P<target>.+?){ENDING}", readers.complete_past),
    _rule(rf"(?P<target>.+?) (?P<who>{BE}) {SOON}(?P<verb>\w+){ENDING}", readers.complete_past),
    # away with it
    _rule(
        r"(?:delete|remove|erase|discard|scrap|trash|get rid of|drop(?! off)|cancel|clear"
        r"|forget(?: about)?)(?: (?P<target>.+))?",
        readers.delete,
    ),
    _rule(
        r"(?:reset|purge|wipe|start over)(?: (?:everything|all|it all|my list))?",
        readers.delete_all,
    ),
    _rule(rf"take {TASK} off(?: (?:my|the) list)?", readers.delete),
    _rule(
        rf"(?:i|we) (?:no longer|don't|do not) (?:need|want|have) (?:to )?{TASK} any\s?more",
        readers.delete,
    ),
    _rule(rf"(?:i|we) no longer (?:need|want|have) (?:to )?{TASK}", readers.delete),
    # dates and priorities, by what follows
    _rule(
        r"(?:re-?schedule|postpone|delay|defer|snooze|move|push(?: back)?|shift|put off"
        r"|bring forward) (?P<phrase>.+)",
        readers.move,
    ),
    _rule(r"bring (?P<phrase>.+? forward.*)", readers.move),
    _rule(r"(?:make|set|change|update|mark|flag|put|turn|edit) (?P<phrase>.+)", readers.make),
    _rule(rf"(?:change|turn|edit|update|correct) {TASK} (?:to|into) (?P<title>.+)", readers.rename),
    _rule(r"make (?:it|that) (?P<title>.+?) instead", readers.rename_it),
    _rule(rf"{CORRECTION}(?P<phrase>.+)", readers.correct),
    _rule(r"(?P<phrase>.+)", readers.correct_alone),
    _rule(
        rf"(?!(?:i|we|you|there|here)\b){TASK}"
        r"(?:'s| (?:is|are|should be|must be|has to be|needs to be)) (?:now )?(?P<phrase>.+)",
        readers.state,
    ),
    _rule(r"i mean(?:t)? (?P<title>.+)", readers.rename_it),
]
