"""Sentences that ask for what is not to be had here: sharing, photos, places."""

from agent.offline.lexicon import NO_SHARING
from agent.offline.templates import rules

NO_PARTS = "Tasks have no files, comments, places or colours here."
NAMES = {
    "any": r".{1,250}?",
    "word": r"[\w-]{1,30}",
    "the": r"(?:a|an|another|the|this|my|our|some)",
    "part": r"(?:attachment|file|photo|picture|comment|location"
    r"|colour|color|link)s?",
}
NOT_OF_A_TASK = rules(
    NAMES,
    (NO_PARTS, "(remove|delete|drop|clear) [{the}] {part} (from|on|of|in) {any}"),
    (NO_PARTS, "(add|attach|put|create|make) [{the}] {part} (to|for|on|in) {any}"),
    (NO_SHARING, "(share|assign|delegate|give|hand over) {any} (with|to) {any}"),
)
"""What "add a photo to the album" asks for is a thing to do, unless "the album" is a task."""


def absent_of_a_task(text: str) -> str:
    """The sentence on what may be a thing to do as well, if ``text`` speaks of no task."""
    return next((absent for pattern, absent in NOT_OF_A_TASK if pattern.fullmatch(text)), "")
