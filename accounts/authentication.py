"""Who is asking, and through which door."""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import AccessToken, Token

from accounts import outside, tokens
from accounts.models import User
from web.request_id import name_in_log


class SessionUser(AuthenticationMiddleware):
    """As Django's; the log tells who it is, whatever asks for them: a page, or the admin."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = cast(User, SimpleLazyObject(lambda: _signed_in(request)))


def _signed_in(request: HttpRequest) -> Any:
    user = get_user(request)
    if user.is_authenticated:
        name_in_log(user_id=user.pk)
    return user


class BearerAuthentication(JWTAuthentication):
    """A token of ours; with EXTERNAL_SESSIONS also the session token of an outside login."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The user, and what the token says."""
        try:
            return super().authenticate(request)
        except InvalidToken:
            if not settings.EXTERNAL_SESSIONS:
                raise
        token = self.get_header(request).split()[1].decode("latin-1")
        return outside.account_of(token), token

    def get_validated_token(self, raw_token: bytes) -> AccessToken:
        return tokens.read(AccessToken, raw_token)

    def get_user(self, validated_token: Token) -> Any:
        return tokens.account_of(validated_token)


class BearerScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.BearerAuthentication"


def user_of(request: Request | HttpRequest) -> User:
    """The account behind a request; nobody else is let through to where this is asked."""
    user = cast(User, request.user)
    name_in_log(user_id=user.pk)
    return user


def door_of(request: Request | HttpRequest) -> str:
    """``api`` for who comes with a token, ``page`` for the session of the page."""
    return "page" if getattr(request, "auth", None) is None else "api"
