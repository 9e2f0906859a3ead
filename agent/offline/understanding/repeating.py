"""The rule that a new task is told with, and the day on which it begins."""

from dataclasses import dataclass
from datetime import datetime

from agent.offline.dates import ANY_TIME, When, read_repetition
from todos.repeating import Repeat, sentences
from todos.rules import RuleBroken

ONCE = "I put it down once, for it cannot repeat like that: {}"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A text without its words of repetition, and the rule that they tell."""

    text: str
    repeat: Repeat | None = None
    fault: str = ""

    def begins(self, when: When, now: datetime) -> "Begun":
        """With its first day: that which was said or, without one, the next by the rule."""
        if self.repeat is None:
            remark = ONCE.format(self.fault) if self.fault else ""
            return Begun(when.with_day(now), None, remark)
        if when.day is None or when.day == now.date():
            return Begun(When(None, when.at), self.repeat)
        try:
            if not self.repeat.on:
                self.repeat.check_due(when.day)
        except RuleBroken as broken:
            return Begun(when, None, ONCE.format(broken.sentence))
        day = self.repeat.first_day(when.day)
        return Begun(When(day or when.day, when.at), self.repeat)


@dataclass(frozen=True, slots=True)
class Begun:
    """``when`` has no day where the rule alone tells it."""

    when: When = ANY_TIME
    repeat: Repeat | None = None
    remark: str = ""


def read_repeated(text: str, now: datetime) -> Repeated:
    repetition = read_repetition(text, now)
    if repetition is None:
        return Repeated(text)
    return Repeated(repetition.rest, repetition.repeat, repetition.fault)


def days_together(text: str) -> list[tuple[int, int]]:
    """Where the rules stand: the commas and the "and" in them part nothing."""
    return sentences.spans(text)


def is_told_when_done(text: str, now: datetime) -> bool:
    """Call mum 3 days after it is done: nothing is told to be done by that."""
    repeat = read_repeated(text, now).repeat
    return repeat is not None and repeat.start == "done"
