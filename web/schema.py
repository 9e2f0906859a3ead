"""What the OpenAPI document says of each operation, and of errors, for every one alike."""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from drf_spectacular.utils import OpenApiResponse, extend_schema

from web.errors import CONTENT_TYPE

P = ParamSpec("P")
Decorator = TypeVar("Decorator", bound=Callable[..., Any])

SCHEMA = {"$ref": "#/components/schemas/Problem"}
PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "example": "about:blank"},
        "title": {"type": "string", "example": "Conflict"},
        "status": {"type": "integer", "example": 409},
        "detail": {"type": "string", "example": "Another message is being answered."},
        "code": {"type": "string", "example": "conversation_busy"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Only for 400: what is wrong, field by field.",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
}
DESCRIPTIONS = {
    400: "The request is not valid.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "Not allowed; also a session without its CSRF token.",
    404: "There is no such thing, or it is not yours.",
    409: "Something else is going on, or has happened since; `code` says what.",
    412: "It has changed since; If-Match names another version.",
    413: "The body is larger than 128 KiB.",
    415: "The body is not JSON.",
    422: "This Idempotency-Key came with another body before.",
    429: "Too many, or too often; Retry-After says when to come back.",
    500: "Something went wrong on our side.",
    502: "The language model gave no sense.",
    503: "The database, or the language model, cannot be reached.",
    504: "The language model took too long.",
}

_to_describe: deque[Callable[[], Any]] = deque()
_describing = Lock()


def _later(decorator: Callable[P, Decorator]) -> Callable[P, Decorator]:
    def noted(*args: P.args, **said: P.kwargs) -> Any:
        def note(described: Any) -> Any:
            _to_describe.append(lambda: decorator(*args, **said)(described))
            return described

        return note

    return noted


describe = _later(extend_schema)
"""What a view or a method of one does, which drf-spectacular makes a class of. With all that this
takes it is a twentieth of a start, so it waits until the document is asked for.
"""


def describe_all() -> None:
    with _describing:
        while _to_describe:
            _to_describe.popleft()()


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's postprocessing hook."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status in _statuses(path, method, operation):
                answer = {
                    "description": DESCRIPTIONS[status],
                    "content": {CONTENT_TYPE: {"schema": SCHEMA}},
                }
                operation["responses"].setdefault(str(status), answer)
    return result


def add_nulls(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The same, after it: null is what is absent, for all that a request may leave out."""
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        if name.endswith("Request"):
            whole = schemas.get(name.removeprefix("Patched"), schema)
            for field, kind in schema["properties"].items():
                if field not in whole.get("required", []):
                    schema["properties"][field] = _or_null(kind)
    return result


def _or_null(kind: dict[str, Any]) -> dict[str, Any]:
    if "type" in kind:
        return {**kind, "nullable": True}
    return {"oneOf": [kind, {"enum": [None]}]}


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """Those that an operation has beside the usual ones, for its ``responses``."""
    return {
        (status, CONTENT_TYPE): OpenApiResponse(SCHEMA, DESCRIPTIONS[status]) for status in statuses
    }


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    statuses = [400, 503]
    if {} not in operation.get("security", [{}]):
        statuses += [401, 403]
    if method != "get":
        statuses += [403, 413, 415]
    if "{" in path:
        statuses += [404]
    return sorted({*statuses})
