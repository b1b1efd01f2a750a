"""A parked stream: an event comes without the one before it, waits, is found and explained, and flows again."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import UTC, datetime
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
    first, second = await two_events(site.servers.postgres.dsn(name), f"512001-JW-{uuid4().hex[:8]}")
    with closing(await asyncio.to_thread(Publisher, site.plan.kafka, "stranger")) as publisher:
        await asyncio.to_thread(publisher.publish, [second], second.position)

        async def parked() -> bool:
            return first.stream in await stage.ctl("parked", "list")

        await stage.until(parked, f"{first.stream} is parked at the county")
        told = await stage.ctl("parked", "show", first.stream)
        stage.check("version 1 is missing before version 2" in told, "the reason names what is missing")
        await stage.accepted(await stage.invited())
        stage.check(await parked(), "meanwhile everything else has flowed")
        await asyncio.to_thread(publisher.publish, [first], first.position)

    async def flows(of: str) -> bool:
        return first.stream not in await stage.ctl("parked", "list", of=of)

    await stage.until(lambda: flows("county"), "the gap is closed and the county's inbox took both by itself")
    if not await flows("worker"):
        for consumer in await _consumers(stage, first.stream):
            await stage.ctl("parked", "replay", first.stream, "--consumer", consumer, of="worker")
    await stage.until(lambda: flows("worker"), "the read models took both when they were asked to")


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


async def _consumers(stage: Stage, stream: str) -> list[str]:
    listed = await stage.ctl("parked", "list", of="worker")
    return [line.split(" for ")[1].split(" (")[0] for line in listed.splitlines() if line.startswith(stream)]
