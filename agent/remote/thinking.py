"""What a reasoning model thinks, taken out of what it says.

Servers that do not tell the two apart leave the thinking in the text, between tags, as the chat
templates of DeepSeek R1, Qwen 3 and others write it: ``<think>…</think>`` before the answer, or in
marks of a maker's own. Where the template has opened it, only the end of it is there. Others tell
it in a field beside the text, or as a part of it.
"""

import re
from typing import Any

from agent.outcome import capped
from text import paired
from text.expressions import expression

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

TAGS = ("think", "thinking", "thought", "reasoning", "seed:think", "mm:think")
ENDS = {
    **{f"<{tag}>": tuple(f"</{tag}>" for tag in TAGS) for tag in TAGS},
    "[think]": ("[/think]",),  # Magistral
    "◁think▷": ("◁/think▷",),  # Kimi
    "<|channel|>analysis<|message|>": ("<|end|>",),  # gpt-oss
    "<|start|>assistant<|channel|>analysis<|message|>": ("<|end|>",),
    "<|channel>thought": ("<channel|>",),  # Gemma 4
}
"""With what thinking begins, in small letters, and what may end it then."""

UNOPENED = tuple(end for ends in ENDS.values() for end in ends if "/" in end)
"""What ends it where the template has begun it."""

ANSWER = ("<|channel|>final<|message|>", "<|start|>assistant<|channel|>final<|message|>")
"""With what an answer begins behind thinking of gpt-oss."""

BEGINNINGS = tuple(ENDS)
OPENINGS = (*BEGINNINGS, *ANSWER)
ANY_OF = {
    marks: expression("|".join(map(re.escape, marks)), re.IGNORECASE)
    for marks in {BEGINNINGS, OPENINGS, UNOPENED, *ENDS.values()}
}


class Thinking:
    """Feed it the text as it comes, and get what is said; a tag may be split over pieces.

    Thinking begins only where nothing has been said yet, so that an answer may speak of the tags.
    """

    def __init__(self) -> None:
        self._held = ""
        self._ends: tuple[str, ...] = ()
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
        if self._ends:
            return self._think(text, self._ends)
        if self._has_said:
            return text
        return self._begin(text)

    def end(self) -> str:
        """What was held back in vain."""
        if not self._ends:
            return self._held
        self._thoughts.append(self._held)
        return ""

    def _begin(self, text: str) -> str:
        """An answer, or more thinking, which begin without the space that stands before them."""
        stripped = text.lstrip()
        if self._has_thought:
            text = stripped
        if opening := ANY_OF[OPENINGS].match(stripped):
            rest, ends = stripped[opening.end() :], ENDS.get(opening[0].lower())
            return self._think(rest, ends) if ends else self._begin(rest)
        if _begins_one_of(OPENINGS, stripped):
            self._held = text
            return ""
        end = ANY_OF[UNOPENED].search(text)
        if end and not ANY_OF[BEGINNINGS].search(text, 0, end.start()):
            return self._think(text, UNOPENED)
        self._has_said = True
        return text

    def _think(self, text: str, ends: tuple[str, ...]) -> str:
        self._has_thought = True
        end = ANY_OF[ends].search(text)
        if end:
            self._ends = ()
            self._thoughts.append(text[: end.start()])
            return self._begin(text[end.end() :])
        self._ends = ends
        places = range(max(0, len(text) - max(map(len, ends))), len(text))
        begun = next((place for place in places if _begins_one_of(ends, text[place:])), len(text))
        self._held = text[begun:]
        self._thoughts.append(text[:begun])
        return ""


def _begins_one_of(marks: tuple[str, ...], text: str) -> bool:
    return any(mark.startswith(text.lower()) for mark in marks)


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
