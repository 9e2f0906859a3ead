"""What is told on a channel, and what came of it: the words between rounds and channels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

SEND_TIMEOUT = 8.0
"""Seconds in which a channel must have told, or given it up; see the lease of the rounds."""


@dataclass(frozen=True)
class Notice:
    """One try to tell of a reminder.

    ``id`` is of this very try, and no other one ever has it; ``reminder`` is the same in all of
    them, and None in a test. ``title`` is empty where the task's words may not be told. ``when`` is
    in the user's own zone. ``url`` is the whole address of the task's page, or empty.
    """

    id: str
    reminder: UUID | None
    task: UUID | None
    title: str
    when: datetime
    url: str = ""


@dataclass(frozen=True)
class Outcome:
    """``failed`` is tried again, ``refused`` is not: the receiver will never take it.

    ``dropped``: nobody wants it any more, so it was not tried.

    ``why`` is a sentence of ours for the user, without a word of what a server said. Where nothing
    was ``reached`` what else is in hand for the same receiver need not be tried now.
    """

    kind: Literal["sent", "failed", "refused", "dropped"]
    why: str = ""
    reached: bool = True


SENT = Outcome("sent")
DROPPED = Outcome("dropped")


def failed(why: str, *, reached: bool = True) -> Outcome:
    return Outcome("failed", why, reached)


def refused(why: str) -> Outcome:
    return Outcome("refused", why)
