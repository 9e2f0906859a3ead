"""Words for reminders, as people put them. What in them is no piece of one is not guessed at."""

import re
from datetime import UTC, date, datetime, time, timedelta

from text.expressions import expression
from todos.reminding.occasion import Occasion
from todos.reminding.plain import LENGTH, plain
from todos.reminding.reminding import LONGEST_DAYS, MINUTES_OF_A_DAY, Reminding, broken
from todos.reminding.times import (
    AT,
    DAY,
    DAY_FIRST,
    ORDINAL,
    PART,
    NoTime,
    day_of,
    part_of_day,
    time_of,
)

FORMS = (
    'Say when it is to ring like "10 minutes before", "at the time", "the evening before", "2 days '
    'before at 18:00", "on the day at 8am", "tomorrow at 9" or "in an hour"; several with "and".'
)
WHEN = 'Say until when, like "in an hour", "tonight", "tomorrow at 9" or "monday morning".'
NO_SUCH = "No clock and no calendar shows that."
WHOLE_DAYS = 'A time of day goes with whole days, like "2 days before at 18:00".'

NONE = expression(
    r"(?:no|none|nothing|never|off|without|dont|silent|nope|cancel|clear|remove|delete"
    r"|not)(?: (?:any|more|all|at all|need|needed|thanks|thank you|of them|them|it))*|"
)
ASKS_FOR_NONE = expression(
    r"\b(?:no|none|nothing|never|off|without|don['’]?t|do not|silent|nope|not|cancel|clear|remove"
    r"|delete)\b"
)
BEFORE = expression(
    r"(?:before(?: ?hand)?|prior(?: to)?|ahead(?: of)?|earlier|early|in advance(?: of)?|sooner)"
    r"(?: (?:time|it|that|this|task|deadline|due(?: (?:date|time|day))?|start(?: time)?|event"
    r"|meeting|appointment|call|flight|train|bus|class|lesson|lecture|exam|test|interview|show"
    r"|concert|match|game|party|visit|trip|departure|session|talk|shift|then))?"
    r"(?: (?:due|starts|begins|happens))?"
)
AFTER = expression(r"after(?:wards)?|later")
LENGTH_OF = expression(r"<(\d+)>")
FROM_NOW = expression(r"in <(?P<first>\d+)>(?: from now)?|<(?P<second>\d+)> from now")
OF_THE_DAY = expression(r"%day")


def read(words: object, occasion: Occasion) -> list[Reminding]:
    """None for "no reminders". Raises RuleBroken where the words tell nothing else."""
    text = _plain(words)
    if NONE.fullmatch(text.replace(" ,", "")) and ASKS_FOR_NONE.search(str(words).lower()):
        return []
    found: list[Reminding] = []
    for part in re.split(r" ?(?:\band\b|,) ?", text):
        if part:
            found.append(_Piece(part, occasion, found[-1] if found else None).read())
    if not found:
        raise broken(FORMS)
    return found


def read_moment(words: object, occasion: Occasion) -> datetime:
    """On the wall, and to come. Raises RuleBroken."""
    text = _plain(words, WHEN).removeprefix("until ")
    text = f"in {text}" if LENGTH_OF.fullmatch(text) else text.removesuffix(" later")
    text = f"in {text}" if LENGTH_OF.fullmatch(text) else text
    found = _Piece(text, Occasion(occasion.now, habits=occasion.habits), None, WHEN).read()
    if found.at is None or found.at <= _wall(occasion):
        raise broken(WHEN)
    return found.at


def placed(wall: datetime, occasion: Occasion) -> Reminding:
    """Counted from the day of the task, so that it moves with it; or for itself without one."""
    days = (occasion.day - wall.date()).days if occasion.day else None
    if days is None or abs(days) > LONGEST_DAYS:
        return Reminding(at=wall)
    return Reminding(days_before=days, wall=wall.time())


def next_at(at: time, now: datetime) -> datetime:
    """When a clock shows it the next time."""
    wall = datetime.combine(now.date(), at)
    return wall if wall > now.replace(tzinfo=None) else wall + timedelta(days=1)


def _plain(words: object, sentence: str = FORMS) -> str:
    if not isinstance(words, str) or len(words) > LENGTH:
        raise broken(sentence)
    return plain(words)


def _wall(occasion: Occasion) -> datetime:
    return occasion.now.replace(tzinfo=None, fold=0)


def _later(now: datetime, minutes: int) -> datetime:
    """On the wall: whole days are days of the calendar, all else are minutes that pass."""
    days, rest = divmod(minutes, MINUTES_OF_A_DAY)
    if not rest:
        later = now + timedelta(days)
    else:
        later = (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)
    return later.replace(tzinfo=None, microsecond=0, fold=0)


