"""One task on a page of its own: a form that changes it, and its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from accounts.models import User
from agent.offline.dates.habits import Habits
from chat.pages.actions import action, done
from chat.pages.history import history
from chat.pages.views import page
from todos.models import Origin, Priority, Task, TaskList
from todos.reminding import Reminding
from todos.serializers import TaskSerializer
from todos.versions import as_it_was, etag
from web.errors import sentence

TEXTS = ("title", "notes", "priority")
CLEARED = ("due_date", "due_time", "list")
"""What is null in the API where a form has nothing."""


@dataclass(frozen=True, slots=True)
class Editor:
    """``values`` are what stands in the form, ``days`` those that one click chooses.

    ``reminders`` are those that stay, in words by their ids.
    """

    task: Task
    values: Mapping[str, Any]
    days: list[tuple[str, str]]
    priorities: list[tuple[str, str]]
    lists: list[tuple[str, str]]
    reminders: list[tuple[str, str]]


@page
def task_page(request: HttpRequest, user: User, pk: UUID) -> HttpResponse:
    return _drawn(request, user, pk)


@action
def edit_task(request: HttpRequest, user: User, pk: UUID) -> str | HttpResponse:
    """What cannot be saved is drawn again, as it was typed and beside what stands there now."""
    task, origin = get_object_or_404(Task.objects.for_user(user), pk=pk), Origin("page")
    try:
        form = TaskSerializer(task, data=_fields(request.POST, task), partial=True)
        form.is_valid(raise_exception=True)
        with as_it_was(_if_match(request), task):
            form.save(origin=origin)
    except APIException as error:
        messages.error(request, sentence(error))
        with timezone.override(user.zone):
            return _drawn(request, user, pk, typed=request.POST, status=error.status_code)
    done(request, origin, _("Saved %(title)s") % {"title": task.title})
    return f"/tasks/{pk}/"


@action
def delete_task(request: HttpRequest, user: User, pk: UUID) -> str:
    task, origin = get_object_or_404(Task.objects.for_user(user), pk=pk), Origin("page")
    with as_it_was(_if_match(request), task):
        task.remove(origin)
    done(request, origin, _("Deleted %(title)s") % {"title": task.title})
    return "/"


def _if_match(request: HttpRequest) -> str | None:
    """The version that the form was drawn with."""
    version = request.POST.get("version", "")
    return etag(int(version)) if version.isascii() and version.isdecimal() else None


def _fields(posted: QueryDict, task: Task) -> dict[str, Any]:
    """What a form sends, as the API takes it."""
    texts = {name: str(value) for name, value in posted.items()}
    return _texts(texts, task) | _reminders(posted, task)


def _texts(posted: Mapping[str, str], task: Task) -> dict[str, Any]:
    fields: dict[str, Any] = {name: posted[name] for name in TEXTS if name in posted}
    if "notes" in fields:
        fields["notes"] = fields["notes"].replace("\r\n", "\n")
    fields |= {name: posted[name] or None for name in CLEARED if name in posted}
    if task.due_date and fields.get("due_date", "") is None:
        fields.pop("due_time", None)  # goes with its day
    if "tags" in posted:
        fields["tags"] = posted["tags"].replace(",", " ").split()
    if minutes := posted.get("duration_minutes"):
        fields["duration_minutes"] = int(minutes) if minutes.isdecimal() else minutes
    elif "duration_minutes" in posted:
        fields["duration_minutes"] = None
    return fields


def _reminders(posted: QueryDict, task: Task) -> dict[str, Any]:
    """Those that stay, and what more is asked for in words; nothing where all is as it was."""
    if "remind" not in posted:
        return {}
    kept, words = _kept(posted, task), str(posted["remind"]).strip()
    if len(kept) == len(task.reminders) and not words:
        return {}
    return {"reminders": [*({"id": key} for key in kept), *([{"words": words}] if words else [])]}


def _kept(posted: QueryDict, task: Task) -> list[str]:
    """The ids of the task's reminders that the form still has."""
    stay = {*posted.getlist("reminders")} - {posted.get("forget")}
    return [spec["id"] for spec in task.reminders if spec["id"] in stay]


def _drawn(
    request: HttpRequest,
    user: User,
    pk: UUID,
    *,
    typed: QueryDict | None = None,
    status: int = 200,
) -> HttpResponse:
    """``typed`` stands in the form where it could not be saved; at most 8 queries."""
    task = get_object_or_404(Task.objects.with_deleted_for_user(user), pk=pk)
    context = {
        "task": task,
        "editor": None if task.deleted_at else _editor(task, user, typed),
        "history": history(task, user),
    }
    return render(request, "chat/task_page.html", context, status=status)


def _editor(task: Task, user: User, typed: QueryDict | None) -> Editor:
    told = TaskSerializer(task).data
    values = typed.dict() if typed else {**told, "tags": " ".join(told["tags"])}
    kept = _kept(typed, task) if typed else [spec["id"] for spec in task.reminders]
    lists = TaskList.objects.for_user(user).in_name_order()
    named = [(str(each.pk), each.name) for each in lists]
    return Editor(
        task,
        values,
        days=_days(user),
        priorities=[(name, str(label)) for name, label in Priority.choices],
        lists=[("", _("Inbox")), *named] if named and task.parent_id is None else [],
        reminders=[
            (spec["id"], Reminding.of(spec).words) for spec in task.reminders if spec["id"] in kept
        ],
    )


def _days(user: User) -> list[tuple[str, str]]:
    """A blank one is no day at all."""
    today = user.local_now().date()
    habits = Habits.of(each.line for each in user.preferences())
    next_week = habits.week_of(today) + timedelta(weeks=1)
    return [
        (today.isoformat(), _("Today")),
        ((today + timedelta(days=1)).isoformat(), _("Tomorrow")),
        (next_week.isoformat(), _("Next week")),
        ("", _("No date")),
    ]
