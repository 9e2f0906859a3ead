"""What a reasoning model thinks, taken out of what it says.

Servers that do not tell the two apart leave the thinking in the text, between tags, as the chat
templates of DeepSeek R1, Qwen 3 and others write it: ``<think>…</think>`` before the answer. Where
the template has opened it, only the end of it is there. Others tell it in a field beside the text,
or as a part of it.
"""

import re
from typing import Any

from agent.outcome import capped
from text import paired

FIELDS = (
    "reasoning_content",  # DeepSeek, Qwen, vLLM, LM Studio
    "reasoning",  # OpenRouter, Groq, Ollama, vLLM
    "thinking",
    "reasoning_details",
    "thinking_blocks",
)
"""The names of makers; some tell the same thing under two of them."""

KINDS = re.compile(r"think|thought|reason", re.IGNORECASE)
INNER = ("text", "thinking", "reasoning", "summary", "content")

OPENING = re.compile(r"<(?:think|thinking|thought)>", re.IGNORECASE)
CLOSING = re.compile(r"</(?:think|thinking|thought)>", re.IGNORECASE)
BEGINS_OPENING = re.compile(r"(?:<[a-z]{0,8})?\Z", re.IGNORECASE)
BEGINS_CLOSING = re.compile(r"<(?:/[a-z]{0,8})?\Z", re.IGNORECASE)


class Thinking:
    """Feed it the text as it comes, and get what is said; a tag may be split over pieces.

    Thinking begins only where nothing has been said yet, so that an answer may speak of the tags.
    """

    def __init__(self) -> None:
        self._held = ""
        self._is_open = False
        self._has_said = False
        self._has_thought = False
        self._thoughts: list[str] = []

    @property
    def thought(self) -> str:
        """All of it, as far as it is kept."""
        return capped(paired("".join(self._thoughts)))

    def note(self, thought: str) -> None:
        """What the server has told apart from the text."""
        self._thoughts.append(thought)

    def feed(self, text: str) -> str:
        """What of ``text``, and of what was held back, is said."""
        text, self._held = self._held + text, ""
        if self._is_open:
            return self._think(text)
        if self._has_said:
            return text
        return self._begin(text)

    def end(self) -> str:
        """What was held back in vain."""
        if not self._is_open:
            return self._held
        self._thoughts.append(self._held)
        return ""

    def _begin(self, text: str) -> str:
        """An answer, or more thinking, which begin without the space that stands before them."""
        stripped = text.lstrip()
        if self._has_thought:
            text = stripped
        if match := OPENING.match(stripped):
            return self._think(stripped[match.end() :])
        if BEGINS_OPENING.match(stripped):
            self._held = text
            return ""
        match = CLOSING.search(text)
        if match and not OPENING.search(text, 0, match.start()):  # opened before the text began
            return self._think(text)
        self._has_said = True
        return text

    def _think(self, text: str) -> str:
        self._has_thought = True
        match = CLOSING.search(text)
        self._is_open = match is None
        if match:
            self._thoughts.append(text[: match.start()])
            return self._begin(text[match.end() :])
        begun = BEGINS_CLOSING.search(text)
        self._held = begun[0] if begun else ""
        self._thoughts.append(text.removesuffix(self._held))
        return ""


def told_apart(message: dict[str, Any]) -> str:
    """What a message, or a piece of one, tells of it beside the text, or in parts of its own."""
    beside = next(filter(None, (_words(message.get(name)) for name in FIELDS)), "")
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return beside + "".join(in_a_part(part) for part in parts if isinstance(part, dict))


def in_a_part(part: dict[str, Any]) -> str:
    is_thought = part.get("thought") is True or KINDS.search(str(part.get("type")))
    return _words(part) if is_thought else ""


def _words(value: Any, levels: int = 4) -> str:
    """Of a text, or of whatever a maker wraps it in, some levels deep."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and levels:
        return "".join(_words(each, levels - 1) for each in value)
    if isinstance(value, dict) and levels:
        inner = (_words(value.get(name), levels - 1) for name in INNER)
        return next(filter(None, inner), "")
    return ""
