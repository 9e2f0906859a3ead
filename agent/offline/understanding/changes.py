"""Sentences that change tasks, understood: "mark it as done", "move the report to monday"."""

import re
from datetime import datetime

from agent.offline import lexicon
from agent.offline.intents import Change, Refuse
from agent.offline.templates import template
from agent.offline.understanding import change_readers as readers
from agent.offline.understanding.change_readers import Read

Rules = list[tuple[re.Pattern[str], Read]]
NAMES = {
    # slots
    "task": r"(?P<target>[\"“][^\"”]{1,250}[\"”]|.{1,250}?)",
    "title": r"(?P<title>.{1,600})",
    "note": r"\s?(?P<note>.{1,10000})",
    "phrase": r"(?P<phrase>.{1,600})",
    "level": r"(?P<level>.{1,40})",
    "verb": r"(?P<verb>[^\W_]{2,20})",
    "due": rf"(?P<what>{lexicon.DUE})",
    "pointed": r"(?P<target>it|that|this|(?:number|task|no\.?|#)? ?\d{1,3}"
    r"|the (?:first|second|third|fourth|fifth|last)(?: one)?)",
    "level_priority": r"(?P<level>(?:an? )?\w{1,20} priority)",
    # words
    "due_date": lexicon.DUE,
    "done": lexicon.DONE,
    "be": lexicon.BE,
    "who_is": rf"(?P<who>{lexicon.BE})",
    "i_have": lexicon.I_HAVE,
    "who_i": rf"(?P<who>{lexicon.I_HAVE})",
    "not": lexicon.NOT,
    "soon": lexicon.SOON,
    "ending": lexicon.ENDING,
    "no_doer": r"(?!(?:get|have|i|we|you|to|not|well) )",
    "no_statement": r"(?!(?:i|we|you|there|here)\b)",
    "no_day": r"(?!a day$)",
    "undone": rf"(?:not {lexicon.DONE}|undone|open|incomplete|unfinished|to-?do|pending)",
    "i_have_not": r"(?:i|we)(?: haven't| have not| hadn't| didn't| did not|'m not| am not)",
    "attach": r"(?:add|attach|write|put|leave|make)",
    "postpone": r"(?:re-?schedule|postpone|delay|defer|snooze)",
    "of": r"(?:of|for|on|to)",
    "its": r"(?:the|its|that|a)",
    "to": r"(?: to | as | for | on | ?: ?)",
    "delete": r"(?:delete|remove|erase|discard|scrap|trash|get rid of|drop(?! off)|cancel|clear)",
    "titled": r"(?P<target>[^:]{1,250}?)",
    "saying": r"(?: ?: ?|,? (?:saying|that says|that) )",
    "not_self": r"(?!self|myself)",
    "due_day": r"(?P<what>due date|deadline|date)",
    "colon": r" ?: ?",
    "forward": r"(?P<phrase>.{1,250}? forward.{0,100})",
    "correction": r"(?:(?:no|actually|sorry|rather|i meant|i mean|make that|better|it's|that's"
    r"|it is|as|but|with|and)[, ]{1,3}){1,4}",
}


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


def _rules(*table: tuple[Read, str]) -> Rules:
    """For each reader its sentences, a line each."""
    return [
        (template(sentence.strip(), NAMES), read)
        for read, told in table
        for sentence in told.strip().splitlines()
    ]


