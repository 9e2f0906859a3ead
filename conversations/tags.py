"""The ETag of what is shown of a conversation (RFC 9110, 8.8.3): when that has changed last.

Whatever changes what is shown sets ``changed_at``, but for a turn that is in progress: what shows
one has no tag. A list of conversations has the tag of the rows that it shows, and of whether others
stand beside them.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.models import Turn, shown
from conversations.models.shown import ShownConversation, ShownMessage
from web.pagination import Page


def unchanged(request: Request, user: int, id: UUID) -> Response | None:
    """304, where the client has what is shown; 1 query, for who tells what they have."""
    version = shown.version(user, id) if "If-None-Match" in request.headers else None
    return version and not_modified(request, _tag(version))


def headers(
    conversation: ShownConversation, messages: Iterable[ShownMessage] = ()
) -> dict[str, str]:
    """Those of an answer that shows them."""
    behind = (message.turn_behind for message in messages)
    is_open = any(turn and turn.status == Turn.Status.IN_PROGRESS for turn in behind)
    if conversation.busy or is_open:
        return {}
    return {"ETag": _tag((conversation.changed_at, conversation.message_count))}


def of_list(page: Page) -> str:
    rows = [(row.id, row.changed_at, row.busy) for row in page.rows]
    return _tag((rows, page.next, page.previous))


def not_modified(request: Request, tag: str) -> Response | None:
    """304, where the client has what has this tag."""
    theirs = parse_etags(request.headers.get("If-None-Match", ""))
    has_it = theirs == ["*"] or tag in (f"W/{each.removeprefix('W/')}" for each in theirs)
    return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag}) if has_it else None


def _tag(version: Any) -> str:
    """Another one for each release, which may show the same rows in another way."""
    return f'W/"{sha256(repr((settings.VERSION, version)).encode()).hexdigest()[:20]}"'
