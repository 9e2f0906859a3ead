"""The address under which other calendars follow one's tasks: the page of the settings for it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from chat.pages.setting import settings_page
from transfer.calendar import address
from transfer.models import CalendarFeed


@settings_page
def calendar(request: HttpRequest, user: User) -> HttpResponse:
    """A new address is shown in the answer to the form that makes it."""
    if "end" in request.POST:
        CalendarFeed.end(user)
        messages.success(request, _("The address has ended."))
        return redirect("settings-calendar")
    made = address(request, CalendarFeed.renew(user)) if request.method == "POST" else ""
    feed = CalendarFeed.objects.for_user(user).first()
    return render(request, "chat/settings/calendar.html", {"feed": feed, "made": made})
