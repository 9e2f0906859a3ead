"""Calendars of other programs, as tasks."""

from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from transfer.formats import ics
from transfer.incoming import FileBroken, Incoming, Skipped

pytestmark = pytest.mark.only_on("sqlite")  # it needs no database

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 30, 10, tzinfo=BERLIN)


def read(text: str | bytes) -> list[Incoming | Skipped]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(ics.read(BytesIO(data), NOW))


def calendar(*todos: str, head: str = "") -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{''.join(todos)}END:VCALENDAR\n"


def todo(*lines: str) -> str:
    return "\n".join(["BEGIN:VTODO", "UID:1", "SUMMARY:Tax", *lines, "END:VTODO", ""])


def one(*lines: str, head: str = "") -> Incoming:
    (task,) = read(calendar(todo(*lines), head=head))
    assert isinstance(task, Incoming)
    return task


def told(*lines: str, head: str = "") -> tuple[Incoming, list[str]]:
    (task, *skipped) = sorted(
        read(calendar(todo(*lines), head=head)), key=lambda each: isinstance(each, Skipped)
    )
    assert isinstance(task, Incoming)
    return task, [each.why for each in skipped]


APPLE = """BEGIN:VCALENDAR
METHOD:PUBLISH
VERSION:2.0
X-WR-CALNAME:Errands
PRODID:-//Apple Inc.//macOS 15.1//EN
CALSCALE:GREGORIAN
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:DAYLIGHT
TZOFFSETFROM:-0500
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
DTSTART:20070311T020000
TZNAME:EDT
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTODO
TRANSP:OPAQUE
DTEND;TZID=America/New_York:20261201T090000
UID:3F2504E0-4F89-41D3-9A0C-0305E82C3301
DTSTAMP:20261125T100000Z
SEQUENCE:0
SUMMARY:Water the plants
DTSTART;TZID=America/New_York:20261201T090000
DUE;TZID=America/New_York:20261201T090000
CREATED:20261120T080000Z
LAST-MODIFIED:20261121T080000Z
PRIORITY:1
STATUS:NEEDS-ACTION
RRULE:FREQ=WEEKLY;INTERVAL=1
X-APPLE-SORT-ORDER:785000000
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Reminder
TRIGGER;VALUE=DATE-TIME:20261201T140000Z
UID:1
X-WR-ALARMUID:1
END:VALARM
BEGIN:VALARM
ACTION:NONE
TRIGGER;VALUE=DATE-TIME:19760401T005545Z
END:VALARM
END:VTODO
END:VCALENDAR
"""


def test_apples_reminders() -> None:
    (task,) = read(APPLE)

    assert isinstance(task, Incoming)
    assert (task.title, task.list, task.priority) == ("Water the plants", "Errands", "high")
    assert (task.due_date, task.due_time) == (date(2026, 12, 1), time(15))
    assert task.repeats
    assert task.repeats.rule == "FREQ=WEEKLY"
    assert task.reminders == ({"before_minutes": 0},)
    assert task.created_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert task.line == 17


TASKS_ORG = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:+//IDN tasks.org//android-130500//EN\r
BEGIN:VTODO\r
DTSTAMP:20261112T060000Z\r
UID:4102654372013110287\r
CREATED:20261112T055900Z\r
LAST-MODIFIED:20261112T060000Z\r
SUMMARY:Book the hotel\\, or\r
  a flat\r
