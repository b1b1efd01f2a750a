"""Brings a database to the schema that this code knows. Migrations are SQL files applied by pogo-migrate.

A release is rolled back, and its pods come one by one, while the database has the newer schema already. So a migration
that older code can run with, because it only adds what may be left alone, says so by its name: `store_0002_adds_…`.
"""

from collections.abc import Iterable
from pathlib import Path

import asyncpg
from pogo_core.util import migrate as pogo
from pogo_core.util import sql as applied

from linkage.store.connection import UNREACHABLE, unavailable

__all__ = ["MIGRATIONS", "DatabaseTooNew", "DatabaseTooOld", "DatabaseUnfit", "migrate", "require", "standing"]

MIGRATIONS = Path(__file__).parent / "migrations"
"""The event store's own migrations: `store_<number>_<what>.sql`."""

_LOCK = 0x6C696E6B616765  # "linkage": one advisory lock for whoever migrates this database


class DatabaseUnfit(Exception):
    """This code cannot run on the database as it is; the message says what to do."""


class DatabaseTooNew(DatabaseUnfit):
    """The database was migrated by a later release than this one: this code must not touch it."""

    def __init__(self, newer: Iterable[str]) -> None:
        super().__init__(
            f"the database has migrations this release does not know: {', '.join(sorted(newer))}; "
            "run the release that brought them or a later one, or restore the backup from before"
        )


class DatabaseTooOld(DatabaseUnfit):
    """The database was not migrated for this release yet."""

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__(f"the database lacks {', '.join(sorted(missing))}: run `linkagectl migrate`")


async def migrate(dsn: str, migrations: Path = MIGRATIONS) -> None:
    """Applies the migrations in the folder that the database does not have yet. Safe to repeat, and to run at once.

    The files of one folder share the name's first word (`store_…`): several folders can serve one database, and each
    knows its own. Raises `DatabaseTooNew` if the database has one of that word that the folder does not, unless it
    only adds.
    """
    db = await asyncpg.connect(dsn)
    try:
        await db.execute("select pg_advisory_lock($1)", _LOCK)
        await applied.ensure_pogo_sync(db)
        _, newer = await standing(db, migrations)
        if newer:
            raise DatabaseTooNew(newer)
        await pogo.apply(db, migrations, schema_name="public")
    finally:
        await db.close()


async def require(dsn: str, *folders: Path) -> None:
    """Refuses a database that this code cannot run on: raises `DatabaseUnfit`, or `StoreUnavailable`."""
    try:
        db = await asyncpg.connect(dsn, timeout=10)
        try:
            found = [await standing(db, folder) for folder in folders]
        finally:
            await db.close()
    except UNREACHABLE as error:
        raise unavailable(error) from error
    if newer := set[str]().union(*(newer for _, newer in found)):
        raise DatabaseTooNew(newer)
    if missing := set[str]().union(*(missing for missing, _ in found)):
        raise DatabaseTooOld(missing)


async def standing(db: "asyncpg.Connection[asyncpg.Record]", migrations: Path) -> tuple[set[str], set[str]]:
    """Which of the folder's migrations the database lacks, and which it has of the same first word that are unknown.

    Those that only add are left out.
    """
    known = {path.stem for path in migrations.glob("*.sql")}  # noqa: ASYNC240 (a handful of files)
    area = min(known).split("_")[0] + "_"
    try:
        has = await applied.get_applied_migrations(db, schema_name="public")
    except asyncpg.UndefinedTableError:  # nobody has migrated it yet
        has = set()
    unknown = {name for name in has - known if name.startswith(area)}
    return known - has, {name for name in unknown if name.split("_")[2:3] != ["adds"]}
