"""When reminders ring on the clocks of twelve zones, at every change of theirs for ten years."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.todos.test_series_clocks import ZONES, changes
from todos.reminding import Clock, Reminding

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.no_cover]  # no rows
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("name", ZONES)
def test_a_wall_time_is_the_first_moment_at_which_the_clock_has_come_to_it(name: str) -> None:
    clock = Clock(ZoneInfo(name))
    for change in changes(clock.zone):
        whole = change.replace(second=0, microsecond=0)
        shown = [
            (moment, clock.wall(moment))
            for moment in (whole + MINUTE * more for more in range(-150, 210))
        ]
        for off in range(-60, 121, 15):
            wall = shown[150][1] + MINUTE * off
            wall = wall.replace(minute=wall.minute // 15 * 15)
            first = next(moment for moment, local in shown if local >= wall)
            assert clock.moment(wall) == first, wall


GAP, FOLD = date(2026, 3, 29), date(2026, 10, 25)  # in Berlin from 02:00 to 03:00, and back
BERLIN = Clock(ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("reminding", "day", "at", "rings"),
    [
        # What passes is counted in minutes, and whole days on the calendar.
        (Reminding(before_minutes=90), GAP, time(3, 30), "2026-03-29 00:00"),
        (Reminding(before_minutes=1440), GAP, time(9), "2026-03-28 08:00"),
        (Reminding(before_minutes=1440 + 60), GAP, time(9), "2026-03-28 07:00"),
        (Reminding(before_minutes=7 * 1440), FOLD, time(17), "2026-10-18 15:00"),
        (Reminding(before_minutes=60), FOLD, time(3, 30), "2026-10-25 01:30"),
        # Left out, it rings when the clocks have been put on; twice there, at its first.
        (Reminding(before_minutes=0), GAP, time(2, 30), "2026-03-29 01:00"),
        (Reminding(wall=time(2, 15)), GAP, None, "2026-03-29 01:00"),
        (Reminding(before_minutes=0), FOLD, time(2, 30), "2026-10-25 00:30"),
        (Reminding(at=datetime.fromisoformat("2026-03-29T02:45")), None, None, "2026-03-29 01:00"),
        # A day alone rings in the morning.
        (Reminding(before_minutes=10), GAP, None, "2026-03-29 06:50"),
        (Reminding(days_before=1, wall=time(18)), GAP, None, "2026-03-28 17:00"),
        (Reminding(days_before=-1, wall=time(9)), GAP, None, "2026-03-30 07:00"),
        # Nothing says when.
        (Reminding(before_minutes=10), None, None, ""),
        (Reminding(days_before=3, wall=time(9)), None, None, ""),
        (Reminding(days_before=300, wall=time(9)), date.min, None, ""),
        (Reminding(at=datetime.fromisoformat("9999-12-31T23:59")), None, None, "9999-12-31 22:59"),
    ],
)
def test_a_reminder_has_its_moment(
    reminding: Reminding, day: date | None, at: time | None, rings: str
) -> None:
    moment = reminding.moment(day, at, BERLIN)

    assert (f"{moment:%Y-%m-%d %H:%M}" if moment else "") == rings


@pytest.mark.parametrize(
    ("quiet", "moment", "rings"),
    [
        ((22, 7), "2026-11-23 22:30", "2026-11-24 06:00"),
        ((22, 7), "2026-11-24 05:59", "2026-11-24 06:00"),
        ((22, 7), "2026-11-24 06:00", "2026-11-24 06:00"),
        ((22, 7), "2026-11-23 20:59", "2026-11-23 20:59"),
        ((22, 7), "2026-11-23 21:00", "2026-11-24 06:00"),
        ((12, 14), "2026-11-23 11:30", "2026-11-23 13:00"),
        ((12, 14), "2026-11-23 13:00", "2026-11-23 13:00"),
        ((9, 9), "2026-11-23 08:00", "2026-11-23 08:00"),
        ((22, 7), "2026-03-28 22:00", "2026-03-29 05:00"),  # an hour less of it
        ((22, 2), "2026-10-25 00:30", "2026-10-25 00:30"),  # its end has come at midnight
        ((23, 3), "2026-10-25 00:30", "2026-10-25 02:00"),  # two o'clock comes twice
    ],
)
def test_within_quiet_hours_it_rings_at_their_end(
    quiet: tuple[int, int], moment: str, rings: str
) -> None:
    begin, end = map(time, quiet)
    clock = Clock(BERLIN.zone, quiet_from=begin, quiet_to=end)
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert f"{clock.after_quiet(at):%Y-%m-%d %H:%M}" == rings
