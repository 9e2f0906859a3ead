"""The plans that tell what to do now, on a day, and of the week; in the words of the result."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from agent.offline.intents import Ahead
from agent.offline.known import Reply, tasks_of
from agent.offline.planning import wording
from agent.offline.planning.finding import ListFailed
from agent.offline.steps import Plan, Request

PARTS = {
    "overdue": "Overdue",
    "put_off_often": "Put off again and again",
    "this_week": "Still this week",
    "next_week": "Next week",
    "no_date": "Without a date",
    "stale": "Not touched for weeks",
}
NONE_OF = {
    "put_off_often": "You have put nothing off again and again.",
    "this_week": "Nothing more is due this week.",
    "stale": "Nothing was left untouched for weeks.",
}
FEW = 5


def look_ahead(intent: Ahead, now: datetime) -> Plan[Reply]:
    """Raises ListFailed."""
    [call] = yield [Request("plan", intent.arguments)]
    if call.error:
        raise ListFailed(call.error)
    result, tasks = call.result, tasks_of(call)
    if "week" in result:
        return Reply(_part(result, intent.part) if intent.part else _week(result))
    if "day" in result:
        words = _day(result, now)
    elif not tasks:
        words = _nothing(result)
    else:
        minutes = result.get("minutes")
        fits = f"This fits into {minutes} minutes:" if minutes else "This comes first:"
        words = f"{fits}\n{_numbered(result)}"
    return Reply(words, focus=tasks if len(tasks) == 1 else (), shown=tasks)


def _nothing(result: dict[str, Any]) -> str:
    if minutes := result.get("minutes"):
        return f"Nothing on your list fits into {minutes} minutes."
    return "You have nothing to do: your list is empty."


def _day(result: dict[str, Any], now: datetime) -> str:
    day = wording.day_words(date.fromisoformat(result["day"]), now)
    minutes = result["free_minutes"]
    free = f"{_hours(minutes)} are free {day}" if minutes else f"No time is free {day}"
    only = "This fits" if minutes else "Only this has its hour"
    fits = f"{free}. {only}:\n{_numbered(result)}" if result["tasks"] else f"{free}."
    if not result["tasks"] and not result["does_not_fit"]:
        return f"{free}, and nothing presses."
    return wording.paragraphs(fits, wording.sentences(_rest(result), _moves(result, now)))


def _rest(result: dict[str, Any]) -> str:
    rest = result["does_not_fit"]
    be = "does" if len(rest) == 1 else "do"
    return f"{_titles(rest)} {be} not fit." if rest else ""


def _moves(result: dict[str, Any], now: datetime) -> str:
    to = [
        f"{wording.quoted(each['title'])} to "
        f"{wording.full_day(date.fromisoformat(each['to']), now)}"
        for each in result.get("could_move", ())
    ]
    return f"I would move {wording.joined(to)}." if to else ""


def _week(result: dict[str, Any]) -> str:
    done = result["done"]
    titles = f": {_titles(done['tasks'][:FEW])}" if done["total"] else ""
    more = " and more" if done["total"] > FEW else ""
    parts = [_part(result, name) for name in PARTS if result[name]["total"]]
    number = wording.count(done["total"]) if done["total"] else "nothing"
    first = f"You have finished {number} this week{titles}{more}."
    rest = parts or ["Nothing is overdue, and nothing is due this week or next."]
    return wording.paragraphs(first, *rest)


def _part(result: dict[str, Any], name: str) -> str:
    total, tasks = result[name]["total"], result[name]["tasks"]
    if not total:
        return NONE_OF[name]
    return f"{PARTS[name]} ({total}):\n{_bullets(tasks[:FEW])}"


def _titles(tasks: Iterable[dict[str, Any]]) -> str:
    return wording.joined(wording.quoted(each["title"]) for each in tasks)


def _numbered(result: dict[str, Any]) -> str:
    return "\n".join(f"{place}. {_line(each)}" for place, each in enumerate(result["tasks"], 1))


def _bullets(tasks: Iterable[dict[str, Any]]) -> str:
    return "\n".join(f"– {_line(each)}" for each in tasks)


def _line(task: dict[str, Any]) -> str:
    return f"{' '.join(task['title'].split())} – {task['why']}"


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]
    return " ".join(filter(None, parts))
