"""Proposals on the page: what the person is asked before it is done, and what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.compiled import compiled
from accounts.keys import Key
from accounts.models import User
from conversations.asked import asked_in
from conversations.models import Conversation
from conversations.models.shown import TalkMessage
from todos.models import Proposal, TaskChange
from todos.summaries import TOLD_TITLES

MOST_WAITING = 20


@dataclass(frozen=True, slots=True)
class Question:
    """``tasks`` are their titles, where there are more than the summary names.

    ``asked_in`` is the conversation that it leads to, unless that is deleted; ``client`` names who
    asked with a key.
    """

    proposal: Proposal
    can_be_undone: bool = False
    asked_in: UUID | None = None
    client: str = ""

    @property
    def tasks(self) -> list[str]:
        titles = [task["title"] for task in self.proposal.tasks]
        return titles if len(titles) > TOLD_TITLES else []


def waiting(user: User) -> list[Question]:
    """What is still to be answered, wherever it was asked, newest first; one query."""
    found: list[Any] = _waiting(user, timezone.now(), limit=MOST_WAITING)
    return [
        Question(proposal, asked_in=proposal.asked_in, client=proposal.client or "")
        for proposal in found
    ]


@compiled
def _waiting(user: User, now: datetime, *, limit: int) -> QuerySet[Proposal]:
    still_open = Proposal.objects.for_user(user).with_status("open", now).newest_first()
    kept = Conversation.objects.for_user(user).filter(pk=OuterRef("conversation_id"))
    clients = Key.objects.for_user(user).filter(pk=OuterRef("key"))
    return still_open.annotate(
        asked_in=Subquery(kept.values("pk")), client=Subquery(clients.values("name"))
    )[:limit]


def asked(
    messages: Sequence[TalkMessage], user: User, conversation: UUID
) -> dict[UUID, list[Question]]:
    """What each of these messages of the conversation asks; at most 2 queries."""
    by_message = {message.id: [*asked_in(message.calls)] for message in messages}
    keys = {key for keys in by_message.values() for key in keys}
    if not keys:
        return {}
    made = Proposal.objects.for_user(user).of_conversation(conversation)
    proposals = {str(each.pk): each for each in made}
    approved = {each.act for each in proposals.values() if each.act}
    left = TaskChange.objects.for_user(user).of_acts(approved).not_undone().acts()
    return {
        message: [
            Question(each, each.act in left)
            for key in asks
            for each in _with_renewed(key, proposals, keys)
        ]
        for message, asks in by_message.items()
    }


def _with_renewed(key: str, proposals: dict[str, Proposal], asked: set[str]) -> Iterator[Proposal]:
    """And behind it what asks in its place since its tasks have moved on, unless a message does."""
    proposal = proposals.get(key)
    while proposal:
        yield proposal
        key = str(proposal.renewed_id)
        proposal = None if key in asked else proposals.get(key)
