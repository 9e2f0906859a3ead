"""The ids of OpenAI's objects, made of ours: nothing has to be kept to read them back."""

import re
from typing import Literal
from uuid import UUID

Kind = Literal["resp", "conv", "msg", "fc", "fco", "call"]
MADE = re.compile(r"([a-z]+)_([0-9a-f]{32})")


def made(kind: Kind, key: UUID) -> str:
    return f"{kind}_{key.hex}"


def read(kind: Kind, id: str) -> UUID | None:
    """``None`` for what is no id of this kind, as we make them."""
    found = MADE.fullmatch(id)
    return UUID(found[2]) if found and found[1] == kind else None
