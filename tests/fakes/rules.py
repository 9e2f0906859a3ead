"""What a Chat Completions server demands of a prompt, as strict as the strictest of them.

https://platform.openai.com/docs/api-reference/chat/create
"""

import json
import re
from typing import Any

KEYS = {
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls"},
    "tool": {"role", "content", "tool_call_id"},
}
CALL_ID = re.compile(r"[a-zA-Z0-9]{9}")
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def validate_messages(messages: Any) -> str | None:
    """What is wrong with the prompt, in a sentence; None when it is legal."""
    if not isinstance(messages, list) or not messages:
        return "The prompt is empty."
    awaited: list[str] = []
    for position, message in enumerate(messages):
        fault = _fault_of(message) or _misplaced(message, position, awaited)
        if fault:
            return f"messages[{position}] {fault}."
        if message["role"] == "tool":
            awaited.remove(message["tool_call_id"])
        awaited += [call["id"] for call in message.get("tool_calls", [])]
    if awaited:
        return f"The calls {awaited} at the end have no result."
    if messages[-1]["role"] not in ("user", "tool"):
        return "The last message is neither the user's nor a tool's."
    return None


def _misplaced(message: dict[str, Any], position: int, awaited: list[str]) -> str | None:
    """``awaited`` are the ids of the calls before, whose results must come next."""
    role = message["role"]
    if (role == "system") != (position == 0):
        return "is not a system message" if position == 0 else "is a second system message"
    if role == "tool" and message["tool_call_id"] not in awaited:
        return "is the result of no call just before it"
    if role != "tool" and awaited:
        return f"comes before the results of the calls {awaited}"
    return None


def _fault_of(message: Any) -> str | None:
    if not isinstance(message, dict) or message.get("role") not in KEYS:
        return "has no known role"
    strange = message.keys() - KEYS[message["role"]]
    if strange:
        return f"has keys that its role does not take: {sorted(strange)}"
    if message["role"] == "tool" and not message.get("tool_call_id"):
        return "does not name its call"
    if "tool_calls" in message:
        return _fault_of_content(message) or _fault_of_calls(message["tool_calls"])
    return _fault_of_content(message)


def _fault_of_content(message: dict[str, Any]) -> str | None:
    """Null beside calls, which OpenAI takes, is refused by many a server's template."""
    content = message.get("content")
    if not isinstance(content, str):
        return "has a content that is no text"
    try:
        content.encode()
    except UnicodeEncodeError:
        return "has a content that is not Unicode text"
    if message["role"] != "tool" and not content and "tool_calls" not in message:
        return "has an empty content"
    return None


def _fault_of_calls(calls: Any) -> str | None:
    if not isinstance(calls, list) or not calls:
        return "has an empty list of calls"
    if len(calls) > 1:
        return "has several calls, which the templates of Llama 3 refuse"
    return _fault_of_call(calls[0])


def _fault_of_call(call: Any) -> str | None:
    if not isinstance(call, dict) or call.keys() != {"id", "type", "function"}:
        return "has a call without id, type and function"
    if not isinstance(call["id"], str) or not CALL_ID.fullmatch(call["id"]):
        return "has a call whose id is not nine letters and digits, as Mistral demands"
    function = call["function"]
    if call["type"] != "function" or not isinstance(function, dict):
        return "has a call of something that is no function"
    if not isinstance(function.get("name"), str) or not NAME.fullmatch(function["name"]):
        return "has a call whose function has no legal name"
    if not _is_json_object(function.get("arguments")):
        return "has a call whose arguments are not the text of a JSON object"
    return None


def _is_json_object(text: Any) -> bool:
    if not isinstance(text, str):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
