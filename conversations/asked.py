"""What the calls of a reply ask for in place of doing it, read from their results."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID


def proposal_of(call: Any) -> dict[str, Any] | None:
    """Its ``id``, ``summary`` and number of ``tasks``; rows may have been changed by hand.

    Where it asks for what an earlier one did as well, ``instead_of`` is the id of that.
    """
    with suppress(TypeError, KeyError, ValueError, AttributeError):
        told = call.result["proposal"]
        UUID(told["id"])
        return told if isinstance(told["summary"], str) else None
    return None


def asked_in(calls: Sequence[Any]) -> dict[str, Any]:
    """The calls, by the ids of the proposals that stand in the end."""
    asking = [(told, call) for call in calls if (told := proposal_of(call))]
    replaced = {told.get("instead_of") for told, _ in asking}
    return {told["id"]: call for told, call in asking if told["id"] not in replaced}
