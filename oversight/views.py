"""Pages of the admin that tell how it goes, for staff who may look at turns."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from conversations.models import Message, Turn
from oversight import tables, usage
from oversight.drawing import drawings
from oversight.seen import seen
from oversight.stuck import found
from oversight.window import DAYS, USUAL, Window
from transfer.tables import line_of

may_look = permission_required("conversations.view_turn", raise_exception=True)
may_read = permission_required(
    ["conversations.view_turn", "conversations.view_conversation"], raise_exception=True
)


def _days_in(request: HttpRequest) -> int:
    """Those that are asked for, where they are one of the choices."""
    asked = request.GET.get("days", "")
    return int(asked) if asked in map(str, DAYS) else USUAL


@require_safe
@admin.site.admin_view
@may_look
def activity(request: HttpRequest) -> HttpResponse:
    days = _days_in(request)
    window = Window.of_days(days)
    makers = tables.by_name(window, settings.MODEL_PRICES)
    made = {name: make() for name, make in makers.items()}
    return _page(
        request,
        "activity",
        title="Activity",
        days=days,
        choices=DAYS,
        window=window,
        facts=tables.facts(usage.total(window), made["models"].rows),
        drawings=drawings(window, made["times"].rows),
        tables=made.values(),
        troubles=[each for each in found() if each.is_trouble],
    )


@require_safe
@admin.site.admin_view
@may_look
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One of the tables as CSV."""
    makers = tables.by_name(Window.of_days(_days_in(request)), settings.MODEL_PRICES)
    if name not in makers:
        raise Http404
    made = makers[name]()
    lines = map(line_of, [made.titles, *made.raw])
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


@require_safe
@admin.site.admin_view
@may_look
def stuck(request: HttpRequest) -> HttpResponse:
    return _page(request, "stuck", title="Is anything stuck?", findings=found())


@require_safe
@admin.site.admin_view
@may_read
def prompt(request: HttpRequest, key: UUID) -> HttpResponse:
    """What a model saw in a turn."""
    turn = get_object_or_404(Turn.objects.read_now().select_related("user", "conversation"), pk=key)
    try:
        shown = seen(turn)
    except Message.DoesNotExist:
        raise Http404 from None
    return _page(request, "seen", title="What the model saw", turn=turn, seen=shown)


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    whole = {**admin.site.each_context(request), **context}
    return render(request, f"admin/oversight/{name}.html", whole)
