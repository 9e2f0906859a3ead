"""What a tool answers, as MCP has it. Failures are results, too: a model reads them."""

from agent.tools import ToolError
from chat.doors.mcp.faults import Json
from text import as_json
from web.request_id import current_request_id


def done(result: Json) -> Json:
    return {"content": [_text(as_json(result))], "structuredContent": result}


def failed(sentence: str, more: Json | None = None) -> Json:
    """``more`` is for whoever goes on from there.

    It is no ``structuredContent``: some clients hold that against the schema of success.
    """
    told = [_text(as_json(more))] if more else []
    meta = {TOLD: {**(more or {}), "request_id": current_request_id.get()}}
    return {"content": [_text(sentence), *told], "isError": True, "_meta": meta}


def failure(error: ToolError) -> Json:
    more = {name: value for name, value in error.result.items() if name != "error"}
    return failed(str(error), more)


TOLD = "todo-chat/details"


def _text(text: str) -> Json:
    return {"type": "text", "text": text}
