"""The chain of evidence: each event's hash covers its predecessor's, so that nobody alters the past unnoticed.

The hash is SHA-256 over these fields in this order, each preceded by its length in bytes (4 bytes, big endian).
The right column names the CloudEvents header that carries the same bytes on Kafka; a header left out counts as empty.

    previous hash (32 bytes, zeros before the first event)    ce_previoushash, there in hex
    stream                                                    ce_subject
    version, decimal                                          ce_sequence
    type, full protobuf name                                  ce_type
    organisation                                              ce_source
    tier                                                      ce_tier
    post                                                      ce_actorpost
    occurred, RFC 3339 in UTC with six decimals and Z         ce_time
    recorded, likewise                                        ce_recordedtime
    correlation id                                            ce_correlationid
    causation id                                              ce_causationid
    request id, lower-case UUID with hyphens                  ce_requestid
    traceparent                                               ce_traceparent
    policy pack                                               ce_policypack
    data, the serialized message                              the record's value

Texts are UTF-8. So whoever has the topic can recompute every hash; a change, a swap, a removal or an insertion shows.
Position is not part of it: it says where the event lies in one store, not what was recorded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from struct import Struct

from linkage.store.events import Head, Metadata, StoredEvent

__all__ = ["BrokenLink", "link", "moment", "verify"]

_LENGTH = Struct(">I").pack


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first event of a stream that does not follow from its predecessor, and why."""

    stream: str
    version: int
    reason: str


def moment(at: datetime) -> str:
    """An aware time as the record's headers and the hash have it: `2023-05-04T01:02:03.000000Z`."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")[:-6] + "Z"


def link(previous_hash: bytes, stream: str, version: int, type: str, metadata: Metadata, data: bytes) -> bytes:
    """The hash (32 bytes) of the event that follows `previous_hash` in `stream`. The one place where it is computed."""
    m = metadata
    occurred = _text(moment(m.occurred_at))
    parts = (
        _LENGTH(len(previous_hash)),
        previous_hash,
        _name(stream),
        _text(str(version)),
        _name(type),
        _name(m.organisation),
        _name(m.tier),
        _name(m.post),
        occurred,
        occurred if m.recorded_at is m.occurred_at else _text(moment(m.recorded_at)),
        _name(m.correlation_id),
        _text(m.causation_id),
        _text(str(m.request_id)),
        _text(m.traceparent),
        _name(m.policy_pack),
        _LENGTH(len(data)),
        data,
    )
    return sha256(b"".join(parts)).digest()


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _LENGTH(len(encoded)) + encoded


_name = lru_cache(maxsize=4096)(_text)
"""A text that comes again and again."""


def verify(events: Iterable[StoredEvent], head: Head | None = None) -> BrokenLink | None:
    """The first broken link in one stream's events, which are given in order; None if the chain holds.

    `head` is where the events before these ended (default: the stream's beginning).
    """
    before = head or Head()
    stream = None
    for event in events:
        stream = stream or event.stream
        broken = _broken(stream, before, event)
        if broken:
            return BrokenLink(event.stream, event.version, broken)
        before = Head(event.version, event.hash)
    return None


def _broken(stream: str, before: Head, event: StoredEvent) -> str:
    if event.stream != stream:
        return f"belongs to another stream than {stream}"
    if event.version != before.version + 1:
        return f"follows version {before.version}"
    if event.previous_hash != before.hash:
        return "does not carry its predecessor's hash"
    if event.hash != link(before.hash, stream, event.version, event.type, event.metadata, event.data):
        return "its content does not give its hash"
    return ""
