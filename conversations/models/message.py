"""What was said, and the tools that were used for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol, Self
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, Q, Subquery, Window
from django.db.models.functions import Now, RowNumber
from django.utils.translation import gettext_lazy as _

from accounts.compiled import Insert, as_saved, compiled
from accounts.one_owner import OwnedForeignKey
from accounts.ownership import Owned, OwnedQuerySet, owner_indexed_elsewhere
from accounts.together import surely
from text.searching import has_all

PAST_ALL = 2**31 - 1  # no message has this ``seq``
PREVIEW = 100  # characters of the latest message, as its conversation has them


def beginning(text: str, limit: int) -> str:
    return " ".join(text.split())[:limit]


class TurnBehind(Protocol):
    """What a reply needs of its Turn, which is built upon messages."""

    @property
    def shown_status(self) -> str: ...
    @property
    def finish_reason(self) -> str: ...
    @property
    def calls(self) -> "list[ToolCall]": ...
    @property
    def thinking(self) -> str: ...
    @property
    def error(self) -> dict[str, str] | None: ...
    @property
    def model(self) -> str: ...
    @property
    def duration_ms(self) -> int | None: ...
    @property
    def usage(self) -> dict[str, int | None]: ...


class SaidRow(NamedTuple):
    """A message, and how its turn stands, for whoever compares what was said."""

    conversation_id: UUID
    turn_id: UUID
    role: str
    content: str
    status: str
    door: str


class MessageQuerySet(OwnedQuerySet["Message"]):
    def with_turns(self) -> Self:
        """Bring the turns and tool calls along: 2 queries, whatever the number of messages."""
        found = self.select_related("turn").prefetch_related("turn__tool_calls")
        return found.annotate(read_at=Now())

    def without_thinking(self) -> Self:
        return self.defer("turn__thinking")

    def of_kept_conversations(self) -> Self:
        return self.filter(conversation__deleted_at=None)

    def oldest_first(self) -> Self:
        return self.order_by("seq")

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def last_with_turns(self, limit: int) -> list["Message"]:
        """The latest ``limit`` messages, oldest first; 2 queries."""
        return list(self.with_turns().order_by("-seq")[:limit])[::-1]

    def standing(self) -> Self:
        """Those of turns that are not withdrawn."""
        return self.filter(turn__withdrawn_at=None)

    def with_said_after(self) -> Self:
        """With what the person said next, if they have said anything since."""
        next_ones = Message.objects.standing().of_same_owner(
            conversation="conversation", seq__gt="seq"
        )
        said = next_ones.filter(role=Message.Role.USER).order_by("seq").values("content")[:1]
        return self.annotate(said_after=Subquery(said))

    def of_conversations(self, conversations: models.QuerySet[Any]) -> Self:
        """Those of the conversations that a query tells the ids of."""
        return self.filter(conversation__in=conversations)

    def ending_with(self, reply: str, words: str) -> Self:
        """Those of conversations whose latest reply begins so; or which end with these words, as
        long as there is no reply to them.
        """
        replied = Q(conversation__last_message_preview__startswith=beginning(reply, PREVIEW))
        unanswered = Q(conversation__last_message_preview=beginning(words, PREVIEW))
        return self.filter(replied | unanswered)

    def latest_said(self, limit: int) -> list[SaidRow]:
        """The latest ``limit``, newest first, the latest conversation in front; 1 query."""
        latest = ("-conversation__updated_at", "-conversation", "-seq")
        columns = ("conversation", "turn", "role", "content", "turn__status", "turn__door")
        return [SaidRow(*row) for row in self.order_by(*latest).values_list(*columns)[:limit]]

    def saying(self, words: Iterable[str]) -> Self:
        """Those that have every one of these folded words."""
        return self.filter(has_all(words, "content"))

    def first_saying(
        self, words: Iterable[str], conversations: Iterable[Any]
    ) -> dict[UUID, "Message"]:
        """By conversation the first that has every word, with ``hits``: how many have; 1 query."""
        each = models.F("conversation")
        found: Any = self.standing().filter(conversation__in=conversations).saying(words)
        counted = found.annotate(
            hits=Window(Count("pk"), partition_by=each),
            place=Window(RowNumber(), partition_by=each, order_by="seq"),
        )
        return {message.conversation_id: message for message in counted.filter(place=1)}

    def around(self, seq: int, limit: int) -> Self:
        """About ``limit`` messages, with as many before that one as after it."""
        return self.filter(seq__gte=seq - limit // 2, seq__lt=seq + limit // 2)

    def of_call(self, call: UUID) -> Self:
        """The reply in which a tool was called so."""
        return self.filter(turn__tool_calls=call, role=Message.Role.ASSISTANT)

    def said_in(self, conversation: UUID) -> Self:
        """By the user."""
        return self.filter(conversation=conversation, role=Message.Role.USER)

    def before(self, seq: int) -> Self:
        return self.filter(seq__lt=seq)

    def since(self, moment: int | datetime) -> Self:
        """Only later ones than a ``seq`` or a time."""
        if isinstance(moment, int):
            return self.filter(seq__gt=moment)
        return self.filter(created_at__gt=moment)


class Message(Owned):
    """What was said, and nothing else; ``seq`` is its place in the conversation, from 1."""

    class Role(models.TextChoices):
        USER = "user", _("user")
        ASSISTANT = "assistant", _("assistant")

    user = owner_indexed_elsewhere()
    conversation = OwnedForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="messages", db_index=False
    )
    turn = OwnedForeignKey("conversations.Turn", models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    role = models.CharField(max_length=9, choices=Role.choices)
    content = models.TextField(blank=True)

    objects = MessageQuerySet.as_manager()

    read_at: datetime | None = None  # read through with_turns(), a row has its own
    hits: int = 0  # read through first_saying(), a row has its own
    said_after: str | None = None  # read through with_said_after(), a row has its own

    class Meta:
        constraints = [
            # The order of a conversation, and the index by which its pages and history are read.
            models.UniqueConstraint(fields=["user", "conversation", "seq"], name="message_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.seq}"

    @property
    def turn_behind(self) -> TurnBehind | None:
        """The turn that a reply came from; none stands behind a message of the user."""
        if self.role != Message.Role.ASSISTANT:
            return None
        self.turn.read_at = self.turn.read_at or self.read_at
        return self.turn

    @property
    def withdrawn_at(self) -> datetime | None:
        """Since when it counts no more, with the other message of its turn."""
        return self.turn.withdrawn_at

    @property
    def calls(self) -> list["ToolCall"]:
        behind = self.turn_behind
        return behind.calls if behind else []


class ToolCallQuerySet(OwnedQuerySet["ToolCall"]):
    def of_kept_conversations(self) -> Self:
        return self.filter(turn__conversation__deleted_at=None)


class ToolCall(Owned):
    """One use of a tool, written in the transaction of its effect.

    ``text_before`` is its place in the reply: how many characters had been said.
    """

    untold = ("beside",)

    class Status(models.TextChoices):
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")

    user = owner_indexed_elsewhere()
    turn = OwnedForeignKey(
        "conversations.Turn", models.CASCADE, related_name="tool_calls", db_index=False
    )
    step = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    text_before = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=64)
    model = models.CharField(max_length=200, blank=True)  # that asked for it
    arguments = models.JSONField(encoder=DjangoJSONEncoder)
    result = models.JSONField(encoder=DjangoJSONEncoder)
    status = models.CharField(max_length=9, choices=Status.choices)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    undone_at = models.DateTimeField(null=True)
    # What the model wants back with the call, see agent/beside.py: for no other eyes, and gone
    # once its turn cannot be tried again.
    beside = models.JSONField(null=True)

    objects = ToolCallQuerySet.as_manager()

    class Meta:
        ordering = ["step", "position"]
        constraints = [
            # A call is made once; also the index by which the calls of turns are read in order.
            models.UniqueConstraint(
                fields=["user", "turn", "step", "position"], name="tool_call_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.status}"

    @classmethod
    def add(cls, **fields: Any) -> "ToolCall":
        """Within ``together`` it is kept together with what its tool has done."""
        call = cls(**fields)
        surely(_added, call)
        as_saved(call)
        return call

    @property
    def undone(self) -> bool:
        """Whether somebody has taken back what it did."""
        return self.undone_at is not None


@compiled
def _added(call: ToolCall) -> Insert:
    return Insert(call)
