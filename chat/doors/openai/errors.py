"""What goes wrong, in the shape that OpenAI's clients make their exceptions of."""

import re
from typing import Any

from rest_framework.exceptions import APIException

from chat.views import STATUS_OF_FAILURE
from conversations.models import Turn

Body = dict[str, Any]

TYPES = {
    401: "authentication_error",
    403: "permission_error",
    409: "conflict_error",
    429: "rate_limit_error",
}


def shaped(problem: Body) -> Body:
    """A problem of ours as the body of an answer; ``param`` is the first field that was wrong."""
    first = next(iter(problem.get("errors", ())), {"field": "", "code": problem["code"]})
    error = fault(problem["status"], first["code"], problem["detail"], first["field"])
    return {"error": error, "request_id": problem["request_id"]}


def fault(status: int, code: str, message: str, field: str = "") -> Body:
    """The error alone, as it stands within a body, a response or a stream."""
    kind = "server_error" if status >= 500 else TYPES.get(status, "invalid_request_error")
    param = re.sub(r"\.(\d+)", r"[\1]", field) or None
    return {"message": message, "type": kind, "code": code, "param": param}


def failure(turn: Turn) -> Body:
    """The error of a turn that has failed, or was broken off."""
    error = turn.error or {"code": "internal_error", "detail": ""}
    return fault(status_of(turn), error["code"], error["detail"])


def status_of(turn: Turn) -> int:
    return STATUS_OF_FAILURE.get(turn.error_code, 500)


class TurnFailed(APIException):
    """Raised where a turn that has failed is to be answered as a whole."""

    def __init__(self, turn: Turn, retry_after: int | None) -> None:
        error = failure(turn)
        super().__init__(error["message"], error["code"])
        self.status_code = status_of(turn)
        self.wait = retry_after
