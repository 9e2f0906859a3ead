"""``POST /v1/chat/completions``: the newest message as a turn, answered whole or in chunks."""

from collections import deque
from datetime import date
from functools import partial
from typing import cast
from uuid import uuid4

from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chat import sse
from chat.doors.openai import DOOR
from chat.doors.openai.again import refused, tried_before
from chat.doors.openai.chunks import DONE, FIRST, Chunks, chunk, completion, head, whole
from chat.doors.openai.errors import TurnFailed
from chat.doors.openai.said import CompletionSerializer, Said, read
from chat.doors.openai.side import side_answer
from chat.doors.openai.threads import OURS, began, thread_of, thread_of_key
from chat.doors.openai.usage import completion_usage
from chat.errors import TurnInProgress
from chat.follow import follow
from chat.send import Asker, send
from chat.telling import Telling
from chat.turns import TurnEnded, take
from conversations.models import Turn
from web.idempotency import HEADER, REPLAYED


class CompletionsView(APIView):
    door = DOOR
    asks = {"POST"}

    def post(self, request: Request) -> HttpResponseBase:
        form = CompletionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        said = read(asked["messages"])
        stream, usage = asked["stream"], bool(asked["stream_options"].get("include_usage"))
        beside = side_answer(said, request.headers)
        if beside is not None:
            return _told_beside(beside, stream=stream)

        asker = Asker.of(request, DOOR)
        turn, replayed = self._send(asker, said, asked["user"])
        self.headers |= {OURS: str(turn.conversation_id), **(REPLAYED if replayed else {})}
        today = asker.user.local_now().date()

        def told(turn: Turn) -> Telling:
            return Telling.of(turn, Chunks(turn, today, usage))

        if replayed and stream:
            return sse.respond(follow(turn, told), {})
        if replayed:
            deque(follow(turn, told), maxlen=0)  # it may be open still
            return _whole(TurnEnded(turn), today)
        events = take(turn, asker.user, streamed=stream)
        if stream:
            return sse.respond(sse.Live(events, told(turn)), {})
        *_, ended = events
        return _whole(cast(TurnEnded, ended), today)

    def _send(self, asker: Asker, said: Said, client_user: str) -> tuple[Turn, bool]:
        """The turn that is ours to take, or (``True``) one that is told from its rows."""
        request, headers = self.request, self.request.headers
        asked_before = partial(began, said=said, headers=headers, client_user=client_user)
        if before := tried_before(request, asker.user, asked_before):
            return before
        key = headers.get(HEADER)
        where = thread_of(asker.user, said, headers, client_user)
        begun = Turn.objects.with_key(asker.user.pk, key).first() if key else None
        if begun:
            where = thread_of_key(begun, said.text, where)
        with refused(self.headers, request, asker.user, asked_before):
            return send(asker, where, said.text, key)


def _whole(ended: TurnEnded, today: date) -> Response:
    turn = ended.turn
    if turn.status == Turn.Status.IN_PROGRESS:  # another process has taken it over, or must
        raise TurnInProgress(Turn.objects.just(turn))
    if turn.error:
        raise TurnFailed(turn, ended.retry_after)
    return Response(whole(turn, today))


def _told_beside(text: str, *, stream: bool) -> HttpResponseBase:
    """What is no message of a conversation is no turn."""
    top = head(uuid4(), timezone.now())
    if not stream:
        return Response(completion(top, text, "stop", completion_usage(None)))
    chunks = [chunk(top, FIRST), chunk(top, {"content": text}), chunk(top, {}, "stop")]
    return sse.respond([*map(sse.data_line, chunks), DONE], {})
