"""What people tell about themselves: read from their words, and used by what reads days."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from agent import prompt
from agent.offline import dates
from agent.offline.dates import Habits, LocalTime, habits_of
from agent.preferences import (
    NotUnderstood,
    forgotten_by,
    in_words,
    meaning_of,
    preference_in,
    told_in,
    with_told,
)
from agent.tools.moments import Moments
from agent.tools.tool import ToolError

NOW = datetime(2026, 11, 21, 12, 10, tzinfo=ZoneInfo("Europe/Berlin"))  # a Saturday

MEANINGS = {
    "morning: 07:00": """
        mornings are 7; Mornings are at 7.; morning means 7am; remember: morning is 7 am
        from now on my mornings start at 7:00; when I say morning I mean 7 o'clock
        by morning I mean seven; remember that mornings are 7; my morning begins at 07:00
    """,
    "noon: 12:30": "noon means 12:30; midday is 12:30; when I say noon, I mean 12:30; noon = no",
    "noon: 13:00": "noon is 1; noon is 13:00 for me; noon means 1pm",
    "evening: 19:30": "evenings start at 19:30; my evening is at 7:30pm; evening means half past 7",
    "night: 22:00": """
        nights are 10; night means 22:00; by night i mean 10pm; when I say tonight I mean 22:00;
        tonight means 10pm
    """,
    "pm_hours: 17:00": """
        when I say 5 I mean 17:00; when I say 5, I mean 5pm; if i say five i mean 5 in the afternoon
        when I write at 5 I always mean 17; 5 means 17:00; by 5 i mean 5 pm; 5 means in the evening
    """,
    "pm_hours: 06:00": "when I say 6 I mean 6am; 6 means in the morning; when i say 6 i mean 06:00",
    "pm_hours: 13:00, 14:00": "hours from 1 to 2 are pm; the hours 1-2 mean in the afternoon",
    "week_starts: sunday": """
        my week starts on Sunday; weeks start on sunday; the week begins on a Sunday, please
        I start my week on sundays; Sunday is the first day of my week; our week starts on sun
    """,
    "week_starts: monday": "my week starts on Monday; remember that my week begins on monday",
    "day_first: true": """
        dates are day/month; dates are day first; my dates are dd/mm/yyyy; I write dates day first
        3/4 is the 3rd of April; 3/4 means April 3; the day comes first in dates
        dates are written in day month order; I use European dates; when I write 3/4 I mean 3 April
    """,
    "day_first: false": """
        dates are month/day; dates are month first; my dates are mm/dd; 3/4 means March 4th
        I write american dates; the month comes first
    """,
    "default_reminder: 1440": "remind me a day before; always remind me one day in advance",
    "default_reminder: 30": "remind me 30 minutes before; remind me 30 mins ahead of everything",
}
NO_PREFERENCES = """
    mornings are hard; evenings are for reading; add morning run at 7; my week starts badly
    note that the week starts on monday for the project; the night shift starts at 10
    remind me a day before the party; dates are sweet; 5 means five; buy dates; 3/4 cup of milk
    the morning meeting is at 7; week starts; when I say go I mean go; 3/4 is the 5th of May
    tonight is 22:00
    remember that Anna is my sister; is the morning 7?; hours from 9 to 5 are pm
    remind me to call mum in the morning; the week starts on monday with the standup
