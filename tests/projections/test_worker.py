"""The worker itself, on a real broker: what it does not read, being killed in the middle, a broker that goes away."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from deploy.local.kafka import Kafka
from deploy.local.processes import free_port, spawn
from linkage.bus import KafkaSettings, to_record
from linkage.bus.topics import apply, event_topics, topic_of
from linkage.ctl.records import read_to_end
from linkage.store import Store
from services.projections.agent import APP_ID
from services.projections.fact import Fact
from services.projections.liveness import Ends, Place
from services.projections.read_models import READ_MODELS
from services.projections.rebuild import rebuild
from services.projections.recount import Recount
from services.projections.worker import delivery
from tests.projections.conftest import Projections
from tests.projections.story import concluded, facts, linked_consultation, store


class Workers:
    """Worker processes on one broker and one database of read models."""

    def __init__(self, kafka: Kafka, projections: Projections, dsns: dict[str, str], directory: Path) -> None:
        self.settings = KafkaSettings(bootstrap=kafka.bootstrap)
        self._projections = projections
        self._directory = directory
        self._started: list[subprocess.Popen[bytes]] = []
        self._port = 0
        self._looks: int | None = None
        self._environment = {
            **os.environ,
            "LINKAGE_KAFKA": kafka.bootstrap,
            "LINKAGE_PROJECTIONS_DSN": projections.dsn,
            "LINKAGE_STORES": json.dumps(dsns),
            "LINKAGE_HEALTH_HOST": "127.0.0.1",
            "LINKAGE_SESSION_SECONDS": "6",
            "LINKAGE_STUCK_SECONDS": "10",
        }

    def start(self) -> subprocess.Popen[bytes]:
        """One worker process."""
        self._port = free_port()
        environment = {**self._environment, "LINKAGE_HEALTH_PORT": str(self._port)}
        log = self._directory / f"worker-{len(self._started)}.log"
        worker = spawn([sys.executable, "-m", "services.projections.worker"], log=log, env=environment)
        self._started.append(worker)
        return worker

    def health(self) -> dict[str, Any] | None:
        """What the worker started last says of itself; None while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/healthz/live/", timeout=2) as answer:
                return dict(json.load(answer))
        except (urllib.error.URLError, OSError):
            return None

    def stop(self) -> None:
        """Kills what is left."""
        for worker in self._started:
            if worker.poll() is None:
                worker.kill()
            worker.wait()

    async def has_folded(self, events: int, *, restart: bool = False) -> bool:
        """Whether the timeline has so many events. `restart`: starts the worker again where it has ended, as its
        supervisor does when it has found itself stuck."""
        if restart and all(worker.poll() is not None for worker in self._started):
            self.start()
        found = await self._projections.pool.fetchval("select count(*) from cross_tier_timeline_g1.entries")
        return bool(found >= events)

    async def has_acknowledged_what_it_wrote(self) -> bool:
        """Whether Kafka knows of every topic's partition up to where PostgreSQL has it."""
        rows = await self._projections.pool.fetch("select topic, partition, kafka_offset + 1 as next from progress")
        written = {TopicPartition(row["topic"], row["partition"]): row["next"] for row in rows}
        committed = await asyncio.to_thread(self._committed, list(written))
        return all(committed[place] == offset for place, offset in written.items())

    def _committed(self, places: list[TopicPartition]) -> dict[TopicPartition, int | None]:
        with closing(KafkaConsumer(**self.settings.client(), group_id=APP_ID, enable_auto_commit=False)) as reader:
            return {place: reader.committed(place) for place in places}

    def has_looked(self, times: int) -> bool:
        """Whether the worker started last has looked for stuckness so many times since it was first asked here."""
        told = self.health()
        if told is None:
            return False
        self._looks = self._looks if self._looks is not None else int(told["looks"])
        if told["looks"] < self._looks + times:
            return False
        self._looks = None
        return True


@pytest.fixture
async def workers(
    fresh_kafka: Kafka, projections: Projections, dsns: dict[str, str], own_directory: Path
) -> AsyncIterator[Workers]:
    found = Workers(fresh_kafka, projections, dsns, own_directory)
    await asyncio.to_thread(apply, found.settings)
    yield found
    found.stop()


def publish(settings: KafkaSettings, told: Sequence[Fact], *, commit: bool = True) -> None:
    """Publishes the facts in one Kafka transaction, which is committed or aborted, as a relay does."""
    producer = KafkaProducer(**settings.client(), transactional_id="test", acks="all")
    producer.init_transactions()
    producer.begin_transaction()
    for fact in told:
        key, value, headers = to_record(fact.event)
        producer.send(topic_of(fact.tier, fact.kind), key=key, value=value, headers=headers)
    producer.flush()
    producer.commit_transaction() if commit else producer.abort_transaction()
    producer.close()


