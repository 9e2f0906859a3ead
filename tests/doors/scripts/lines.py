"""How a client in Python is told what to do: a line of JSON each, as is what came of it."""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen


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


def ours(method: str, path: str) -> Any:
    """Ask our own API, for what a protocol has no words for."""
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"}
    request = Request(os.environ["URL"] + path, method=method, headers=headers)
    with urlopen(request) as answer:
        return json.loads(answer.read() or "null")


def conversation() -> str:
    """The id of the one that there is."""
    return str(ours("GET", "/api/conversations/")["results"][0]["id"])


def stop() -> None:
    ours("POST", f"/api/conversations/{conversation()}/cancel/")


def until_free() -> None:
    """Until the conversation answers no more."""
    while ours("GET", "/api/conversations/")["results"][0]["status"] == "busy":
        time.sleep(0.05)
