"""The text of a reply, and the words that end it where the model's own do not."""

from collections.abc import Generator, Iterator
from time import monotonic

from agent.events import TextDelta
from agent.llm import LLMFiltered, LLMTimeout, Response
from text import clean_text, is_blank

NO_WORDS = "I have nothing to say to that."
DONE = "Done."
FILTERED = LLMFiltered.detail
TOO_LONG = "(My answer was cut short here.)"


class Reply:
    """The text of a reply as it grows from step to step: clean, and no longer than ``room``.

    What comes after the ``deadline`` is LLMTimeout.
    """

    def __init__(self, room: int, deadline: float) -> None:
        self._room = room
        self._deadline = deadline
        self._untold = ""
        self._is_blank = True
        self._ends_paragraph = False
        self.is_cut = False

    def take(
        self, stream: Generator[TextDelta, None, Response]
    ) -> Generator[TextDelta, None, Response]:
        """The same stream; what follows earlier words begins a paragraph of its own.

        Where there is no more room, it gets the time of one delta to end by itself.
        """
        lead = self._lead
        while True:
            try:
                text = clean_text(next(stream).text)
            except StopIteration as stop:
                response: Response = stop.value
                return response
            if self.is_cut:
                stream.close()
                return Response("")
            if monotonic() > self._deadline:
                stream.close()
                raise LLMTimeout
            if text:
                yield from self._fit(lead)
                yield from self._fit(text)
                lead = ""

    def told(self) -> str:
        """What was said since the last time, to be told to the model."""
        text, self._untold = self._untold, ""
        return text

    def end(
        self, finish_reason: str, question: str = "", *, has_changed: bool
    ) -> Iterator[TextDelta]:
        """The words to add where the model's own do not stand alone, and a question of ours."""
        if finish_reason == "length":
            yield self.closing(TOO_LONG)
        elif self._is_blank and (has_changed or not question):
            if_blank = DONE if has_changed else NO_WORDS
            yield self.closing(FILTERED if finish_reason == "content_filter" else if_blank)
        if question:
            yield self.closing(question)

    def stop(self, words: str, question: str) -> Iterator[TextDelta]:
        """These words in place of an end of the model's, and a question of ours."""
        yield self.closing(words)
        if question:
            yield self.closing(question)

    def closing(self, words: str) -> TextDelta:
        """The last words, in a paragraph of their own; there is room for them."""
        lead = self._lead
        self._is_blank = False
        return TextDelta(lead + words)

    @property
    def _lead(self) -> str:
        """What makes the next words a paragraph of their own."""
        return "" if self._is_blank or self._ends_paragraph else "\n\n"

    def _fit(self, text: str) -> Iterator[TextDelta]:
        kept = text[: self._room]
        self._room -= len(kept)
        self._untold += kept
        self._is_blank = self._is_blank and is_blank(kept)
        self._ends_paragraph = kept.endswith("\n\n") if kept else self._ends_paragraph
        self.is_cut = len(kept) < len(text)
        if kept:
            yield TextDelta(kept)
