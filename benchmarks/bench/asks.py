"""What the clients ask for: requests as bytes, and what their answers must have."""

import json
import secrets
from typing import Any
from urllib.parse import urlencode

from benchmarks.bench.driver import Ask
from benchmarks.bench.rows import Person


def plain(person: Person, conversation: str, kind: str = "plain", **more: Any) -> Ask:
    """A turn; its kind is that of the model's answer."""
    word = secrets.token_hex(4)
    said = {"message": f"[{kind} {word}]", "conversation_id": conversation, **more}
    expected = (f"{word} word0".encode(),)
    return Ask(post("/api/chat/", said, person.token), expected)


def tool(person: Person, conversation: str, kind: str = "tool") -> Ask:
    """A turn in which a task is made, or three with ``kind`` tools."""
    word = secrets.token_hex(4)
    said = {"message": f"[{kind} {word}]", "conversation_id": conversation}
    made = (b'"status":"succeeded"', f'"title":"Task {word}"'.encode(), f"{word} word0".encode())
    return Ask(post("/api/chat/", said, person.token), made)


def floor(path: str, conversation: int) -> Ask:
    """What a bare view is told; the one without a model says it again."""
    word = secrets.token_hex(4)
    said = {"message": f"[plain {word}]", "conversation": conversation}
    reply = said["message"] if path == "/f1/" else f"{word} word0"
    return Ask(post(path, said), (f'"reply": "{reply}'.encode(),))


def post(path: str, value: Any, token: str = "") -> bytes:
    body = json.dumps(value).encode()
    head = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return _request("POST", path, head, token) + body


def get(path: str, token: str = "", headers: dict[str, str] | None = None, **query: str) -> bytes:
    return _request("GET", f"{path}?{urlencode(query)}" if query else path, headers or {}, token)


def _request(method: str, path: str, headers: dict[str, str], token: str) -> bytes:
    own = {"Authorization": f"Bearer {token}"} if token else {}
    lines = [
        f"{name}: {value}\r\n" for name, value in ({"Host": "127.0.0.1"} | own | headers).items()
    ]
    return f"{method} {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode()
