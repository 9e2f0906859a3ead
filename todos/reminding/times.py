"""Days and times of day within words for a reminder, once they are plain."""

import re
from datetime import date, datetime, time, timedelta

from text.expressions import expression
from todos.reminding.occasion import Occasion

PARTS = r"(?P<part>morning|afternoon|evening|night|noon|midday)"
IN_PART = rf"(?:(?:in|on|at|this|during) )?{PARTS}"
CLOCK = (
    r"(?:(?P<named>noon|midday|midnight)"
    r"|<?(?P<off>\d{1,2}|half|quarter)>?(?: minutes)? (?P<side>past|to|till) "
    r"(?P<near>\d{1,2})"
    r"|half (?P<half_hour>\d{1,2})"
    r"|(?P<four>[012]\d[0-5]\d)(?: ?h(?:rs|ours)?)?"
    r"|(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d)(?::(?P<second>\d\d))?)?(?: oclock)?)"
    r"(?: ?(?P<half>am|pm|a|p)\b)?"
    r"(?: (?:(?:in|at) )?(?P<of>morning|afternoon|evening|night)\b)?"
)
AT = expression(rf"(?:(?P<at>at|by|from) )?{CLOCK}")
PART = expression(IN_PART)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT = "mon|tues?|wed|weds|thu|thurs?|fri|sat|sun"
MONTH = rf"(?P<month>{'|'.join(MONTHS)})[a-z]*"
DAY = expression(
    r"(?:on )?(?:"
    rf"(?:(?:next|this|coming) )?(?P<weekday>{'|'.join(WEEKDAYS)}|{SHORT})"
    r"|(?P<word>today|tomorrow|tmrw|overmorrow|tonight|next week|next month|this)"
    r"|(?P<iso>\d{4}-\d\d-\d\d)"
    rf"|{MONTH} (?P<number>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<year>\d{{4}}))?"
    r")"
)
DAY_FIRST = expression(
    rf"(?:on )?(?P<number>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {MONTH}(?: (?P<year>\d{{4}}))?"
)
BACK = ("to", "till")
ORDINAL = expression(r"(?:on )?(?P<ordinal>\d{1,2})(?:st|nd|rd|th)")
EARLIEST = time(5)
"""Before that an hour alone is not meant, if there is another one."""


class NoTime(Exception):
    """No clock shows it, or there is no such day."""


def day_of(said: re.Match[str], occasion: Occasion) -> date:
    """Raises NoTime."""
    today = occasion.now.date()
    named = said.groupdict()
    if named.get("word"):
        more = {"tomorrow": 1, "tmrw": 1, "overmorrow": 2, "next week": 7, "next month": 30}
        return today + timedelta(more.get(named["word"] or "", 0))
    if weekday := named.get("weekday"):
        number = next(place for place, name in enumerate(WEEKDAYS) if name[:3] == weekday[:3])
        return today + timedelta((number - today.weekday() - 1) % 7 + 1)
    try:
        if named.get("iso"):
            return date.fromisoformat(named["iso"] or "")
        if named.get("ordinal"):
            day = today.replace(day=int(named["ordinal"] or 0))
            return day if day >= today else _in_a_month(day)
        month = MONTHS.index(said["month"]) + 1
        year = int(said["year"] or today.year)
        day = date(year, month, int(said["number"]))
        return day if day >= today or said["year"] else day.replace(year=year + 1)
    except ValueError:
        raise NoTime from None


def _in_a_month(day: date) -> date:
    """The same day of the next month. Raises ValueError where that lacks it."""
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


def part_of_day(name: str, occasion: Occasion) -> time:
    """When a part of the day is, if no hour is named."""
    habits = occasion.habits
    return {
        "morning": habits.morning,
        "afternoon": time(15),
        "evening": habits.evening,
        "night": habits.night,
    }.get(name, habits.noon)


def time_of(said: re.Match[str], occasion: Occasion, *, day: date | None, part: str = "") -> time:
    """``day``: on which it is, where that is known; ``part``: of the day, said elsewhere.

    Raises NoTime.
    """
    if said["named"]:
        return time(23, 59) if said["named"] == "midnight" else occasion.habits.noon
    if said["four"]:
        return _time(int(said["four"][:2]), int(said["four"][2:]))
    hour, minute, second = _hour_and_minute(said)
    half, part = (said["half"] or "")[:1], said["of"] or part
    written = said["hour"] or ""
    if hour > 12 or written.startswith("0") or hour == 0:
        return _time(hour, minute, second)
    shift = 60 if said["side"] in BACK else 0
    hours = _hours(hour, half, part, occasion)
    times = [_time(each, minute, second, shift=shift) for each in hours]
    return times[0] if len(times) == 1 else _meant(times, occasion, day)


def _hour_and_minute(said: re.Match[str]) -> tuple[int, int, int]:
    """For "ten to nine" 9 and 50: the hour is still to be put back."""
    if said["half_hour"]:
        return int(said["half_hour"]), 30, 0
    if said["near"] is None:
        return int(said["hour"]), int(said["minute"] or 0), int(said["second"] or 0)
    off = {"half": 30, "quarter": 15}.get(said["off"]) or int(said["off"])
    return int(said["near"]), (60 - off) % 60 if said["side"] in BACK else off, 0


def _hours(hour: int, half: str, part: str, occasion: Occasion) -> list[int]:
    """The hours of 24 that it may be; the usual one comes first."""
    morning, later = hour % 12, hour % 12 + 12
    if half == "a" or (part == "morning" and not half):
        return [morning]
    if half == "p" or part in ("afternoon", "evening"):
        return [later]
    if part == "night":
        return [later if 5 <= hour < 12 else morning]
    told = [each for each in occasion.habits.hours if each % 12 == morning]
    if told or hour == 12:
        return told[:1] or [12]
    return [later, morning] if hour <= 6 else [morning, later]


def _meant(times: list[time], occasion: Occasion, day: date | None) -> time:
    """Of two the one before the task is due, as late as may be; or the next one to come today."""
    if day is not None and day == occasion.day and occasion.at is not None:
        before = [each for each in times if EARLIEST <= each < occasion.at]
        return max(before, default=times[0])
    now = occasion.now
    if day is None or day == now.date():
        to_come = [each for each in times if each > now.time() and each >= EARLIEST]
        return min(to_come, default=times[0])
    return times[0]


def _time(hour: int, minute: int, second: int = 0, *, shift: int = 0) -> time:
    if hour == 24 and not minute:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        raise NoTime
    at = datetime.combine(date(2000, 1, 2), time(hour, minute, second))
    return (at - timedelta(minutes=shift)).time()