"""


def listed(text: str) -> list[str]:
    return [
        words.strip() for line in text.splitlines() for words in line.split(";") if words.strip()
    ]


CASES = [(w, line) for line, told in MEANINGS.items() for w in listed(told) if w != "noon = no"]


@pytest.mark.parametrize(("words", "line"), CASES)
def test_words_mean_a_key_and_a_value(words: str, line: str) -> None:
    found = preference_in(words)

    assert found is not None
    assert f"{found.key}: {found.value}" == line


@pytest.mark.parametrize("words", listed(NO_PREFERENCES))
def test_what_is_none_is_read_as_none(words: str) -> None:
    assert preference_in(words) is None


@pytest.mark.parametrize(
    "words", ["mornings are at 17:00", "noon is 9", "when I say 5 I mean 18:00", "night is 3am"]
)
def test_a_time_that_cannot_be_meant_is_refused(words: str) -> None:
    with pytest.raises(NotUnderstood):
        preference_in(words)


def test_what_has_no_other_meaning_is_a_note() -> None:
    found = meaning_of("Please remember that Anna is my sister.")

    assert (found.key, found.value) == ("note", "Anna is my sister")
    for words in ("remember that", "x" * 201):
        with pytest.raises(NotUnderstood):
            meaning_of(words)


def test_an_hour_is_told_beside_those_before_and_replaces_its_own() -> None:
    before = Habits.of(["pm_hours: 06:00, 17:00"])

    assert meaning_of("when I say 7 I mean 19:00", before).value == "06:00, 17:00, 19:00"
    assert meaning_of("when I say 6 I mean 6pm", before).value == "17:00, 18:00"


def test_hours_are_told_each_with_its_meaning() -> None:
    said = in_words("pm_hours", "06:00, 17:00, 00:00")
    assert said == "6 means 06:00, 5 means 17:00, 12 means 00:00"


TOLD = [
    ("morning", "07:00"),
    ("note", "Anna is my sister"),
    ("note", "Bob has a dog"),
    ("week_starts", "sunday"),
]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("forget that", [3]),
        ("forget it", [3]),
        ("forget that mornings are 7", [0]),
        ("forget my mornings", [0]),
        ("forget about my week", [3]),
        ("forget that Anna is my sister", [1]),
        ("forget about the dog", [2]),
        ("forget everything you know about me", [0, 1, 2, 3]),
        ("forget the dentist", []),
        ("forget", []),
    ],
)
def test_words_name_what_is_to_be_forgotten(words: str, places: list[int]) -> None:
    assert forgotten_by(words, TOLD) == places


LINES = [
    "morning: 07:00",
    "noon: 12:30",
    "evening: 19:30",
    "night: 22:00",
    "week_starts: sunday",
    "day_first: true",
    "pm_hours: 06:00, 17:00",
    "note: morning: 03:00",
    "evening: nonsense",
]
HERS = LocalTime.of(NOW, Habits.of(LINES))


@pytest.mark.parametrize(
    ("words", "for_all", "for_her"),
    [
        ("tomorrow morning", "2026-11-22 09:00", "2026-11-22 07:00"),
        ("tomorrow at noon", "2026-11-22 12:00", "2026-11-22 12:30"),
        ("tomorrow at 12 noon", "2026-11-22 12:00", "2026-11-22 12:00"),
        ("on friday evening", "2026-11-27 18:00", "2026-11-27 19:30"),
        ("on friday night", "2026-11-27 20:00", "2026-11-27 22:00"),
        ("tomorrow afternoon", "2026-11-22 15:00", "2026-11-22 15:00"),
        ("tomorrow at 6", "2026-11-22 18:00", "2026-11-22 06:00"),
        ("tomorrow at half past 6", "2026-11-22 18:30", "2026-11-22 06:30"),
        ("tomorrow at 6pm", "2026-11-22 18:00", "2026-11-22 18:00"),
        ("this week", "2026-11-22", "2026-11-21"),
        ("next week", "2026-11-23", "2026-11-22"),
        ("next sunday", "2026-11-29", "2026-11-22"),
        ("next friday", "2026-11-27", "2026-11-27"),
    ],
)
def test_days_and_times_are_read_as_they_told(words: str, for_all: str, for_her: str) -> None:
    def spelled(now: datetime) -> str:
        when = dates.read(words, now).when
        return f"{when.day}" + (f" {when.at:%H:%M}" if when.at else "")

    assert (spelled(NOW), spelled(HERS)) == (for_all, for_her)


def test_what_they_told_is_no_guess_any_more() -> None:
    assert dates.read("tomorrow at 5", NOW).remarks
    assert dates.read("on 3/4", NOW).remarks
    assert not dates.read("tomorrow at 5", HERS).remarks
    assert not dates.read("on 3/4", HERS).remarks
    american = LocalTime.of(NOW, Habits.of(["day_first: false"]))
    assert dates.read("on 3/4", american).when.day == date(2027, 3, 4)


def test_a_model_may_write_words_as_they_are_meant() -> None:
    given = {"due_date": "tomorrow morning"}
    assert Moments(HERS).understood(given) == {"due_date": "2026-11-22", "due_time": "07:00"}
    given = {"due_date": "tomorrow", "due_time": "at 5"}
    assert Moments(HERS).understood(given)["due_time"] == "17:00"
    with pytest.raises(ToolError):
        Moments(NOW).understood(given)


def test_a_prompt_tells_them_and_is_the_same_for_all_who_told_nothing() -> None:
    told = prompt.build([], NOW.tzinfo, told=LINES)  # type: ignore[arg-type]
    plain = prompt.build([], NOW.tzinfo)  # type: ignore[arg-type]

    assert plain[0]["content"] == prompt.INSTRUCTIONS
    assert told[0]["content"].startswith(prompt.INSTRUCTIONS)
    assert len(told[0]["content"].encode()) - len(prompt.INSTRUCTIONS) <= 1024
    assert prompt.habits_in(told).morning == time(7)
    assert prompt.habits_in(told).lines == tuple(LINES)
    assert habits_of(NOW) == prompt.habits_in(plain) == Habits()
    assert told_in(with_told("Be kind.", LINES)) == Habits.of(LINES)
