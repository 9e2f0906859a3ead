from django.urls import path
from rest_framework.routers import SimpleRouter

from todos.batches import BatchView
from todos.proposals import ProposalViewSet
from todos.views import TaskHistoryView, TaskViewSet

router = SimpleRouter()
router.register("tasks", TaskViewSet, basename="task")
router.register("proposals", ProposalViewSet, basename="proposal")

urlpatterns = [
    path("tasks/batch/", BatchView.as_view(), name="task-batch"),
    *router.urls,
    path("tasks/<id:pk>/history/", TaskHistoryView.as_view(), name="task-history"),
]
