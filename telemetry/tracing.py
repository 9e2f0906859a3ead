"""Traces of OpenTelemetry, sent as OTLP over HTTP; imported only where they are wanted.

A span knows names, numbers and ids, and none of what anybody has said: no messages, no arguments,
no results, no texts of exceptions.
"""

import logging
from collections.abc import Mapping, Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Span as OpenSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry import genai, spans
from telemetry.spans import NO_SPAN, Span, Value

logger = logging.getLogger(__name__)

W3C = TraceContextTextMapPropagator()


def send_traces(endpoint: str, node: str, version: str) -> TracerProvider:
    """From here on, from this process. ``endpoint`` is the base address of a collector.

    OpenTelemetry's own variables tell the rest: ``OTEL_EXPORTER_OTLP_HEADERS``,
    ``OTEL_SERVICE_NAME``, ``OTEL_TRACES_SAMPLER`` and so on.
    """
    named = {
        "service.name": "todo-chat",
        "service.version": version,
        "service.instance.id": node,
    }
    resource = Resource.create(named).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    exporter = Exporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    begin_by(provider)
    return provider


def begin_by(provider: TracerProvider) -> None:
    tracer = provider.get_tracer("todo-chat")

    def begin(name: str, traceparent: str) -> Span:
        within = W3C.extract({"traceparent": traceparent}, Context())
        return _begin(tracer, name, within, SpanKind.INTERNAL, None)

    spans.process.begin = begin


class _Span(Span):
    def __init__(self, tracer: Tracer, span: OpenSpan) -> None:
        self._tracer = tracer
        self._span = span
        self._within = set_span_in_context(span, Context())
        told: dict[str, str] = {}
        W3C.inject(told, self._within)
        self.traceparent = told["traceparent"]
        self.trace_id = self.traceparent.split("-")[1]

    def begin(self, name: str, *, is_client: bool = False, at: float | None = None) -> Span:
        kind = SpanKind.CLIENT if is_client else SpanKind.INTERNAL
        return _begin(self._tracer, name, self._within, kind, at)

    def end(self, attributes: Mapping[str, Value], error: str = "") -> None:
        told = {name: value for name, value in attributes.items() if value is not None}
        if error:
            told[genai.ERROR] = error
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.set_attributes(told)
        self._span.end()


def _begin(tracer: Tracer, name: str, within: Context, kind: SpanKind, at: float | None) -> Span:
    """None of theirs where OpenTelemetry is told to do nothing."""
    began = None if at is None else round(at * 1e9)
    span = tracer.start_span(name, within, kind, start_time=began)
    return _Span(tracer, span) if span.get_span_context().is_valid else NO_SPAN


class Exporter(OTLPSpanExporter):
    """Theirs; that it gets nothing through is told once, and without what a server has said."""

    _fails = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        fails = result != SpanExportResult.SUCCESS
        if fails and not self._fails:
            logger.warning("traces cannot be delivered; those of now are lost")
        if self._fails and not fails:
            logger.warning("traces are delivered again")
        self._fails = fails
        return result
