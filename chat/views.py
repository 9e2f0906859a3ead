from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from chat.send import send
from chat.serializers import AnswerSerializer, ChatSerializer, ContentSerializer
from conversations.models import Turn
from conversations.views import MessageListView
from rest.errors import CONTENT_TYPE, problem

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="1 to 200 visible characters. The same key and body get the same answer again.",
)
STATUS_OF_FAILURE = {
    "llm_bad_response": 502,
    "llm_unavailable": 503,
    "llm_misconfigured": 503,
    "llm_timeout": 504,
}


def respond(request: Request, conversation_id: UUID | None, text: str, success: int) -> Response:
    """Take the turn, and answer with it: also a failed one shows what was kept."""
    ended, replayed = send(request, conversation_id, text)
    turn, headers = ended.turn, {}
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    if ended.retry_after is not None:
        headers["Retry-After"] = str(ended.retry_after)
    body: dict[str, Any] = AnswerSerializer(turn).data
    if turn.status != Turn.Status.FAILED:
        return Response(body, success, headers=headers)
    failed = STATUS_OF_FAILURE.get(turn.error_code, 500)
    body = problem(failed, turn.error_code, turn.error_detail, **body)
    return Response(body, failed, headers=headers, content_type=CONTENT_TYPE)


class ChatView(GenericAPIView[Turn]):
    serializer_class = ChatSerializer

    @extend_schema(
        tags=["chat"],
        parameters=[IDEMPOTENCY_KEY],
        responses=AnswerSerializer,
        examples=[
            OpenApiExample(
                "Add a task", {"message": "Add buy milk tomorrow at 5pm"}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Say something; without `conversation_id` it starts a conversation."""
        form = ChatSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        return respond(request, said.get("conversation_id"), said["message"], status.HTTP_200_OK)


class MessagesView(MessageListView):
    @extend_schema(
        tags=["chat"],
        parameters=[IDEMPOTENCY_KEY],
        request=ContentSerializer,
        responses={201: AnswerSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Say something in this conversation."""
        form = ContentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return respond(request, pk, form.validated_data["content"], status.HTTP_201_CREATED)
