"""Who is asking, and through which door."""

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.models import User


def user_of(request: Request | HttpRequest) -> User:
    """The account behind a request; nobody else is let through to where this is asked."""
    return cast(User, request.user)


def door_of(request: Request) -> str:
    """``api`` for who comes with a token, ``page`` for the session of the page."""
    return "page" if request.auth is None else "api"
