"""Events a second through the relay against a bare kafka-python transactional producer.

The bare producer has its records ready in memory, with the same keys, values and headers, and sends them in
transactions of the same size with the same settings; the relay reads the events from PostgreSQL, makes the records,
carries its cursor in each transaction, and believes no commit before it knows every record taken. Both in turns, in one
process, so that what the machine does meanwhile meets both alike. What the library's default settings give is told
beside it.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import uvloop
from kafka import KafkaProducer

from bench.measure import Row
from linkage import v1
from linkage.bus import KafkaSettings, Record, to_record, topics
from linkage.bus.publisher import PRODUCER
from linkage.bus.relay import Relay
from linkage.store import Head, Metadata, NewEvent, Store, StoredEvent, migrate

__all__ = ["relay_against_bare_producer"]

_ROUNDS = 9
_EVENTS = 10_000
_PAGE = 1_000
_WORKS = 200
_REACH = 0.8


def relay_against_bare_producer(dsn: str, settings: KafkaSettings) -> Row:
    """The row of the table. `dsn`: an empty database. Runs for about half a minute; not from an event loop."""
    topics.apply(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        events = runner.run(_recorded(dsn))
        records = [to_record(event) for event in events]
        topic = topics.topic_of("county", "participation")
        rates = []
        for number in range(_ROUNDS + 1):
            bare = _bare(settings, topic, records, PRODUCER)
            relay = runner.run(_relay(dsn, settings))
            if number:  # the first round warms both up
                rates.append((relay, bare))
    defaults = _bare(settings, topic, records, {"acks": "all"})
    ratio = statistics.median(relay / bare for relay, bare in rates)
    relay, bare = (statistics.median(values) for values in zip(*rates, strict=True))
    size = sum(len(key) + len(value) + sum(len(n) + len(v) for n, v in headers) for key, value, headers in records)
    detail = (
        f"{relay:,.0f}/s against {bare:,.0f}/s with the same settings ({defaults:,.0f}/s with the library's), "
        f"transactions of {_PAGE:,} events of {size // len(records)} bytes, headers included"
    )
    return Row("relay events/s vs a bare kafka-python transactional producer", ratio, _REACH, ratio >= _REACH, detail)


async def _recorded(dsn: str) -> list[StoredEvent]:
    """Fills the store: many joint works side by side, as a busy tier's log is."""
    await migrate(dsn)
    each = _EVENTS // _WORKS
    async with Store.open(dsn) as store:
        heads = [Head()] * _WORKS
        for start in range(0, each, 10):
            appended = await asyncio.gather(*[_record(store, n, heads[n], start) for n in range(_WORKS)])
            heads = list(appended)
        _, events = await store.page(0, _EVENTS)
    return events


async def _record(store: Store, work: int, head: Head, start: int) -> Head:
    key, now = f"512000-JW-{work}", datetime.now(UTC)
    new = [
        NewEvent(
            v1.InvitationAccepted.DESCRIPTOR.full_name,
            v1.InvitationAccepted(
                joint_work_id=key, initiator="512000", round=1, accepted_revision=start + n
            ).SerializeToString(),
        )
        for n in range(10)
    ]
    trace = f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"
    cause = f"512000/joint-work/{key}@3"
    metadata = Metadata("512021", "county", "cppcc-office", now, now, uuid4(), key, cause, trace, "ziyang@2023.1")
    stream = f"512021/participation/{key}"
    return (await store.append(stream, key, head, new, metadata, b"bench")).head


def _bare(settings: KafkaSettings, topic: str, records: Sequence[Record], options: dict[str, Any]) -> float:
    """Events a second; the first transaction opens connections and is not counted."""
    producer = KafkaProducer(**settings.client(), **options, transactional_id=f"bench-{uuid4().hex[:8]}")
    producer.init_transactions()
    begin = 0.0
    for start in range(0, len(records), _PAGE):
        producer.begin_transaction()
        for key, value, headers in records[start : start + _PAGE]:
            producer.send(topic, value, key, headers)
        producer.commit_transaction()
        begin = begin or time.perf_counter()
    took = time.perf_counter() - begin
    producer.close()
    return (len(records) - _PAGE) / took


async def _relay(dsn: str, settings: KafkaSettings) -> float:
    """Events a second of a relay that has everything still before it, from its first page on."""
    async with Store.open(dsn) as store:
        relay = Relay(store, dsn, settings, f"bench-{uuid4().hex[:8]}", page=_PAGE)
        running = asyncio.create_task(relay.run())
        await _until(relay, 1)
        first, begin = relay.status.published, time.perf_counter()
        await _until(relay, _EVENTS)
        took = time.perf_counter() - begin
        running.cancel()
        with suppress(asyncio.CancelledError):  # we have just cancelled it
            await running
    return (_EVENTS - first) / took


async def _until(relay: Relay, published: int) -> None:
    deadline = time.monotonic() + 120
    while relay.status.published < published:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the relay has not published {published:,} events: {relay.status}")
        await asyncio.sleep(0.005)
