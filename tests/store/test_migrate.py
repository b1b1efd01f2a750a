"""Bringing a database to the schema this code knows."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from linkage.store import DatabaseTooNew, Store, migrate
from tests.store.appends import append, participation


async def test_migrating_again_and_at_once_changes_nothing(database: str) -> None:
    await asyncio.gather(*[migrate(database) for _ in range(4)])
    async with Store.open(database) as store:
        await append(store, participation())
        await migrate(database)
        assert len(await store.load(participation())) == 1


async def test_a_database_newer_than_the_code_is_refused(dsn: str) -> None:
    db = await asyncpg.connect(dsn)
    try:
        await db.execute(
            "insert into _pogo_migration (migration_hash, migration_id, schema_name, applied)"
            " values ('x', 'store_9999_of_tomorrow', 'public', now())"
        )
    finally:
        await db.close()
    with pytest.raises(DatabaseTooNew, match="store_9999_of_tomorrow"):
        await migrate(dsn)


async def test_several_areas_share_a_database(dsn: str, tmp_path: Path) -> None:
    (tmp_path / "inbox_0001_first.sql").write_text(
        "-- The inbox's table.\n-- depends:\n\n"
        "-- migrate: apply\n\ncreate table inbox (id int);\n\n"
        "-- migrate: rollback\n"
    )
    await migrate(dsn, tmp_path)
    await migrate(dsn)
    await migrate(dsn, tmp_path)
