"""JWT pairs: a refresh token works once, and dies with the account, the password or at a revoke."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

import jwt
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from jwt.algorithms import HMACAlgorithm
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.compiled import compiled, planned_ahead
from accounts.models import SpentToken, User

TIMES = ("exp", "iat", "nbf")
ID = re.compile(r"[0-9a-f]{32}")

Kind = TypeVar("Kind", bound=Token)


class _HMAC(HMACAlgorithm):
    """PyJWT's, which would look with each token whether its key is one of another kind."""

    prepare_key = staticmethod(cache(HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key))


jwt.unregister_algorithm("HS256")
jwt.register_algorithm("HS256", _HMAC(HMACAlgorithm.SHA256))


def issue(user: User) -> dict[str, str]:
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def renew(text: str) -> dict[str, str]:
    """A new pair for a refresh token, which is dead from then on. Raises InvalidToken."""
    return issue(revoke(text))


def revoke(text: str) -> User:
    """Whose token it was. Raises InvalidToken, also for the slower of two that use it at once."""
    token = read(RefreshToken, text)
    user = account_of(token)
    try:
        with transaction.atomic():
            over = timezone.now() - api_settings.LEEWAY
            SpentToken.objects.filter(user=user, expires_at__lte=over).delete()
            expires_at = datetime.fromtimestamp(token["exp"], UTC)
            SpentToken.objects.create(jti=token["jti"], user=user, expires_at=expires_at)
    except IntegrityError:
        raise InvalidToken from None
    return user


def read(kind: type[Kind], text: str | bytes) -> Kind:
    """A token that we made, and whose time it is. Raises InvalidToken, whatever it claims."""
    token = _verified(kind, text)
    makes_sense = all(_is_time(token[claim]) for claim in TIMES if claim in token)
    if not (makes_sense and ID.fullmatch(token[api_settings.JTI_CLAIM])):
        raise InvalidToken
    return token


def _verified(kind: type[Kind], text: str | bytes) -> Kind:
    """By the key that signs, or by one that did before or will."""
    for each in (kind, *(_verified_by(key, kind) for key in settings.JWT_VERIFYING_KEYS)):
        with suppress(TokenError, TypeError, ValueError, OverflowError, OSError):
            return each(text)  # type: ignore[arg-type]
    raise InvalidToken


def _verified_by(key: str, kind: type[Kind]) -> type[Kind]:
    """Such tokens, signed with another key than ours; what is made of one has ours."""
    backend = TokenBackend(
        api_settings.ALGORITHM,
        key,
        audience=api_settings.AUDIENCE,
        issuer=api_settings.ISSUER,
        leeway=api_settings.LEEWAY,
    )
    return type(kind.__name__, (kind,), {"_token_backend": backend})


def _is_time(claim: Any) -> bool:
    """A NumericDate (RFC 7519), of which no clock of a host can be before 1970."""
    return type(claim) in (int, float) and claim >= 0


@planned_ahead
@compiled
def active(number: int) -> QuerySet[User]:
    return User.objects.filter(pk=number, is_active=True)


def account_of(token: Token, find: Callable[[int], list[User]] = active) -> User:
    """Whose token it is; 1 query, which is to ``find`` an active user by their number.

    Raises InvalidToken, also when their password is another now.
    """
    number = token.get(api_settings.USER_ID_CLAIM)
    try:
        [user] = find(number)
    except (ValueError, TypeError, OverflowError):
        raise InvalidToken from None
    if str(number) != str(user.pk):  # 1.5 and true find somebody, too
        raise InvalidToken
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password):
        raise InvalidToken
    return user
