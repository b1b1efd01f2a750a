"""The envelope: what was stored is what a record says, and what a record says is checked before anybody believes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.bus import Record, from_record, intact, to_record
from linkage.bus.envelope import MalformedRecord
from linkage.store import Metadata, StoredEvent, link

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
words = st.text("0123456789abcdefgh-参", min_size=1, max_size=12)
times = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]), min_value=datetime(1900, 1, 1))
stored = st.builds(
    StoredEvent,
    position=st.integers(1, 2**63 - 1),
    stream=st.builds("{}/{}/{}".format, words, words, words),
    version=st.integers(1, 2**31 - 1),
    key=words,
    type=st.just("linkage.v1.InvitationAccepted"),
    data=st.binary(max_size=40),
    metadata=st.builds(Metadata, words, words, texts, times, times, st.uuids(), texts, texts, texts, texts),
    previous_hash=st.binary(min_size=32, max_size=32),
    hash=st.binary(min_size=32, max_size=32),
)

AT = datetime(2023, 5, 4, 1, 2, 3, 4, UTC)
METADATA = Metadata(
    "512021",
    "county",
    "cppcc-office",
    AT,
    AT,
    UUID("6f0a1c62-6b0e-4d5c-9b8e-8a1f2f6f4f51"),
    "512000-JW-1",
    "",
    "",
    "2023.1",
)
STREAM, TYPE, DATA = "512021/participation/512000-JW-1", "linkage.v1.InvitationAccepted", b"\x0a\x0b512000-JW-1"
EVENT = StoredEvent(
    7, STREAM, 1, "512000-JW-1", TYPE, DATA, METADATA, bytes(32), link(bytes(32), STREAM, 1, TYPE, METADATA, DATA)
)


@given(stored)
def test_a_record_gives_back_the_event_it_was_made_of(event: StoredEvent) -> None:
    assert from_record(*to_record(event)) == event


@given(stored)
def test_a_record_leaves_out_what_is_empty(event: StoredEvent) -> None:
    assert all(value for _, value in to_record(event)[2])


def test_a_record_follows_cloudevents_in_binary_mode() -> None:
    key, value, headers = to_record(EVENT)
    assert (key, value) == (b"512000-JW-1", DATA)
    assert dict(headers) == {
        "ce_specversion": b"1.0",
        "content-type": b"application/protobuf",
        "ce_id": b"512021/participation/512000-JW-1@1",
        "ce_source": b"512021",
        "ce_type": b"linkage.v1.InvitationAccepted",
        "ce_subject": b"512021/participation/512000-JW-1",
        "ce_time": b"2023-05-04T01:02:03.000004Z",
        "ce_sequence": b"1",
        "ce_position": b"7",
        "ce_tier": b"county",
        "ce_recordedtime": b"2023-05-04T01:02:03.000004Z",
        "ce_actorpost": b"cppcc-office",
        "ce_correlationid": b"512000-JW-1",
        "ce_requestid": b"6f0a1c62-6b0e-4d5c-9b8e-8a1f2f6f4f51",
        "ce_policypack": b"2023.1",
        "ce_partitionkey": b"512000-JW-1",
        "ce_previoushash": b"00" * 32,
        "ce_hash": EVENT.hash.hex().encode(),
    }


def test_the_chain_can_be_checked_from_the_record_alone() -> None:
    assert intact(from_record(*to_record(EVENT)))


@pytest.mark.parametrize(
    "altered",
    [
        EVENT._replace(data=DATA + b"\x10\x01"),
        EVENT._replace(version=2),
        EVENT._replace(type="linkage.v1.InvitationDeclined"),
        EVENT._replace(metadata=METADATA._replace(organisation="512022")),
        EVENT._replace(metadata=METADATA._replace(occurred_at=AT + timedelta(microseconds=1))),
        EVENT._replace(previous_hash=b"\1" * 32),
    ],
)
def test_an_altered_event_does_not_give_its_hash(altered: StoredEvent) -> None:
    assert not intact(from_record(*to_record(altered)))


@pytest.mark.parametrize(
    ("header", "value", "complaint"),
    [
        ("ce_specversion", b"0.3", "ce_specversion is not 1.0"),
        ("content-type", b"application/json", "content-type is not application/protobuf"),
        ("ce_id", b"another@1", "ce_id is not"),
        ("ce_source", b"", "ce_source is missing"),
        ("ce_type", b"", "ce_type is missing"),
        ("ce_subject", b"no-slashes", "ce_subject is not"),
        ("ce_subject", b"512021//1", "ce_subject is not"),
        ("ce_subject", b"512021/participation/" + b"1" * 600, "ce_subject is not"),
        ("ce_time", b"yesterday", "ce_time is not a time"),
        ("ce_time", b"2023-05-04T01:02:03Z", "ce_time is not a time"),
        ("ce_time", b"2023-05-04T09:02:03.000000+08:00", "ce_time is not a time"),
        ("ce_sequence", b"0", "ce_sequence is not a number"),
        ("ce_sequence", b"-1", "ce_sequence is not a number"),
        ("ce_sequence", b"2147483648", "ce_sequence is not a number"),
        ("ce_sequence", "１".encode(), "ce_sequence is not a number"),
        ("ce_position", b"9" * 5000, "ce_position is not a number"),
        ("ce_requestid", b"6F0A1C62-6B0E-4D5C-9B8E-8A1F2F6F4F51", "ce_requestid is not a UUID"),
        ("ce_partitionkey", b"512000-JW-2", "ce_partitionkey is not the record's key"),
        ("ce_hash", b"abc", "ce_hash is not 32 bytes"),
        ("ce_previoushash", b"00 " * 32, "ce_previoushash is not 32 bytes"),
        ("ce_actorpost", b"\xff\xfe", "ce_actorpost is not UTF-8"),
        ("ce_actorpost", b"a\0b", "ce_actorpost contains a NUL"),
    ],
)
def test_a_hostile_header_is_refused_by_name(header: str, value: bytes, complaint: str) -> None:
    with pytest.raises(MalformedRecord, match=complaint):
        from_record(*_with(to_record(EVENT), header, value))


@pytest.mark.parametrize(
    "header",
    [name for name, _ in to_record(EVENT)[2] if name not in ("ce_actorpost", "ce_correlationid", "ce_policypack")],
)
def test_a_missing_header_is_refused(header: str) -> None:
    key, value, headers = to_record(EVENT)
    with pytest.raises(MalformedRecord, match=header):
        from_record(key, value, [pair for pair in headers if pair[0] != header])


def test_a_header_given_twice_is_refused() -> None:
    key, value, headers = to_record(EVENT)
    with pytest.raises(MalformedRecord, match="ce_hash is there twice"):
        from_record(key, value, [*headers, ("ce_hash", b"00" * 32)])


def test_a_record_without_key_or_value_is_refused() -> None:
    key, value, headers = to_record(EVENT)
    with pytest.raises(MalformedRecord, match="no value"):
        from_record(key, None, headers)
    with pytest.raises(MalformedRecord, match="record's key"):
        from_record(None, value, headers)


def test_headers_of_others_are_ignored() -> None:
    key, value, headers = to_record(EVENT)
    assert from_record(key, value, [*headers, ("b3", b"\xff"), ("ce_sampledrate", b"1")]) == EVENT


@given(
    st.none() | st.binary(max_size=8),
    st.none() | st.binary(max_size=8),
    st.lists(st.tuples(st.sampled_from([*dict(to_record(EVENT)[2]), "other"]), st.none() | st.binary(max_size=40))),
)
def test_no_record_whatever_raises_anything_else(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    with pytest.raises(MalformedRecord):
        from_record(key, value, headers)


def _with(record: Record, header: str, value: bytes) -> Record:
    key, data, headers = record
    return key, data, [(name, value if name == header else old) for name, old in headers]
