"""Words for a reminder, as people put them."""

from typing import Any

from todos.reminding.reminding import Reminding, broken

WHEN = "x"


def read(words: object, occasion: Any) -> list[Reminding]:
    raise broken("Not yet.")
