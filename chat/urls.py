from django.urls import path

from chat.views import ChatView, MessagesView

urlpatterns = [
    path("chat/", ChatView.as_view()),
    path("conversations/<uuid:pk>/messages/", MessagesView.as_view(), name="conversation-messages"),
]
