"""What chat pages ask a model beside the conversation: a title, tags, what could be asked next.

Nobody has said that, so it is no message of the person's: it is answered without a turn.
"""

import json
import re
from collections.abc import Mapping

from chat.doors.openai.said import Said

OPEN_WEBUI = "X-OpenWebUI-Task"
OPEN_WEBUI_ASKS = ("### Task:", "<chat_history>")
LIBRECHAT_ASKS = (
    ("Provide a concise, 5-word-or-less title for the conversation", "Conversation:\n"),
    ("Analyze this conversation and provide:", "A concise title in the detected language"),
)
FIRST_WORDS = re.compile(r"^[ \t]*(?:USER|User|Human):[ \t]*(\S.*)$", re.M)
LONGEST_TITLE = 50


def side_answer(said: Said, headers: Mapping[str, str]) -> str | None:
    """The answer to what a chat page asks for itself; None: it is a message like others.

    Such a question comes alone, with what was said so far within it. Open WebUI tells in a header
    that it is one, if it is set up so.
    """
    alone = not said.history
    if alone and any(_is_like(said.text, asks) for asks in LIBRECHAT_ASKS):
        return _title(said.text)
    task = headers.get(OPEN_WEBUI, "")
    is_task = task.strip("{} ") not in ("", "TASK")  # a placeholder that nobody has filled
    if is_task or (alone and _is_like(said.text, OPEN_WEBUI_ASKS)):
        nothing = {"tags": [], "follow_ups": [], "queries": [], "text": "", "prompt": ""}
        return json.dumps({"title": _title(said.text), **nothing}, ensure_ascii=False)
    return None


def _is_like(text: str, asks: tuple[str, str]) -> bool:
    start, within = asks
    return text.startswith(start) and within in text


def _title(text: str) -> str:
    """What the user said first, of what the page has put into its question."""
    found = FIRST_WORDS.search(text)
    return " ".join(found[1].split())[:LONGEST_TITLE] if found else "Todo Chat"
