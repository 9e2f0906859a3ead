"""The tools, for reminders: as models write them, when they ring, and on what."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from agent.tools import ToolError
from reminders.models import Channels
from tests.agent.dialogue import rows
from tests.agent.test_tools import use
from todos.models import Reminder, Task

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
NOON = datetime(2026, 11, 21, 12, 10, tzinfo=ZoneInfo("Europe/Berlin"))  # a Saturday
DENTIST = {"title": "Dentist", "due_date": "2026-11-27", "due_time": "15:00"}


@pytest.fixture(autouse=True)
def berlin(time_machine: TimeMachineFixture, user: User) -> None:
    time_machine.move_to(NOON, tick=False)
    user.time_zone = "Europe/Berlin"
    user.keep("time_zone")


def rings(user: User) -> list[str]:
    """When the only task does, in the order of the moments."""
    [row] = rows(user)
    *_, last = row.split(" | ")
    return last.removeprefix("rings: ").split(", ") if last.startswith("rings: ") else []


AS_WRITTEN: list[tuple[Any, list[str]]] = [
    ("an hour before", ["27 14:00"]),
    ("1 hour before, 10 minutes before", ["27 14:00", "27 14:50"]),
    ("an hour before and at the time", ["27 14:00", "27 15:00"]),
    (["1h before", "at the time"], ["27 14:00", "27 15:00"]),
    ('["30 minutes before"]', ["27 14:30"]),
    ([30], ["27 14:30"]),
    (30, ["27 14:30"]),
    ("30", ["27 14:30"]),
    ([{"before_minutes": 15}], ["27 14:45"]),
    ({"minutes_before": 15}, ["27 14:45"]),
    ([{"minutes": 15}, {"at": "2026-11-27T09:00"}], ["27 09:00", "27 14:45"]),
    ([{"value": 2, "unit": "hours"}], ["27 13:00"]),
    ([{"days_before": 1, "time": "18:00"}], ["26 18:00"]),
    ('[{"words": "the evening before"}]', ["26 18:00"]),
    ("-PT15M", ["27 14:45"]),
    ("PT1H30M", ["27 13:30"]),
    ("P1D", ["26 15:00"]),
    ("2h", ["27 13:00"]),
    ("1 hour", ["27 14:00"]),
    (-30, ["27 14:30"]),
    ("the day before at 6pm", ["26 18:00"]),
    ("2 days before at 20:00", ["25 20:00"]),
    ("09:00", ["27 09:00"]),
    ("2026-11-27T14:00", ["27 14:00"]),
    ("2026-11-27 14:00:00", ["27 14:00"]),
    ("2026-11-27T13:00:00Z", ["27 14:00"]),
    ("tomorrow at 9", ["22 09:00"]),
    ("in 2 hours", ["21 14:10"]),
    ("monday morning", ["23 09:00"]),
    ("none", []),
    ([], []),
    (["none"], []),
]


@pytest.mark.parametrize(("written", "told"), AS_WRITTEN, ids=repr)
def test_reminders_are_taken_as_models_write_them(
    user: User, written: Any, told: list[str]
) -> None:
    use(user, "create_task", **DENTIST, reminders=written)

    assert rings(user) == [f"2026-11-{each}" for each in told]


@pytest.mark.parametrize("written", ["when pigs fly", "25:00", [True], "the blue one before"])
def test_what_is_none_of_them_is_told_and_nothing_is_made(user: User, written: Any) -> None:
    with pytest.raises(ToolError, match="reminders"):
        use(user, "create_task", **DENTIST, reminders=written)

    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("10 minutes before", ["14:00", "14:50"]),
        ("an hour before", ["14:00"]),
        ("-an hour before", []),
        ("-60 minutes before, 10 minutes before", ["14:50"]),
        ("none, 2 hours before", ["13:00"]),
        (["none", "2 hours before"], ["13:00"]),
        ("none", []),
        (None, []),
    ],
    ids=repr,
)
def test_others_are_added_and_a_minus_takes_away(user: User, written: Any, told: list[str]) -> None:
    task = use(user, "create_task", **DENTIST, reminders="an hour before")["task"]

    use(user, "update_task", task_id=task["id"], reminders=written)

    assert rings(user) == [f"2026-11-27 {each}" for each in told]


def test_one_that_is_not_there_is_not_taken_away(user: User) -> None:
    task = use(user, "create_task", **DENTIST, reminders="an hour before")["task"]

    with pytest.raises(ToolError, match="no such reminder, but: 1 hour before"):
        use(user, "update_task", task_id=task["id"], reminders="-2 hours before")


def test_a_result_tells_when_it_rings_and_on_what(user: User) -> None:
    result = use(user, "create_task", **DENTIST, reminders="an hour before")

    assert result["task"]["reminders"] == [{"words": "1 hour before", "rings": "2026-11-27T14:00"}]
    assert result["rings_on"] == ["here"]
    assert "while the page is open" in result["hint"]
    several = use(user, "create_task", tasks=[DENTIST | {"reminders": "at the time"}, DENTIST])
    assert several["rings_on"] == ["here"]
    assert "rings_on" not in use(user, "create_task", title="Milk")


def test_where_no_channel_is_on_nothing_rings_and_that_is_told(user: User) -> None:
    channels = Channels.of(user)
    channels.page = False
    channels.save()

    result = use(user, "create_task", **DENTIST, reminders="an hour before")

    assert result["rings_on"] == []
    assert "Settings" in result["hint"]


def test_quiet_hours_are_told_with_what_they_put_off(user: User) -> None:
    user.quiet_from, user.quiet_to = time(13), time(14, 30)
    user.keep("quiet_from", "quiet_to")

    [told] = use(user, "create_task", **DENTIST, reminders="an hour before")["task"]["reminders"]

    assert told == {"words": "1 hour before", "rings": "2026-11-27T14:30", "after": "quiet hours"}


def test_what_will_not_ring_is_told_so(user: User) -> None:
    undated = use(user, "create_task", title="Milk", reminders="an hour before")
    passed = use(
        user, "create_task", title="Tea", due_date="2026-11-21", due_time="11:00", reminders="0"
    )

    [told], [late] = undated["task"]["reminders"], passed["task"]["reminders"]
    assert told == {"words": "1 hour before", "silent": "there is no day"}
    assert late["silent"] == "it has passed, or is done"
    assert "rings_on" not in undated | passed


def test_the_usual_reminder_is_given_unless_another_is_named(user: User) -> None:
    user.remember("default_reminder", "15", "remind me 15 minutes before by default")
    usual = use(user, "create_task", **DENTIST)["task"]["reminders"]
    own = use(user, "create_task", **DENTIST, reminders="an hour before")["task"]["reminders"]
    none = use(user, "create_task", **DENTIST, reminders="none")["task"]

    assert [each["words"] for each in (*usual, *own)] == ["15 minutes before", "1 hour before"]
    assert "reminders" not in none


def test_what_rang_is_found_and_rings_again(user: User, time_machine: TimeMachineFixture) -> None:
    pill = {"title": "Pill", "due_date": "2026-11-21", "due_time": "12:15", "repeats": "every day"}
    task = use(user, "create_task", **pill, reminders="at the time")["task"]
    use(user, "create_task", **DENTIST, reminders="an hour before")
    assert use(user, "list_tasks", ringing="due")["tasks"] == []
    assert len(use(user, "list_tasks", ringing="any")["tasks"]) == 2

    time_machine.move_to(NOON.replace(minute=20), tick=False)
    [rang] = use(user, "list_tasks", ringing="due")["tasks"]
    assert rang["reminders"] == [{"words": "at the time", "rang": "2026-11-21T12:15"}]
    again = use(user, "update_task", task_id=task["id"], reminders="in 10 minutes")["task"]

    assert [each.get("rings") for each in again["reminders"]] == [None, "2026-11-21T12:30"]
    assert use(user, "list_tasks", ringing="due")["tasks"] == []
    done = use(user, "complete_task", task_id=task["id"])["task"]
    assert [each["words"] for each in done["next"]["reminders"]] == ["at the time"]


def test_undoing_takes_reminders_back(user: User) -> None:
    task = use(user, "create_task", **DENTIST, reminders="an hour before")["task"]
    use(user, "update_task", task_id=task["id"], reminders="none, the evening before")
    assert rings(user) == ["2026-11-26 18:00"]

    undone = use(user, "undo_last")["undone"][0]["task"]

    assert rings(user) == ["2026-11-27 14:00"]
    assert undone["reminders"] == [{"words": "1 hour before", "rings": "2026-11-27T14:00"}]
    assert Reminder.objects.waiting().count() == 1
