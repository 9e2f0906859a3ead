"""What chat pages ask a model beside the conversation: a title, tags, what could be asked next.

Nobody has said that, so it is no message of the person's: it is answered without a turn.
"""

import json
import re
from collections.abc import Mapping

OPEN_WEBUI = "X-OpenWebUI-Task"
LIBRECHAT = (
    "Provide a concise, 5-word-or-less title for the conversation",
    "Analyze this conversation and provide:",
)
FIRST_WORDS = re.compile(r"^\s*(?:USER|User|Human):\s*(\S.*)$", re.M)
LONGEST_TITLE = 50


def side_answer(text: str, headers: Mapping[str, str]) -> str | None:
    """The answer to what a chat page asks for itself; None: it is a message like others."""
    if text.startswith(LIBRECHAT):
        return _title(text)
    task = headers.get(OPEN_WEBUI, "")
    if task.strip("{} ") not in ("", "TASK") or _is_template(text):
        nothing = {"tags": [], "follow_ups": [], "queries": [], "text": "", "prompt": ""}
        return json.dumps({"title": _title(text), **nothing}, ensure_ascii=False)
    return None


def _is_template(text: str) -> bool:
    """Those of Open WebUI, for one that does not send the header."""
    return text.startswith("### Task:") and "<chat_history>" in text


def _title(text: str) -> str:
    """What the user said first, of what the page has put into its question."""
    found = FIRST_WORDS.search(text)
    return " ".join(found[1].split())[:LONGEST_TITLE] if found else "Todo Chat"
