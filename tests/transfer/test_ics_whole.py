"""What is written as iCalendar: as others read it, and as it comes back."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from icalendar import Calendar

from accounts.models import User
from tests.factories import TaskFactory
from todos.models import Origin, Task, TaskList
from todos.repeating import Repeat
from transfer.formats import ics
from transfer.incoming import Incoming, Skipped

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]

DAY = date(2031, 3, 5)
ME = Origin("api")
NASTY = "C:\\New; a, b\r\nBEGIN:VEVENT\rSUMMARY:x\n\x0bé\u2028 " + "long " * 30


@pytest.fixture
def user(user: User) -> User:
    user.time_zone = "Europe/Berlin"
    user.keep("time_zone")
    return user


def written(user: User, *tasks: Task, events: bool = False) -> bytes:
    for task in tasks:
        task.refresh_from_db()
    return b"".join(ics.write(tasks, user, events=events))


def part_of(user: User, task: Task, kind: str = "VTODO") -> Any:
    text = written(user, task, events=kind == "VEVENT")
    return Calendar.from_ical(text).walk(kind)[0]


def back(user: User, *tasks: Task) -> list[Incoming]:
    entries = list(ics.read(BytesIO(written(user, *tasks)), user.local_now()))
    assert not [entry for entry in entries if isinstance(entry, Skipped)]
    return [entry for entry in entries if isinstance(entry, Incoming)]


def test_what_a_to_do_says(user: User) -> None:
    home = TaskList.add(user, ME, name="At home, mostly")
    task = TaskFactory(
        user=user,
        title="Tax",
        notes="All of it",
        due_date=DAY,
        due_time=time(9),
        priority="high",
        list=home,
        tags=["money"],
        reminders=[{"before_minutes": 10}, {"days_before": 1, "time": "18:00"}],
    )
    step = TaskFactory(user=user, title="Forms", due_date=DAY, parent=task)

    part = part_of(user, task)
    assert (part["UID"], part["SUMMARY"], part["DESCRIPTION"]) == (str(task.pk), "Tax", "All of it")
    assert part["DUE"].params["TZID"] == "Europe/Berlin"
    assert part["DUE"].dt == datetime(2031, 3, 5, 9, tzinfo=user.zone)
    assert "DTSTART" not in part
    assert (part["PRIORITY"], part["STATUS"], part["SEQUENCE"]) == (1, "NEEDS-ACTION", 0)
    assert part["CATEGORIES"].cats == ["At home, mostly", "money"]
    for name, moment in {"CREATED": task.created_at, "LAST-MODIFIED": task.updated_at}.items():
        assert part[name].dt == moment.replace(microsecond=0)
    before, evening = part.walk("VALARM")
    assert before["TRIGGER"].dt == timedelta(minutes=-10)
    assert before["TRIGGER"].params["RELATED"] == "END"
    assert evening["TRIGGER"].dt == datetime(2031, 3, 4, 18, tzinfo=user.zone)
    below = part_of(user, step)
    assert below["RELATED-TO"] == str(task.pk)
    assert below["DUE"].dt == DAY

    task.complete(ME)
    done = part_of(user, task)
    assert (done["STATUS"], done["SEQUENCE"], done["PERCENT-COMPLETE"]) == ("COMPLETED", 1, 100)
    assert done["UID"] == str(task.pk)
    assert done["COMPLETED"].dt == task.completed_at.replace(microsecond=0)
    assert not done.walk("VALARM")


def test_a_length_is_told_from_when_it_is_due(user: User) -> None:
    timed = TaskFactory(user=user, due_date=DAY, due_time=time(15), duration_minutes=90)
    whole = TaskFactory(user=user, due_date=DAY, duration_minutes=90)

    for kind in ("VTODO", "VEVENT"):
        part = part_of(user, timed, kind)
        assert part["DTSTART"].dt == datetime(2031, 3, 5, 15, tzinfo=user.zone)
        assert part["DURATION"].dt == timedelta(minutes=90)
        assert "DUE" not in part
    event = part_of(user, whole, "VEVENT")
    assert (event["DTSTART"].dt, event["TRANSP"]) == (DAY, "TRANSPARENT")
    assert part_of(user, timed, "VEVENT")["TRANSP"] == "OPAQUE"


def test_what_is_done_repeats_no_more(user: User) -> None:
    rule = Repeat.read({"words": "every monday"})
    task = TaskFactory(user=user, due_date=DAY, repeats=rule)
    assert part_of(user, task)["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=MO"

    task.complete(ME)

    assert "RRULE" not in part_of(user, task)
    following = task.successor
    assert following
    assert following.due_date
    assert part_of(user, following)["DTSTART"].dt == following.due_date


def test_words_cannot_leave_their_line(user: User) -> None:
    home = TaskList.add(user, ME, name="a\\Nb; c")
    task = TaskFactory(user=user, title="\\N; x, y", notes=NASTY, due_date=DAY, list=home)

    text = written(user, task)

    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert not {line[:6] for line in text.split(b"\r\n")} & {b"SUMMAR:x"}
    assert text.count(b"BEGIN:VEVENT") == text.count(b"\\nBEGIN:VEVENT") == 1
    (task_back,) = back(user, task)
    assert (task_back.title, task_back.list) == ("\\N; x, y", "a\\Nb; c")
    assert task_back.notes == NASTY.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "")


def test_it_comes_back_as_it_was(user: User) -> None:
    home = TaskList.add(user, ME, name="Home")
    tasks = [
        TaskFactory(user=user, title="Plain"),
        TaskFactory(user=user, due_date=DAY, due_time=time(15), duration_minutes=90, list=home),
        TaskFactory(user=user, due_date=DAY, duration_minutes=30, tags=["a", "b"], priority="low"),
        TaskFactory(
            user=user,
            due_date=DAY,
            repeats=Repeat.read({"words": "every month on the last friday, 5 times"}),
            reminders=[{"before_minutes": 15}, {"days_before": 1, "time": "18:00"}],
        ),
        TaskFactory(
            user=user,
            due_date=DAY,
            due_time=time(8, 30),
            repeats=Repeat.read({"words": "every 2 weeks, until 2031-12-31"}),
            reminders=[{"before_minutes": 0}, {"days_before": 0, "time": "20:00"}],
        ),
        TaskFactory(
            user=user, due_date=DAY, repeats=Repeat.read({"words": "3 days after I finish"})
        ),
    ]
    tasks.append(TaskFactory(user=user, title="Step", parent=tasks[1]))
    tasks[0].complete(ME)

    for task, told in zip(tasks, back(user, *tasks), strict=True):
        names = ("title", "notes", "due_date", "due_time", "priority", "tags", "duration_minutes")
        for name in names:
            assert getattr(told, name) == getattr(task, name), name
        assert told.repeats == task.repeat
        assert told.key == str(task.pk)
        assert told.parent == str(task.parent_id or "")
        assert told.list == (task.list.name if task.list else "")
        assert bool(told.completed_at) == task.completed
    _, _, _, day, timed, *_ = back(user, *tasks)
    assert day.reminders == (
        {"days_before": 0, "time": "08:45"},
        {"days_before": 1, "time": "18:00"},
    )
    assert timed.reminders == ({"before_minutes": 0}, {"days_before": 0, "time": "20:00"})


def test_a_task_that_was_moved_comes_back_to_its_day_and_its_rule(user: User) -> None:
    rule = Repeat.read({"words": "every monday and thursday"})
    task = TaskFactory(user=user, due_date=date(2031, 3, 3), repeats=rule)
    task.edit(ME, due_date=date(2031, 3, 4))

    (told,) = back(user, task)

    assert (told.due_date, told.repeats) == (date(2031, 3, 4), rule)
    assert told.place
    assert told.place.rule_day == date(2031, 3, 3)
