"""One gRPC server for every service of the contract: identity, authority, fields, errors, health, reflection.

Methods are registered from the contract's descriptors with raw bytes on both sides, so that a message that cannot be
parsed (or text that is not UTF-8) is answered like any other bad request instead of failing inside the transport.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import structlog
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from linkage import contract, metrics, traces, v1
from linkage.domain.directory import Directory
from linkage.rpc.failure import Failure, Violation, invalid
from linkage.rpc.fields import violations
from linkage.rpc.identity import Caller, Issuers
from linkage.rpc.tls import credentials

__all__ = ["Call", "CannotListen", "Listen", "Method", "Running", "deadline", "serve"]

log = structlog.get_logger("linkage.rpc")

# Far above any request of the contract (its longest texts are 4,000 characters), far below what could hurt.
_MAX_MESSAGE = 256 * 1024

_OURS = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DATA_LOSS, grpc.StatusCode.UNKNOWN)
"""Statuses that are the service's fault and not the caller's."""


class CannotListen(Exception):
    """The port or the certificate is not as it must be; the message is a sentence that names the setting."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, with what trace, and for how long the answer is wanted (seconds from now; None: no deadline)."""

    caller: Caller
    traceparent: str
    time_remaining: float | None


Method = Callable[[Any, Call], Awaitable[Message]]
"""Answers one request; raises Failure."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where and how the server listens. A port 0 takes a free one. Without `tls_certificate` it is plain text.

    On `health_port`, where there is one, its health alone is told, always in plain text: the kubelet's probes speak no
    TLS.
    """

    host: str = "0.0.0.0"
    port: int = 50051
    health_port: int | None = None
    reflection: bool = True
    grace: float = 10.0
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None


@dataclass(slots=True)
class Running:
    """A server that is up."""

    port: int
    health_port: int | None
    health: Any

    async def ready(self, ready: bool) -> None:
        """Says to whoever probes readiness whether the service can serve."""
        state = health_pb2.HealthCheckResponse.SERVING if ready else health_pb2.HealthCheckResponse.NOT_SERVING
        await self.health.set("readiness", state)

    async def alive(self, alive: bool) -> None:
        """Says to whoever probes liveness whether the service makes progress."""
        state = health_pb2.HealthCheckResponse.SERVING if alive else health_pb2.HealthCheckResponse.NOT_SERVING
        await self.health.set("liveness", state)


