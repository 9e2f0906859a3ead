from django.urls import path

from transfer.calendar import CalendarView

urlpatterns = [
    path("calendar/", CalendarView.as_view(), name="calendar"),
]
