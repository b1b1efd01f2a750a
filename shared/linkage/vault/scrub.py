"""Scrubbing: the keys' table is written anew, so that nothing of erased keys is left in its file.

A deleted row stays in the file until its room is used again: VACUUM frees the room and leaves the bytes. VACUUM FULL
writes what is still there into a new file. It copies what somebody may still see, deleted or not, so it waits for them.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import asyncpg

from linkage.vault.statements import statement

if TYPE_CHECKING:
    from typing import TypeAlias

    Connection: TypeAlias = asyncpg.Connection[Any]

__all__ = ["CannotScrub", "scrub", "scrub_due"]

_LOCK = "3s"
"""For how long callers of the vault may have to wait behind us while we wait for the table."""


class CannotScrub(Exception):
    """What was erased may still be in the table's file; the message is a sentence that says why."""


async def scrub(connection: Connection, patience: float) -> int:
    """Writes the table anew; the number of keys in it. `connection` must not be in a transaction.

    `patience`: for how long (seconds) it waits for those who may still see what was erased. Raises CannotScrub.
    """
    erased = await connection.fetchval(statement("erased_count"))
    mine = await connection.fetchval("select pg_current_xact_id()::xid")
    end = time.monotonic() + patience
    while older := await connection.fetch(statement("older_views"), mine):
        if time.monotonic() >= end:
            who = ", ".join(row["who"] for row in older)
            raise CannotScrub(f"{who} may still see what was erased: end it, or run this again when it is through")
        await asyncio.sleep(0.2)
    before = await _file(connection)
    try:
        await connection.execute(f"set lock_timeout = '{_LOCK}'")
        await connection.execute("vacuum (full) vault_keys")
    except asyncpg.LockNotAvailableError:
        raise CannotScrub("somebody keeps the table vault_keys locked: run this again") from None
    if await _file(connection) == before:  # PostgreSQL says so in a warning only
        raise CannotScrub("this role may not VACUUM the table vault_keys: its owner may")
    await connection.execute("insert into vault_scrubs (erased) values ($1)", erased)
    keys: int = await connection.fetchval("select count(*) from vault_keys")
    return keys


async def scrub_due(connection: Connection) -> int:
    """How many subjects were erased since the table was last written anew."""
    due: int = await connection.fetchval(statement("scrub_due"))
    return due


async def _file(connection: Connection) -> str:
    path: str = await connection.fetchval("select pg_relation_filepath('vault_keys')")
    return path