DESCRIPTION:near C:\\\\new\\; or:\\nanywhere\r
PRIORITY:9\r
CATEGORIES:At home,phone\r
DUE;VALUE=DATE:20261205\r
RELATED-TO;RELTYPE=PARENT:77\r
BEGIN:VALARM\r
TRIGGER;RELATED=END:PT9H\r
ACTION:DISPLAY\r
DESCRIPTION:Default Tasks.org description\r
END:VALARM\r
END:VTODO\r
BEGIN:VTODO\r
UID:77\r
SUMMARY:Trip\r
COMPLETED:20261110T101500Z\r
STATUS:COMPLETED\r
PERCENT-COMPLETE:100\r
END:VTODO\r
END:VCALENDAR\r
"""


def test_what_tasks_org_and_nextcloud_write() -> None:
    step, done = read(TASKS_ORG)

    assert isinstance(step, Incoming)
    assert isinstance(done, Incoming)
    assert step.title == "Book the hotel, or a flat"
    assert step.notes == "near C:\\new; or:\nanywhere"
    assert (step.due_date, step.due_time, step.priority) == (date(2026, 12, 5), None, "low")
    assert (step.tags, step.parent, done.key) == (("At home", "phone"), "77", "77")
    assert step.reminders == ({"days_before": 0, "time": "09:00"},)
    assert done.completed_at == datetime(2026, 11, 10, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("DUE:20261201T170000Z", (1, time(18))),
        ("DUE;TZID=Europe/Berlin:20261201T170000Z", (1, time(18))),
        ("DUE;TZID=America/New_York:20261201T190000", (2, time(1))),
        ('DUE;TZID="W. Europe Standard Time":20261201T090000', (1, time(9))),
        ("DUE;TZID=/mozilla.org/20050126_1/Asia/Tokyo:20261201T090000", (1, time(1))),
        ("DUE;TZID=Eastern Standard Time:20261201T090000", (1, time(15))),
        ("DUE:20261201T090030", (1, time(9, 0, 30))),
        ("DUE;VALUE=DATE:20261201", (1, None)),
        ("due;value=date:20261201", (1, None)),
        ("DTSTART:20261201T090000", (1, time(9))),
        ("DTSTART:20261130T090000\nDUE:20261201T100000", (1, time(10))),
    ],
)
def test_when_it_is_due(due: str, expected: tuple[int, time | None]) -> None:
    task = one(due)

    assert (task.due_date, task.due_time) == (date(2026, 12, expected[0]), expected[1])


def test_a_zone_by_the_place_that_the_file_tells() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:Office\nX-LIC-LOCATION:Asia/Tokyo\nEND:VTIMEZONE\n"

    assert one("DUE;TZID=Office:20261201T090000", head=zone).due_time == time(1)


def test_a_zone_that_does_not_exist_is_told_and_the_time_kept() -> None:
    task, why = told("DUE;TZID=Mars/Olympus:20261201T090000")

    assert (task.due_date, task.due_time) == (date(2026, 12, 1), time(9))
    assert why == ["The zone “Mars/Olympus” is not known: its time is taken as yours."]


@pytest.mark.parametrize(
    ("rule", "due", "expected"),
    [
        ("FREQ=DAILY", "20261201", "FREQ=DAILY"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=MO",
            "20261201",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
        ),
        ("FREQ=WEEKLY;WKST=SU;BYDAY=MO", "20261201", "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "20261201", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "20261201", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "20261201", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", "20261201", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("FREQ=MONTHLY;BYDAY=+2TU", "20261201", "FREQ=MONTHLY;BYDAY=2TU"),
        ("FREQ=YEARLY;BYMONTH=12", "20261201", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1"),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5", "20270305", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5"),
        ("FREQ=WEEKLY;COUNT=5", "20261201", "FREQ=WEEKLY;COUNT=5"),
        ("FREQ=WEEKLY;UNTIL=20270105T225959Z", "20261201", "FREQ=WEEKLY;UNTIL=20270105"),
        ("FREQ=WEEKLY;UNTIL=20270105", "20261201T090000", "FREQ=WEEKLY;UNTIL=20270105"),
        ("FREQ=WEEKLY;UNTIL=20270105T070000Z", "20261201T090000", "FREQ=WEEKLY;UNTIL=20270104"),
    ],
)
def test_a_rule_that_ours_can_say(rule: str, due: str, expected: str) -> None:
    task = one(f"DUE:{due}", f"RRULE:{rule}")

    assert task.repeats
    assert task.repeats.rule == expected


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=8",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU;BYSECOND=0",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=MONTHLY;BYDAY=FR",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
        "FREQ=DAILY;COUNT=2147483647",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=99999999999999999999999",
        "FREQ=FOO",
        "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))),
        "FREQ=WEEKLY;UNTIL=99999999",
        "garbage",
        "",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYMONTH=1,2,3",
        "RSCALE=HEBREW;FREQ=YEARLY",
    ],
)
def test_a_rule_that_ours_cannot_say_is_told(rule: str) -> None:
    task, why = told("DUE:20261201", f"RRULE:{rule}")

    assert task.repeats is None
    assert len(why) == 1
    assert "repeats" in why[0]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("FREQ=WEEKLY;BYDAY=SU;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2"),
        ("FREQ=WEEKLY;UNTIL=20261220", "FREQ=WEEKLY;UNTIL=20261222"),
        ("FREQ=WEEKLY;BYDAY=SU,MO", None),
        ("FREQ=MONTHLY", None),
        ("", None),
    ],
)
def test_a_rule_from_the_day_on_which_it_starts(rule: str, expected: str | None) -> None:
    task, why = told("DTSTART:20261129", "DUE:20261201", f"RRULE:{rule}")

    assert (task.repeats and task.repeats.rule) == expected
    assert len(why) == (expected is None)


def test_the_last_time_of_a_rule_is_when_it_starts() -> None:
    when = ("DTSTART:20261130T090000", "DUE:20261130T100000")
    task = one(*when, "RRULE:FREQ=WEEKLY;UNTIL=20270301T080000Z")

    assert task.repeats
    assert task.repeats.rule == "FREQ=WEEKLY;UNTIL=20270301"


@pytest.mark.parametrize(
    ("lines", "is_done"),
    [
        (["STATUS:COMPLETED"], True),
        (["COMPLETED:20261110T101500Z"], True),
        (["PERCENT-COMPLETE:100"], True),
        (["PERCENT-COMPLETE:25"], False),
        (["STATUS:NEEDS-ACTION", "COMPLETED:20261110T101500Z"], False),
        (["STATUS:IN-PROCESS", "PERCENT-COMPLETE:100"], False),
    ],
)
def test_whether_it_is_done(lines: list[str], is_done: bool) -> None:
    assert bool(one(*lines).completed_at) == is_done


@pytest.mark.parametrize(
    ("alarm", "expected"),
    [
        ("TRIGGER:-PT10M", {"before_minutes": 10}),
        ("TRIGGER:PT0S", {"before_minutes": 0}),
        ("TRIGGER:-P1W", {"before_minutes": 10_080}),
        ("TRIGGER:PT30M", {"days_before": 0, "time": "09:30"}),
        ("TRIGGER;VALUE=DATE-TIME:20261130T170000Z", {"days_before": 1, "time": "18:00"}),
        ("TRIGGER:garbage", None),
        ("TRIGGER:-P99999999D", None),
        ("X-APPLE-PROXIMITY:ARRIVE\nTRIGGER:-PT1M", None),
        ("ACTION:EMAIL", None),
    ],
)
def test_an_alarm_is_a_reminder(alarm: str, expected: dict[str, Any] | None) -> None:
    task, why = told("DUE:20261201T090000", "BEGIN:VALARM", alarm, "END:VALARM")

    assert task.reminders == ((expected,) if expected else ())
    assert len(why) == (expected is None)


def test_a_day_of_a_series_that_was_moved() -> None:
    moved = todo("RECURRENCE-ID;VALUE=DATE:20261201", "DUE;VALUE=DATE:20261203")
    later = todo("RECURRENCE-ID;VALUE=DATE:20261215", "DUE;VALUE=DATE:20261216")
    series = todo("DTSTART;VALUE=DATE:20261201", "DUE;VALUE=DATE:20261201", "RRULE:FREQ=WEEKLY")

    entries = read(calendar(series, moved, later))

    (task,) = [entry for entry in entries if isinstance(entry, Incoming)]
    assert task.due_date == date(2026, 12, 3)
    assert task.place
    assert task.place.rule_day == date(2026, 12, 1)
    assert [each.why for each in entries if isinstance(each, Skipped)] == [
        "It is one day of a series, and differs from it."
    ]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["STATUS:CANCELLED"], "This to-do was cancelled."),
        (["ATTACH:http://x", "EXDATE:20261201"], "This to-do comes without ATTACH, EXDATE."),
        (["DUE:soon"], "Due is not understood: it is left out."),
        (["nonsense"], "This line says nothing that is understood."),
        (["DESCRIPTION:" + "x" * 70_000], "Description is too long: it is left out."),
        (["DURATION:soon"], "Duration is not understood: it is left out."),
        (
            [f"CATEGORIES:{n}" for n in range(600)],
            "This to-do says more than is read: the rest is left out.",
        ),
    ],
)
def test_what_is_not_kept_is_told_with_its_line(lines: list[str], why: str) -> None:
    skipped = [each for each in read(calendar(todo(*lines))) if isinstance(each, Skipped)]

    assert [each.why for each in skipped] == [why]
    assert skipped[0].line >= 3


def test_events_are_told_once() -> None:
    events = "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" * 3

    _, skipped = sorted(read(calendar(events, todo())), key=lambda each: each.line == 3)

    assert skipped == Skipped(3, "An event is no task. 3 of them are left out.")


def test_a_file_that_is_cut() -> None:
    whole = calendar(todo("DUE:20261201"), todo("DUE:20261202"))

    for length in range(len(whole.rstrip())):
        with pytest.raises(FileBroken):
            read(whole[:length])
    assert len(read(whole.rstrip())) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_whatever_encoding_it_is_in(encoding: str) -> None:
    (task,) = read(calendar(todo("DESCRIPTION:déjà vu")).encode(encoding))

    assert isinstance(task, Incoming)
    assert task.notes == "déjà vu"
