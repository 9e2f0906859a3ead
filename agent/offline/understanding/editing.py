"""Phrases that name a task and its new date or priority: "the report to monday, urgent"."""

from datetime import datetime

from agent.offline import dates
from agent.offline.intents import Change, Edit, Refuse
from agent.offline.target import It, Unnamed
from agent.offline.understanding.priorities import read_last_level
from agent.offline.understanding.targets import read_target

LOOSE_ENDS = frozenset(
    {"to", "until", "till", "as", "be", "is", "and", "due", "with", "instead", "back", "forward"}
    | {"out", "off", "a", "it's", ""}
)


def edit_of(phrase: str, now: datetime) -> Change | Refuse | None:
    """None when the phrase sets neither date nor priority."""
    rest, priority = read_last_level(phrase)
    found = dates.read_shift(rest)
    if found:
        shift, target = found
        return _change(target, Edit(shift=shift, priority=priority), (), now)
    target, reading = dates.read_end(rest, now)
    if reading.fault:
        return Refuse(f"{reading.fault} Nothing has changed.")
    if not reading.when and not priority:
        return None
    edit = Edit(when=reading.when, minutes=reading.minutes, priority=priority)
    return _change(target, edit, reading.remarks, now)


def _change(target: str, edit: Edit, remarks: tuple[str, ...], now: datetime) -> Change:
    words = target.strip(" ,").split()
    while words and words[-1].strip(",").lower() in LOOSE_ENDS:
        words.pop()
    meant = read_target(" ".join(words).strip(" ,"), now)
    return Change("update_task", It() if meant == Unnamed() else meant, edit, remarks)
