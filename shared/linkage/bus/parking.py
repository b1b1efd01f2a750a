"""Parking: an event that a consumer cannot take parks its *stream* for that consumer; all else flows on (design D10).

    conn, consumer = ..., "inbox-county-1"            # any asyncpg connection; a consumer's name is its own
    parked = await parked_streams(conn, consumer, streams)      # {stream: lowest parked version}, once per batch
    if event.stream in parked:
        if not await queue_behind(conn, consumer, event): ...   # it was replayed meanwhile: take the event as usual
    try:
        await handle(event)
    except Poison as poison:
        await park(conn, consumer, event, poison.reason)

An operator asks for a replay with `ask` (from `linkagectl`, say); the consumer finds it with `asked`, calls `replay`,
which hands the events to its own function again in order, and `granted`. The stream flows again when all have passed.

Nothing here knows who consumes: the inboxes of the tiers and the projections' worker share it, each in its own
database. Functions raise what asyncpg raises when PostgreSQL does not answer. Nothing is dropped: events leave by being
taken; what is no event, and never can be, is let lie by a person (dismissal.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import structlog

from linkage.bus.envelope import MalformedRecord, from_record, to_record
from linkage.bus.statements import statement
from linkage.store import StoredEvent

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[Any] | PoolConnectionProxy[Any]

__all__ = [
    "MIGRATIONS",
    "ParkedRecord",
    "ParkedStream",
    "Poison",
    "Replay",
    "Wish",
    "alarms",
    "ask",
    "asked",
    "granted",
    "is_parked",
    "listing",
    "park",
    "park_record",
    "parked_records",
    "parked_streams",
    "queue_behind",
    "record_of",
    "replay",
    "tally",
]

MIGRATIONS = Path(__file__).parent / "migrations" / "parking"
"""For `linkage.store.migrate(dsn, MIGRATIONS)`."""

Wish: TypeAlias = Literal["replay", "heal"]

alarms: Counter[str] = Counter()
"""How often this process has parked something, by consumer: a rise wants somebody's eye."""

_log = structlog.get_logger(__name__)


class Poison(Exception):
    """This event can never be taken as it is. `reason` is for an operator: what is wrong, and no personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ParkedStream:
    """A parked stream: from which version on, why, since when, and how many events are held back."""

    consumer: str
    stream: str
    version: int
    events: int
    since: datetime
    reason: str
    wish: Wish | None
    """What an operator has asked for and has not been done yet."""


@dataclass(frozen=True, slots=True)
class ParkedRecord:
    """One record held back, as it came. `reason` is empty where it only waits behind an earlier one."""

    version: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    reason: str
    parked_at: datetime

    def event(self) -> StoredEvent:
        """The event in it. Raises `MalformedRecord`."""
        return from_record(self.key, self.value, self.headers)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay came to: how many events were taken, and why it stopped. No reason: the stream flows again."""

    taken: int
    reason: str


async def parked_streams(conn: Connection, consumer: str, among: Collection[str] | None = None) -> dict[str, int]:
    """The streams parked for the consumer (of those in `among`, if given), each with its lowest parked version."""
    rows = await conn.fetch(statement("parked_streams"), consumer, None if among is None else list(among))
    return {row["stream"]: row["version"] for row in rows}


async def tally(conn: Connection) -> Counter[str]:
    """How many streams are parked in this database, by consumer."""
    return Counter({row["consumer"]: row["streams"] for row in await conn.fetch(statement("parked_tally"))})


async def is_parked(conn: Connection, consumer: str, stream: str) -> bool:
    """Whether the stream is parked for the consumer."""
    return bool(await conn.fetchval(statement("still_parked"), consumer, stream))


async def park(conn: Connection, consumer: str, event: StoredEvent, reason: str) -> None:
    """Parks the event's stream from this event on, and raises the alarm. Again for the same event: nothing changes."""
    await park_record(conn, consumer, event.stream, event.version, to_record(event), reason)


async def park_record(
    conn: Connection,
    consumer: str,
    stream: str,
    version: int,
    record: tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes | None]]],
    reason: str,
) -> None:
    """Parks a record that may be no event at all: the caller names the place, say topic, partition and offset."""
    key, value, headers = record
    reason = reason.replace("\0", " ") or "no reason given"
    await conn.execute(statement("park"), consumer, stream, version, key, value, _packed(headers), reason)
    alarms[consumer] += 1
    _log.error("stream parked", consumer=consumer, stream=stream, version=version, reason=reason)


