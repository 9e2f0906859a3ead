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
from rest_framework.views import APIView

from accounts.authentication import user_of
from accounts.models import User
from accounts.tokens import active
from conversations.models import Turn, shown
from conversations.models.shown import ShownConversation, ShownMessage
from web.pagination import Page


class OfOneConversation(APIView):
    """A view of it: where a client tells what it has, the version comes with who is asking."""

    def find_user(self, number: int) -> list[User]:
        if id := self._id_to_compare():
            return shown.user_with_version(number, id)
        return active(number)

    def unchanged(self) -> Response | None:
        """304, where the client has what is shown; 1 query, unless that came with the user."""
        id, user = self._id_to_compare(), user_of(self.request)
        if id is None:
            return None
        came: Any = getattr(user, "changed_at", None), getattr(user, "message_count", None)
        version = came if came[0] else shown.version(user.pk, id)
        return version and not_modified(self.request, _tag(version))

    def _id_to_compare(self) -> UUID | None:
        if "If-None-Match" not in self.request.headers:
            return None
        try:
            return UUID(str(self.kwargs.get("pk")))
        except ValueError:
            return None


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
    rows = [(row.id.int, row.changed_at.timestamp(), row.busy) for row in page.rows]
    return _tag((rows, page.next, page.previous))


def not_modified(request: Request, tag: str) -> Response | None:
    """304, where the client has what has this tag."""
    theirs = parse_etags(request.headers.get("If-None-Match", ""))
    has_it = theirs == ["*"] or tag in (f"W/{each.removeprefix('W/')}" for each in theirs)
    return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag}) if has_it else None


def _tag(version: Any) -> str:
    """Another one for each release, which may show the same rows in another way."""
    return f'W/"{sha256(repr((settings.VERSION, version)).encode()).hexdigest()[:20]}"'
