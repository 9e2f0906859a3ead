"""What a task may be. Each door spells a broken rule in its own way."""

from collections.abc import Iterable
from unicodedata import normalize

from text import clean_text, is_blank, one_line

TITLE_LENGTH = 200
NOTES_LENGTH = 10_000
LIST_NAME_LENGTH = 100
TAG_LENGTH = 50
MOST_TAGS = 20
LONGEST = 1440
"""Minutes of a day."""


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


def check_step(parent: object, repeats: object) -> None:
    """What comes again is the whole task, with its steps."""
    if parent is not None and repeats is not None:
        raise RuleBroken("repeats", "step", "A step does not repeat; its task may.")


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


def read_tags(names: Iterable[str]) -> tuple[str, ...]:
    """As they are kept: in small letters, without ``#``, each once and in order."""
    tags = tuple(sorted({read_tag(name) for name in names}))
    if len(tags) > MOST_TAGS:
        raise RuleBroken("tags", "max_length", f"A task has at most {MOST_TAGS} tags.")
    return tags


def read_tag(name: str) -> str:
    tag = normalize("NFKC", name).strip().removeprefix("#").lower()
    if is_blank(tag):
        raise RuleBroken("tags", "blank", "There is nothing to see in a tag.")
    if tag != clean_text(tag):
        raise RuleBroken("tags", "null_characters_not_allowed", "Null characters are not allowed.")
    if len(tag.split()) > 1 or tag.strip() != tag:
        raise RuleBroken("tags", "invalid", "A tag is one word, without spaces.")
    if len(tag) > TAG_LENGTH:
        raise RuleBroken("tags", "max_length", f"A tag has at most {TAG_LENGTH} characters.")
    return tag


def read_list_name(name: str) -> str:
    """In one line."""
    name = one_line(name)
    if is_blank(name):
        raise RuleBroken("name", "blank", "There is nothing to see in it.")
    if len(name) > LIST_NAME_LENGTH or len(list_key(name)) > 2 * LIST_NAME_LENGTH:
        sentence = f"The name of a list has at most {LIST_NAME_LENGTH} characters."
        raise RuleBroken("name", "max_length", sentence)
    return name


def list_key(name: str) -> str:
    """What two names share that are the same to people."""
    return " ".join(normalize("NFKC", name).casefold().split())


def check_duration(minutes: int | None) -> None:
    if minutes is not None and not 1 <= minutes <= LONGEST:
        sentence = f"It takes from 1 to {LONGEST:,} minutes."
        raise RuleBroken("duration_minutes", "invalid", sentence)
