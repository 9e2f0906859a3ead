"""A user's tasks as a calendar that other programs follow, under an address that is a secret."""

from collections.abc import Iterator
from hashlib import sha256
from operator import attrgetter

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import user_of
from accounts.models import User
from accounts.ownership import in_pieces
from accounts.views import PublicView
from todos.models import Task, TaskList
from todos.reminding import Clock
from transfer.formats import ics
from transfer.models import CalendarFeed
from web.schema import describe, problems
from web.throttles import client_address, throttle

NAME = "Todo Chat"
CONTENT_TYPE = "text/calendar; charset=utf-8"
FORM = 1
"""Of what is written for the same rows: one more where that changes."""


class CalendarFeedSerializer(serializers.Serializer[CalendarFeed]):
    exists = serializers.BooleanField(help_text="Whether there is an address.")
    created_at = serializers.DateTimeField(allow_null=True, help_text="Since when it is valid.")
    read_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was read last, to the minute."
    )


class NewCalendarFeedSerializer(serializers.Serializer[CalendarFeed]):
    url = serializers.URLField(help_text="The address; it cannot be told again.")


class FeedQuerySerializer(serializers.Serializer[None]):
    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        """``as`` is a word of Python's own."""
        kinds = serializers.ChoiceField(
            ["todo", "event"],
            default="todo",
            help_text="To-dos, or events for a calendar that shows nothing else.",
        )
        return {"as": kinds}


def address(request: HttpRequest | Request, secret: str) -> str:
    return request.build_absolute_uri(reverse("calendar-feed", args=[secret]))


@describe(tags=["calendar"])
class CalendarView(GenericAPIView[CalendarFeed]):
    queryset = CalendarFeed.objects.none()
    serializer_class = CalendarFeedSerializer
    pagination_class = None
    by_hand = frozenset({"GET", "POST", "DELETE"})

    @describe(responses=CalendarFeedSerializer)
    def get(self, request: Request) -> Response:
        """Whether there is an address, since when, and when it was read last."""
        feed = CalendarFeed.objects.for_user(user_of(request)).first()
        told = {
            "exists": feed is not None,
            "created_at": feed and feed.created_at,
            "read_at": feed and feed.read_at,
        }
        return Response(self.get_serializer(told).data)

    @describe(request=None, responses={201: NewCalendarFeedSerializer})
    def post(self, request: Request) -> Response:
        """Make an address for the calendar, which is told once; the one before is void."""
        url = address(request, CalendarFeed.renew(user_of(request)))
        return Response({"url": url}, status=status.HTTP_201_CREATED)

    @describe(responses={204: None})
    def delete(self, request: Request) -> Response:
        """End the address; nothing changes if there is none."""
        CalendarFeed.end(user_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class FeedView(PublicView):
    """The secret in the address is all that is asked for."""

    queryset = User.objects.none()
    pagination_class = None

    @describe(
        tags=["calendar"],
        auth=[],
        parameters=[
            OpenApiParameter("secret", str, OpenApiParameter.PATH),
            FeedQuerySerializer,
        ],
        responses={(200, "text/calendar"): OpenApiTypes.STR, 304: None, **problems(404, 429)},
    )
    def get(self, request: Request, secret: str) -> HttpResponseBase:
        """The tasks that have a day, as iCalendar."""
        throttle(request, "calendar", settings.CALENDAR_RATE, client_address(request))
        feed = get_object_or_404(CalendarFeed.objects.under(secret))
        query = FeedQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        feed.note_reading()
        return _answer(request, feed.user, events=query.validated_data["as"] == "event")


def _answer(request: Request, user: User, *, events: bool) -> HttpResponseBase:
    """Nothing is written for whoever has it already, nor where only the headers are asked for."""
    etag = _etag(user, events)
    known = get_conditional_response(request, etag=etag)
    response: HttpResponseBase = known or HttpResponse(content_type=CONTENT_TYPE)
    if known is None and request.method != "HEAD":
        response = StreamingHttpResponse(_written(user, events), content_type=CONTENT_TYPE)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = 'attachment; filename="todo-chat.ics"'
    return response


def _written(user: User, events: bool) -> Iterator[bytes]:
    tasks = Task.objects.for_user(user).with_a_day().select_related("list")
    return ics.write(in_pieces(tasks, attrgetter("pk")), user, events=events, name=NAME)


def _etag(user: User, events: bool) -> str:
    """Another one once anything has changed that is told, which one statement each finds out."""
    rows = [model.objects.with_deleted_for_user(user).state() for model in (Task, TaskList)]
    whole = (FORM, events, Clock.of(user), timezone.now().year, *rows)
    return f'"{sha256(repr(whole).encode()).hexdigest()[:32]}"'
