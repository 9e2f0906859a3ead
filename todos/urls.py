from django.urls import path
from rest_framework.routers import SimpleRouter

from todos.views import TaskHistoryView, TaskViewSet

router = SimpleRouter()
router.register("tasks", TaskViewSet, basename="task")

urlpatterns = [
    *router.urls,
    path("tasks/<id:pk>/history/", TaskHistoryView.as_view(), name="task-history"),
]
