"""Real chat templates: what becomes of a prompt before a model reads it.

They come from the sources of llama.cpp, which `make test-templates` fetches; their licences differ,
so none is kept here. The environment is that of the servers, see
https://huggingface.co/docs/transformers/chat_templating_writing.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Template, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import SandboxedEnvironment

from agent.llm import Message

FOLDER = Path(sys.prefix) / "llama.cpp" / "models" / "templates"
TODAY = datetime(2026, 11, 20, tzinfo=UTC)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


class Refused(Exception):
    """In a template's own words."""


class Generation(Extension):
    """``{% generation %}`` marks what a model has said, for its training: it changes no text."""

    tags = {"generation"}

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def template_of(path: Path) -> Template:
    return _environment().from_string(path.read_text())


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols", Generation],
    )
    environment.globals |= {
        "raise_exception": _refuse,
        "strftime_now": TODAY.strftime,
    }
    environment.filters |= {"tojson": _to_json, "from_json": json.loads}
    return environment


def _refuse(words: str) -> None:
    raise Refused(words)


def _to_json(value: Any, **options: Any) -> str:
    """Unlike that of Jinja, which escapes for HTML."""
    return json.dumps(value, **{"ensure_ascii": False, "default": list, **options})


def render(
    template: Template, messages: list[Message], tools: list[dict[str, Any]], *, asks: bool = True
) -> str:
    """The text for the model; ``asks``: with the beginning of its answer. Raises what Jinja does.

    Arguments are handed over as objects, as vLLM does, or as the text that came over the wire: by
    trial, as llama.cpp does.
    """
    given = {"tools": tools, "add_generation_prompt": asks, **TOKENS}
    try:
        return template.render(messages=[_with_objects(each) for each in messages], **given)
    except Exception:
        return template.render(messages=messages, **given)


def _with_objects(message: Message) -> Message:
    if "tool_calls" not in message:
        return message
    return {**message, "tool_calls": [_with_object(call) for call in message["tool_calls"]]}


def _with_object(call: dict[str, Any]) -> dict[str, Any]:
    function = call["function"]
    return {**call, "function": {**function, "arguments": json.loads(function["arguments"])}}
