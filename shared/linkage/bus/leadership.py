"""Who of several replicas leads: whoever holds a session advisory lock of PostgreSQL, for as long as its session lives.

A leader that is cut off from PostgreSQL may go on for moments without knowing. So leadership only keeps replicas from
getting into each other's way; that nothing is doubled is Kafka's fencing, not this.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[Any]

__all__ = ["UNREACHABLE", "leadership"]

UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)

_LOCK = "select pg_try_advisory_lock(hashtextextended('linkage-relay ' || $1::text, 0))"
_PULSE = 2.0  # seconds between two looks whether the session is still there
_PATIENCE = 5.0  # seconds that PostgreSQL may take to answer one


@asynccontextmanager
async def leadership(dsn: str, name: str, retry: float = 1.0) -> AsyncIterator[asyncio.Event]:
    """Waits until this process leads under `name` in this database, then yields an event that tells of the loss.

    `retry`: seconds between two attempts. Raises one of `UNREACHABLE` when PostgreSQL does not answer.
    """
    lost = asyncio.Event()
    db = await asyncpg.connect(dsn, timeout=_PATIENCE, server_settings={"application_name": f"linkage-relay-{name}"})
    try:
        while True:
            if await db.fetchval(_LOCK, name, timeout=_PATIENCE):
                break
            await asyncio.sleep(retry)
        db.add_termination_listener(lambda _: lost.set())
        pulse = asyncio.create_task(_watch(db, lost), name=f"leadership of {name}")
        try:
            yield lost
        finally:
            pulse.cancel()
            await asyncio.wait({pulse})
    finally:
        with suppress(*UNREACHABLE):
            await db.close(timeout=_PATIENCE)


async def _watch(db: Connection, lost: asyncio.Event) -> None:
    try:
        while not lost.is_set():
            await asyncio.sleep(_PULSE)
            await db.fetchval("select 1", timeout=_PATIENCE)
    except UNREACHABLE:
        lost.set()
