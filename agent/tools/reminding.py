"""What models ask for as reminders, made into what a task takes; and what rings, as they are told.

A reminder is words ("an hour before", "tomorrow at 9"), minutes before, or an object with either.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from agent import loose
from agent.offline import dates
from text import clean_text
from text.expressions import expression
from todos.models import Task
from todos.reminding import Occasion, Reminding, Spec, read
from todos.rules import RuleBroken
from todos.spelling import TIME_OF_DAY

Ask = dict[str, Any]
NONE = "none"
"""Before others: they take the place of those there are."""
NOTHING = frozenset({"none", "no", "off", "never", "null", "clear", "remove", ""})
MINUTES = expression(r"-?(\d{1,6})")
HOURS = expression(r"-?([1-9]|1[0-2]) ?(?:h|hrs?|hours?)", re.I)
"""Of the clock nobody would say them so."""
DURATION = expression(
    r"(?:TRIGGER:)?-?P(?:(?P<d>\d{1,3})D)?(?:T(?:(?P<h>\d{1,3})H)?(?:(?P<m>\d{1,5})M)?(?:0S)?)?",
    re.I,
)
"""As calendars have it."""
MOMENT = expression(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?", re.I)
AWAY = expression(r"^-\s?(?=\S)")
BETWEEN = expression(r"\s{0,9}[,;\n]\s{0,9}")
IN_WORDS = ("words", "text", "when", "reminder", "description", "label")
BEFORE = ("before_minutes", "minutes_before", "minutes", "before", "offset_minutes", "offset")
AT = ("at", "time", "datetime", "date_time", "remind_at", "date")
UNITS = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}


def as_reminders(written: Any) -> Any:
    """As a tuple of texts and objects: of a number, a text with commas, an object or a list."""
    if isinstance(written, str) and written.strip()[:1] in ("[", "{"):
        with suppress(ValueError):
            written = loose.read(written)
    if isinstance(written, str):
        written = dates.reminders_in(written) or BETWEEN.split(written.strip())
    if isinstance(written, int | float | dict) and not isinstance(written, bool):
        written = [written]
    return tuple(map(_as_one, written)) if isinstance(written, list | tuple) else written


def _as_one(written: Any) -> Any:
    """A text; an object keeps only an ask that the API knows."""
    if isinstance(written, dict):
        return _of_object(written)
    if isinstance(written, int | float) and not isinstance(written, bool):
        return f"{abs(int(written))} minutes before"
    if not isinstance(written, str):
        return written
    text = clean_text(written).strip()
    if text.lower() in NOTHING:
        return NONE
    if minutes := MINUTES.fullmatch(text):
        return f"{int(minutes[1])} minutes before"
    if hours := HOURS.fullmatch(text):
        return f"{int(hours[1]) * 60} minutes before"
    if lasts := DURATION.fullmatch(text):
        length = sum(UNITS[part] * int(lasts[part] or 0) for part in ("d", "h", "m"))
        return f"{length} minutes before"
    return text


def _of_object(written: Mapping[str, Any]) -> Any:
    given = {name.lower(): value for name, value in written.items() if value not in (None, "")}
    if given.keys() == {"days_before", "time"}:
        return f"{given['days_before']} days before at {given['time']}"
    unit = UNITS.get(str(given.get("unit", "m"))[:1].lower(), 1)
    value = next((given[name] for name in (*BEFORE, "value", "amount") if name in given), None)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{abs(value) * unit} minutes before"
    said = value if value is not None else next(
        (given[name] for name in (*IN_WORDS, *AT) if name in given), None
    )  # fmt: skip
    return _as_one(said) if isinstance(said, str) else written


def by_the_clock(said: Any, now: datetime) -> Any:
    """The same with each moment in words as ``HH:MM`` or a local time; ``now`` knows the user's
    habits. What is not understood here is left to who reads reminders."""
    if not isinstance(reminders := as_reminders(said), tuple):
        return said
    return [each for words in reminders for each in _by_the_clock(words, now)]


def _by_the_clock(words: Any, now: datetime) -> list[Any]:
    if not isinstance(words, str) or words == NONE:
        return [words]
    away = AWAY.match(words)
    text = words[away.end() :] if away else words
    found = dates.reminders_in(text) or [_moment(text, now)]
    return [f"-{each}" if away else each for each in found]


def _moment(text: str, now: datetime) -> str:
    if TIME_OF_DAY.fullmatch(text) or MOMENT.fullmatch(text):
        return text
    for spoken in (text, f"on {text}", f"at {text}"):
        reading = dates.read(spoken, now)
        if reading.when and not reading.rest and not reading.fault:
            at = f"{reading.when.at or dates.habits_of(now).morning:%H:%M}"
            return f"{reading.when.day}T{at}" if reading.when.day else at
    return text


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, of a task that will be due at ``occasion``.

    ``there`` are the reminders that it has. ``alone``: a moment by the clock is for this task, and
    neither moves with it nor goes on to those that follow.
    """

    occasion: Occasion
    there: tuple[Spec, ...] = ()
    alone: bool = False

    def asks(self, said: Iterable[str]) -> list[Ask]:
        """As a task takes them, with those that stay. Raises RuleBroken."""
        local = self.occasion.now.replace(tzinfo=None)
        kept = [s for s in self.there if "at" not in s or datetime.fromisoformat(s["at"]) > local]
        new: list[Ask] = []
        for words in said:
            if words == NONE:
                kept, new = [], []
            elif away := AWAY.match(words):
                kept = self._without(self._ask(words[away.end() :]), kept)
            else:
                new.append(self._ask(words))
        return [*({"id": spec["id"]} for spec in kept), *new]

    def _ask(self, words: str) -> Ask:
        if self.alone and MOMENT.fullmatch(words):
            return {"words": f"in {self._minutes_to(words)} minutes"}
        by_clock = TIME_OF_DAY.fullmatch(words) or MOMENT.fullmatch(words)
        return {"at" if by_clock else "words": words}

    def _minutes_to(self, written: str) -> int:
        """From now on; of a moment that has passed 0. Raises RuleBroken."""
        now = self.occasion.now
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            raise RuleBroken("reminders", "invalid", "There is no such time.") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
        return max(0, ceil((moment.timestamp() - now.replace(second=0).timestamp()) / 60))

    def _without(self, ask: Ask, kept: list[Spec]) -> list[Spec]:
        gone = {Reminding.of(spec) for spec in read([ask], self.occasion)}
        left = [spec for spec in kept if Reminding.of(spec) not in gone]
        if len(left) == len(kept):
            there = ", ".join(Reminding.of(spec).words for spec in kept) or "none"
            raise RuleBroken("reminders", "not_found", f"There is no such reminder, but: {there}.")
        return left


