"""Words for a reminder made plain: in small letters, with numbers as digits, each length of time as
its minutes (``<90>``) and each way to say the same thing as one."""

import re

from text.expressions import expression

LENGTH = 500
TO_TWENTY = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
NUMBERS = {word: number for number, word in enumerate(TO_TWENTY)} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "couple of": 2,
    "couple": 2,
}
UNITS = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60, "f": 14 * 24 * 60, "o": 30 * 24 * 60}
"""Minutes, by their first letter; "o" is a month, of 30 days."""
UNIT = (
    r"(?:(?P<o>months?)|(?P<m>m(?:in(?:ute)?s?)?)|(?P<h>h(?:(?:ou)?rs?)?)|(?P<d>d(?:ays?)?)"
    r"|(?P<w>w(?:ee)?ks?|w)|(?P<f>fortnights?))\b"
)
SAME_UNIT = expression(
    r"(?<![:.\d])(?<!at )(?<!past )(?<!to )\b(\d+) (and|,|or) "
    rf"(?=(?:\d+ (?:and|,) )*\d+ ?(?P<unit>{UNIT}))"
)
ABOUT = expression(r"\b(?:at )?(?:around|about|approximately|roughly) (?=\d)")
HOURS_AND_MINUTES = expression(r"<(\d+)>(?: and)? <(\d+)>")
COUNTED = expression(rf"\b(?P<number>\d+(?:\.\d+)?) ?{UNIT}")

FIRST = [
    (expression(pattern), same)
    for pattern, same in (
        (r"[‘’`]", "'"),
        (r"[“”\"()?!]", " "),
        (r"½", " half "),
        (r"@", " at "),
        (r"\b([ap])\. ?m\b\.?", r"\1m"),
        (r"(?<!\d)[.](?!\d)|(?<=\d)[.](?!\d)|(?<!\d)[.](?=\d)", " "),
        (r"(?<=\d)(?=[ap]m\b)", " "),
        (r"(?<=\d),(?=\d{3}\b)", ""),
        (r"[,;]", " , "),
        (r"[&+]|\bplus\b|\bas well as\b|\band (?:also|again|then)\b", " and "),
        (r"(\d{4}-\d\d-\d\d)t(?=\d)", r"\1 at "),
        (r"(?<![\d-])-|-(?!\d)|(?<=[a-z])-(?=\d)|(?<=\d)-(?=[a-z])", " "),
        (r"\b(?:it|that|he|she)'s\b|\bits\b|\bit is\b", "it"),
        (r"\bo'? ?clock\b", "oclock"),
        (r"\bdo not\b|\bdon'?t\b", "dont"),
        (r"\bat (\d{1,2})h(\d\d)?\b", lambda said: f"at {said[1]}:{said[2] or '00'}"),
        (
            rf"\b(twenty|thirty|forty|fifty)[ -]({'|'.join(TO_TWENTY[1:10])})\b",
            lambda said: str(NUMBERS[said[1]] + NUMBERS[said[2]]),
        ),
        (
            rf"\b(?:an? )?({'|'.join(sorted(NUMBERS, key=len, reverse=True))})\b",
            lambda said: str(NUMBERS[said[1]]),
        ),
        (r"\b(\d+) and an? half (?=[a-z])", r"\1.5 "),
        (r"\b(?:an?|1) (hour|day|week) and an? half\b", r"1.5 \1"),
        (r"\b(\d+) (hours|days|weeks) and an? half\b", r"\1.5 \2"),
        (r"\b(?:an? )?(?:half(?: an?)?|1/2(?: an?)?|0\.5) hours?\b", "30 minutes"),
        (r"\b3 quarters of an hour\b", "45 minutes"),
        (r"\b(?:an? )?quarter(?: of)?(?: an?)? hour\b", "15 minutes"),
        (r"\b(?:an? )?half(?: an?)? day\b", "12 hours"),
        (r"\b(\d+) ?(?:h|hrs?|hours?) ?(\d+)(?: ?m\w*)?(?= |$)", r"\1 hours \2 minutes"),
        (r"\ban? (?=(?:minute|min|hour|hr|day|week|fortnight|month)\b)", "1 "),
        (r"\bday after tomorrow\b", "overmorrow"),
        (r"\b(?:previous|preceding|prior) (day|evening|night|morning|afternoon)\b", r"\1 before"),
        (r"\bon the eve\b(?: of it)?", "evening before"),
        (
            r"\b(morning|afternoon|evening|night)(?: of the day)? (before|prior|after)\b(?! noon)",
            r"\1 1 day \2",
        ),
        (r"(?<!at )(?<![:\d])\b(\d+) (?=(?:before|prior|early|ahead)\b)", r"\1 minutes "),
        (
            r"(?<!\d )\b(minute|hour|day|week|month)"
            r"(?= (?:before|prior|earlier|ahead|after|in advance))",
            r"1 \1",
        ),
    )
]
"""In this order."""

