"""Who is asking, and through which door."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import AccessToken, Token

from accounts import outside, tokens
from accounts.keys import MARK, Key, is_formed
from accounts.models import User
from web.request_id import name_in_log


class SessionUser(AuthenticationMiddleware):
    """As Django's; the log tells who it is, whatever asks for them: a page, or the admin."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = cast(User, SimpleLazyObject(lambda: _signed_in(request)))


def _signed_in(request: HttpRequest) -> Any:
    user: Any = _come_along(request.session)
    if user is None:
        with _under_its_name(request.session):
            user = get_user(request)
    if user.is_authenticated:
        name_in_log(user_id=user.pk)
    return user


def _come_along(session: SessionBase) -> User | None:
    """Whom Django would find for this session by one query more; None: it is to be asked."""
    key, sign = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY)
    user: User | None = getattr(session, "user", None)
    if user is None or not user.is_active or key != str(user.pk) or not sign:
        return None
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    return user if constant_time_compare(sign, user.get_session_auth_hash()) else None


@contextmanager
def _under_its_name(session: SessionBase) -> Iterator[None]:
    """Django gives a session that an earlier SECRET_KEY verifies another name, and so signs out
    whoever asks twice at once: two tabs, or one whose answer is lost.
    """
    session.cycle_key = lambda: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        del session.cycle_key


class BearerAuthentication(JWTAuthentication):
    """A key or a token of ours; with EXTERNAL_SESSIONS also a session token of an outside login.

    Whose token it is a view may find by a query of its own, ``find_user``, with what it needs.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The user, and their key or what the token says."""
        self._find = getattr(_view_of(request), "find_user", tokens.active)
        header = self.get_header(request)
        raw = header and self.get_raw_token(header)
        if raw and raw.startswith(MARK.encode()):
            return _by_key(raw.decode("latin-1"), _door_of_view(request))
        try:
            return super().authenticate(request)
        except InvalidToken:
            if not settings.EXTERNAL_SESSIONS:
                raise
        token = self.get_header(request).split()[1].decode("latin-1")
        return outside.account_of(token), token

    def get_header(self, request: Request) -> bytes:
        """With the scheme as it is looked for: its case does not count (RFC 9110, 11.1)."""
        header = super().get_header(request)
        return header and re.sub(rb"(?i)^bearer\b", b"Bearer", header)

    def get_validated_token(self, raw_token: bytes) -> AccessToken:
        return tokens.read(AccessToken, raw_token)

    def get_user(self, validated_token: Token) -> Any:
        return tokens.account_of(validated_token, self._find)


def _by_key(text: str, door: str) -> tuple[User, Key]:
    """One query. Raises InvalidToken, whatever is wrong with it."""
    key = Key.objects.under(text).first() if is_formed(text) else None
    if key is None:
        raise InvalidToken
    key.note_use(door)
    return key.user, key


def is_staff(request: HttpRequest) -> bool:
    """Whether one of the staff is asking, by whatever they are signed in with."""
    try:
        who = BearerAuthentication().authenticate(Request(request))
    except AuthenticationFailed:
        return False
    user = who[0] if who else request.user
    return bool(user.is_active and user.is_staff)


def user_of(request: Request | HttpRequest) -> User:
    """The account behind a request; nobody else is let through to where this is asked."""
    user = cast(User, request.user)
    name_in_log(user_id=user.pk)
    return user


def key_of(request: Request | HttpRequest) -> Key | None:
    """The key that somebody came with; None for a token, and for a session."""
    key = getattr(request, "auth", None)
    return key if isinstance(key, Key) else None


def door_of(request: Request | HttpRequest) -> str:
    """``page`` for the session of the page; else what the view says as ``door``, or ``api``."""
    return "page" if getattr(request, "auth", None) is None else _door_of_view(request)


def _door_of_view(request: Request | HttpRequest) -> str:
    return getattr(_view_of(request), "door", "api")


def _view_of(request: Request | HttpRequest) -> Any:
    context = getattr(request, "parser_context", None) or {}
    return context.get("view")
