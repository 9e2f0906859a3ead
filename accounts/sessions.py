"""Django's sessions in the database, each with its user: they are erased with the account."""

from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import IntegrityError


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        from accounts.models import Session

        return Session

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
