"""The tail: every event once, in order, however late its writer commits."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from linkage.store import Excerpt, Head, Store
from linkage.store.batch import columns, rows
from linkage.store.connection import open_pool, statement
from linkage.store.read import Tail
from tests.store.appends import JOINT_WORK, REQUEST, accepted, append, metadata, participation

STREAM = participation()


class Writer:
    """A transaction of our own that appends when told to and commits when told to."""

    def __init__(self, db: asyncpg.Connection) -> None:
        self.db = db
        self.transaction = db.transaction()

    async def begin(self) -> int:
        """Takes the transaction's id, and returns it."""
        await self.transaction.start()
        number: int = await self.db.fetchval("select pg_current_xact_id()::text::bigint")
        return number

    async def append(self, stream: str) -> int:
        """Appends one event to a new stream and returns the position it drew."""
        one = rows(stream, JOINT_WORK, Head(), [accepted()], metadata(uuid4()), REQUEST)
        stored = await self.db.fetchrow(statement("append_batch"), *columns([one]))
        position: int = stored["positions"][0]
        return position

    async def commit(self) -> None:
        await self.transaction.commit()


@pytest.fixture
async def writers(dsn: str):  # type: ignore[no-untyped-def]
    connections = [await asyncpg.connect(dsn) for _ in range(2)]
    yield [Writer(db) for db in connections]
    for db in connections:
        await db.close()


async def test_an_empty_log_has_no_news(store: Store) -> None:
    assert await store.page(0) == (0, [])
    assert await store.page(7) == (7, [])


async def test_pages_give_every_event_once_and_in_order(store: Store) -> None:
    head = Head()
    for i in range(25):
        head = (await append(store, STREAM, head, accepted(str(i)))).head

    cursor, seen = 0, []
    while (page := await store.page(cursor, limit=7))[1]:
        cursor, events = page
        assert len(events) <= 7
        assert events[-1].position == cursor
        seen += events
    assert seen == await store.load(STREAM)
    assert await store.page(cursor) == (cursor, [])

    later = await append(store, STREAM, head)
    assert [event.position for event in (await store.page(cursor))[1]] == [later.position]


async def test_one_kind_is_read_by_cursor_too(store: Store) -> None:
    for i in range(6):
        await append(store, f"512021/{'participation' if i % 2 else 'finding'}/512021-{i}")

    cursor, events = await store.read_kind("finding", 0, 2)
    assert [event.stream for event in events] == ["512021/finding/512021-0", "512021/finding/512021-2"]
    cursor, events = await store.read_kind("finding", cursor, 2)
    assert [event.stream for event in events] == ["512021/finding/512021-4"]
    assert await store.read_kind("finding", cursor, 2) == (cursor, [])
    assert len((await store.page(0, 100))[1]) == 6


async def test_excerpts_are_the_events_without_what_only_the_evidence_needs(store: Store) -> None:
    for i in range(6):
        await append(store, f"512021/{'participation' if i % 2 else 'finding'}/512021-{i}")

    _, events = await store.page(0)
    cursor, excerpts = await store.excerpts(0, 4, ())
    _, rest = await store.excerpts(cursor, 4, ())
    of_one_kind = [one for one in excerpts + rest if one.stream.split("/")[1] == "finding"]
    assert [one._asdict() for one in excerpts + rest] == [
        {name: getattr(event, name, None) or getattr(event.metadata, name, "") for name in Excerpt._fields}
        for event in events
    ]
    assert await store.excerpts(0, 10, ["finding"]) == (events[-1].position, of_one_kind)
    assert len(of_one_kind) == 3


async def test_a_kind_without_news_lets_the_cursor_advance(store: Store) -> None:
    answer = await append(store, STREAM)
    assert await store.read_kind("finding", 0, 10) == (answer.position, [])


