"""JWT pairs: a refresh token works once, and dies with the account, the password or at a revoke."""

from typing import cast

from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.models import User


def issue(user: User) -> dict[str, str]:
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def renew(text: str) -> dict[str, str]:
    """A new pair for a refresh token, which is dead from then on. Raises InvalidToken."""
    return issue(revoke(text))


def revoke(text: str) -> User:
    """Whose token it was. Raises InvalidToken, also for the slower of two that use it at once."""
    token = _read(text)
    user = _account_of(token)
    _, was_alive = cast("tuple[BlacklistedToken, bool]", token.blacklist())
    if not was_alive:
        raise InvalidToken
    return user


def _read(text: str) -> RefreshToken:
    try:
        return RefreshToken(text)  # type: ignore[arg-type]
    except TokenError:
        raise InvalidToken from None


def _account_of(token: RefreshToken) -> User:
    try:
        user = User.objects.get(pk=token[api_settings.USER_ID_CLAIM], is_active=True)
    except (KeyError, ValueError, TypeError, User.DoesNotExist):
        raise InvalidToken from None
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password):
        raise InvalidToken
    return user
