"""Taking back the last exchange: what it did is undone, and it counts no more."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.db import transaction
from rest_framework.generics import get_object_or_404

from accounts.models import User
from chat import titles
from chat.errors import ConversationIsBusy, NotTheLastExchange
from chat.processes import close_turns_of_the_dead
from chat.undo import undo
from conversations.asked import asked_in
from conversations.models import Conversation, ConversationBusy, Message, NotTheLast, ToolCall, Turn
from conversations.models.told import latest_told
from todos.models import (
    AlreadyDecided,
    Expired,
    Origin,
    Outdated,
    Proposal,
    TaskChange,
    wait_in_line,
)
from todos.models.change import TaskChangeQuerySet


def withdraw(
    user: User, message_id: UUID, origin: Origin, *, keep: bool = False
) -> tuple[Turn, list[TaskChange]]:
    """The turn of a message, withdrawn, and what was undone for it, newest first.

    All of that or nothing; with ``keep`` nothing is undone. What it asked and nobody has answered
    is left. To withdraw once more changes nothing. Raises Http404, TaskChangedSince,
    NotTheLastExchange and ConversationIsBusy.
    """
    turn = _turn_of(user, message_id)
    try:
        with transaction.atomic():
            if not turn.withdraw():
                return turn, []
            wait_in_line(user.pk)
            proposals = list(_proposals_of(turn.calls, user))
            for each in proposals:
                with suppress(AlreadyDecided, Expired, Outdated):
                    each.reject()
            done = [] if keep else undo(_changes(user, turn.calls, proposals), origin)
            turn.conversation.leave_out(_title(turn.conversation))
    except NotTheLast:
        raise NotTheLastExchange from None
    except ConversationBusy:
        raise ConversationIsBusy(turn.conversation.turns.all()) from None
    return turn, done


def _turn_of(user: User, message_id: UUID) -> Turn:
    """Its conversation is read before anything is held: so it tells who came meanwhile."""
    close_turns_of_the_dead()
    messages = Message.objects.for_user(user).of_kept_conversations()
    found = get_object_or_404(messages.select_related("turn__conversation"), pk=message_id)
    found.turn.conversation.turns.all().close_dead()
    found.turn.load_messages()
    return found.turn


def _proposals_of(calls: Sequence[ToolCall], user: User) -> Iterator[Proposal]:
    """What it asked, and what asks in place of that since tasks have moved on."""
    keys = [*asked_in(calls)]
    while keys:
        found = list(Proposal.objects.for_user(user).filter(pk__in=keys))
        yield from found
        keys = [str(each.renewed_id) for each in found if each.renewed_id]


def _title(conversation: Conversation) -> str:
    """By what was done in it and stands; of a long one the title stays."""
    if conversation.message_count > settings.AGENT_HISTORY_MESSAGES:
        return conversation.title
    told = latest_told(conversation, settings.AGENT_HISTORY_MESSAGES)
    return titles.made_of(call for each in told for call in each.calls)


def _changes(
    user: User, calls: Sequence[ToolCall], proposals: Sequence[Proposal]
) -> TaskChangeQuerySet:
    """What it did itself, and what somebody has said yes to."""
    mine = TaskChange.objects.for_user(user)
    acts = [each.act for each in proposals if each.act]
    return mine.done_by([call.pk for call in calls], acts)
