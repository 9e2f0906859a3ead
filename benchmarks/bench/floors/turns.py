"""A turn as the barest view takes it: two INSERTs, one SELECT of 50 rows, and one request."""

import json
import os
from functools import cache
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from openai import OpenAI, Stream

TABLE = """
    CREATE TABLE floor_message (
        id {key}, conversation integer NOT NULL, role varchar(9) NOT NULL, content text NOT NULL,
        created_at {moment} NOT NULL DEFAULT CURRENT_TIMESTAMP
    )"""
INDEX = "CREATE INDEX floor_message_place ON floor_message (conversation, id)"
KEYS = {
    "postgresql": {"key": "bigserial PRIMARY KEY", "moment": "timestamptz"},
    "sqlite": {"key": "integer PRIMARY KEY", "moment": "datetime"},
}
SAY = "INSERT INTO floor_message (conversation, role, content) VALUES (%s, %s, %s)"
READ = "SELECT role, content FROM floor_message WHERE conversation = %s ORDER BY id DESC LIMIT 50"


@cache
def model() -> OpenAI:
    return OpenAI(api_key="none", base_url=os.environ["OPENAI_BASE_URL"], max_retries=0)


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def bare(request: HttpRequest) -> HttpResponse:
    """F1."""
    return _taken(request, lambda messages: messages[-1]["content"])


def with_the_model(request: HttpRequest) -> HttpResponse:
    """F2."""
    return _taken(request, _answer)


def with_its_stream(request: HttpRequest) -> HttpResponse:
    """F2, where the model is asked for a stream, as Todo Chat asks for one."""
    return _taken(request, _streamed)


def _streamed(messages: list[dict[str, str]]) -> str:
    body = {"model": "scripted-1", "messages": messages, "stream": True}
    pieces: Any = model().post(
        "/chat/completions", cast_to=object, body=body, stream=True, stream_cls=Stream[object]
    )
    deltas = [choice["delta"] for piece in pieces for choice in piece["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


def _answer(messages: list[dict[str, str]]) -> str:
    body = {"model": "scripted-1", "messages": messages}
    said: Any = model().post("/chat/completions", cast_to=object, body=body)
    return str(said["choices"][0]["message"]["content"])


def _taken(request: HttpRequest, answer: Any) -> HttpResponse:
    said = json.loads(request.body)
    conversation, message = said["conversation"], said["message"]
    with connection.cursor() as cursor:
        cursor.execute(SAY, [conversation, "user", message])
        cursor.execute(READ, [conversation])
        earlier = [{"role": role, "content": content} for role, content in cursor.fetchall()]
        reply = answer(earlier[::-1])
        cursor.execute(SAY, [conversation, "assistant", reply])
    return JsonResponse({"conversation": conversation, "message": message, "reply": reply})
