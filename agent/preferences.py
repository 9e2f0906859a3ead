"""What a user tells about themselves, read from their words: "mornings are 7", "my week starts on
Sunday". It is told to a model behind its instructions, in lines that ``Habits`` reads again.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import time

from agent.offline.dates.clock import read_time
from agent.offline.dates.habits import USUAL, Habits
from agent.offline.dates.lengths import ANY_AMOUNT, read_amount
from agent.offline.dates.names import DAY_NUMBERS, MONTH_NUMBERS, WEEKDAY, WEEKDAYS
from agent.offline.words import NUMBER, number
from agent.quiet import QUIET, read_quiet
from text import one_line
from text.expressions import seldom_used

HEADING = "What the user told about themselves (their words count so):"
NOTE = "note"
LONGEST = 200  # characters

EARLIEST_LATEST = {
    "morning": (time(3), time(11, 59)),
    "noon": (time(11), time(15)),
    "evening": (time(15), time(23, 59)),
    "night": (time(17), time(23, 59)),
}


class NotUnderstood(Exception):
    """Why nothing is kept, in a sentence."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The key of a preference and its value, as rows have them."""

    key: str
    value: str


def with_told(instructions: str, lines: Sequence[str]) -> str:
    """The instructions, and behind them what the user told; without that the same for all."""
    return "\n".join([instructions, HEADING, *lines]) if lines else instructions


def told_in(instructions: str) -> Habits:
    """What :func:`with_told` has put there."""
    _, heading, lines = instructions.partition(f"\n{HEADING}\n")
    return Habits.of(lines.splitlines()) if heading else USUAL


def meaning_of(words: str, habits: Habits = USUAL) -> Meaning:
    """``habits`` are those told before. What has no other meaning is a note.

    Raises NotUnderstood for a time that cannot be meant.
    """
    found = preference_in(words, habits)
    if found:
        return found
    note = one_line(REMEMBER.sub("", words)).strip(" .,:;")
    if not note or len(note) > LONGEST:
        raise NotUnderstood(f"A note has 1 to {LONGEST} characters.")
    return Meaning(NOTE, note)


def preference_in(words: str, habits: Habits = USUAL) -> Meaning | None:
    """What the words mean as a whole, if it is more than a note. Raises NotUnderstood."""
    text = BEFORE.sub("", _plain(words))
    text = AFTER.sub("", text).strip(" .,!")
    for pattern, read in RULES:
        match = pattern.fullmatch(text)
        if match and (found := read(match, habits)):
            return found
    hours = read_quiet(text)
    return None if hours is None else Meaning(QUIET, hours)


def pairs_of(lines: Iterable[str]) -> list[tuple[str, str]]:
    """The keys and values that lines of a prompt tell."""
    parted = (line.partition(": ") for line in lines)
    return [(key, value) for key, _, value in parted]


def in_words(key: str, value: str) -> str:
    """For a person."""
    match key:
        case "morning" | "noon" | "evening" | "night":
            return f"{key} means {value}"
        case "week_starts":
            return f"your week starts on {value.title()}"
        case "day_first":
            return f"dates are {'day/month' if value == 'true' else 'month/day'}"
        case "pm_hours":
            return ", ".join(
                f"{int(time[:2]) % 12 or 12} means {time}" for time in value.split(", ")
            )
        case "default_reminder":
            before = f"{value} minutes before" if value != "0" else "when it is due"
            return f"what has a time rings {before}, unless you say otherwise"
        case "quiet":
            begin, _, end = value.partition("-")
            if not value:
                return "no quiet hours"
            return f"what would ring from {begin} to {end} rings at {end}"
    return value


def _plain(words: str) -> str:
    text = words.translate(QUOTES).lower()
    return " ".join(text.split()).strip(" .,!:;")


