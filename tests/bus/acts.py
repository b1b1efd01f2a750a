"""What the bus's tests do again and again: record events, read topics as a subscriber, wait for something to hold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from kafka import KafkaConsumer, TopicPartition

from linkage.bus import KafkaSettings, from_record
from linkage.bus.topics import topic_of
from linkage.store import Head, Metadata, NewEvent, Store, StoredEvent, link

__all__ = [
    "ACCEPTED",
    "TOPIC",
    "chained",
    "comes_true",
    "metadata",
    "new_stream",
    "published",
    "record",
    "running",
    "versions",
]

ACCEPTED = "linkage.v1.InvitationAccepted"
TOPIC = topic_of("county", "participation")


def new_stream() -> str:
    """A stream nobody else's test writes to."""
    return f"512021/participation/512000-{uuid4().hex[:12]}"


def metadata() -> Metadata:
    """Metadata of an append of now."""
    now = datetime.now(UTC)
    return Metadata("512021", "county", "cppcc-office", now, now, uuid4(), "", "", "", "")


async def record(store: Store, stream: str, events: int = 1) -> None:
    """Appends events to the stream, wherever it ends, in one append."""
    new = [NewEvent(ACCEPTED, b"%d" % n) for n in range(events)]
    await store.append(stream, stream.rsplit("/", 1)[1], await store.head(stream), new, metadata(), b"fingerprint")


def chained(stream: str, events: int) -> list[StoredEvent]:
    """Events of a new stream as a store would give them out."""
    head, made = Head(), []
    for version in range(1, events + 1):
        data, meta = b"%d" % version, metadata()
        hash = link(head.hash, stream, version, ACCEPTED, meta, data)
        key = stream.rsplit("/", 1)[1]
        made.append(StoredEvent(version, stream, version, key, ACCEPTED, data, meta, head.hash, hash))
        head = Head(version, hash)
    return made


def published(settings: KafkaSettings, streams: Iterable[str]) -> list[StoredEvent]:
    """What a read_committed subscriber sees of these streams now, each stream as it lies in its partition."""
    with closing(
        KafkaConsumer(**settings.client(), isolation_level="read_committed", fetch_max_wait_ms=20, check_crcs=False)
    ) as reader:
        places = [TopicPartition(TOPIC, n) for n in range(settings.partitions)]
        ends = reader.end_offsets(places)
        reader.assign(places)
        reader.seek_to_beginning(*places)
        found = []
        while any(reader.position(place) < ends[place] for place in places):
            for records in reader.poll(timeout_ms=100, max_records=5000).values():
                found += [from_record(r.key, r.value, r.headers) for r in records if dict(r.headers).get("ce_id")]
    wanted = set(streams)
    return [event for event in found if event.stream in wanted]


async def are_published(settings: KafkaSettings, streams: Iterable[str], events: int) -> bool:
    """Whether so many events of these streams are. Looked for in a thread: who publishes them runs in this loop."""
    return len(await asyncio.to_thread(published, settings, streams)) >= events


def versions(events: Iterable[StoredEvent], stream: str) -> list[int]:
    """The stream's versions, as they came."""
    return [event.version for event in events if event.stream == stream]


async def comes_true(
    condition: Callable[[], bool | Awaitable[bool]], seconds: float = 60, *, otherwise: Callable[[], object] = str
) -> None:
    """Waits until the condition holds; fails after `seconds`, and says what `otherwise` has to say."""
    deadline = time.monotonic() + seconds
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        assert time.monotonic() < deadline, f"did not come true within {seconds:.0f} s {otherwise()}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Runs a relay or an inbox alongside, and stops it in order."""
    task = asyncio.create_task(work)
    try:
        yield task
        assert not task.done(), "it ended by itself"
    finally:
        task.cancel()
        await asyncio.wait({task})
