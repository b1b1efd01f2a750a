"""Bringing a database to the schema this code knows."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from linkage.store import DatabaseTooNew, DatabaseTooOld, Store, migrate, require
from linkage.store.migrate import MIGRATIONS
from tests.store.appends import append, participation


async def test_migrating_again_and_at_once_changes_nothing(database: str) -> None:
    await asyncio.gather(*[migrate(database) for _ in range(4)])
    async with Store.open(database) as store:
        await append(store, participation())
        await migrate(database)
        assert len(await store.load(participation())) == 1


async def later_release(dsn: str, migration: str) -> None:
    """Leaves the database as a release that brought this migration would."""
    db = await asyncpg.connect(dsn)
    try:
        await db.execute(
            "insert into _pogo_migration (migration_hash, migration_id, schema_name, applied)"
            " values ('x', $1, 'public', now())",
            migration,
        )
    finally:
        await db.close()


async def test_a_database_newer_than_the_code_is_refused_with_what_to_do(dsn: str) -> None:
    await later_release(dsn, "store_9999_of_tomorrow")
    for refused in (migrate(dsn), require(dsn, MIGRATIONS)):
        with pytest.raises(DatabaseTooNew, match=r"store_9999_of_tomorrow; run the release that brought them"):
            await refused


async def test_what_a_later_release_only_adds_lets_this_one_go_on(dsn: str) -> None:
    await later_release(dsn, "store_9999_adds_a_note")
    await migrate(dsn)
    await require(dsn, MIGRATIONS)


async def test_a_database_that_was_not_migrated_is_refused_with_what_to_do(database: str) -> None:
    with pytest.raises(DatabaseTooOld, match=r"lacks store_0001_append_only_log, .*: run `linkagectl migrate`"):
        await require(database, MIGRATIONS)


async def test_several_areas_share_a_database(dsn: str, tmp_path: Path) -> None:
    (tmp_path / "inbox_0001_first.sql").write_text(
        "-- The inbox's table.\n-- depends:\n\n"
        "-- migrate: apply\n\ncreate table inbox (id int);\n\n"
        "-- migrate: rollback\n"
    )
    await migrate(dsn, tmp_path)
    await migrate(dsn)
    await migrate(dsn, tmp_path)
