"""One turn: opened, answered, settled. What it yields is saved before a reader sees it."""

import logging
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import User
from agent import prompt, runner, tools
from agent.events import Event, TextDelta
from agent.llm import LLM, LLMError, Message
from chat.errors import ConversationIsBusy
from conversations.models import Conversation, ConversationBusy, ToolCall, Turn, TurnLost
from todos.models import Origin

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1
NO_HISTORY = "The earlier messages could not be read; this was answered without them."


@dataclass(frozen=True, slots=True)
class TurnStarted:
    turn: Turn


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn tells how it went; ``retry_after`` is in seconds, where the model named a time."""

    turn: Turn
    retry_after: int | None = None


TurnEvent = TurnStarted | Event | TurnEnded


def open_turn(conversation: Conversation, opening: Callable[[timedelta], Turn]) -> Turn:
    """What ``opening`` gives for a lease, once no other turn of the conversation is open.

    No database connection is held while it waits. Raises ConversationIsBusy (409) after
    TURN_WAIT_SECONDS, and Conversation.DoesNotExist when it is deleted meanwhile.
    """
    give_up = monotonic() + settings.TURN_WAIT_SECONDS
    while True:
        try:
            return opening(_lease())
        except ConversationBusy:
            if monotonic() > give_up:
                raise ConversationIsBusy from None
        if not conversation.turns.close_dead():
            _release_connection()
            sleep(POLL_SECONDS)
        conversation.refresh_from_db(from_queryset=Conversation.objects.filter(deleted_at=None))


def answer(turn: Turn, user: User, llm: LLM) -> Generator[TurnEvent, None, None]:
    """Take an open turn to its end, whatever happens on the way."""
    yield TurnStarted(turn)
    said: list[str] = []
    retry_after = None
    try:
        messages, warning = _prompt(turn, user)
        outcome = yield from _collect(said, _run(turn, user, llm, messages))
        cost = asdict(outcome) | {"warning": outcome.warning or warning}
        _settle(turn, Turn.Status.COMPLETED, said, **cost)
    except LLMError as error:
        retry_after = error.retry_after
        _fail(turn, said, error.code, error.detail)
    except TurnLost:
        turn.reload()
    except Exception:
        logger.exception("turn %s crashed", turn.pk)
        _fail(turn, said, "internal_error", "Something went wrong on our side. Try again.")
    yield TurnEnded(turn, retry_after)


def _prompt(turn: Turn, user: User) -> tuple[list[Message], str]:
    """The prompt, and a warning when the database would not give the earlier messages."""
    warning = ""
    try:
        history = turn.history(settings.AGENT_HISTORY_MESSAGES)
    except DatabaseError:
        logger.error("the history of turn %s can not be read", turn.pk)
        history, warning = [turn.user_message, turn.reply], NO_HISTORY
    _release_connection()
    return prompt.build(history, user.local_now()), warning


def _run(
    turn: Turn, user: User, llm: LLM, messages: list[Message]
) -> Generator[Event, None, runner.Outcome]:
    limits = runner.Limits(
        steps=settings.AGENT_MAX_STEPS,
        tool_calls=settings.AGENT_MAX_TOOL_CALLS,
        seconds=settings.AGENT_TURN_DEADLINE,
    )
    first_step = turn.calls[-1].step + 1 if turn.calls else 0
    execute = _executor(turn, user)
    return runner.run(llm, messages, execute, limits=limits, first_step=first_step)


def _executor(turn: Turn, user: User) -> Callable[[runner.Call], ToolCall]:
    def execute(call: runner.Call) -> ToolCall:
        started_at, clock = timezone.now(), monotonic()

        def record(status: str, result: dict[str, Any]) -> ToolCall:
            return turn.record(
                id=call.id,
                step=call.step,
                position=call.position,
                name=call.name,
                arguments=call.arguments,
                result=result,
                status=status,
                started_at=started_at,
                duration_ms=round((monotonic() - clock) * 1000),
            )

        try:
            tool = tools.bind(call.name, call.arguments)
            with turn.fenced(_lease()):
                result = tool.run(user, Origin("chat", call.id))
                return record(ToolCall.Status.SUCCEEDED, result)
        except tools.ToolError as error:
            with turn.fenced(_lease()):
                return record(ToolCall.Status.FAILED, {"error": str(error)})
        finally:
            _release_connection()

    return execute


def _collect(
    said: list[str], events: Generator[Event, None, runner.Outcome]
) -> Generator[Event, None, runner.Outcome]:
    """The same events; ``said`` gathers the text of the reply on the way."""
    while True:
        try:
            event = next(events)
        except StopIteration as stop:
            outcome: runner.Outcome = stop.value
            return outcome
        if isinstance(event, TextDelta):
            said.append(event.text)
        yield event


def _fail(turn: Turn, said: list[str], code: str, detail: str) -> None:
    logger.warning("turn %s failed: %s", turn.pk, code)
    _settle(turn, Turn.Status.FAILED, said, error_code=code, error_detail=detail)


def _settle(turn: Turn, status: Turn.Status, said: list[str], **fields: Any) -> None:
    try:
        turn.finish(status, "".join(said), **fields)
    except TurnLost:
        turn.reload()


def _lease() -> timedelta:
    return timedelta(seconds=settings.AGENT_LEASE)


def _release_connection() -> None:
    """Give the connection back to the pool: the model, or another turn, may take its time."""
    if not connection.in_atomic_block:  # as only a test is here
        connection.close()
