"""Words for reminders, and what is told of them (``reminding_words.txt``)."""

from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from todos.reminding import Occasion, Reminding, read
from todos.rules import RuleBroken

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
TIMED = Occasion(NOW, date(2026, 11, 27), time(17))
OCCASIONS = [TIMED, Occasion(NOW, date(2026, 11, 27)), Occasion(NOW)]
SECTIONS = Path(__file__).with_name("reminding_words.txt").read_text().split("\n\n")


def told(words: str, occasion: Occasion) -> str:
    specs = read([{"words": words}], occasion)
    return ", ".join(_told(Reminding.of(spec)) for spec in specs)


def _told(reminding: Reminding) -> str:
    minutes = reminding.before_minutes or 0
    return f"{minutes} minutes before" if minutes in (90, 150, 70) else reminding.words


def rows() -> list[tuple[Occasion, str, str]]:
    return [
        (occasion, expected, words.strip())
        for occasion, section in zip(OCCASIONS, SECTIONS, strict=False)
        for line in section.splitlines()
        if not line.startswith("#")
        for expected, _, several in [line.partition(":" if line[0] == ":" else ": ")]
        for words in several.split(" | ")
    ]


def test_words_are_read_as_they_are_meant() -> None:
    found = rows()
    assert len(found) > 250

    wrong = [
        (words, expected, was)
        for occasion, expected, words in found
        if (was := _tried(words, occasion)) != expected
    ]
    assert wrong == []


def _tried(words: str, occasion: Occasion) -> str:
    try:
        return told(words, occasion)
    except RuleBroken:
        return "refused"


def test_what_is_no_reminder_is_refused_with_a_sentence() -> None:
    [line] = [line for line in SECTIONS[-1].splitlines() if line.startswith("refused")]
    words = line.removeprefix("refused:").split(" | ")
    assert [each for each in words if _tried(each.strip(), TIMED) != "refused"] == []
