"""A turn as a response of the Responses API."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chat.doors.openai import ids, items
from chat.doors.openai.models import MODEL
from conversations.models import Turn

CUT = {"length": "max_output_tokens", "content_filter": "content_filter"}


def begun(turn: Turn, previous: UUID | None) -> dict[str, Any]:
    """As it is told before anything is said, whatever has become of it since."""
    return _response(turn, previous, items.IN_PROGRESS)


def settled(turn: Turn, previous: UUID | None) -> dict[str, Any]:
    """As it stands, with what was said and done so far; ``previous`` is the turn before it."""
    status = status_of(turn)
    reason = CUT.get(turn.finish_reason) if status == items.INCOMPLETE else None
    is_open = status == items.IN_PROGRESS
    ended_at = turn.finished_at if status == items.COMPLETED else None
    return _response(
        turn,
        previous,
        status,
        items.replied(turn.reply, turn.calls, items.ends_as(turn)),
        error=turn.error and _failure(turn.error),
        incomplete_details=reason and {"reason": reason},
        usage=None if is_open else _usage(turn),
        completed_at=int(ended_at.timestamp()) if ended_at else None,
    )


def status_of(turn: Turn) -> str:
    if turn.error:
        return "failed"
    shown = turn.shown_status
    if shown == items.COMPLETED and turn.finish_reason in CUT:
        return items.INCOMPLETE
    return shown


def _response(
    turn: Turn,
    previous: UUID | None,
    status: str,
    output: Sequence[items.Item] = (),
    **how_it_ended: Any,
) -> dict[str, Any]:
    return {
        "id": ids.made("resp", turn.pk),
        "object": "response",
        "created_at": int(turn.created_at.timestamp()),
        "status": status,
        "conversation": {"id": ids.made("conv", turn.conversation_id)},
        "previous_response_id": ids.made("resp", previous) if previous else None,
        "model": MODEL,
        "output": output,
        "error": None,
        "incomplete_details": None,
        "usage": None,
        "completed_at": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": False,
        "store": True,
        "temperature": None,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "truncation": "disabled",
        **how_it_ended,
    }


def _failure(error: dict[str, str]) -> dict[str, Any]:
    """Clients know a closed list of codes; ours is what they call the original type."""
    return {"code": "server_error", "message": error["detail"], "type": error["code"]}


def _usage(turn: Turn) -> dict[str, Any]:
    """Tokens; 0 where nobody has counted them, since each number is required."""
    read, written = turn.input_tokens or 0, turn.output_tokens or 0
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": turn.cached_tokens or 0, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": read + written,
    }
