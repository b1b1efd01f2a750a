"""What a read model folds: an event, decoded once for all read models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from linkage import contract, traces
from linkage.bus import from_record, to_record
from linkage.store import Excerpt, StoredEvent

__all__ = ["Fact", "Record", "fact_of", "micros", "read", "timestamp", "told", "traceparent_of"]

_NOTHING = Timestamp()
_KNOWN: dict[bytes, tuple[str, Callable[[bytes], Message]]] = {}
"""Types that were read before, as they stand in headers: their names, and what reads their messages."""
_new: Any = tuple.__new__  # past the constructor of a named tuple, which is a function in Python
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Record(NamedTuple):
    """A Kafka record as it came."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def traceparent_of(record: Record) -> str:
    """The trace context under which the event was recorded; '' where there is none."""
    found = dict(record.headers).get("ce_traceparent") or b""
    return traces.accepted(found.decode("ascii", "replace"))


class Fact(NamedTuple):
    """An event and what it says. A named tuple, since one is made for every event.

    `body`: whose stream it is, `kind`: the stream's kind. `at`: when it occurred, in microseconds since 1970: whole
    numbers, so that folds compare and store them as they are. `published_at`: when the others could know of it.
    `problem`: why the message could not be decoded; such a fact is nowhere folded, its stream is parked.
    """

    stream: str
    version: int
    key: str
    body: str
    kind: str
    type: str
    message: Message
    at: int
    tier: str
    post: str
    occurred_at: datetime
    recorded_at: datetime
    causation_id: str
    correlation_id: str
    hash: bytes
    position: int
    published_at: datetime
    origin: StoredEvent | Excerpt | Record
    problem: str = ""

    @property
    def id(self) -> str:
        """The id under which the whole system knows this event."""
        return f"{self.stream}@{self.version}"

    @property
    def data(self) -> bytes:
        """The message as it was stored and published."""
        return (self.origin.value or b"") if isinstance(self.origin, Record) else self.origin.data

    @property
    def event(self) -> StoredEvent:
        """The whole event, of which an excerpt does not know; raises MalformedRecord where what no read model needs is
        amiss."""
        assert not isinstance(self.origin, Excerpt)
        return self.origin if isinstance(self.origin, StoredEvent) else from_record(*self.origin)

    @property
    def record(self) -> Record:
        """The record that carries it, as `event`."""
        return self.origin if isinstance(self.origin, Record) else Record(*to_record(self.event))


def fact_of(event: StoredEvent | Excerpt) -> Fact:
    """A stored event as a fact. Its store does not know when it was published: soon after it was recorded."""
    if isinstance(event, Excerpt):
        (
            position, stream, version, key, type, data, hash, tier, post, occurred_at, recorded_at, correlation_id,
            causation_id,
        ) = event  # fmt: skip
    else:
        position, stream, version, key, type, data, metadata, _, hash = event
        _, tier, post, occurred_at, recorded_at, _, correlation_id, causation_id, _, _ = metadata
    body, kind, _ = stream.split("/", 2)
    message, problem = _decoded(type, data)
    since = occurred_at - _EPOCH
    at = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    fact: Fact = _new(Fact, (
        stream, version, key, body, kind, type, message, at, tier, post, occurred_at, recorded_at, causation_id,
        correlation_id, hash, position, recorded_at, event, problem,
    ))  # fmt: skip
    return fact


def told(entry: Any) -> Fact:
    """An entry of the timeline as a fact (`cross_tier_timeline.past.sql`); it has no position."""
    body, kind, _ = entry["stream"].split("/", 2)
    message, problem = _decoded(entry["type"], entry["data"])
    return Fact(
        entry["stream"], entry["version"], entry["key"], body, kind, entry["type"], message,
        (entry["occurred_at"] - _EPOCH) // _MICROSECOND, entry["tier"], entry["post"], entry["occurred_at"],
        entry["recorded_at"], entry["causation_id"], entry["correlation_id"], entry["hash"], 0,
        entry["published_at"], Record(entry["key"].encode(), entry["data"], ()), problem,
    )  # fmt: skip


def read(record: Record, published_at: float) -> Fact:
    """A Kafka record as a fact; raises MalformedRecord. `published_at`: the record's time, seconds since 1970.

    Reads only the headers that the read models need: the whole envelope costs four times as much. A record in which
    something is amiss goes the long way, which names what it is.
    """
    try:
        found: dict[str, Any] = dict(record.headers)
        subject: bytes = found["ce_subject"]
        sequence: bytes = found["ce_sequence"]
        key: bytes = found["ce_partitionkey"]
        if found["ce_id"] != b"%b@%b" % (subject, sequence) or key != record.key or len(found) != len(record.headers):
            return fact_of(from_record(*record))
        stream, raw_type = subject.decode(), found["ce_type"]
        body, kind, _ = stream.split("/", 2)
        occurred_at = datetime.fromisoformat(found["ce_time"].decode())
        type, message, problem = _read(raw_type, record.value or b"")
        fact: Fact = _new(Fact, (
            stream, int(sequence), key.decode(), body, kind, type, message, (occurred_at - _EPOCH) // _MICROSECOND,
            found["ce_tier"].decode(), found.get("ce_actorpost", b"").decode(), occurred_at,
            datetime.fromisoformat(found["ce_recordedtime"].decode()), found.get("ce_causationid", b"").decode(),
            found.get("ce_correlationid", b"").decode(), bytes.fromhex(found["ce_hash"].decode()),
            int(found["ce_position"]), datetime.fromtimestamp(published_at, UTC), record, problem,
        ))  # fmt: skip
        return fact
    except (KeyError, ValueError, TypeError, AttributeError):
        return fact_of(from_record(*record))


def _read(raw_type: bytes, data: bytes) -> tuple[str, Message, str]:
    known = _KNOWN.get(raw_type)
    if known is not None:
        try:
            return known[0], known[1](data), ""
        except DecodeError:
            pass
    type = raw_type.decode()
    message, problem = _decoded(type, data)
    if not problem:
        _KNOWN[raw_type] = type, contract.message_class(type).FromString
    return type, message, problem


def _decoded(type: str, data: bytes) -> tuple[Message, str]:
    try:
        return contract.decode(type, data), ""
    except contract.UnknownEvent as problem:
        return _NOTHING, str(problem)


def micros(time: Timestamp) -> int:
    """A contract's time in microseconds since 1970; 0 where it was not given."""
    return time.seconds * 1_000_000 + time.nanos // 1_000


def timestamp(at: int) -> Timestamp | None:
    """The contract's time; None for 0, so that a field that takes it stays empty."""
    return Timestamp(seconds=at // 1_000_000, nanos=at % 1_000_000 * 1_000) if at else None
