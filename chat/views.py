from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    inline_serializer,
)
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import user_of
from chat import export, sse
from chat.errors import NothingToCancel, TurnInProgress
from chat.follow import follow_from, turn_to_follow
from chat.send import Asker, send
from chat.serializers import (
    AnswerSerializer,
    CancelSerializer,
    ChatSerializer,
    ContentSerializer,
    WithdrawSerializer,
    shown,
)
from chat.turns import TurnEnded, take
from chat.undo import undo, undo_act, undo_reply
from chat.withdraw import withdraw
from conversations.models import Conversation, Turn
from conversations.serializers import ExportSerializer
from conversations.views import MessageListView
from todos.models import TaskChange
from todos.origins import origin_of
from todos.serializers import TaskChangeSerializer
from web.errors import CONTENT_TYPE, problem
from web.fields import read_body
from web.idempotency import HEADER, IDEMPOTENCY_KEY, REPLAYED
from web.schema import describe, problems

LAST_EVENT_ID = OpenApiParameter(
    "Last-Event-ID",
    str,
    OpenApiParameter.HEADER,
    description="The id of the last event that was read; the stream goes on behind it.",
)
DRAWN = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description="`drawn`: `message.drawn` events, too, with blocks of the reply as HTML.",
)
EVENT_STREAM = OpenApiResponse(sse.SCHEMA, "The turn as server-sent events.")
TURN_PROBLEMS = (409, 422, 429, 500, 502, 504)
STATUS_OF_FAILURE = {
    "llm_bad_response": 502,
    "llm_unavailable": 503,
    "llm_misconfigured": 503,
    "llm_timeout": 504,
    "database_unavailable": 503,
}


def respond(
    request: Request, conversation_id: UUID | None, text: str, *, stream: bool, success: int
) -> HttpResponseBase:
    """Take the turn, or find it answered; and answer with it as a whole or event by event."""
    key = request.headers.get(HEADER)
    drawn = _wants_it_drawn(request)
    asker = Asker.of(request)
    turn, replayed = send(asker, conversation_id, text, key)
    headers = REPLAYED if replayed else {}
    if replayed and stream:
        return sse.respond(follow_from(turn, None, drawn=drawn), headers)
    if replayed:
        return _whole(TurnEnded(turn), success, headers)
    events = take(turn, asker.user, streamed=stream)
    if stream:
        return sse.respond(sse.Live(events, sse.Place.of(turn, drawn=drawn)), headers)
    *_, ended = events
    return _whole(cast(TurnEnded, ended), success, headers)


def _wants_it_drawn(request: Request) -> bool:
    return request.headers.get("Prefer") == "drawn"


def _whole(ended: TurnEnded, success: int, headers: dict[str, str]) -> Response:
    """A turn that failed is a problem, and shows all the same what was kept."""
    turn = ended.turn
    if turn.status == Turn.Status.IN_PROGRESS:  # we were so slow that another process took it over
        raise TurnInProgress(Turn.objects.just(turn))
    body: dict[str, Any] = shown(turn)
    if turn.status != Turn.Status.FAILED:
        return Response(body, success, headers=headers)
    if ended.retry_after is not None:
        headers = {**headers, "Retry-After": str(ended.retry_after)}
    failed = STATUS_OF_FAILURE.get(turn.error_code, 500)
    body = problem(failed, turn.error_code, turn.error_detail, **body)
    return Response(body, failed, headers=headers, content_type=CONTENT_TYPE)


