"""Which channels a reminder of a user will truly ring on."""

from accounts.models import User
from reminders.models import Channels


def channels_of(user: User) -> tuple[str, ...]:
    """In the order ``page``, ``push``, ``mail``, ``webhook``."""
    return Channels.of(user).ringing