@asynccontextmanager
async def serve(
    methods: Mapping[str, Method], issuers: Issuers, directory: Directory, listen: Listen
) -> AsyncIterator[Running]:
    """Serves the methods (full name `linkage.v1.Service.Method` → function) until the block ends, then drains:
    health says NOT_SERVING, running calls get `grace` seconds, new ones are turned away. Raises CannotListen."""
    server = grpc.aio.server(
        options=[("grpc.max_receive_message_length", _MAX_MESSAGE), ("grpc.so_reuseport", 0)],
    )
    names, handlers = [], {}
    for service in contract.services().values():
        for method in contract.methods(service):
            answer = methods.get(method.full_name)
            handlers[f"/{service.full_name}/{method.name}"] = _handler(method, answer, issuers, directory)
        if any(method.full_name in methods for method in contract.methods(service)):
            names.append(service.full_name)
    server.add_generic_rpc_handlers((_Handlers(handlers),))
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    if listen.reflection:
        reflection.enable_server_reflection((*names, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    port = _bind(server, listen)
    probed, health_port = await _health_alone(servicer, listen)
    await server.start()
    for name in ("", "liveness", "readiness", *names):
        await servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    log.info("serving", port=port, services=names, tls=listen.tls_certificate is not None)
    try:
        yield Running(port, health_port, servicer)
    finally:
        await servicer.enter_graceful_shutdown()
        await server.stop(listen.grace)
        if probed:
            await probed.stop(None)
        log.info("stopped serving", port=port)


class _Handlers(grpc.GenericRpcHandler):
    """Finds a method by its path at once, where gRPC would ask the handler of one service after the other."""

    def __init__(self, handlers: Mapping[str, grpc.RpcMethodHandler[bytes, bytes]]) -> None:
        self._handlers = handlers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        return self._handlers.get(handler_call_details.method)


def _bind(server: grpc.aio.Server, listen: Listen) -> int:
    if listen.tls_certificate is None or listen.tls_key is None:
        return _listening(
            "LINKAGE_PORT", listen.port, partial(server.add_insecure_port, f"{listen.host}:{listen.port}")
        )
    try:
        shown = credentials(listen.tls_certificate, listen.tls_key, listen.tls_client_ca)
    except ValueError as error:
        raise CannotListen(f"LINKAGE_TLS_…: {error}") from None
    return _listening(
        "LINKAGE_PORT", listen.port, partial(server.add_secure_port, f"{listen.host}:{listen.port}", shown)
    )


async def _health_alone(servicer: Any, listen: Listen) -> tuple[grpc.aio.Server | None, int | None]:
    """A second server that tells nothing but the health of the first, and its port; None where none is wanted."""
    if listen.health_port is None:
        return None, None
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    address = f"{listen.host}:{listen.health_port}"
    port = _listening("LINKAGE_HEALTH_PORT", listen.health_port, partial(server.add_insecure_port, address))
    await server.start()
    return server, port


def _listening(setting: str, wanted: int, bind: Callable[[], int]) -> int:
    try:
        return bind()
    except RuntimeError:  # gRPC says no more than that it could not
        raise CannotListen(f"{setting}: {wanted} cannot be listened on: is it taken?") from None


def _handler(
    method: MethodDescriptor, answer: Method | None, issuers: Issuers, directory: Directory
) -> grpc.RpcMethodHandler[bytes, bytes]:
    request_class = contract.message_class(method.input_type.full_name)
    authority = contract.command_of(method)
    allowed = contract.query_of(method)
    tiers = frozenset(authority.tiers if authority else allowed.tiers if allowed else ())
    posts = frozenset(authority.posts) if authority else frozenset()
    name = method.full_name
    kind = "command" if authority else "query"
    seconds = metrics.REQUEST_SECONDS.labels(kind)
    answered = metrics.REQUESTS.labels(name, "OK")

    async def handle(data: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        begin = time.perf_counter()
        authorization, traceparent = _headers(context.invocation_metadata() or ())
        with traces.span(name, traceparent, traces.SERVER) as onward:
            try:
                caller = issuers.caller(authorization)
                _authorise(caller, tiers, posts, directory, name)
                if answer is None:
                    # Told only to whoever may decide this at all: a township hears that it may not, not that it came
                    # wrong.
                    detail = {"method": name}
                    raise Failure(
                        grpc.StatusCode.UNIMPLEMENTED, "METHOD_NOT_OFFERED", "another service offers this", detail
                    )
                request = _parse(request_class, data)
                found = violations(request, caller.organisation, directory)
                if found:
                    raise invalid(found)
                response = await answer(request, Call(caller, onward, context.time_remaining()))
                answered.inc()
                traces.outcome("OK")
                log.debug("answered", method=name)
                return response.SerializeToString()
            except Failure as refused:
                log.info("refused", method=name, code=refused.code.name, reason=refused.reason)
                failure = refused
            except Exception:
                log.exception("failed", method=name)
                failure = Failure(
                    grpc.StatusCode.INTERNAL, "INTERNAL", "the service failed; its operators see why in the log"
                )
            finally:
                seconds.observe(time.perf_counter() - begin)
            traces.outcome(failure.code.name, failure.reason, failed=failure.code in _OURS)
        metrics.REQUESTS.labels(name, failure.code.name).inc()
        metrics.REFUSALS.labels(name, failure.reason).inc()
        await context.abort(failure.code, failure.message, failure.trailer())

    return grpc.unary_unary_rpc_method_handler(handle)


def _headers(metadata: Iterable[tuple[str, str | bytes]]) -> tuple[str | None, str]:
    authorization: str | None = None
    traceparent = ""
    for key, value in metadata:
        if key == "authorization" and isinstance(value, str):
            authorization = value
        elif key == "traceparent" and isinstance(value, str):
            traceparent = traces.accepted(value)
    return authorization, traceparent


def _authorise(caller: Caller, tiers: frozenset[int], posts: frozenset[int], directory: Directory, method: str) -> None:
    body = directory.get(caller.organisation)
    if body is None:
        raise _denied("ORGANISATION_UNKNOWN", "the caller's organisation is not in the directory", caller, method)
    if tiers and body.tier not in tiers:
        raise _denied("TIER_NOT_AUTHORISED", "a body of this tier may not decide this", caller, method)
    if posts and caller.post not in posts:
        raise _denied("POST_NOT_AUTHORISED", "this post may not act here", caller, method)


def _denied(reason: str, message: str, caller: Caller, method: str) -> Failure:
    detail = {"organisation": caller.organisation, "post": v1.Post.Name(caller.post), "method": method}
    return Failure(grpc.StatusCode.PERMISSION_DENIED, reason, message, detail)


def _parse(request_class: type[Message], data: bytes) -> Message:
    try:
        return request_class.FromString(data)
    except DecodeError:
        problem = Violation(
            "", f"the bytes are not a {request_class.DESCRIPTOR.name}, or a text is not UTF-8", "REQUEST_MALFORMED"
        )
        raise invalid((problem,)) from None


def deadline(call: Call, longest: float) -> float:
    """Until when (monotonic seconds) an answer may wait: the caller's deadline less a margin, at most `longest`."""
    remaining = longest if call.time_remaining is None else min(longest, call.time_remaining - 0.1)
    return time.monotonic() + max(remaining, 0.0)
