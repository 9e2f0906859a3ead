"""Sentences that change tasks, understood: "mark it as done", "move the report to monday"."""

from datetime import datetime

from agent.offline.intents import Change, Refuse
from agent.offline.templates import first_read, rules
from agent.offline.understanding import change_readers as readers
from agent.offline.understanding.slots import NAMES
from agent.offline.words import any_of

CORRECTED = any_of(
    r"^(?:(?:no|actually|sorry|rather|wait|hm{1,3}|oh|oops|but|and|well)[, ]{1,3}){1,4}"
    r"(?=(?:make|set|move|change|call it|rename|mark|delete|remove|complete|put|push|bump)\b)"
)
SAME_TIME = any_of(
    r",? (?:but |and )?(?:at |to |for )?(?:the )?same (?:time|hour|place)s?(?: of day)?"
    r"(?: as (?:before|ever|usual|always|planned))?\b"
)
"""The hour stays unless another one is said."""
FROM_NOW_ON = any_of(
    r"^(?:from now on|going forward|in future),? |,? (?:from now on|from here on|going forward)$"
)
THAT_ARE_SO = any_of(
    r"(?<=\w )(?:everything|all(?: of)?(?: (?:my|the))? ?(?:tasks|todos|items|things|ones)?"
    r"|every (?:task|todo|item|one)|(?:my |the )?(?:tasks|todos|items|things))"
    r" (?:(?:that|which)(?:'s| is|'re| are| has been| have been)|(?:that |which )?i(?:'ve| have)?)"
    r" (?:already |been ){0,2}(?P<so>done|finished|completed|overdue)\b"
)
"""Delete everything that is done: that tells which, and not that anything was done."""


def read_change(text: str, now: datetime) -> Change | Refuse | None:
    """The change that one sentence asks for; None when it asks for none."""
    text = THAT_ARE_SO.sub(r"all \g<so> tasks", FROM_NOW_ON.sub("", text))
    return first_read(RULES, SAME_TIME.sub("", CORRECTED.sub("", text, count=1)), now)


def read_note(text: str, now: datetime) -> Change | Refuse | None:
    """The same for what begins like adding a task: "add a note to the report: …"."""
    return first_read(ADDITIONS, text, now)


