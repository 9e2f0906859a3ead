"""The tool that says what to do now, on a day, and what to look at once a week."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from agent.offline.dates import Habits
from agent.offline.dates.lengths import read_amount
from agent.tools.moments import NO_DAY, WEEK
from agent.tools.tool import Desk, Result, Tool, ToolError
from todos import planning
from todos.models import Task
from todos.models.proposal import Proposal
from todos.planning import DayPlan, Weighed
from todos.spelling import read_day

MOST_TOLD = 10
"""Tasks of each part of a review."""
OVER = "That day is over. Give today or a day to come."


class Plan(Tool):
    """Plan an hour, day or week."""

    name = "plan"
    changes = False
    span: str = "now"

    def act(self, desk: Desk) -> Result:
        """``span`` is a length, words for now or a week, or a day as ``YYYY-MM-DD``."""
        now = desk.user.local_now()
        minutes = read_amount(self.span)
        is_day = not minutes and not NO_DAY.fullmatch(self.span)
        day = read_day(self.span) if is_day else None
        if day and day < now.date():
            raise ToolError(OVER)
        habits = Habits.of(each.line for each in desk.user.preferences())
        first = habits.week_of(now.date())
        monday = datetime.combine(first, time(), tzinfo=now.tzinfo)
        rows = planning.rows(desk.user, monday)
        if WEEK.fullmatch(self.span):
            return _review(planning.review(rows, now, first))
        if day:
            plan = planning.plan_day(rows, now, day, habits.morning, habits.evening)
            return _day(plan, desk)
        found = planning.to_do_now(rows, now, minutes)
        told = {"tasks": [_told(each) for each in found], "total": len(found)}
        return told | ({"minutes": minutes} if minutes else {})


def _day(plan: DayPlan, desk: Desk) -> Result:
    """And where something could be done on another day, that is told, and proposed."""
    told: Result = {
        "day": plan.day.isoformat(),
        "free_minutes": plan.free_minutes,
        "tasks": [_told(each) for each in plan.fits],
        "total": len(plan.fits),
        "does_not_fit": [_told(each) for each in plan.too_much],
    }
    if not plan.moves:
        return told
    told["could_move"] = [
        {"title": each.task.title, "to": each.to.isoformat()} for each in plan.moves
    ]
    if not desk.proposes:
        return told
    moved = [{"id": str(each.task.pk), "due_date": each.to.isoformat()} for each in plan.moves]
    asked = Proposal.make(desk.user, {"do": "update", "tasks": moved}, desk.origin)
    proposal = {"id": str(asked.pk), "summary": asked.summary, "tasks": len(moved)}
    return told | {"proposal": proposal, "note": ASKED}


ASKED = "Nothing is moved yet: the user is asked. Do not ask yourself."


def _review(found: planning.Review) -> Result:
    parts = {
        "overdue": found.overdue,
        "put_off_often": found.postponed,
        "this_week": found.this_week,
        "next_week": found.next_week,
        "no_date": found.no_date,
        "stale": found.stale,
    }
    done = [{"id": str(task.pk), "title": task.title} for task in found.done]
    week = {"from": found.first.isoformat(), "to": (found.first + timedelta(days=6)).isoformat()}
    told: Result = {"week": week, "done": _part(done)}
    return told | {name: _part(map(_told, tasks)) for name, tasks in parts.items()}


def _part(tasks: Iterable[Result]) -> Result:
    told = list(tasks)
    return {"total": len(told), "tasks": told[:MOST_TOLD]}


def _told(each: Weighed) -> Result:
    task: Task = each.task
    fields = {
        "id": str(task.pk),
        "title": task.title,
        "due_date": task.due_date and task.due_date.isoformat(),
        "due_time": task.due_time and task.due_time.isoformat("minutes"),
        "priority": task.priority if task.priority != "none" else None,
        "minutes": task.duration_minutes,
        "foreign": task.foreign,
        "why": ", ".join(each.why),
    }
    return {name: value for name, value in fields.items() if value}
