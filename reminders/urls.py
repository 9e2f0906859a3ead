from django.urls import path

from reminders.devices import DevicesView

urlpatterns = [
    path("channels/push/", DevicesView.as_view(), name="devices"),
]
