"""What an inbox does with what it hears: each stream in order, each version once; a gap or a poison event parks it.

Progress is one row per stream in the tier's own database. Handling is a command with an id derived from the event, so
an event that is handled again because progress was not yet written changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import structlog

from linkage import metrics, traces
from linkage.bus import parking
from linkage.bus.envelope import MalformedRecord, from_record, intact
from linkage.bus.parking import Poison, Replay
from linkage.bus.statements import statement
from linkage.store import StoredEvent

if TYPE_CHECKING:
    import asyncpg

    from linkage.bus.parking import Connection

    Pool: TypeAlias = asyncpg.Pool[Any]

__all__ = ["Counts", "Handle", "Intake"]

Handle: TypeAlias = Callable[[StoredEvent], Awaitable[None]]

_LONGEST_BACK_OFF = 5.0  # seconds between two attempts to handle an event

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Counts:
    """What this process has done with the records it heard."""

    handled: int = 0
    unwanted: int = 0
    """Events that mean nothing here: their stream's progress moves on all the same."""
    repeated: int = 0
    """Deliveries of what was done before."""
    parked: int = 0
    """Records that parked their stream or queue behind one that did."""
    last: datetime | None = None
    """When the last event was handled."""
    oldest: datetime | None = None
    """When the oldest event was recorded of those that were heard and are not done."""

    def age(self) -> float:
        """How old that event is, in seconds; 0 where there is none."""
        return (datetime.now(UTC) - self.oldest).total_seconds() if self.oldest else 0.0


