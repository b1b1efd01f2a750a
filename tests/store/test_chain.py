"""The chain of evidence: whoever changes the past is found out."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import asyncpg
import pytest

from linkage.store import BrokenLink, Head, Store, StoredEvent, link, moment, verify
from tests.store.appends import accepted, append, metadata, participation

STREAM = participation()


async def history(store: Store) -> list[StoredEvent]:
    first = await append(store, STREAM, None, accepted("one"), accepted("two"))
    await append(store, STREAM, first.head, accepted("three"))
    return await store.load(STREAM)


async def test_an_untouched_stream_verifies(store: Store) -> None:
    events = await history(store)
    assert verify(events) is None
    assert verify(events[1:], Head(1, events[0].hash)) is None
    assert verify([]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"data": b"no"},
        {"type": "linkage.v1.InvitationDeclined"},
        {"metadata": metadata()._replace(post="SOMEBODY_ELSE")},
        {"metadata": metadata()._replace(recorded_at=datetime(2023, 5, 4, tzinfo=UTC))},
        {"hash": b"x" * 32},
        {"previous_hash": b"x" * 32},
    ],
)
async def test_a_changed_event_is_the_first_broken_link(store: Store, change: dict[str, object]) -> None:
    one, two, three = await history(store)
    broken = verify([one, two._replace(**change), three])  # type: ignore[arg-type]
    assert broken is not None
    assert (broken.stream, broken.version) == (STREAM, 2)


async def test_a_removed_a_repeated_and_a_foreign_event_show(store: Store) -> None:
    one, two, three = await history(store)
    assert verify([one, three]) == BrokenLink(STREAM, 3, "follows version 1")
    assert verify([one, two, two]) == BrokenLink(STREAM, 2, "follows version 2")
    assert verify([two, three]) == BrokenLink(STREAM, 2, "follows version 0")
    assert verify([one, two._replace(stream="another")]) == BrokenLink(
        "another", 2, f"belongs to another stream than {STREAM}"
    )


async def test_an_event_rewritten_with_a_fitting_hash_breaks_the_next_link(store: Store) -> None:
    one, two, three = await history(store)
    forged = two._replace(data=b"no", hash=link(one.hash, STREAM, 2, two.type, two.metadata, b"no"))
    assert verify([one, forged, three]) == BrokenLink(STREAM, 3, "does not carry its predecessor's hash")


async def test_whoever_disables_the_guard_in_the_database_is_found_out(dsn: str, store: Store) -> None:
    await history(store)
    db = await asyncpg.connect(dsn)
    try:
        await db.execute("alter table events disable trigger append_only")
        await db.execute("update events set data = 'no' where version = 2")
    finally:
        await db.close()
    broken = verify(await store.load(STREAM))
    assert broken == BrokenLink(STREAM, 2, "its content does not give its hash")


def test_the_hash_can_be_recomputed_from_the_records_texts_alone() -> None:
    """As a reader of the topic would, who has the headers and the value, but not this code."""
    request = UUID("5ab8f1a0-7e3e-4f0b-9d0e-0c6f9d3c1a11")
    fields = [
        bytes(32),
        STREAM.encode(),
        b"1",
        b"linkage.v1.InvitationAccepted",
        b"512021",
        b"county",
        b"CPPCC_OFFICE",
        b"2023-05-04T01:02:03.000000Z",
        b"2023-05-04T01:02:03.456789Z",
        b"512000-JW-1",
        b"",
        b"5ab8f1a0-7e3e-4f0b-9d0e-0c6f9d3c1a11",
        b"",
        b"base-2023.1",
        b"the message",
    ]
    expected = hashlib.sha256(b"".join(len(field).to_bytes(4, "big") + field for field in fields)).digest()
    assert link(bytes(32), STREAM, 1, "linkage.v1.InvitationAccepted", metadata(request), b"the message") == expected


def test_a_moment_is_the_same_text_in_every_time_zone() -> None:
    beijing = datetime(2023, 5, 4, 9, 2, 3, 4, tzinfo=timezone(timedelta(hours=8)))
    assert moment(beijing) == moment(beijing.astimezone(UTC)) == "2023-05-04T01:02:03.000004Z"
