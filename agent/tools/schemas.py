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
    grammar of them, and every word is read again with each message.
    """
    schema = tool.model_json_schema()
    fields = {name: _plain(each) for name, each in schema["properties"].items()}
    whole = {"type": "object", "properties": fields}
    if issubclass(tool, ForTasks):
        fields[tool.several] = _list(tool, fields)
    elif "required" in schema:
        whole["required"] = schema["required"]
    return whole


def _plain(field: Schema) -> Schema:
    for kind in field.get("anyOf", []):
        if kind["type"] != "null":
            field = field | kind
    return {key: field[key] for key in TOLD if key in field}


def _list(tool: type[ForTasks], fields: dict[str, Schema]) -> Schema:
    """For several at once; each is told as for one, by the kinds of its fields alone."""
    if tool.several == IDS:
        item: Schema = {"type": "string"}
    else:
        kinds = {
            name: {key: value for key, value in field.items() if key == "type"}
            for name, field in fields.items()
        }
        item = {"type": "object", "properties": kinds}
    return {"type": "array", "items": item}
