"""What lies in the stores, on the topics and in the read models of a site, read as anybody could read it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self

import asyncpg
from kafka import KafkaConsumer, TopicPartition

from deploy.local.parts import PROJECTIONS, TIERS
from deploy.local.site import Site
from linkage.bus import KafkaSettings, from_record
from linkage.bus.topics import event_topics
from linkage.store import Store, StoredEvent
from services.projections.batch import by_stream
from services.projections.fact import Fact, fact_of
from services.projections.generation import Generation
from services.projections.projector import _Raising
from services.projections.read_model import ReadModel
from services.projections.read_models import READ_MODELS

__all__ = ["Published", "Subscriber", "differences", "inbox_progress", "parked", "projected", "stored"]

_SCRATCH = 9_999  # number of the generation that is folded for comparison, and rolled back
_COMPARED = """
select table_name, string_agg(column_name, ', ') from information_schema.columns
 where table_schema = $1 and column_name <> 'published_at' group by table_name
"""
"""Tables and their columns. When an event was published, only its topic tells: not the store it is folded from here."""


async def stored(site: Site) -> dict[str, list[StoredEvent]]:
    """All events of every tier's store, in log order."""
    found = {}
    for tier in TIERS:
        async with Store.open(site.plan.dsns[tier]) as store:
            cursor, events = await store.page(0, 5_000)
            found[tier] = events
            while events:
                cursor, events = await store.page(cursor, 5_000)
                found[tier] += events
    return found


@dataclass(frozen=True, slots=True)
class Published:
    """One record as it lies on its topic."""

    topic: str
    partition: int
    event: StoredEvent


@dataclass(slots=True)
class Subscriber:
    """A `read_committed` reader of all topics from their beginnings. Blocks: belongs in one thread at a time."""

    settings: KafkaSettings
    records: list[Published] = field(default_factory=list)
    _consumer: Any = None

    def __enter__(self) -> Self:
        self._consumer = KafkaConsumer(
            **self.settings.client(), isolation_level="read_committed", check_crcs=False, fetch_max_wait_ms=50
        )
        places = [TopicPartition(topic, n) for topic in event_topics() for n in range(self.settings.partitions)]
        self._consumer.assign(places)
        self._consumer.seek_to_beginning(*places)
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def read(self) -> list[Published]:
        """All records up to now. A record that is no event in our envelope raises MalformedRecord."""
        ends = self._consumer.end_offsets(list(self._consumer.assignment()))
        while any(self._consumer.position(place) < end for place, end in ends.items()):
            for place, records in self._consumer.poll(timeout_ms=100, max_records=5_000).items():
                self.records += [
                    Published(place.topic, place.partition, from_record(one.key, one.value, one.headers))
                    for one in records
                ]
        return self.records


async def inbox_progress(site: Site, tier: str) -> dict[str, int]:
    """Up to which version a tier has answered each stream."""
    return await _versions(site.plan.dsns[tier], "select stream, version from inbox_progress")


async def parked(site: Site) -> list[str]:
    """What any consumer could not take, with the reason."""
    found = []
    for name, dsn in site.plan.dsns.items():
        db = await asyncpg.connect(dsn)
        rows = await db.fetch("select consumer, stream, version, reason from parked order by 1, 2, 3")
        await db.close()
        found += [f"{name}: {row['consumer']} {row['stream']}@{row['version']} {row['reason']}" for row in rows]
    return found


async def projected(site: Site) -> list[tuple[ReadModel, dict[str, int]]]:
    """Up to which version each read model has folded each stream: none, as long as no worker has made its tables."""
    dsn = site.plan.dsns[PROJECTIONS]
    active = await _versions(dsn, "select read_model, generation from generations")
    return [
        (model, await _versions(dsn, f"select stream, version from {model.name}_g{active[model.name]}.folds"))
        if model.name in active
        else (model, {})
        for model in READ_MODELS
    ]


async def differences(site: Site, events: Sequence[StoredEvent]) -> list[str]:
    """Rows of the read models that a fold of these events does not give, and rows that it gives and they lack.

    The fold is made in tables of its own, by the read models' pure functions, in a transaction that is rolled back.
    """
    found = []
    async with AsyncExitStack() as opened:
        db = await asyncpg.connect(site.plan.dsns[PROJECTIONS])
        opened.push_async_callback(db.close)
        rolled_back = db.transaction()
        await rolled_back.start()
        opened.push_async_callback(rolled_back.rollback)
        active = {row["read_model"]: row["generation"] for row in await db.fetch("select * from generations")}
        facts = [fact_of(event) for event in events]
        for model in READ_MODELS:
            scratch = Generation(model, _SCRATCH)
            await scratch.create(db)
            await scratch.take(db, by_stream(facts), _Raising(), _nothing_is_missing)
            live = f"{model.name}_g{active[model.name]}"
            for table, columns in await db.fetch(_COMPARED, scratch.schema):
                for side, one, other in (("only in", live, scratch.schema), ("missing in", scratch.schema, live)):
                    rows = await db.fetch(
                        f"select {columns} from {one}.{table} except all select {columns} from {other}.{table}"
                    )
                    found += [f"{side} {live}.{table}: {dict(row)}" for row in rows]
    return found


async def _nothing_is_missing(fact: Fact, after: int) -> list[Fact]:
    raise AssertionError(f"the store lacks versions {after + 1} to {fact.event.version - 1} of {fact.event.stream}")


async def _versions(dsn: str, query: str) -> dict[str, int]:
    db = await asyncpg.connect(dsn)
    try:
        return dict(await db.fetch(query))
    finally:
        await db.close()
