"""Days as a person names them."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _


def due_words(day: date, moment: time | None, today: date) -> str:
    """``tomorrow 17:00``; ``today`` is the day of the reader."""
    shape = "j M" if day.year == today.year else "j M Y"
    return _with_time(_near(day, today) or written(day, shape), moment)


def moment_words(moment: datetime, now: datetime) -> str:
    """As :func:`due_words`, on the clock of ``now``."""
    local = moment.astimezone(now.tzinfo)
    return due_words(local.date(), local.time(), now.date())


def next_words(day: date, moment: time | None, today: date) -> str:
    """``next: Monday, 30 November 07:00``: of a task that repeats, when it comes again."""
    return _("next: %(when)s") % {"when": _with_time(_day_in_full(day, today), moment)}


def day_words(day: date, today: date) -> str:
    """``Monday, 30 November``, as a heading."""
    return capfirst(_day_in_full(day, today))


def _day_in_full(day: date, today: date) -> str:
    shape = "l, j F" if day.year == today.year else "l, j F Y"
    return _near(day, today) or written(day, shape)


@lru_cache(maxsize=1000)
def written(day: date, shape: str) -> str:
    """In a shape of Django's."""
    return date_format(day, shape)


def _near(day: date, today: date) -> str | None:
    names = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    return names.get((day - today) // timedelta(days=1))


def _with_time(words: str, moment: time | None) -> str:
    return f"{words} {moment:%H:%M}" if moment else words


def length_words(minutes: int) -> str:
    """``45 min``, ``2 h`` or ``1 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    parts = [_("%(n)d h") % {"n": hours}] * bool(hours) + [_("%(n)d min") % {"n": rest}] * bool(
        rest
    )
    return " ".join(parts)
