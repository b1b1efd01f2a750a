"""What the store's tests append."""

from collections.abc import Awaitable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from linkage.store import Appended, Head, Metadata, NewEvent, Store

__all__ = ["JOINT_WORK", "REQUEST", "accepted", "append", "fulfilled", "metadata", "participation"]

JOINT_WORK = "512000-JW-1"
REQUEST = b"fingerprint of one request".ljust(32)


def participation(name: str = JOINT_WORK) -> str:
    return f"512021/participation/{name}"


def accepted(text: str = "accepted") -> NewEvent:
    return NewEvent("linkage.v1.InvitationAccepted", text.encode())


def metadata(request_id: UUID | None = None) -> Metadata:
    return Metadata(
        organisation="512021",
        tier="county",
        post="CPPCC_OFFICE",
        occurred_at=datetime(2023, 5, 4, 1, 2, 3, tzinfo=UTC),
        recorded_at=datetime(2023, 5, 4, 1, 2, 3, 456789, tzinfo=UTC),
        request_id=request_id or uuid4(),
        correlation_id=JOINT_WORK,
        causation_id="",
        traceparent="",
        policy_pack="base-2023.1",
    )


def append(
    store: Store,
    stream: str,
    head: Head | None = None,
    *events: NewEvent,
    request_id: UUID | None = None,
    fingerprint: bytes = REQUEST,
) -> Awaitable[Appended]:
    """Appends one acceptance, or the events given, where the stream ends at `head` (default: a new stream)."""
    return store.append(stream, JOINT_WORK, head or Head(), events or (accepted(),), metadata(request_id), fingerprint)


def fulfilled(outcomes: list[Appended | BaseException]) -> list[Appended]:
    """The answers among the outcomes of `asyncio.gather(..., return_exceptions=True)`."""
    return [outcome for outcome in outcomes if isinstance(outcome, Appended)]