async def test_an_open_writer_holds_back_what_was_drawn_after_it(store: Store, writers: list[Writer]) -> None:
    slow, _ = writers
    await slow.begin()
    early = await slow.append(participation("512000-JW-slow"))
    late = await append(store, STREAM)
    assert late.position > early

    assert await store.page(0) == (0, [])  # the later event is there, but something may come before it
    assert await store.oldest_writer() > 0  # and this is what the tail waits for
    assert len(await store.load(STREAM)) == 1  # a stream's own readers are not held back
    await slow.commit()
    assert [event.position for event in (await store.page(0))[1]] == [early, late.position]


async def test_a_writer_that_rolls_back_leaves_a_gap_and_nothing_else(store: Store, writers: list[Writer]) -> None:
    failing, _ = writers
    await failing.begin()
    dead = await failing.append(participation("512000-JW-dead"))
    await failing.transaction.rollback()
    answer = await append(store, STREAM)
    cursor, events = await store.page(0)
    assert cursor == answer.position > dead
    assert [event.stream for event in events] == [STREAM]


async def test_a_reader_that_lost_patience_goes_on_where_it_waited(
    dsn: str, store: Store, writers: list[Writer]
) -> None:
    pool = await open_pool(dsn, 2)
    try:
        tail = Tail(pool, patience=0.0)
        slow, _ = writers
        await slow.begin()
        await slow.append(participation("512000-JW-slow"))
        await append(store, STREAM)
        assert await tail.read(0, 10) == (0, [])
        assert await tail.read(0, 10) == (0, [])
        await slow.commit()
        assert len((await tail.read(0, 10))[1]) == 2
    finally:
        await pool.close()


class FencedByXmax(Tail):
    """The first trap: "the last completed id + 1" taken for an id above all that are in use."""

    async def _settle(self, after: int) -> bool:
        async with asyncio.timeout(10):
            while True:  # other transactions of the server may be open for a moment
                [[head, oldest, xmax]] = await self._pool.fetch(
                    "select max(position), pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
                    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint from events"
                )
                if oldest >= xmax:
                    break
        self._settled = int(head)
        return after < self._settled


@pytest.mark.parametrize(("kind", "loses"), [(Tail, False), (FencedByXmax, True)])
async def test_a_writer_with_a_higher_id_and_a_lower_position_is_waited_for(
    dsn: str, writers: list[Writer], kind: type[Tail], loses: bool
) -> None:
    """Ids and positions are drawn in different orders: the quick one has the lower id and the higher position."""
    pool = await open_pool(dsn, 2)
    try:
        tail = kind(pool, patience=0.05)
        quick, slow = writers
        assert await quick.begin() < await slow.begin()
        early = await slow.append(participation("512000-JW-slow"))
        late = await quick.append(participation("512000-JW-quick"))
        await quick.commit()

        cursor, first = await tail.read(0, 10)
        await slow.commit()
        _, then = await tail.read(cursor, 10)
        seen = [event.position for event in first + then]
        assert seen == ([late] if loses else [early, late])
    finally:
        await pool.close()


async def test_a_writer_without_an_id_is_not_seen_by_the_fence(dsn: str, store: Store) -> None:
    """The second trap, and why `append_batch` takes its transaction id first: here a position is drawn before."""
    db = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(10):
            while True:
                transaction = db.transaction()
                await transaction.start()
                drawn = await db.fetchval("select nextval('event_position')")
                if await db.fetchval("select pg_current_xact_id_if_assigned()") is None:
                    break
                await transaction.rollback()  # nextval took an id itself, because it had to log: not so the next time
        late = await append(store, STREAM)
        cursor, _ = await store.page(0)
        assert cursor == late.position > drawn
        await transaction.rollback()
    finally:
        await db.close()


async def test_many_readers_share_one_tail(store: Store) -> None:
    await asyncio.gather(*[append(store, participation(f"512000-JW-{i}")) for i in range(30)])
    pages = await asyncio.gather(*[store.page(0) for _ in range(8)])
    assert {len(events) for _, events in pages} == {30}
