"""The work of answering one message: opened, fenced, recorded, settled."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from copy import copy
from datetime import timedelta
from functools import cached_property, partial
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, Q, Subquery, UUIDField
from django.db.models.functions import Now
from django.utils import timezone

from accounts.compiled import Update, compiled
from accounts.keys import Key
from accounts.line import IN_LINE
from accounts.together import surely, together
from conversations.models.errors import (
    ConversationBusy,
    IdempotencyKeyTaken,
    NotTheLast,
    TooManyTurns,
    TurnLost,
)
from conversations.models.leases import FOLLOWED, LeaseQuerySet
from conversations.models.message import Message, ToolCall
from conversations.models.turn_state import TurnState
from telemetry.turns import ended

TOO_LATE = timedelta(hours=1)  # after so long nobody waits for an answer


class TurnQuerySet(LeaseQuerySet["Turn"]):
    def read_now(self) -> Self:
        """With the time at which they are read, on the database's clock: see Turn.abandoned."""
        return self.annotate(read_at=Now())

    def with_key(self, user_id: int, key: str) -> Self:
        return self.filter(user_id=user_id, idempotency_key=key)

    def keyed_like(self, key: str) -> Self:
        """Whose key begins with it."""
        return self.filter(idempotency_key__startswith=key)

    def lately_by(self, door: str, most: timedelta) -> Self:
        """Those through ``door`` that are open, or were settled ``most`` ago; the latest first."""
        lately = Q(finished_at__gte=Now() - most) | Q(status=Turn.Status.IN_PROGRESS)
        return self.filter(lately, door=door, withdrawn_at=None).order_by("-created_at")

    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)

    def before(self, turn: "Turn") -> Self:
        return self.filter(pk__lt=turn.pk)

    def of_conversation(self, turn: "Turn") -> Self:
        return self.filter(user=turn.user_id, conversation=turn.conversation_id)

    def ended_after(self, turn: "Turn") -> Self:
        """Those that were at work after it began."""
        return self.filter(finished_at__gt=turn.created_at)

    def of_message(self, message_id: UUID) -> Self:
        """Not joined, for a conditional update, likewise."""
        return self.filter(Exists(Message.objects.of_same_owner(turn="pk").filter(pk=message_id)))

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def with_last(self) -> Self:
        """With ``last``, the turn that stands last in its conversation, and ``last_seq``."""
        standing = Message.objects.standing().of_same_owner(conversation="conversation")
        latest = standing.order_by("-seq")
        turn = Subquery(latest.values("turn")[:1], output_field=UUIDField())
        return self.annotate(last=turn, last_seq=Subquery(latest.values("seq")[:1]))

    def of_processes(self, processes: Iterable[UUID]) -> Self:
        return self.filter(process__in=processes)

    def close_dead(self) -> int:
        """Settle the turns whose process has died, as their lease tells; how many."""
        return self.dead().interrupt()

    def interrupt(self) -> int:
        """Settle those in progress, whose process is known to have died; how many.

        One that was to be cancelled is cancelled.
        """
        wanted = self.filter(cancel_requested_at=None)
        unwanted = self.filter(cancel_requested_at__isnull=False)
        return sum(
            wanted.end(turn, **Turn.BROKEN_OFF) or unwanted.end(turn, **Turn.UNWANTED)
            for turn in self.in_progress()
        )

    def end(self, turn: "Turn", **fields: Any) -> bool:
        """Settle it over the head of its process, if it is open still and one of these.

        Who does that tells of its end, so it is done one by one.
        """
        found = self.filter(pk=turn.pk, user=turn.user_id, lease_token=turn.lease_token)
        if not found.in_progress().update(finished_at=Now(), **fields):
            return False
        for name, value in {"finished_at": timezone.now(), **fields}.items():
            setattr(turn, name, value)
        transaction.on_commit(partial(ended, turn))
        return True

    def broken_off(self, least: timedelta = timedelta(), most: timedelta = TOO_LATE) -> Self:
        """Settled ``least`` to ``most`` ago because their process died, and still to be finished:

        they have attempts left, are the last of a conversation that is kept, and their user is
        active. One whose lease was over before that is too old, whenever it was settled.
        """
        last = Message.objects.of_same_owner(turn="pk").filter(
            seq=F("conversation__message_count"),
            conversation__deleted_at=None,
        )
        return self.of_active_users().filter(
            Exists(last),
            status=Turn.Status.INCOMPLETE,
            withdrawn_at=None,
            finished_at__range=(Now() - most, Now() - least),
            lease_expires_at__gt=Now() - most,
            attempt__lt=Turn.MAX_ATTEMPTS,
        )

    def in_line(self) -> Self:
        """As they were settled, with their users and conversations."""
        return self.order_by("finished_at").select_related("user", "conversation")

    def leave(self) -> int:
        """Cancel those that were broken off, so that nobody finishes them; how many."""
        return self.broken_off().update(cancel_requested_at=Now(), **Turn.UNWANTED)


