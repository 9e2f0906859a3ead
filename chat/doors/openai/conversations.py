"""The Conversations API: our conversations, and what was said and done in them as items.

https://developers.openai.com/api/reference/resources/conversations
"""

from operator import itemgetter
from typing import Any

from django.http import Http404
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import user_of
from chat.doors.openai import DOOR, ids
from chat.doors.openai.asked import ConversationSerializer, ItemsSerializer, MetadataSerializer
from chat.doors.openai.items import Item, items_of, listed
from chat.withdraw import withdraw
from conversations.models import Conversation, Message
from todos.origins import origin_of


class ItemsNotTaken(APIException):
    status_code = 400
    default_code = "items_not_taken"
    default_detail = "Nothing is put into a conversation: say it with POST /v1/responses."


class ConversationsView(GenericAPIView[Conversation]):
    door = DOOR
    asks = {"POST"}

    def post(self, request: Request) -> Response:
        """Begin an empty one; `items` are a client's word for what was said, and left unread."""
        form = ConversationSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(
            told(Conversation.objects.create(user=user_of(request), **form.validated_data))
        )


class OneConversation(GenericAPIView[Conversation]):
    door = DOOR
    queryset = Conversation.objects.none()

    def get_conversation(self) -> Conversation:
        mine = Conversation.objects.for_user(user_of(self.request))
        return get_object_or_404(mine, pk=ids.read("conv", self.kwargs["id"]))


class ConversationView(OneConversation):
    def get(self, request: Request, id: str) -> Response:
        return Response(told(self.get_conversation()))

    def post(self, request: Request, id: str) -> Response:
        """Keep other metadata."""
        conversation = self.get_conversation()
        form = MetadataSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        conversation.keep_metadata(form.validated_data["metadata"])
        return Response(told(conversation))

    def delete(self, request: Request, id: str) -> Response:
        """Delete it; on the page and through our own API it can be restored until it is purged."""
        self.get_conversation().remove()
        return Response({"id": id, "object": "conversation.deleted", "deleted": True})


class ItemsView(OneConversation):
    def get(self, request: Request, id: str) -> Response:
        """Of all exchanges that stand; newest first unless `order` is `asc`."""
        query = ItemsSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        falling = asked["order"] == "desc"
        found = _items(self.get_conversation(), asked["after"], asked["limit"], falling=falling)
        return Response(listed(found, asked["limit"]))

    def post(self, request: Request, id: str) -> Response:
        """What is said in a conversation is a turn."""
        self.get_conversation()
        raise ItemsNotTaken


class ItemView(OneConversation):
    def get(self, request: Request, id: str, item: str) -> Response:
        message, place = _find(self.get_conversation(), item)
        if message.turn.withdrawn_at:
            raise Http404
        return Response(items_of(message)[place])

    def delete(self, request: Request, id: str, item: str) -> Response:
        """Withdraw its exchange, if that is the last one; what was done stays. May be repeated."""
        conversation = self.get_conversation()
        message, _place = _find(conversation, item)
        withdraw(user_of(request), message.pk, origin_of(request), keep=True)
        return Response(told(conversation))


def told(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": ids.made("conv", conversation.pk),
        "object": "conversation",
        "created_at": int(conversation.created_at.timestamp()),
        "metadata": conversation.metadata,
    }


def _items(conversation: Conversation, after: str, limit: int, *, falling: bool) -> list[Item]:
    """Those behind ``after``: more than ``limit`` if there are more, for an exchange has one."""
    messages = conversation.messages.standing().with_turns().without_thinking().oldest_first()
    behind = None
    if after:
        message, place = _find(conversation, after)
        behind = (message.seq, place)
        messages = messages.before(message.seq + 1) if falling else messages.since(message.seq - 1)
    rows = (messages.reverse() if falling else messages)[: 2 * (limit + 2)]
    told = [((row.seq, place), item) for row in rows for place, item in enumerate(items_of(row))]
    told.sort(key=itemgetter(0), reverse=falling)
    return [
        item for at, item in told if behind is None or (at < behind if falling else at > behind)
    ]


def _find(conversation: Conversation, id: str) -> tuple[Message, int]:
    """The message that an item is of, and its place among the items of that. Raises Http404."""
    messages = conversation.messages.with_turns()
    call = ids.read("fc", id) or ids.read("fco", id)
    message = (
        get_object_or_404(messages.of_call(call))
        if call
        else get_object_or_404(messages, pk=ids.read("msg", id[:36]))
    )
    for place, item in enumerate(items_of(message)):
        if item["id"] == id:
            return message, place
    raise Http404
