"""By what reminders ring: the page of the settings for it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ValidationError

from accounts.models import User
from accounts.preferences import Key, NoRoom
from chat.pages.setting import settings_page
from reminders.models import Channels, PushSubscription
from reminders.serializers import ChannelsSerializer
from reminders.views import rung_once
from todos.reminding import Habits, Reminding
from web.errors import sentence

NAMES = {
    "page": gettext_lazy("on the chat page while it is open"),
    "push": gettext_lazy("on your devices"),
    "mail": gettext_lazy("by mail"),
    "webhook": gettext_lazy("to your webhook"),
}
TRIED = {
    "push": gettext_lazy("A device"),
    "mail": gettext_lazy("Mail"),
    "webhook": gettext_lazy("Webhook"),
}
MINUTES = (0, 5, 10, 15, 30, 60, 120, 24 * 60)
CLOCK = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class ChannelsForm(forms.Form):
    """Says what the API says, with which it checks and keeps."""

    checked: ChannelsSerializer | None = None  # where something has changed that it keeps

    page = forms.BooleanField(label=gettext_lazy("On the open page"), required=False)
    mail = forms.BooleanField(label=gettext_lazy("By mail"), required=False)
    summary_at = forms.TimeField(
        label=gettext_lazy("Each morning a mail of what is due, at"), required=False, widget=CLOCK
    )
    webhook = forms.CharField(
        label=gettext_lazy("Webhook"),
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text=gettext_lazy("An address that is called when something rings, as of ntfy."),
    )
    with_words = forms.BooleanField(
        label=gettext_lazy("On devices, show the title of the task"),
        required=False,
        help_text=gettext_lazy("Otherwise a message only says that something is due."),
    )
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), required=False, widget=CLOCK)
    quiet_to = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        required=False,
        widget=CLOCK,
        help_text=gettext_lazy("What would ring in between rings at the end."),
    )
    default_reminder = forms.TypedChoiceField(
        label=gettext_lazy("Remind me of each task with a time"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("Unless I say something else with the task."),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        self.user, self.channels = user, Channels.of(user)
        super().__init__(data, initial=_initial(self.channels))
        self.fields["default_reminder"].choices = _choices(self.initial["default_reminder"])  # type: ignore[attr-defined]
        for name in ("mail", "summary_at"):
            if why := _why_no_mail(user):
                self.fields[name].disabled = not self.initial[name]
                self.fields[name].help_text = why

    def clean(self) -> dict[str, Any]:
        """With ``checked``, the API's form of what has changed, which is not empty."""
        told: dict[str, Any] = {
            name: self.cleaned_data.get(name)
            for name in ("page", "mail", "with_words")
            if name in self.changed_data
        }
        if "summary_at" in self.changed_data:
            told["summary_at"] = _clock(self.cleaned_data.get("summary_at"))
        if "webhook" in self.changed_data:
            url = self.cleaned_data.get("webhook")
            told["webhook"] = {"url": url} if url else None
        if {"quiet_from", "quiet_to"} & {*self.changed_data}:
            told["quiet"] = self._quiet()
        if told:
            self.checked = self._check(told)
        return self.cleaned_data

    def _check(self, told: dict[str, Any]) -> ChannelsSerializer:
        checked = ChannelsSerializer(data=told, partial=True, context={"user": self.user})
        if not checked.is_valid():
            for name, why in checked.errors.items():
                place = {"quiet": "quiet_from"}.get(name, name)
                self.add_error(place, sentence(ValidationError({name: why})))
        return checked

    def _quiet(self) -> dict[str, str] | None:
        begin, end = (_clock(self.cleaned_data.get(name)) for name in ("quiet_from", "quiet_to"))
        if (begin is None) != (end is None):
            self.add_error("quiet_from", _("Give both times, or none."))
        return {"from": begin, "to": end} if begin and end else None

    def save(self) -> Channels:
        """Raises NoRoom, and User.DoesNotExist."""
        if "default_reminder" in self.changed_data:
            _remind_by_default(self.user, self.cleaned_data["default_reminder"])
        return self.checked.save() if self.checked else self.channels


@settings_page
def channels(request: HttpRequest, user: User) -> HttpResponse:
    """A new webhook's secret is shown in the answer to the form."""
    if "try" in request.POST:
        return _tried(request, user)
    if "forget_devices" in request.POST:
        Channels.change(user, push=False)
        messages.success(request, _("No device is told any more."))
        return redirect("settings-reminders")
    form = ChannelsForm(user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _drawn(request, user, form, status=400 if form.is_bound else 200)
    try:
        saved = form.save()
    except NoRoom:
        form.add_error("default_reminder", _("No more can be kept: forget something first."))
        return _drawn(request, user, form, status=400)
    if saved.new_secret:
        return _drawn(request, user, ChannelsForm(user), secret=saved.new_secret)
    messages.success(request, _("Your settings are saved."))
    return redirect("settings-reminders")


def _drawn(
    request: HttpRequest, user: User, form: ChannelsForm, *, secret: str = "", status: int = 200
) -> HttpResponse:
    rings = [str(NAMES[name]) for name in form.channels.ringing]
    context = {
        "form": form,
        "rings": get_text_list(rings, _("and")),
        "devices": PushSubscription.objects.for_user(user).count(),
        "secret": secret,
    }
    return render(request, "chat/settings/reminders.html", context, status=status)


def _tried(request: HttpRequest, user: User) -> HttpResponse:
    """A notice for each channel."""
    try:
        results = rung_once(request, user)
    except APIException as error:
        messages.error(request, sentence(error))
        return redirect("settings-reminders")
    if is_on_page := Channels.of(user).page:
        messages.success(request, _("The open page: it rings there while you have it open."))
    for result in results:
        channel = TRIED[result["channel"]]
        if result["status"] == "sent":
            messages.success(request, _("%(channel)s: it was sent.") % {"channel": channel})
        else:
            told = {"channel": channel, "why": result["detail"]}
            messages.error(request, _("%(channel)s: it could not be sent. %(why)s") % told)
    if not (results or is_on_page):
        messages.error(request, _("There is no channel to try yet."))
    return redirect("settings-reminders")


def _initial(channels: Channels) -> dict[str, Any]:
    user = channels.user
    return {
        "page": channels.page,
        "mail": channels.mail,
        "summary_at": channels.summary_at,
        "webhook": channels.webhook_url,
        "with_words": channels.with_words,
        "quiet_from": user.quiet_from,
        "quiet_to": user.quiet_to,
        "default_reminder": Habits.of(user).default_reminder,
    }


def _choices(chosen: int | None) -> list[tuple[Any, str]]:
    """With what was chosen elsewhere."""
    wanted = sorted({*MINUTES, *([] if chosen is None else [chosen])})
    named = [(minutes, Reminding(before_minutes=minutes).words) for minutes in wanted]
    return [("", _("No")), *named]


def _why_no_mail(user: User) -> str:
    try:
        ChannelsSerializer(context={"user": user}).validate_mail(True)
    except ValidationError as error:
        return sentence(error)
    return ""


def _remind_by_default(user: User, minutes: int | None) -> None:
    """Raises NoRoom."""
    if minutes is None:
        told = user.preferences().filter(key=Key.DEFAULT_REMINDER)
        user.forget(told.values_list("pk", flat=True))
    else:
        words = Reminding(before_minutes=minutes).words
        user.remember(Key.DEFAULT_REMINDER, str(minutes), words)


def _clock(at: Any) -> str | None:
    return f"{at:%H:%M}" if at else None
