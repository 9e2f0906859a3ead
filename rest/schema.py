"""What the OpenAPI document says of errors, for every operation alike."""

from typing import Any

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
    413: "The body is larger than 128 KiB.",
    415: "The body is not JSON.",
    503: "The database can not be reached.",
}


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's postprocessing hook."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status in _statuses(path, method, operation):
                operation["responses"].setdefault(str(status), problem_answer(DESCRIPTIONS[status]))
    return result


def problem_answer(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    statuses = [400, 503]
    if {} not in operation.get("security", [{}]):
        statuses += [401]
    if method != "get":
        statuses += [403, 413, 415]
    if "{" in path:
        statuses += [404]
    return sorted(statuses)
