"""A reply as it happened: its text in pieces, and between them the calls that were made."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar


class Placed(Protocol):
    @property
    def text_before(self) -> int: ...


Call = TypeVar("Call", bound=Placed)


def in_order(text: str, calls: Iterable[Call]) -> Iterator[str | Call]:
    """The pieces are not empty, and together they are ``text``."""
    told = 0
    for call in calls:
        if text[told : call.text_before]:
            yield text[told : call.text_before]
        told = max(told, call.text_before)
        yield call
    if text[told:]:
        yield text[told:]
