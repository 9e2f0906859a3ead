"""The thread of one user."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Case, Exists, F, Max, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.ownership import Followed, Recoverable, RecoverableQuerySet
from conversations.models.errors import ConversationBusy
from conversations.models.message import PREVIEW, Message, beginning
from conversations.models.turn import Turn, TurnQuerySet
from conversations.models.turn_count import TurnCount
from text.searching import has_all, words_of

TITLE_FROM_MESSAGE = 50


def title_of(title: str, created_at: datetime) -> str:
    """Until its first message tells what it is about: when it was begun, in UTC."""
    return title or f"Chat - {created_at:%Y-%m-%d %H:%M}"


class ConversationQuerySet(RecoverableQuerySet["Conversation"]):
    def with_status(self) -> Self:
        return self.annotate(busy=Exists(self._live_turns()))

    def _live_turns(self) -> TurnQuerySet:
        return Turn.objects.of_same_owner(conversation="pk").live()

    def latest_first(self) -> Self:
        return self.order_by("-updated_at", "-id")

    def make_unless_known(self, pk: UUID, user: User) -> None:
        """Whoever has the id already: a row that is there, deleted or another's, stays as it is.

        Others' rows are looked at, for their keys would let two users have one id.
        """
        if not self.filter(pk=pk).exists():
            self.bulk_create([Conversation(pk=pk, user=user)], ignore_conflicts=True)

    def titled(self, words: Iterable[str]) -> Self:
        """Those with every folded word in their title."""
        return self.filter(has_all(words, "title"))

    def search(self, text: str) -> Self:
        """Conversations with every word of ``text`` in their title, or in one message of theirs."""
        words = words_of(text)
        said = Message.objects.standing().of_same_owner(conversation="pk").saying(words)
        return self.filter(has_all(words, "title") | Exists(said)) if words else self

    def inactive_since(self, moment: datetime) -> Self:
        """Kept ones without any activity since then, and without a live turn."""
        return self.filter(~Exists(self._live_turns()), deleted_at=None, updated_at__lt=moment)

    def deleted_before(self, moment: datetime) -> Self:
        return super().deleted_before(moment).filter(~Exists(self._live_turns()))

    def note_change(self) -> int:
        """What is shown of them is not what it was; how many."""
        return self.update(changed_at=Now())

    def remove(self) -> int:
        """Delete softly what has no turn that would have to be cancelled; how many."""
        return self.update(deleted_at=timezone.now(), changed_at=Now())

    def purge(self) -> tuple[int, int]:
        """Delete for ever, with turns, messages and tool calls: how many, and their messages."""
        _all, rows = self.delete()
        return rows.get(Conversation._meta.label, 0), rows.get(Message._meta.label, 0)

    def count_messages(self) -> int:
        return Message.objects.filter(conversation__in=self).count()


class Conversation(Followed, Recoverable):
    """The thread of one user; count and preview are kept so that a list is one query."""

    title = models.CharField(_("title"), max_length=200, blank=True)
    # Made of what was said and done in it, so that it may be made anew; else it is somebody's own.
    title_is_made = models.BooleanField(default=False, db_default=False, editable=False)
    message_count = models.PositiveIntegerField(default=0, editable=False)
    last_message_preview = models.CharField(max_length=PREVIEW, blank=True, editable=False)

    metadata = models.JSONField(default=dict, db_default={}, editable=False)  # of clients, theirs

    objects = ConversationQuerySet.as_manager()

    busy: ClassVar[bool] = False  # read through with_status(), a row has its own

    class Meta:
        indexes = [
            # The list of a user's conversations, latest activity first, page by page.
            models.Index(
                fields=["user", "-updated_at", "-id"],
                name="conversation_latest",
                condition=Q(deleted_at=None),
            ),
            # What is new, also that one was deleted.
            models.Index(fields=["user", "-changed_at"], name="conversation_followed"),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)

    @property
    def shown_title(self) -> str:
        return title_of(self.title, self.created_at)

    def rename(self, title: str) -> None:
        self._set(title=title, title_is_made=False, updated_at=timezone.now())

    def keep_metadata(self, metadata: dict[str, str]) -> None:
        """Names and texts that a client keeps with it, in place of earlier ones."""
        self._set(metadata=metadata)

    def remove(self) -> None:
        """Delete softly, and cancel the open turn: nothing is done for a deleted conversation."""
        self._set(deleted_at=timezone.now())
        # From here on no turn begins, so this meets every open one. In one transaction, both would
        # lock the rows the other way round than a turn that is being settled: a deadlock.
        for turn in self.turns.in_progress():
            self.turns.all().end(turn, status=Turn.Status.CANCELLED)

    def restore(self) -> None:
        """Bring it back; that is activity, or clean-up would take it away again the next night.

        Raises Conversation.DoesNotExist when it was purged meanwhile.
        """
        deleted = Conversation.objects.just(self).filter(deleted_at__isnull=False)
        deleted.update(deleted_at=None, updated_at=timezone.now(), changed_at=Now())
        self.refresh_from_db(fields=["deleted_at", "updated_at"])

    def _set(self, **fields: Any) -> None:
        Conversation.objects.just(self).update(**fields, changed_at=Now())
        for name, value in fields.items():
            setattr(self, name, value)

    def begin_turn(
        self,
        text: str,
        lease: timedelta,
        *,
        slots: int = 3,
        process: UUID | None = None,
        per_day: int = 0,
        idempotency_key: str | None = None,
        request_hash: str = "",
        request_id: str = "",
        door: str = "",
        key: UUID | None = None,
        give_name: Callable[["Conversation"], None] | None = None,
    ) -> Turn:
        """Open a turn in one transaction: its row, the user's message, the empty reply, the count.

        ``process`` works on it; ``door`` and ``key`` are by what it came. A conversation that is
        not saved yet is saved by the same transaction, which ``give_name`` is a part of. Of all
        open turns of the user there are at most ``slots``, and ``per_day`` begin in a day (0: any
        number). Raises ConversationBusy, TooManyTurns, NoTurnsLeft, IdempotencyKeyTaken, and what
        ``give_name`` raises.
        """
        turn = Turn(
            user_id=self.user_id,
            conversation=self,
            idempotency_key=idempotency_key,
            request_hash=request_hash,
            request_id=request_id,
            process=process,
            door=door,
            key=key,
            lease_expires_at=Now() + lease,
        )
        messages = self._messages_of(turn, text)
        new = self._state.adding

        def insert(slot: int) -> None:
            turn.slot = slot
            if new:
                self.save(force_insert=True)
            if give_name:
                give_name(self)
            self._insert(turn, messages, per_day)

        turn.take_slot(slots, insert)
        turn.lease_expires_at = timezone.now() + lease  # near enough; the row has it exactly
        turn.user_message, turn.reply = messages
        turn.calls = []
        return turn

    def _insert(self, turn: Turn, messages: list[Message], per_day: int) -> None:
        """In the caller's transaction."""
        turn.save(force_insert=True)  # the lock, and so ahead of the other rows
        if per_day:
            TurnCount.charge(self.user_id, per_day)
        self._count(messages)
        Message.objects.bulk_create(messages)

    def _messages_of(self, turn: Turn, text: str) -> list[Message]:
        """What the user has said, and the reply, empty as yet."""
        whose = {"user_id": self.user_id, "conversation": self, "turn": turn}
        seq = self.message_count + 1
        return [
            Message(**whose, seq=seq, role=Message.Role.USER, content=text),
            Message(**whose, seq=seq + 1, role=Message.Role.ASSISTANT, content=""),
        ]

    def _count(self, messages: list[Message]) -> None:
        """Add new messages to count, preview and title; the count that we read must still hold."""
        text = messages[0].content
        as_we_know_it = Conversation.objects.just(self).filter(message_count=self.message_count)
        counted = as_we_know_it.filter(deleted_at=None).update(
            message_count=F("message_count") + len(messages),
            last_message_preview=beginning(text, PREVIEW),
            title=Case(
                When(title="", then=Value(beginning(text, TITLE_FROM_MESSAGE))), default=F("title")
            ),
            title_is_made=Case(When(title="", then=True), default=F("title_is_made")),
            updated_at=timezone.now(),
            changed_at=Now(),
        )
        if not counted:
            raise ConversationBusy

    def recount(self) -> bool:
        """Whether the count that we read is too small for the messages, and is right from now on.

        Only by hand can that have come about; a new message would have the place of another one.
        """
        last = self.messages.aggregate(last=Max("seq"))["last"] or 0
        spoilt = Conversation.objects.just(self).filter(message_count=self.message_count)
        return last > self.message_count and bool(spoilt.update(message_count=last))

    def touch(self, message_count: int | None = None) -> None:
        """Note activity. Raises ConversationBusy when the conversation is deleted meanwhile.

        Also, if ``message_count`` is given, when it has another number of messages by now.
        """
        kept = Conversation.objects.just(self).filter(deleted_at=None)
        if message_count is not None:
            kept = kept.filter(message_count=message_count)
        if not kept.update(updated_at=timezone.now(), changed_at=Now()):
            raise ConversationBusy

    def note(self, reply: Message, text: str, moment: datetime, title: str = "") -> None:
        """Preview ``text`` for a reply that is settled, if it is the latest message.

        ``title`` is what it would be called now, unless somebody has named it.
        """
        is_latest = Q(message_count=reply.seq)
        told: dict[str, Any] = {
            "last_message_preview": Value(beginning(text, PREVIEW)),
            "updated_at": Value(moment, models.DateTimeField()),
        }
        kept = {
            name: Case(When(is_latest, then=new), default=F(name)) for name, new in told.items()
        }
        if title:
            made = When(is_latest, title_is_made=True, then=Value(title))
            kept["title"] = Case(made, default=F("title"))
        Conversation.objects.just(self).update(**kept, changed_at=Now())

    def leave_out(self, title: str) -> None:
        """Preview what stands, now that a turn is withdrawn.

        ``title`` is what it is called now, unless somebody has named it; blank: as it begins now.
        Raises ConversationBusy when a turn has begun since the conversation was read.
        """
        words = self.messages.standing().exclude(content="").values_list("content", flat=True)
        first, last = words.order_by("seq").first() or "", words.order_by("-seq").first() or ""
        title = title or beginning(first, TITLE_FROM_MESSAGE)
        as_we_know_it = Conversation.objects.just(self).filter(message_count=self.message_count)
        left = as_we_know_it.update(
            title=Case(When(title_is_made=True, then=Value(title)), default=F("title")),
            last_message_preview=beginning(last, PREVIEW),
            updated_at=timezone.now(),
            changed_at=Now(),
        )
        if not left:
            raise ConversationBusy

    def cancel(self, reply: UUID | None = None) -> bool:
        """Ask the open turn to stop, and let nobody finish one that was broken off.

        With ``reply``, only if it is that one's. ``False`` when there is none of either.
        """
        turns = self.turns.of_message(reply) if reply else self.turns.all()
        left = turns.leave()
        if left:
            Conversation.objects.just(self).note_change()
        asked = turns.in_progress().update(cancel_requested_at=Now())
        return bool(left or asked)
