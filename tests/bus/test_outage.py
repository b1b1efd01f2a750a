"""Kafka and whole replicas are killed under a stream of appends; afterwards everything is there once, and in order."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

import asyncpg

from deploy.local.kafka import Kafka
from linkage.bus import KafkaSettings, topics
from linkage.bus.inbox import Inbox
from linkage.bus.relay import Relay
from linkage.store import Store, StoredEvent
from tests.bus.acts import TOPIC, comes_true, new_stream, published, record, running, versions
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
        await comes_true(lambda: {stream: len(answered[stream]) for stream in streams} == heads, seconds=60)
        assert inbox.status.alive
    seen = published(settings, streams)
    for stream, last in heads.items():
        assert versions(seen, stream) == answered[stream] == list(range(1, last + 1))


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
            await comes_true(all_answered)


async def _keep_recording(store: Store, streams: list[str]) -> None:
    while True:
        await asyncio.gather(*[record(store, stream) for stream in streams])
        await asyncio.sleep(0.02)


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
