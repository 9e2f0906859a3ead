"""When to remind, in words: "an hour before", "tomorrow at 9", "in 20 minutes"."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.offline import dates
from agent.offline.dates import ANY_TIME, When
from agent.offline.words import any_of, number

AWAY = any_of(r"^(?:until|till|to|for|on|at) (?=\S)")
TOO = any_of(r" (?:also|too|as well|again|only|just)$")
FOR_A_WHILE = any_of(
    r"(?:for |in |by )?(?:about |around |like )?(?:another )?(?P<amount>.{1,30}?)(?: more)?"
    r"(?: from now| later)?"
)
DAYS = any_of(r"(?P<count>an?|one|two|three|four|five|\d{1,2}) (?P<unit>day|week)s?")


@dataclass(frozen=True, slots=True)
class Moments:
    """When to remind, by the task's own time or by the clock; of neither: it was not said."""

    before: tuple[str, ...] = ()
    when: When = ANY_TIME

    def __bool__(self) -> bool:
        return bool(self.before or self.when)


def moments_in(text: str, now: datetime) -> Moments:
    """What ``text`` names, if it names nothing else: "an hour before", "tomorrow at 9"."""
    text = text.strip(" ,.!?")
    if said := dates.reminders_in(text):
        return Moments(said)
    lasting = FOR_A_WHILE.fullmatch(text)
    if lasting and (minutes := dates.read_amount(lasting["amount"])):
        return Moments(when=_then(now + timedelta(minutes=minutes)))
    if lasting and (days := DAYS.fullmatch(lasting["amount"])):
        weeks = days["unit"].lower() == "week"
        return Moments(when=_then(now + timedelta(number(days["count"]) * (7 if weeks else 1))))
    bare = AWAY.sub("", text)
    for spoken in (text, bare, f"on {bare}", f"at {bare}"):
        reading = dates.read(spoken, now)
        if reading.when and not reading.rest and not reading.fault:
            return Moments(when=reading.when)
    return Moments()


def name_and_moments(text: str, now: datetime) -> tuple[str, Moments]:
    """The longest end that tells when, and what stands before it."""
    words = text.split()
    for place in range(len(words)):
        end = " ".join(words[place:])
        if '"' not in end and "“" not in end and (moments := moments_in(end, now)):
            return TOO.sub("", " ".join(words[:place]).strip(" ,:")), moments
    return text, Moments()


def _then(moment: datetime) -> When:
    return When(moment.date(), moment.time().replace(second=0, microsecond=0))
