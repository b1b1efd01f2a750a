"""Rewrapping: every subject's key under the first key of the settings, while the service runs with both.

What was done is in the rows themselves, so it may be cut off anywhere and begun again. The data are not touched: they
are under the subject's own key, which stays.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from linkage.vault.seal import Keyring, Unreadable
from linkage.vault.statements import statement

if TYPE_CHECKING:
    import asyncpg

__all__ = ["rewrap"]

_PAGE = 200
"""Keys of one transaction."""


async def rewrap(connection: asyncpg.Connection[Any], keyring: Keyring) -> tuple[int, Counter[str]]:
    """How many keys were wrapped anew, and how many are still under which other key, by its name.

    Another is left where the settings do not have it, where it does not open what it should have wrapped, or where a
    service that has not got the new key yet put somebody meanwhile. Raises what asyncpg raises.
    """
    first, after, done = keyring.names[0], UUID(int=0), 0
    while rows := await connection.fetch(statement("rewrap_page"), first, after, _PAGE):
        anew: dict[UUID, bytes] = {}
        for row in rows:
            try:
                anew[row["subject_id"]] = keyring.rewrap(row["subject_id"], row["wrapped_by"], row["wrapped"])
            except Unreadable:
                continue  # it is counted in the end
        outcome = await connection.execute(statement("rewrap_keys"), first, list(anew), list(anew.values()))
        done += int(outcome.removeprefix("UPDATE "))
        after = rows[-1]["subject_id"]
    standing = {row["wrapped_by"]: row["keys"] for row in await connection.fetch(statement("keys_by_wrapping"))}
    return done, Counter({name: keys for name, keys in standing.items() if name != first})
