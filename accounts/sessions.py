"""Django's sessions in the database, each with its user: they are erased with the account."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import IntegrityError, models
from django.utils import timezone

from accounts.compiled import compiled


class Session(AbstractBaseSession):
    """A sign-in of a browser; Django's own would outlive its user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        return SessionStore


@compiled
def _kept(key: str, now: datetime) -> models.QuerySet[Session]:
    found = Session.objects.filter(session_key=key, expire_date__gt=now)
    return found.select_related("user")


class SessionStore(DatabaseStore):
    user: Any = None  # read with the session, to be looked at before it is believed

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _validate_session_key(self, key: Any) -> bool:
        """PostgreSQL cannot even be asked for what is no text."""
        is_valid: bool = super()._validate_session_key(key)  # type: ignore[misc]
        return is_valid and "\0" not in key

    def _get_session_from_db(self) -> Session | None:
        found = _kept(self.session_key or "", timezone.now())
        if not found:
            self._session_key = None
            return None
        self.user = found[0].user
        return found[0]

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        session: Any = super().create_model_instance(data)
        session.user_id = data.get("_auth_user_id")
        return session  # type: ignore[no-any-return]

    def save(self, must_create: bool = False) -> None:
        """Raises UpdateError, also when the user was erased in the meantime."""
        try:
            super().save(must_create)
        except IntegrityError:
            raise UpdateError from None
