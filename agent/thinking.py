"""What a reasoning model thinks, taken out of what it says.

Servers that do not tell the two apart leave the thinking in the text, between tags, as the chat
templates of DeepSeek R1, Qwen 3 and others write it: ``<think>…</think>`` before the answer. Where
the template has opened it, only the end of it is there.
"""

import re

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
        return "" if self._is_open else self._held

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
            self._has_thought = True
            return self._begin(text[match.end() :])
        self._has_said = True
        return text

    def _think(self, text: str) -> str:
        self._has_thought = True
        match = CLOSING.search(text)
        self._is_open = match is None
        if match:
            return self._begin(text[match.end() :])
        begun = BEGINS_CLOSING.search(text)
        self._held = begun[0] if begun else ""
        return ""
