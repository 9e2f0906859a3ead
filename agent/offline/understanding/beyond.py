"""Sentences that ask for what is not to be had here: lists, tags, alarms, sharing, repeating."""

from agent.offline.lexicon import NO_BELL, NO_REPEATING, NO_SHARING
from agent.offline.templates import rules

ONE_LIST = "There is one list here, and everything is on it."
NO_PARTS = "Tasks have only a title, notes, a date, a time and a priority here."
NAMES = {
    "any": r".{1,250}?",
    "word": r"[\w-]{1,30}",
    "folder": r"(?:list|folder|category|project|board|section|group|tag|label)s?",
    "the": r"(?:a|an|another|the|this|my|our|some)",
    "part": r"(?:sub-?task|sub-?step|step|tag|label|attachment|file|photo|picture|comment|alarm"
    r"|reminder|alert|notification|checklist|location|colour|color|link)s?",
    "called": r"(?:called|named|titled)",
    "bell": r"(?:alarm|timer|alert|notification)s?",
    "own": r"(?!(?:the|my|our|this|todo|to-do|task|tasks|main|own) )",
}
NEVER = rules(
    NAMES,
    (
        ONE_LIST,
        """
        (create|make|start|open|set up|add|new) [me] [{the}] [new] [{word}] {folder} {called} {any}
        (create|make|start|open|set up|add) [a|an|another] [new] (list|folder|category|tag|label)
        (create|make|start|open|set up|add) [a|an|another] new {folder} [for {any}]
        (create|start|open|set up|add) (a|an|another) [{word}] (list|folder|category) [for {any}]
        (create|add) (a|an|another|the) (folder|category|label|tag) {any}
        i (want|need) (a|an|another) [new] {folder} {called} {any}
        create (folder|category) {any}
        new {folder}: {any}
        """,
    ),
    (
        NO_REPEATING,
        """
        (stop|quit|end|cancel) (repeating|the repetition of|the repeat of) {any}
        (make|set) {any} (repeat|recur|recurring|repeating) [{any}]
        (make|turn) {any} (into a|a) (daily|weekly|monthly|yearly|recurring|repeating) (thing|task)
        """,
    ),
    (
        NO_BELL,
        """
        (set|create|make|start) [a|an|the|my|another] {bell} [(for|on|at|to|in) {any}]
        (turn|switch) (on|off) [a|an|the|my|all] {bell} [(for|on|of|from) {any}]
        (mute|silence|snooze|enable|disable) [a|an|the|my|all] {bell} [(for|on|of|from) {any}]
        """,
    ),
)
"""Nothing else can be meant."""
NOT_OF_A_TASK = rules(
    NAMES,
    (ONE_LIST, "(move|put|add) {any} (to|into|in|on|under) [{the}] {own}{word} {folder}"),
    (NO_PARTS, "(remove|delete|drop|clear) [{the}] {part} (from|on|of|in) {any}"),
    (NO_PARTS, "(add|attach|put|create|make) [{the}] {part} (to|for|on|in) {any}"),
    (NO_SHARING, "(share|assign|delegate|give|hand over) {any} (with|to) {any}"),
)
"""What "add a photo to the album" asks for is a thing to do, unless "the album" is a task."""


def absent_for(text: str) -> str:
    """The sentence on what ``text`` asks for and can mean nothing else; "" for anything else."""
    return next((absent for pattern, absent in NEVER if pattern.fullmatch(text)), "")


def absent_of_a_task(text: str) -> str:
    """The same for what may be a thing to do as well, if ``text`` speaks of no task."""
    return next((absent for pattern, absent in NOT_OF_A_TASK if pattern.fullmatch(text)), "")
