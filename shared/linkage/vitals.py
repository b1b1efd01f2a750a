"""What a tier service shows of itself: to the probes whether it serves and advances, to Prometheus how it is doing."""

from __future__ import annotations

import asyncio

import asyncpg
import structlog

from linkage import metrics
from linkage.bus import parking
from linkage.bus.inbox import Inbox
from linkage.bus.leadership import UNREACHABLE
from linkage.bus.relay import Relay
from linkage.rpc.server import Running
from linkage.store import Store, StoreUnavailable

__all__ = ["measure", "probes", "verify"]

log = structlog.get_logger("linkage.vitals")

_EVERY = 5.0  # seconds between two measurements
_PAGE, _PAUSE = 200, 0.5
"""Events of the log that are verified at a time, and the seconds between: 400 a second, a hundredth of a processor."""
_REST = 60.0  # seconds between two passes over the log


async def probes(running: Running, store: Store, relay: Relay, inbox: Inbox) -> None:
    """Tells the probes how the service is: ready while the store answers, alive while the inbox hears what there is.

    (A relay that is deaf for good ends the process itself.)
    """
    while True:
        try:
            await store.head("0/none/0")
        except StoreUnavailable:
            answers = False
        else:
            answers = True
        await running.ready(answers)
        await running.alive(inbox.status.alive)
        metrics.DATABASE_ANSWERS.set(answers)
        metrics.INBOX_ALIVE.labels(inbox.consumer).set(inbox.status.alive)
        metrics.INBOX_AGE.set(inbox.status.counts.age())
        metrics.RELAY_LEADING.labels(relay.name).set(relay.status.leading)
        await asyncio.sleep(1)


async def measure(store: Store, dsn: str, relay: Relay, inbox: Inbox) -> None:
    """Keeps the gauges that only the store can tell; while it does not answer they stay as they were."""
    while True:
        try:
            async with asyncpg.create_pool(dsn, min_size=0, max_size=1, timeout=5, command_timeout=10) as pool:
                while True:
                    await _measure(store, pool, relay, inbox)
                    await asyncio.sleep(_EVERY)
        except (StoreUnavailable, *UNREACHABLE) as problem:
            log.warning("not measured", problem=str(problem))
        await asyncio.sleep(_EVERY)


async def _measure(store: Store, pool: asyncpg.Pool[asyncpg.Record], relay: Relay, inbox: Inbox) -> None:
    leading = relay.status.leading
    newest, waiting = await store.tail_state(relay.status.cursor)
    metrics.HEAD.set(newest)
    metrics.RELAY_POSITION.labels(relay.name).set(relay.status.cursor if leading else 0)
    metrics.RELAY_AGE.labels(relay.name).set(waiting if leading else 0)
    metrics.OLDEST_WRITER.set(await store.oldest_writer())
    metrics.WAITING_NOTES.set(await store.waiting_notes())
    async with pool.acquire() as conn:
        parked = await parking.tally(conn)
    metrics.PARKED.labels(inbox.consumer).set(parked[inbox.consumer])


async def verify(store: Store, relay: Relay) -> None:
    """Goes over all hash chains again and again, slowly, in the replica that leads: an event that was altered shows
    within one pass, whether anybody asks or not (design D11). Between two passes it verifies what is new."""
    broken: set[str] = set()
    verified_at = metrics.CHAIN_VERIFIED_AT.labels(relay.name)
    while True:
        cursor, rested, found = 0, 0.0, set[str]()
        while relay.status.leading and rested < _REST:
            try:
                reached, links = await store.broken_links(cursor, _PAGE)
            except StoreUnavailable as problem:
                log.warning("not verified", after=cursor, problem=str(problem))
                await asyncio.sleep(_EVERY)
                continue
            for link in links:
                found.add(link.stream)
                if link.stream not in broken:
                    log.error(
                        "the chain of evidence is broken", stream=link.stream, version=link.version, why=link.reason
                    )
            broken |= found
            metrics.CHAIN_VERIFIED.set(reached)
            verified_at.set_to_current_time()
            # By positions, which have gaps: a last page may look full, and then the next one is empty.
            at_the_end = reached - cursor < _PAGE
            if at_the_end:
                broken = set(found)  # a whole pass: what was mended from a backup is well again
                rested += _EVERY
            metrics.CHAIN_BROKEN.set(len(broken))
            cursor = reached
            await asyncio.sleep(_EVERY if at_the_end else _PAUSE)
        if not relay.status.leading:
            await asyncio.sleep(_EVERY)