QUOTES = str.maketrans({"’": "'", "‘": "'", "“": "", "”": "", '"': ""})
REMEMBER = seldom_used(
    r"^\s*(?:please )?(?:remember|keep in mind|note|know|don't forget)(?: about me)?"
    r"(?: that\b|:)\s*",
    re.IGNORECASE,
)
BEFORE = seldom_used(
    r"^(?:(?:please|ok|okay|so|and|hey|hi|hello|fyi|btw|by the way|just so you know"
    r"|you should know|remember|keep in mind|from now on|by default|in (?:the )?future"
    r"|for the future|as a rule|always|for me|to me|generally|actually|note)"
    r"(?:[,:]? that\b)?[,:]? )+"
)
AFTER = seldom_used(
    r"(?:,? (?:for me|to me|from now on|in general|always|by default|please|ok|okay|thanks|here"
    r"|in my world|as a rule|usually))+$"
)
AT = r"(?:at |from |around )?(?P<at>[\w:.' ]{1,24})"
IS = r"(?:is|are|means?|starts?|begins?|counts? as|should (?:be|mean))"
PART = r"(?P<part>morning|noon|midday|evening|night)s?"
OTHERWISE = {"midday": "noon", "tonight": "night"}
I_SAY = r"(?:when|whenever|if|by|with)(?: i (?:say|write|type|ask for))?"
I_MEAN = r"(?:i|it) (?:always |usually )?(?:means?|am talking about)"
HOUR = rf"(?:at )?(?P<hour>{NUMBER})(?: o'?clock)?"
OF_DAY = seldom_used(
    r"(?:in the (?P<part>morning|afternoon|evening)|(?P<half>[ap])\.?m\.?|at (?P<night>night))"
)


def _part_of_day(match: re.Match[str], habits: Habits) -> Meaning | None:
    part = OTHERWISE.get(match["part"], match["part"])
    at = read_time(match["at"], part)
    if at is None:
        return None
    earliest, latest = EARLIEST_LATEST[part]
    if not earliest <= at <= latest:
        raise NotUnderstood(
            f"{at:%H:%M} is no {part}: give a time from {earliest:%H:%M} to {latest:%H:%M}."
        )
    return Meaning(part, f"{at:%H:%M}")


def _hour_meant(match: re.Match[str], habits: Habits) -> Meaning | None:
    said, meant = number(match["hour"]), match["meant"].strip()
    if of_day := OF_DAY.fullmatch(meant):
        half = of_day["half"] or ("a" if of_day["part"] == "morning" else "p")
        at: time | None = time(said % 12 + 12 * (half == "p"))
    elif re.fullmatch(NUMBER, meant):  # 17, but not five
        at = time(number(meant)) if 12 < number(meant) < 24 else None
    else:
        at = read_time(meant, "morning")
    if at is None or not 1 <= said <= 12:
        return None
    if at.minute or at.hour % 12 != said % 12:
        raise NotUnderstood(f"{said} can mean {said % 12:02}:00 or {said % 12 + 12}:00.")
    return _hours({at.hour}, habits)


def _hours_meant(match: re.Match[str], habits: Habits) -> Meaning | None:
    first, last = number(match["first"]), number(match["last"])
    if not 1 <= first < last <= 12:
        return None
    later = 12 * (match["half"] not in ("am", "morning"))
    return _hours({hour % 12 + later for hour in range(first, last + 1)}, habits)


def _hours(meant: set[int], habits: Habits) -> Meaning:
    """With those that were told before, but of each hour the one that is told last."""
    said = {hour % 12 for hour in meant}
    hours = meant | {hour for hour in habits.hours if hour % 12 not in said}
    return Meaning("pm_hours", ", ".join(f"{hour:02}:00" for hour in sorted(hours)))


def _week(match: re.Match[str], habits: Habits) -> Meaning:
    return Meaning("week_starts", WEEKDAYS[DAY_NUMBERS[match["day"].rstrip("s")]])


