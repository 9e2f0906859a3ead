"""What models are told of the tools: small and plain schemas, which all of them understand."""

from functools import cache
from inspect import getdoc
from typing import Any

from agent.tools.calls import TOOLS
from agent.tools.several import IDS, ForTasks
from agent.tools.tool import Tool

Schema = dict[str, Any]
TOLD = ("type", "enum", "description", "minimum")


@cache
def specifications() -> list[dict[str, Any]]:
    """The tools in the form of the Chat Completions protocol; made once, for it takes 3 ms."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": " ".join((getdoc(tool) or "").split()),
                "parameters": _parameters(tool),
            },
        }
        for tool in TOOLS.values()
    ]


def _parameters(tool: type[Tool]) -> Schema:
    """An argument that may be null is told by its kind; how many and how long, by errors alone.

    Gemini knows few formats, some builds of llama.cpp refuse bounds over 2,000 and others make a
    grammar of them, and every word is read again with each message. So a tool for tasks is told by
    its list alone, though it takes the fields of one task as well.
    """
    schema = tool.model_json_schema()
    whole = _object(schema)
    if not issubclass(tool, ForTasks):
        return whole
    item = {"type": "string"} if tool.several == IDS else whole
    fields = {tool.several: {"type": "array", "items": item}}
    return {"type": "object", "properties": fields, "required": [tool.several]}


def _object(schema: Schema) -> Schema:
    fields = {name: _plain(each) for name, each in schema["properties"].items()}
    required = {"required": schema["required"]} if "required" in schema else {}
    return {"type": "object", "properties": fields} | required


def _plain(field: Schema) -> Schema:
    for kind in field.get("anyOf", []):
        if kind["type"] != "null":
            field = field | kind
    return {key: field[key] for key in TOLD if key in field}
