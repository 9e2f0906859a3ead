"""What of the rows a model is told in a turn."""

from collections.abc import Iterable, Sequence

from django.conf import settings

from accounts.models import User
from accounts.preferences import Preference
from agent import prompt
from agent.quiet import QUIET, quiet_of
from conversations.models import ToolCall, Turn
from conversations.models.told import history

ANSWERED = 4
"""Messages in which the question stands that a yes is to."""


def lines_told_by(user: User) -> list[str]:
    """What they told about themselves; makes a query only where that is any."""
    return lines_of(user, user.preferences() if user.has_preferences else ())


def lines_of(user: User, told: Iterable[Preference]) -> list[str]:
    """Of these, and of their quiet hours."""
    quiet = quiet_of(user.quiet_from, user.quiet_to)
    lines = [each.line for each in told]
    return [*lines, f"{QUIET}: {quiet}"] if quiet else lines


def history_of(turn: Turn) -> Sequence[prompt.MessageRow]:
    """With the question that a yes is to, also where a model is told less."""
    return history(turn, max(ANSWERED, settings.AGENT_HISTORY_MESSAGES))


def in_window(history: Sequence[prompt.MessageRow]) -> Sequence[prompt.MessageRow]:
    """As much of it as a model is told."""
    return history[-max(2, settings.AGENT_HISTORY_MESSAGES) :]


def is_answer(call: ToolCall) -> bool:
    """Whether it decides what was proposed, which is done before a model is asked."""
    return "answers" in call.result
