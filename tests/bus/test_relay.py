"""The relay publishes every event exactly once and in stream order, whatever happens to it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaError

from linkage.bus import KafkaSettings
from linkage.bus.cursor import read_cursor
from linkage.bus.publisher import Fenced, Publisher
from linkage.bus.relay import Relay
from linkage.store import Head, NewEvent, Store
from tests.bus.acts import (
    ACCEPTED,
    are_published,
    chained,
    comes_true,
    metadata,
    new_stream,
    published,
    record,
    running,
    versions,
)
from tests.bus.doomed import POINTS

LEADER = (
    "select pid from pg_stat_activity join pg_locks using (pid) where locktype = 'advisory' and application_name = $1"
)


@pytest.fixture
def name() -> str:
    """A tier instance nobody else's test has."""
    return f"county-{uuid4().hex[:8]}"


@pytest.fixture
def relay(store: Store, dsn: str, settings: KafkaSettings, name: str) -> Relay:
    """That instance's relay."""
    return Relay(store, dsn, settings, name, page=50)


async def test_every_event_is_published_once_and_in_stream_order(
    relay: Relay, store: Store, settings: KafkaSettings
) -> None:
    streams = [new_stream() for _ in range(20)]
    await asyncio.gather(*[record(store, stream, 10) for stream in streams])
    async with running(relay.run()):
        for _ in range(5):
            await asyncio.gather(*[record(store, stream, 2) for stream in streams])
        await comes_true(lambda: relay.status.published == 400)
    stored = [event for stream in streams for event in await store.load(stream)]
    seen = published(settings, streams)
    assert sorted(seen, key=lambda e: e.position) == sorted(stored, key=lambda e: e.position)
    assert all(versions(seen, stream) == list(range(1, 21)) for stream in streams)
    assert relay.status.cursor == max(event.position for event in stored)


async def test_a_relay_killed_at_any_point_of_a_transaction_loses_and_doubles_nothing(
    relay: Relay, store: Store, dsn: str, settings: KafkaSettings, name: str
) -> None:
    streams = [new_stream() for _ in range(5)]
    for point in POINTS:
        await asyncio.gather(*[record(store, stream, 8) for stream in streams])
        await _dies(dsn, settings, name, point)
    async with running(relay.run()):
        await comes_true(lambda: relay.status.cursor > 0 and relay.status.cursor == relay.status.read)
        await comes_true(lambda: are_published(settings, streams, 160))
    seen = published(settings, streams)
    assert all(versions(seen, stream) == list(range(1, 33)) for stream in streams)


async def test_a_second_relay_waits_until_the_first_stops(
    relay: Relay, store: Store, dsn: str, settings: KafkaSettings, name: str
) -> None:
    second, stream = Relay(store, dsn, settings, name), new_stream()
    first_runs = asyncio.create_task(relay.run())
    await comes_true(lambda: relay.status.leading)
    async with running(second.run()):
        await record(store, stream, 3)
        await comes_true(lambda: relay.status.published == 3)
        assert not second.status.leading
        first_runs.cancel()
        await comes_true(lambda: second.status.leading)
        assert not relay.status.leading
        await record(store, stream, 2)
        await comes_true(lambda: second.status.published == 2)
    assert versions(published(settings, [stream]), stream) == [1, 2, 3, 4, 5]


async def test_a_leader_whose_lock_is_lost_stops_leading_and_competes_again(
    relay: Relay, store: Store, dsn: str, settings: KafkaSettings, name: str
) -> None:
    stream = new_stream()
    db = await asyncpg.connect(dsn)
    try:
        async with running(relay.run()):
            await record(store, stream, 3)
            await comes_true(lambda: relay.status.published == 3)
            leader = await db.fetchval(LEADER, f"linkage-relay-{name}")
            await db.execute("select pg_terminate_backend($1)", leader)
            await comes_true(lambda: relay.status.problem == "leadership is lost")
            await record(store, stream, 2)
            await comes_true(lambda: relay.status.published == 5)
            assert await db.fetchval(LEADER, f"linkage-relay-{name}") not in (leader, None)
    finally:
        await db.close()
    assert versions(published(settings, [stream]), stream) == [1, 2, 3, 4, 5]


