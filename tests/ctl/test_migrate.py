"""`linkagectl migrate` against real databases."""

from __future__ import annotations

import asyncio

import asyncpg

from tests.ctl.conftest import Ctl


def test_a_new_database_gets_everything_a_tier_keeps_and_a_second_time_changes_nothing(ctl: Ctl, database: str) -> None:
    for _ in range(2):
        result = ctl("migrate", LINKAGE_STORE_DSN=database)
        assert result.exit_code == 0, result.stderr
        assert "The tier database has the schema of this release." in result.stdout
    assert {"streams", "events", "parked", "inbox_progress"} <= asyncio.run(_tables(database))


def test_a_database_newer_than_the_code_is_refused_with_a_sentence(ctl: Ctl, store_dsn: str) -> None:
    asyncio.run(_as_if_migrated_by_a_later_release(store_dsn, "store_0999_of_a_later_release"))
    result = ctl("migrate", LINKAGE_STORE_DSN=store_dsn)
    assert result.exit_code == 1
    assert "store_0999_of_a_later_release" in result.stderr
    assert "does not know" in result.stderr
    assert "Traceback" not in result.output


def test_without_any_database_it_says_how_to_name_one(ctl: Ctl) -> None:
    result = ctl("migrate")
    assert result.exit_code == 1
    assert "LINKAGE_STORE_DSN" in result.stderr


async def _tables(dsn: str) -> set[str]:
    db = await asyncpg.connect(dsn)
    try:
        return {row[0] for row in await db.fetch("select tablename from pg_tables where schemaname = 'public'")}
    finally:
        await db.close()


async def _as_if_migrated_by_a_later_release(dsn: str, migration: str) -> None:
    db = await asyncpg.connect(dsn)
    try:
        await db.execute(
            "insert into _pogo_migration (migration_hash, migration_id, schema_name, applied)"
            " values ($1, $1, 'public', now())",
            migration,
        )
    finally:
        await db.close()
