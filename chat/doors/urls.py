"""The table of contents of all doors; clients write most of these paths without a slash."""

from django.urls import path

from chat.doors.ag_ui.views import RunView
from chat.doors.ai_sdk import views as ai_sdk
from chat.doors.chatkit.views import ChatKitView
from chat.doors.mcp.view import McpView, MetadataView
from chat.doors.openai.completions import CompletionsView
from chat.doors.openai.conversations import ConversationsView, ConversationView, ItemsView, ItemView
from chat.doors.openai.models import ModelsView, ModelView
from chat.doors.openai.responses import (
    CancelResponseView,
    InputItemsView,
    ResponsesView,
    ResponseView,
)

HIDDEN = {"schema": None}  # from the OpenAPI document: these protocols have documents of their own

urlpatterns = [
    path("mcp/", McpView.as_view(**HIDDEN)),
    path(".well-known/oauth-protected-resource/mcp/", MetadataView.as_view(**HIDDEN)),
    path("v1/models/", ModelsView.as_view(**HIDDEN)),
    path("v1/models/<path:name>/", ModelView.as_view(**HIDDEN)),
    path("v1/chat/completions/", CompletionsView.as_view(**HIDDEN)),
    path("v1/responses/", ResponsesView.as_view(**HIDDEN)),
    path("v1/responses/<str:id>/", ResponseView.as_view(**HIDDEN)),
    path("v1/responses/<str:id>/cancel/", CancelResponseView.as_view(**HIDDEN)),
    path("v1/responses/<str:id>/input_items/", InputItemsView.as_view(**HIDDEN)),
    path("v1/conversations/", ConversationsView.as_view(**HIDDEN)),
    path("v1/conversations/<str:id>/", ConversationView.as_view(**HIDDEN)),
    path("v1/conversations/<str:id>/items/", ItemsView.as_view(**HIDDEN)),
    path("v1/conversations/<str:id>/items/<str:item>/", ItemView.as_view(**HIDDEN)),
    path("api/ag-ui/", RunView.as_view(**HIDDEN)),
    path("api/ai-sdk/chat/", ai_sdk.ChatView.as_view(**HIDDEN)),
    path("api/ai-sdk/chat/<path:chat>/stream/", ai_sdk.StreamView.as_view(**HIDDEN)),
    path("chatkit/", ChatKitView.as_view(**HIDDEN)),
]
