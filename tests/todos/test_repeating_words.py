"""A rule in words: read as people put it, told in one way."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.todos.test_repeating import ENDS, rules
from todos.repeating import Repeat
from todos.rules import RuleBroken

WORDS = [
    (
        "every day",
        ["daily", "Every day.", "each day", "every single day", "everyday", "repeat daily"],
    ),
    (
        "every 2 days",
        ["every other day", "every 2nd day", "every second day", "every alternate day"],
    ),
    ("every 3 days", ["every three days", "every third day", "once every 3 days", "EVERY 3 DAYS"]),
    (
        "every weekday",
        ["weekdays", "on weekdays", "every working day", "monday to friday", "mon-fri"],
    ),
    ("every weekday", ["every day, Monday through Friday", "workdays", "each business day"]),
    (
        "every Saturday and Sunday",
        ["weekends", "every weekend", "sat & sun", "sundays and saturdays"],
    ),
    ("every week", ["weekly", "once a week", "once per week", "every 1 week"]),
    (
        "every Monday",
        ["mondays", "on Mondays", "weekly on monday", "monday of every week", "each Mon"],
    ),
    (
        "every Monday and Thursday",
        ["mondays and thursdays", "every thu, mon", "every mon and every thu"],
    ),
    ("every Monday, Wednesday and Friday", ["every monday, wednesday, and friday", "mon/wed/fri"]),
    ("every 2 weeks", ["fortnightly", "every fortnight", "every other week", "every two weeks"]),
    (
        "every 2 weeks on Tuesday",
        ["every other tuesday", "alternate Tuesdays", "tuesdays every 2 weeks"],
    ),
    ("every 2 weeks on Monday and Thursday", ["every 2 weeks on Mon and Thu"]),
    ("every month", ["monthly", "once a month", "each month"]),
    (
        "every month on the 15th",
        ["on the 15th of every month", "monthly on the 15th", "every 15th"],
    ),
    ("every month on the 15th", ["the fifteenth", "day 15 of each month", "every month on day 15"]),
    ("every month on the 1st and the 15th", ["the 1st and the 15th", "1st & 15th of the month"]),
    ("every month on the last day", ["last day of the month", "at the end of every month"]),
    ("every month on the 1st and the last day", ["the first and last day of the month"]),
    ("every month on the first Monday", ["first monday of the month", "every first Monday"]),
    (
        "every month on the last Friday",
        ["last friday of every month", "every last friday of the month"],
    ),
    ("every month on the second Tuesday", ["every second tuesday of the month", "the 2nd tue"]),
    ("every month on the first Monday and the third Monday", ["1st and 3rd monday of each month"]),
    ("every 3 months", ["quarterly", "every quarter", "every three months"]),
    ("every 3 months on the last day", ["quarterly on the last day", "last day of every 3 months"]),
    ("every 6 months", ["semi-annually", "half-yearly", "every six months"]),
    ("every year", ["yearly", "annually", "once a year"]),
    (
        "every year on March 5",
        ["every march 5", "every Mar 5th", "the 5th of march", "5 march yearly"],
    ),
    ("every 2 years on March 5", ["every other year on the fifth of March"]),
    ("3 days after it is done", ["3 days after I finish", "every 3 days after completion"]),
    (
        "3 days after it is done",
        ["every three days from when I've done it", "3 days after doing it"],
    ),
    ("1 week after it is done", ["a week after it's done", "one week after I complete this task"]),
    ("1 day after it is done", ["the day after I do it", "every day after it is done"]),
    ("every Monday after it is done", ["every monday after it is done"]),
    ("every day, until 2027-01-31", ["daily until 2027-01-31", "every day through 2027-01-31"]),
    (
        "every Monday, 5 times",
        ["every monday for 5 times", "mondays five times", "every mon for 5 weeks"],
    ),
    ("every day, 42 times", ["every day for 6 weeks", "daily, 42 times in all"]),
    (
        "every Monday and Thursday, 12 times",
        ["mondays and thursdays for 6 weeks", "for 6 weeks, mon & thu"],
    ),
    ("every 2 weeks, 3 times", ["every 2 weeks for 6 weeks"]),
    ("every 3 months, 8 times", ["quarterly for 2 years"]),
    ("every day, 1 time", ["every day for 1 day"]),
    ("every day", ['"every day"', "Every\n day!", "once daily"]),
    ("every 21 days", ["every twenty-one days", "every 21st day"]),
    (
        "every weekday",
        ["every day except weekends", "every single weekday", "from monday to friday"],
    ),
    ("every Monday, Tuesday, Wednesday and Thursday", ["weekdays except fridays"]),
    ("every Monday, Saturday and Sunday", ["sat-mon", "saturday through monday"]),
    ("every month on the 1st", ["start of the month", "at the beginning of every month"]),
    ("every month on the 25th", ["the twenty-fifth", "every month on the twenty fifth"]),
    (
        "every month on the first Saturday and the third Saturday",
        ["every first and third saturday"],
    ),
    ("6 months after it is done", ["6 months after the last time", "6 months after I last did it"]),
]
READ = [(put, told) for told, puts in WORDS for put in [told, *puts]]


@pytest.mark.parametrize(("put", "told"), READ)
def test_words_are_told_in_one_way(put: str, told: str) -> None:
    assert Repeat.read({"words": put}).words == told


@settings(max_examples=300, deadline=None)
@given(rules(st.sampled_from(["due", "done"]), ENDS))
def test_what_a_rule_is_told_as_reads_as_that_rule(rule: Repeat) -> None:
    assert Repeat.read({"words": rule.words}) == rule


NOT_EVERY_MONTH = "the last day of every month"
TWO_THINGS = "That may mean two things"
FORMS = "Say how it repeats like"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        *((words, NOT_EVERY_MONTH) for words in ("the 31st", "every 30th", "monthly on the 29th")),
        *((words, NOT_EVERY_MONTH) for words in ("every 30 february", "every april 31st")),
        ("every february 29", "February 28 or March 1"),
        ("every fifth monday of the month", "the last Monday"),
        *((words, TWO_THINGS) for words in ("biweekly", "bi-monthly")),
        ("every second tuesday", "Every 2 weeks on Tuesday, or every month on the second Tuesday?"),
        *(
            (words, "can be left out")
            for words in ("every month except may", "daily but not may 5")
        ),
        *((words, "all year") for words in ("last friday of march", "every monday in summer")),
        ("every year in march", "Say the day"),
        *((words, "the last Friday") for words in ("first weekday of the month", "last workday")),
        *((words, "Say how often") for words in ("every 5-6 weeks", "every two or three days")),
        *((words, "on which days") for words in ("twice a week", "3 times every week", "5 times")),
        *(
            (words, "at the shortest")
            for words in ("hourly", "every 2 hours", "every 30 minutes", "every second")
        ),
        *((words, "from 1 to 999") for words in ("every 0 days", "every 1000 weeks")),
        ("every day, 1000 times", "from 1 to 999"),
        ("every 99999999999999999999999999 years", "from 1 to 999"),
        ("every day for a month", "Say the end as a date"),
        ("every monday until friday", "Say the end as a date"),
        ("daily until 2027-01-31 until 2027-01-31", "Say the end as a date"),
        ("every day, 5 times, 6 times", "Say the end as a date"),
        ("at the end of every quarter", "the first due day"),
        ("last day of every quarter", "the first due day"),
        ("first monday of the quarter", "the first due day"),
        ("every day until christmas", "Say the end as a date"),
        ("every day until 2027-02-30", "a day that there is"),
        ("every day until 2027-01-01, 5 times", "not by both"),
        ("monday of every month", 'like "first monday"'),
        ("every 3 days on monday", "A rule of days"),
        ("mondays and mon", "each once"),
        ("every week on the 1st", "A rule of weeks"),
        ("every year on the 15th", 'like "march 5"'),
        ("every march 5 and june 5", 'like "march 5"'),
    ],
)
def test_what_cannot_be_kept_is_told_with_what_can_be_had(words: str, said: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        Repeat.read({"words": words})
    assert broken.value.field == "repeats"
    assert said in broken.value.sentence


@pytest.mark.parametrize(
    "words",
    [
        *(
            "",
            " ",
            "and",
            "of",
            "every",
            "tomorrow",
            "next monday",
            "3 days",
            "a week",
            "after I finish",
        ),
        *("every day at 7", "every morning", "every -3 days", "every 3.5 days"),
        *(
            "second last day of the month",
            "every monday except monday",
            "every 2² days",
            "every monday and",
            "first of",
            "mondays for week",
            "every third day of the month",
            "every monday of the month",
            "second to last friday of the month",
        ),
        "first monday of the year",
        *(
            "every day every week",
            "FREQ=DAILY",
        ),
        *(
            "every monday and the 15th",
            "every 2 weeks on monday and every thursday",
            "every mon to",
        ),
        *(
            "every day" + " " * 1000,
            "every day \ud800",
            "every\x00day",
            "jeden Tag",
            "毎日",
            "every ٣",
        ),
    ],
)
def test_words_that_are_no_rule_are_not_guessed_at(words: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        Repeat.read({"words": words})
    assert FORMS in broken.value.sentence


PIECES = [
    "every",
    "first",
    "and",
    "a",
    "3",
    "5th",
    "day",
    "monday",
    "after",
    "i",
    "-",
    "the",
    "half",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join) | st.text(max_size=300))
def test_any_words_are_a_rule_or_are_told_why_not(words: str) -> None:
    try:
        rule = Repeat.read({"words": words})
    except RuleBroken:
        return
    assert Repeat.read({"words": rule.words}) == rule


@pytest.mark.no_cover
@pytest.mark.parametrize("piece", ["every ", "first and ", "after i ", "1st ", "1", "ﷺ", "day "])
def test_no_words_cost_more_than_a_moment(piece: str) -> None:
    """Some two milliseconds on an idle machine; here others work on it, too."""
    for words in ((piece * 1000)[:1000], piece * 1_000_000):
        assert min(_cost(words) for _ in range(3)) < 0.02


def _cost(words: str) -> float:
    begin = time.process_time()
    with pytest.raises(RuleBroken):
        Repeat.read({"words": words})
    return time.process_time() - begin


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("every few days", "Say how often"),
        ("every couple of weeks", "Say how often"),
        ("every january", "Say the day, like"),
        ("twice a day", "add one for each time of the day"),
        ("3 times daily", "add one for each time of the day"),
    ],
)
def test_words_that_lack_something_are_asked_for_it(words: str, said: str) -> None:
    with pytest.raises(RuleBroken, match=said):
        Repeat.read({"words": words})
