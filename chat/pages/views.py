"""What the page shows, drawn by the server: whole, or the parts that a script puts in place.

Whatever a script does here, a link or a form does as well.
"""

import json
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException

from accounts.authentication import user_of
from accounts.models import User
from chat.pages.cards import card
from chat.pages.deleted import deleted
from chat.pages.found import listed
from chat.pages.news import marks_of, news_of
from chat.pages.palette import sections
from chat.pages.panel import panel_of
from chat.pages.ringing import ringing_of
from chat.pages.transcript import bubbles
from chat.serializers import LONGEST_MESSAGE
from conversations.models import Conversation, Message, ToolCall
from conversations.models import shown as rows_shown
from conversations.models.message import PAST_ALL
from conversations.models.shown import Range, ShownConversation, TalkMessage, talk
from conversations.serializers import searched_for
from text import clean_text
from web.errors import error_response, sentence
from web.pagination import Page

CONVERSATIONS = 30
LONGEST_SEARCH = 200
MESSAGES = 50
EXAMPLES = (
    _("Add buy milk tomorrow at 5pm"),
    _("What is due this week?"),
    _("Remind me to call the dentist on Monday, high priority"),
)

PIECES = {"since", "before", "around", "cursor"}  # in the address of less than all that is shown

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """For signed-in users, in their time zone; the view gets the user as its second argument."""

    @gzip_page  # with a random padding, so that its length gives no secret away
    @require_safe
    @login_required
    @wraps(view)
    def drawn(request: HttpRequest, **ids: UUID) -> HttpResponse:
        user = user_of(request)
        with timezone.override(user.zone):
            try:
                return view(request, user, **ids)
            except APIException as error:
                return error_response(request, error.status_code, "invalid", sentence(error))

    return drawn


def part(shows: str) -> Callable[[View], View]:
    """A page of which a script puts all in place; its header ``News`` tells whose it is, and the
    mark of what it shows, from before it was drawn: see chat/pages/news.py.
    """

    def marked(view: View) -> View:
        @page
        @wraps(view)
        def drawn(request: HttpRequest, user: User, **ids: UUID) -> HttpResponse:
            news: dict[str, Any] = {"user": user.pk}
            if not PIECES & request.GET.keys():
                news[shows] = marks_of(user, ids.get("pk"))[shows]
            response = view(request, user, **ids)
            response["News"] = json.dumps(news)
            return response

        return drawn

    return marked


@page
def home(request: HttpRequest, user: User) -> HttpResponse:
    """Where a conversation begins."""
    return chat_page(request, user)


@page
def conversation(request: HttpRequest, user: User, pk: UUID) -> HttpResponse:
    return chat_page(request, user, pk)


def chat_page(
    request: HttpRequest, user: User, pk: UUID | None = None, *, typed: str = "", status: int = 200
) -> HttpResponse:
    """A conversation, or where one begins; ``typed`` stands in the composer."""
    news = news_of(user, pk)
    context: dict[str, Any] = {"typed": typed, "news": json.dumps(news.marks)}
    if pk:
        context |= _transcript(request, user, pk)
        context["typed"] = typed or _taken_back(request, user, pk)
    context |= _frame(request, user, news.there)
    return render(request, "chat/chat.html", context, status=status)


@page
def printed(request: HttpRequest, user: User, pk: UUID) -> HttpResponse:
    """The whole conversation, for paper; without what was taken back."""
    every, shown = talk(user.pk, pk, Range(PAST_ALL))
    if shown is None:
        raise Http404
    messages = [message for message in every if not message.turn.withdrawn_at]
    context = {"bubbles": bubbles(messages, user, shown), "conversation": shown}
    return render(request, "chat/print.html", context)


@part("conversations")
def conversations_part(request: HttpRequest, user: User) -> HttpResponse:
    return render(request, "chat/conversations.html", _conversations(request, user))


@part("conversation")
def messages_part(request: HttpRequest, user: User, pk: UUID) -> HttpResponse:
    """``?since=`` a seq: what came later, 204 for nothing; ``?before=``: what stands above."""
    context = _transcript(request, user, pk)
    if not context["bubbles"]:
        return HttpResponse(status=204)
    if "before" in request.GET:
        context["later"] = None  # that stands below them already
    return render(request, "chat/messages.html", context)