FILLERS = expression(
    r"\b(?:please|pls|kindly|(?:remind|notify|alert|ping|nudge|ring|tell|warn)(?: me)?|reminders?"
    r"|alerts?|alarms?|notifications?|set|add|an?|the|me|also|again|just|exactly|precisely|sharp"
    r"|around|about|approximately|with|warnings?|heads up|then|once|for"
    r"|(?:can|could|would|will) you|to be|due to|both|only)\b"
)
SAME = [
    (expression(rf"(?<!\S)(?:{pattern})(?!\S)"), same)
    for pattern, same in (
        (
            r"(?:right )?(?:at|on) (?:due |start |starting |that )?time"
            r"(?: of (?:task|event|it))?(?: it (?:due|starts|begins))?"
            r"|moment it (?:due|starts|begins)",
            "%time",
        ),
        (
            r"(?:right )?when(?:ever)? (?:it (?:due|starts|begins|time|happens)|due|time comes)"
            r"|at (?:start|event|deadline|that moment|moment|its time|due)|when due"
            r"|on dot|at it time|on time",
            "%time",
        ),
        (
            r"(?:on )?(?:same|that|due|very)(?: very| same)? (?:day|date)(?: it due)?"
            r"|(?:on )?day (?:of(?: it| task| event| deadline| appointment| meeting| exam)?"
            r"|it due|itself)|on day",
            "%day",
        ),
        (
            r"(?:on |in )?(?:that|same|very|this same)(?: same)? "
            r"(?P<part>morning|evening|afternoon|night)",
            r"in \g<part> %day",
        ),
        (
            r"(?:on |in )?(?P<part>morning|evening|afternoon|night) of(?: (?:it|day|task|event))?",
            r"in \g<part> %day",
        ),
        (r"first thing(?: in morning)?", "in morning"),
        (r"(?:at )?lunch ?(?:time)?", "at noon"),
        (r"tonite", "tonight"),
    )
]


def plain(text: str) -> str:
    """Words with one space between them; "and" and "," are kept as words."""
    text = f" {text.lower()} "
    for pattern, same in FIRST:
        text = pattern.sub(same, text)
    text = _one_space(text)
    while SAME_UNIT.search(text):
        text = SAME_UNIT.sub(r"\1 \g<unit> \2 ", text)
    text = COUNTED.sub(_minutes, text)
    text = HOURS_AND_MINUTES.sub(_together, text)
    text = ABOUT.sub("at ", text)
    text = _one_space(FILLERS.sub(" ", text))
    for pattern, same in SAME:
        text = pattern.sub(same, text)
    return _one_space(text)


def _minutes(said: re.Match[str]) -> str:
    unit = next(name for name in UNITS if said[name])
    number = float(said["number"])
    return f"<{round(number * UNITS[unit])}>"


def _together(said: re.Match[str]) -> str:
    """One hour and ten minutes is one length; a day and an hour are two."""
    first, second = int(said[1]), int(said[2])
    is_one = second < 60 <= first < 24 * 60 and first % 60 == 0
    return f"<{first + second}>" if is_one else f"<{first}> and <{second}>"


def _one_space(text: str) -> str:
    return " ".join(text.split())
