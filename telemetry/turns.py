"""What is told of a turn when it has ended: one line in the log, by whoever has settled its row."""

import logging
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings

from telemetry import genai
from telemetry.measured import Measured
from telemetry.metrics import ended_turn
from telemetry.spans import Value

logger = logging.getLogger(__name__)

AGENT = "Todo Chat"
SPAN = f"{genai.INVOKE_AGENT} {AGENT}"


class TurnRow(Protocol):
    """A turn as its row has it, settled."""

    pk: UUID
    user_id: int
    conversation_id: UUID
    request_id: str
    status: str
    error_code: str
    door: str
    attempt: int
    degraded: bool
    steps: int | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None

    @property
    def duration_ms(self) -> int | None: ...


def ended(turn: TurnRow, measured: Measured | None = None) -> None:
    """Tell that an attempt at it has ended; once, when that is committed.

    ``measured`` is what the process knows that took it: nothing where that has died, or where the
    turn was settled over its head. Then the row has no cost of this attempt either.
    """
    ended_turn(turn.status, turn.error_code, measured)
    fields = _as_row(turn) | (_as_measured(turn, measured) if measured else {})
    is_slow = bool(measured and 0 < settings.SLOW_TURN_SECONDS < measured.seconds)
    is_well = turn.status in ("completed", "cancelled") and not is_slow
    level = logging.INFO if is_well else logging.WARNING
    words = "turn ended, slowly" if is_slow else "turn ended"
    logger.log(level, words, extra={"fields": fields})


def _as_row(turn: TurnRow) -> dict[str, Any]:
    """The ids are those of its own request: somebody else's may have settled it."""
    return {
        "request_id": turn.request_id or "-",
        "user_id": str(turn.user_id),
        "conversation_id": str(turn.conversation_id),
        "turn_id": str(turn.pk),
        "status": turn.status,
        "code": turn.error_code or None,
        "model": None,
        "provider_status": None,
        "provider_reason": None,
        "duration_ms": turn.duration_ms,
        "first_word_ms": None,
        "input_tokens": None,
        "output_tokens": None,
        "cached_tokens": None,
        "steps": None,
        "tools": {},
        "degraded": False,
        "streamed": None,
        "attempt": turn.attempt,
        "door": turn.door or None,
        "trace_id": None,
        "node": settings.NODE,
        "version": settings.VERSION,
    }


def _as_measured(turn: TurnRow, measured: Measured) -> dict[str, Any]:
    failure = measured.failure
    return {
        "model": measured.model or None,
        "provider_status": (failure and failure.status) or None,
        "provider_reason": (failure and failure.reason) or None,
        "duration_ms": round(measured.seconds * 1000),
        "first_word_ms": measured.first_word_ms,
        "trace_id": measured.span.trace_id or None,
        "input_tokens": turn.input_tokens,
        "output_tokens": turn.output_tokens,
        "cached_tokens": turn.cached_tokens,
        "steps": turn.steps,
        "tools": measured.tools,
        "degraded": turn.degraded,
        "streamed": measured.streamed,
    }


def left(turn: TurnRow, measured: Measured) -> None:
    """The process that took it has done with it, whoever settled it: its span ends."""
    attributes: dict[str, Value] = {
        genai.OPERATION: genai.INVOKE_AGENT,
        genai.PROVIDER: "todo_chat",
        genai.AGENT: AGENT,
        genai.CONVERSATION: str(turn.conversation_id),
        genai.MODEL: measured.model or None,
        genai.INPUT_TOKENS: turn.input_tokens,
        genai.OUTPUT_TOKENS: turn.output_tokens,
        genai.CACHED_TOKENS: turn.cached_tokens,
        "todo_chat.turn": str(turn.pk),
        "todo_chat.attempt": turn.attempt,
        "todo_chat.status": turn.status,
        "todo_chat.door": turn.door,
        "todo_chat.degraded": turn.degraded,
        "todo_chat.streamed": measured.streamed,
        "todo_chat.steps": turn.steps,
    }
    measured.span.end(attributes, turn.error_code)
