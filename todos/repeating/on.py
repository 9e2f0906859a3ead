"""The days of a rule within its week, month or year, as clients spell them: ``mon``, ``15``, ``-1``
(the last of a month), ``last friday``, ``march 5``."""

from collections.abc import Sequence

from todos.rules import RuleBroken

On = tuple[str | int, ...]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT = tuple(day[:3] for day in WEEKDAYS)
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
NTHS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
NTH_WEEKDAYS = tuple(f"{nth} {weekday}" for nth in NTHS for weekday in WEEKDAYS)
IN_EVERY_MONTH = 28
DAYS = (*range(1, IN_EVERY_MONTH + 1), -1)

FORMS = {
    "day": 'A rule of days has no "on"; one of weeks may have, like "every 2 weeks on Monday".',
    "week": f"A rule of weeks comes on {', '.join(SHORT)}, each once.",
    "month": (
        "A rule of months comes on days from 1 to 28 and -1 (the last), or on weekdays like "
        '"first monday", "fourth sunday" and "last friday", each once.'
    ),
    "year": 'A rule of years comes on one day, like "march 5".',
}


def broken(sentence: str) -> RuleBroken:
    return RuleBroken("repeats", "invalid", sentence)


def check(every: str, on: object) -> On:
    """The days in their order. Raises RuleBroken where they are not of a kind of its own."""
    if not isinstance(on, list | tuple) or len(on) > len(NTH_WEEKDAYS):
        raise broken(FORMS[every])
    if every == "year" and len(on) == 1:
        return (_check_day_of_year(on[0]),)
    if every == "month":
        for day in on:
            check_in_every_month(day)
    for known in _known(every):
        if _all_once(on, known):
            return tuple(sorted(on, key=known.index))
    raise broken(FORMS[every])


def check_in_every_month(day: object) -> None:
    """Raises RuleBroken for a day that some months lack."""
    if type(day) is int and IN_EVERY_MONTH < day <= 31:
        raise broken(
            f"Not every month has a {ordinal(day)}: take the last day of every month, or a day "
            "up to the 28th."
        )
    if isinstance(day, str) and day.startswith("fifth ") and day[6:] in WEEKDAYS:
        weekday = day[6:].title()
        raise broken(f"Not every month has a fifth {weekday}: take the last {weekday}.")


def check_in_every_year(month: int, day: int) -> None:
    """Raises RuleBroken for a day that some years, or all, lack."""
    name = MONTHS[month - 1].title()
    longest = LONGEST[month - 1]
    if (month, day) == (2, 29):
        raise broken("Not every year has a February 29: take February 28 or March 1.")
    if not 1 <= day <= longest:
        raise broken(
            f"{name} has no day {day}: take {name} {min(longest, 28)}, or the last day of every "
            "month."
        )


def ordinal(day: int) -> str:
    """1st, 22nd, 13th."""
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def month_and_day(on: str) -> tuple[int, int]:
    """3 and 5 of ``march 5``."""
    month, day = on.split()
    return MONTHS.index(month) + 1, int(day)


def nth_weekday(on: str) -> tuple[int, int]:
    """-1 and 4 of ``last friday``; Monday is 0."""
    nth, weekday = on.split()
    return NTHS[nth], WEEKDAYS.index(weekday)


def by_days(every: str, on: On) -> list[str]:
    """The parts of a rule of RFC 5545 that name them."""
    if not on:
        return []
    if every == "year":
        month, day = month_and_day(str(on[0]))
        return [f"BYMONTH={month}", f"BYMONTHDAY={day}"]
    if every == "month" and isinstance(on[0], int):
        return [f"BYMONTHDAY={','.join(map(str, on))}"]
    if every == "month":
        places = [nth_weekday(str(day)) for day in on]
        return [f"BYDAY={','.join(f'{nth}{CODES[weekday]}' for nth, weekday in places)}"]
    return [f"BYDAY={','.join(CODES[SHORT.index(str(day))] for day in on)}"]


def _known(every: str) -> tuple[Sequence[str | int], ...]:
    return {"day": ((),), "week": (SHORT,), "month": (DAYS, NTH_WEEKDAYS), "year": ((),)}[every]


def _all_once(on: Sequence[object], known: Sequence[str | int]) -> bool:
    """``True`` is no day 1, though it equals it."""
    taken = {day for day in on if type(day) in (str, int)}
    return len(taken) == len(on) and taken <= set(known)


def _check_day_of_year(day: object) -> str:
    words = day.split(" ") if isinstance(day, str) and len(day) < 20 else []
    if len(words) != 2 or words[0] not in MONTHS or words[1] not in map(str, range(1, 32)):
        raise broken(FORMS["year"])
    check_in_every_year(MONTHS.index(words[0]) + 1, int(words[1]))
    return " ".join(words)
