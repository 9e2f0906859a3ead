from django.urls import path

from transfer.calendar import CalendarView
from transfer.views import ExportView, ImportView

urlpatterns = [
    path("calendar/", CalendarView.as_view(), name="calendar"),
    path("import/", ImportView.as_view(), name="import"),
    path("tasks/export/", ExportView.as_view(), name="task-export"),
]
