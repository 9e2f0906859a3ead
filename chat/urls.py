from django.urls import path

from chat.undo import ChangeUndoView, MessageUndoView
from chat.views import CancelView, ChatView, EventsView, MessagesView

urlpatterns = [
    path("chat/", ChatView.as_view()),
    path("conversations/<uuid:pk>/messages/", MessagesView.as_view(), name="conversation-messages"),
    path("conversations/<uuid:pk>/cancel/", CancelView.as_view()),
    path("conversations/<uuid:pk>/events/", EventsView.as_view()),
    path("changes/<uuid:pk>/undo/", ChangeUndoView.as_view()),
    path("messages/<uuid:pk>/undo/", MessageUndoView.as_view()),
]
