"""Who is asking."""

from typing import cast

from rest_framework.request import Request

from accounts.models import User


def user_of(request: Request) -> User:
    """The account behind a request; IsAuthenticated has let nobody else through."""
    return cast(User, request.user)
