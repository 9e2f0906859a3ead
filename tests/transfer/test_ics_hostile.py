"""Calendars that mean harm, or are none."""

import pytest

from tests.transfer.test_ics_reading import calendar, read, todo
from transfer.incoming import FileBroken

pytestmark = pytest.mark.only_on("sqlite")  # it needs no database


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"BEGIN:VCALENDAR\n" + b"x" * (10 << 20),
        b"BEGIN:VCALENDAR\n" + b"BEGIN:A\n" * 1_000,
        b"\0" * 1_000,
        b'{"tasks": []}',
    ],
    ids=["empty", "text", "endless line", "nested", "nulls", "json"],
)
def test_what_is_no_calendar(data: bytes) -> None:
    with pytest.raises(FileBroken) as broken:
        read(data)

    assert broken.value.line >= 1


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCALENDAR\nEND:VTODO\nEND:X\nBEGIN:VTODO\nEND:VCALENDAR\n",
        calendar("BEGIN:VTODO\nUID:1\n" * 50),
        calendar(todo("BEGIN:VALARM\n" * 50)),
        calendar(todo("RELATED-TO:1")),
        calendar(todo("DUE;TZID=" + "x" * 300 + ":20261201T000000")),
        calendar(todo("DUE;TZID=../../../etc/passwd:20261201T000000")),
        calendar(todo("DUE:99991231T235959Z", "RRULE:FREQ=DAILY;UNTIL=99991231T235959Z")),
        calendar(todo("DTSTART:00010101T000000Z", "RRULE:FREQ=DAILY")),
        calendar(todo("DUE;TZID=America/New_York:99991231T235959", "BEGIN:VALARM\nTRIGGER:P9999D")),
        calendar(todo(";;;:::", ":", "DUE;", 'DUE;TZID=":20261201T000000', "DUE;TZID=a,b:1")),
        calendar(todo("DUE:20261201T090000/PT1H", "DURATION:20261201", "PRIORITY:１", "DUE:１")),
    ],
)
def test_odd_files_crash_nothing(text: str) -> None:
    assert len(list(read(text))) >= 0