class Intake:
    """Takes records, however delivered, to the handler: in stream order, each event until it is done or parked."""

    def __init__(
        self,
        pool: Pool,
        consumer: str,
        handle: Handle,
        wants: Callable[[str], bool],
        *,
        concurrency: int = 32,
        patience: float = 300.0,
    ) -> None:
        """`wants`: whether an event type (full protobuf name) is of interest. `concurrency`: streams handled at a time.

        `patience`: for how many seconds an event is tried again whose handling fails otherwise than by `Poison`, before
        it is parked. That time only ends while PostgreSQL answers: an outage parks nothing.
        """
        self.counts = Counts()
        self._pool = pool
        self._consumer = consumer
        self._handle = handle
        self._wants = wants
        self._slots = asyncio.Semaphore(concurrency)
        self._patience = patience
        self._log = _log.bind(consumer=consumer)

    async def take(self, records: Mapping[tuple[str, int], Iterable[Any]]) -> None:
        """Takes records, by topic and partition in the order of their offsets, until each is durably done or parked.

        Raises what asyncpg raises when PostgreSQL does not answer: the same records may then be given again.
        """
        streams: dict[str, list[StoredEvent]] = {}
        malformed = []
        for (topic, partition), heard in records.items():
            for record in heard:
                try:
                    event = from_record(record.key, record.value, record.headers)
                except MalformedRecord as problem:
                    malformed.append((f"malformed/{topic}/{partition}", record, str(problem)))
                else:
                    streams.setdefault(event.stream, []).append(event)
        async with self._pool.acquire() as conn:
            for place, record, reason in malformed:
                await self._park_record(conn, place, record, reason)
            rows = await conn.fetch(statement("inbox_progress"), list(streams))
            parked = await parking.parked_streams(conn, self._consumer, streams)
        progress = {row["stream"]: row["version"] for row in rows}
        new = (
            event.metadata.recorded_at
            for stream, events in streams.items()
            for event in events
            if event.version > progress.get(stream, 0) and stream not in parked
        )
        self.counts.oldest = min(new, default=None)
        outcomes = await asyncio.gather(
            *[
                self._take_stream(events, progress.get(stream, 0), parked.get(stream))
                for stream, events in streams.items()
            ],
            return_exceptions=True,
        )
        moved = {
            stream: version
            for stream, version in zip(streams, outcomes, strict=True)
            if isinstance(version, int) and version > progress.get(stream, 0)
        }
        if moved:
            async with self._pool.acquire() as conn:
                await conn.execute(statement("inbox_advance"), list(moved), list(moved.values()))
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        self.counts.oldest = None

    async def replay(self, stream: str) -> Replay:
        """Hands what is parked of the stream to the handler again, in order; see `linkage.bus.parking.replay`."""
        async with self._pool.acquire() as conn:
            return await parking.replay(conn, self._consumer, stream, lambda event: self._retake(conn, event))

    async def missing(self, stream: str) -> tuple[int, int] | None:
        """First and last of the versions missing before what is parked of the stream; None if there is no such gap."""
        async with self._pool.acquire() as conn:
            parked = (await parking.parked_streams(conn, self._consumer, [stream])).get(stream)
            done = await _progress(conn, stream)
        return None if parked is None or parked <= done + 1 else (done + 1, parked - 1)

    async def fill(self, events: Iterable[StoredEvent]) -> None:
        """Takes events that were missing, in stream order. Raises `Poison` for one that cannot be taken."""
        for event in events:
            async with self._pool.acquire() as conn, conn.transaction():
                await self._retake(conn, event)

    async def _take_stream(self, events: list[StoredEvent], done: int, parked: int | None) -> int:
        """Takes events of a stream that is done up to version `done`, parked from `parked` on; gives the new `done`."""
        async with self._slots:
            for event in events:
                if event.version <= done:
                    self._count("repeated")
                    if event.version == done:  # it may have closed a gap, and what waits behind it failed then
                        done, parked = await self._past_gap(event.stream, done, parked)
                    continue
                if parked is not None and event.version >= parked:
                    async with self._pool.acquire() as conn:
                        if await parking.queue_behind(conn, self._consumer, event):
                            self._count("parked")
                            continue
                        done, parked = await _progress(conn, event.stream), None  # it was replayed meanwhile
                    if event.version <= done:
                        self._count("repeated")
                        continue
                with traces.named(event.metadata.traceparent):
                    problem = _gap(event, done) or await self._answer(event)
                    if problem:
                        async with self._pool.acquire() as conn:
                            await parking.park(conn, self._consumer, event, problem)
                if problem:
                    self._count("parked")
                    parked = event.version
                    continue
                done, parked = await self._past_gap(event.stream, event.version, parked)
            return done

    async def _past_gap(self, stream: str, done: int, parked: int | None) -> tuple[int, int | None]:
        """Takes what is parked right behind version `done`; gives how far it is done then, and from where on parked."""
        if parked != done + 1:
            return done, parked
        async with self._pool.acquire() as conn:
            await conn.execute(statement("inbox_advance"), [stream], [done])
        await self.replay(stream)
        async with self._pool.acquire() as conn:
            still = await parking.parked_streams(conn, self._consumer, [stream])
            return await _progress(conn, stream), still.get(stream)

    async def _retake(self, conn: Connection, event: StoredEvent) -> None:
        done = await _progress(conn, event.stream)
        if event.version <= done:
            return
        if problem := _gap(event, done):
            raise Poison(problem)
        await self._attempt(event)
        await conn.execute(statement("inbox_advance"), [event.stream], [event.version])

    async def _answer(self, event: StoredEvent) -> str:
        """Handles the event, trying again where that may help; gives why it must be parked, or nothing."""
        give_up, wait = monotonic() + self._patience, 0.1
        while True:
            last = monotonic() > give_up
            if last:
                await self._pool.fetchval("select 1")
            try:
                await self._attempt(event)
            except Poison as poison:
                return poison.reason
            except Exception as error:
                if last:
                    return f"failed for {self._patience:.0f} s, at last with {type(error).__name__}: {error}"
                self._log.warning("event is tried again", event_id=event.id, problem=repr(error), seconds=wait)
            else:
                return ""
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_BACK_OFF)

    async def _attempt(self, event: StoredEvent) -> None:
        if not intact(event):
            raise Poison("its content does not give its hash")
        if not self._wants(event.type):
            self._count("unwanted")
            return
        await self._handle(event)
        self._count("handled")
        self.counts.last = datetime.now(UTC)
        metrics.INBOX_DELAY.observe((self.counts.last - event.metadata.recorded_at).total_seconds())

    def _count(self, outcome: Literal["handled", "unwanted", "repeated", "parked"]) -> None:
        setattr(self.counts, outcome, getattr(self.counts, outcome) + 1)
        metrics.INBOX_RECORDS.labels(outcome).inc()

    async def _park_record(self, conn: Connection, place: str, record: Any, reason: str) -> None:
        held = record.key, record.value, record.headers
        await parking.park_record(conn, self._consumer, place, record.offset, held, reason)
        self._count("parked")


def _gap(event: StoredEvent, done: int) -> str:
    if event.version == done + 1:
        return ""
    missing = (
        f"version {done + 1} is" if event.version == done + 2 else f"versions {done + 1} to {event.version - 1} are"
    )
    return f"{missing} missing before version {event.version}"


async def _progress(conn: Connection, stream: str) -> int:
    rows = await conn.fetch(statement("inbox_progress"), [stream])
    return rows[0]["version"] if rows else 0
