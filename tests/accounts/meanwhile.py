"""What somebody else does at the very moment an account is saved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models.signals import pre_save

from accounts.models import User


@contextmanager
def just_before_saving(act: Callable[[], object]) -> Iterator[None]:
    """``act`` comes once, after all checks and before the row is written."""

    def receive(sender: Any, **kwargs: Any) -> None:
        pre_save.disconnect(receive, User)
        act()

    pre_save.connect(receive, User)
    try:
        yield
    finally:
        pre_save.disconnect(receive, User)
