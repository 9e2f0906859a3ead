"""More that is read of dates: how far to move, a date at an end, a bare hour; and in what time."""

from datetime import time
from itertools import zip_longest
from time import process_time

import pytest

from agent.offline import dates
from agent.offline.dates import When
from tests.agent.reading_dates import SATURDAY_NOON, moment, read, when


@pytest.mark.parametrize(
    ("words", "before", "moved"),
    [
        ("postpone it by a week", "2026-11-21 10:00", "2026-11-28 10:00"),
        ("push it back 2 days", "2026-11-21", "2026-11-23"),
        ("bring it forward by a day", "2026-11-21", "2026-11-20"),
        ("2 days earlier", "2026-11-21", "2026-11-19"),
        ("an hour later", "2026-11-21 23:30", "2026-11-22 00:30"),
        ("delay by 30 minutes", "2026-11-21 10:00", "2026-11-21 10:30"),
        ("by a month", "2026-01-31", "2026-02-28"),
        ("another week", "2026-11-21", "2026-11-28"),
        ("a fortnight later", "2026-11-21", "2026-12-05"),
        ("a year later", "2028-02-29", "2029-02-28"),
    ],
)
def test_by_how_much_to_move(words: str, before: str, moved: str) -> None:
    shift, _ = dates.read_shift(words) or pytest.fail("no shift was read")
    start = when(before)
    assert start.day

    assert shift(start.day, start.at) == when(moved)


@pytest.mark.parametrize("text", ["", "to monday", "buy 2 weeks of food", "milk"])
def test_what_is_no_move(text: str) -> None:
    assert dates.read_shift(text) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("dinner with Eva at half past seven", "19:30"),
        ("dinner at 7", "19:00"),
        ("supper at quarter to eight", "19:45"),
        ("cook dinner at 5", "17:00"),
        ("breakfast with Eva at half past seven", "07:30"),
        ("breakfast at 5", "05:00"),
        ("brunch at 11", "11:00"),
        ("lunch at 1", "13:00"),
        ("lunch with Tom at half past twelve", "12:30"),
        ("lunch at 11:30", "11:30"),
        ("dinner at 19:30", "19:30"),
        ("call Ann at half past seven", "07:30"),
    ],
)
def test_a_meal_tells_the_half_of_the_day(text: str, at: str) -> None:
    assert read(text).when == when(at)
    assert read(text).remarks == ()


@pytest.mark.parametrize("text", ["at 5", "from 3 to 4", "at ten past 5", "at half five", "5ish"])
def test_a_half_of_the_day_that_is_a_guess_is_told(text: str) -> None:
    assert "I took that as" in read(text).remarks[0]


@pytest.mark.parametrize(
    ("text", "before", "told"),
    [
        ("the report to monday", "the report", "2026-11-23"),
        ("the report from friday to monday", "the report from friday", "2026-11-23"),
        ("my friday list to the 5th", "my friday list", "2026-12-05"),
        ("it to sun", "it", "2026-11-22"),
        ("milk to tomorrow at half past seven in the evening", "milk", "2026-11-22 19:30"),
        ("gym to 6pm on friday", "gym", "2026-11-27 18:00"),
        ("gym to friday from 3 to 4pm", "gym", "2026-11-27 15:00"),
        ("call Ann to the last friday of december", "call Ann", "2026-12-25"),
        ("read chapter 5 to monday", "read chapter 5", "2026-11-23"),
        ("watch 1917 until next week", "watch 1917", "2026-11-23"),
        ("tomorrow", "", "2026-11-22"),
        ("the meeting tomorrow about it", "the meeting about it", "2026-11-22"),
        ("the milk", "the milk", ""),
        ("", "", ""),
    ],
)
def test_the_date_at_an_end_is_the_longest_that_is_nothing_else(
    text: str, before: str, told: str
) -> None:
    rest, reading = dates.read_end(text, moment(SATURDAY_NOON, "Europe/Berlin"))

    assert (rest, reading.when) == (before, when(told) if told else When())


