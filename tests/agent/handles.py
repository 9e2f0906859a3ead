"""Ids for tests that share a handle."""

from functools import cache
from uuid import UUID

from agent.handles import handle_of


@cache
def of_one_handle() -> tuple[UUID, UUID]:
    """The first two of a row of ids whose shortest handles are alike."""
    seen: dict[str, UUID] = {}
    for number in range(10**6):
        id = UUID(int=number, version=4)
        if (handle := handle_of(id)) in seen:
            return seen[handle], id
        seen[handle] = id
    raise AssertionError("no two are alike")