class _Piece:
    """One reminder: a day or a length, a time of day or a part of it, in any order."""

    def __init__(
        self, text: str, occasion: Occasion, before: Reminding | None, sentence: str = FORMS
    ) -> None:
        self.rest, self.occasion, self.previous = text, occasion, before
        self.sentence = sentence

    def read(self) -> Reminding:
        if self.rest == "%time":
            return Reminding(before_minutes=0)
        try:
            return self._read()
        except (NoTime, OverflowError):
            raise broken(NO_SUCH) from None

    def _read(self) -> Reminding:
        if said := self._take(FROM_NOW):
            return self._from_now(int(said["first"] or said["second"]))
        length = self._take(LENGTH_OF)
        side = self._side() if length else 0
        of_day = bool(self._take(OF_THE_DAY))
        day = None if length or of_day else self._named_day()
        clock = self._clock(may_be_bare=bool(length or of_day or day or self.previous))
        part = self._take(PART)
        clock = clock or self._clock(may_be_bare=bool(part))
        if self.rest:
            raise broken(self.sentence)
        name = part["part"] if part else "night" if day and day[0].endswith("tonight") else ""
        if length and side:
            return self._away(int(length[1]) * side, clock, name)
        if length:
            raise broken(self.sentence)
        return self._on(self._day(day, of_day=of_day), clock, name)

    def _side(self) -> int:
        """Of a length: before (1) the task or after it; alone it is before."""
        if self._take(BEFORE) or not self.rest:
            return 1
        return -1 if self._take(AFTER) else 0

    def _named_day(self) -> re.Match[str] | None:
        return self._take(DAY) or self._take(DAY_FIRST) or self._take(ORDINAL)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The pattern where it stands as words of its own, taken out of the rest."""
        for said in pattern.finditer(self.rest):
            begin, end = said.span()
            before, after = self.rest[:begin], self.rest[end:]
            if end > begin and before[-1:] in ("", " ") and after[:1] in ("", " "):
                self.rest = " ".join(f"{before} {after}".split())
                return said
        return None

    def _clock(self, *, may_be_bare: bool) -> re.Match[str] | None:
        rest, said = self.rest, self._take(AT)
        if said and not (may_be_bare or said["at"] or _is_clear(said)):
            self.rest = rest
            return None
        return said

    def _from_now(self, minutes: int) -> Reminding:
        clock = self._clock(may_be_bare=False)
        part = self._take(PART)
        if self.rest or ((clock or part) and minutes % MINUTES_OF_A_DAY):
            raise broken(self.sentence)
        wall = _later(self.occasion.now, minutes)
        if clock or part:
            at = self._time(clock, part["part"] if part else "", wall.date())
            wall = datetime.combine(wall.date(), at)
        return Reminding(at=wall)

    def _away(self, minutes: int, clock: re.Match[str] | None, part: str) -> Reminding:
        days, rest = divmod(minutes, MINUTES_OF_A_DAY)
        if not (clock or part):
            if minutes < 0:
                raise broken(self.sentence)
            return Reminding(before_minutes=minutes)
        if rest:
            raise broken(WHOLE_DAYS)
        day = self.occasion.day
        on = day - timedelta(days) if day else None
        return Reminding(days_before=days, wall=self._time(clock, part, on))

    def _day(self, said: re.Match[str] | None, *, of_day: bool) -> date | int | None:
        """A day of the calendar, or how many days before the task; None: it is not said."""
        if said:
            return day_of(said, self.occasion)
        if of_day:
            return 0
        previous = self.previous
        if previous and previous.wall is not None:
            return previous.days_before
        return previous.at.date() if previous and previous.at else None

    def _on(self, day: date | int | None, clock: re.Match[str] | None, part: str) -> Reminding:
        due = self.occasion.day
        if day is None and not (clock or part):
            raise broken(self.sentence)
        if isinstance(day, int) or (day is None and due):
            days = day or 0
            on = due - timedelta(days) if due else None
            wall = self._time(clock, part, on)
            return Reminding(days_before=days, wall=wall)
        at = self._time(clock, part, day)
        if day is None:
            return Reminding(at=next_at(at, self.occasion.now))
        return placed(datetime.combine(day, at), self.occasion)

    def _time(self, clock: re.Match[str] | None, part: str, day: date | None) -> time:
        if clock is None:
            return part_of_day(part or "morning", self.occasion)
        return time_of(clock, self.occasion, day=day, part=part)


def _is_clear(said: re.Match[str]) -> bool:
    clear = said["four"] or said["named"] or said["half"] or said["of"] or said["minute"]
    return bool(clear or said["off"] in ("half", "quarter") or "oclock" in said[0])
