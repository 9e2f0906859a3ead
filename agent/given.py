"""What every model is given before a conversation: instructions and tools, as one version."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from agent import tools
from agent.prompt import INSTRUCTIONS
from text import as_json


@dataclass(frozen=True)
class Given:
    """``hash`` is the sha256 of both, as hex."""

    hash: str
    text: str
    tools: list[dict[str, Any]]


@cache
def given() -> Given:
    """By this version of the product."""
    specifications = tools.specifications()
    both = as_json({"text": INSTRUCTIONS, "tools": specifications})
    return Given(sha256(both.encode()).hexdigest(), INSTRUCTIONS, specifications)
