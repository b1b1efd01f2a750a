"""A receiver of OpenTelemetry's own protocol (OTLP over gRPC), which keeps the spans that arrive."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

__all__ = ["Receiver", "Span", "receiver"]


@dataclass(frozen=True, slots=True)
class Span:
    """A span that arrived. Identifiers as in a `traceparent`; '' where it has no parent."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str]


@dataclass(slots=True)
class Receiver:
    """Where it listens, and what has arrived."""

    endpoint: str = ""
    _spans: list[Span] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, spans: list[Span]) -> None:
        """Takes what arrived."""
        with self._lock:
            self._spans += spans

    def spans(self, trace_id: str) -> list[Span]:
        """What has arrived of one trace."""
        with self._lock:
            return [span for span in self._spans if span.trace_id == trace_id]

    def services(self) -> set[str]:
        """Who has sent anything at all."""
        with self._lock:
            return {span.service for span in self._spans}


class _Service(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def Export(  # noqa: N802 (the protocol's name)
        self, request: trace_service_pb2.ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> trace_service_pb2.ExportTraceServiceResponse:
        for resource in request.resource_spans:
            about = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            self._receiver.keep(
                [
                    Span(
                        about["service.name"],
                        span.name,
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        {pair.key: pair.value.string_value for pair in span.attributes},
                    )
                    for scope in resource.scope_spans
                    for span in scope.spans
                ]
            )
        return trace_service_pb2.ExportTraceServiceResponse()


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listens on a free port until the block ends."""
    kept = Receiver()
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(_Service(kept), server)  # type: ignore[no-untyped-call]
    kept.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield kept
    finally:
        server.stop(grace=None).wait()
