"""What the templates of the pages can use beside what a view gives them: addresses, words, times.

They are Jinja's, which compiles each to Python once for a process (decision 78); Django's own
remain for the admin, mails and reports.
"""

import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.template.defaultfilters import truncatechars, urlencode, urlize
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode as query_of
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext as _
from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context
from markupsafe import escape

from chat.drawing import coming
from chat.markdown import linked, render
from chat.pages.days import written

SOME_ID = UUID(int=0)
WORDS = re.compile(r'{{ _\("([^"]*)"\) }}')


def environment(**options: Any) -> Environment:
    """For settings.TEMPLATES."""
    made = Environment(  # noqa: S701 - Django has it escape
        extensions=["jinja2.ext.i18n", Translated], keep_trailing_newline=True, **options
    )
    made.install_gettext_callables(gettext, ngettext)  # type: ignore[attr-defined]
    made.globals |= {
        "icon": icon,
        "language": get_language,
        "querystring": querystring,
        "static": cache(static),
        "url": url,
    }
    made.filters |= {
        "clock": clock,
        "coming": coming,
        "date": date_words,
        "day": day,
        "epoch": epoch,
        "iso": datetime.isoformat,
        "lately": lately,
        "linked": linked,
        "local": timezone.localtime,
        "markdown": render,
        "or_blank": lambda value: "" if value is None else value,
        "truncatechars": truncatechars,
        "urlencode": urlencode,
        "urlize": urlize,
    }
    return made


def of_request(request: HttpRequest) -> dict[str, Any]:
    """Context processor: who is asking, their notices, and one token for all forms."""
    return {
        "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),
        "messages": get_messages(request),
        "user": getattr(request, "user", None),
    }


def url(name: str, id: UUID | None = None) -> str:
    """The address of a view, or of what the view shows under an id."""
    return _address(name) if id is None else _address_with_id(name).replace("{}", str(id))


@cache
def _address(name: str) -> str:
    return reverse(name)


@cache
def _address_with_id(name: str) -> str:
    return reverse(name, args=[SOME_ID]).replace(str(SOME_ID), "{}")


@cache
def icon(name: str) -> SafeString:
    return mark_safe(get_template(f"chat/icons/{name}.svg").render())  # noqa: S308 - a file of ours


@pass_context
def querystring(context: Context, **changes: Any) -> str:
    """Of the address at hand, with some fields changed; None leaves one out."""
    asked: HttpRequest = context["request"]
    fields = dict(asked.GET.items()) | changes
    return "?" + query_of({name: value for name, value in fields.items() if value is not None})


def date_words(moment: datetime | date, shape: str) -> str:
    """In a shape of Django's, such as ``j F Y``."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        moment = timezone.localtime(moment)
    return date_format(moment, shape)


def day(local: datetime) -> str:
    """``Today``, ``Yesterday`` or ``Friday, 20 November 2026``."""
    today = timezone.localdate()
    names: dict[date, str] = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    return names.get(local.date()) or written(local.date(), "l, j F Y")


def lately(local: datetime) -> str:
    """The time of what was today, else the day."""
    today = timezone.localdate()
    if local.date() == today:
        return clock(local)
    return written(local.date(), "j M" if local.year == today.year else "j M Y")


def clock(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


def epoch(moment: datetime) -> str:
    """Seconds since 1970, to the microsecond."""
    return f"{moment.timestamp():.6f}"


class Translated(Extension):
    """Words are looked up when a template is compiled: a process speaks one language."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return WORDS.sub(lambda found: str(escape(gettext(found[1]))), source)
