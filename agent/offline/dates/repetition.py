"""Words that say that something comes again: "every monday", "3 days after I finish", "yearly".

What they mean, ``todos.repeating`` tells; here they are freed of what needs a clock.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from dateutil.relativedelta import relativedelta

from agent.offline.dates.names import DAY_NUMBERS, MONTH_NUMBERS, WEEKDAY, WEEKDAYS
from agent.offline.dates.reading import read
from agent.offline.dates.tidying import tidy
from text.expressions import expression
from text.folding import fold
from todos.repeating import Repeat, sentences


@dataclass(frozen=True, slots=True)
class Repetition:
    """``repeat`` is the rule, or None for one that cannot be kept, and ``fault`` tells why.

    ``rest`` is the text without its words: "gym every monday at 6" has the rest "gym at 6".
    """

    rest: str
    repeat: Repeat | None
    fault: str = ""


UNTIL = expression(
    rf"\b(?:until|till?|(?:through|thru)(?!\s+(?:{WEEKDAY})s?\b)|up to|ending|ends)\s+(?:on\s+)?",
    re.IGNORECASE,
)
MOST_ENDS = 3
LONGEST_DAY = 6  # words: the end of june next year
MONTH = expression(
    rf"(?:{'|'.join(sorted(MONTH_NUMBERS, key=len, reverse=True))})\b", re.IGNORECASE
)
PART = r"(?P<part>morning|afternoon|evening|night)"
PARTS = r"(?:morning|noon|afternoon|evening|night)"
OF_CLOCK = [
    (expression(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (rf"\b(?:every|each) {PARTS}s?,? (?:and|&) (?:every |each )?{PARTS}s?\b", "twice a day"),
        (rf"\b(?:every|each) (?:single )?{PART}\b", "every day {part}"),
        (r"\bnightly\b(?=$|[,.]| (?:at|to|from|until))", "every day tonight"),
        (rf"\b(?P<day>(?:every|each) (?:[\w ,&]{{1,40}} )?(?:{WEEKDAY}|weekday|weekend))"
         rf" {PART}s?\b", "{day} {part}"),
        (rf"\bon (?P<day>(?:{WEEKDAY}|weekday|weekend)s?) {PART}s\b", "every {day} {part}"),
        (rf"\b(?P<day>weekday|weekend) {PART}s\b", "every {day} {part}"),
        (rf"\b(?:(?:starting|beginning|commencing) (?:from |in )?|from )(?P<day>{MONTH.pattern})"
         r"(?: on(?:wards?)?)?(?=$|[,;.])", "starting {day} 1"),
        (r"\b(?:starting|beginning|commencing|effective) (?:from|on|as of) ", "starting "),
        (r"\b(?:starting|beginning|commencing|effective)(?= in )", ""),
        (r"\b(?:beginning|commencing|as of|effective)\b", "starting"),
        (r"\bfrom (?P<day>[^,;.]{2,30}?) on(?:wards?)?(?=$|[,;.])", "from {day}"),
    )
]  # fmt: skip
SLIP = expression(rf"\b(?P<every>(?:every|each) (?:other )?)(?P<day>{WEEKDAY})\b", re.IGNORECASE)


def read_repetition(text: str, now: datetime) -> Repetition | None:
    """None when ``text`` tells of no repetition."""
    plain = _without_clock(text)
    if sentences.find(plain) is None:
        return None
    plain = with_last_day(plain, now)
    said = sentences.find(plain)
    return Repetition(tidy(said.without(plain)), said.repeat, said.fault) if said else None


def with_last_day(text: str, now: datetime) -> str:
    """With the day of "until june 30" in figures, as a rule has it; "until may" is its first."""
    begin = 0
    for _ in range(MOST_ENDS):
        match = UNTIL.search(text, begin)
        if match is None:
            break
        begin = match.end()
        found = _day_at(text, begin, now)
        if found:
            day, end = found
            text = f"{text[: match.start()]}until {day.isoformat()}{text[end:]}"
            begin = match.start() + len("until 2027-01-31")
    return text


def read_last_day(text: str, now: datetime) -> date | None:
    """The day of "june 30" or "may", and nothing else."""
    found = _day_at(text, 0, now)
    return found[0] if found and not text[found[1] :].strip(" .!") else None


def _day_at(text: str, begin: int, now: datetime) -> tuple[date, int] | None:
    """The day that the longest run of words from a place on names, and where it ends."""
    words = re.findall(r"\S+\s*", text[begin : begin + 80])[:LONGEST_DAY]
    for length in reversed(list(accumulate(map(len, words)))):
        phrase = text[begin : begin + length].rstrip(" ,.!")
        reading = read(f"on {phrase}", now)
        if reading.when.day and not (reading.when.at or reading.rest or reading.fault):
            return reading.when.day, begin + len(phrase)
    if month := MONTH.match(text, begin):
        return _first_of(MONTH_NUMBERS[fold(month[0])], now.date()), month.end()
    return None


def _first_of(month: int, today: date) -> date:
    first = today + relativedelta(month=month, day=1)
    return first if first > today else first + relativedelta(years=1)


def _without_clock(text: str) -> str:
    """With the parts of a day, and what begins a series, apart from the words of the rule."""
    for pattern, words in OF_CLOCK:
        text = pattern.sub(lambda match, words=words: _spelled(match, words), text)  # type: ignore[misc]
    return SLIP.sub(_by_name, text)


def _spelled(match: re.Match[str], words: str) -> str:
    said = match.groupdict()
    part = (said.get("part") or "").lower()
    in_part = "tonight" if part == "night" else f"in the {part}"
    return words.format(day=said.get("day") or "", part=in_part)


def _by_name(match: re.Match[str]) -> str:
    return f"{match['every']}{WEEKDAYS[DAY_NUMBERS[fold(match['day'])]]}"
