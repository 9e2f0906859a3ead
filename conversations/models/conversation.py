"""The thread of one user."""

from collections.abc import Callable, Iterable
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self, cast
from uuid import UUID

from django.db import models
from django.db.models import Case, Exists, F, Max, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.compiled import (
    Insert,
    NotWhole,
    Update,
    Whole,
    as_saved,
    as_value,
    compiled,
    planned_ahead,
)
from accounts.models import User
from accounts.one_owner import BEHIND_THE_LINE
from accounts.ownership import Followed, Recoverable, RecoverableQuerySet
from conversations.models.errors import ConversationBusy
from conversations.models.message import PREVIEW, Message, ToolCall, beginning
from conversations.models.turn import Turn, TurnQuerySet
from conversations.models.turn_count import NoTurnsLeft, TurnCount
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
        return self.filter(has_all(words, "title") | Q(said.any_for_each())) if words else self

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

    lock_order = BEHIND_THE_LINE
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
        said, reply = self._messages_of(turn, text)
        self._write_begun(turn, said, reply, lease, slots, per_day, give_name)
        as_saved(self, turn, said, reply)
        turn.lease_expires_at = timezone.now() + lease  # near enough; the row has it exactly
        turn.user_message, turn.reply = said, reply
        turn.calls = []
        return turn

    def _write_begun(
        self,
        turn: Turn,
        said: Message,
        reply: Message,
        lease: timedelta,
        slots: int,
        per_day: int,
        give_name: Callable[["Conversation"], None] | None,
    ) -> None:
        """All or nothing; tried again in another slot, or once there is a count of the day."""
        new = self._state.adding
        begun = self._begun_with(said.content)
        today = TurnCount.today()

        def insert(slot: int) -> None:
            turn.slot = slot
            if give_name:
                give_name(self)
            _begin(begun, turn, said, reply, lease, today, per_day=per_day, new=new)

        for _try in range(2):
            try:
                return turn.take_slot(slots, insert, at_once=give_name is None)
            except NotWhole:
                if per_day and not TurnCount.make_room(self.user_id, today, per_day):
                    raise NoTurnsLeft(today) from None
        raise ConversationBusy

    def _begun_with(self, text: str) -> Self:
        """With what ``text`` makes of a new one."""
        begun = copy(self)
        begun.title = beginning(text, TITLE_FROM_MESSAGE)
        begun.last_message_preview = beginning(text, PREVIEW)
        begun.updated_at = timezone.now()
        return begun

    def _messages_of(self, turn: Turn, text: str) -> tuple[Message, Message]:
        """What the user has said, and the reply, empty as yet."""
        whose = {"user_id": self.user_id, "conversation": self, "turn": turn}
        seq = self.message_count + 1
        return (
            Message(**whose, seq=seq, role=Message.Role.USER, content=text),
            Message(**whose, seq=seq + 1, role=Message.Role.ASSISTANT, content=""),
        )

    def recount(self) -> bool:
        """Whether the count that we read is too small for the messages, and so is to be read again.

        Where that is not since somebody else was faster, it came about by hand, and is mended: a
        new message would have the place of another one.
        """
        last = self.messages.aggregate(last=Max("seq"))["last"] or 0
        if last <= self.message_count:
            return False
        spoilt = Conversation.objects.just(self).filter(message_count=self.message_count)
        spoilt.update(message_count=last)
        return True

    def touch(self, message_count: int | None = None) -> None:
        """Note activity. Raises ConversationBusy when the conversation is deleted meanwhile.

        Also, if ``message_count`` is given, when it has another number of messages by now.
        """
        kept = Conversation.objects.just(self).filter(deleted_at=None)
        if message_count is not None:
            kept = kept.filter(message_count=message_count)
        if not kept.update(updated_at=timezone.now(), changed_at=Now()):
            raise ConversationBusy

    def settle(self, turn: Turn, content: str, title: str, *, of_any_user: bool = False) -> bool:
        """Keep a turn as it has ended, with its reply, and preview that, if it is the latest
        message; in one transaction. ``False``, and nothing, if the turn is not ours any more.

        ``title`` is what it would be called now, unless somebody has named it.
        """
        preview = beginning(content or turn.user_message.content, PREVIEW)
        is_over = turn.status != Turn.Status.FAILED
        wrote = _settle(
            turn,
            turn.reply,
            content,
            preview,
            title,
            of_any_user=of_any_user,
            is_titled=bool(title),
            has_beside=is_over and any(call.beside for call in turn.calls),
        )
        return bool(wrote[0])

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


@planned_ahead
@compiled
def _begin(
    conversation: Conversation,
    turn: Turn,
    said: Message,
    reply: Message,
    lease: timedelta,
    today: date,
    *,
    per_day: int,
    new: bool,
) -> Whole:
    """The lock ahead of the other rows."""
    turn.lease_expires_at = Now() + lease
    charged = [TurnCount.one_more(turn.user_id, today, per_day)] if per_day else []
    counted = _insert(conversation) if new else _count(conversation)
    return Whole((Insert(turn), *charged, counted, Insert(said), Insert(reply)))


def _insert(conversation: Conversation) -> Insert:
    conversation.message_count, conversation.title_is_made = 2, True
    conversation.changed_at = Now()
    return Insert(conversation)


def _count(conversation: Conversation) -> Update:
    """Of what is told, a title where there is none; the count that we read must still hold."""
    known = Conversation.objects.just(conversation).filter(deleted_at=None)
    title = When(title="", then=as_value(conversation.title))
    return Update(
        known.filter(message_count=conversation.message_count),
        message_count=F("message_count") + 2,
        last_message_preview=conversation.last_message_preview,
        title=Case(title, default=F("title")),
        title_is_made=Case(When(title="", then=True), default=F("title_is_made")),
        updated_at=conversation.updated_at,
        changed_at=Now(),
    )


@planned_ahead
@compiled
def _settle(
    turn: Turn,
    reply: Message,
    content: str,
    preview: str,
    title: str,
    *,
    is_titled: bool,
    of_any_user: bool = False,
    has_beside: bool = False,
) -> tuple[Update, ...]:
    """The turn ahead of its conversation, as whoever begins one or deletes it takes them."""
    ours = turn.ours() if of_any_user else turn.ours().of_active_users()
    is_latest = Q(message_count=reply.seq)
    noted: dict[str, Any] = {
        "last_message_preview": When(is_latest, then=as_value(preview)),
        "updated_at": When(is_latest, then=as_value(turn.finished_at)),
    }
    if is_titled:
        noted["title"] = When(is_latest, title_is_made=True, then=as_value(title))
    columns = {name: _or_as_it_is(name, when) for name, when in noted.items()}
    kept = Conversation.objects.filter(pk=turn.conversation_id, user=turn.user_id)
    writes = (
        Update(ours, **{name: getattr(turn, name) for name in Turn.SETTLED}),
        Update(kept, **columns, changed_at=Now()),
        Update(Message.objects.just(reply), content=content),
    )
    calls = ToolCall.objects.filter(user=turn.user_id, turn=turn.pk)
    return (*writes, Update(calls, beside=None)) if has_beside else writes


def _or_as_it_is(name: str, when: When) -> Case:
    return Case(when, default=F(name), output_field=cast(Any, Conversation._meta.get_field(name)))
