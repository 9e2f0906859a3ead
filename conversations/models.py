"""What was said and what was done: conversations, their messages, turns and tool calls."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ownership import Owned, OwnedQuerySet, Recoverable, RecoverableQuerySet

TITLE_FROM_MESSAGE = 50
PREVIEW = 100


def one_line(text: str, limit: int) -> str:
    return " ".join(text.split())[:limit]


class ConversationBusy(Exception):
    """Another turn of the conversation is open, or was a moment ago: read it and try again."""


class IdempotencyKeyTaken(Exception):
    """The user has sent something with this idempotency key before."""


class TooManyTurns(Exception):
    """The user has as many turns open as a user may have."""


class TurnLost(Exception):
    """The turn may not go on: it is to be cancelled, or settled, or another process has it."""


class ConversationQuerySet(RecoverableQuerySet["Conversation"]):
    def with_status(self) -> Self:
        open_turns = Turn.objects.filter(conversation=OuterRef("pk")).live()
        return self.annotate(busy=Exists(open_turns))

    def latest_first(self) -> Self:
        return self.order_by("-updated_at", "-id")

    def search(self, text: str) -> Self:
        """Conversations with ``text`` in their title or in one of their messages, in any case."""
        said = Message.objects.filter(conversation=OuterRef("pk"), content__icontains=text)
        return self.filter(Q(title__icontains=text) | Exists(said))


class Conversation(Recoverable):
    """The thread of one user; count and preview are kept so that a list is one query."""

    title = models.CharField(_("title"), max_length=200, blank=True)
    message_count = models.PositiveIntegerField(default=0, editable=False)
    last_message_preview = models.CharField(max_length=PREVIEW, blank=True, editable=False)

    objects = ConversationQuerySet.as_manager()

    busy: ClassVar[bool] = False  # read through with_status(), a row has its own

    class Meta:
        indexes = [
            # The list of a user's conversations, latest activity first, page by page.
            models.Index(
                fields=["user", "-updated_at", "-id"],
                name="conversation_latest",
                condition=Q(deleted_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)

    def rename(self, title: str) -> None:
        self.title = title
        self.updated_at = timezone.now()
        self.save(update_fields=["title", "updated_at"])

    def remove(self) -> None:
        """Delete softly, and cancel the open turn: nothing is done for a deleted conversation."""
        self.deleted_at = timezone.now()
        self.save(update_fields=["deleted_at"])
        # From here on no turn begins, so this meets every open one. In one transaction, both would
        # lock the rows the other way round than a turn that is being settled: a deadlock.
        self.turns.in_progress().update(status=Turn.Status.CANCELLED, finished_at=Now())

    def restore(self) -> None:
        self.deleted_at = None
        self.save(update_fields=["deleted_at"])

    def begin_turn(
        self,
        text: str,
        lease: timedelta,
        *,
        slots: int = 3,
        idempotency_key: str | None = None,
        request_hash: str = "",
        request_id: str = "",
    ) -> "Turn":
        """Open a turn in one transaction: its row, the user's message, the empty reply, the count.

        A conversation that is not saved yet is saved by the same transaction. Of all open turns of
        the user there are at most ``slots``. Raises ConversationBusy, TooManyTurns,
        IdempotencyKeyTaken.
        """
        turn = Turn(
            user_id=self.user_id,
            conversation=self,
            idempotency_key=idempotency_key,
            request_hash=request_hash,
            request_id=request_id,
            lease_expires_at=Now() + lease,
        )
        whose = {"user_id": self.user_id, "conversation": self, "turn": turn}
        seq = self.message_count + 1
        messages = [
            Message(**whose, seq=seq, role=Message.Role.USER, content=text),
            Message(**whose, seq=seq + 1, role=Message.Role.ASSISTANT, content=""),
        ]
        new = self._state.adding

        def insert(slot: int) -> None:
            turn.slot = slot
            if new:
                self.save(force_insert=True)
            turn.save(force_insert=True)  # the lock, and so ahead of the conversation's row
            self._count(messages)
            Message.objects.bulk_create(messages)

        turn.take_slot(slots, insert)
        turn.lease_expires_at = timezone.now() + lease  # near enough; the row has it exactly
        turn.user_message, turn.reply = messages
        turn.calls = []
        return turn

    def _count(self, messages: list["Message"]) -> None:
        """Add new messages to count, preview and title; the count that we read must still hold."""
        text = messages[0].content
        counted = Conversation.objects.filter(
            pk=self.pk, deleted_at=None, message_count=self.message_count
        ).update(
            message_count=F("message_count") + len(messages),
            last_message_preview=one_line(text, PREVIEW),
            title=Case(
                When(title="", then=Value(one_line(text, TITLE_FROM_MESSAGE))), default=F("title")
            ),
            updated_at=timezone.now(),
        )
        if not counted:
            raise ConversationBusy

    def cancel(self) -> bool:
        """Ask the open turn to stop; ``False`` when none is open."""
        return bool(self.turns.live().update(cancel_requested_at=Now()))


class TurnQuerySet(OwnedQuerySet["Turn"]):
    def with_key(self, user_id: int, key: str) -> Self:
        return self.filter(user_id=user_id, idempotency_key=key)

    def in_progress(self) -> Self:
        return self.filter(status=Turn.Status.IN_PROGRESS)

    def live(self) -> Self:
        """In progress, and the process that works on it has shown signs of life."""
        return self.in_progress().filter(lease_expires_at__gt=Now())

    def close_dead(self) -> int:
        """Settle the turns whose process has died, that is, has let its lease run out."""
        dead = self.in_progress().filter(lease_expires_at__lte=Now())
        return dead.update(
            status=Turn.Status.INCOMPLETE, finished_at=timezone.now(), **Turn.INTERRUPTED
        )


class Turn(Owned):
    """The work of answering one message: its state, its lock, its cost."""

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("in progress")
        COMPLETED = "completed", _("completed")
        INCOMPLETE = "incomplete", _("incomplete")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    INTERRUPTED: ClassVar = {
        "error_code": "interrupted",
        "error_detail": "The answer was interrupted before it was finished.",
    }
    MAX_ATTEMPTS = 3

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="turns")
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.IN_PROGRESS)
    idempotency_key = models.CharField(max_length=200, null=True)  # noqa: DJ001 (null is no key)
    request_hash = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    lease_token = models.UUIDField(default=uuid4)
    lease_expires_at = models.DateTimeField()
    slot = models.PositiveSmallIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=200, blank=True)
    warning = models.CharField(max_length=200, blank=True)
    degraded = models.BooleanField(default=False)
    finish_reason = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=200, blank=True)
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        constraints = [
            # The open turn is the lock of its conversation.
            models.UniqueConstraint(
                fields=["conversation"],
                name="turn_one_in_progress",
                condition=Q(status="in_progress"),
            ),
            # A user's open turns have a slot each, and there are only so many slots.
            models.UniqueConstraint(
                fields=["user", "slot"], name="turn_slot", condition=Q(status="in_progress")
            ),
            models.UniqueConstraint(
                fields=["user", "idempotency_key"], name="turn_key_unique_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.pk}"

    @property
    def abandoned(self) -> bool:
        """Still marked as in progress, but its process has died; the next send settles the row."""
        return self.status == Turn.Status.IN_PROGRESS and self.lease_expires_at <= timezone.now()

    @property
    def shown_status(self) -> str:
        return Turn.Status.INCOMPLETE if self.abandoned else self.status

    @property
    def error(self) -> dict[str, str] | None:
        """``code`` and ``detail``, a sentence for the user."""
        if self.abandoned:
            return {"code": "interrupted", "detail": Turn.INTERRUPTED["error_detail"]}
        if not self.error_code:
            return None
        return {"code": self.error_code, "detail": self.error_detail}

    @property
    def can_be_retried(self) -> bool:
        ended_badly = self.status in (Turn.Status.FAILED, Turn.Status.INCOMPLETE)
        return ended_badly and self.attempt < Turn.MAX_ATTEMPTS

    @property
    def duration_ms(self) -> int | None:
        if self.finished_at is None:
            return None
        return round((self.finished_at - self.created_at) / timedelta(milliseconds=1))

    @cached_property
    def user_message(self) -> "Message":
        return self.messages.get(role=Message.Role.USER)

    @cached_property
    def reply(self) -> "Message":
        return self.messages.get(role=Message.Role.ASSISTANT)

    @cached_property
    def calls(self) -> list["ToolCall"]:
        return list(self.tool_calls.all())

    def retry(self, lease: timedelta, *, slots: int = 3) -> Self:
        """Open the turn again after it ended badly.

        Raises ConversationBusy, also to the slower of two who try; TooManyTurns.
        """
        ended_badly = Turn.objects.filter(
            pk=self.pk,
            attempt=self.attempt,
            status__in=(Turn.Status.FAILED, Turn.Status.INCOMPLETE),
            conversation__deleted_at=None,
        )

        def reopen(slot: int) -> None:
            reopened = ended_badly.update(
                status=Turn.Status.IN_PROGRESS,
                slot=slot,
                attempt=self.attempt + 1,
                lease_token=uuid4(),
                lease_expires_at=Now() + lease,
                cancel_requested_at=None,
                error_code="",
                error_detail="",
                finished_at=None,
            )
            if not reopened:
                raise ConversationBusy

            # What is said begins anew; the calls made before stand ahead of it.
            self.tool_calls.update(text_before=0)
            Message.objects.filter(pk=self.reply.pk).update(content="")

        self.take_slot(slots, reopen)
        self.reload()
        return self

    def take_slot(self, slots: int, opening: Callable[[int], None]) -> None:
        """Run ``opening`` in a transaction, with a slot of the user's that the constraints accept.

        There is no looking first: mostly the first slot is free, and else the constraint knows.
        """
        slot = 0
        for _try in range(slots + 1):
            try:
                with transaction.atomic():
                    return opening(slot)
            except IntegrityError:
                slot = self._another_slot(slots)
        raise TooManyTurns

    def _another_slot(self, slots: int) -> int:
        """A slot that seems free. Raises what else it can mean that a constraint said no."""
        key, turns = self.idempotency_key, Turn.objects.filter(user=self.user_id)
        if self._state.adding and key and turns.with_key(self.user_id, key).exists():
            raise IdempotencyKeyTaken from None
        turns.close_dead()
        open_turns = dict(turns.in_progress().values_list("slot", "conversation"))
        if self.conversation_id in open_turns.values():
            raise ConversationBusy from None
        free = [slot for slot in range(slots) if slot not in open_turns]
        if not free:
            raise TooManyTurns from None
        return free[0]

    def reload(self) -> None:
        """Read anew what another process has made of the turn, its reply and its calls; 3 queries."""
        self.refresh_from_db()
        self.reply.refresh_from_db(fields=["content"])
        self.calls = list(self.tool_calls.all())

    @contextmanager
    def fenced(self, lease: timedelta) -> Iterator[None]:
        """A transaction whose first statement proves that the turn is ours and renews its lease.

        Raises TurnLost, and keeps nothing, when it is not.
        """
        with transaction.atomic():
            ours = self._ours().filter(cancel_requested_at=None)
            if not ours.update(lease_expires_at=Now() + lease):
                raise TurnLost
            yield

    def save_text(self, content: str) -> None:
        """Keep the reply as far as it has come; inside :meth:`fenced`."""
        if content != self.reply.content:
            Message.objects.filter(pk=self.reply.pk).update(content=content)
            self.reply.content = content

    def record(self, *, step: int, position: int, **fields: Any) -> "ToolCall":
        """Keep a tool call; inside :meth:`fenced`, together with what the tool did."""
        call = ToolCall.objects.create(
            user_id=self.user_id, turn=self, step=step, position=position, **fields
        )
        self.calls.append(call)
        return call

    def finish(self, status: Status, content: str, **fields: Any) -> None:
        """Settle the turn and its reply in one transaction; a late worker gets TurnLost."""
        now = timezone.now()
        with transaction.atomic():
            if not self._ours().update(status=status, finished_at=now, **fields):
                raise TurnLost
            Message.objects.filter(pk=self.reply.pk).update(content=content)
            latest = Conversation.objects.filter(
                pk=self.conversation_id, message_count=self.reply.seq
            )
            latest.update(
                last_message_preview=one_line(content or self.user_message.content, PREVIEW),
                updated_at=now,
            )
        for name, value in {"status": status, "finished_at": now, **fields}.items():
            setattr(self, name, value)
        self.reply.content = content

    def history(self, limit: int) -> list["Message"]:
        """The messages up to the turn's own reply: at most ``limit``, oldest first, 2 queries."""
        return self.conversation.messages.filter(seq__lte=self.reply.seq).last_with_work(limit)

    def _ours(self) -> TurnQuerySet:
        return Turn.objects.in_progress().filter(pk=self.pk, lease_token=self.lease_token)


