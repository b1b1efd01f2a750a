"""Kafka and whole replicas are killed under a stream of appends; afterwards everything is there once, and in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from kafka import KafkaProducer, TopicPartition

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.processes import within
from linkage.bus import KafkaSettings, parking, topics
from linkage.bus.inbox import MIGRATIONS as INBOX
from linkage.bus.inbox import Inbox
from linkage.bus.publisher import PRODUCER, NotPublished, Publisher
from linkage.bus.relay import Relay
from linkage.store import Store, StoredEvent, migrate
from tests.bus.acts import TOPIC, are_published, chained, comes_true, new_stream, published, record, running, versions
from tests.bus.replica import ANSWER

ANSWERED = "create table answered (stream text, version bigint, who text, primary key (stream, version))"


async def test_a_broker_killed_under_a_stream_of_appends_loses_and_doubles_nothing(
    own_kafka: Kafka, store: Store, dsn: str
) -> None:
    settings = KafkaSettings(bootstrap=own_kafka.bootstrap)
    topics.apply(settings)
    streams = [new_stream() for _ in range(4)]
    answered: defaultdict[str, list[int]] = defaultdict(list)

    async def answer(event: StoredEvent) -> None:
        if event.version not in answered[event.stream]:  # as a command, whose id is derived from the event
            answered[event.stream].append(event.version)

    relay = Relay(store, dsn, settings, "county-1")
    inbox = Inbox(dsn, settings, "municipal-1", [TOPIC], answer, lambda _: True)
    async with running(relay.run()), running(inbox.run()):
        async with running(_keep_recording(store, streams)):
            await comes_true(lambda: sum(map(len, answered.values())) > 20)
            await asyncio.to_thread(own_kafka.kill)
            stored = (await store.head(streams[0])).version
            await comes_true(lambda: _reaches(store, streams[0], stored + 20))  # the tier works on alone
            await asyncio.to_thread(own_kafka.restart)
            before = relay.status.published
            await comes_true(lambda: relay.status.published > before, seconds=60)
        heads = {stream: (await store.head(stream)).version for stream in streams}
        await comes_true(
            lambda: {stream: len(answered[stream]) for stream in streams} == heads,
            otherwise=lambda: (heads, relay.status, inbox.status),
        )
        assert inbox.status.alive
    seen = published(settings, streams)
    for stream, last in heads.items():
        assert versions(seen, stream) == answered[stream] == list(range(1, last + 1))


async def test_a_broker_that_stops_answering_leaves_nothing_behind_that_is_published_twice(
    own_kafka: Kafka, store: Store, dsn: str
) -> None:
    settings, stream = KafkaSettings(bootstrap=own_kafka.bootstrap), new_stream()
    topics.apply(settings)
    relay = Relay(store, dsn, settings, "county-1", deaf_after=1.0)
    async with running(relay.run()):
        async with running(_keep_recording(store, [stream])):
            await comes_true(lambda: relay.status.published > 5)
            (broker,) = own_kafka.processes()
            os.kill(broker, signal.SIGSTOP)
            try:
                await comes_true(lambda: relay.status.problem == "Kafka's client has not answered for 1 s")
            finally:
                os.kill(broker, signal.SIGCONT)
            before = relay.status.published
            await comes_true(lambda: relay.status.published > before)
        last = (await store.head(stream)).version
        await comes_true(lambda: are_published(settings, [stream], last))
    assert versions(published(settings, [stream]), stream) == list(range(1, last + 1))


async def test_a_page_whose_records_did_not_reach_kafka_is_not_committed(
    own_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    # kafka-python gives up on records after the delivery timeout, and commits as if they had never been sent.
    for name, ms in {"linger_ms": 1_000, "request_timeout_ms": 500, "delivery_timeout_ms": 1_500}.items():
        monkeypatch.setitem(PRODUCER, name, ms)
    settings, stream = KafkaSettings(bootstrap=own_kafka.bootstrap), new_stream()
    topics.apply(settings)
    monkeypatch.setattr("linkage.bus.publisher.KafkaProducer", _freezing(own_kafka))
    first, *page = chained(stream, 4)
    publisher = await asyncio.to_thread(Publisher, settings, "county-1")
    await asyncio.to_thread(publisher.publish, [first], 1)
    with pytest.raises(NotPublished, match="a record was not taken: KafkaTimeoutError"):
        await asyncio.to_thread(publisher.publish, page, 4)
    await asyncio.to_thread(publisher.close)
    successor = await asyncio.to_thread(Publisher, settings, "county-1")
    await asyncio.to_thread(successor.close)
    assert successor.cursor.position == 1
    assert versions(published(settings, [stream]), stream) == [1]


def _freezing(kafka: Kafka) -> type[KafkaProducer]:
    (broker,) = kafka.processes()

    class Freezing(KafkaProducer):  # type: ignore[misc]  # kafka-python has no types
        """The real producer, whose broker freezes in the second transaction and thaws when it is too late.

        It freezes when it knows the transaction's partitions, and before the records reach it.
        """

        transactions = 0

        def begin_transaction(self) -> None:
            """Counts transactions."""
            self.transactions += 1
            super().begin_transaction()

        def send(self, topic: str, *arguments: Any, **options: Any) -> Any:
            """Sends; the cursor comes last."""
            outcome = super().send(topic, *arguments, **options)
            if self.transactions == 2 and topic == topics.CURSORS:
                known = self._transaction_manager.is_partition_added
                assert within(lambda: known(TopicPartition(topic, 0)), seconds=60)
                os.kill(broker, signal.SIGSTOP)
            return outcome

        def flush(self, timeout: float | None = None) -> None:
            """Waits until every record is in the log or given up on."""
            super().flush(timeout)
            if self.transactions == 2:
                os.kill(broker, signal.SIGCONT)
                self.transactions += 1

    return Freezing


async def test_postgresql_killed_under_relay_and_inbox_parks_nothing_and_is_taken_up_again(
    own_postgres: Postgres, settings: KafkaSettings
) -> None:
    own_postgres.create_database("tier")
    dsn, stream, instance = own_postgres.dsn("tier"), new_stream(), uuid4().hex[:8]
    await migrate(dsn)
    await migrate(dsn, parking.MIGRATIONS)
    await migrate(dsn, INBOX)
    answered: list[int] = []

    async def answer(event: StoredEvent) -> None:
        if event.stream == stream:
            answered.append(event.version)

    async with Store.open(dsn) as store:
        relay = Relay(store, dsn, settings, f"county-{instance}")
        inbox = Inbox(dsn, settings, f"municipal-{instance}", [TOPIC], answer, lambda _: True)
        async with running(relay.run()), running(inbox.run()):
            await record(store, stream, 3)
            await comes_true(lambda: answered == [1, 2, 3])
            await asyncio.to_thread(own_postgres.kill)
            await comes_true(lambda: not relay.status.leading)
            await asyncio.to_thread(own_postgres.restart)
            await record(store, stream, 3)
            await comes_true(lambda: set(answered) == {1, 2, 3, 4, 5, 6})
    assert versions(published(settings, [stream]), stream) == [1, 2, 3, 4, 5, 6]
    assert answered[-3:] == [4, 5, 6]


async def test_two_replicas_share_an_inbox_and_one_goes_on_when_the_other_is_killed(
    store: Store, dsn: str, settings: KafkaSettings
) -> None:
    instance, streams = f"municipal-{uuid4().hex[:8]}", [new_stream() for _ in range(12)]
    relay = Relay(store, dsn, settings, f"county-{uuid4().hex[:8]}")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool:
        await pool.execute(ANSWERED)

        async def answer(event: StoredEvent) -> None:
            await pool.execute(ANSWER, event.stream, event.version, "us")

        async def answers_by_the_replica() -> bool:
            return bool(await pool.fetchval("select exists (select from answered where who = 'replica')"))

        async def all_answered() -> bool:
            found = await pool.fetch("select stream, count(*) from answered where stream = any($1) group by 1", streams)
            return dict(found) == heads

        inbox = Inbox(dsn, settings, instance, [TOPIC], answer, lambda _: True)
        async with running(relay.run()), running(inbox.run()):
            async with running(_keep_recording(store, streams)):
                replica = await _replica(dsn, settings, instance)
                try:
                    await comes_true(answers_by_the_replica)
                    await comes_true(lambda: 0 < len(inbox.status.assigned) < settings.partitions)
                finally:
                    replica.kill()
                    await replica.wait()
                await comes_true(lambda: len(inbox.status.assigned) == settings.partitions)
            heads = {stream: (await store.head(stream)).version for stream in streams}
            await comes_true(all_answered, otherwise=lambda: (heads, relay.status, inbox.status))


async def _keep_recording(store: Store, streams: list[str]) -> None:
    """Until it is stopped; what is on its way then is stored first, so that the streams end where they are seen to."""
    while True:
        on_their_way = asyncio.gather(*[record(store, stream) for stream in streams])
        try:
            await asyncio.shield(on_their_way)
        except asyncio.CancelledError:
            await on_their_way
            raise
        await asyncio.sleep(0.05)


async def _reaches(store: Store, stream: str, version: int) -> bool:
    return (await store.head(stream)).version >= version


async def _replica(dsn: str, settings: KafkaSettings, instance: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("replica.py")),
        settings.bootstrap,
        instance,
        env={**os.environ, "DSN": dsn, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=asyncio.subprocess.DEVNULL,
    )
