"""A parked stream: an event comes without the one before it, waits, is found and explained, and flows again."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from deploy.drills.stage import Stage
from linkage import v1
from linkage.bus.publisher import Publisher
from linkage.store import Metadata, NewEvent, Store, StoredEvent, migrate

__all__ = ["drill", "two_events"]


async def drill(stage: Stage) -> None:
    """A tier that nobody here knows publishes version 2 first, and version 1 when it is asked."""
    site = stage.site
    name = f"stranger_{uuid4().hex[:8]}"
    await asyncio.to_thread(site.servers.postgres.create_database, name)
    work = f"512001-JW-{uuid4().hex[:8]}"
    first, second = await two_events(site.servers.postgres.dsn(name), work)
    with closing(await asyncio.to_thread(Publisher, site.plan.kafka, "stranger")) as publisher:
        await asyncio.to_thread(publisher.publish, [second], second.position)

        for who in ("county", "worker"):
            await stage.until(partial(_parked, stage, first.stream, who), f"{first.stream} is parked for the {who}")
        told = await stage.ctl("parked", "show", first.stream)
        stage.check("version 1 is missing before version 2" in told, "the reason names what is missing")
        await stage.accepted(await stage.invited())
        stage.check(await _parked(stage, first.stream, "county"), "meanwhile everything else has flowed")
        await asyncio.to_thread(publisher.publish, [first], first.position)

    async def flows(of: str) -> bool:
        return not await _parked(stage, first.stream, of)

    await stage.until(partial(flows, "county"), "the gap is closed and the county's inbox took both by itself")
    await stage.until(partial(flows, "worker"), "and so did the read models")
    await stage.until(partial(stage.shown, work, "JOINT_STATE_CANCELLED"), "they show what its second event says")


async def _parked(stage: Stage, stream: str, of: str) -> bool:
    return stream in await stage.ctl("parked", "list", of=of, quiet=True)


async def two_events(dsn: str, work: str) -> tuple[StoredEvent, StoredEvent]:
    """A stream of two events, recorded in a store that nobody else knows."""
    await migrate(dsn)
    stream = f"512001/joint-work/{work}"
    async with Store.open(dsn) as store:
        for message in (v1.JointWorkProposed(joint_work_id=work), v1.JointWorkCancelled(joint_work_id=work)):
            now = datetime.now(UTC)
            about = Metadata("512001", "county", "POST_CPPCC_OFFICE", now, now, uuid4(), "", "", "", "")
            new = NewEvent(message.DESCRIPTOR.full_name, message.SerializeToString(deterministic=True))
            await store.append(stream, work, await store.head(stream), [new], about, b"one request")
        first, second = await store.load(stream)
    return first, second
