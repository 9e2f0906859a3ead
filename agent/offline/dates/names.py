"""The names of days, months and places in a row, each spelled once, and slips of the pen."""

_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
WEEKDAYS = _WEEKDAYS.split()
_MONTHS = "january february march april may june july august september october november december"
MONTHS = _MONTHS.split()
_ORDINALS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first
    twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh
    twenty-eighth twenty-ninth thirtieth thirty-first
"""
ORDINALS = _ORDINALS.split()

_OTHER_DAYS = {
    **dict.fromkeys(["mon", "mondey"], 0),
    **dict.fromkeys(["tue", "tues", "tuesdey"], 1),
    **dict.fromkeys(["wed", "weds", "wensday", "wendsday", "wendesday", "wednessday"], 2),
    **dict.fromkeys(["thu", "thur", "thurs", "thersday"], 3),
    **dict.fromkeys(["fri", "fryday", "fridey"], 4),
    **dict.fromkeys(["sat", "saterday", "satterday"], 5),
    **dict.fromkeys(["sun", "sundey"], 6),
}
_OTHER_MONTHS = {
    **dict.fromkeys(["jan", "januari", "janurary"], 1),
    **dict.fromkeys(["feb", "febuari", "febrary"], 2),
    "mar": 3,
    "apr": 4,
    "jun": 6,
    "jul": 7,
    **dict.fromkeys(["aug", "augest"], 8),
    **dict.fromkeys(["sep", "sept", "septembre"], 9),
    **dict.fromkeys(["oct", "octobre"], 10),
    **dict.fromkeys(["nov", "novemeber", "novembre"], 11),
    **dict.fromkeys(["dec", "decemeber", "decembre"], 12),
}


def _slips(name: str) -> list[str]:
    """Two letters swapped, one left out or written twice; the first and the last stay.

    Names that are so short that it could be another word have none.
    """
    places = range(1, len(name) - 1)
    swapped = [name[:n] + name[n + 1] + name[n] + name[n + 2 :] for n in places]
    if len(name) < 6:
        return swapped if name == "april" else []
    return [
        *swapped,
        *(name[:n] + name[n + 1 :] for n in places),
        *(name[:n] + name[n] + name[n:] for n in range(1, len(name))),
    ]


def _spellings(names: list[str], others: dict[str, int], first: int) -> dict[str, int]:
    slips = {slip: n for n, name in enumerate(names, first) for slip in _slips(name)}
    return slips | others | {name: n for n, name in enumerate(names, first)}


DAY_NUMBERS = _spellings(WEEKDAYS, _OTHER_DAYS, 0)
"""0 for monday, by each spelling."""
MONTH_NUMBERS = _spellings(MONTHS, _OTHER_MONTHS, 1)
"""1 for january, by each spelling."""
PLACES = {word: place for place, word in enumerate(ORDINALS, 1)} | {
    word.replace("-", " "): place for place, word in enumerate(ORDINALS, 1)
}
"""1 for first."""

WEEKDAY = "|".join(sorted(DAY_NUMBERS, key=len, reverse=True))
ORDINAL = "|".join(sorted(PLACES, key=len, reverse=True))