class Turn(TurnState):
    """The work of answering one message."""

    SETTLED: ClassVar = (
        *("status", "finished_at", "error_code", "error_detail", "failure", "warning", "degraded"),
        *("finish_reason", "model", "input_tokens", "output_tokens", "cached_tokens", "thinking"),
        *("first_word_ms", "steps", "streamed", "instructions", "trace_id"),
    )
    """What is known of it when it has ended."""

    lock_order = 1
    untold = ("thinking",)  # in an export, unless it is asked for

    objects = TurnQuerySet.as_manager()

    last: UUID | None = None  # read through with_last(), a row has its own, and that of
    last_seq: int = 0  # its reply

    @cached_property
    def user_message(self) -> Message:
        return self.messages.get(role=Message.Role.USER)

    @cached_property
    def reply(self) -> Message:
        return self.messages.get(role=Message.Role.ASSISTANT)

    def load_messages(self) -> None:
        """Raises Message.DoesNotExist where one of them was deleted by hand."""
        self.user_message, self.reply = (self.messages.get(role=role) for role in Message.Role)

    @cached_property
    def calls(self) -> list[ToolCall]:
        return list(self.tool_calls.all())

    def turn_before(self) -> UUID | None:
        """The turn that stands before it in its conversation."""
        if self.user_message.seq == 1:
            return None
        messages = Message.objects.filter(user=self.user_id, conversation=self.conversation_id)
        earlier = messages.standing().before(self.user_message.seq).order_by("-seq")
        return earlier.values_list("turn", flat=True).first()

    def retry(self, lease: timedelta, *, slots: int = 3, process: UUID | None = None) -> Self:
        """Open the turn again after it ended badly, for ``process``.

        Raises TurnLost to the slower of two who try, and ConversationBusy, TooManyTurns.
        """
        ended_badly = Turn.objects.filter(status__in=(Turn.Status.FAILED, Turn.Status.INCOMPLETE))
        self._reopen(ended_badly, self.conversation.touch, lease, slots, process)
        return self

    def take_over(self, lease: timedelta, *, slots: int = 3, process: UUID | None = None) -> Self:
        """Open it again, as ``retry`` does, unasked: it was broken off and is the last as yet."""
        broken_off = Turn.objects.filter(status=Turn.Status.INCOMPLETE).of_active_users()
        still_last = partial(self.conversation.touch, self.reply.seq)
        self._reopen(broken_off, still_last, lease, slots, process)
        return self

    def _reopen(
        self,
        rows: TurnQuerySet,
        touch: Callable[[], None],
        lease: timedelta,
        slots: int,
        process: UUID | None,
    ) -> None:
        """The same attempt must still be among ``rows``; ``touch`` notes it, or says why not."""
        as_we_know_it = rows.just(self).filter(attempt=self.attempt, withdrawn_at=None)

        def reopen(slot: int) -> None:
            reopened = as_we_know_it.update(
                status=Turn.Status.IN_PROGRESS,
                slot=slot,
                attempt=self.attempt + 1,
                process=process,
                lease_token=uuid4(),
                lease_expires_at=Now() + lease,
                cancel_requested_at=None,
                error_code="",
                error_detail="",
                finished_at=None,
            )
            if not reopened:
                raise TurnLost

            # What is said begins anew; the calls made before stand ahead of it.
            self.tool_calls.update(text_before=0)
            Message.objects.just(self.reply).update(content="")
            touch()

        self.take_slot(slots, reopen)
        self.reload()

    def take_slot(self, slots: int, write: Callable[[int], None], *, at_once: bool = False) -> None:
        """Run ``write`` in a transaction, with a slot of the user's that the constraints accept.

        There is no looking first: mostly the first slot is free, and else the constraint knows.
        What writes ``at_once`` is a transaction by itself.
        """
        slot, is_one = 0, at_once and not connection.in_atomic_block
        for _try in range(slots + 1):
            try:
                with nullcontext() if is_one else transaction.atomic():
                    return write(slot)
            except IntegrityError:
                slot = self._another_slot(slots)
        raise TooManyTurns

    def _another_slot(self, slots: int) -> int:
        """A slot that seems free. Raises what else it can mean that a constraint said no."""
        key, turns = self.idempotency_key, Turn.objects.filter(user=self.user_id)
        is_new = self._state.adding  # else it has its key, and its messages their places
        if is_new and key and turns.with_key(self.user_id, key).exists():
            raise IdempotencyKeyTaken from None
        turns.close_dead()
        if is_new and self.conversation.recount():
            raise ConversationBusy from None
        open_turns = dict(turns.in_progress().values_list("slot", "conversation"))
        if self.conversation_id in open_turns.values():
            raise ConversationBusy from None
        free = [slot for slot in range(slots) if slot not in open_turns]
        if not free:
            raise TooManyTurns from None
        return free[0]

    def reload(self) -> None:
        """Read anew what another process has made of the turn, its reply and calls; 3 queries."""
        self.refresh_from_db()
        reply = Message.objects.just(self.reply).values_list("content", Now())
        self.reply.content, self.read_at = reply.get()
        self.calls = list(self.tool_calls.all())

    def follow(self) -> None:
        """Somebody reads it from its rows, so its text is to be saved more often for a while."""
        now = self.read_at or timezone.now()
        is_noted = self.followed_at is not None and now - self.followed_at < FOLLOWED / 2
        if self.status == self.Status.IN_PROGRESS and not is_noted:
            Turn.objects.just(self).in_progress().update(followed_at=Now())

    @contextmanager
    def fenced(self, lease: timedelta, *, in_line: bool = False) -> Iterator[None]:
        """A transaction whose first statement proves that the turn is ours and renews its lease;
        with ``in_line`` it then waits for those who change its user's tasks.

        Raises TurnLost, and keeps nothing, when it is not, nor when its key signs in no more.
        """
        with transaction.atomic(), together():
            if not _renew(self, lease, keyed=self.key is not None, waits=in_line):
                raise TurnLost
            yield

    def save_text(self, content: str) -> None:
        """Keep the reply as far as it has come; inside :meth:`fenced`."""
        if content != self.reply.content:
            surely(_save_text, self.reply, content)
            self.reply.content = content

    def record(self, **fields: Any) -> ToolCall:
        """Keep a tool call; inside :meth:`fenced`, together with what the tool did."""
        self.calls.append(ToolCall.add(user_id=self.user_id, turn=self, **fields))
        return self.calls[-1]

    def finish(
        self, status: TurnState.Status, content: str, *, title: str = "", **fields: Any
    ) -> None:
        """Settle the turn and its reply in one transaction; a late worker gets TurnLost.

        ``title`` is for the conversation, unless somebody has named it.
        Once its user is deactivated a turn can only be cancelled.
        """
        settled = copy(self)
        fields |= {"status": status, "finished_at": timezone.now()}
        for name, value in fields.items():
            setattr(settled, name, value)
        if not self.conversation.settle(settled, content, title):
            fields["status"] = settled.status = Turn.Status.CANCELLED
            if not self.conversation.settle(settled, content, title, of_any_user=True):
                raise TurnLost
        self.show_as(content=content, **fields)

    def show_as(self, status: TurnState.Status, content: str, **fields: Any) -> None:
        """Whoever is told of it from here is told this; the rows stay as they are."""
        for name, value in {"status": status, **fields}.items():
            setattr(self, name, value)
        self.reply.content = content

    def withdraw(self) -> bool:
        """Let its messages count no more; the caller, in the same transaction, undoes what it did
        and then has its conversation leave it out.

        ``False`` when that was done before. Raises ConversationBusy while the turn is open, and
        NotTheLast where a later one stands.
        """
        later = self.conversation.messages.standing().since(self.reply.seq)
        settled = (
            Turn.objects.just(self)
            .filter(withdrawn_at=None)
            .exclude(status=Turn.Status.IN_PROGRESS)
        )
        if not settled.filter(~Exists(later)).update(withdrawn_at=Now()):
            self.refresh_from_db(fields=["withdrawn_at", "status"])
            if self.withdrawn_at:
                return False
            raise ConversationBusy if self.status == Turn.Status.IN_PROGRESS else NotTheLast
        self.refresh_from_db(fields=["withdrawn_at"])
        return True

    def ours(self) -> TurnQuerySet:
        """The turn, as long as nobody else has it or has settled it: for a conditional update."""
        return Turn.objects.in_progress().just(self).filter(lease_token=self.lease_token)


@compiled
def _renew(turn: Turn, lease: timedelta, *, keyed: bool = False, waits: bool) -> Update:
    ours = turn.ours().of_active_users().of_kept_conversations().filter(cancel_requested_at=None)
    if keyed:
        ours = ours.filter(Exists(Key.objects.live().filter(pk=turn.key)))  # type: ignore[misc]
    return Update(ours, returning=IN_LINE if waits else None, lease_expires_at=Now() + lease)


@compiled
def _save_text(reply: Message, content: str) -> Update:
    return Update(Message.objects.just(reply), content=content)
