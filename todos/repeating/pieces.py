"""The pieces that words for a rule are made of. Each fills a place of its own in what is found."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from text.expressions import expression
from todos.repeating.on import MONTHS, SHORT, WEEKDAYS, broken

FORMS = (
    'Say how it repeats like "every 3 days", "every weekday", "every 2 weeks on Mon and Thu", '
    '"every month on the 15th", "every month on the last Friday", "every year on March 5", or '
    '"3 days after it is done"; at the end may stand "until 2027-01-31" or "5 times". '
    "A time of day is no part of it."
)
WHICH_DAYS = 'Say on which days, like "every Monday and Thursday".'
TWO_MEANINGS = (
    'That may mean two things: say "every 2 weeks", "every 2 months" or "every 2 weeks on Tuesday";'
    ' or the days, like "every Monday and Thursday" or "every month on the second Tuesday".'
)
WHICH_OF_TWO = "Every 2 weeks on {weekday}, or every month on the {nth} {weekday}?"
IN_SOME_MONTHS = 'It comes all year: leave the months away, or say an end, like "until 2027-01-31".'
LEFT_OUT = 'Only days of the week can be left out, like "every day except Sunday".'
LAST_WORKDAY = 'Say "every month on the last day" or a day of the week, like "the last Friday".'
END = 'Say the end as a date, like "until 2027-01-31", or as a number of times, like "5 times".'
QUARTERS = 'Say "every 3 months on the last day", and the first due day.'
SHORTEST = "A task repeats every day at the shortest."
OFTEN = "A task comes once on its day: add one for each time of the day."
HOW_MANY = 'Say how often, like "every 3 days" or "every 2 weeks".'
WHICH_DAY = 'Say the day, like "every year on March 5".'

UNITS = {
    "day": ("day", 1),
    "week": ("week", 1),
    "fortnight": ("week", 2),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "year": ("year", 1),
}
ADVERBS = {
    "daily": ("day", 1),
    "everyday": ("day", 1),
    "weekly": ("week", 1),
    "fortnightly": ("week", 2),
    "monthly": ("month", 1),
    "quarterly": ("month", 3),
    "yearly": ("year", 1),
    "annually": ("year", 1),
}
CARDINALS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBERS = {
    **{
        word: place
        for words in (CARDINALS, ORDINALS)
        for place, word in enumerate(words.split(), 1)
    },
    **{word: place * 10 for place, word in enumerate(TENS.split(), 2)},
    "twentieth": 20,
    "thirtieth": 30,
    "other": 2,
    "alternate": 2,
    "a": 1,
    "an": 1,
}
PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}

WEEKDAY = (
    "mon(?:days?)?|tue(?:s|sdays?)?|wed(?:s|nesdays?)?|thu(?:r|rs|rsdays?)?"
    "|fri(?:days?)?|sat(?:urdays?)?|sun(?:days?)?"
)
MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + "|sept"
UNIT = f"(?P<unit>{'|'.join(UNITS)})s?"
TEN = f"(?:{TENS.replace(' ', '|')})"
CARDINAL = rf"\d+|(?:{TEN}(?: -)? )?(?:{CARDINALS.replace(' ', '|')})|{TEN}"
ORDINAL = (
    rf"\d+(?:st|nd|rd|th)|(?:{TEN}(?: -)? )?(?:{ORDINALS.replace(' ', '|')})|twentieth|thirtieth"
)
ADVERB = "|".join(ADVERBS)
NTH = "[1-5](?:st|nd|rd|th)|first|second|third|fourth|fifth|last"
OF_MONTHS = f"of (?:month|(?:every|each) (?:(?:{CARDINAL}|other) )?months?) "
EVERY = "(?:(?P<every>every|each)(?: single)? )?"
DONE = (
    "(?:counted )?(?:after|from|since) "
    "(?:(?:i|im|we|you|it|its|is|was|has|have|ive|been|when|day|time|last|each|am|mark|marked|get"
    "|that|this|task) ){0,6}"
    "(?:do|did|does|doing|done|finish|finishe[sd]|finishing|completed?|completes|completing"
    "|completion|tick(?:ed|ing)?|last time)"
    "(?: (?:it|that|this|task|with|off)){0,3}"
)


@dataclass
class Found:
    """What the words have named so far."""

    cadence: tuple[str, int] | None = None
    weekdays: list[str] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    nth_weekdays: list[str] = field(default_factory=list)
    day_of_year: list[str] = field(default_factory=list)
    in_month: bool = False
    two_meanings: str = ""
    excepting: bool = False
    done: bool = False
    until: str | None = None
    times: int | None = None
    length: tuple[str, int] | None = None

    @property
    def has_days(self) -> bool:
        return bool(
            self.cadence or self.weekdays or self.days or self.nth_weekdays or self.day_of_year
        )


Take = Callable[[Found, re.Match[str]], None]


def _number(word: str | None) -> int:
    parts = re.findall(r"\w+", word or "one")
    return sum(NUMBERS.get(part) or int(re.sub(r"\D", "", part)) for part in parts)


def _set_cadence(found: Found, unit: str, number: int) -> None:
    if found.cadence:
        raise broken(FORMS)
    every, interval = {**UNITS, **ADVERBS}[unit]
    found.cadence = every, interval * number


def _take_nothing(_: Found, __: re.Match[str]) -> None:
    """It says nothing by itself."""


def _take_cadence(found: Found, piece: re.Match[str]) -> None:
    _set_cadence(found, piece["unit"], _number(piece["number"]))


def _take_adverb(found: Found, piece: re.Match[str]) -> None:
    _set_cadence(found, piece["adverb"], 1)


def _take_half_years(found: Found, _: re.Match[str]) -> None:
    _set_cadence(found, "month", 6)


def _take_every_other(found: Found, _: re.Match[str]) -> None:
    _set_cadence(found, "week", 2)


def _take_weekdays(found: Found, piece: re.Match[str]) -> None:
    if piece["every"] and found.cadence and found.cadence[1] > 1:
        raise broken(FORMS)
    if piece["first"]:
        first, last = (SHORT.index(piece[name][:3]) for name in ("first", "last"))
        named = [SHORT[(first + more) % 7] for more in range((last - first) % 7 + 1)]
    elif piece["weekday"]:
        named = [piece["weekday"][:3]]
    else:
        named = list(SHORT[5:] if piece["weekend"] else SHORT[:5])
    if not found.excepting:
        found.weekdays += named
        return
    if not set(named) < set(found.weekdays):
        raise broken(FORMS)
    found.weekdays = [day for day in found.weekdays if day not in named]


def _take_except(found: Found, _: re.Match[str]) -> None:
    """What weekdays come behind it are taken from those there are."""
    if found.cadence == ("day", 1) and not found.weekdays:
        found.weekdays = list(SHORT)
    found.excepting = True


def _take_nth_weekdays(found: Found, piece: re.Match[str]) -> None:
    weekday = next(name for name in WEEKDAYS if name.startswith(piece["weekday"][:3]))
    words = piece["nths"].split(" and ")
    nths = ["last" if word == "last" else PLACES[_number(word)] for word in words]
    found.nth_weekdays += [f"{nth} {weekday}" for nth in nths]
    if piece["every"] and len(nths) == 1 and nths[0] not in ("first", "last"):
        found.two_meanings = WHICH_OF_TWO.format(nth=nths[0], weekday=weekday.title())


def _take_first_day(found: Found, _: re.Match[str]) -> None:
    found.days.append(1)


def _take_last_day(found: Found, _: re.Match[str]) -> None:
    found.days.append(-1)


def _take_day(found: Found, piece: re.Match[str]) -> None:
    found.days.append(_number(piece["day"]))


def _take_day_of_year(found: Found, piece: re.Match[str]) -> None:
    month = next(name for name in MONTHS if name.startswith(piece["month"][:3]))
    found.day_of_year.append(f"{month} {_number(piece['day'])}")


def _take_in_month(found: Found, _: re.Match[str]) -> None:
    found.in_month = True


def _take_done(found: Found, _: re.Match[str]) -> None:
    found.done = True


def _take_done_after(found: Found, piece: re.Match[str]) -> None:
    _take_cadence(found, piece)
    found.done = True


def _take_until(found: Found, piece: re.Match[str]) -> None:
    if found.until or not piece["until"]:
        raise broken(END)
    found.until = piece["until"]


def _take_times(found: Found, piece: re.Match[str]) -> None:
    if not found.has_days:
        raise broken(WHICH_DAYS)
    if found.times:
        raise broken(END)
    found.times = _number(piece["number"])


def _take_length(found: Found, piece: re.Match[str]) -> None:
    if found.length:
        raise broken(END)
    every, count = UNITS[piece["unit"]]
    found.length = every, count * _number(piece["number"])


def _refuse(sentence: str) -> Take:
    def take(_: Found, piece: re.Match[str]) -> None:
        raise broken(sentence)

    return take


def _refuse_months(found: Found, _: re.Match[str]) -> None:
    raise broken(WHICH_DAY if found.cadence == ("year", 1) else IN_SOME_MONTHS)


LENGTH_OF_TIME = f"(?:(?P<number>{CARDINAL}|an?) )?{UNIT}"
# In this order: the first that is there takes the words
PIECES: list[tuple[re.Pattern[str], Take]] = [
    (expression(f"(?:{pattern}) "), take)
    for pattern, take in [
        ("(?:at )?(?:(?:start|end) )?of (?:(?:every|each) )?quarter", _refuse(QUARTERS)),
        (
            rf"(?:of|in|during) (?P<limit>(?:(?:{MONTH})(?: (?:and|to|or) )?)+(?!\w* ?\d)"
            "|summer|winter|spring|autumn|fall)(?= (?!on |onwards |next ))",
            _refuse_months,
        ),
        (
            r"(?:except|excluding|apart from|but not)(?! (?:for )?"
            rf"{EVERY}(?:{WEEKDAY}|week))(?P<limit>(?: \S+){{1,5}})(?= $)",
            _refuse(LEFT_OUT),
        ),
        (
            rf"{EVERY}(?:{NTH}) (?:working|business|work|week) ?days?"
            "(?: of (?:every |each )?month)?",
            _refuse(LAST_WORKDAY),
        ),
        (r"until further notice|forever|indefinitely", _take_nothing),
        (rf"(?:and|of)(?= \w)|once(?= (?:every|each|{ADVERB}) )", _take_nothing),
        (
            r"hourly|(?:every|each) (?:\w+ )?(?:hours?|hrs?|minutes?|mins?|seconds)"
            "|every second(?= $)",
            _refuse(SHORTEST),
        ),
        (r"bi ?(?:- )?(?:weekly|monthly|annual(?:ly)?|yearly)", _refuse(TWO_MEANINGS)),
        (
            rf"(?:once or )?(?:twice|thrice|(?:{CARDINAL}|several) times) "
            "(?:(?:an?|per|every|each) (?:single )?(?:day|weekday)|daily)",
            _refuse(OFTEN),
        ),
        (
            rf"(?:once or )?(?:twice|thrice|(?:{CARDINAL}|several) times) "
            rf"(?:(?:an?|per|every|each) \w+|{ADVERB})",
            _refuse(WHICH_DAYS),
        ),
        (
            rf"(?:every|each) (?:\d+ - \d+|(?:{CARDINAL}) (?:or|to) (?:{CARDINAL})"
            "|few|couple(?: of)?|several|some|so many) (?:days|weeks|months|years)"
            "|every (?:so often|now and then|once in a while)",
            _refuse(HOW_MANY),
        ),
        (rf"(?:every )?{LENGTH_OF_TIME} {DONE}", _take_done_after),
        (DONE, _take_done),
        (rf"(?:every |each )?(?:other|alternate)(?= (?:{WEEKDAY}|weekends?) )", _take_every_other),
        (
            rf"{EVERY}(?:(?:from )?(?P<first>{WEEKDAY}) (?:to|through|thru|-) (?P<last>{WEEKDAY})"
            rf"|(?P<weekday>{WEEKDAY})|(?P<weekend>weekends?)|weekdays?|workdays?"
            "|(?:working|business|work|week) days?)",
            _take_weekdays,
        ),
        (
            f"(?:except|excluding|apart from|but(?: not)?)(?: for)?(?= {EVERY}(?:{WEEKDAY}|week))",
            _take_except,
        ),
        (
            "(?:once (?:an?|per)|every|each) (?:single )?"
            rf"(?:(?P<number>{CARDINAL}|{ORDINAL}|other|alternate) )?{UNIT}",
            _take_cadence,
        ),
        (rf"(?P<adverb>{ADVERB})", _take_adverb),
        ("(?:semi|half) ?(?:- )?(?:annually|yearly)", _take_half_years),
        (
            rf"{EVERY}(?P<nths>(?:{NTH})(?: and (?:{NTH}))*) (?P<weekday>{WEEKDAY})",
            _take_nth_weekdays,
        ),
        (f"{EVERY}last (?:calendar )?day|(?:at )?(?:end|last)(?= {OF_MONTHS})", _take_last_day),
        (f"(?:at )?(?:start|beginning)(?= {OF_MONTHS})", _take_first_day),
        (rf"{EVERY}(?P<month>{MONTH}) (?P<day>\d+|{ORDINAL})", _take_day_of_year),
        (rf"{EVERY}(?P<day>\d+|{ORDINAL}) (?:of )?(?P<month>{MONTH})", _take_day_of_year),
        (rf"(?:every|each) (?:{MONTH})(?! \w*\d)", _refuse(WHICH_DAY)),
        (rf"{EVERY}(?:day )?(?P<day>{ORDINAL})(?: day)?(?! last)", _take_day),
        (r"day (?P<day>\d+)", _take_day),
        ("month", _take_in_month),
        (r"(?:until|till|til|through|thru)(?: (?P<until>\d{4}-\d\d-\d\d))?", _take_until),
        (rf"(?:for )?(?P<number>{CARDINAL}) times?(?: in (?:all|total))?", _take_times),
        (rf"for (?:next )?(?P<number>{CARDINAL}|an?) {UNIT}", _take_length),
    ]
]
ENDING = {_take_until, _take_times, _take_length}
"""Those that say how long it goes on."""