class ChatView(GenericAPIView[Turn]):
    serializer_class = ChatSerializer
    asks = frozenset({"POST"})

    @describe(
        tags=["chat"],
        parameters=[IDEMPOTENCY_KEY, DRAWN],
        responses={
            (200, "application/json"): AnswerSerializer,
            (200, sse.MEDIA_TYPE): EVENT_STREAM,
            **problems(404, *TURN_PROBLEMS),
        },
        examples=[
            OpenApiExample(
                "Add a task", {"message": "Add buy milk tomorrow at 5pm"}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Say something; without `conversation_id` it starts a conversation."""
        said = read_body(ChatSerializer, request.data)
        where = said.get("conversation_id")
        return respond(request, where, said["message"], stream=said["stream"], success=200)


class MessagesView(MessageListView):
    asks = frozenset({"POST"})

    @describe(
        tags=["chat"],
        parameters=[IDEMPOTENCY_KEY, DRAWN],
        request=ContentSerializer,
        responses={
            (201, "application/json"): AnswerSerializer,
            (200, sse.MEDIA_TYPE): EVENT_STREAM,
            **problems(*TURN_PROBLEMS),
        },
    )
    def post(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Say something in this conversation."""
        said = read_body(ContentSerializer, request.data)
        return respond(request, pk, said["content"], stream=said["stream"], success=201)


class ConversationView(GenericAPIView[Conversation]):
    """Of one conversation."""

    queryset = Conversation.objects.none()

    def get_conversation(self) -> Conversation:
        conversations = Conversation.objects.for_user(user_of(self.request))
        return get_object_or_404(conversations, pk=self.kwargs["pk"])


class ExportView(ConversationView):
    @describe(
        tags=["conversations"],
        parameters=[ExportSerializer],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/markdown"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        """The whole conversation as a file."""
        query = ExportSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        return export.as_file(self.get_conversation(), asked["format"], thinking=asked["thinking"])


class CancelView(ConversationView):
    asks = frozenset({"POST"})

    @describe(tags=["chat"], request=CancelSerializer, responses={202: None, **problems(409)})
    def post(self, request: Request, pk: UUID) -> Response:
        """Stop the open turn soon; what it said and did stays."""
        form = CancelSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        if not self.get_conversation().cancel(form.validated_data.get("assistant_message_id")):
            raise NothingToCancel
        return Response(status=status.HTTP_202_ACCEPTED)


class EventsView(ConversationView):
    @describe(
        tags=["chat"],
        parameters=[LAST_EVENT_ID, DRAWN],
        responses={(200, sse.MEDIA_TYPE): EVENT_STREAM, 204: None},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The open turn as a stream, from its start or behind the last event that was read."""
        place = sse.Place.read(request.headers.get("Last-Event-ID", ""))
        turn = turn_to_follow(self.get_conversation(), place)
        if turn is None:
            return HttpResponse(status=status.HTTP_204_NO_CONTENT)
        drawn = _wants_it_drawn(request)
        return sse.respond(follow_from(turn, place, drawn=drawn), {})


class ChangeUndoView(GenericAPIView[TaskChange]):
    queryset = TaskChange.objects.none()
    serializer_class = TaskChangeSerializer

    @describe(tags=["tasks"], request=None, responses={200: TaskChangeSerializer, **problems(409)})
    def post(self, request: Request, pk: UUID) -> Response:
        """Take back the act of a change; 409 when a task has moved on. May be repeated."""
        changes = TaskChange.objects.for_user(user_of(request))
        change = get_object_or_404(changes, pk=pk)
        undo(changes.of_acts([change.its_act]), origin_of(request))
        change.refresh_from_db()
        return Response(TaskChangeSerializer(change).data)


Undone = inline_serializer("Undone", {"undone": TaskChangeSerializer(many=True)})


class ActUndoView(GenericAPIView[TaskChange]):
    queryset = TaskChange.objects.none()
    serializer_class = TaskChangeSerializer
    pagination_class = None

    @describe(tags=["tasks"], request=None, responses={200: Undone, **problems(409)})
    def post(self, request: Request, pk: UUID) -> Response:
        """Take an act back whole, newest change first; 409, and nothing, when a task moved on.

        May be repeated: what was taken back before is left out. The tasks that moved on are named
        as `changed`.
        """
        undone = undo_act(user_of(request), pk, origin_of(request))
        return Response({"undone": self.get_serializer(undone, many=True).data})


class MessageUndoView(GenericAPIView[TaskChange]):
    queryset = TaskChange.objects.none()
    serializer_class = TaskChangeSerializer
    pagination_class = None

    @describe(
        tags=["tasks"],
        request=None,
        responses={200: TaskChangeSerializer(many=True), **problems(409)},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take back all that a reply did, newest first; 409, and nothing, when a task moved on."""
        changes = undo_reply(user_of(request), pk, origin_of(request))
        return Response(self.get_serializer(changes, many=True).data)


Withdrawn = inline_serializer(
    "Withdrawn",
    {"withdrawn_at": serializers.DateTimeField(), "undone": TaskChangeSerializer(many=True)},
)


class MessageWithdrawView(GenericAPIView[TaskChange]):
    queryset = TaskChange.objects.none()
    serializer_class = TaskChangeSerializer
    pagination_class = None

    @describe(
        tags=["chat"], request=WithdrawSerializer, responses={200: Withdrawn, **problems(409)}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take the last exchange back with all that it did; 409, and nothing, when a task moved on.

        With `keep` what it did stays. May be repeated.
        """
        form = WithdrawSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        origin = origin_of(request)
        turn, undone = withdraw(user_of(request), pk, origin, keep=form.validated_data["keep"])
        changes = self.get_serializer(undone, many=True).data
        return Response({"withdrawn_at": turn.withdrawn_at, "undone": changes})
