from django.urls import path
from rest_framework.routers import SimpleRouter

from todos.batches import BatchView
from todos.lists import TagsView, TagView, TaskListHistoryView, TaskListViewSet
from todos.proposals import ProposalViewSet
from todos.reminders import ReminderViewSet, TaskRemindersView, TaskReminderView
from todos.views import TaskHistoryView, TaskViewSet

router = SimpleRouter()
router.register("tasks", TaskViewSet, basename="task")
router.register("proposals", ProposalViewSet, basename="proposal")
router.register("reminders", ReminderViewSet, basename="reminder")
router.register("lists", TaskListViewSet, basename="list")

urlpatterns = [
    path("tasks/batch/", BatchView.as_view(), name="task-batch"),
    *router.urls,
    path("tasks/<id:pk>/history/", TaskHistoryView.as_view(), name="task-history"),
    path("tasks/<id:pk>/reminders/", TaskRemindersView.as_view(), name="task-reminders"),
    path(
        "tasks/<id:pk>/reminders/<id:reminder>/", TaskReminderView.as_view(), name="task-reminder"
    ),
    path("lists/<id:pk>/history/", TaskListHistoryView.as_view(), name="list-history"),
    path("tags/", TagsView.as_view(), name="tags"),
    path("tags/<path:name>/", TagView.as_view(), name="tag"),
]
