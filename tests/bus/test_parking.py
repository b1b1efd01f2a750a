"""Parking by itself, as any consumer may use it: the inboxes of the tiers and the projections' worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from linkage.bus import parking
from linkage.store import StoredEvent
from tests.bus.acts import chained, comes_true, new_stream

CONSUMER = "board"


@pytest.fixture
async def conn(dsn: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A connection to the consumer's database."""
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


async def test_a_parked_stream_is_known_by_its_lowest_version(conn: asyncpg.Connection[Any]) -> None:
    one, two = chained(new_stream(), 3), chained(new_stream(), 2)
    await parking.park(conn, CONSUMER, one[1], "unknown type")
    await parking.park(conn, CONSUMER, two[0], "unknown type")
    assert await parking.queue_behind(conn, CONSUMER, one[2])
    assert await parking.parked_streams(conn, CONSUMER) == {one[0].stream: 2, two[0].stream: 1}
    assert await parking.parked_streams(conn, CONSUMER, [two[0].stream, "another"]) == {two[0].stream: 1}
    assert await parking.is_parked(conn, CONSUMER, one[0].stream)
    assert not await parking.is_parked(conn, "another consumer", one[0].stream)
    records = await parking.parked_records(conn, CONSUMER, one[0].stream)
    assert [(record.event(), record.reason) for record in records] == [(one[1], "unknown type"), (one[2], "")]


async def test_nothing_queues_behind_a_stream_that_flows(conn: asyncpg.Connection[Any]) -> None:
    (event,) = chained(new_stream(), 1)
    assert not await parking.queue_behind(conn, CONSUMER, event)
    assert await parking.listing(conn) == []


async def test_a_replay_stops_where_it_must_and_writes_with_each_event_that_passes(
    conn: asyncpg.Connection[Any],
) -> None:
    events = chained(new_stream(), 3)
    await conn.execute("create table answered (version bigint)")
    await parking.park(conn, CONSUMER, events[0], "unknown type")
    for event in events[1:]:
        assert await parking.queue_behind(conn, CONSUMER, event)

    async def handle(event: StoredEvent) -> None:
        await conn.execute("insert into answered values ($1)", event.version)
        if event.version == 2:
            raise parking.Poison("still not understood")

    replay = await parking.replay(conn, CONSUMER, events[0].stream, handle)
    assert replay == parking.Replay(1, "still not understood")
    assert await conn.fetch("select version from answered") == [(1,)]
    (held,) = await parking.listing(conn, CONSUMER)
    assert (held.version, held.events, held.reason) == (2, 2, "still not understood")


async def test_whoever_queues_while_a_replay_is_under_way_is_told_to_go_on_afterwards(
    conn: asyncpg.Connection[Any], dsn: str
) -> None:
    events = chained(new_stream(), 2)
    await parking.park(conn, CONSUMER, events[0], "unknown type")
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def handle(event: StoredEvent) -> None:
        under_way.set()
        await go_on.wait()

    replaying = asyncio.create_task(parking.replay(conn, CONSUMER, events[0].stream, handle))
    await under_way.wait()
    other, looking = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    try:
        queueing = asyncio.create_task(parking.queue_behind(other, CONSUMER, events[1]))
        waiting = "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
        await comes_true(lambda: looking.fetchval(waiting))
        go_on.set()
        assert await replaying == parking.Replay(1, "")
        assert await queueing is False
    finally:
        await other.close()
        await looking.close()
    assert await parking.listing(conn) == []


async def test_a_wish_needs_a_parked_stream_and_is_kept_until_it_is_granted(conn: asyncpg.Connection[Any]) -> None:
    (event,) = chained(new_stream(), 1)
    assert not await parking.ask(conn, CONSUMER, event.stream)
    await parking.park(conn, CONSUMER, event, "unknown type")
    assert await parking.ask(conn, CONSUMER, event.stream, "heal")
    assert await parking.asked(conn, CONSUMER) == [(event.stream, "heal")]
    assert [held.wish for held in await parking.listing(conn)] == ["heal"]
    await parking.granted(conn, CONSUMER, event.stream)
    assert await parking.asked(conn, CONSUMER) == []
