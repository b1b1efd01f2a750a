"""Moments at which a process is in the middle of something, found from outside, and then frozen so that they last."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import closing

import asyncpg
from kafka import KafkaConsumer, TopicPartition

from deploy.local.parts import PROJECTIONS, WORKER
from deploy.local.site import Site
from linkage.bus import KafkaSettings
from linkage.bus.topics import topic_of

__all__ = ["eventually", "frozen_in_its_batch", "frozen_in_its_transaction"]


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = 60, every: float = 0.05
) -> None:
    """Waits until the condition holds. Fails after `seconds`. `every`: seconds between two looks."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        assert loop.time() < end, f"it did not come true within {seconds:.0f} s"
        await asyncio.sleep(every)


async def frozen_in_its_transaction(site: Site, name: str, tier: str, *, seconds: float = 60) -> None:
    """Freezes a tier's service while a Kafka transaction of its relay is open. There must be something to publish."""
    await asyncio.to_thread(_freeze_in_transaction, site, name, tier, seconds)


async def frozen_in_its_batch(site: Site, *, seconds: float = 60) -> None:
    """Freezes the projection worker while it writes a batch. There must be something to fold."""
    db = await asyncpg.connect(site.plan.dsns[PROJECTIONS])
    # Queries read only: who owns a transaction id in this database is the worker.
    writing = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid()"
    )
    end = time.monotonic() + seconds
    try:
        while True:
            if await db.fetchval(writing):
                site.freeze(WORKER)
                if await _stays(db, writing):
                    return
                site.thaw(WORKER)
            assert time.monotonic() < end, f"the worker was not caught in a batch within {seconds:.0f} s"
    finally:
        await db.close()


async def _stays(db: asyncpg.Connection[asyncpg.Record], writing: str) -> bool:
    """Whether the transaction is still open: its last statement may have been under way when the worker froze."""
    for _ in range(5):
        await asyncio.sleep(0.02)
        if not await db.fetchval(writing):
            return False
    return True


def _freeze_in_transaction(site: Site, name: str, tier: str, seconds: float) -> None:
    settings = site.plan.kafka
    topics = {topic_of(tier, kind) for kind in ("participation", "supervision-finding")}
    places = [TopicPartition(topic, n) for topic in topics for n in range(settings.partitions)]
    with closing(_reader(settings, "read_uncommitted")) as all_, closing(_reader(settings, "read_committed")) as done:

        def is_open() -> bool:
            """A record lies beyond what readers of committed records may see."""
            visible = done.end_offsets(places)
            ends = all_.end_offsets(places)
            visible_now = done.end_offsets(places)
            return any(visible[place] == visible_now[place] < ends[place] for place in places)

        end = time.monotonic() + seconds
        while True:
            # Frozen first and looked at afterwards: what is looked at while it runs is over by the time it is known.
            site.freeze(name)
            if all(is_open() for _ in range(5)):  # what it had sent before it froze has arrived by now
                return
            site.thaw(name)
            time.sleep(random.uniform(0, 0.05))
            assert time.monotonic() < end, f"{name} was not caught in a transaction within {seconds:.0f} s"


def _reader(settings: KafkaSettings, isolation: str) -> KafkaConsumer:
    return KafkaConsumer(**settings.client(), isolation_level=isolation)
