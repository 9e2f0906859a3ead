"""Tasks out of plain text: its lines, their items, and what each of them says."""

from dataclasses import dataclass
from datetime import datetime

from agent.offline.intents import Draft
from agent.offline.understanding.items import (
    MOST_ITEMS,
    parts_by_number,
    read_items,
    shared_date,
    too_many,
    with_all_of_them,
)
from agent.offline.understanding.lines import NAMELESS, TO_DO, as_heading, read_line
from agent.offline.understanding.one_draft import (
    ADD_ONCE_MORE,
    TITLE,
    NoDraft,
    finished,
    read_title,
)
from agent.offline.understanding.quoted_lists import counted_out, without_lead
from agent.offline.understanding.quoting import shield
from agent.offline.words import any_of

__all__ = ["Drafts", "NoDraft", "read_drafts", "read_title"]


HEADED = any_of(rf"(?P<name>{TO_DO.pattern})\s?:\s+(?=\S)")
"""Shopping list: milk, eggs."""


CORRECTS = any_of(r"(?:^|[,.;–-] ?)(?:no,? wait|wait,? no|scratch that|no,? sorry|sorry,? no)\b")
"""Watch the game, no wait: what is meant instead was not understood."""


@dataclass(frozen=True, slots=True)
class Drafts:
    drafts: tuple[Draft, ...]
    remarks: tuple[str, ...]


def read_drafts(text: str, now: datetime) -> Drafts:
    """The tasks in ``text``.

    Raises NoDraft for dates that do not exist, endless titles, and more tasks than are added at
    once.
    """
    shielded, quotes = shield(text)
    every = [without_lead(line, now) for line in counted_out(shielded, quotes).splitlines()]
    lines = [part for line in every for part in _parts(line) if part]
    if len(lines) > MOST_ITEMS:
        raise too_many(len(lines))
    heading = HEADED.match(lines[0]) if lines else None
    if heading:
        lines[0] = lines[0][heading.end() :]
    lines[1:] = [ADD_ONCE_MORE.sub("", line, count=1) for line in lines[1:]]
    found = [each for line in lines for each in read_items(line, now) if each[1].is_task]
    if len(found) > MOST_ITEMS:
        raise too_many(len(found))
    found = with_all_of_them(found)
    if any(CORRECTS.search(phrase.draft.title) for _, phrase in found):
        raise NoDraft("You put something right there, and I am not sure what is meant. "
                      "Nothing was added; please say it once more.")  # fmt: skip
    remarks = dict.fromkeys(remark for _, phrase in found for remark in phrase.remarks)
    made = [finished(draft, quotes) for draft in shared_date(found)]
    drafts = tuple(draft for draft in made if TITLE.search(draft.title))
    if heading and not NAMELESS.fullmatch(heading["name"]):
        remarks[as_heading(heading["name"])] = None
    return Drafts(drafts, tuple(remarks))


def _parts(line: str) -> list[str]:
    return parts_by_number(line.strip()) or [read_line(line).text]