async def until(condition: Callable[[], Any], seconds: float = 60) -> None:
    """Waits until the condition holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        held = condition()
        if await held if asyncio.iscoroutine(held) else held:
            return
        assert time.monotonic() < deadline, f"did not come true within {seconds:.0f} s"
        await asyncio.sleep(0.05)


async def test_neither_a_killed_worker_nor_a_killed_broker_loses_or_doubles_anything(
    workers: Workers, fresh_kafka: Kafka, projections: Projections, tiers: dict[str, Store]
) -> None:
    works = [[*linked_consultation(f"512000-JW-{n}"), *concluded(f"512000-JW-{n}")] for n in range(1, 25)]
    told = [facts(acts) for acts in works]
    for acts in works:
        await store(acts, tiers)
    await asyncio.to_thread(publish, workers.settings, told[0][:40], commit=False)  # nobody may see these
    first = workers.start()
    for n in range(16):
        await asyncio.to_thread(publish, workers.settings, told[n])
        if n == 8:
            await until(lambda: workers.has_folded(1))
            first.send_signal(signal.SIGKILL)
            first.wait()
            workers.start()
    await until(lambda: workers.has_folded(sum(map(len, told[:16]))))
    await until(lambda: workers.has_acknowledged_what_it_wrote())
    # Behind the last record of a partition a control record lies for ever: that is not something to read.
    await until(lambda: workers.has_looked(6))
    assert (workers.health() or {})["stuck_seconds"] == 0

    await asyncio.to_thread(fresh_kafka.kill)
    await until(lambda: workers.has_looked(3))
    await asyncio.to_thread(fresh_kafka.restart)
    for later in told[16:]:
        await asyncio.to_thread(publish, workers.settings, later)
    await until(lambda: workers.has_folded(sum(map(len, told)), restart=True), 90)

    live = await projections.content()
    assert await projections.parked() == {}
    for model in READ_MODELS:
        await rebuild(projections.pool, projections.stores, model)
    assert await projections.content() == live


async def test_a_worker_that_is_told_to_end_while_kafka_is_away_ends(
    workers: Workers, fresh_kafka: Kafka, projections: Projections
) -> None:
    told = facts(linked_consultation("512000-JW-1"))
    await asyncio.to_thread(publish, workers.settings, told)
    worker = workers.start()
    await until(lambda: workers.has_folded(len(told)))
    await asyncio.to_thread(fresh_kafka.kill)
    worker.terminate()
    assert await asyncio.to_thread(worker.wait, 60) == 0
    await asyncio.to_thread(fresh_kafka.restart)


async def test_a_worker_knows_by_itself_that_a_lost_kafka_counts_anew(
    workers: Workers, fresh_kafka: Kafka, projections: Projections, tiers: dict[str, Store]
) -> None:
    works = [[*linked_consultation(f"512000-JW-{n}"), *concluded(f"512000-JW-{n}")] for n in range(1, 5)]
    told = [fact for acts in works for fact in facts(acts)]
    for acts in works:
        await store(acts, tiers)
    await asyncio.to_thread(publish, workers.settings, told)
    workers.start()
    await until(lambda: workers.has_folded(len(told)))
    await until(workers.has_acknowledged_what_it_wrote)
    before = await projections.content()
    workers.stop()
    await asyncio.to_thread(fresh_kafka.lose)
    await asyncio.to_thread(apply, workers.settings)
    # Less than there was: the offsets end before those that were noted.
    again = facts(works[0])
    await asyncio.to_thread(publish, workers.settings, again)
    newest, ends = await asyncio.to_thread(_written, workers.settings)
    noted = await _noted(projections)
    void = {place: offset for place, offset in newest.items() if noted[place] >= ends[place]}
    assert void, "some place ends before where it was read to"
    workers.start()
    await until(lambda: _holds(projections, void))
    assert await projections.content() == before, "rows and guards stay: nothing is folded twice"
    assert {place: at for place, at in (await _noted(projections)).items() if place not in newest} == {
        place: at for place, at in noted.items() if place not in newest
    }, "where nothing was published nothing is said"


async def test_what_is_delivered_again_does_not_take_back_how_far_was_read(
    workers: Workers, projections: Projections, tiers: dict[str, Store]
) -> None:
    acts = [*linked_consultation("512000-JW-1")]
    await store(acts, tiers)
    await asyncio.to_thread(publish, workers.settings, facts(acts))
    records = await asyncio.to_thread(lambda: list(read_to_end(workers.settings, event_topics())))
    batch = [delivery(record) for record in records]
    when: list[list[Any]] = []
    for _ in range(2):
        ends = Ends(workers.settings)
        await Recount(ends).before(projections.projector, batch)
        await projections.projector.apply(batch)
        await ends.close()
        when.append(await projections.pool.fetch("select * from progress order by topic, partition"))
    assert when[0] == when[1] != []


async def _noted(projections: Projections) -> dict[Place, int]:
    """Up to which offset each place was read, as the read models have it."""
    rows = await projections.pool.fetch("select topic, partition, kafka_offset from progress")
    return {(row["topic"], row["partition"]): row["kafka_offset"] for row in rows}


async def _holds(projections: Projections, ends: dict[Place, int]) -> bool:
    noted = await _noted(projections)
    return all(noted.get(place) == offset for place, offset in ends.items())


def _written(settings: KafkaSettings) -> tuple[dict[Place, int], dict[Place, int]]:
    """The offset of the newest record of each place that has any, and where the place ends: behind it a transaction's
    end stands, which is no record."""
    newest = {(one.topic, one.partition): one.offset for one in read_to_end(settings, event_topics())}
    with closing(KafkaConsumer(**settings.client(), isolation_level="read_committed")) as reader:
        ends = reader.end_offsets([TopicPartition(*place) for place in newest])
    return newest, {(place.topic, place.partition): end for place, end in ends.items()}
