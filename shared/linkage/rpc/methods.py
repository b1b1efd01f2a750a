"""The command methods of a tier: every rpc of its aggregates' services, carried out for the calling body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
from google.protobuf.message import Message

from linkage import contract
from linkage.domain.aggregate import Aggregate
from linkage.rpc.commands import Cause, Commands
from linkage.rpc.failure import Failure, Violation, invalid
from linkage.rpc.server import Call, Method
from linkage.store import AppendRejected

__all__ = ["command_methods"]

# A caller's clock may run ahead of ours by so much; beyond it, "when it happened" is a mistake.
_CLOCK_SKEW = timedelta(seconds=30)

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def command_methods(aggregates: Iterable[Aggregate], commands: Commands) -> Mapping[str, Method]:
    """Full method name → method, for every command of the aggregates' services in the contract."""
    methods: dict[str, Method] = {}
    for aggregate in aggregates:
        service = contract.kinds()[aggregate.kind].service
        for method in contract.methods(service) if service is not None else ():
            request_class = contract.message_class(method.input_type.full_name)
            if not commands.takes(request_class):
                raise LookupError(f"{aggregate.kind} has no decision for {method.full_name}")
            methods[method.full_name] = _method(contract.message_class(method.output_type.full_name), commands)
    return methods


def _method(response_class: type[Message], commands: Commands) -> Method:
    async def carry_out(request: Any, call: Call) -> Message:
        caller = call.caller
        if caller.organisation not in commands.hosted:
            raise Failure(
                grpc.StatusCode.PERMISSION_DENIED,
                "ORGANISATION_NOT_HOSTED",
                "this service does not write for the caller's organisation",
                {"organisation": caller.organisation},
            )
        at = _occurred(request)
        request_id = UUID(request.request_id)
        trace = _TRACEPARENT.fullmatch(call.traceparent)
        cause = Cause(
            correlation_id=trace[1] if trace else request_id.hex, traceparent=call.traceparent if trace else ""
        )
        try:
            receipt = await commands.carry_out(caller.organisation, caller.post, request, request_id, at, cause)
        except AppendRejected as error:
            raise Failure(
                grpc.StatusCode.INVALID_ARGUMENT, "CONTENT_NOT_STORABLE", "the content cannot be stored"
            ) from error
        return response_class(receipt=receipt)

    return carry_out


def _occurred(request: Any) -> datetime:
    """When it happened, by the caller's word; now, where it says nothing. Never later than now."""
    now = datetime.now(UTC)
    if not request.HasField("occurred_at"):
        return now
    occurred: datetime = request.occurred_at.ToDatetime(tzinfo=UTC)
    if occurred > now + _CLOCK_SKEW:
        raise invalid((Violation("occurred_at", "must not lie in the future", "FIELD_OUT_OF_RANGE"),))
    return occurred
