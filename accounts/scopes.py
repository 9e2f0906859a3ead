"""What a key may do, wherever somebody comes with one.

A view says in class attributes, each a set of its actions or else of methods, what is not the rule
that safe methods read and all others change: ``only_reads``, ``asks`` (nothing is changed unasked,
as by a turn) and ``by_hand`` (for no key at all).
"""

from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.authentication import key_of
from accounts.keys import Key, Scope


class MissingScope(APIException):
    status_code = 403
    default_code = "missing_scope"


class Need(StrEnum):
    READ = "read"
    WRITE = "write"
    """Nothing is changed unasked: a turn, or what becomes a proposal."""
    CHANGE = "change"
    """What cannot be asked for."""
    DELETE = "delete"
    """Likewise."""
    HAND = "hand"
    """The person's own, and no key's."""


ONLY_READS = _("This key may only read.")
ASKS_FIRST = _(
    "This key asks before each change, and this cannot be asked for: do it where you are signed in."
)
MAY_NOT_DELETE = _("This key may not delete, nor undo what was added.")
NO_KEY = _("No key may do this: do it where you are signed in.")


def refusal(key: Key | None, need: Need) -> str:
    """Why this key may not, in a sentence; blank: it may, as may who comes without one."""
    if key is None or need == Need.READ:
        return ""
    if need == Need.HAND:
        return str(NO_KEY)
    if Scope.WRITE not in key.scopes:
        return str(ONLY_READS)
    if need == Need.WRITE:
        return ""
    if key.asks:
        return str(ASKS_FIRST)
    return str(MAY_NOT_DELETE) if need == Need.DELETE and not key.may_delete else ""


def need(request: Request | HttpRequest, what: Need) -> None:
    """Raises MissingScope (403)."""
    if why := refusal(key_of(request), what):
        raise MissingScope(why)


class HasScope(BasePermission):
    """Among the default permissions, so that no view can forget it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises MissingScope."""
        need(request, _need_of(request, view))
        key = key_of(request)
        if key and request.method == "DELETE" and not key.may_delete:
            raise MissingScope(MAY_NOT_DELETE)
        return True


def _need_of(request: Request, view: Any) -> Need:
    method = "GET" if request.method == "HEAD" else request.method
    act = getattr(view, "action", None) or method
    if act in getattr(view, "by_hand", ()):
        return Need.HAND
    if method in SAFE_METHODS or act in getattr(view, "only_reads", ()):
        return Need.READ
    return Need.WRITE if act in getattr(view, "asks", ()) else Need.CHANGE