ADDITIONS = _rules(
    (
        readers.note,
        """
            {attach} [{its}|this|another] note[s] (to|for|on|in) {titled}[{saying}{note}]
            [add [a]] note[s] (for|on|to) {not_self}{titled}{colon}{note}
            (add|attach|make) [a|an] note({colon}| that| saying){note}
            (add|put) {note} (as [a|an] note|to the notes) (to|of|for|on) {task}
        """,
    ),
    (readers.add_due, "add [a|an|the] (due date|deadline) (to|for) {task}[( of|{colon}){phrase}]"),
)
RULES = _rules(
    # dates and priorities taken away
    (
        readers.clear,
        """
            (remove|clear|delete|drop|unset|cancel) [{its}] {due} [(of|from|for|on) {task}]
            (remove|clear|unset) {task}'s {due}
            [with] (no|without [a|an]) {due_day} [(of|from|for|on) {task}]
        """,
    ),
    (
        readers.new_priority("none"),
        "(remove|clear|drop|reset|unset) [{its}] priority [(of|from|for|on) {task}]",
    ),
    # titles
    (
        readers.rename,
        """
            (rename|retitle) {task} [(to|as|into|->|→) {title}]
            change [{its}] (title|name) [of {task}] to {title}
            (call|name) {pointed} {no_day}{title}
            {task} should (be called|be named|say|read) {title}
        """,
    ),
    # priorities and dates, by name
    (
        readers.set_priority,
        """
            (set|change|make|update) [{its}] priority [(of|for|on) {task}] [to|as] {level}
            (set|change|make|update) {task}'s priority [to|as] {level}
        """,
    ),
    (readers.set_due, "(set|change|make|update|move) {task}'s {due_date} [to|as|for] {phrase}"),
    (readers.rename, "change {task}'s (title|name) to {title}"),
    (
        readers.new_priority("high"),
        "(raise|increase|bump [up]) [{its}] priority [(of|from|for|on) {task}]",
    ),
    (
        readers.new_priority("low"),
        "(lower|reduce|decrease) [{its}] priority [(of|from|for|on) {task}]",
    ),
    (readers.new_priority("high"), "priorit(ise|ize) {task}"),
    (readers.new_priority("low"), "depriorit(ise|ize) {task}"),
    (readers.set_priority, "give {task} {level_priority}"),
    (
        readers.set_due,
        """
            (set|change|update|move|make|add|put) [{its}] {due_date} {of} {task}{to}{phrase}
            (set|change|update|move) [{its}] {due_date}{to}{phrase}
        """,
    ),
    (readers.no_due_said, "(set|change|add) [the|a|an] (due date|deadline) [(to|of|for) {task}]"),
    (readers.set_due, "give {task} [a|an] {due_date} [of|on|:] {phrase}"),
    # open again
    (
        readers.reopen,
        """
            (re[-]open|un[-](check|tick|complete|mark|finish)) [{task}]
            (mark|set) {task} [back] [as|to] {undone} [{ending}]
            {task}['s] {not} [yet] [{soon}] {done} [{ending}]
            {i_have_not} [{soon}] (done|do|finish[ed]|complete[d]) [with] {task} [{ending}]
            open {task} again
            undo [that|the|this] (completion|completing) [of] {task}
            not (done|finished) [yet]
        """,
    ),
    # done
    (readers.complete_it, "mark [as] {done}"),
    (
        readers.complete,
        """
            (mark|set|flag|tick|check|cross) [off] {task} [off] [as|to] {done} [{ending}]
            (mark|tick|check|cross|strike) (off|out) {task} [{ending}]
            (mark|set|flag) [as] {done} {task}
            (mark|tick|check|cross) {task} off [(my|the) list]
            (complete|tick) {task}
        """,
    ),
    (readers.correct, "do {phrase}"),
    (readers.complete_pointed, "(finish|close|resolve|do) {task}"),
    (
        readers.complete,
        "[{i_have}] [{soon}] [all] (done|finished|completed) [with|doing] {task} [{ending}]",
    ),
    (
        readers.complete_it,
        """
            [{i_have}] [{soon}] {done} [with (it|that)] [{ending}]
            [i] did (it|that) [{ending}]
            i did [{ending}]
            (it|that)'s {done} [{ending}]
        """,
    ),
    (readers.complete, "{no_doer}{task}['s| {be}] [{soon}] [all] {done} [{ending}]"),
    (
        readers.complete_past,
        """
            [{who_i}] [{soon}] {verb} {task} [{ending}]
            {task} {who_is} [{soon}] {verb} [{ending}]
        """,
    ),
    # away with it
    (
        readers.delete,
        "({delete}|forget [about]) [{task}]",
    ),
    (readers.delete_all, "(reset|purge|wipe|start over) [everything|all|it all|my list]"),
    (
        readers.delete,
        """
            take {task} off [(my|the) list]
            (i|we) (no longer|don't|do not) (need|want|have) [to] {task} (any more|anymore)
            (i|we) no longer (need|want|have) [to] {task}
        """,
    ),
    # dates and priorities, by what follows
    (
        readers.move,
        """
            ({postpone}|move|push [back]|shift|put off|bring forward) {phrase}
            bring {forward}
        """,
    ),
    (readers.make, "(make|set|change|update|mark|flag|put|turn|edit) {phrase}"),
    (readers.rename, "(change|turn|edit|update|correct) {task} (to|into) {title}"),
    (readers.rename_it, "make (it|that) {title} instead"),
    (readers.correct, "{correction}{phrase}"),
    (readers.correct_alone, "{phrase}"),
    (
        readers.state,
        "{no_statement}{task}('s| is| are| (should|must|has to|needs to) be) [now] {phrase}",
    ),
    (readers.rename_it, "(i mean|i meant) {title}"),
)
