"""How the store speaks to PostgreSQL: its connections, its statements, and which failures mean that nobody answers."""

from asyncio import IncompleteReadError
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]

__all__ = ["UNREACHABLE", "connect", "open_pool", "statement"]

UNREACHABLE = (
    OSError,
    TimeoutError,
    IncompleteReadError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
)
"""Failures after which the outcome of what was running is unknown, or nothing could be started."""

_SETTINGS = {
    "application_name": "linkage-store",
    # A writer that hangs holds back every reader of the tail (of the whole server): it must not hang for long.
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "10s",
    # The statements are few and all of them want their index, also when they were planned on an empty table.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_mergejoin": "off",
    "enable_hashjoin": "off",
    "jit": "off",
}


def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return files("linkage.store").joinpath("sql", f"{name}.sql").read_text()


async def connect(dsn: str) -> "Connection":
    """One connection of the store's own. Raises one of `UNREACHABLE`."""
    return await asyncpg.connect(dsn, timeout=5, server_settings=_SETTINGS)


async def open_pool(dsn: str, size: int) -> "Pool":
    """The connections that reads share. Raises one of `UNREACHABLE`."""
    return await asyncpg.create_pool(dsn, min_size=1, max_size=size, timeout=5, server_settings=_SETTINGS, reset=_nothing)


async def _nothing(connection: object) -> None:
    """Reads leave nothing behind in a session: asyncpg's default clean-up would cost each a round trip more."""