def _order(match: re.Match[str], habits: Habits) -> Meaning:
    first = match["first"]
    day_first = first.startswith("d") or first in ("european", "british")
    return Meaning("day_first", "true" if day_first else "false")


def _order_by_example(match: re.Match[str], habits: Habits) -> Meaning | None:
    first, second = int(match["first"]), int(match["second"])
    day, month = int(match["day"] or match["day2"]), match["month"] or match["month2"]
    if month not in MONTH_NUMBERS or {first, second} != {day, MONTH_NUMBERS[month]}:
        return None
    return Meaning("day_first", "true" if first == day else "false") if first != second else None


def _reminder(match: re.Match[str], habits: Habits) -> Meaning:
    count = 1 if match["count"] in ("the", None) else number(match["count"])
    minutes = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}[match["unit"][0]]
    return Meaning("default_reminder", str(count * minutes))


def _default(match: re.Match[str], habits: Habits) -> Meaning | None:
    said = match["amount"]
    minutes = 0 if said is None else read_amount(said)
    return None if minutes is None else Meaning("default_reminder", str(minutes))


ORDER = r"(?P<first>day|month|dd?|mm?)(?: comes)?"
Reader = Callable[[re.Match[str], Habits], Meaning | None]
RULES: list[tuple[re.Pattern[str], Reader]] = [
    (seldom_used(pattern), read)
    for pattern, read in (
        (rf"(?:my |the |in the )?{PART}(?: for me| to me)? {IS} {AT}", _part_of_day),
        (rf"{I_SAY}(?: in)?(?: the)? {PART},? {I_MEAN} {AT}", _part_of_day),
        (rf"(?:{I_SAY} )?(?P<part>tonight),? (?:{I_MEAN}|means) {AT}", _part_of_day),
        (rf"{I_SAY} {HOUR},? {I_MEAN} (?P<meant>[\w:. ]{{1,24}})", _hour_meant),
        (
            rf"(?:an? )?(?:bare |plain )?{HOUR} (?:always )?means (?P<meant>[\w:. ]{{1,24}})",
            _hour_meant,
        ),
        (
            rf"(?:the |bare |my )*hours (?:from )?(?P<first>{NUMBER})(?: ?- ?| to | through )"
            rf"(?P<last>{NUMBER}) (?:are|mean) (?:in the )?(?P<half>[ap]m|morning|afternoon"
            r"|evening)",
            _hours_meant,
        ),
        (
            rf"(?:my|our|the) weeks? (?:starts?|begins?) (?:on )?(?:an? )?(?P<day>{WEEKDAY})s?",
            _week,
        ),
        (rf"weeks (?:start|begin) on (?P<day>{WEEKDAY})s?", _week),
        (rf"i (?:start|begin) my weeks? on (?P<day>{WEEKDAY})s?", _week),
        (rf"(?P<day>{WEEKDAY}) is the first day of (?:my|the) week", _week),
        (
            r"(?:(?:my |all )?dates are(?: written)?|i write (?:my )?dates)(?: as| in| like)?"
            rf"(?: the)? {ORDER}(?: ?[/. -] ?(?:day|month|mm?|dd?)(?: ?[/.-] ?(?:year|y{{1,4}}))?"
            r"| first| before (?:the )?(?:day|month)| then (?:day|month))(?: order| format)?",
            _order,
        ),
        (rf"(?:in (?:my )?dates,? )?the {ORDER} first(?: in (?:my )?dates)?", _order),
        (
            r"i (?:use|write) (?P<first>european|british|american|us) (?:style )?dates",
            _order,
        ),
        (
            rf"(?:{I_SAY} )?(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}}),? (?:means|is|i mean)"
            r" (?:the )?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: of)? (?P<month>[a-z]{3,9})"
            r"|(?P<month2>[a-z]{3,9}) (?:the )?(?P<day2>\d{1,2})(?:st|nd|rd|th)?)",
            _order_by_example,
        ),
        (
            rf"remind me (?:(?P<count>{NUMBER}|the) )?(?P<unit>minutes?|mins?|hours?|days?|weeks?)"
            r" (?:before(?:hand)?|ahead|earlier|in advance)(?: (?:of )?(?:everything|each task"
            r"|every task|all tasks|(?:all |my )?(?:appointments|events)|things are due"
            r"|(?:a|each|the) due date))?",
            _reminder,
        ),
        (
            r"(?:remind me |my reminders? (?:should |shall )?(?:be|come|is|are) )"
            rf"(?P<amount>{ANY_AMOUNT}) (?:before(?:hand)?|ahead|earlier|in advance)"
            r"(?: (?:of )?(?:everything|(?:each|every) (?:task|one)|all tasks"
            r"|(?:all |my )?(?:appointments|events)))?",
            _default,
        ),
        (
            r"(?:(?:set |change |make )?(?:my |the )?(?:default|usual|standard) reminders?"
            r"(?: time)?(?: should be| shall be| is| are| to| at|:)?) "
            rf"(?:(?P<amount>{ANY_AMOUNT})(?: (?:before(?:hand)?|ahead|earlier|in advance))?"
            r"|(?:at|on) (?:the )?time)",
            _default,
        ),
    )
]


