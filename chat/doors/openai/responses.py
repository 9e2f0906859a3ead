"""The Responses API: each turn is a response, whichever door it came by.

https://developers.openai.com/api/reference/resources/responses
"""

from collections import deque
from functools import partial
from time import monotonic, sleep
from typing import Any, cast
from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import user_of
from chat import sse
from chat.doors.openai import DOOR, ids, items
from chat.doors.openai.again import refused, tried_before
from chat.doors.openai.asked import ItemsSerializer, NewResponseSerializer, RetrieveSerializer
from chat.doors.openai.places import Place, began_here, place_of
from chat.doors.openai.response import begun, settled
from chat.doors.openai.threads import OURS
from chat.doors.openai.wire import ResponseWire
from chat.follow import follow
from chat.send import Asker, send
from chat.telling import Telling
from chat.turns import TurnEnded, take
from chat.withdraw import withdraw
from conversations.models import Turn
from todos.origins import origin_of
from web.connections import release_connection
from web.idempotency import HEADER, REPLAYED

STOPS_WITHIN = 5.0  # seconds after which nobody waits any more for a turn to hear of its end
POLL_SECONDS = 0.1


class ResponsesView(GenericAPIView[Turn]):
    door = DOOR
    asks = {"POST"}

    def post(self, request: Request) -> HttpResponseBase:
        """Take a turn; with `background` it is answered at once that it goes on."""
        form = NewResponseSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        asker = Asker.of(request, DOOR)
        turn, replayed, place = _send(request, asker, asked, self.headers)
        headers = {OURS: str(turn.conversation_id), **(REPLAYED if replayed else {})}
        if replayed:
            return _told(turn, headers, stream=asked["stream"], wait=not asked["background"])
        previous = place.before(turn)
        events = take(turn, asker.user, streamed=asked["stream"])
        if asked["stream"]:
            return sse.respond(sse.Live(events, _telling(turn, previous)), headers)
        if asked["background"]:
            body = begun(turn, previous)
            sse.Live(events, _telling(turn, previous))  # in a thread of its own
            return Response(body, headers=headers)
        *_, ended = events
        return Response(settled(cast(TurnEnded, ended).turn, previous), headers=headers)


def _send(
    request: Request, asker: Asker, asked: dict[str, Any], headers: dict[str, str]
) -> tuple[Turn, bool, Place]:
    """The turn that is ours to take, or (``True``) one that is told from its rows."""
    began = partial(began_here, asked=asked, headers=request.headers)
    if before := tried_before(request, asker.user, began):
        return *before, Place(None)
    key = request.headers.get(HEADER)
    place = place_of(asker.user, asked, request.headers, key)
    with refused(headers, request, asker.user, began):
        return *send(asker, place.where, asked["input"].text, key), place


class OneResponse(GenericAPIView[Turn]):
    door = DOOR
    queryset = Turn.objects.none()

    def get_turn(self) -> Turn:
        """Raises Http404 and Message.DoesNotExist, also for a turn that was withdrawn."""
        turns = Turn.objects.for_user(user_of(self.request)).standing().of_kept_conversations()
        turn = get_object_or_404(turns.read_now(), pk=ids.read("resp", self.kwargs["id"]))
        turn.load_messages()
        return turn


class ResponseView(OneResponse):
    def get(self, request: Request, id: str) -> HttpResponseBase:
        """As it stands; or as a stream, from its start or behind an event."""
        query = RetrieveSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        return _told(self.get_turn(), {}, stream=asked["stream"], behind=asked["starting_after"])

    def delete(self, request: Request, id: str) -> Response:
        """Withdraw it, if it is the last one of its conversation; what it did stays."""
        turn = self.get_turn()
        withdraw(user_of(request), turn.reply.pk, origin_of(request), keep=True)
        return Response({"id": id, "object": "response", "deleted": True})


class CancelResponseView(OneResponse):
    asks = {"POST"}

    def post(self, request: Request, id: str) -> Response:
        """Stop this one, if it goes on; what it said and did stays."""
        turn = self.get_turn()
        turn.conversation.cancel(turn.reply.pk)
        give_up = monotonic() + STOPS_WITHIN
        while turn.shown_status == Turn.Status.IN_PROGRESS and monotonic() < give_up:
            release_connection()
            sleep(POLL_SECONDS)
            turn.reload()
        return Response(settled(turn, turn.turn_before()))


class InputItemsView(OneResponse):
    def get(self, request: Request, id: str) -> Response:
        """The message that it answers."""
        query = ItemsSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        said = items.said(self.get_turn().user_message)
        after = query.validated_data["after"]
        if after not in ("", said["id"]):
            raise Http404
        return Response(items.listed([] if after else [said], query.validated_data["limit"]))


def _told(
    turn: Turn, headers: dict[str, str], *, stream: bool, behind: int = 0, wait: bool = False
) -> HttpResponseBase:
    """From its rows; whole ``wait`` makes for its end, if it is open."""
    previous = turn.turn_before()
    events = follow(turn, partial(_telling, previous=previous, behind=behind))
    if stream:
        return sse.respond(events, headers)
    if wait:
        deque(events, maxlen=0)
    return Response(settled(turn, previous), headers=headers)


def _telling(turn: Turn, previous: UUID | None, behind: int = 0) -> Telling:
    """All of it for who was told of an earlier attempt: its reply begins anew."""
    wire = ResponseWire(turn, previous)
    return Telling.of(turn, wire, max(0, behind - wire.number_before))
