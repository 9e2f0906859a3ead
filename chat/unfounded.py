"""What a reply says that its tool calls do not bear out: the person is warned of it."""

import re
from datetime import datetime

from accounts.models import User
from agent import tools
from agent.claims import claims_a_change, claims_a_reminder
from agent.planned import is_beyond
from conversations.models import ToolCall, Turn
from todos.models import Reminder

NOTHING_DONE = "The assistant speaks of a change, but none was made."
NOT_IN_THE_PLAN = "The assistant names something that is not in the plan; see what it looked at."
NOTHING_RINGS = "The assistant speaks of a reminder, but none was set that rings."
ASKS_TO_REMIND = re.compile(r"remind|alarm|alert|notif|ping", re.IGNORECASE)


def unfounded(turn: Turn, user: User, said: str, asked_at: datetime) -> str:
    """A warning where the reply claims a change, or something of a plan, that is not there."""
    if not changes_of(turn) and claims_a_change(said):
        return NOTHING_DONE
    asked, done = turn.user_message.content, _done(turn)
    if claims_a_reminder(said) and not _rings(user, asked, done):
        return NOTHING_RINGS
    told = [each for call in done for each in (call.arguments, call.result)]
    planned = any(call.name == "plan" for call in done)
    if planned and is_beyond(said, told, asked, asked_at.date()):
        return NOT_IN_THE_PLAN
    return ""


def changes_of(turn: Turn) -> list[ToolCall]:
    """The calls that have changed something."""
    return [call for call in _done(turn) if tools.has_changed(call.name, call.result)]


def _done(turn: Turn) -> list[ToolCall]:
    return [call for call in turn.calls if call.status == ToolCall.Status.SUCCEEDED]


def _rings(user: User, asked: str, done: list[ToolCall]) -> bool:
    """Whether a result of this turn tells of it or, where there is none, one was set before."""
    if done or ASKS_TO_REMIND.search(asked):
        return any(tools.rings(call.result) for call in done)
    return Reminder.objects.for_user(user).waiting().exists()
