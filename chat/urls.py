from django.urls import path

from chat.keys import KeyUndoView
from chat.quick_add import ReadLineView
from chat.views import (
    ActUndoView,
    CancelView,
    ChangeUndoView,
    ChatView,
    EventsView,
    ExportView,
    MessagesView,
    MessageUndoView,
    MessageWithdrawView,
)

urlpatterns = [
    path("chat/", ChatView.as_view()),
    path("conversations/<id:pk>/messages/", MessagesView.as_view(), name="conversation-messages"),
    path("conversations/<id:pk>/cancel/", CancelView.as_view()),
    path("conversations/<id:pk>/events/", EventsView.as_view()),
    path("conversations/<id:pk>/export/", ExportView.as_view()),
    path("tasks/read/", ReadLineView.as_view(), name="read-line"),
    path("acts/<id:pk>/undo/", ActUndoView.as_view()),
    path("changes/<id:pk>/undo/", ChangeUndoView.as_view()),
    path("keys/<id:pk>/undo/", KeyUndoView.as_view()),
    path("messages/<id:pk>/undo/", MessageUndoView.as_view()),
    path("messages/<id:pk>/withdraw/", MessageWithdrawView.as_view()),
]
