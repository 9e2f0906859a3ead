"""Who takes the dialogue through which door.

A driver is a client as people install it, in a script that is told what to do, or ourselves where
the door is our own. It has four functions: ``say(text)``, ``say_and_stop(text, after)``,
``say_and_cut(text, after)`` and ``decide(yes)``. Each returns ``text`` (of the reply, as the client
holds it), ``status`` (``completed``, ``failed`` or ``cancelled``), ``tools`` (names, of those it
heard of) and ``asked`` (whether it was asked for consent); None for what its door does not tell.
"""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from tests.doors.clients import node_client, python_client
from tests.doors.ours import Ours


class Driver(Protocol):
    def ask(self, do: str, **how: Any) -> dict[str, Any]: ...


class Script:
    """A script of `tests/doors/scripts/`, told ``more`` beside URL and TOKEN in its environment.

    ``door`` is that of the turns.
    """

    def __init__(self, script: str, door: str, **more: str) -> None:
        self._start = node_client if script.endswith(".mjs") else python_client
        self._script, self._more = script, more
        self.door = door

    def __call__(self, url: str, token: str) -> AbstractContextManager[Driver]:
        return self._start(self._script, url, token, **self._more)


DRIVERS: dict[str, Any] = {
    "api": Ours,
    "openai completions": Script("openai_completions.py", "openai"),
    "ag-ui": Script("ag_ui.mjs", "ag-ui"),
    "ai-sdk 7": Script("ai_sdk.mjs", "ai-sdk", AI="ai"),
    "ai-sdk 6": Script("ai_sdk.mjs", "ai-sdk", AI="ai-6"),
    "ai-sdk 5": Script("ai_sdk.mjs", "ai-sdk", AI="ai-5"),
    "chatkit": Script("chatkit_door.py", "chatkit"),
    "mcp": Script("mcp_door.py", "mcp"),
    "responses": Script("openai_responses.py", "openai"),
}
"""By the name of a door, and whatever tells its clients apart behind a space."""
