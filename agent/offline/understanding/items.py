"""The items of one line: "milk, eggs and bread" are three, "buy salt and pepper" is one."""

import re
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime

from agent.offline import dates
from agent.offline.intents import Draft
from agent.offline.understanding.one_draft import NOTE, NoDraft, Phrase, read_phrase
from agent.offline.understanding.repeating import days_together
from agent.offline.words import VERBS, any_of, starts_with_verb

MOST_ITEMS = 100
LONGEST_TWICE = 200
"""Characters; what is longer is not looked at for a second time of day."""

AND_A_HALF = (
    r"(?:(?<=hour)|(?<=hours)|(?<=hr)|(?<=hrs)) and (?:(?:a )?(?:half|quarter)|three quarters"
    r"|\d{1,2} ?min\w*|\w+ minutes)\b"
)
"""For an hour and a half: one length."""
SEPARATOR = any_of(
    rf"( ?; ?|,? (?:and )?then |,?(?!{AND_A_HALF}) (?:and also|and|&|plus|also) |,(?!\d) ?|, "
    r"|(?<=\w)[.!] (?:(?:also|and|then),? )?)"
)
HEAD = any_of(r"(?P<head>[^:\n]{3,40}): (?P<items>.{1,10000})")
INLINE_NUMBER = re.compile(r"(?:^|\s)\(?(\d{1,3})[.)]\s")
BRACKETED = re.compile(r"\([^()\n]*\)|\[[^\[\]\n]*\]")
TIES = any_of(r"\b(?:with|between|for|from|to|about|of|at|in|on)\b")
ALL_OF_THEM = any_of(
    r"(?:with )?(?:all|each|both|every one|everything|they(?: are)? all)(?: (?:of (?:them|these"
    r"|those)"
    r"|three|two|four|five|are|is|have|with|at|due))*"
)
POINTS_BACK = any_of(r"\b(?:it|them|him|her|his|their|there)\b")


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a line that is a task of its own."""

    text: str
    read: Phrase | None
    """As it was read; None while it is made of several pieces."""
    joined: bool = False
    """Whether only a comma or "and" stands before it, so that a date may belong to both."""


def too_many(count: int) -> NoDraft:
    return NoDraft(
        f"That would be {count} tasks, and I add at most {MOST_ITEMS} at once, so nothing was "
        "added. Please send it in parts."
    )


def read_items(line: str, now: datetime) -> list[tuple[Item, Phrase]]:
    """Raises NoDraft for more than MOST_ITEMS, and for dates that do not exist."""
    line, day = _headed_by_day(line, now)
    pieces, betweens = _pieces(line)
    if len(pieces) > MOST_ITEMS:
        raise too_many(len(pieces))
    items = _items(pieces, betweens, now, day)
    return [(item, (item.read or read_phrase(item.text, now, day)).sound()) for item in items]


def _headed_by_day(line: str, now: datetime) -> tuple[str, date | None]:
    """Tomorrow: 7:30 swim, 9:00 breakfast: the day that it begins with is that of all."""
    match = HEAD.fullmatch(line)
    reading = dates.read(match["head"], now) if match else None
    if not match or not reading or reading.rest or reading.fault or reading.when.at:
        return line, None
    return match["items"], reading.when.day


def parts_by_number(line: str) -> list[str]:
    """The items of "1. milk 2. eggs 3. bread"."""
    marks = list(INLINE_NUMBER.finditer(line))
    places = [int(mark[1]) for mark in marks]
    if len(marks) < 2 or marks[0].start() or places != list(range(1, len(marks) + 1)):
        return []
    ends = [*(mark.start() for mark in marks[1:]), len(line)]
    if len(marks) > MOST_ITEMS:
        raise too_many(len(marks))
    return [line[mark.end() : end].strip(" ,;") for mark, end in zip(marks, ends, strict=True)]


def _pieces(line: str) -> tuple[list[str], list[str]]:
    """What stands between separators, and these; brackets and repetitions are not taken apart."""
    whole = sorted([match.span() for match in BRACKETED.finditer(line)] + days_together(line))
    pieces, betweens, begin = [], [], 0
    for match in SEPARATOR.finditer(line):
        while whole and whole[0][1] <= match.start():
            whole.pop(0)
        inside = whole and whole[0][0] < match.start()
        if inside or not line[begin : match.start()].strip():
            begin = begin if inside else match.end()
            continue
        pieces.append(line[begin : match.start()])
        betweens.append(match[0])
        begin = match.end()
    return [*pieces, line[begin:]], betweens


def _items(pieces: list[str], betweens: list[str], now: datetime, day: date | None) -> list[Item]:
    phrases = [read_phrase(piece, now, day) for piece in pieces]
    titles = [phrase.draft.title for phrase in phrases]
    plain = _is_plain_list(titles, betweens)
    items = [Item(pieces[0], phrases[0])]
    for between, piece, phrase in zip(betweens, pieces[1:], phrases[1:], strict=True):
        title, item = phrase.draft.title, items[-1]
        own = _has_its_own(item, phrase)
        if NOTE.match(piece):
            items[-1] = replace(item, text=f"{item.text}{between}{piece}", read=None)
        elif (plain and title and not title.isdecimal()) or own or _is_new(between, title):
            items.append(Item(piece, phrase, joined=not _is_break(between)))
        elif twice := _once_more(item, piece, title, now):
            items[-1:] = twice
        else:
            items[-1] = replace(item, text=f"{item.text}{between}{piece}", read=None)
    return items


def _once_more(item: Item, piece: str, title: str, now: datetime) -> tuple[Item, Item] | None:
    """The same task at two times: "pills at 8am and 8pm", "gym on monday and friday at 6"."""
    if title or len(item.text) > LONGEST_TWICE:
        return None
    first, second = dates.read(item.text, now), dates.read(piece, now)
    (day, at), (other_day, other_at) = astuple(first.when), astuple(second.when)
    if second.rest or not ((at and other_at) or (day and other_day)):
        return None
    on_day = f" on {day}" if day and not other_day else ""
    earlier = f" at {other_at:%H:%M}" if other_at and not at else ""
    later = f" at {at:%H:%M}" if at and not other_at else ""
    again = Item(f"{first.rest}{on_day} {piece}{later}", None)
    return replace(item, text=f"{item.text}{earlier}", read=None), again


def _has_its_own(item: Item, phrase: Phrase) -> bool:
    """Gym on tuesday and lunch on friday: each has its own day, or its own hour."""
    first = item.read.draft if item.read else None
    if not first or not first.title or not phrase.is_task or POINTS_BACK.search(phrase.draft.title):
        return False
    return first.is_dated and phrase.draft.is_dated


def _is_new(between: str, title: str) -> bool:
    """Whether a piece of a sentence begins the next task."""
    if not title or POINTS_BACK.search(title):  # and give it to Bob
        return False
    if ALL_OF_THEM.fullmatch(title):
        return True
    return starts_with_verb(title) or ";" in between or "then" in between.lower()


def _is_break(between: str) -> bool:
    return any(mark in between.lower() for mark in (";", ".", "!", "then"))


def _is_plain_list(titles: list[str], betweens: list[str]) -> bool:
    """Whether commas and "and" part things to get or do, not the words of one of them."""
    first, *others = [title for title in titles if title] or [""]
    if starts_with_verb(first) or not others:
        return False
    if TIES.search(first) and all(other[:1].isupper() for other in others):
        return False  # dinner with Anna, Bob and Tom
    if any("," in between for between in betweens):
        return True
    if first.lower() in VERBS:  # wash and fold the clothes
        return False
    return all(len(title.split()) <= 2 for title in (first, *others))


def with_all_of_them(found: list[tuple[Item, Phrase]]) -> list[tuple[Item, Phrase]]:
    """What the last one says of all: "milk, eggs, all high priority"."""
    if len(found) < 2 or not ALL_OF_THEM.fullmatch(found[-1][1].draft.title):
        return found
    *others, (_, last) = found
    return [(item, replace(each, draft=_as_said(each.draft, last.draft))) for item, each in others]


def _as_said(draft: Draft, said: Draft) -> Draft:
    priority = said.priority if said.priority != "none" else draft.priority
    dated = said if said.is_dated else draft
    return replace(draft, when=dated.when, repeats=dated.repeats, priority=priority)


def shared_date(found: list[tuple[Item, Phrase]]) -> list[Draft]:
    """A last or first date is that of all joined items: milk, eggs and bread tomorrow."""
    drafts = [phrase.draft for _, phrase in found]
    dated = [draft for draft in drafts if draft.is_dated]
    apart = any(not item.joined or item.text.endswith(")") for item, _ in found[1:])
    if apart or len(dated) != 1:
        return drafts
    if dated[0] is drafts[-1] or (
        dated[0] is drafts[0] and not _begins_with(found[0][0], dated[0])
    ):
        when, repeats = dated[0].when, dated[0].repeats
        return [replace(draft, when=when, repeats=repeats) for draft in drafts]
    return drafts  # call mum tomorrow and buy milk


def _begins_with(item: Item, draft: Draft) -> bool:
    return item.text.split()[0].lower() == draft.title.split()[0].lower()