async def test_kafka_fences_a_relay_that_does_not_know_it_has_been_replaced(settings: KafkaSettings, name: str) -> None:
    stream = new_stream()
    events = chained(stream, 6)
    zombie = await asyncio.to_thread(Publisher, settings, name)
    await asyncio.to_thread(zombie.publish, events[:2], 2)
    successor = await asyncio.to_thread(Publisher, settings, name)
    assert successor.cursor.position == 2
    with pytest.raises(Fenced):
        await asyncio.to_thread(zombie.publish, events[2:4], 4)
    await asyncio.to_thread(successor.publish, events[2:4], 4)
    with pytest.raises(Fenced):
        await asyncio.to_thread(zombie.publish, events[4:], 6)
    for publisher in (zombie, successor):
        await asyncio.to_thread(publisher.close)
    assert versions(published(settings, [stream]), stream) == [1, 2, 3, 4]
    assert (await asyncio.to_thread(read_cursor, settings, name)).position == 4


async def test_a_relay_reads_its_cursor_past_the_open_transaction_of_another(
    settings: KafkaSettings, name: str
) -> None:
    own = await asyncio.to_thread(Publisher, settings, name)
    other = await asyncio.to_thread(Publisher, settings, f"{name}-other")
    await asyncio.to_thread(_leave_open, other)
    await asyncio.to_thread(own.publish, chained(new_stream(), 1), 41)  # committed, but hidden behind what is open
    reading = asyncio.create_task(asyncio.to_thread(Publisher, settings, name))
    await asyncio.wait({reading}, timeout=1)
    assert not reading.done(), "it believed a cursor while another transaction hid what came later"
    await asyncio.to_thread(other._producer.commit_transaction)
    successor = await reading
    assert successor.cursor.position == 41
    for publisher in (other, own, successor):
        await asyncio.to_thread(publisher.close)


async def test_an_event_as_large_as_grpc_takes_is_published(
    relay: Relay, store: Store, settings: KafkaSettings
) -> None:
    stream = new_stream()
    large = NewEvent(ACCEPTED, os.urandom(4 * 2**20))
    await store.append(stream, stream.rsplit("/", 1)[1], Head(), [large], metadata(), b"fingerprint")
    async with running(relay.run()):
        await comes_true(lambda: relay.status.published == 1)
    assert published(settings, [stream]) == await store.load(stream)


async def test_a_publisher_that_does_not_return_in_time_is_left_behind_and_nothing_is_doubled(
    store: Store, dsn: str, settings: KafkaSettings, name: str
) -> None:
    stream = new_stream()
    await record(store, stream, 12)
    impatient = Relay(store, dsn, settings, name, page=5, deaf_after=0.0, on_deaf=lambda: None)
    async with running(impatient.run()):
        await comes_true(lambda: are_published(settings, [stream], 12))
        await comes_true(lambda: impatient.status.leading and impatient.status.cursor == impatient.status.read)
    assert versions(published(settings, [stream]), stream) == list(range(1, 13))


async def test_a_relay_whose_client_never_returns_says_so_and_gives_up(
    store: Store, dsn: str, settings: KafkaSettings, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, given_up = new_stream(), asyncio.Event()
    released = threading.Event()

    class Stuck(KafkaProducer):  # type: ignore[misc]  # kafka-python has no types
        """The real producer, whose commit waits as long as kafka-python's may: for ever."""

        def commit_transaction(self) -> None:
            """Waits until the test is over, and leaves nothing open that others would have to wait for."""
            released.wait()
            with suppress(KafkaError):
                self.abort_transaction()

    monkeypatch.setattr("linkage.bus.publisher.KafkaProducer", Stuck)
    await record(store, stream)
    relay = Relay(store, dsn, settings, name, deaf_after=0.2, on_deaf=given_up.set)
    try:
        async with running(relay.run()):
            async with asyncio.timeout(60):
                await given_up.wait()
            assert relay.status.published == 0
    finally:
        released.set()
    assert published(settings, [stream]) == []


async def test_a_relay_that_cannot_publish_an_event_says_so_and_publishes_nothing_after_it(
    relay: Relay, store: Store, settings: KafkaSettings
) -> None:
    stream = new_stream()
    await record(store, stream.replace("participation", "unheard-of"))
    await record(store, stream)
    async with running(relay.run()):
        await comes_true(lambda: relay.status.problem == "an unexpected failure: KeyError('unheard-of')")
        assert relay.status.published == 0
    assert published(settings, [stream]) == []


def _leave_open(publisher: Publisher) -> None:
    publisher._producer.begin_transaction()
    publisher._producer.send("linkage.relay-cursors", b"1", publisher._name, partition=0).get(timeout=10)


async def _dies(dsn: str, settings: KafkaSettings, name: str, point: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("doomed.py")),
        settings.bootstrap,
        name,
        point,
        env={**os.environ, "DSN": dsn},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        assert await asyncio.wait_for(process.wait(), 30) == -signal.SIGKILL
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
