"""What went wrong before a stream has begun, in the words of ChatKit's event for an error."""

from typing import Any

WORTH_TRYING_AGAIN = frozenset({409, 429, 500, 502, 503, 504})

KEPT = ("status", "errors", "changed", "conversation_id", "request_id")


def shaped(problem: dict[str, Any]) -> dict[str, Any]:
    """``code`` is one of the protocol's; ours is ``problem``."""
    return {
        "type": "error",
        "code": "custom",
        "message": problem["detail"],
        "allow_retry": problem["status"] in WORTH_TRYING_AGAIN,
        "problem": problem["code"],
        **{name: problem[name] for name in KEPT if name in problem},
    }
