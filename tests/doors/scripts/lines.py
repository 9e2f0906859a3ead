"""How a client in Python is told what to do: a line of JSON each, as is what came of it."""

import json
import sys
import traceback
from collections.abc import Callable
from typing import Any


def serve(*acts: Callable[..., Any]) -> None:
    """Call the function that each line names with the rest: ``{"do": "say", "text": "Hello"}``."""
    named = {act.__name__: act for act in acts}
    for line in sys.stdin:
        details = json.loads(line)
        try:
            said = {"answer": named[details.pop("do")](**details)}
        except Exception:
            said = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
