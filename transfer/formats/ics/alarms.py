"""Alarms of to-dos, as reminders that the API takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from transfer.formats.ics.lines import Part, Property
from transfer.formats.ics.moments import UnknownZone, When, Zones, decoded
from transfer.incoming import Skipped

MOST = 20
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Anchors:
    """When a to-do starts, when it is due, and when it ends."""

    start: When | None
    due: When | None
    end: datetime | None


def reminders_of(
    alarms: list[Part], anchors: Anchors, zones: Zones
) -> Iterator[dict[str, Any] | Skipped]:
    for alarm in alarms[:MOST]:
        action, trigger = alarm.get("ACTION"), alarm.get("TRIGGER")
        if action and action.value.strip().upper() == "NONE":  # Apple's for: no alarm at all
            continue
        if trigger is None or alarm.get("X-APPLE-PROXIMITY") or alarm.get("PROXIMITY"):
            yield Skipped(alarm.line, "A reminder that does not ring at a time is left out.")
            continue
        try:
            yield _reminder(trigger, anchors, zones)
        except UnknownZone:
            yield Skipped(trigger.line, "The zone of a reminder is not known: it is left out.")
        except (ValueError, TypeError, AttributeError, OverflowError):
            yield Skipped(trigger.line, "When a reminder rings is not understood: it is left out.")
    if len(alarms) > MOST:
        yield Skipped(alarms[MOST].line, f"It comes with {MOST} of its {len(alarms)} reminders.")


def _reminder(trigger: Property, anchors: Anchors, zones: Zones) -> dict[str, Any]:
    """So many minutes before a time; else on the wall clock, counted from the day if there is one.

    Raises as Zones.when.
    """
    due, offset = anchors.due, decoded(trigger.value.strip())
    if isinstance(offset, timedelta):
        rings = _anchor(trigger, anchors) + offset
        if due and due.at and rings <= due.wall:
            return {"before_minutes": (due.wall - rings) // MINUTE}
    else:
        rings = zones.when(trigger).wall
        if due and due.at and rings == due.wall:
            return {"before_minutes": 0}
    if due is None:
        return {"at": rings.isoformat(timespec="minutes")}
    return {"days_before": (due.day - rings.date()).days, "time": f"{rings:%H:%M}"}


def _anchor(trigger: Property, anchors: Anchors) -> datetime:
    """Raises ValueError."""
    from_end = str(trigger.params.get("RELATED", "")).upper() == "END"
    anchor = anchors.start or anchors.due
    if from_end and anchors.end:
        return anchors.end
    if anchor is None:
        raise ValueError("there is nothing that it counts from")
    return anchor.wall
