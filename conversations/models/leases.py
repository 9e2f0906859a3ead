"""Open turns by their leases: which are alive, in hand and wanted; and who reads them meanwhile."""

from collections.abc import Collection
from datetime import timedelta
from math import ceil
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now

from accounts.keys import Key
from accounts.models import User
from accounts.ownership import OwnedQuerySet
from conversations.models.turn_state import TurnState

SILENCE = timedelta(seconds=3)  # by which a renewal may be late
SOON = 2  # seconds after which to look again for the end of a turn that is alive
FOLLOWED = timedelta(seconds=6)  # so long a turn counts as followed after somebody has said so

Row = TypeVar("Row", bound=TurnState, covariant=True)


def renewal(lease: timedelta) -> timedelta:
    """After so long a lease is renewed, four times before it would end."""
    return min(lease / 4, timedelta(seconds=12))


class LeaseQuerySet(OwnedQuerySet[Row]):
    def in_progress(self) -> Self:
        return self.filter(status=TurnState.Status.IN_PROGRESS)

    def live(self) -> Self:
        """In progress, and the process that works on it has shown signs of life."""
        return self.in_progress().filter(lease_expires_at__gt=Now())

    def dead(self) -> Self:
        """In progress, but the process that worked on it has let its lease run out."""
        return self.in_progress().filter(lease_expires_at__lte=Now())

    def wait(self, lease: timedelta) -> int:
        """How many seconds until one of these open turns may have ended.

        One whose lease was renewed in time can end at any moment; else the end of it is waited for.
        """
        rests = self.in_progress().values_list(F("lease_expires_at") - Now(), flat=True)
        left: list[timedelta] = [rest for rest in rests if rest > timedelta()]
        if not left or max(left) > lease - renewal(lease) - SILENCE:
            return SOON
        return max(SOON, ceil(min(left) / timedelta(seconds=1)))

    def of_kept_conversations(self) -> Self:
        """Those whose conversation is not deleted, for a conditional update.

        Not joined: Django would move all conditions of the update into a subquery, which PostgreSQL
        does not ask again after it has waited for another process, and so two would get one turn.
        """
        rows: Any = self.model._default_manager
        kept = rows.of_same_owner(pk="pk").filter(conversation__deleted_at=None)
        return self.filter(Exists(kept))

    def of_active_users(self) -> Self:
        """Those whose user is not deactivated, likewise."""
        return self.filter(Exists(User.objects.filter(pk=OuterRef("user"), is_active=True)))

    def in_hand(self, process: UUID | None) -> dict[UUID, bool]:
        """Of the open turns of a process those that are wanted still, by the tokens of their
        leases; and whether anybody follows them. One statement over all users.
        """
        # By one look-up each: with EXISTS beside an OR all keys there are would be read.
        good_key = Key.objects.live().filter(pk=OuterRef("key")).values("pk")[:1]
        wanted = self.in_progress().filter(process=process, cancel_requested_at=None)
        wanted = wanted.filter(user__is_active=True, conversation__deleted_at=None)
        with_key = wanted.alias(good_key=Subquery(good_key))
        signed_in = with_key.filter(Q(key=None) | Q(good_key__isnull=False))
        followed = signed_in.annotate(followed=Q(followed_at__gt=Now() - FOLLOWED))
        rows = followed.values_list("lease_token", "followed")
        return {token: bool(is_followed) for token, is_followed in rows}

    def renew(self, tokens: Collection[UUID], process: UUID | None, lease: timedelta) -> None:
        """The leases of these open turns of a process, in one statement over all users.

        Nobody is waited for: who has a turn in work renews its lease as well, or ends it.
        """
        with transaction.atomic():
            ours = self.in_progress().filter(process=process, lease_token__in=tokens)
            free = ours.select_for_update(skip_locked=True, no_key=True)
            ours.filter(pk__in=free.values("pk")).update(lease_expires_at=Now() + lease)
