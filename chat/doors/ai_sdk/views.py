"""`useChat` of the AI SDK, as it comes (docs/doors.md)."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import user_of
from chat import sse
from chat.doors.ai_sdk import asked, chats
from chat.doors.ai_sdk.wire import HEADERS, Wire
from chat.follow import follow, turn_to_follow
from chat.telling import Telling
from chat.turns import take
from conversations.models import Turn
from web.idempotency import REPLAYED


class ChatView(APIView):
    door = chats.DOOR
    asks = frozenset({"POST"})

    def post(self, request: Request) -> HttpResponseBase:
        """Say the newest message, or answer what was asked; told as a UI message stream."""
        told = asked.read(request.data)
        if told.said:
            turn, replayed = chats.say(request, told.chat, told.said)
        else:
            turn, replayed = chats.answer(request, told.chat, told.given)
        is_5 = told.by_5 or _is_5(request)
        wire = Wire(earlier=chats.message_before(turn), is_5=is_5)
        if replayed:
            return sse.respond(_from_rows(turn, wire), HEADERS | REPLAYED)
        return sse.respond(
            sse.Live(take(turn, user_of(request), streamed=True), Telling.of(turn, wire)), HEADERS
        )


class StreamView(APIView):
    door = chats.DOOR

    def get(self, request: Request, chat: str) -> HttpResponseBase:
        """The open turn again, from its start."""
        conversation = chats.conversation_of(user_of(request), chat)
        turn = turn_to_follow(conversation, None) if conversation else None
        if turn is None:
            return HttpResponse(status=status.HTTP_204_NO_CONTENT)
        wire = Wire(earlier=chats.message_before(turn), whole=True, is_5=_is_5(request))
        return sse.respond(_from_rows(turn, wire), HEADERS)


def as_words(problem: dict[str, Any]) -> str:
    """`useChat` shows its user the whole body of what went wrong."""
    return f"{problem['detail']} (request {problem['request_id']})"


def _is_5(request: Request) -> bool:
    return request.headers.get("X-AI-SDK", "").partition(".")[0] == "5"


class _TakenOver(Exception):
    """Another process has begun the turn anew."""


def _from_rows(turn: Turn, wire: Wire) -> Iterator[bytes]:
    """To the end of the attempt: of what was told of it nothing can be taken back here.

    A client that resumes then is told the next one.
    """
    begun = False

    def begin(turn: Turn) -> Telling:
        nonlocal begun
        if begun:
            raise _TakenOver
        begun = True
        return Telling.of(turn, wire)

    try:
        yield from follow(turn, begin)
    except _TakenOver:
        return
