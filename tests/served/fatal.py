"""Todo Chat as it is served, whose process dies at one point of a turn: the app of a gunicorn.

Where it dies is told by a file of DATA_DIR, a line for each time: the next process reads the next
line. The product knows nothing of it; here its functions get a breakpoint, as a debugger would
set one.
"""

import os
import signal
from collections.abc import Callable
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

import config.wsgi
from chat.work import Work
from conversations.models import Conversation, Turn

application = config.wsgi.application
ORDERS = Path(os.environ["DATA_DIR"]) / "dies"


def obey(point: str) -> None:
    try:
        order, *others = ORDERS.read_text().split("\n")
    except FileNotFoundError:
        return
    if order == point:
        ORDERS.write_text("\n".join(others))
        os.kill(os.getpid(), signal.SIGKILL)


def breaks(owner: type, name: str) -> None:
    """Points ``before name`` and ``after name``, and with a number those of its n-th call."""
    function: Callable[..., Any] = getattr(owner, name)
    calls = count(1)

    @wraps(function)
    def with_breaks(*args: Any, **named: Any) -> Any:
        number = next(calls)
        obey(f"before {name}")
        obey(f"before {name} {number}")
        result = function(*args, **named)
        obey(f"after {name}")
        return result

    setattr(owner, name, with_breaks)


breaks(Work, "answer")
breaks(Work, "_execute")
breaks(Turn, "record")
breaks(Turn, "finish")
breaks(Conversation, "settle")
