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


def appended(notes: str, more: str) -> str:
    """``more`` as a paragraph of its own, below the notes there are."""
    whole = f"{notes}\n{more}" if notes else more
    if len(whole) > NOTES_LENGTH:
        sentence = f"Notes have at most {NOTES_LENGTH:,} characters; these would be {len(whole):,}."
        raise RuleBroken("notes", "max_length", sentence)
    return whole
