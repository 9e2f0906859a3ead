"""What a person answers to a reminder that rings, without a script."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.serializers import ListField, UUIDField

from accounts.models import User
from chat.pages.actions import action, done
from chat.pages.days import moment_words
from chat.pages.ringing import MOST
from todos.models import Origin, Reminder
from todos.reminding import Clock, Habits, read_moment
from todos.serializers import told_rules

SHOWN = ListField(child=UUIDField(), max_length=MOST)


@action
def complete(request: HttpRequest, user: User, pk: UUID) -> None:
    """The task of a reminder is done."""
    task, origin = _reminder(user, pk).task, Origin("page")
    task.complete(origin)
    done(request, origin, _("Completed %(title)s") % {"title": task.title})


@action
def snooze(request: HttpRequest, user: User, pk: UUID) -> None:
    """``words`` say until when."""
    reminder = _reminder(user, pk)
    with told_rules():
        wall = read_moment(request.POST.get("words", ""), user.local_now(), Habits.of(user))
        reminder.snooze(Clock.of(user).moment(wall))
    when = moment_words(reminder.rings_at, user.local_now()) if reminder.rings_at else ""
    messages.success(request, _("It rings again %(when)s.") % {"when": when})


@action
def dismiss(request: HttpRequest, user: User, pk: UUID) -> None:
    _reminder(user, pk).dismiss()


@action
def dismiss_shown(request: HttpRequest, user: User) -> None:
    """Those that the page showed, and none that has come since."""
    keys = SHOWN.run_validation(request.POST.getlist("reminders"))
    for reminder in Reminder.objects.for_user(user).filter(pk__in=keys):
        reminder.dismiss()


def _reminder(user: User, pk: UUID) -> Reminder:
    reminders = Reminder.objects.for_user(user).select_related("task")
    return get_object_or_404(reminders, pk=pk, task__deleted_at=None)
