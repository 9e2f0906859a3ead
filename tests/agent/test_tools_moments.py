"""Days and times in arguments: taken as the user would mean them, or refused in a sentence."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agent import tools
from agent.tools import ToolError
from agent.tools.moments import Moments

NOW = datetime(2026, 11, 29, 6, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # a Sunday


def understood(now: datetime = NOW, **arguments: Any) -> dict[str, Any]:
    return Moments(now).understood(arguments)


@pytest.mark.parametrize(
    ("written", "day", "at"),
    [
        ("2026-12-03", "2026-12-03", None),
        (" 2026-12-3 ", "2026-12-03", None),
        ("3.12.2026", "2026-12-03", None),
        ("2026/12/03", "2026-12-03", None),
        ("30/11/2026", "2026-11-30", None),
        ("Monday, 2026-11-30", "2026-11-30", None),
        ("today", "2026-11-29", None),
        ("Tomorrow", "2026-11-30", None),
        ("Next Friday", "2026-12-04", None),
        ("in 3 days", "2026-12-02", None),
        ("the 5th", "2026-12-05", None),
        ("30 Nov 2026", "2026-11-30", None),
        ("end of the month", "2026-11-30", None),
        ("yesterday", "2026-11-28", None),
        ("today 17:00", "2026-11-29", "17:00"),
        ("tomorrow at 5pm", "2026-11-30", "17:00"),
        ("tomorrow noon", "2026-11-30", "12:00"),
        ("tonight", "2026-11-29", "20:00"),
        ("friday morning", "2026-12-04", "09:00"),
        ("in 2 hours", "2026-11-29", "08:00"),
        ("2026-11-30 5 PM", "2026-11-30", "17:00"),
        ("2026-11-30T17:00", "2026-11-30", "17:00"),
        ("2026-11-30 17:00:00", "2026-11-30", "17:00"),
        ("2026-11-30T00:00:00", "2026-11-30", None),
        ("2026-11-30T00:00:00+01:00", "2026-11-30", None),
        ("2026-11-30T17:00:00Z", "2026-11-30", "18:00"),
        ("2026-11-30T17:00:00.000Z", "2026-11-30", "18:00"),
        ("2026-11-30T23:30:00-05:00", "2026-12-01", "05:30"),
    ],
)
def test_a_day_may_be_said_in_words_and_bring_its_time(
    written: str, day: str, at: str | None
) -> None:
    expected = {"due_date": day} | ({"due_time": at} if at else {})

    assert understood(due_date=written) == expected


def test_a_moment_is_told_on_the_users_own_clock() -> None:
    in_new_york = NOW.astimezone(ZoneInfo("America/New_York"))

    assert understood(in_new_york, due_date="2026-11-30T02:00:00Z") == {
        "due_date": "2026-11-29",
        "due_time": "21:00",
    }
    assert understood(in_new_york, due_date="tomorrow") == {"due_date": "2026-11-30"}


@pytest.mark.parametrize(
    ("written", "at"),
    [("noon", "12:00"), ("half past 10", "10:30"), ("17h30", "17:30"), ("evening", "18:00"),
     ("at 9", "09:00"), ("5pm", "17:00"), ("17:00:00", "17:00:00")],
)  # fmt: skip
def test_a_time_may_be_said_in_words(written: str, at: str) -> None:
    day = {"due_date": "2026-11-30"}

    assert understood(**day, due_time=written) == day | {"due_time": at[:5]}


@pytest.mark.parametrize(
    ("day", "at", "time"),
    [
        ("tomorrow", "noon", "12:00"),
        ("tomorrow 5pm", "17:00", "17:00"),
        ("tomorrow evening", "21:00", "21:00"),
        ("2026-11-30", "tomorrow 5pm", "17:00"),
        (None, "tomorrow 5pm", "17:00"),
        ("2026-11-30", "16:00Z", "17:00"),
        ("2026-11-30T17:00", "2026-11-30T17:00", "17:00"),
        ("2026-11-30T00:00", "17:00", "17:00"),
    ],
)
def test_day_and_time_may_be_in_either_if_they_agree(day: str | None, at: str, time: str) -> None:
    assert understood(due_date=day, due_time=at) == {"due_date": "2026-11-30", "due_time": time}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"due_date": "tomorrow 5pm", "due_time": "18:00"}, "different times"),
        ({"due_date": "tonight", "due_time": "09:00"}, "different times"),
        ({"due_date": "2026-12-01", "due_time": "tomorrow 5pm"}, "different days"),
        ({"due_date": "2026-12-01", "due_time": "23:30Z"}, "different days"),
        ({"due_date": "3/12/2026"}, "two ways; write the day as YYYY-MM-DD"),
        ({"due_date": "friday at 5"}, "two ways"),
        ({"due_date": "2026-11-30T00:00:00Z"}, "two ways"),
        ({"due_from": "2026-11-30T00:00:00.000+05:30"}, "two ways"),
        ({"due_time": "half past five"}, "two ways; write the user's local time as HH:MM"),
        ({"due_date": "31 feb"}, "does not exist; write the day as YYYY-MM-DD"),
        ({"due_date": "2026-02-31"}, "does not exist"),
        ({"due_date": "Tuesday, 2026-11-30"}, "does not exist"),
        ({"due_date": "in 9999 years"}, "does not exist"),
        ({"due_date": "5pm"}, "names no day"),
        ({"due_time": "tomorrow"}, "names no time"),
        *[
            ({"due_date": words}, "not understood; write the day as YYYY-MM-DD")
            for words in ("monday or tuesday", "every monday", "soon", "tomorrow or so", "morgen",
                          "tomorrow 17:00 utc", "3 days", "2026-11-30 urgent", "",  "1795000000",
                          "tomorrow" + " " * 400 + "or friday", "x" * 5_000)
            if words
        ],
        ({"due_from": "this week"}, "more than one day"),
        ({"due_to": "5pm"}, "names no day"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_refused_in_one_sentence(arguments: dict[str, str], told: str) -> None:
    with pytest.raises(ToolError, match=told) as refused:
        understood(**arguments)

    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    ("name", "written", "day"),
    [
        ("due_from", "monday", "2026-11-30"),
        ("due_to", "2026-11-30T23:59:59", "2026-11-30"),
        ("due_from", "yesterday", "2026-11-28"),
        ("completed_from", "monday", "2026-11-23"),
        ("completed_from", "last sunday", "2026-11-22"),
        ("completed_to", "today", "2026-11-29"),
        ("created_from", "3 days ago", "2026-11-26"),
    ],
)
def test_a_list_may_begin_and_end_at_a_day_in_words(name: str, written: str, day: str) -> None:
    assert understood(**{name: written}) == {name: day}


def test_what_was_taken_is_told_and_figures_are_not() -> None:
    moments = Moments(NOW)
    moments.understood({"due_date": "next friday", "due_time": "17:00"})
    moments.understood({"due_date": "2026-12-03", "due_time": "5:00 PM"})
    moments.understood({"due_date": "tonight", "due_time": "21:00"})

    assert moments.taken == [
        "due_date: “next friday” was taken as Friday, 4 December 2026.",
        "due_date: “tonight” was taken as Sunday, 29 November 2026, 21:00.",
    ]


@pytest.mark.parametrize("word", ["none", "NULL", "n/a", "no date", "undefined"])
def test_a_word_for_nothing_is_nothing(word: str) -> None:
    made = tools.bind("create_task", {"title": "None", "notes": word, "due_date": word}, NOW)
    listed = tools.bind("list_tasks", {"due_from": word, "due": "none", "priority": "none"}, NOW)

    assert dict(made)["due_date"] is None
    assert (dict(made)["title"], dict(made)["notes"]) == ("None", word)
    assert (dict(listed)["due_from"], dict(listed)["due"]) == (None, "none")
    assert dict(listed)["priority"] == "none"


def test_a_word_for_nothing_clears_where_null_does() -> None:
    changed = tools.bind("update_task", {"task_id": "x", "due_date": "no date", "title": ""}, NOW)

    assert changed.model_fields_set >= {"due_date"}


@pytest.mark.parametrize(
    ("name", "arguments", "field", "value"),
    [
        ("list_tasks", {"offset": "50"}, "offset", 50),
        ("list_tasks", {"offset": 50.0}, "offset", 50),
        ("list_tasks", {"status": "Done"}, "status", "done"),
        ("list_tasks", {"due": "OVERDUE", "ordering": "Title"}, "ordering", "title"),
        ("create_task", {"title": "a", "completed": "true"}, "completed", True),
        ("create_task", {"title": "a", "completed": 0}, "completed", False),
    ],
)
def test_a_value_may_be_written_as_another_kind(
    name: str, arguments: dict[str, Any], field: str, value: Any
) -> None:
    assert dict(tools.bind(name, arguments, NOW))[field] == value


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("list_tasks", {"offset": "-1"}),
        ("list_tasks", {"offset": "1.5"}),
        ("list_tasks", {"offset": True}),
        ("create_task", {"title": "a", "completed": "maybe"}),
        ("create_task", {"title": "a", "completed": 2}),
        ("create_task", {"title": "a", "priority": 1}),
        ("create_task", {"title": "a", "priority": "p1"}),
    ],
)
def test_a_value_that_could_be_two_is_refused(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ToolError):
        tools.bind(name, arguments, NOW)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("create_task", {"tasks": '[{"title": "a"}, {"title": "b"}]', "title": "", "notes": None}),
        ("complete_task", {"task_ids": "['a', 'b']", "task_id": ""}),
    ],
)
def test_several_may_come_as_a_text_beside_fields_left_out(
    name: str, arguments: dict[str, Any]
) -> None:
    bound = tools.bind(name, arguments, NOW)

    assert isinstance(bound, tools.Several)
    assert len(bound.tools) == 2


def test_no_list_beside_one_task_is_one_task() -> None:
    assert dict(tools.bind("create_task", {"title": "a", "tasks": []}, NOW))["title"] == "a"
