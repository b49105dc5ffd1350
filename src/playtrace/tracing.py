"""Traces of what a server does, for an OpenTelemetry receiver, where a setting names one.

Without it nothing that makes or sends them is imported, and a span is one that does nothing. With it spans are
collected in memory, at most 2,048 of a process, and sent from a thread: a receiver that is away costs spans, and
nothing else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal, LiteralString

from playtrace.config import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

log = logging.getLogger("playtrace.tracing")

LAST_SPANS_SECONDS_MAX = 3.0
"""An end waits so long for the receiver to take what is left."""
TRACEPARENT = "traceparent"
"""The header of W3C Trace Context."""
Attributes = Mapping[str, str | int | float | bool]

_NOTHING: AbstractContextManager[None] = nullcontext()
_tracer: Tracer | None = None


class TracingMissing(ValueError):
    """Traces are asked for, and what sends them is not installed."""


class Tracing:
    """Of this process, from `begin` to `end`."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider

    @classmethod
    def begin(cls, settings: Settings, process: Literal["main", "collector"]) -> Tracing | None:
        """None where no receiver is named. Raises `TracingMissing`."""
        endpoint = settings.tracing.endpoint
        if endpoint is None:
            return None
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
        except ImportError as error:
            raise TracingMissing(
                "tracing_endpoint needs OpenTelemetry, which is not installed: pip install 'playtrace[otel]'"
            ) from error
        from playtrace import __version__

        resource = {"service.name": "playtrace", "service.version": __version__, "playtrace.process": process}
        provider = TracerProvider(
            sampler=ParentBasedTraceIdRatio(settings.tracing.share),
            resource=Resource.create(resource),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
        global _tracer
        _tracer = provider.get_tracer("playtrace", __version__)
        return cls(provider)

    def end(self) -> None:
        """Send what is left, if the receiver takes it soon enough. Blocks."""
        global _tracer
        _tracer = None
        ending = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        ending.start()
        ending.join(LAST_SPANS_SECONDS_MAX)
        if ending.is_alive():
            log.warning("the receiver of traces did not take the last spans in time")


def span(name: LiteralString, attributes: Attributes) -> AbstractContextManager[Span | None]:
    """What happens in its block, as a part of what the caller is a part of. None where no traces are made.

    An error is not noted: it may quote what players did, and the log has it."""
    if _tracer is None:
        return _NOTHING
    return _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    )


def request_span(method: str, traceparent: str | None) -> AbstractContextManager[Span | None]:
    """Of a request that this process answers; `traceparent` is what another process of ours said of its own span."""
    if _tracer is None:
        return _NOTHING
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = None if traceparent is None else TraceContextTextMapPropagator().extract({TRACEPARENT: traceparent})
    return _tracer.start_as_current_span(
        method,
        context=parent,
        kind=SpanKind.SERVER,
        attributes={"http.request.method": method},
        record_exception=False,
        set_status_on_exception=False,
    )


def note_status(span: Span, status: int) -> None:
    """How a request was answered."""
    from opentelemetry.trace import StatusCode

    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def traceparent() -> str | None:
    """Of the span that the caller is in, for another process of ours; None where no traces are made."""
    if _tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT)