@page
def call_part(request: HttpRequest, user: User, pk: UUID) -> HttpResponse:
    calls = ToolCall.objects.for_user(user).of_kept_conversations()
    call = get_object_or_404(calls, pk=pk)
    return render(request, "chat/call.html", {"card": card(call, user.local_now().date())})


@part("tasks")
def tasks_part(request: HttpRequest, user: User) -> HttpResponse:
    return render(request, "chat/tasks.html", {"panel": panel_of(user, request.GET)})


@part("reminders")
def ringing_part(request: HttpRequest, user: User) -> HttpResponse:
    return render(request, "chat/ringing.html", {"ringing": ringing_of(user)})


@page
def find(request: HttpRequest, user: User) -> HttpResponse:
    """``?q=`` words: a page; with ``part`` what the palette puts in place."""
    asked = clean_text(request.GET.get("q", ""))[:LONGEST_SEARCH]
    is_part = "part" in request.GET
    context = {"asked": asked, "sections": sections(user, asked), "is_part": is_part}
    return render(request, "chat/found.html" if is_part else "chat/find.html", context)


@page
def deleted_page(request: HttpRequest, user: User) -> HttpResponse:
    rows, older = deleted(user, request.GET.get("cursor", ""))
    return render(request, "chat/deleted.html", {"rows": rows, "older": older})


def _frame(request: HttpRequest, user: User, there: Collection[str]) -> dict[str, Any]:
    """What stands around every conversation; ``there`` is what the news told that there is."""
    panel = panel_of(user, request.GET, is_any_asked="proposals" in there)
    ringing = ringing_of(user, is_any_due="rings" in there, is_any_next="next" in there)
    return {
        **_conversations(request, user, panel.choice.kept),
        "panel": panel,
        "ringing": ringing,
        "longest_message": LONGEST_MESSAGE,
        "examples": EXAMPLES,
    }


def _conversations(request: HttpRequest, user: User, kept: str = "") -> dict[str, Any]:
    search = searched_for(request.GET)
    if search:
        found = Conversation.objects.for_user(user).search(search).latest_first()
        read = rows_shown.LATEST.rows_of(found)
    else:
        read = partial(rows_shown.conversations, user.pk)
    rows: Page = rows_shown.LATEST.page(read, request.GET.get("cursor", ""), CONVERSATIONS)
    return {"listed": listed(rows.rows, search, kept), "older": rows.next, "search": search}


def _transcript(request: HttpRequest, user: User, pk: UUID) -> dict[str, Any]:
    """The latest messages, or those that the address asks for; at most 6 queries.

    ``?since=`` and ``?before=`` a seq, or ``?around=`` one. Raises Http404.
    """
    messages, shown = _asked_for(request, user, pk)
    if shown is None:
        raise Http404
    first, last = (messages[0].seq, messages[-1].seq) if messages else (1, shown.message_count)
    return {
        "bubbles": bubbles(messages, user, shown),
        "conversation": shown,
        "earlier": first if first > 1 else None,
        "later": last if last < shown.message_count else None,
    }


def _asked_for(
    request: HttpRequest, user: User, pk: UUID
) -> tuple[list[TalkMessage], ShownConversation | None]:
    """Oldest first."""
    since, before, around = (_seq(request, name) for name in ("since", "before", "around"))
    if around is not None:
        first, end = around - MESSAGES // 2, around + MESSAGES // 2
        messages, shown = talk(user.pk, pk, Range(MESSAGES, first - 1, end))
        if messages:
            return messages, shown
    if since is not None:
        return talk(user.pk, pk, Range(MESSAGES, since))
    until = PAST_ALL if before is None else before
    messages, shown = talk(user.pk, pk, Range(MESSAGES, before=until, latest=True))
    return messages[::-1], shown


def _taken_back(request: HttpRequest, user: User, pk: UUID) -> str:
    """What ``?edit=`` names: a message that was taken back, to be said in other words."""
    with suppress(ValueError):
        message = UUID(request.GET.get("edit", ""))
        found = Message.objects.for_user(user).said_in(pk).filter(pk=message)
        return "".join(found.values_list("content", flat=True))
    return ""


def _seq(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
