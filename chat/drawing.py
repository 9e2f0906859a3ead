"""The HTML of a reply while it is still coming: each block as soon as it has ended.

What has been drawn looks as it does in the end (`chat/markdown.py`), but for links that are defined
further down: they are none until then.
"""

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString

from chat.markdown import Block, Rendering, as_written, normal

IN_VAIN = 50_000  # characters of blocks that have not ended, read again and again: 1 s at worst
BLANK = " \t\n"  # what a blank line has
NOTHING = SafeString()

# The beginning of a line that is a paragraph, or goes on with one, whatever follows.
OF_A_PARAGRAPH = re.compile(r"[a-z]|[^\x00-\x7f\s]|\*\*[^\W_]", re.IGNORECASE)
HAS_BLANK_LINES = {"bullet_list_open", "ordered_list_open", "code_block"}
GOES_ON = {
    "paragraph_open": OF_A_PARAGRAPH,
    "table_open": re.compile(r"\|"),
    "blockquote_open": re.compile(r">"),
    "bullet_list_open": re.compile(r"  |\t|[-+*] "),
    "ordered_list_open": re.compile(r"  |\t|\d{1,9}[.)] "),
    "code_block": re.compile(r"    |\t"),
}


def coming(text: str) -> SafeString:
    """What has come of a piece of text: blocks that have ended are drawn, the rest is open."""
    drawing = Drawing()
    html = drawing.add(text)
    return format_html('{}<p class="open">{}</p>', html, drawing.open) if drawing.open else html


class Drawing:
    """Of one piece of text; ``open`` is what has not been drawn yet."""

    def __init__(self) -> None:
        self.open = ""
        self.drawn = False
        self._rendering = Rendering()
        self._held = ""  # a carriage return, before what may be its line feed
        self._judged = 0  # the beginning of the first line of ``open`` that was not looked at whole
        self._peeked = -1  # the beginning of the line that was looked at before it was whole
        self._last: Block | None = None  # the one that has not ended
        self._in_vain = 0

    def add(self, text: str) -> SafeString:
        """The blocks that have ended with it; blank, if none has."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        self.open += normal(text.removesuffix("\r"))
        end = self._told_apart()
        lines = self.open[self._judged : end].split("\n")
        self._judged = self.open.rfind("\n", 0, end) + 1
        if self._in_vain > IN_VAIN or all(map(self._goes_on, lines)):
            return NOTHING
        return self._draw(self.open[:end])

    def finish(self) -> SafeString:
        """The rest, when nothing more comes."""
        text, self.open = self.open + normal(self._held), ""
        blocks = self._rendering.read(text)
        html = "".join(self._rendering.write(block, text) for block in blocks)
        if html or self.drawn:
            return SafeString(html)
        return as_written(text)

    def _told_apart(self) -> int:
        """How much can be read: whole lines, and one more, once it is clear what it is."""
        begun = self.open.rfind("\n") + 1
        if begun != self._peeked and OF_A_PARAGRAPH.match(self.open, begun):
            self._peeked = begun
            return len(self.open)
        return begun

    def _goes_on(self, line: str) -> bool:
        """It surely belongs to the open block, and is not its end."""
        if self._last is None:
            return not line
        first = self._last.tokens[0]
        if first.type == "fence":
            return not line.lstrip(" ").startswith(first.markup)
        if not line.strip(BLANK):
            return first.type in HAS_BLANK_LINES
        return bool(GOES_ON[first.type].match(line))

    def _draw(self, text: str) -> SafeString:
        lines = text.split("\n")
        blocks = self._rendering.read(text)
        self._last = blocks.pop() if blocks and not _has_ended(blocks[-1], lines) else None
        if not blocks:
            self._in_vain += len(text)
            return NOTHING
        self.drawn = True
        end = blocks[-1].end
        while end < len(lines) - 1 and not lines[end].strip(BLANK):
            end += 1
        html = "".join(self._rendering.write(block, text) for block in blocks)
        self._drop(sum(len(line) + 1 for line in lines[:end]))
        return SafeString(html)

    def _drop(self, characters: int) -> None:
        self.open = self.open[characters:]
        self._judged -= characters
        self._peeked -= characters


def _has_ended(block: Block, lines: list[str]) -> bool:
    """Nothing that follows belongs to it; the last of the lines is not whole."""
    first = block.tokens[0]
    if first.type in ("heading_open", "hr"):
        return True
    if first.type == "fence":
        within = len(first.content.removesuffix("\n").split("\n")) if first.content else 0
        return within + 1 < block.end - block.first
    if first.type in ("paragraph_open", "table_open", "blockquote_open"):
        return block.end < len(lines) - 1 and not lines[block.end].strip(BLANK)
    return False
