"""Our own store under load: what is measured of it in the rows."""

import asyncio
import os
import time
from datetime import UTC, datetime
from uuid import uuid4

import uvloop

from linkage.store import Head, Metadata, NewEvent, Store

__all__ = ["EVENT", "appends_per_second", "metadata", "run"]

EVENT = NewEvent("linkage.v1.InvitationAccepted", os.urandom(200))
"""What every contestant appends: an event of 200 bytes."""

run = asyncio.Runner(loop_factory=uvloop.new_event_loop)


def metadata() -> Metadata:
    now = datetime.now(UTC)
    return Metadata("512021", "county", "CPPCC_OFFICE", now, now, uuid4(), "512000-JW-1", "", "", "base-2023.1")


async def appends_per_second(dsn: str, callers: int, seconds: float) -> float:
    """Durable single-event appends a second of so many concurrent callers, each on a stream of its own."""
    name = uuid4().hex[:8]
    stored = 0

    async def call(store: Store, number: int) -> None:
        nonlocal stored
        stream, head = f"512021/participation/512000-{name}-{number}", Head()
        while time.perf_counter() < end:
            about = metadata()
            answer = await store.append(stream, "512000-JW-1", head, [EVENT], about, about.request_id.bytes)
            head = answer.head
            stored += 1

    async with Store.open(dsn) as store:
        begin = time.perf_counter()
        end = begin + seconds
        await asyncio.gather(*[call(store, number) for number in range(callers)])
        return stored / (time.perf_counter() - begin)
