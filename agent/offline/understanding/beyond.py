"""Sentences that ask for what is not to be had here: alarms, sharing, photos, places."""

from agent.offline.lexicon import NO_BELL, NO_SHARING
from agent.offline.templates import rules

NO_PARTS = "Tasks have no files, comments, places or colours here."
NAMES = {
    "any": r".{1,250}?",
    "word": r"[\w-]{1,30}",
    "the": r"(?:a|an|another|the|this|my|our|some)",
    "part": r"(?:attachment|file|photo|picture|comment|alarm|reminder|alert|notification|location"
    r"|colour|color|link)s?",
    "bell": r"(?:alarm|timer|alert|notification)s?",
}
NEVER = rules(
    NAMES,
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
