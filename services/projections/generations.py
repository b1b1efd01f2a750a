"""Which generation of a read model is active, and the first one of a new database. Design D8."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg

from linkage.bus import parking
from linkage.store import migrate
from linkage.store import require as _require
from services.projections.generation import Generation
from services.projections.read_model import ReadModel

__all__ = ["MIGRATIONS", "create_first", "open_pool", "outdated", "prepare", "require"]

MIGRATIONS = Path(__file__).parent / "migrations"


async def prepare(dsn: str) -> None:
    """Brings the projections' database to the schema this code knows. Safe to repeat, and to run at once."""
    await migrate(dsn, parking.MIGRATIONS)
    await migrate(dsn, MIGRATIONS)


async def require(dsn: str) -> None:
    """Refuses a database that this code cannot read: raises `DatabaseUnfit`, or `StoreUnavailable`."""
    await _require(dsn, parking.MIGRATIONS, MIGRATIONS)


async def open_pool(dsn: str, readers: int = 4, *, asking: bool = False) -> asyncpg.Pool[Any]:
    """Connections to the projections' database. `asking`: for queries, most of whose conditions are optional."""
    settings = {
        "application_name": "linkage-projections",
        "idle_in_transaction_session_timeout": "30s",
        "jit": "off",
        # Every statement wants its index, also one that was planned while its table was empty.
        "enable_seqscan": "off",
        "enable_hashjoin": "off",
        "enable_mergejoin": "off",
    }
    if asking:  # one plan for all would serve whoever asks for everything
        settings["plan_cache_mode"] = "force_custom_plan"
    return await asyncpg.create_pool(
        dsn, min_size=1, max_size=readers, timeout=5, server_settings=settings, reset=_nothing
    )


async def _nothing(connection: object) -> None:
    """Nothing is left behind in a session here: asyncpg's default clean-up would cost each batch a round trip more."""


async def create_first(pool: asyncpg.Pool[Any], models: Sequence[ReadModel]) -> None:
    """Gives every read model of a new database its first generation, empty: Kafka keeps everything, so it will fill.

    In a database that has generations already a new read model gets none: what was read of Kafka before would be
    missing in it. It is built from the stores (rebuild.py), and until then the projector refuses.
    """
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("select pg_advisory_xact_lock(hashtextextended('projections', 0))")
        if await conn.fetchval("select exists (select from generations)"):
            return
        for model in models:
            await Generation(model, 1).create(conn)
            await conn.execute(
                "insert into generations (read_model, generation, fold_version) values ($1, 1, $2)",
                model.name,
                model.fold_version,
            )


async def outdated(pool: asyncpg.Pool[Any], models: Sequence[ReadModel]) -> list[ReadModel]:
    """Those that this release cannot go on with: built by another fold version, or not there. In a database where none
    is yet, the worker makes them all."""
    rows = await pool.fetch("select read_model, fold_version from generations")
    built = {row["read_model"]: row["fold_version"] for row in rows}
    return [model for model in models if built and built.get(model.name) != model.fold_version]