async def queue_behind(conn: Connection, consumer: str, event: StoredEvent) -> bool:
    """Holds the event back behind what is parked of its stream. False: it is not parked any more, take the event.

    Waits while a replay of the stream is under way.
    """
    key, value, headers = to_record(event)
    async with conn.transaction():
        await conn.execute(statement("lock_stream_in_transaction"), consumer, event.stream)
        await conn.execute(
            statement("queue_behind"), consumer, event.stream, event.version, key, value, _packed(headers)
        )
        return await is_parked(conn, consumer, event.stream)


async def replay(
    conn: Connection, consumer: str, stream: str, handle: Callable[[StoredEvent], Awaitable[None]]
) -> Replay:
    """Hands the stream's parked events to `handle` in order; each that passes leaves. Stops at the first that does not.

    `handle` raises `Poison` for what still cannot be taken; any other exception ends the replay and is passed on, what
    has passed stays passed. Each event is taken in a transaction on `conn`: what `handle` writes there is written
    exactly once, what it does elsewhere may be done twice, as with any delivery. `handle` skips versions it has taken.
    """
    taken = 0
    async with _replaying(conn, consumer, stream):
        while rows := await conn.fetch(statement("parked_records"), consumer, stream, 100):
            for row in rows:
                try:
                    async with conn.transaction():
                        await handle(record_of(row).event())
                        await conn.execute(statement("unpark"), consumer, stream, row["version"])
                except (Poison, MalformedRecord) as problem:
                    await conn.execute(statement("parked_reason"), consumer, stream, row["version"], str(problem))
                    _log.error(
                        "replay stopped", consumer=consumer, stream=stream, version=row["version"], reason=str(problem)
                    )
                    return Replay(taken, str(problem))
                taken += 1
    _log.info("stream flows again", consumer=consumer, stream=stream, taken=taken)
    return Replay(taken, "")


async def listing(conn: Connection, consumer: str | None = None) -> list[ParkedStream]:
    """Every parked stream (of one consumer, if given), the longest parked first."""
    rows = await conn.fetch(statement("parked_listing"), consumer)
    return [
        ParkedStream(r["consumer"], r["stream"], r["version"], r["events"], r["since"], r["reason"] or "", r["wish"])
        for r in rows
    ]


async def parked_records(conn: Connection, consumer: str, stream: str, limit: int = 100) -> list[ParkedRecord]:
    """The first `limit` records held back of the stream, in order."""
    return [record_of(row) for row in await conn.fetch(statement("parked_records"), consumer, stream, limit)]


async def ask(conn: Connection, consumer: str, stream: str, wish: Wish = "replay") -> bool:
    """Asks the consumer to replay the stream, or to heal it (find what is missing) first. False: it is not parked."""
    return str(await conn.execute(statement("ask"), consumer, stream, wish)) == "INSERT 0 1"


async def asked(conn: Connection, consumer: str) -> list[tuple[str, Wish]]:
    """What the consumer has been asked for: (stream, wish), the oldest first."""
    return [(row["stream"], row["wish"]) for row in await conn.fetch(statement("asked"), consumer)]


async def granted(conn: Connection, consumer: str, stream: str) -> None:
    """The consumer has done what was asked, or has tried."""
    await conn.execute(statement("granted"), consumer, stream)


@asynccontextmanager
async def _replaying(conn: Connection, consumer: str, stream: str) -> AsyncIterator[None]:
    # While this is held nobody queues behind: else an event could queue after the last one has left, and stay for ever.
    await conn.execute(statement("lock_stream"), consumer, stream)
    try:
        yield
    finally:
        if not conn.is_closed():
            await conn.execute(statement("unlock_stream"), consumer, stream)


def record_of(row: Any) -> ParkedRecord:
    """The record in a row of the parking."""
    parts = row["headers"]
    headers = [(name.decode(), value) for name, value in zip(parts[::2], parts[1::2], strict=True)]
    return ParkedRecord(row["version"], row["key"], row["value"], headers, row["reason"], row["parked_at"])


def _packed(headers: Sequence[tuple[str, bytes | None]]) -> list[bytes]:
    return [part for name, value in headers for part in (name.encode(), value or b"")]
