"""The inbox answers every event once and in stream order; what cannot be answered holds up its stream alone."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from kafka import KafkaConsumer, KafkaProducer

from linkage.bus import KafkaSettings, parking, subscription, to_record
from linkage.bus.inbox import Inbox, Poison
from linkage.store import StoredEvent
from tests.bus.acts import TOPIC, chained, comes_true, new_stream, running


class Desk:
    """Somebody who answers events, and remembers in which order; may find some of them unfit."""

    def __init__(self) -> None:
        self.answered: defaultdict[str, list[int]] = defaultdict(list)
        self.unfit: set[str] = set()
        self.trouble: defaultdict[str, int] = defaultdict(int)

    async def answer(self, event: StoredEvent) -> None:
        """Answers an event."""
        if event.id in self.unfit:
            raise Poison("nobody understands this")
        if self.trouble[event.id]:
            self.trouble[event.id] -= 1
            raise ConnectionError("the line is down")
        self.answered[event.stream].append(event.version)


@pytest.fixture
def desk() -> Desk:
    """Where this test's inbox hands its events."""
    return Desk()


@pytest.fixture
def inbox(dsn: str, settings: KafkaSettings, desk: Desk) -> Inbox:
    """An inbox that hears the counties' joint work and wants all of it."""
    return _inbox(dsn, settings, desk)


def _inbox(dsn: str, settings: KafkaSettings, desk: Desk, instance: str = "", **options: Any) -> Inbox:
    instance = instance or f"municipal-{uuid4().hex[:8]}"
    return Inbox(dsn, settings, instance, [TOPIC], desk.answer, lambda _: True, **options)


