"""Tasks from a file and as a file: the page for it, which shows what would be made before it is."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework.exceptions import APIException, ValidationError

from accounts.models import User
from chat.pages.setting import settings_page
from transfer.exporting import KINDS
from transfer.formats import FORMATS
from transfer.importing import Plan, carry_out
from transfer.views import previewed, read_plan
from web.errors import sentence

TITLES = {
    "ndjson": gettext_lazy("Everything, for Todo Chat (NDJSON)"),
    "csv": gettext_lazy("A table (CSV)"),
    "ics": gettext_lazy("To-dos (iCalendar)"),
    "todotxt": gettext_lazy("todo.txt"),
}


@settings_page
def files(request: HttpRequest, user: User) -> HttpResponse:
    """``preview`` only shows what would be made, else it is made; the notice undoes it."""
    if request.method != "POST":
        return _drawn(request)
    try:
        made = _read(request, user)
    except APIException as error:
        messages.error(request, sentence(error))
        return _drawn(request, status=error.status_code)
    if "preview" in request.POST:
        return _drawn(request, preview=previewed(made) | {"title": FORMATS[made.format].TITLE})
    _carry_out(request, user, made)
    return redirect("files")


def _read(request: HttpRequest, user: User) -> Plan:
    """Raises ValidationError."""
    file: Any = request.FILES.get("file")
    if file is None:
        raise ValidationError({"file": _("Choose a file first.")})
    return read_plan(user, file.file, file.name, request.POST.get("format") or None)


def _carry_out(request: HttpRequest, user: User, made: Plan) -> None:
    act = carry_out(user, made)
    if act is None:
        messages.success(request, _("Nothing is new: all of it is here already."))
        return
    number = len(made.to_make)
    words = ngettext("%(n)d task was brought in.", "%(n)d tasks were brought in.", number)
    messages.success(request, words % {"n": number}, extra_tags=reverse("undo-act", args=[act]))


def _drawn(request: HttpRequest, *, preview: Any = None, status: int = 200) -> HttpResponse:
    context = {
        "preview": preview,
        "formats": [(name, form.TITLE) for name, form in FORMATS.items()],
        "kinds": [(name, TITLES[name]) for name in KINDS],
    }
    return render(request, "chat/settings/files.html", context, status=status)
