"""The clock on a person's wall, and their quiet hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from todos.reminding.habits import Habits


@dataclass(frozen=True, slots=True)
class Clock:
    """``morning`` is when a day rings that has no time; quiet hours may go over midnight."""

    zone: ZoneInfo
    morning: time = time(9)
    quiet_from: time | None = None
    quiet_to: time | None = None

    @classmethod
    def of(cls, user: User) -> "Clock":
        """A query, where they have told anything about themselves."""
        return cls(user.zone, Habits.of(user).morning, user.quiet_from, user.quiet_to)

    def moment(self, wall: datetime) -> datetime:
        """In UTC. A time that is left out rings when the clocks have been put on; one that comes
        twice, at its first. Raises OverflowError beyond the years that there are.
        """
        first, second = (wall.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
        moments = [each.astimezone(UTC) for each in (first, second)]
        if moments[0].astimezone(self.zone).replace(tzinfo=None, fold=0) == wall:
            return moments[0]
        return self._change_between(moments[1], moments[0])

    def wall(self, moment: datetime) -> datetime:
        """What it shows then, without a zone."""
        return moment.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def after_quiet(self, moment: datetime) -> datetime:
        """The moment itself or, within quiet hours, their end."""
        begin, end = self.quiet_from, self.quiet_to
        if begin is None or end is None or begin == end:
            return moment
        local = self.wall(moment)
        at, over_midnight = local.time(), begin > end
        if not (at >= begin or at < end if over_midnight else begin <= at < end):
            return moment
        day: date = local.date() + timedelta(days=over_midnight and at >= begin)
        return max(moment, self.moment(datetime.combine(day, end)))

    def _change_between(self, before: datetime, after: datetime) -> datetime:
        """When the clocks are put on, to the second."""
        offset = before.astimezone(self.zone).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = (before + (after - before) / 2).replace(microsecond=0)
            is_before = middle.astimezone(self.zone).utcoffset() == offset
            before, after = (middle, after) if is_before else (before, middle)
        return after
