"""What a read model folds: a stored event together with what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from linkage import contract
from linkage.store import StoredEvent

__all__ = ["Fact", "fact_of", "micros", "timestamp"]

_NOTHING = Timestamp()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Fact:
    """An event, decoded once for all read models.

    `at`: when it occurred, in microseconds since 1970; whole numbers, so that folds compare and store them as they are.
    `problem`: why the message could not be decoded; such a fact is nowhere folded, its stream is parked.
    """

    event: StoredEvent
    message: Message
    at: int
    problem: str = ""

    @property
    def organisation(self) -> str:
        """The body whose stream it is."""
        return self.event.stream.split("/", 1)[0]


def fact_of(event: StoredEvent) -> Fact:
    """Decodes an event."""
    at = (event.metadata.occurred_at - _EPOCH) // _MICROSECOND
    try:
        return Fact(event, contract.decode(event.type, event.data), at)
    except contract.UnknownEvent as problem:
        return Fact(event, _NOTHING, at, str(problem))


def micros(time: Timestamp) -> int:
    """A contract's time in microseconds since 1970; 0 where it was not given."""
    return time.seconds * 1_000_000 + time.nanos // 1_000


def timestamp(at: int) -> Timestamp | None:
    """The contract's time; None for 0, so that a field that takes it stays empty."""
    return Timestamp(seconds=at // 1_000_000, nanos=at % 1_000_000 * 1_000) if at else None
