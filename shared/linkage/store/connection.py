"""How the store speaks to PostgreSQL: its connections, its statements, and which failures mean that nobody answers."""

from asyncio import IncompleteReadError
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from linkage.store.events import StoreUnavailable

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]

__all__ = ["CONTENT", "SETTINGS", "UNREACHABLE", "connect", "open_pool", "statement", "unavailable"]

CONTENT = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    ValueError,  # asyncpg's own refusal, before anything was sent
)
"""Failures that say something about what was sent. To be caught before `UNREACHABLE`, which is wider."""

UNREACHABLE = (
    OSError,
    TimeoutError,
    IncompleteReadError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says of a connection that was just cut
)
"""Failures after which the outcome of what was running is unknown, or nothing could be started."""

_TIMEOUT = 20.0
"""Seconds after which a silent server counts as gone; above the server's own `statement_timeout`."""

SETTINGS = {
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
    return await asyncpg.connect(dsn, timeout=5, command_timeout=_TIMEOUT, server_settings=SETTINGS)


async def open_pool(dsn: str, size: int) -> "Pool":
    """The connections that reads share. Raises one of `UNREACHABLE`."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=5,
        command_timeout=_TIMEOUT,
        server_settings=SETTINGS,
        reset=_nothing,
    )


def unavailable(error: BaseException) -> StoreUnavailable:
    """What the caller is told when one of `UNREACHABLE` happened."""
    return StoreUnavailable(f"PostgreSQL did not answer: {str(error) or type(error).__name__}")


async def _nothing(connection: object) -> None:
    """Reads leave nothing behind in a session: asyncpg's default clean-up would cost each a round trip more."""
