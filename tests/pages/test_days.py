"""Days on the page are named as a person would."""

from datetime import date, time

import pytest

from chat.pages.days import due_words, next_words

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "moment", "words"),
    [
        (date(2026, 11, 19), None, "yesterday"),
        (date(2026, 11, 20), time(0, 0), "today 00:00"),
        (date(2026, 11, 21), time(9, 5), "tomorrow 09:05"),
        (date(2026, 11, 22), None, "22 Nov"),
        (date(2026, 1, 2), time(17, 0), "2 Jan 17:00"),
        (date(2027, 1, 2), None, "2 Jan 2027"),
    ],
)
def test_a_day_is_named_as_a_person_would(day: date, moment: time | None, words: str) -> None:
    assert due_words(day, moment, TODAY) == words


@pytest.mark.parametrize(
    ("day", "moment", "words"),
    [
        (date(2026, 11, 20), time(7, 0), "next: today 07:00"),
        (date(2026, 11, 21), None, "next: tomorrow"),
        (date(2026, 11, 30), None, "next: Monday, 30 November"),
        (date(2027, 1, 2), time(9, 5), "next: Saturday, 2 January 2027 09:05"),
    ],
)
def test_what_comes_next_has_its_weekday(day: date, moment: time | None, words: str) -> None:
    assert next_words(day, moment, TODAY) == words
