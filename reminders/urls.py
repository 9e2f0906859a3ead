from django.urls import path

from reminders.devices import DevicesView
from reminders.views import ChannelsTestView, ChannelsView

urlpatterns = [
    path("channels/", ChannelsView.as_view(), name="channels"),
    path("channels/push/", DevicesView.as_view(), name="devices"),
    path("channels/test/", ChannelsTestView.as_view(), name="channels-test"),
]