KEYS = {
    "morning": r"\bmornings?\b",
    "noon": r"\b(?:noon|midday)\b",
    "evening": r"\bevenings?\b",
    "night": r"\bnights?\b",
    "week_starts": r"\bweeks?\b",
    "day_first": r"\b(?:dates?|day first|month first)\b",
    "pm_hours": r"\b(?:hours?|when i say)\b",
    "default_reminder": r"\bremind(?:ers?|ing)?\b",
}
EVERYTHING = seldom_used(
    r"(?:everything|all)(?: of (?:it|that))?(?: (?:that )?(?:you know|i(?:'ve| have)? told you)"
    r"(?: about me)?| about me)?|(?:all )?(?:of )?my (?:preferences|notes|habits)"
)
THE_LAST = seldom_used(
    r"(?:that|it|this)(?: again| one)?|the last(?: one| thing)?|what i just said"
)
FORGET = seldom_used(
    r"^\s*(?:please )?(?:(?:forget|unlearn|don['’]t remember|stop remembering)(?: about)?"
    r"(?: that\b(?= \w))? |(?:no|remove|delete|clear|turn off)(?: my| the)? "
    r"(?=(?:default|usual) remind)"
    r"|(?:don['’]t|do not|stop) (?=remind(?:ing)? me (?:by default|of everything)))",
    re.IGNORECASE,
)
_LITTLE = """
    a about all an are at bit everything have i in is it just me my note of on part said that the
    thing this to told ve what with you your
"""
LITTLE = frozenset(word.removesuffix("s") for word in _LITTLE.split())


def forgotten_by(words: str, told: Iterable[tuple[str, str]]) -> list[int]:
    """The places of the preferences that the words name; ``told`` are keys and values in order."""
    text, rows = FORGET.sub("", f"{_plain(words)} ").strip(), list(told)
    if EVERYTHING.fullmatch(text):
        return list(range(len(rows)))
    if THE_LAST.fullmatch(text):
        return [len(rows) - 1] if rows else []
    wanted = _words(text) - LITTLE
    notes = [
        place
        for place, (key, value) in enumerate(rows)
        if key == NOTE and wanted and wanted <= _words(value.lower())
    ]
    key = _key_of(text)
    return notes or [place for place, (each, _) in enumerate(rows) if each == key]


def _words(text: str) -> set[str]:
    """Of one and of several things alike."""
    return {word.removesuffix("s") or word for word in re.findall(r"\w+", text)}


def _key_of(text: str) -> str:
    try:
        found = preference_in(text)
    except NotUnderstood:
        found = None
    return (
        found.key if found else next((k for k, words in KEYS.items() if re.search(words, text)), "")
    )