@pytest.fixture
async def conn(dsn: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A look into the tier's database."""
    conn = await asyncpg.connect(dsn)
    yield conn
    await conn.close()


async def publish(settings: KafkaSettings, *events: StoredEvent) -> None:
    """Puts events on the topic, as often and in whatever order they are given."""
    await asyncio.to_thread(_send, settings, [to_record(event) for event in events])


def _send(settings: KafkaSettings, records: list[tuple[Any, Any, Any]]) -> None:
    producer = KafkaProducer(**settings.client())
    for key, value, headers in records:
        producer.send(TOPIC, value, key, headers)
    producer.close()


async def test_each_event_is_answered_once_and_in_stream_order_however_often_it_comes(
    inbox: Inbox, desk: Desk, dsn: str, settings: KafkaSettings
) -> None:
    first, second = chained(new_stream(), 5), chained(new_stream(), 5)
    async with running(inbox.run()):
        await publish(settings, *first[:3], *second, *first[1:3])
        await publish(settings, *first, *second)
        await comes_true(lambda: len(desk.answered[first[0].stream]) >= 5 and len(desk.answered[second[0].stream]) >= 5)
        assert desk.answered[first[0].stream] == desk.answered[second[0].stream] == [1, 2, 3, 4, 5]
    again = _inbox(dsn, settings, desk, inbox.consumer.removeprefix("linkage-inbox-"))
    async with running(again.run()):  # offsets and progress stand: nothing is answered again
        third = chained(new_stream(), 1)
        await publish(settings, *first, *third)
        await comes_true(lambda: desk.answered[third[0].stream] == [1])
        assert desk.answered[first[0].stream] == [1, 2, 3, 4, 5]


async def test_an_event_that_means_nothing_here_only_moves_its_stream_on(
    dsn: str, settings: KafkaSettings, desk: Desk, conn: asyncpg.Connection[Any]
) -> None:
    deaf_ears = Inbox(dsn, settings, f"municipal-{uuid4().hex[:8]}", [TOPIC], desk.answer, lambda _: False)
    events = chained(new_stream(), 3)
    async with running(deaf_ears.run()):
        await publish(settings, *events)
        await comes_true(lambda: _progress_is(conn, events[0].stream, 3))
    assert desk.answered == {}


async def test_a_poison_event_holds_up_its_stream_alone_until_it_is_replayed(
    inbox: Inbox, desk: Desk, settings: KafkaSettings, conn: asyncpg.Connection[Any]
) -> None:
    sick, well = chained(new_stream(), 4), chained(new_stream(), 4)
    desk.unfit = {sick[1].id}
    alarms = parking.alarms[inbox.consumer]
    async with running(inbox.run()):
        await publish(settings, *sick[:3], *well)
        await comes_true(lambda: desk.answered[well[0].stream] == [1, 2, 3, 4])
        await publish(settings, sick[3])
        await comes_true(lambda: _holds(conn, inbox, sick[0], events=3))
        parked = await _held(conn, inbox, sick[0])
        assert parked
        assert (parked.version, parked.reason) == (2, "nobody understands this")
        assert desk.answered[sick[0].stream] == [1]
        assert parking.alarms[inbox.consumer] > alarms

        assert await parking.ask(conn, inbox.consumer, sick[0].stream)
        await comes_true(lambda: _no_wishes(conn, inbox))
        assert await _holds(conn, inbox, sick[0], events=3)  # still unfit

        desk.unfit = set()
        assert await parking.ask(conn, inbox.consumer, sick[0].stream)
        await comes_true(lambda: _holds(conn, inbox, sick[0], events=0))
        assert desk.answered[sick[0].stream] == [1, 2, 3, 4]


async def test_an_altered_event_parks_its_stream(
    inbox: Inbox, desk: Desk, settings: KafkaSettings, conn: asyncpg.Connection[Any]
) -> None:
    events = chained(new_stream(), 2)
    key, _, headers = to_record(events[1])
    async with running(inbox.run()):
        await publish(settings, events[0])
        await asyncio.to_thread(_send, settings, [(key, b"something else", headers)])
        await comes_true(lambda: _holds(conn, inbox, events[0], events=1))
    parked = await _held(conn, inbox, events[0])
    assert parked
    assert parked.reason == "its content does not give its hash"
    assert desk.answered[events[0].stream] == [1]


async def test_a_record_that_is_no_event_is_kept_and_holds_up_nobody(
    inbox: Inbox, desk: Desk, settings: KafkaSettings, conn: asyncpg.Connection[Any]
) -> None:
    events = chained(new_stream(), 2)
    hostile = (events[0].key.encode(), b"\xff\0", [("ce_subject", b"\xff\0"), ("ce_type", b"x" * 10_000)])
    async with running(inbox.run()):
        await publish(settings, events[0])
        await asyncio.to_thread(_send, settings, [hostile])
        await publish(settings, events[1])
        await comes_true(lambda: desk.answered[events[0].stream] == [1, 2])
    held = [stream for stream in await parking.listing(conn, inbox.consumer) if stream.stream.startswith("malformed/")]
    records = [
        record for stream in held for record in await parking.parked_records(conn, inbox.consumer, stream.stream)
    ]
    assert hostile in [(record.key, record.value, record.headers) for record in records]


async def test_a_gap_holds_up_its_stream_until_what_is_missing_arrives(
    inbox: Inbox, desk: Desk, settings: KafkaSettings, conn: asyncpg.Connection[Any]
) -> None:
    events = chained(new_stream(), 5)
    async with running(inbox.run()):
        await publish(settings, events[0], events[3], events[4])
        await comes_true(lambda: _holds(conn, inbox, events[0], events=2))
        parked = await _held(conn, inbox, events[0])
        assert parked
        assert parked.reason == "versions 2 to 3 are missing before version 4"
        await publish(settings, *events[1:3])
        await comes_true(lambda: _holds(conn, inbox, events[0], events=0))
    assert desk.answered[events[0].stream] == [1, 2, 3, 4, 5]


async def test_a_gap_closes_though_what_waits_behind_it_is_in_trouble_at_first(
    inbox: Inbox, desk: Desk, settings: KafkaSettings, conn: asyncpg.Connection[Any]
) -> None:
    events = chained(new_stream(), 3)
    desk.trouble[events[2].id] = 1
    async with running(inbox.run()):
        await publish(settings, events[0], events[2])
        await comes_true(lambda: _holds(conn, inbox, events[0], events=1))
        await publish(settings, events[1])
        await comes_true(lambda: _holds(conn, inbox, events[0], events=0))
    assert desk.answered[events[0].stream] == [1, 2, 3]


async def test_a_gap_heals_from_the_topic_when_asked(
    inbox: Inbox, desk: Desk, settings: KafkaSettings, conn: asyncpg.Connection[Any]
) -> None:
    events = chained(new_stream(), 4)
    async with running(inbox.run()):
        await publish(settings, *events[:3])
        await comes_true(lambda: _progress_is(conn, events[0].stream, 3))
        # As after a database was restored from yesterday, while the offsets on Kafka are today's.
        await conn.execute("update inbox_progress set version = 1 where stream = $1", events[0].stream)
        await publish(settings, events[3])
        await comes_true(lambda: _holds(conn, inbox, events[0], events=1))
        assert await parking.ask(conn, inbox.consumer, events[0].stream, "heal")
        await comes_true(lambda: _holds(conn, inbox, events[0], events=0))
    assert desk.answered[events[0].stream] == [1, 2, 3, 2, 3, 4]
    assert await _progress_is(conn, events[0].stream, 4)


async def test_trouble_that_passes_delays_a_stream_and_parks_nothing(
    inbox: Inbox, desk: Desk, settings: KafkaSettings, conn: asyncpg.Connection[Any]
) -> None:
    events = chained(new_stream(), 3)
    desk.trouble[events[0].id] = 3
    async with running(inbox.run()):
        await publish(settings, *events)
        await comes_true(lambda: len(desk.answered[events[0].stream]) == 3)
    assert desk.answered[events[0].stream] == [1, 2, 3]
    assert await _holds(conn, inbox, events[0], events=0)


async def test_trouble_that_does_not_pass_parks_the_stream(
    dsn: str, settings: KafkaSettings, desk: Desk, conn: asyncpg.Connection[Any]
) -> None:
    events = chained(new_stream(), 2)
    desk.trouble[events[0].id] = 1_000
    inbox = _inbox(dsn, settings, desk, patience=0.2)
    async with running(inbox.run()):
        await publish(settings, *events)
        await comes_true(lambda: _holds(conn, inbox, events[0], events=2))
    parked = await _held(conn, inbox, events[0])
    assert parked
    assert parked.reason == "failed for 0 s, at last with ConnectionError: the line is down"


async def test_a_deaf_consumer_is_noticed_and_replaced(
    dsn: str, settings: KafkaSettings, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "KafkaConsumer", _deaf_the_first_time())
    inbox, events = _inbox(dsn, settings, desk, deaf_after=1.0), chained(new_stream(), 2)
    async with running(inbox.run()):
        await comes_true(lambda: len(inbox.status.assigned) == settings.partitions)
        await publish(settings, *events)
        await comes_true(lambda: inbox.status.deaf == 1)
        assert inbox.status.problem.startswith("nothing was heard for")
        await comes_true(lambda: desk.answered[events[0].stream] == [1, 2])
        await comes_true(lambda: inbox.status.deaf == 0)
    assert inbox.status.alive


def _deaf_the_first_time() -> Callable[..., KafkaConsumer]:
    made: list[KafkaConsumer] = []

    class DeafTheFirstTime(KafkaConsumer):  # type: ignore[misc]  # kafka-python has no types
        """The real consumer, but the first of them never listens to any partition it gets."""

        def poll(self, *arguments: Any, **options: Any) -> Any:
            """Polls with all partitions paused, if it is the first."""
            if made and made[0] is self:
                self.pause(*self.assignment())
            return super().poll(*arguments, **options)

    def make(*arguments: Any, **options: Any) -> KafkaConsumer:
        made.append(DeafTheFirstTime(*arguments, **options))
        return made[-1]

    return make


async def _progress_is(conn: asyncpg.Connection[Any], stream: str, version: int) -> bool:
    return bool(await conn.fetchval("select version from inbox_progress where stream = $1", stream) == version)


async def _held(conn: asyncpg.Connection[Any], inbox: Inbox, event: StoredEvent) -> parking.ParkedStream | None:
    return next((held for held in await parking.listing(conn, inbox.consumer) if held.stream == event.stream), None)


async def _holds(conn: asyncpg.Connection[Any], inbox: Inbox, event: StoredEvent, events: int) -> bool:
    held = await _held(conn, inbox, event)
    return (held.events if held else 0) == events


async def _no_wishes(conn: asyncpg.Connection[Any], inbox: Inbox) -> bool:
    return await parking.asked(conn, inbox.consumer) == []
