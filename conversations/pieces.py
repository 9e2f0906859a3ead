"""A reply as it happened: its text in pieces, and between them the calls that were made."""

from collections.abc import Iterable, Iterator

from conversations.models import ToolCall


def in_order(text: str, calls: Iterable[ToolCall]) -> Iterator[str | ToolCall]:
    """The pieces are not empty, and together they are ``text``."""
    told = 0
    for call in calls:
        if text[told : call.text_before]:
            yield text[told : call.text_before]
        told = max(told, call.text_before)
        yield call
    if text[told:]:
        yield text[told:]