class MessageQuerySet(OwnedQuerySet["Message"]):
    def with_work(self) -> Self:
        """Bring the turns and tool calls along: 2 queries, whatever the number of messages."""
        return self.select_related("turn").prefetch_related("turn__tool_calls")

    def oldest_first(self) -> Self:
        return self.order_by("seq")

    def last_with_work(self, limit: int) -> list["Message"]:
        """The latest ``limit`` messages, oldest first; 2 queries."""
        return list(self.with_work().order_by("-seq")[:limit])[::-1]

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

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False
    )
    turn = models.ForeignKey(Turn, models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    role = models.CharField(max_length=9, choices=Role.choices)
    content = models.TextField(blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            # The order of a conversation, and the index by which its pages and history are read.
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.seq}"

    @property
    def work(self) -> Turn | None:
        """The turn that a reply came from; none stands behind a message of the user."""
        return self.turn if self.role == Message.Role.ASSISTANT else None

    @property
    def calls(self) -> list["ToolCall"]:
        return self.work.calls if self.work else []


class ToolCall(Owned):
    """One use of a tool, written in the transaction of its effect.

    ``text_before`` is its place in the reply: how many characters had been said.
    """

    class Status(models.TextChoices):
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")

    turn = models.ForeignKey(Turn, models.CASCADE, related_name="tool_calls", db_index=False)
    step = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    text_before = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=64)
    arguments = models.JSONField(encoder=DjangoJSONEncoder)
    result = models.JSONField(encoder=DjangoJSONEncoder)
    status = models.CharField(max_length=9, choices=Status.choices)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()

    class Meta:
        ordering = ["step", "position"]
        constraints = [
            # A call is made once; also the index by which the calls of turns are read in order.
            models.UniqueConstraint(fields=["turn", "step", "position"], name="tool_call_place"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.status}"
