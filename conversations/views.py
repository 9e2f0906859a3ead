from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.authentication import user_of
from conversations import as_json, tags
from conversations.models import Conversation, Message, shown
from conversations.models.shown import Range, ShownMessage
from conversations.serializers import (
    ConversationDetailSerializer,
    ConversationSerializer,
    MessagePageSerializer,
    MessageSerializer,
    NewConversationSerializer,
    SearchSerializer,
    SinceSerializer,
    TitleSerializer,
    searched_for,
)
from web.pagination import PARAMETERS, KeysetPagination
from web.schema import describe

LATEST_MESSAGES = 50
EXAMPLE = OpenApiExample(
    "A conversation",
    {
        "id": "0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55",
        "title": "Add buy milk tomorrow at 5pm",
        "created_at": "2026-11-20T16:04:11.250112Z",
        "updated_at": "2026-11-20T16:04:11.318704Z",
        "message_count": 2,
        "last_message_preview": "Added “Buy milk”, due tomorrow at 17:00.",
        "status": "idle",
    },
    response_only=True,
)


@describe(tags=["conversations"])
class ConversationViewSet(tags.OfOneConversation, GenericViewSet[Conversation]):
    queryset = Conversation.objects.none()
    serializer_class = ConversationSerializer
    latest_messages = LATEST_MESSAGES
    messages_url = "conversation-messages"
    asks = frozenset({"create"})  # which changes nothing that there is

    def get_queryset(self) -> QuerySet[Conversation]:
        return Conversation.objects.for_user(user_of(self.request)).with_status()

    @describe(parameters=[SearchSerializer], examples=[EXAMPLE])
    def list(self, request: Request) -> Response:
        """Newest activity first."""
        if text := searched_for(request.query_params):
            mine = Conversation.objects.for_user(user_of(request)).with_status()
            read = shown.LATEST.rows_of(mine.search(text).latest_first())
        else:
            read = partial(shown.conversations, user_of(request).pk)
        pages = KeysetPagination()
        page = pages.paginate(shown.LATEST, read, request)
        tag = tags.of_list(pages.page)
        if unchanged := tags.not_modified(request, tag):
            return unchanged
        answer = pages.get_paginated_response([as_json.of_conversation(row) for row in page])
        answer["ETag"] = tag
        return answer

    @describe(request=NewConversationSerializer, responses={201: ConversationSerializer})
    def create(self, request: Request) -> Response:
        """Start an empty one; without a title, its first message gives it one."""
        form = NewConversationSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        conversation = Conversation.objects.create(user=user_of(request), **form.validated_data)
        return Response(ConversationSerializer(conversation).data, status=status.HTTP_201_CREATED)

    @describe(responses=ConversationDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """The conversation and its latest 50 messages, oldest first."""
        user, id = user_of(request).pk, _id(pk)
        if unchanged := self.unchanged():
            return unchanged
        latest = Range(self.latest_messages, latest=True)
        found, conversation = shown.messages(user, id, latest)
        if conversation is None:
            raise Http404
        messages = found[::-1]
        body = {
            **as_json.of_conversation(conversation),
            "messages": [as_json.of_message(message) for message in messages],
            "previous_messages": self.url_before(id, messages, request),
        }
        return Response(body, headers=tags.headers(conversation, messages))

    def url_before(
        self, id: UUID, messages: Sequence[ShownMessage], request: Request
    ) -> str | None:
        if not messages or messages[0].seq == 1:
            return None
        cursor = shown.OLDEST.cursor("previous", messages[0])
        url = reverse(self.messages_url, [id], request=request)
        return f"{url}?limit={LATEST_MESSAGES}&cursor={cursor}"

    @describe(request=TitleSerializer)
    def update(self, request: Request, pk: str, *, partial: bool = False) -> Response:
        """Rename it."""
        conversation = self.get_object()
        form = TitleSerializer(data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        if "title" in form.validated_data:
            conversation.rename(form.validated_data["title"])
        return Response(ConversationSerializer(conversation).data)

    @describe(request=TitleSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename it."""
        return self.update(request, pk, partial=True)

    @describe(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete it; it can be restored until it is purged."""
        self.get_object().remove()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @describe(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a deleted one back; one that is not deleted stays as it is."""
        conversations = Conversation.objects.with_deleted_for_user(user_of(request))
        conversation = get_object_or_404(conversations.with_status(), pk=pk)
        conversation.restore()
        return Response(ConversationSerializer(conversation).data)


class MessageListView(tags.OfOneConversation, GenericAPIView[Message]):
    """The messages of one conversation, oldest first."""

    queryset = Message.objects.none()
    serializer_class = MessageSerializer

    @describe(
        tags=["conversations"],
        parameters=[SinceSerializer, *(OpenApiParameter(*named) for named in PARAMETERS.items())],
        responses=MessagePageSerializer,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Oldest first; with `since` only later ones than a `seq` or a time."""
        query = SinceSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        user = user_of(request).pk
        if unchanged := self.unchanged():
            return unchanged
        reading = shown.Reading(user, pk, query.validated_data.get("since"))
        pages = KeysetPagination()
        page = pages.paginate(shown.OLDEST, reading.read, request)
        if reading.conversation is None:
            raise Http404
        answer = pages.get_paginated_response([as_json.of_message(message) for message in page])
        answer.data["total_count"] = reading.conversation.message_count
        for name, value in tags.headers(reading.conversation, page).items():
            answer[name] = value
        return answer


def _id(text: str | UUID) -> UUID:
    """Of a path. Raises Http404."""
    try:
        return UUID(str(text))
    except ValueError:
        raise Http404 from None