def told(task: Task, zone: Any) -> list[dict[str, str]]:
    """Of each reminder its words, and when it rings or rang (local, without a zone)."""
    return [_told(spec, task, zone) for spec in task.reminders]


def _told(spec: Spec, task: Task, zone: Any) -> dict[str, str]:
    words = {"words": Reminding.of(spec).words}
    row = task.ringing.get(spec["id"])
    if row is None or row.rings_at is None:
        has_day = row is not None and row.moment is not None
        return words | {"silent": "it has passed, or is done" if has_day else "there is no day"}
    if row.answered_at is not None:
        return words | {"silent": "it rang and was answered"}
    local = row.rings_at.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes")
    late = row.rings_at > (row.snoozed_to or row.moment or row.rings_at)
    rings = {"rang" if row.status == "due" else "rings": local}
    return words | rings | ({"after": "quiet hours"} if late else {})


WAYS = {"page": "here", "push": "by a notification", "mail": "by mail", "webhook": "by webhook"}
HERE_ALONE = "Only while the page is open; Settings has mail and notifications."
NO_WAY = "Nothing rings, for no channel is on: offer to set one up in Settings."


def ways(channels: Sequence[str]) -> dict[str, Any]:
    """How it will ring, for a result that tells that it does."""
    hint = {(): NO_WAY, ("page",): HERE_ALONE}.get(tuple(channels), "")
    told: dict[str, Any] = {"rings_on": [WAYS[channel] for channel in channels]}
    return told | ({"hint": hint} if hint else {})


def rings(result: Any) -> bool:
    """Whether it tells of a reminder that will ring, or rang, on some way."""
    if not isinstance(result, dict) or result.get("rings_on") == []:
        return False
    told = [result.get("task"), *(result.get("tasks") or [])]
    told += [each["next"] for each in told if isinstance(each, dict) and "next" in each]
    each = (task.get("reminders", ()) for task in told if isinstance(task, dict))
    return any({"rings", "rang"} & reminder.keys() for reminders in each for reminder in reminders)
