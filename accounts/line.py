"""Whoever changes what a user has to do waits for those who do it at the moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import F, Func

from accounts.together import together

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
IN_LINE = Func(
    F("user"),
    template="pg_advisory_xact_lock(hashtextextended('todos of user ' || %(expressions)s, 0))",
    output_field=models.TextField(),
)
"""Of a row of the user: to be ``returning`` where the first write of a transaction waits, too."""


@dataclass(eq=False, slots=True)
class Place:
    """Of who stands in line.

    ``whole``: whatever fails within takes all of the transaction back. ``changed``: the row of each
    change so far, and the one that it is beneath.
    """

    user_id: int
    whole: bool
    changed: list[tuple[UUID, UUID | None]] = field(default_factory=list)


_place: ContextVar[Place | None] = ContextVar("place", default=None)


@contextmanager
def in_line(user_id: int, *, whole: bool = False) -> Iterator[None]:
    """A transaction in which nobody else changes tasks and lists of this user.

    So an act may take as many of their rows as it needs, in any order, and finds them as they are.
    Within another one it has a savepoint, unless that is ``whole``.
    """
    place = place_of(user_id)
    if place and place.whole:
        yield
        return
    with transaction.atomic():
        if place:
            yield
            return
        wait_in_line(user_id)
        with stands_in_line(user_id, whole=whole):
            yield


@contextmanager
def stands_in_line(user_id: int, *, whole: bool = True) -> Iterator[None]:
    """In a transaction that has waited already."""
    mine = _place.set(Place(user_id, whole))
    try:
        with together():
            yield
    finally:
        _place.reset(mine)


def wait_in_line(user_id: int) -> None:
    """For the rest of the transaction. On SQLite all who write wait in line anyway."""
    if connection.vendor == "postgresql" and place_of(user_id) is None:
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [f"todos of user {user_id}"])


def place_of(user_id: int) -> Place | None:
    """None where this user's is not waited for, or not known to be."""
    place = _place.get()
    return place if place and place.user_id == user_id else None
