"""What went wrong before a stream has begun, in the words of ChatKit's event for an error."""

from typing import Any

SOON = frozenset({"conversation_busy", "turn_in_progress"})

KEPT = ("status", "errors", "changed", "conversation_id", "request_id")


def shaped(problem: dict[str, Any]) -> dict[str, Any]:
    """``code`` is one of the protocol's; ours is ``problem``."""
    return {
        "type": "error",
        "code": "custom",
        "message": problem["detail"],
        "allow_retry": problem["status"] in (429, *range(500, 600)) or problem["code"] in SOON,
        "problem": problem["code"],
        **{name: problem[name] for name in KEPT if name in problem},
    }
