"""Where a conversation is written down: a terminal, or whatever reads our output."""

import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Protocol, TextIO

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner
from rich.text import Text

from chat.pages.cards import Card


class Paper(Protocol):
    def said(self, text: str) -> None:
        """What the user has said, before."""

    def begin(self) -> None:
        """A reply comes."""

    def add(self, text: str) -> None:
        """The next piece of its text."""

    def tool(self, card: Card) -> None: ...

    def end(self) -> None:
        """It has come to its end, or nobody waits for it any more."""

    def note(self, sentence: str, style: str = "dim") -> None:
        """What is told beside the conversation."""


READER_LEFT = 141  # as shells tell of who wrote to a pipe that nobody reads any more


@contextmanager
def to_whoever_reads() -> Iterator[None]:
    """Whatever can be told is, also where letters are missing; it ends when nobody reads on."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is not written
        sys.exit(READER_LEFT)


def safe(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) != "Cc")


def in_words(card: Card) -> str:
    return f"{card.words}: {card.trouble}" if card.trouble else card.words


class Screen:
    """Markdown that is drawn while it comes, a line for each tool."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._text = ""

    def said(self, text: str) -> None:
        self._console.print(Text(f"› {safe(text)}", style="bold"))

    def begin(self) -> None:
        self._text = ""
        self._live = Live(Spinner("dots", style="dim"), console=self._console, transient=True)
        self._live.start()

    def add(self, text: str) -> None:
        self._text += safe(text)
        if self._live:
            self._live.update(Markdown(self._text))

    def tool(self, card: Card) -> None:
        self.end()
        sign = Text("✗ ", "red") if card.trouble else Text("✓ ", "green")
        self._console.print(sign.append(safe(in_words(card)), "dim"))
        self.begin()

    def end(self) -> None:
        """What was drawn while it came makes room for all of it, also where it is long."""
        if self._live:
            self._live.stop()
            self._live = None
        if self._text.strip():
            self._console.print(Markdown(self._text))
        self._text = ""

    def note(self, sentence: str, style: str = "dim") -> None:
        self._console.print(Text(safe(sentence), style=style))


class Plain:
    """Text as it comes; what is told beside it goes to ``beside``."""

    def __init__(self, out: TextIO, beside: TextIO) -> None:
        self._out = out
        self._beside = beside
        self._at_start = True

    def said(self, text: str) -> None:
        self._out.write(f"> {safe(text)}\n")

    def begin(self) -> None:
        self._at_start = True

    def add(self, text: str) -> None:
        if text := safe(text):
            self._out.write(text)
            self._out.flush()
            self._at_start = text.endswith("\n")

    def tool(self, card: Card) -> None:
        self.end()
        self._out.write(f"* {safe(in_words(card))}\n")

    def end(self) -> None:
        if not self._at_start:
            self._out.write("\n")
        self._at_start = True
        self._out.flush()

    def note(self, sentence: str, style: str = "dim") -> None:
        self._beside.write(f"{safe(sentence)}\n")
        self._beside.flush()
