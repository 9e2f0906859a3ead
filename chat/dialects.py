"""Second names: the paths and the labels that clients of five earlier systems know.

The views, rules and rows are those of api.md; docs/dialects.md shows what stands for what in each
dialect, A to E. C has no lines here: its paths are ours without the slash.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import user_of
from chat.serializers import ChatSerializer, ContentSerializer
from chat.views import ChatView, MessagesView, respond
from conversations.models import Conversation
from conversations.views import ConversationViewSet

Body = dict[str, Any]

WHOLE_THREAD = 200
"""Messages for clients that know no pages; before them stands ``previous_messages``."""


class Relabelled(APIView):
    """A view whose answers get other labels on their way out; refusals and streams keep ours."""

    def relabel(self, body: Body) -> Body:
        raise NotImplementedError

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        if isinstance(response, Response) and response.data and not response.exception:
            response.data = self.relabel(response.data)
        return super().finalize_response(request, response, *args, **kwargs)


# A: the id of the user stands in the path


class OfUserInPath(APIView):
    """Whoever else the path names, known or not, is refused before anything is looked up."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.user_id = kwargs.pop("user_id")
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.user_id != str(user_of(request).pk):
            raise PermissionDenied


class UserChatView(OfUserInPath, ChatView):
    pass


class UserConversationViewSet(OfUserInPath, ConversationViewSet):
    pass


# B: conversations below /api/chat/, and other names for what a tool call tells


class ToolNames(Relabelled):
    def relabel(self, body: Body) -> Body:
        body = {**body}
        if "messages" in body:
            body["messages"] = [_with_tool_names(message) for message in body["messages"]]
        if "assistant_message" in body:
            body["assistant_message"] = _with_tool_names(body["assistant_message"])
        return body


def _with_tool_names(message: Body) -> Body:
    renamed = {"name": "tool_name", "started_at": "timestamp"}
    calls = [
        {renamed.get(name, name): value for name, value in call.items()}
        for call in message["tool_calls"]
    ]
    return {**message, "tool_calls": calls}


class ChatConversationViewSet(ToolNames, ConversationViewSet):
    messages_url = "chat-conversation-messages"


class ChatMessagesView(ToolNames, MessagesView):
    def relabel(self, body: Body) -> Body:
        if "results" in body:
            body["messages"] = body.pop("results")
        return super().relabel(body)


# D: a session, whose id is that of its conversation


class SessionLabels(Relabelled):
    def relabel(self, body: Body) -> Body:
        key = body.get("conversation_id") or body["id"]
        return {"conversationId": key, "sessionId": key, **body}


class SessionViewSet(SessionLabels, ConversationViewSet):
    latest_messages = WHOLE_THREAD


class SessionMessageView(SessionLabels, ChatView):
    def post(self, request: Request, pk: UUID) -> HttpResponseBase:  # type: ignore[override]
        form = ChatSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        return respond(request, pk, said["message"], stream=said["stream"], success=200)


# E: threads, whose ids the client may choose


class ThreadViewSet(Relabelled, ConversationViewSet):
    latest_messages = WHOLE_THREAD

    def relabel(self, body: Body) -> Body:
        age = timezone.now() - datetime.fromisoformat(body["created_at"])
        statistics = {
            "message_count": body["message_count"],
            "age_seconds": round(age.total_seconds()),
            "last_activity": body["updated_at"],
        }
        return {**body, "statistics": statistics}


class ThreadMessagesView(Relabelled, MessagesView):
    http_method_names = ["post", "options"]

    def relabel(self, body: Body) -> Body:
        if "code" in body:  # the turn failed, and is a problem as everywhere
            return body
        warning = {"warning": body["warning"]} if body["warning"] else {}
        return {**body["assistant_message"], **warning}

    def post(self, request: Request, pk: UUID) -> HttpResponseBase:
        form = ContentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        Conversation.objects.make_unless_known(pk, user_of(request))
        return respond(request, pk, said["content"], stream=said["stream"], success=201)


HIDDEN: dict[str, Any] = {"schema": None}  # from the OpenAPI document

urlpatterns = [
    # B, ahead of A, for "chat" is nobody's id
    path(
        "api/chat/conversations/",
        ChatConversationViewSet.as_view({"get": "list", "post": "create"}, **HIDDEN),
    ),
    path(
        "api/chat/conversations/<id:pk>/",
        ChatConversationViewSet.as_view(
            {"get": "retrieve", "put": "update", "delete": "destroy"}, **HIDDEN
        ),
    ),
    path(
        "api/chat/conversations/<id:pk>/messages/",
        ChatMessagesView.as_view(**HIDDEN),
        name="chat-conversation-messages",
    ),
    # A
    path("api/<str:user_id>/chat/", UserChatView.as_view(**HIDDEN)),
    path(
        "api/<str:user_id>/conversations/",
        UserConversationViewSet.as_view({"get": "list"}, **HIDDEN),
    ),
    path(
        "api/<str:user_id>/conversations/<id:pk>/",
        UserConversationViewSet.as_view({"get": "retrieve"}, **HIDDEN),
    ),
    # D
    path("api/chat/start/", SessionViewSet.as_view({"post": "create"}, **HIDDEN)),
    path("api/chat/<id:pk>/message/", SessionMessageView.as_view(**HIDDEN)),
    path("api/chat/<id:pk>/history/", SessionViewSet.as_view({"get": "retrieve"}, **HIDDEN)),
    # E
    path("chatkit/threads/", ThreadViewSet.as_view({"post": "create"}, **HIDDEN)),
    path("chatkit/threads/<id:pk>/", ThreadViewSet.as_view({"get": "retrieve"}, **HIDDEN)),
    path("chatkit/threads/<id:pk>/messages/", ThreadMessagesView.as_view(**HIDDEN)),
]
