"""One office's way into the services: it sends a request of the contract and gets the response, or a Refused.

    async with Office("county.example:50051", token) as office:
        receipt = (await office(v1.AcceptInvitationRequest(joint_work_id="512000-JW-1", revision=1))).receipt

The method is found by the request's type. A request without an id gets one, and keeps it when the call is repeated
because the service was not there, so nothing is ever done twice: UNAVAILABLE is repeated (AIP-194), and CANCELLED, with
which gRPC's server answers calls that it had not begun when it was told to stop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import grpc
from google.protobuf.message import Message

from linkage import contract
from linkage.rpc.failure import Violation, info_of, violations_of

__all__ = ["Office", "Refused"]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_REPEATED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


class Refused(Exception):
    """The service answered with an error. `reason` is the stable identifier, `detail` what it was about.

    `violations` names every bad field, where it is about fields.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        detail: dict[str, str],
        violations: tuple[Violation, ...] = (),
    ) -> None:
        super().__init__(f"{code.name} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.detail = detail
        self.violations = violations


class Office:
    """A channel to one service, with the token of one office. `token` may be a function: tokens expire."""

    def __init__(
        self,
        address: str,
        token: str | Callable[[], str],
        *,
        timeout: float = 10.0,
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        """`timeout`: seconds for a whole call with its repetitions. Without `credentials` the channel is plain text."""
        self._token = token if callable(token) else lambda: token
        self._timeout = timeout
        # By default a broken channel's back-off reaches two minutes; a service may be back much earlier.
        options = (("grpc.max_reconnect_backoff_ms", 1000), ("grpc.initial_reconnect_backoff_ms", 100))
        self._channel = (
            grpc.aio.insecure_channel(address, options=options)
            if credentials is None
            else grpc.aio.secure_channel(address, credentials, options=options)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._channel.close()

    async def __call__(self, request: Any, *, within: float | None = None, traceparent: str = "") -> Any:
        """The response of the request's method, within so many seconds. Raises Refused."""
        path, response_class = _method(request.DESCRIPTOR.full_name)
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = str(uuid4())
        call = self._channel.unary_unary(
            path, request_serializer=type(request).SerializeToString, response_deserializer=response_class.FromString
        )
        metadata = [("authorization", f"Bearer {self._token()}")]
        if traceparent:
            metadata.append(("traceparent", traceparent))
        loop = asyncio.get_running_loop()
        end = loop.time() + (self._timeout if within is None else within)
        pause = _FIRST_PAUSE
        while True:
            try:
                return await call(request, metadata=metadata, timeout=max(end - loop.time(), 0.001))
            except grpc.aio.AioRpcError as error:
                refused = _refused(error)
                if refused.code not in _REPEATED or loop.time() + pause > end:
                    raise refused from None
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


@cache
def _method(request: str) -> tuple[str, type[Message]]:
    for service in contract.services().values():
        for method in contract.methods(service):
            if method.input_type.full_name == request:
                response_class = contract.message_class(method.output_type.full_name)
                return f"/{service.full_name}/{method.name}", response_class
    raise LookupError(f"no method of the contract takes {request}")


def _refused(error: grpc.aio.AioRpcError) -> Refused:
    info = info_of(error)
    return Refused(
        error.code(),
        info.reason if info else "",
        error.details() or "",
        dict(info.metadata) if info else {},
        violations_of(error),
    )