@pytest.mark.parametrize(
    ("text", "earlier", "meant"),
    [
        ("6", "17:00", "18:00"),
        ("six", "17:00", "18:00"),
        ("6:30", "17:00", "18:30"),
        ("half past 6", "17:00", "18:30"),
        ("to 6", "17:00", "18:00"),
        ("8", "17:00", "20:00"),
        ("4", "17:00", "16:00"),
        ("8", "09:00", "08:00"),
        ("11", "09:00", "11:00"),
        ("1", "11:00", "13:00"),
        ("5", "10:00", "17:00"),
        ("6", "05:00", "06:00"),
        ("9", "20:00", "21:00"),
        ("6am", "17:00", "06:00"),
        ("18:30", "09:00", "18:30"),
        ("6 o'clock", "17:00", "18:00"),
    ],
)
def test_a_bare_hour_corrects_an_earlier_one(text: str, earlier: str, meant: str) -> None:
    assert dates.read_hour(text, time.fromisoformat(earlier)) == time.fromisoformat(meant)


@pytest.mark.parametrize("text", ["", "milk", "6 eggs", "25", "6:75", "tomorrow", "high", "-1"])
def test_what_is_no_bare_hour(text: str) -> None:
    assert dates.read_hour(text, time(17)) is None


_WORDS = """
    on by the due date is friday fri sat sun may march 3 12 31 3/12 12. 2026-12-03 1st 5th first
    second last of month week next this in at from to until between half quarter past ten twenty
    an hour and a tomorrow tonight today morning night evening noon 5pm 17:30 1730 0930 end every
    monday mondays daily twice times dinner a couple no later than which weekend @ ( , . : - – ' /
"""
WORDS_OF_DATES = sorted(set(_WORDS.split()))
BEGINNINGS = ["", "on the ", "dinner at ", "(", "from "]
ENDINGS = ["", " x", " of", " at 5", ")"]
BETWEEN = [" ", ", ", "-", "", ". ", " — ", "  ", " to ", " and "]


@pytest.mark.no_cover
@pytest.mark.parametrize("word", WORDS_OF_DATES)
def test_the_time_of_reading_grows_as_the_text_does(word: str) -> None:
    """Four times the text takes four times the time, or a little more."""
    for between, beginning, end in zip_longest(BETWEEN, BEGINNINGS, ENDINGS, fillvalue=""):
        text = f"{word}{between}" * 4_000
        short, long = (f"{beginning}{text[:size]}{end}" for size in (1_000, 4_000))
        if _seconds(long) > 0.05:
            ratio = min(_seconds(long) for _ in range(3)) / min(_seconds(short) for _ in range(3))
            assert ratio < 4**1.2 * 1.5, (beginning, between, end)


def _seconds(text: str) -> float:
    """Of processor time."""
    now = moment(SATURDAY_NOON, "Europe/Berlin")
    begun = process_time()
    dates.read(text, now)
    dates.read_end(text, now)
    dates.read_repetition(text, now)
    dates.read_shift(text)
    return process_time() - begun


@pytest.mark.parametrize(
    ("zone", "now", "words", "meant"),
    [
        # Clocks go from 02:00 to 03:00.
        ("Europe/Berlin", "2026-03-29 01:30", "in an hour", "2026-03-29 03:30"),
        ("Europe/Berlin", "2026-03-28 23:30", "in 3 hours", "2026-03-29 03:30"),
        ("Europe/Berlin", "2026-03-28 12:00", "tomorrow at noon", "2026-03-29 12:00"),
        ("America/New_York", "2026-03-08 01:45", "in 30 minutes", "2026-03-08 03:15"),
        # Clocks go from 03:00 (in New York from 02:00) back by an hour.
        ("Europe/Berlin", "2026-10-25 01:30", "in 3 hours", "2026-10-25 03:30"),
        ("America/New_York", "2026-11-01 00:30", "in 3 hours", "2026-11-01 02:30"),
        ("America/New_York", "2026-10-31 12:00", "in 2 days", "2026-11-02"),
    ],
)
def test_hours_pass_as_they_do_when_clocks_change(
    zone: str, now: str, words: str, meant: str
) -> None:
    assert read(words, now, zone).when == when(meant)


@pytest.mark.parametrize(
    ("now", "meant"),
    [
        ("2026-11-21 16:59", "2026-11-21 17:00"),
        ("2026-11-21 17:00", "2026-11-22 17:00"),
        ("2026-12-31 18:00", "2027-01-01 17:00"),
    ],
)
def test_a_time_that_has_passed_is_tomorrows(now: str, meant: str) -> None:
    local = moment(now, "Europe/Berlin")

    assert dates.read("at 5pm", local).when.with_day(local) == when(meant)


def test_a_day_without_a_time_has_none() -> None:
    local = moment(SATURDAY_NOON, "Europe/Berlin")

    assert dates.read("tomorrow", local).when.with_day(local) == when("2026-11-22")
