"""What a task may be. Each door spells a broken rule in its own way."""

from text import is_blank

TITLE_LENGTH = 200
NOTES_LENGTH = 10_000


class RuleBroken(ValueError):
    """Why a task cannot be so: the field, a code, and a sentence without a name of a person."""

    def __init__(self, field: str, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.code = code
        self.sentence = sentence


def check_title(title: str) -> None:
    """There is something to see in it."""
    if is_blank(title):
        raise RuleBroken("title", "blank", "There is nothing to see in it.")


def check_time(day: object, at: object) -> None:
    """A time says nothing without its day."""
    if at is not None and day is None:
        raise RuleBroken("due_time", "due_date_required", "A time needs a due_date.")


def check_repeats(repeats: object, day: object) -> None:
    """The days of a rule are counted from a first one."""
    if repeats is not None and day is None:
        raise RuleBroken("repeats", "due_date_required", "A task that repeats needs a due_date.")


def check_skip(repeats: object, completed_at: object) -> None:
    """Only what repeats and is still to be done has a next day to be moved to."""
    if repeats is None:
        raise RuleBroken("repeats", "not_repeating", "It does not repeat.")
    if completed_at is not None:
        raise RuleBroken("completed", "completed", "It is done.")


def appended(notes: str, more: str) -> str:
    """``more`` as a paragraph of its own, below the notes there are."""
    whole = f"{notes}\n{more}" if notes else more
    if len(whole) > NOTES_LENGTH:
        sentence = f"Notes have at most {NOTES_LENGTH:,} characters; these would be {len(whole):,}."
        raise RuleBroken("notes", "max_length", sentence)
    return whole