ADDITIONS = rules(
    NAMES,
    (
        readers.note,
        """
            {attach} [{its}|this|another] note[s] (to|for|on|in) {titled}[{saying}{note}]
            {attach} [{its}|this|another] note[s] {quoted_note} (to|for|on|in) {task}
            {attach} {quoted_note} (to|for|on|in) (the|its) note[s] (of|for|on) {task}
            [add [a]] note[s] (for|on|to) {not_self}{titled}{colon}{note}
            (add|attach|make) [a|an] note({colon}| that| saying){note}
            {append} [this|the following] {into} [the|its] note[s] {of} {titled}[{saying}{note}]
            {append} [this|the following] {into} {titled}'s notes{saying}{note}
            {append} {quoted_note} {into} {task}'s notes
            {append} {note} (as [a|an] note|{into} the notes) {of} {task}
            {append} {note} {into} {task}'s notes
            (add|append) to [{its}] notes{saying}{note}
            append to {titled}{colon}{note}
            note (on|for) {not_self}{titled} that {note}
            note that {of_it}
        """,
    ),
    (readers.add_due, "add [a|an|the] (due date|deadline) (to|for) {task}[( of|{colon}){phrase}]"),
)
RULES = rules(
    NAMES,
    # dates and priorities taken away
    (
        readers.clear,
        """
            (remove|clear|delete|drop|unset|cancel) [{its}] {due} [(of|from|for|on) {task}]
            (remove|clear|unset|delete|drop|erase) {task}'s {due}
            (remove|delete|clear|erase|drop) [{its}|all] {notes} [(of|from|for|on|in) {task}]
            (remove|delete|clear|erase|drop) {task}'s {notes}
            {task} (has|have|needs|need|got) no {due_day} [{ending}]
            {task} no longer (has|have|needs|need) [a|an|its|the] {due_day}
            {task} (doesn't|does not|don't|do not) (have|need) [a|an|its|the] {due_day} [{ending}]
            [there is|there's] no {due_day} for {task} [{ending}]
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
            (set|change|make|update) [{its}] priority (of|for|on) {task} (to|as) {level}
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
    # all but some
    (
        readers.complete_others,
        """
            (mark|set|tick|check) {all} [off] [as] {done},[{blank}]{except} {rest}
            (mark|set|tick|check) {all} [off] [as] {done} {except} {rest}
            {all}['s| {be}] [{soon}] {done} {except} {rest}
            [i|i've|i have|we|we've] [{soon}] (did|done|finished|completed) {all} {except} {rest}
        """,
    ),
    (
        readers.delete_others,
        """
            {delete} {others} (but|and|,) [not|keep|leave] {rest}
            keep {rest} (and|but) {delete} {others}
        """,
    ),
    # done
    (
        readers.complete_it,
        """
            [{i_have}] [{soon}] {done} [with (it|that)] [{ending}]
            [i] did (it|that) [{ending}]
            i did [{ending}]
            (it|that)'s {done} [{ending}]
            mark [as] {done}
        """,
    ),
    (
        readers.complete,
        """
            (mark|set|flag|tick|check|cross) [off] {task} [off] [as|to] {done} [{ending}]
            (mark|tick|check|cross|strike) (off|out) {task} [{ending}]
            (mark|set|flag) [as] {done} {task}
            (mark|tick|check|cross|strike) {task} off [(my|the) list]
            (complete|tick) {task}
            {task} {tick}
        """,
    ),
    (readers.correct, "do {phrase}"),
    (readers.complete_pointed, "(finish|close|resolve|do) {task}"),
    (
        readers.complete,
        "[{i_have}] [{soon}] [all] (done|finished|completed) [with|doing] {task} [{past_ending}]",
    ),
    (readers.complete, "{no_doer}{task}['s| {be}] [{soon}] [all|both] {done} [{ending}]"),
    (
        readers.complete_past,
        """
            [{who_i}] [{soon}] {verb} {task} [{past_ending}]
            {task} {who_is} [{soon}] {verb} [{past_ending}]
            (mark|set|tick) {task} as {verb} [{ending}]
        """,
    ),
    (readers.complete_perhaps, "{no_doer}{no_statement}{task} {verb} [{ending}]"),
    # away with it
    (readers.delete, "({delete}|forget [about]) [{task}]"),
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
        readers.set_hour,
        """
            (make|set|put|change|move|push) (it|that|this) [to|at|for] {hour} [instead|then|please]
            ({postpone}|move|bump|push [back]|shift) {task} to {hour} [instead|please]
        """,
    ),
    (
        readers.move,
        """
            ({postpone}|move|bump|push [back]|shift|put off|bring forward) {phrase}
            bring {forward}
        """,
    ),
    (readers.make, "(make|set|change|update|mark|flag|put|turn|edit) {phrase}"),
    (readers.rename, "(change|turn|edit|update|correct) {task} (to|into) {title}"),
    (readers.rename_it, "make (it|that) {title} instead"),
    (readers.correct, "{correction}{phrase}"),
    (readers.correct_alone, "{phrase}"),
    (readers.correct, "{phrase}, {my_slip}"),
    (readers.state_moved, "{no_statement}{task}{moved} [now|back] {phrase}"),
    (readers.state, "{no_statement}{task}{comes} [now] {phrase}"),
    (
        readers.state,
        "{no_statement}{task}('s| is| are| (should|must|has to|needs to) be) [now] {phrase}",
    ),
    (readers.rename_perhaps, "{no_statement}{task} should be {title}"),
    (readers.rename_it, "(i mean|i meant) {title}"),
)
