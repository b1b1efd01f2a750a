"""One request followed through store, relay, Kafka, reaction and projection: OpenTelemetry spans by W3C trace context.

An event carries the trace context under which it was recorded, so every later part goes on from there, however late.
Spans are sent where `OTEL_EXPORTER_OTLP_ENDPOINT` says (OpenTelemetry's own variables do the rest); without it nothing
is recorded and contexts are only passed on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

__all__ = [
    "CONSUMER",
    "INTERNAL",
    "PRODUCER",
    "SERVER",
    "accepted",
    "afterwards",
    "configure",
    "enabled",
    "named",
    "outcome",
    "span",
    "use",
    "wanted",
]

CONSUMER, INTERNAL, PRODUCER, SERVER = SpanKind.CONSUMER, SpanKind.INTERNAL, SpanKind.PRODUCER, SpanKind.SERVER

_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_SAMPLED = 0x01  # the flag by which a caller says that it records its own spans

_PROPAGATOR = TraceContextTextMapPropagator()
_tracer: Tracer | None = None


def configure(service: str) -> None:
    """Sends the process's spans where the environment says; does nothing where it says nothing."""
    if not (os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")):
        return
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider)


def use(provider: TracerProvider | None) -> None:
    """Records spans with this provider from now on; None: no spans."""
    global _tracer
    _tracer = provider.get_tracer("linkage") if provider is not None else None


def accepted(traceparent: str) -> str:
    """The context, if it is one of W3C's form; else '': what a caller writes there goes into logs and events."""
    return traceparent if _FORM.fullmatch(traceparent) else ""


def enabled() -> bool:
    """Whether spans are recorded at all."""
    return _tracer is not None


def wanted(traceparent: str) -> bool:
    """Whether spans are recorded, and the caller of that context wants its own to be."""
    return _tracer is not None and bool(_FORM.fullmatch(traceparent)) and bool(int(traceparent[-2:], 16) & _SAMPLED)


@contextmanager
def span(name: str, traceparent: str, kind: SpanKind, **attributes: str | int) -> Iterator[str]:
    """A span under the given context ('' begins a trace); yields the context under which what follows goes on.

    Logs that are written inside bear its trace id. An exception passes through unrecorded: its text is for the
    log of whoever runs this, not for another system.
    """
    if _tracer is None:
        with named(traceparent):
            yield traceparent
        return
    with _tracer.start_as_current_span(
        name, _context(traceparent), kind, attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        trace_id = format(current.get_span_context().trace_id, "032x")
        with structlog.contextvars.bound_contextvars(trace_id=trace_id):
            carrier: dict[str, str] = {}
            _PROPAGATOR.inject(carrier)
            yield carrier.get("traceparent", traceparent)


@contextmanager
def named(traceparent: str) -> Iterator[None]:
    """Logs that are written inside bear the context's trace id, whether spans are recorded or not."""
    if not traceparent:
        yield
        return
    with structlog.contextvars.bound_contextvars(trace_id=traceparent[3:35]):
        yield


def outcome(code: str, reason: str = "", *, failed: bool = False) -> None:
    """Says of the span that is open what the call came to: gRPC status, and why it was refused."""
    if _tracer is None:
        return
    current = get_current_span()
    current.set_attribute("rpc.grpc.status", code)
    if reason:
        current.set_attribute("linkage.reason", reason)
    if failed:
        current.set_status(StatusCode.ERROR, reason)


def afterwards(name: str, traceparent: str, kind: SpanKind, begin: int, end: int, **attributes: str | int) -> None:
    """A span of something that is over; `begin`, `end`: nanoseconds since 1970."""
    if _tracer is not None:
        _tracer.start_span(name, _context(traceparent), kind, attributes, start_time=begin).end(end)


def _context(traceparent: str) -> Context:
    return _PROPAGATOR.extract({"traceparent": traceparent}, Context()) if traceparent else Context()
