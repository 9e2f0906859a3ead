"""How rows are spread where there are too many for one server: an owner's are all in one shard."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

WHOLE = {
    "accounts.User": "found by its name, its mail or its id elsewhere, before anyone is known",
    "accounts.User_groups": "read with the user's rights, and written by operators",
    "accounts.User_user_permissions": "likewise",
    "accounts.Session": "found by its key, and of nobody until somebody signs in",
    "accounts.SpentToken": "found by the id of a token",
    "accounts.Key": "found by the hash of what signs in",
    "admin.LogEntry": "what operators did, whosever it was done to",
    "reminders.PushSubscription": "a device is one user's: its address is unique among all",
    "transfer.CalendarFeed": "found by the hash of its secret",
}
"""Tables with a user whose rows are together at one place, and why."""


def distributed() -> Iterator[type[models.Model]]:
    """The models whose rows are spread by ``user_id``: all that have a user and are not whole."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label not in WHOLE and "user" in _columns(model):
            yield model


def key_fields() -> list[str]:
    """Of these a distributed row has a key: SQLite, where nothing is spread, asks for no owner."""
    return ["id"] if connection.vendor == "sqlite" else ["id", "user"]


def _columns(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields}
