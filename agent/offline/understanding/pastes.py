"""Several lines at once, or a long text: a table, a letter, a list under its headings."""

from dataclasses import replace
from datetime import datetime

from agent.offline.intents import Add, Draft, Refuse, Unclear
from agent.offline.understanding.items import MOST_ITEMS, too_many
from agent.offline.understanding.lines import Line, as_heading, read_lines
from agent.offline.understanding.manners import TYPOGRAPHY
from agent.offline.understanding.one_draft import (
    ADD_ONCE_MORE,
    NoDraft,
    as_long,
    finished,
    read_phrase,
)
from agent.offline.understanding.outlines import Outline, read_outline
from agent.offline.understanding.prose import is_letter, is_paragraph, is_sentence, read_prose
from agent.offline.understanding.quoting import restore, shield
from agent.offline.understanding.tables import read_table
from agent.offline.words import any_of, starts_with_verb

MOST_OFFERED = 20
COMMANDS = any_of(
    r"(?:(?:delete|remove|complete|move|postpone|reschedule)\b"
    r"|(?P<plain>(?:add|mark|rename|reopen|undo|remind me|show)\b))"
)


def read_paste(message: str, now: datetime) -> Add | Refuse | Unclear | None:
    """What several lines or a long text ask to add; None for any other message."""
    text = message.translate(TYPOGRAPHY).strip("\n\r")
    told = [line.strip() for line in text.splitlines() if line.strip()]
    try:
        return _read(text, told, now)
    except NoDraft as error:
        return Refuse(str(error))


def _read(text: str, told: list[str], now: datetime) -> Add | Unclear | None:
    if len(told) < 2:
        return read_prose(text) if is_paragraph(text) else None
    if "```" in text:
        return None
    if (table := read_table(text, now)) is not None:
        return _add(table, ())
    shielded, quotes = shield(text)
    lines = read_lines(shielded)
    if is_letter(told) and not _is_list(lines):
        return read_prose(text)
    if len(lines) > MOST_ITEMS and all(starts_with_verb(line.text) for line in lines):
        raise too_many(len(lines))
    if _are_commands(lines):
        return Unclear()
    outline = read_outline(lines, now) if lines else None
    if outline:
        return _added(outline, quotes, now)
    return read_prose(text) if sum(map(is_sentence, told)) * 2 > len(told) else None


def _is_list(lines: list[Line]) -> bool:
    marked = sum(line.marked for line in lines)
    return marked * 2 > len(lines) and not any(is_sentence(line.text) for line in lines)


def _are_commands(lines: list[Line]) -> bool:
    """Whether a marked list is one of orders to the assistant: "- mark milk as done"."""
    found = [COMMANDS.match(line.text) for line in lines if line.marked]
    orders = [match for match in found if match]
    return bool(orders) and len(orders) == len(lines) and any(each["plain"] for each in orders)


def _added(outline: Outline, quotes: list[str], now: datetime) -> Add | Unclear:
    if len(outline.items) > MOST_ITEMS:
        raise too_many(len(outline.items))
    drafts, remarks = list[Draft](), list[str]()
    for line, day in outline.items:
        text = ADD_ONCE_MORE.sub("", line.text, count=1)
        phrase = read_phrase(text, now, day.day)
        if phrase.fault:
            raise NoDraft(f"“{restore(text, quotes)}”: {phrase.fault} Nothing was added.")
        if phrase.is_task:
            draft = replace(phrase.draft, when=phrase.draft.when or day, completed=line.done)
            drafts.append(finished(as_long(draft, line.text), quotes))
            remarks += phrase.remarks
    if not outline.sure:
        return Unclear(tuple(drafts) if len(drafts) <= MOST_OFFERED else ())
    return _add(drafts, (*dict.fromkeys(remarks), *_left_out(outline, quotes)))


def _add(drafts: list[Draft], remarks: tuple[str, ...]) -> Add | Unclear:
    if len(drafts) > MOST_ITEMS:
        raise too_many(len(drafts))
    return Add(tuple(drafts), remarks) if drafts else Unclear()


def _left_out(outline: Outline, quotes: list[str]) -> list[str]:
    """What is said of the lines that are no tasks."""
    headings = [restore(text, quotes) for text in outline.headings]
    left = ", ".join(f"“{restore(text, quotes)}”" for text in outline.left)
    return [
        *([as_heading(*headings)] if headings else []),
        *([f"I left out {left}."] if left else []),
    ]
