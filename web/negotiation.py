"""Which representation a client gets."""

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

Choice = tuple[BaseRenderer, str]


class WhateverIsAccepted(DefaultContentNegotiation):
    """What a client accepts; else the first that there is: an EventSource accepts but events."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> Choice:
        if not format_suffix and request.headers.get("Accept", "*/*") == "*/*":
            return _first(renderers)
        if format_suffix:
            renderers = self.filter_renderers(renderers, format_suffix)
        try:
            chosen: Choice = super().select_renderer(request, renderers)
        except NotAcceptable:
            return _first(renderers)
        return chosen


def _first(renderers: Iterable[BaseRenderer]) -> Choice:
    renderer = next(iter(renderers))
    return renderer, renderer.media_type


class FormatInQuery(WhateverIsAccepted):
    """Also ``?format=``; to other views that is a field like all others."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> Choice:
        return super().select_renderer(request, renderers, request.query_params.get("format"))
