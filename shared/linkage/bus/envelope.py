"""One event as one Kafka record: CloudEvents 1.0 in binary mode, the value being the very bytes that were stored.

| header                                  | what                                                                      |
|-----------------------------------------|---------------------------------------------------------------------------|
| ce_specversion, content-type            | 1.0, application/protobuf                                                 |
| ce_id                                   | `<stream>@<version>`: the same event always has the same id               |
| ce_source, ce_tier, ce_actorpost        | organisation, tier and post that recorded it                              |
| ce_type                                 | full protobuf name of the value                                           |
| ce_subject, ce_sequence                 | stream and version in it, from 1 without gaps                             |
| ce_time, ce_recordedtime                | when it occurred and when it was recorded, RFC 3339 UTC with microseconds |
| ce_position                             | where it lies in the store it comes from                                  |
| ce_correlationid, ce_causationid, ce_requestid, ce_traceparent | what it belongs to and came from                   |
| ce_policypack                           | the rules that were in force                                              |
| ce_partitionkey                         | the record's key                                                          |
| ce_previoushash, ce_hash                | the chain of evidence (design D11), hexadecimal: see `linkage.store.chain` |

Empty values are left out. Headers that are not listed are allowed and ignored, as CloudEvents asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from linkage.store import Metadata, StoredEvent, link, moment

__all__ = ["Headers", "MalformedRecord", "Record", "from_record", "intact", "to_record"]

Headers: TypeAlias = list[tuple[str, bytes]]
Record: TypeAlias = tuple[bytes, bytes, Headers]
"""Key, value and headers, as kafka-python takes them."""

_CONSTANT = ("ce_specversion", b"1.0"), ("content-type", b"application/protobuf")
_OPTIONAL = ("ce_actorpost", "ce_correlationid", "ce_causationid", "ce_traceparent", "ce_policypack")
_LARGEST_VERSION = 2**31 - 1
_LONGEST_STREAM = 512  # characters: it is a key in every reader's database
_LARGEST_POSITION = 2**63 - 1


class MalformedRecord(Exception):
    """The record is not an event in this envelope; the message names the header and what is wrong with it."""


def to_record(event: StoredEvent) -> Record:
    """The event as a record."""
    m = event.metadata
    stream = event.stream.encode()
    version = b"%d" % event.version
    key = event.key.encode()
    headers = [
        *_CONSTANT,
        ("ce_id", b"%b@%b" % (stream, version)),
        ("ce_source", m.organisation.encode()),
        ("ce_type", event.type.encode()),
        ("ce_subject", stream),
        ("ce_time", moment(m.occurred_at).encode()),
        ("ce_sequence", version),
        ("ce_position", b"%d" % event.position),
        ("ce_tier", m.tier.encode()),
        ("ce_recordedtime", moment(m.recorded_at).encode()),
        ("ce_requestid", str(m.request_id).encode()),
        ("ce_partitionkey", key),
        ("ce_previoushash", event.previous_hash.hex().encode()),
        ("ce_hash", event.hash.hex().encode()),
    ]
    if m.post:
        headers.append(("ce_actorpost", m.post.encode()))
    if m.correlation_id:
        headers.append(("ce_correlationid", m.correlation_id.encode()))
    if m.causation_id:
        headers.append(("ce_causationid", m.causation_id.encode()))
    if m.traceparent:
        headers.append(("ce_traceparent", m.traceparent.encode()))
    if m.policy_pack:
        headers.append(("ce_policypack", m.policy_pack.encode()))
    return key, event.data, headers


def from_record(key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> StoredEvent:
    """The event that the record carries, as the store that it comes from gave it out.

    Whether its content gives its hash is another question: see `intact`. Raises `MalformedRecord`.
    """
    found = _texts(headers)
    if value is None:
        raise MalformedRecord("the record has no value")
    for name, expected in _CONSTANT:
        if found.get(name) != expected.decode():
            raise MalformedRecord(f"{name} is not {expected.decode()}")
    stream = _required(found, "ce_subject")
    if len(stream) > _LONGEST_STREAM or stream.count("/") < 2 or not all(stream.split("/", 2)):
        raise MalformedRecord("ce_subject is not <organisation>/<kind>/<id>")
    version = _number(found, "ce_sequence", _LARGEST_VERSION)
    if found.get("ce_id") != f"{stream}@{version}":
        raise MalformedRecord("ce_id is not <ce_subject>@<ce_sequence>")
    partition_key = _required(found, "ce_partitionkey")
    if key != partition_key.encode():
        raise MalformedRecord("ce_partitionkey is not the record's key")
    post, correlation, causation, traceparent, policy_pack = [found.get(name, "") for name in _OPTIONAL]
    metadata = Metadata(
        _required(found, "ce_source"),
        _required(found, "ce_tier"),
        post,
        _moment(found, "ce_time"),
        _moment(found, "ce_recordedtime"),
        _uuid(found, "ce_requestid"),
        correlation,
        causation,
        traceparent,
        policy_pack,
    )
    return StoredEvent(
        _number(found, "ce_position", _LARGEST_POSITION),
        stream,
        version,
        partition_key,
        _required(found, "ce_type"),
        value,
        metadata,
        _hash(found, "ce_previoushash"),
        _hash(found, "ce_hash"),
    )


def intact(event: StoredEvent) -> bool:
    """Whether the event's content gives the hash it carries, which anyone can tell from the record alone."""
    return event.hash == link(event.previous_hash, event.stream, event.version, event.type, event.metadata, event.data)


def _texts(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, raw in headers:
        if name[:3] != "ce_" and name != "content-type":
            continue
        if name in found:
            raise MalformedRecord(f"{name} is there twice")
        try:
            text = (raw or b"").decode()
        except UnicodeDecodeError:
            raise MalformedRecord(f"{name} is not UTF-8") from None
        if "\0" in text:
            raise MalformedRecord(f"{name} contains a NUL character")
        found[name] = text
    return found


def _required(found: dict[str, str], name: str) -> str:
    text = found.get(name)
    if not text:
        raise MalformedRecord(f"{name} is missing")
    return text


def _number(found: dict[str, str], name: str, largest: int) -> int:
    text = _required(found, name)
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and text[0] != "0" and int(text) <= largest):
        raise MalformedRecord(f"{name} is not a number from 1 to {largest}")
    return int(text)


def _moment(found: dict[str, str], name: str) -> datetime:
    text = _required(found, name)
    try:
        at = datetime.fromisoformat(text)
        if moment(at) == text:
            return at
    except (ValueError, OverflowError):
        pass
    raise MalformedRecord(f"{name} is not a time in UTC as 2023-05-04T01:02:03.000000Z")


def _uuid(found: dict[str, str], name: str) -> UUID:
    text = _required(found, name)
    try:
        parsed = UUID(text)
        if str(parsed) == text:
            return parsed
    except ValueError:
        pass
    raise MalformedRecord(f"{name} is not a UUID in lower case with hyphens")


def _hash(found: dict[str, str], name: str) -> bytes:
    text = _required(found, name)
    try:
        parsed = bytes.fromhex(text)
        if len(parsed) == 32 and parsed.hex() == text:
            return parsed
    except ValueError:
        pass
    raise MalformedRecord(f"{name} is not 32 bytes in lower-case hexadecimal")
