"""``POST /chatkit``: every type of request of the protocol, at one address."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import key_of, user_of
from accounts.scopes import Need, need
from chat import sse
from chat.answering import NotAsked
from chat.doors.chatkit import reading, requests
from chat.doors.chatkit.asking import hear
from chat.doors.chatkit.items import thread
from chat.doors.chatkit.leaving import StopsWhenLeft
from chat.doors.chatkit.wire import KEEP_ALIVE, Wire
from chat.errors import NotTheLastExchange
from chat.follow import follow
from chat.send import Asker, Where, send
from chat.telling import Telling
from chat.turns import take
from chat.withdraw import withdraw
from conversations.models import Conversation, Feedback, Message, Turn
from todos.models import Origin
from web.idempotency import HEADER, REPLAYED, IdempotencyKeyReused

LEAVING_STOPS = "leaving-stops"
Values = dict[str, Any]


class ChatKitView(APIView):
    door = "chatkit"
    only_reads = frozenset({"POST"})  # each type of request has its own need

    def post(self, request: Request) -> HttpResponseBase:
        asked = _read(requests.RequestSerializer, request.data)
        type_ = asked["type"]
        if type_ in requests.NOT_SERVED:
            raise requests.NotServed(requests.NOT_SERVED[type_])
        if type_ not in ACTS:
            unknown = ErrorDetail("ChatKit 1.6 has no such request.", code="invalid_choice")
            raise ValidationError({"type": [unknown]})
        act = ACTS[type_]
        need(request, act.need)
        return act.do(request, _read(act.params, asked["params"]))


def _read(form_of: type[requests.Params], data: Any) -> Values:
    form = form_of(data=data)
    form.is_valid(raise_exception=True)
    read: Values = form.validated_data
    return read


# What streams


def _create(request: Request, params: Values) -> HttpResponseBase:
    return _turn(request, None, params["input"]["message"], begins=True)


def _add_message(request: Request, params: Values) -> HttpResponseBase:
    where = reading.uuid_of(params["thread_id"])
    return _turn(request, where, params["input"]["message"])


def _add_answers(request: Request, params: Values) -> HttpResponseBase:
    conversation = _conversation(request, params)
    answers, again = params["input"]["answers"], bool(_sent_before(request))
    text, answered = hear(user_of(request), conversation, params["item_id"], answers, again=again)
    return _turn(request, conversation, text, answered=answered)


def _retry(request: Request, params: Values) -> HttpResponseBase:
    """Take the exchange back, if that was not done before in vain, and say its words anew."""
    conversation, user = _conversation(request, params), user_of(request)
    said = conversation.messages.filter(role=Message.Role.USER).select_related("turn")
    message = get_object_or_404(said, pk=reading.uuid_of(params["item_id"]))
    sent_before = _sent_before(request)
    if sent_before and sent_before.pk == message.turn_id:
        raise IdempotencyKeyReused
    removed = [item["id"] for item in reading.items_of_turn(user, message.turn)]
    if not message.turn.withdrawn_at:
        withdraw(user, message.pk, Origin.by(key_of(request), "chat"))
    elif not sent_before and message.seq + 1 < conversation.message_count:
        raise NotTheLastExchange
    try:
        return _turn(request, conversation, message.content, removed=removed)
    except NotAsked:  # somebody else has said it anew at this moment, or something else
        raise NotTheLastExchange from None


def _sent_before(request: Request) -> Turn | None:
    key = request.headers.get(HEADER)
    return Turn.objects.with_key(user_of(request).pk, key).first() if key else None


def _told_before(request: Request) -> list[str]:
    """The items of the reply to what is sent once more; they are told anew."""
    turn = _sent_before(request)
    told = reading.items_of_turn(user_of(request), turn) if turn else []
    return [item["id"] for item in told if item["type"] != "user_message"]


def _turn(
    request: Request, where: Where, text: str, removed: Sequence[str] = (), **of: Any
) -> HttpResponseBase:
    """``of`` is what the wire knows beside the turn."""
    asker, key = Asker.of(request, ChatKitView.door), request.headers.get(HEADER)
    gone = [*removed, *_told_before(request)]
    turn, replayed = send(asker, where, text, key)
    can_be_left = request.headers.get("Prefer") == LEAVING_STOPS and not replayed

    def begin(turn: Turn) -> Telling:
        wire = Wire(asker.user, removed=gone, can_be_left=can_be_left, **of)
        return Telling.of(turn, wire, keep_alive=KEEP_ALIVE)

    if replayed:
        return sse.respond(follow(turn, begin), REPLAYED)
    live = sse.Live(take(turn, asker.user, streamed=True), begin(turn))
    return sse.respond(StopsWhenLeft(live, turn) if can_be_left else live, {})


# What is answered at once


def _get(request: Request, params: Values) -> Response:
    """With its first items, as the package has it; the others are in items.list."""
    conversation = _conversation(request, params)
    first = _read(requests.PageParams, {"order": "asc"})
    return Response(thread(conversation, reading.items(user_of(request), conversation, **first)))


def _threads(request: Request, params: Values) -> Response:
    return Response(reading.threads(user_of(request), **params))


def _items(request: Request, params: Values) -> Response:
    conversation = _conversation(request, params)
    return Response(reading.items(user_of(request), conversation, **params))


def _feedback(request: Request, params: Values) -> Response:
    conversation, user = _conversation(request, params), user_of(request)
    for reply in reading.replies_of(user, conversation, params["item_ids"]):
        Feedback.objects.give(reply, params["kind"])
    return Response({})


def _rename(request: Request, params: Values) -> Response:
    conversation = _conversation(request, params)
    conversation.rename(params["title"])
    return Response(thread(conversation))


def _delete(request: Request, params: Values) -> Response:
    _conversation(request, params).remove()
    return Response({})


def _conversation(request: Request, params: Values) -> Conversation:
    return reading.conversation_of(user_of(request), params.pop("thread_id"))


class Act(NamedTuple):
    """A type of request: what a key must be allowed for it, its params, and what is done."""

    need: Need
    params: type[requests.Params]
    do: Callable[[Request, Values], HttpResponseBase]


ACTS = {
    "threads.create": Act(Need.WRITE, requests.CreateParams, _create),
    "threads.add_user_message": Act(Need.WRITE, requests.AddMessageParams, _add_message),
    "threads.add_structured_input": Act(Need.WRITE, requests.AddAnswersParams, _add_answers),
    "threads.retry_after_item": Act(Need.CHANGE, requests.ItemParams, _retry),
    "threads.get_by_id": Act(Need.READ, requests.ThreadParams, _get),
    "threads.list": Act(Need.READ, requests.PageParams, _threads),
    "threads.update": Act(Need.CHANGE, requests.RenameParams, _rename),
    "threads.delete": Act(Need.DELETE, requests.ThreadParams, _delete),
    "items.list": Act(Need.READ, requests.ItemsParams, _items),
    "items.feedback": Act(Need.WRITE, requests.FeedbackParams, _feedback),
}
