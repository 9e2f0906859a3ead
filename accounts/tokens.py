"""JWT pairs: a refresh token works once, and dies with the account, the password or at a revoke."""

from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.models import SpentToken, User


def issue(user: User) -> dict[str, str]:
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def renew(text: str) -> dict[str, str]:
    """A new pair for a refresh token, which is dead from then on. Raises InvalidToken."""
    return issue(revoke(text))


def revoke(text: str) -> User:
    """Whose token it was. Raises InvalidToken, also for the slower of two that use it at once."""
    token = _read(text)
    user = account_of(token)
    try:
        with transaction.atomic():
            SpentToken.objects.filter(user=user, expires_at__lte=timezone.now()).delete()
            expires_at = datetime.fromtimestamp(token["exp"], UTC)
            SpentToken.objects.create(jti=token["jti"], user=user, expires_at=expires_at)
    except IntegrityError:
        raise InvalidToken from None
    return user


def account_of(token: Token) -> User:
    """Whose token it is; 1 query. Raises InvalidToken, also when their password is another now."""
    try:
        user = User.objects.get(pk=token[api_settings.USER_ID_CLAIM], is_active=True)
    except (KeyError, ValueError, TypeError, OverflowError, User.DoesNotExist):
        raise InvalidToken from None
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password):
        raise InvalidToken
    return user


def _read(text: str) -> RefreshToken:
    try:
        return RefreshToken(text)  # type: ignore[arg-type]
    except TokenError:
        raise InvalidToken from None
