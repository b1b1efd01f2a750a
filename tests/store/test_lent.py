"""A database that was lent to one test is as new for the next, or is not lent again."""

from __future__ import annotations

import asyncpg
import pytest

from tests.databases import Databases


async def test_what_one_borrower_wrote_the_next_does_not_see(stores: Databases) -> None:
    seen = []
    for _ in range(2):
        with stores.lent() as dsn:
            db = await asyncpg.connect(dsn)
            seen.append((dsn, await _content(db)))
            await db.execute("insert into streams (id, stream, key) values (nextval('stream_id'), 'a', 'b')")
            await db.fetchval("select nextval('event_position')")
            assert await _content(db) != seen[0][1]
            await db.close()
    (first, empty), (second, again) = seen
    assert first == second
    assert again == empty


@pytest.mark.parametrize(
    "altered",
    [
        "create table more (what text)",
        "alter table events disable trigger append_only",
        "drop index events_by_request",
        "alter table streams add constraint more check (key <> 'no')",
        "alter table streams alter column key drop not null",
        "create schema more",
        "create function more() returns int language sql as 'select 1'",
    ],
)
async def test_one_that_was_altered_is_not_lent_again(stores: Databases, altered: str) -> None:
    with stores.lent() as first:
        db = await asyncpg.connect(first)
        await db.execute(altered)
        await db.close()
    with stores.lent() as second:
        assert second != first


async def _content(db: asyncpg.Connection[asyncpg.Record]) -> tuple[int, int, int | None]:
    return (
        await db.fetchval("select count(*) from streams"),
        await db.fetchval("select count(*) from events"),
        await db.fetchval("select last_value from pg_sequences where sequencename = 'event_position'"),
    )
