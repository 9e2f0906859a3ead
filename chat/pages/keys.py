"""The keys of one's clients: the page of the settings for them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework.exceptions import ValidationError

from accounts.key_views import KeySerializer
from accounts.keys import LONGEST_NAME, Key, Scope
from accounts.models import User
from chat.keys import undo_key
from chat.pages.actions import action
from chat.pages.setting import settings_page
from todos.models import Origin
from web.errors import sentence

SHOWN_AFTER = timedelta(days=30)
"""So long an ended key is shown, so that what was done with it can be taken back."""
MOST_SHOWN = 100
WEEK, MONTH = 7 * 24, 30 * 24
SPANS = {
    1: gettext_lazy("the last hour"),
    24: gettext_lazy("the last day"),
    WEEK: gettext_lazy("the last week"),
    MONTH: gettext_lazy("the last month"),
}
"""By their hours."""
DOORS = {
    "api": gettext_lazy("over the API"),
    "mcp": gettext_lazy("as an MCP client"),
    "openai": gettext_lazy("as an OpenAI client"),
    "ai-sdk": gettext_lazy("as an AI SDK page"),
    "ag-ui": gettext_lazy("as an AG-UI page"),
    "chatkit": gettext_lazy("as a ChatKit page"),
}


class KeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Of the program that gets it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    does = forms.ChoiceField(
        label=gettext_lazy("It may"),
        choices=[
            (Scope.WRITE, gettext_lazy("read and change what I have")),
            (Scope.READ, gettext_lazy("only read")),
        ],
    )
    ask = forms.BooleanField(
        label=gettext_lazy("Ask me before each change"), required=False, initial=True
    )
    no_delete = forms.BooleanField(label=gettext_lazy("Delete nothing"), required=False)
    days = forms.TypedChoiceField(
        label=gettext_lazy("It ends"),
        choices=[
            ("", gettext_lazy("when I end it")),
            (30, gettext_lazy("after 30 days")),
            (90, gettext_lazy("after 90 days")),
            (365, gettext_lazy("after a year")),
        ],
        required=False,
        coerce=int,
        empty_value=None,
    )

    def keep(self, user: User) -> Key | None:
        """None, and a fault of the name, where the API would not take it."""
        given = self.cleaned_data
        scopes = [given["does"], *(name for name in (Scope.NO_DELETE, Scope.ASK) if given[name])]
        form = KeySerializer(data={"name": given["name"], "scopes": scopes})
        try:
            form.is_valid(raise_exception=True)
        except ValidationError as error:
            self.add_error("name", sentence(error))
            return None
        ends = timezone.now() + timedelta(days=given["days"]) if given["days"] else None
        return user.make_key(**form.validated_data, expires_at=ends)


@settings_page
def keys(request: HttpRequest, user: User) -> HttpResponse:
    """A new key is shown in the answer to the form that makes it."""
    form, made = KeyForm(request.POST or None), None
    if form.is_valid() and (made := form.keep(user)):
        form = KeyForm()
    context: dict[str, Any] = {"form": form, "made": made, "spans": SPANS.items()}
    context["site"] = f"{request.scheme}://{request.get_host()}"
    context["keys"] = [
        (key, DOORS.get(key.last_door, key.last_door), _end(key)) for key in _shown(user)
    ]
    context["most"] = MOST_SHOWN
    return render(request, "chat/settings/keys.html", context, status=400 if form.errors else 200)


def _shown(user: User) -> list[Key]:
    found = Key.objects.for_user(user).ended_since(timezone.now() - SHOWN_AFTER)
    return list(found.revoked_last()[:MOST_SHOWN])


def _end(key: Key) -> datetime | None:
    """On the user's clock, unless it is past the last year there: some mean never by 9999."""
    with suppress(OverflowError):
        return key.expires_at and timezone.localtime(key.expires_at)
    return key.expires_at and timezone.make_naive(key.expires_at, UTC)


@action
def revoke_key(request: HttpRequest, user: User, pk: UUID) -> str:
    if Key.objects.filter(pk=_key(user, pk).pk).revoke():
        messages.success(request, _("The key has ended."))
    return reverse("settings-keys")


@action
def undo_of_key(request: HttpRequest, user: User, pk: UUID) -> str:
    hours = request.POST.get("hours", "")
    span = timedelta(hours=int(hours)) if hours in map(str, SPANS) else None
    since = timezone.now() - span if span else None
    undone, left = undo_key(user, _key(user, pk), since, Origin("page"))
    told = ngettext("%d change was taken back.", "%d changes were taken back.", len(undone))
    messages.success(request, told % len(undone))
    if left:
        kept = ngettext(
            "%d act is left, as what it changed has moved on since.",
            "%d acts are left, as what they changed has moved on since.",
            len(left),
        )
        messages.error(request, kept % len(left))
    return reverse("settings-keys")


def _key(user: User, pk: UUID) -> Key:
    return get_object_or_404(Key.objects.for_user(user), pk=pk)
