"""PostgreSQL goes away and comes back: every caller is answered, and nothing that was answered is lost."""

import asyncio
import socket
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.postgres import Postgres
from linkage.store import Appended, Head, Store, StoreUnavailable, migrate, verify
from linkage.store.connection import unavailable
from tests.store.appends import accepted, append, metadata, participation

DEADLINE = 60.0
"""Seconds within which a store must work again; what is expected is a fraction of one."""


async def until_stored(store: Store, stream: str, head: Head) -> Appended:
    """Appends as a caller does: again, with the same request id, as long as the store is unavailable."""
    about = metadata()
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                return await store.append(stream, "512000-JW-1", head, [accepted()], about, b"f")
            except StoreUnavailable:
                await asyncio.sleep(0.01)


async def test_a_store_whose_connections_are_cut_recovers(dsn: str, store: Store) -> None:
    first = await append(store, participation())
    await store.load(participation())
    db = await asyncpg.connect(dsn)
    try:
        await db.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    finally:
        await db.close()
    second = await append(store, participation(), first.head)  # no more than a cut: the caller does not notice
    assert second.head.version == 2
    assert len(await store.load(participation())) == 2
    assert len((await store.page(0))[1]) == 2


async def test_a_store_that_cannot_be_reached_says_so() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody listens
        with pytest.raises(StoreUnavailable):
            async with Store.open(f"postgresql://127.0.0.1:{closed.getsockname()[1]}/nothing"):
                pass


def test_a_server_that_is_silent_is_said_to_be() -> None:
    """A timeout says nothing of itself."""
    assert str(unavailable(TimeoutError())) == "PostgreSQL did not answer: TimeoutError"


async def test_after_a_kill_every_answered_append_is_stored_and_the_store_recovers(own_postgres: Postgres) -> None:
    own_postgres.create_database("store")
    dsn = own_postgres.dsn("store")
    await migrate(dsn)
    answered: dict[str, Head] = {}
    killed = asyncio.Event()

    async def caller(stream: str) -> None:
        """Goes on until it has stored something after the kill."""
        head, stored_after = Head(), 0
        while stored_after < 3:
            was_killed = killed.is_set()
            head = (await until_stored(store, stream, head)).head
            answered[stream] = head
            stored_after += was_killed

    async with Store.open(dsn) as store:
        callers = [asyncio.ensure_future(caller(participation(f"512000-JW-{i}"))) for i in range(24)]
        async with asyncio.timeout(DEADLINE):
            while len(answered) < len(callers):  # noqa: ASYNC110 (a bounded wait for a number)
                await asyncio.sleep(0.01)
        await asyncio.to_thread(own_postgres.kill)
        with pytest.raises(StoreUnavailable):
            await append(store, participation("512000-JW-down"))
        with pytest.raises(StoreUnavailable):
            await store.load(participation("512000-JW-0"))
        with pytest.raises(StoreUnavailable):
            await store.page(0)
        await asyncio.to_thread(own_postgres.restart)
        killed.set()
        await asyncio.gather(*callers)

        for stream, head in answered.items():
            events = await store.load(stream)
            assert Head(events[-1].version, events[-1].hash) == head
            assert verify(events) is None
        cursor, seen = 0, 0
        while (page := await store.page(cursor, 1000))[1]:
            cursor, seen = page[0], seen + len(page[1])
        assert seen == sum(head.version for head in answered.values())


async def test_callers_that_wait_when_the_server_dies_are_all_answered(own_postgres: Postgres) -> None:
    own_postgres.create_database("store")
    dsn = own_postgres.dsn("store")
    await migrate(dsn)
    async with Store.open(dsn) as store:
        blocker = await asyncpg.connect(dsn)
        await blocker.execute("begin; lock table events")
        request = uuid4()
        callers = [
            asyncio.ensure_future(
                append(store, participation(f"512000-JW-{i % 40}"), request_id=None if i else request)
            )
            for i in range(600)
        ]
        await asyncio.sleep(0)
        await asyncio.to_thread(own_postgres.kill)
        outcomes = await asyncio.wait_for(asyncio.gather(*callers, return_exceptions=True), DEADLINE)
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
        blocker.terminate()

        await asyncio.to_thread(own_postgres.restart)
        again = await append(store, participation("512000-JW-0"), request_id=request)
        assert (again.head.version, again.repeated) == (1, False)
