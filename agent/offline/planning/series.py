"""What a change comes to for a task that repeats, and the plans that tell of its rule."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from agent.offline.intents import AskRule, Change, Edit
from agent.offline.known import Known, KnownTask, Reply, Tasks
from agent.offline.planning import wording
from agent.offline.planning.finding import find, list_all
from agent.offline.steps import Plan
from todos.repeating import Repeat
from todos.repeating.on import IN_EVERY_MONTH, SHORT


class CanNot(Exception):
    """Why an edit is not possible, in a sentence for the user."""


def any_repeats(found: Tasks | Reply) -> bool:
    """Whether tasks were found, and one of them repeats."""
    return not isinstance(found, Reply) and any(task.repeats for task in found)


def in_series(edit: Edit) -> bool:
    """Whether it is about the rule, or about one day of it."""
    clears = edit.clear == "repeats"
    return bool(edit.repeats or edit.series or edit.skip or edit.within or clears)


def check_series(edit: Edit, task: KnownTask, now: datetime) -> None:
    """Raises CanNot where the task is not as the words for it say."""
    title = wording.quoted(task.title)
    if (edit.skip or edit.series or edit.clear == "repeats") and not task.repeats:
        raise CanNot(f"{title} does not repeat.")
    if edit.within and task.due_date:
        first, last, label = edit.within
        if not first <= task.due_date <= last:
            due = wording.when_words(task.due_date, task.due_time, now)
            raise CanNot(f"{title} is due {due}, and not {label}.")


def of_series(edit: Edit, task: KnownTask, moved: str | None, now: datetime) -> dict[str, Any]:
    """The fields of update_task that are its rule and, with a new one, its day; ``moved`` is the
    day that was said. Raises CanNot."""
    if edit.skip:
        return {"repeats": edit.skip}
    if edit.series and edit.repeats is None:
        repeat = Repeat.read({"words": task.repeats})
        return {"repeats": _on(repeat, date.fromisoformat(moved)).words} if moved else {}
    if edit.repeats is None:
        return {}
    repeat = _in_rhythm(edit.repeats, task) if edit.series else edit.repeats
    day = _first_day(repeat, edit.when.day, task.due_date, now.date())
    return {"repeats": repeat.words} | ({"due_date": day.isoformat()} if day else {})


def _on(repeat: Repeat, day: date) -> Repeat:
    """The rule that comes on ``day`` in place of its own. Raises CanNot for one with several."""
    if not repeat.on or repeat.first_day(day) == day:
        return repeat
    if repeat.every == "week" and len(repeat.on) == 1:
        return replace(repeat, on=(SHORT[day.weekday()],))
    if repeat.every == "month" and len(repeat.on) == 1 and day.day <= IN_EVERY_MONTH:
        return replace(repeat, on=(day.day,))
    raise CanNot("Say on which days it shall come, like “every friday”.")


def _in_rhythm(repeat: Repeat, task: KnownTask) -> Repeat:
    """Every two weeks stays so, where only another day of the week is said."""
    old = Repeat.read({"words": task.repeats})
    same = repeat.every == old.every == "week" and repeat.interval == 1
    return replace(old, on=repeat.on) if same else repeat


def _first_day(repeat: Repeat, said: date | None, due: date | None, today: date) -> date | None:
    """None for its own day, where that is one of the rule, and where it has none."""
    if said:
        return repeat.first_day(said)
    if due is None or not repeat.on or repeat.first_day(due) == due:
        return None
    return repeat.first_day(max(today, due - timedelta(days=due.weekday())))


def tell_rule(intent: AskRule, known: Known, now: datetime) -> Plan[Reply]:
    """Raises ListFailed."""
    if intent.target is None:
        return (yield from _all(now))
    found = yield from find(Change("update_task", intent.target), known, now)
    if isinstance(found, Reply):
        return replace(found, asks=None)
    [*_, task] = found
    following = task.next or task
    if task.completed and not task.next:
        following = yield from _open_one(task)
    return Reply(_told(intent, following, now), focus=(following,))


def _open_one(task: KnownTask) -> Plan[KnownTask]:
    """The open task of the same title that follows one that is done; itself where there is none."""
    listed = yield from list_all({"search": task.title[:200]})
    return next((each for each in listed if each.title == task.title and each.repeats), task)


def _all(now: datetime) -> Plan[Reply]:
    tasks: Tasks = yield from list_all({})
    repeating = tuple(task for task in tasks if task.repeats)
    if not repeating:
        return Reply("None of your tasks repeats. Say “water the plants every 3 days”.", shown=())
    words = (
        f"{wording.count(len(repeating), 'task')} {'repeats' if len(repeating) == 1 else 'repeat'}:"
    )
    return Reply(
        f"{words}\n{wording.numbered(repeating, now)}",
        focus=repeating if len(repeating) == 1 else (),
        shown=repeating,
    )


def _told(intent: AskRule, task: KnownTask, now: datetime) -> str:
    title = wording.quoted(task.title)
    when = task.due_date and wording.when_words(task.due_date, task.due_time, now)
    rule = wording.rule_words(task.repeats, now)
    if task.completed:
        return f"{title} is done and does not come again."
    if not task.repeats:
        return f"{title} does not repeat{f'; it is due {when}' if when else ''}."
    if intent.asks == "next":
        return f"{title} is next due {when} ({rule})."
    return f"{title} repeats {rule}; it is next due {when}."
