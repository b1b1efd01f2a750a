"""Every way a call can fail, as google.rpc.Status with an ErrorInfo (AIP-193): a stable reason and a sentence.

Design §5: bad fields are INVALID_ARGUMENT with BadRequest, refusals FAILED_PRECONDITION, authority PERMISSION_DENIED,
lost races ABORTED. Nothing else reaches a caller: no traceback, no server text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from linkage.domain.decision import Refusal

__all__ = ["DOMAIN", "Failure", "Violation", "info_of", "invalid", "of_refusal", "reason_of", "violations_of"]

DOMAIN = "linkage.v1"
_DETAILS = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that does not hold what the contract allows."""

    field: str
    description: str
    reason: str


class Failure(Exception):
    """A call that is refused. `detail` holds every dynamic part of the message, as AIP-193 asks."""

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        detail: Mapping[str, str] | None = None,
        violations: Sequence[Violation] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.detail = dict(detail or {})
        self.violations = tuple(violations)
        self.retry_after = retry_after

    def trailer(self) -> tuple[tuple[str, bytes], ...]:
        """Trailing metadata with the serialized google.rpc.Status."""
        status = status_pb2.Status(code=self.code.value[0], message=self.message)
        info = error_details_pb2.ErrorInfo(reason=self.reason, domain=DOMAIN, metadata=self.detail)
        status.details.append(_pack(info))
        if self.violations:
            bad = error_details_pb2.BadRequest()
            for violation in self.violations:
                bad.field_violations.add(
                    field=violation.field, description=violation.description, reason=violation.reason
                )
            status.details.append(_pack(bad))
        if self.code is grpc.StatusCode.FAILED_PRECONDITION:
            failed = error_details_pb2.PreconditionFailure()
            failed.violations.add(
                type=self.detail.get("rule") or self.reason,
                subject=self.detail.get("stream", ""),
                description=self.message,
            )
            status.details.append(_pack(failed))
        if self.retry_after is not None:
            retry = error_details_pb2.RetryInfo()
            retry.retry_delay.FromMilliseconds(int(self.retry_after * 1000))
            status.details.append(_pack(retry))
        return ((_DETAILS, status.SerializeToString()),)


def _pack(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def invalid(violations: Sequence[Violation]) -> Failure:
    """INVALID_ARGUMENT naming every bad field; the reason is the first violation's."""
    first = violations[0]
    return Failure(
        grpc.StatusCode.INVALID_ARGUMENT,
        first.reason,
        "; ".join(f"{violation.field}: {violation.description}" for violation in violations[:5]),
        {"field": first.field},
        violations,
    )


def of_refusal(refusal: Refusal, stream: str, cite: str) -> Failure:
    """FAILED_PRECONDITION naming the rule and its citation: the refusal's own, else `cite`, the command's."""
    detail = dict(refusal.detail)
    detail["stream"] = stream
    if refusal.rule:
        detail["rule"] = refusal.rule
    if refusal.cite or cite:
        detail["cite"] = refusal.cite or cite
    return Failure(grpc.StatusCode.FAILED_PRECONDITION, refusal.reason, refusal.message, detail)


def reason_of(error: grpc.RpcError) -> str:
    """Reason of a failed call, for clients and tests; '' where the server gave none."""
    info = info_of(error)
    return str(info.reason) if info is not None else ""


def info_of(error: grpc.RpcError) -> error_details_pb2.ErrorInfo | None:
    """ErrorInfo of a failed call: reason, domain and what it was about; None where the server gave none."""
    info = error_details_pb2.ErrorInfo()
    return info if _unpacked(error, info) else None


def violations_of(error: grpc.RpcError) -> tuple[Violation, ...]:
    """Every bad field that a failed call names; none where it failed for something else."""
    bad = error_details_pb2.BadRequest()
    if not _unpacked(error, bad):
        return ()
    return tuple(Violation(each.field, each.description, each.reason) for each in bad.field_violations)


def _unpacked(error: grpc.RpcError, into: Message) -> bool:
    trailer: Any = error.trailing_metadata()
    return any(
        packed.Unpack(into)
        for key, value in trailer or ()
        if key == _DETAILS
        for packed in status_pb2.Status.FromString(value).details
    )
