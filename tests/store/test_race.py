"""The race: a reader of the tail beside every kind of writer there is, and nothing is lost, doubled or reordered.

Two replicas of the store, and writers of raw transactions that roll back, use savepoints, touch several streams, and
are slow to commit after they drew their positions. The same race, read by the same reader without its fence, loses
events: so it is a race that the fence wins.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
import pytest

from linkage.store import Head, Store, VersionConflict
from linkage.store.batch import columns, request, rows
from linkage.store.connection import open_pool, statement
from linkage.store.read import Tail
from tests.store.appends import JOINT_WORK, REQUEST, accepted, append, metadata, participation

SECONDS = 3.0
"""How long the writers write."""


class Unfenced(Tail):
    """The same reader with the fence taken out: what is visible counts as settled."""

    async def _settle(self, after: int) -> bool:
        self._settled = await self._pool.fetchval("select coalesce(max(position), 0) from events")
        return after < self._settled


@dataclass(slots=True)
class Race:
    """What writers and reader share."""

    dsn: str
    over: asyncio.Event = field(default_factory=asyncio.Event)
    cursor: int = 0
    seen: list[tuple[str, int, int]] = field(default_factory=list)  # stream, version, position, as the tail gave them
    done: Counter[str] = field(default_factory=Counter)

    async def read(self, tail: Tail) -> None:
        """Reads until the writers are over and nothing is left."""
        while True:
            over = self.over.is_set()
            cursor, events = await tail.read(self.cursor, 50)
            self.seen += [(event.stream, event.version, event.position) for event in events]
            if over and cursor == self.cursor:
                return
            self.cursor = cursor
            await asyncio.sleep(0)


async def grow_own_stream(race: Race, store: Store, name: str) -> None:
    head, rng = Head(), random.Random(name)
    while not race.over.is_set():
        events = [accepted()] * rng.choice((1, 1, 3))
        head = (await append(store, participation(name), head, *events)).head
        race.done["stored"] += 1


async def fight_over_a_stream(race: Race, store: Store, name: str) -> None:
    while not race.over.is_set():
        try:
            await append(store, participation(name), await store.head(participation(name)))
        except VersionConflict:
            race.done["conflicts"] += 1


async def batch(db: asyncpg.Connection, heads: dict[str, Head]) -> tuple[dict[str, Head], int]:
    """One event for each stream, in the open transaction. Returns where they end then, and the last position drawn."""
    appends = [
        rows(stream, JOINT_WORK, head, [accepted()], metadata(uuid4()), REQUEST) for stream, head in heads.items()
    ]
    appends.sort(key=lambda one: request(one[0]))
    stored = await db.fetchrow(statement("append_batch"), *columns(appends))
    assert set(stored["verdicts"]) == {0}
    return {row[0]: Head(lines[-1][0], lines[-1][3]) for row, lines in appends}, stored["positions"][-1]


async def roll_back_now_and_then(race: Race, db: asyncpg.Connection, name: str) -> None:
    heads, rng = {participation(f"{name}-{i}"): Head() for i in range(3)}, random.Random(name)
    while not race.over.is_set():
        transaction = db.transaction()
        await transaction.start()
        grown, _ = await batch(db, heads)
        await db.execute("select pg_sleep($1)", rng.choice((0.0, 0.002, 0.01)))
        if rng.random() < 0.5:
            await transaction.rollback()
            race.done["rolled back"] += 1
        else:
            await transaction.commit()
            heads = grown


async def go_back_to_savepoints(race: Race, db: asyncpg.Connection, name: str) -> None:
    heads, rng = {participation(f"{name}-{i}"): Head() for i in range(2)}, random.Random(name)
    while not race.over.is_set():
        async with db.transaction():
            heads, _ = await batch(db, heads)
            savepoint = db.transaction()
            await savepoint.start()
            grown, _ = await batch(db, heads)
            await db.execute("select pg_sleep($1)", rng.choice((0.0, 0.005)))
            if rng.random() < 0.5:
                await savepoint.rollback()
                race.done["savepoints rolled back"] += 1
                heads, _ = await batch(db, heads)
            else:
                await savepoint.commit()
                heads = grown


async def commit_when_the_reader_is_past(race: Race, db: asyncpg.Connection, name: str) -> None:
    """Holds a position until the reader has stepped over it: without a fence it soon does; with one it never will."""
    heads = {participation(f"{name}-{i}"): Head() for i in range(4)}
    loop = asyncio.get_running_loop()
    while not race.over.is_set():
        async with db.transaction():
            heads, position = await batch(db, heads)
            deadline = loop.time() + 0.1
            while race.cursor < position and loop.time() < deadline:  # noqa: ASYNC110 (a bounded wait for a number)
                await asyncio.sleep(0.001)
        race.done["slow commits"] += 1


RAW: tuple[Callable[[Race, asyncpg.Connection, str], Awaitable[None]], ...] = (
    roll_back_now_and_then,
    go_back_to_savepoints,
    commit_when_the_reader_is_past,
)


@asynccontextmanager
async def raw_writers(race: Race) -> AsyncIterator[list[Awaitable[None]]]:
    connections = [await asyncpg.connect(race.dsn) for _ in range(2 * len(RAW))]
    try:
        yield [RAW[i % len(RAW)](race, db, f"512000-RAW-{i}") for i, db in enumerate(connections)]
    finally:
        for db in connections:
            await db.close()


async def run_race(dsn: str, kind: type[Tail]) -> Race:
    race = Race(dsn)
    pool = await open_pool(dsn, 2)
    try:
        async with Store.open(dsn) as one, Store.open(dsn) as other, raw_writers(race) as raw:
            writing = [asyncio.ensure_future(writer) for writer in raw]
            for i in range(8):
                store = (one, other)[i % 2]
                writing.append(asyncio.ensure_future(grow_own_stream(race, store, f"512000-OWN-{i}")))
                writing.append(asyncio.ensure_future(fight_over_a_stream(race, store, f"512000-ALL-{i // 4}")))
            reading = asyncio.ensure_future(race.read(kind(pool)))
            asyncio.get_running_loop().call_later(SECONDS, race.over.set)
            await asyncio.gather(*writing)
            await asyncio.wait_for(reading, 30)
    finally:
        await pool.close()
    return race


@pytest.mark.parametrize(("kind", "fenced"), [(Tail, True), (Unfenced, False)])
async def test_the_tail_loses_doubles_and_reorders_nothing(dsn: str, kind: type[Tail], fenced: bool) -> None:
    race = await run_race(dsn, kind)

    db = await asyncpg.connect(dsn)
    try:
        stored = await db.fetch(
            "select stream, version, position from events join streams on id = stream_id order by position"
        )
    finally:
        await db.close()
    truth = [tuple(row) for row in stored]
    assert min(race.done[what] for what in ("stored", "conflicts", "rolled back", "savepoints rolled back")) > 0
    assert race.done["slow commits"] > 0

    lost = set(truth) - set(race.seen)
    doubled = len(race.seen) - len(set(race.seen))
    if fenced:
        assert (len(lost), doubled) == (0, 0)
        assert race.seen == truth  # in the order of positions, hence of the versions of each stream:
        versions: dict[str, int] = {}
        for stream, version, _ in race.seen:
            assert version == versions.get(stream, 0) + 1
            versions[stream] = version
    else:
        assert len(lost) > 0
