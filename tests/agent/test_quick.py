"""A line as one task: what its words say, and where they stand."""

import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.offline.dates import Habits, LocalTime
from agent.quick import Place, Read, read_line

NOW = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Europe/Berlin"))  # a Wednesday
LISTS = ("Groceries", "Work", "Home improvement", "Garden", "Büro", "To read")
LINES = Path(__file__).with_name("quick_lines.txt").read_text().splitlines()
"""``the line | its title | what else it says``, this in the order of ``facts``."""


def facts(read: Read) -> list[str]:
    day, at = read.when.day, read.when.at
    said = [
        day and f"due {day}{f' {at:%H:%M}' if at else ''}",
        read.minutes and f"{read.minutes} min",
        read.priority if read.priority != "none" else "",
        read.in_list and f"in {read.in_list}",
        *(f"#{tag}" for tag in read.tags),
        read.repeat and read.repeat.words,
        read.reminders and f"reminders {', '.join(read.reminders)}",
    ]
    return [each for each in said if each]


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read(line: str) -> None:
    text, title, *expected = line.split(" | ")

    read = read_line(text, NOW, LISTS)

    assert [read.title, *facts(read)] == [title, *expected]
    places = [span.place for span in read.spans]
    assert all(before.end <= after.start for before, after in pairwise(places))
    assert all(text[place.start : place.end].strip() for place in places)
    left = text
    for place in reversed(places):
        left = f"{left[: place.start]} {left[place.end :]}"
    assert words_of(left) == words_of(title)
    as_words = read_line(text, NOW, LISTS, places)
    assert facts(as_words) == [] or places == []
    assert words_of(as_words.title) == words_of(text)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Milk tomorrow 5pm", ["due tomorrow", "time 5pm"]),
        ("Call Bob (tomorrow), please", ["due tomorrow"]),
        ("🎉 Party tomorrow 🎂 #fun", ["due tomorrow", "tag #fun"]),
        ("👨‍👩‍👧 #a #b !high in Work", ["tag #a", "tag #b", "priority !high", "list in Work"]),
        ("Gym every monday morning", ["repeats every monday", "time morning"]),
        ("Floss nightly", ["repeats nightly"]),
        ("Newsletter every month at 9, 6 times", ["repeats every month", "time at 9",
                                                  "repeats 6 times"]),
        ("Report 2h tomorrow p1 @Work", ["duration 2h", "due tomorrow", "priority p1",
                                         "list @Work"]),
    ],
)  # fmt: skip
def test_it_is_told_where_each_thing_stands(text: str, spans: list[str]) -> None:
    read = read_line(text, NOW, LISTS)

    places = [(span.kind, text[span.place.start : span.place.end]) for span in read.spans]
    assert [f"{kind} {words}" for kind, words in places] == spans


def test_words_that_are_no_date_leave_the_others_to_be_read() -> None:
    text = "Watch tomorrow tomorrow at 5pm"

    read = read_line(text, NOW, LISTS, [Place(6, 14)])

    assert (read.title, facts(read)) == ("Watch tomorrow", ["due 2026-11-19 17:00"])


@pytest.mark.parametrize("words", [Place(5, 5), Place(9, 4), Place(3, 900), Place(900, 901)])
def test_places_that_are_none_change_nothing(words: Place) -> None:
    read = read_line("Milk tomorrow", NOW, LISTS, [words])

    assert (read.title, facts(read)) == ("Milk", ["due 2026-11-19"])


@pytest.mark.parametrize(
    ("told", "text", "expected"),
    [
        (["morning: 07:00"], "Run tomorrow morning", ["due 2026-11-19 07:00"]),
        (["noon: 13:00"], "Lunch at noon", ["due 2026-11-18 13:00"]),
        (["day_first: false"], "Pay on 3/4", ["due 2027-03-04"]),
        (["day_first: true"], "Pay on 3/4", ["due 2027-04-03"]),
        (["week_starts: sunday"], "Plan next week", ["due 2026-11-22"]),
        (["pm_hours: 19:00"], "Call Jo at 7", ["due 2026-11-18 19:00"]),
    ],
)
def test_it_is_read_as_they_are_used_to(told: list[str], text: str, expected: list[str]) -> None:
    now = LocalTime.of(NOW, Habits.of(told))

    assert facts(read_line(text, now)) == expected


@pytest.mark.parametrize(
    "text",
    ["\ue000 tomorrow \uf8ff", "\ue000 \"a\" 'bb'", "a " * 500, "every monday " * 76, "#a " * 333,
     "5 " * 500, "(" * 1000, "@Work " * 166, "!!" * 500, "tomorrow " * 111, "on in at to " * 83],
)  # fmt: skip
def test_odd_lines_are_read_and_keep_their_words(text: str) -> None:
    read = read_line(text, NOW, LISTS)

    said = [text[span.place.start : span.place.end] for span in read.spans]
    assert sorted(words_of(" ".join([read.title, *said]))) == sorted(words_of(text))
