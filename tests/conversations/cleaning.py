"""Conversations of long ago, and what ``manage.py cleanup_conversations`` says to them."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from conversations.models import CleanUp, Conversation, Turn
from tests.factories import LEASE, ConversationFactory, record_call

NOTHING = "0 dead turns closed, 0 conversations deleted as inactive, 0 purged with 0 messages."


def clean_up(**options: Any) -> list[str]:
    """The lines that it says."""
    out = StringIO()
    call_command("cleanup_conversations", stdout=out, **options)
    return out.getvalue().splitlines()


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def spoken(user: User, *, inactive: float = 0, deleted: float | None = None) -> Conversation:
    """Of one turn with one tool call; inactive, or deleted, since so many days."""
    conversation = ConversationFactory(user=user, title="A secret title")
    turn = conversation.begin_turn("A secret question", LEASE)
    record_call(turn)
    turn.finish(Turn.Status.COMPLETED, "A secret answer")
    set_back(conversation, inactive=inactive, deleted=deleted)
    return conversation


def set_back(
    conversation: Conversation, *, inactive: float = 0, deleted: float | None = None
) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(
        updated_at=days_ago(inactive), deleted_at=None if deleted is None else days_ago(deleted)
    )
    conversation.refresh_from_db()


def kept(conversation: Conversation) -> bool:
    return Conversation.objects.for_user(conversation.user).filter(pk=conversation.pk).exists()


def rows() -> dict[str, list[Any]]:
    """Every row of every table, whole, but for those that tell of clean-ups."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model is not CleanUp
    }
