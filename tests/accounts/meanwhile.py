"""What somebody else does at the very moment an account is saved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from accounts.models import User


@contextmanager
def just_before_saving(act: Callable[[], object]) -> Iterator[None]:
    """``act`` comes once, after all checks and before the row is written."""

    with pytest.MonkeyPatch.context() as patch:

        def before(write: Callable[..., None]) -> Callable[..., None]:
            def receive(user: User, *args: Any, **options: Any) -> None:
                patch.undo()
                act()
                write(user, *args, **options)

            return receive

        for name in ("keep", "save"):
            patch.setattr(User, name, before(getattr(User, name)))
        yield
