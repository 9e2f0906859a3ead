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
from transfer.importing import carry_out
from transfer.models import Upload
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
    """A file is shown as what would be made of it; ``upload``, one that was shown, is made."""
    if request.method != "POST":
        return _drawn(request)
    try:
        if "upload" not in request.POST:
            return _drawn(request, preview=_preview(request, user))
        _carry_out(request, user)
    except APIException as error:
        messages.error(request, sentence(error))
        return _drawn(request, status=error.status_code)
    return redirect("files")


def _preview(request: HttpRequest, user: User) -> dict[str, Any]:
    """With the file, which is kept until the yes. Raises ValidationError."""
    file: Any = request.FILES.get("file")
    if file is None:
        raise ValidationError({"file": _("Choose a file first.")})
    made = read_plan(user, file.file, file.name, request.POST.get("format") or None)
    told = previewed(made) | {"title": FORMATS[made.format].TITLE}
    if made.to_make:
        told["upload"] = Upload.add(user, file.file, name=file.name, form=made.format)
    return told


def _carry_out(request: HttpRequest, user: User) -> None:
    """Raises ValidationError."""
    upload = Upload.objects.for_user(user).named(request.POST["upload"])
    if upload is None:
        raise ValidationError({"file": _("This file is not kept any more: choose it again.")})
    made = read_plan(user, upload.open(), upload.name, upload.format)
    act = carry_out(user, made)
    upload.delete()
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
