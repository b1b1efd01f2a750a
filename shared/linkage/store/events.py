"""What the store takes and gives: events, their metadata, where a stream ends, and what can go wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

__all__ = [
    "AppendRejected",
    "Appended",
    "ChainBroken",
    "Excerpt",
    "Head",
    "Metadata",
    "NewEvent",
    "RequestReused",
    "StoreClosed",
    "StoreUnavailable",
    "StoredEvent",
    "VersionConflict",
]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream ends: the version of its last event (0: no event yet) and that event's hash (32 bytes)."""

    version: int = 0
    hash: bytes = bytes(32)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be stored: its full protobuf name and the serialized message."""

    type: str
    data: bytes


class Metadata(NamedTuple):
    """Who recorded an event, when, and because of what. Times are aware (UTC); an unknown text is empty.

    A named tuple, since one is made for every event that is read.
    """

    organisation: str
    tier: str
    post: str
    occurred_at: datetime
    recorded_at: datetime
    request_id: UUID
    correlation_id: str
    causation_id: str
    traceparent: str
    policy_pack: str


class StoredEvent(NamedTuple):
    """An event as the log holds it. `position` orders the whole log (with gaps), `version` its stream (without)."""

    position: int
    stream: str
    version: int
    key: str
    type: str
    data: bytes
    metadata: Metadata
    previous_hash: bytes
    hash: bytes

    @property
    def id(self) -> str:
        """The id under which the whole system knows this event (CloudEvents `ce_id`)."""
        return f"{self.stream}@{self.version}"


class Excerpt(NamedTuple):
    """What a fold needs of a stored event: the rest is evidence, which costs as much again to read."""

    position: int
    stream: str
    version: int
    key: str
    type: str
    data: bytes
    hash: bytes
    tier: str
    post: str
    occurred_at: datetime
    recorded_at: datetime
    correlation_id: str
    causation_id: str


@dataclass(frozen=True, slots=True)
class Appended:
    """The answer to an append: where the stream ends now and the position of its last event.

    `repeated`: the request was stored before, and this is the answer it got then.
    """

    stream: str
    head: Head
    position: int
    repeated: bool


class VersionConflict(Exception):
    """The stream does not end where the caller believed: somebody else was first. Nothing was stored."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream} ends at version {actual}, not {expected}")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class RequestReused(Exception):
    """The same request id was stored before with other content. Nothing was stored."""

    def __init__(self, request_id: UUID) -> None:
        super().__init__(f"request {request_id} was stored before with other content")
        self.request_id = request_id


class ChainBroken(Exception):
    """The stream ends at the expected version, but with another hash: caller and store saw different events."""

    def __init__(self, stream: str, version: int) -> None:
        super().__init__(f"{stream}@{version} has another hash in the store than the caller has seen")
        self.stream = stream
        self.version = version


class AppendRejected(Exception):
    """PostgreSQL refused the append's content (for example a NUL character in a text). Nothing was stored."""


class StoreUnavailable(Exception):
    """PostgreSQL did not answer. An append may or may not be stored: repeat it with the same request id."""


class StoreClosed(StoreUnavailable):
    """The store is closing or closed. Nothing was stored."""
