"""Pages by keyset: a cursor is a place in the order, so ties, deletions and insertions do no harm.

``cursor`` is base64url of JSON ``[order, direction, value, …]``: the list it was made for, ``next``
or ``previous``, and the values of the order's columns in the row beside which the page begins.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import Field, Q, QuerySet
from django.utils import timezone
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
DIRECTIONS = ("next", "previous")
PARAMETERS: dict[str, dict[str, Any]] = {  # as OpenAPI tells them
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    "cursor": {"type": "string"},
}


Read = Callable[[str, Sequence[Any] | None, int], list[Any]]
"""So many rows beyond a place in a direction, nearest first; without one, from the beginning."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in their order, and the cursors of what lies behind and ahead of them."""

    rows: list[Any]
    next: str | None
    previous: str | None


class Keyset:
    """The order of a queryset: columns, never null, all rising or all falling, unique together."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        order = [str(column) for column in queryset.query.order_by]
        self.falling = order[0].startswith("-")
        self.columns = [column.removeprefix("-") for column in order]
        self.fields = [_output_field(queryset, column) for column in self.columns]
        self.name = f"{queryset.model._meta.model_name}:{','.join(order)}"

    def cursor(self, direction: str, row: Any) -> str:
        place = [getattr(row, column) for column in self.columns]
        text = json.dumps([self.name, direction, *place], default=str, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def read(self, cursor: str) -> tuple[str, list[Any]]:
        """The direction and the place that a cursor of this order names; else ValidationError."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            name, direction, *place = json.loads(
                base64.b64decode(padded, altchars=b"-_", validate=True)
            )
            if name != self.name or direction not in DIRECTIONS:
                raise ValueError
            values = [_value(field, text) for field, text in zip(self.fields, place, strict=True)]
        except (ValueError, TypeError, OverflowError, RecursionError, InvalidValue):
            raise invalid_parameter("cursor", "This is not a cursor of this list.") from None
        return direction, values

    def beyond(self, place: Sequence[Any], direction: str) -> Q:
        """The rows that come after (or before) a place, by lexicographic comparison."""
        comparison = "lt" if self.falling == (direction == "next") else "gt"
        *ties, (column, value) = zip(self.columns, place, strict=True)
        condition = Q((f"{column}__{comparison}", value))
        for column, value in reversed(ties):
            condition = Q((f"{column}__{comparison}", value)) | Q((column, value)) & condition
        # Implied by the rest, and what lets the planner begin in the index at the right place.
        return condition & Q((f"{self.columns[0]}__{comparison}e", place[0]))

    def rows_of(self, queryset: QuerySet[Any]) -> Read:
        def read(direction: str, place: Sequence[Any] | None, limit: int) -> list[Any]:
            rows = queryset if place is None else queryset.filter(self.beyond(place, direction))
            return list((rows.reverse() if direction == "previous" else rows)[:limit])

        return read

    def page(self, read: Read, cursor: str, limit: int) -> Page:
        """At most ``limit`` rows from ``cursor`` on, or from the beginning where it is blank."""
        direction, place = self.read(cursor) if cursor else ("next", None)
        rows = read(direction, place, limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        if direction == "previous":
            rows.reverse()
        has_next = more if direction == "next" else True
        has_previous = more if direction == "previous" else bool(cursor)
        return Page(
            rows,
            next=self.cursor("next", rows[-1]) if rows and has_next else None,
            previous=self.cursor("previous", rows[0]) if rows and has_previous else None,
        )


class KeysetPagination(BasePagination):
    """REST framework's pagination over the queryset's own order."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        keyset = Keyset(queryset)
        return self.paginate(keyset, keyset.rows_of(queryset), request)

    def paginate(self, keyset: Keyset, read: Read, request: Request) -> list[Any]:
        """The rows that ``read`` finds in the order of ``keyset``."""
        self.url = request.build_absolute_uri()
        cursor, limit = request.query_params.get("cursor", ""), read_limit(request)
        self.page = keyset.page(read, cursor, limit)
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        pages = {"next": self._link(self.page.next), "previous": self._link(self.page.previous)}
        return Response({**pages, "results": data})

    def _link(self, cursor: str | None) -> str | None:
        return replace_query_param(self.url, "cursor", cursor) if cursor else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        example = "https://chat.example.org/api/…?cursor=WyJ0YXNr…"
        link = {"type": "string", "format": "uri", "nullable": True, "example": example}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in PARAMETERS.items()
        ]


def read_limit(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MAX_LIMIT):
        raise invalid_parameter("limit", f"Give a whole number from 1 to {MAX_LIMIT}.")
    return int(text)


def invalid_parameter(name: str, detail: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(detail, code="invalid")]})


def _output_field(queryset: QuerySet[Any], column: str) -> Field[Any, Any]:
    annotation = queryset.query.annotations.get(column)
    return annotation.output_field if annotation else queryset.model._meta.get_field(column)


def _value(field: Field[Any, Any], text: Any) -> Any:
    """Read what a cursor says; a place is only what the column could hold on this database."""
    value = field.clean(str(text), None)
    if not isinstance(value, datetime):
        return value
    if timezone.is_naive(value):
        raise ValueError
    return value.astimezone(UTC)  # beyond the calendar it raises OverflowError
