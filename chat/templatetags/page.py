"""Times as a person says them, on the clock of the user whose page is drawn."""

from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def day(moment: datetime) -> str:
    """``Today``, ``Yesterday`` or ``Friday, 20 November 2026``."""
    local, today = timezone.localtime(moment).date(), timezone.localdate()
    names: dict[date, str] = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    return names.get(local) or date_format(local, "l, j F Y")


@register.filter
def lately(moment: datetime) -> str:
    """The time of what was today, else the day."""
    local, today = timezone.localtime(moment), timezone.localdate()
    if local.date() == today:
        return f"{local:%H:%M}"
    return date_format(local, "j M" if local.year == today.year else "j M Y")
