"""Calls of the tasks' endpoints, and what they leave behind."""

from typing import Any

from django.db import connection
from rest_framework.test import APIClient

from todos.models import Task, TaskChange

WAIT = int(connection.vendor == "postgresql")
"""The statement with which a writer waits in line."""

# Every path that takes the id of a task.
ROUTES = [
    ("GET", ""),
    ("PATCH", ""),
    ("PUT", ""),
    ("DELETE", ""),
    ("POST", "restore/"),
    ("POST", "complete/"),
    ("POST", "reopen/"),
    ("POST", "skip/"),
    ("GET", "history/"),
]


def url(task: Task, act: str = "") -> str:
    return f"/api/tasks/{task.pk}/{act}"


def call(client: APIClient, method: str, path: str) -> Any:
    """Send what the method needs to succeed."""
    if method in ("PATCH", "PUT"):
        return getattr(client, method.lower())(path, {"title": "new"})
    return client.generic(method, path)


def rows() -> list[dict[str, Any]]:
    return [*Task.objects.order_by("pk").values(), *TaskChange.objects.order_by("pk").values()]


def last_change(task: Task) -> tuple[str, dict[str, Any], dict[str, Any], str]:
    change = TaskChange.objects.filter(task=task).newest_first()[0]
    return change.kind, change.before, change.after, change.source
