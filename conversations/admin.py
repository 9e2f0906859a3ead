"""Conversations as an operator reads them: what was said, and how each answer came about."""

import json
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnly
from conversations.models import CleanUp, Conversation, Instructions, Message, Turn
from conversations.models.turn import TurnQuerySet

LATEST = 200  # messages on one page


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin[Conversation]):
    list_display = ("name", "user", "message_count", "created_at", "updated_at", "deleted_at")
    list_filter = (
        ("deleted_at", admin.EmptyFieldListFilter),
        ("updated_at", admin.DateFieldListFilter),
        "turns__status",
    )
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("title", "user__username")
    search_help_text = _("Title, user name or id")
    ordering = ("-updated_at", "-id")
    actions = None
    fields = readonly_fields = (
        "id",
        "title",
        "user",
        "message_count",
        "created_at",
        "updated_at",
        "deleted_at",
    )

    class Media:
        css = {"all": ["conversations/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return super().get_queryset(request).defer("last_message_preview")  # it quotes a message

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        with suppress(ValueError):
            return queryset.filter(pk=UUID(search_term.strip())), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("title"), ordering="title")
    def name(self, conversation: Conversation) -> SafeString:
        return format_html("<bdi>{}</bdi>", conversation)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        context.update(transcript(options["obj"], request.GET.get("before", "")))
        return super().render_change_form(request, context, *args, **options)


def transcript(conversation: Conversation, before: str) -> dict[str, Any]:
    """The latest messages as they were said, or those before a ``seq``, and the places around."""
    messages = conversation.messages.prefetch_related("feedback")
    if before.isascii() and before.isdecimal() and len(before) < 10:
        messages = messages.before(int(before))
    page = messages.last_with_turns(LATEST)
    first, last = (page[0].seq, page[-1].seq) if page else (1, 0)
    return {
        "said": [_shown(message) for message in page],
        "first_seq": first,
        "last_seq": last,
        "earlier": first if first > 1 else None,
        "later": last + LATEST + 1 if last < conversation.message_count else None,
    }


def _shown(message: Message) -> dict[str, Any]:
    calls = [
        {"call": call, "arguments": _pretty(call.arguments), "result": _pretty(call.result)}
        for call in message.calls
    ]
    return {"message": message, "turn": message.turn_behind, "calls": calls}


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


@admin.register(Turn)
class TurnAdmin(ReadOnly, admin.ModelAdmin[Turn]):
    list_display = (
        "created_at",
        "state",
        "error_code",
        "user",
        "where",
        "model",
        "input_tokens",
        "output_tokens",
        "cached_tokens",
        "duration_ms",
        "attempt",
    )
    list_filter = (
        "status",
        ("created_at", admin.DateFieldListFilter),
        "door",
        "degraded",
        ("error_code", admin.AllValuesFieldListFilter),
        ("model", admin.AllValuesFieldListFilter),
    )
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("user__username", "conversation__title", "request_id")
    search_help_text = _(
        "User name, title, request or trace id, or the id of a turn or a conversation"
    )
    ordering = ("-id",)  # the latest first, since keys rise with time
    actions = None
    fields = readonly_fields = (
        "id",
        "state",
        "where",
        "user",
        "door",
        "key",
        "created_at",
        "finished_at",
        "duration_ms",
        "first_word_ms",
        "streamed",
        "attempt",
        "steps",
        "model",
        "input_tokens",
        "output_tokens",
        "cached_tokens",
        "finish_reason",
        "degraded",
        "warning",
        "error_code",
        "error_detail",
        "failure",
        "request_id",
        "trace_id",
        "instructions",
        "idempotency_key",
        "lease_expires_at",
        "cancel_requested_at",
        "withdrawn_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Turn]:
        turns = cast(TurnQuerySet, super().get_queryset(request)).read_now()
        told = turns.select_related("user", "conversation")
        return told.defer("thinking", "conversation__last_message_preview")  # they quote messages

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Turn], search_term: str
    ) -> tuple[QuerySet[Turn], bool]:
        word = search_term.strip()
        with suppress(ValueError):
            key = UUID(word)  # as a request id of ours also looks
            of_its_own = Q(pk=key) | Q(conversation=key)
            return queryset.filter(of_its_own | Q(request_id=word) | Q(trace_id=key.hex)), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("status"), ordering="status")
    def state(self, turn: Turn) -> str:
        return str(
            _("in progress, but its process died") if turn.abandoned else turn.get_status_display()
        )

    @admin.display(description=_("conversation"))
    def where(self, turn: Turn) -> SafeString:
        url = reverse("admin:conversations_conversation_change", args=[turn.conversation_id])
        return format_html(
            '<a href="{}#turn-{}"><bdi>{}</bdi></a>', url, turn.pk, turn.conversation
        )


@admin.register(Instructions)
class InstructionsAdmin(ReadOnly, admin.ModelAdmin[Instructions]):
    list_display = ("created_at", "hash")
    ordering = ("-created_at",)


@admin.register(CleanUp)
class CleanUpAdmin(ReadOnly, admin.ModelAdmin[CleanUp]):
    list_display = fields = ("started_at", "ended_at", "node", "did")
    ordering = ("-id",)
