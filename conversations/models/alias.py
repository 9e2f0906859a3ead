"""The names by which clients know conversations that have other names here."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Self
from uuid import UUID

from django.db import IntegrityError, models

from accounts.models import User
from accounts.one_owner import OwnedForeignKey
from accounts.ownership import Owned, OwnedQuerySet
from conversations.models.conversation import Conversation
from conversations.models.errors import AliasTaken


@dataclass(frozen=True, slots=True)
class Name:
    """What the client of a door calls a conversation.

    With ``anew`` another conversation is begun, and has the name from then on.
    """

    door: str
    text: str
    anew: bool = False

    def __str__(self) -> str:
        return f"{self.door}:{self.text}"


class AliasQuerySet(OwnedQuerySet["Alias"]):
    def named(self, name: Name) -> Self:
        return self.filter(door=name.door, name_hash=_hash(name))

    def names(self, conversation: UUID) -> bool:
        """Whether it has any."""
        return self.filter(conversation=conversation).exists()

    def look_up(self, user: User, name: Name) -> "tuple[Conversation, Alias | None]":
        """The conversation of this name; or one that is not saved, and the alias to be saved with
        it, where there is none, it was deleted, or it is to be begun anew.
        """
        found = self.for_user(user).named(name).select_related("conversation").first()
        if found and found.conversation.deleted_at is None and not name.anew:
            return found.conversation, None
        return Conversation(user=user), found or Alias.of(user, name)


class Alias(Owned):
    """One name of a conversation; its text is not kept, for it may be as long as a client likes."""

    door = models.CharField(max_length=10)
    name_hash = models.CharField(max_length=64)
    conversation = OwnedForeignKey(Conversation, models.CASCADE, related_name="aliases")

    objects = AliasQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "aliases"
        constraints = [
            # Two who begin a conversation of one name at once begin one.
            models.UniqueConstraint(
                fields=["user", "door", "name_hash"], name="alias_unique_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.door} {self.name_hash[:8]}"

    @classmethod
    def of(cls, user: User, name: Name) -> Self:
        """One that is not saved yet."""
        return cls(user=user, door=name.door, name_hash=_hash(name))

    def point_to(self, conversation: Conversation, *, before: UUID | None) -> None:
        """Name ``conversation`` so, and no more that of ``before``; in the caller's transaction.

        Raises AliasTaken when somebody was faster.
        """
        self.conversation = conversation
        if before:
            rows = Alias.objects.just(self).filter(conversation=before)
            if not rows.update(conversation=conversation):
                raise AliasTaken
            return
        try:
            self.save(force_insert=True)
        except IntegrityError:
            raise AliasTaken from None


def _hash(name: Name) -> str:
    return sha256(name.text.encode()).hexdigest()
