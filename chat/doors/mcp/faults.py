"""What is wrong with a message of MCP, as JSON-RPC tells it."""

from typing import Any

from web.request_id import current_request_id

Json = dict[str, Any]

NOT_JSON = -32700
INVALID_REQUEST = -32600
NO_SUCH_METHOD = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
REFUSED = -32000
"""Ours: what HTTP says by its status; ``data.code`` is that of the API."""
HEADER_MISMATCH = -32020
MISSING_CAPABILITY = -32021
UNSUPPORTED_VERSION = -32022


class Fault(Exception):
    """A message that is refused. ``data`` are members of the error, for programs."""

    def __init__(self, code: int, sentence: str, **data: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.data = data

    @property
    def error(self) -> Json:
        return error(self.code, str(self), self.data)


def error(code: int, sentence: str, data: Json) -> Json:
    named = data | {"request_id": current_request_id.get()}
    return {"code": code, "message": sentence, "data": named}


def error_body(problem: Json) -> Json:
    """What views and middleware refuse, whatever it is: no message of JSON-RPC is behind it."""
    codes = {400: INVALID_REQUEST, 404: NO_SUCH_METHOD}
    status = problem["status"]
    code = INTERNAL_ERROR if status >= 500 else codes.get(status, REFUSED)
    kept = {name: value for name, value in problem.items() if name not in NOT_TOLD}
    told = f"{problem['detail']} {HOW}" if status == 401 else problem["detail"]
    return {"jsonrpc": "2.0", "id": None, "error": error(code, told, kept)}


NOT_TOLD = frozenset({"type", "title", "detail"})
HOW = "Send a key, which Settings has, in the header: “Authorization: Bearer tc_…”."
"""Clients show a person no more of a 401 than its sentence."""
