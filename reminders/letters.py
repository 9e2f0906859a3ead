"""What stands in mails: of one reminder, and of a morning."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from reminders.mail import Letter
from reminders.notice import Notice
from text import one_line
from todos.models import Task

MOST = 50
"""Tasks that a summary names."""


def of_ring(notice: Notice, user: User, task: Task) -> Letter:
    text = render_to_string("reminders/mail.txt", {"task": task, "url": notice.url})
    return Letter(notice.id, str(notice.reminder), user.email, one_line(task.title), text)


def of_morning(attempt_id: str, user: User) -> Letter | None:
    """What is due today and overdue, as it is now; None where nothing is."""
    now = user.local_now()
    due = Task.objects.for_user(user).with_status("open").due("today", now)
    tasks = list(due.in_order("due")[: MOST + 1])
    if not tasks:
        return None
    named = tasks[:MOST]
    shown = {
        "overdue": [task for task in named if task.is_overdue(now)],
        "today": [task for task in named if not task.is_overdue(now)],
        "are_more": len(tasks) > MOST,
        "url": address_of("home"),
    }
    text = render_to_string("reminders/morning.txt", shown)
    subject = _("Your day: %(day)s") % {"day": f"{now:%A}, {now.day} {now:%B}"}
    return Letter(attempt_id, f"morning-{now.date()}-{user.pk}", user.email, subject, text)


def of_test(attempt_id: str, user: User) -> Letter:
    text = _("This is a test of Todo Chat. Your reminders will come by mail like this one.")
    subject = _("A test of your reminders")
    return Letter(attempt_id, attempt_id, user.email, subject, text + "\n")


def address_of(page: str, *args: object) -> str:
    """Of a page, for whoever is not on one; nothing where ours is not known."""
    return settings.PUBLIC_URL + reverse(page, args=args) if settings.PUBLIC_URL else ""
