"""Whom a command is for."""

from django.core.management.base import CommandError

from accounts.models import User


def user_named(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no user {name}.")
    return user
