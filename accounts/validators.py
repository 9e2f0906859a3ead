"""What a password may be, beside Django's own rules."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

LONGEST_PASSWORD = 128


class MaximumLengthValidator:
    """One of AUTH_PASSWORD_VALIDATORS: a longer one would only make the hash work."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(
                _("This password is too long. It may have %(max_length)d characters."),
                code="password_too_long",
                params={"max_length": LONGEST_PASSWORD},
            )

    def get_help_text(self) -> str:
        text = _("Your password can have up to %(max_length)d characters.")
        return text % {"max_length": LONGEST_PASSWORD}
