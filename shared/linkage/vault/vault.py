"""The vault: put, read and erase, in the township's own database. Nothing in it is in clear, and nothing leaves it.

    async with Vault.open(dsn, Keyring.parse(settings.vault_keys)) as vault:
        subject = await vault.put("512021110", request_id, identity)     # the pseudonym that events may carry

Backups keep `vault_keys` apart and for a shorter time than the rest: a key that is restored reads what was erased.
"""

from __future__ import annotations

from asyncio import IncompleteReadError
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg

from linkage.vault.seal import Keyring, Sealed
from linkage.vault.statements import statement

if TYPE_CHECKING:
    from typing import TypeAlias

    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]

__all__ = ["MIGRATIONS", "RequestReused", "SubjectErased", "SubjectUnknown", "Vault", "VaultUnavailable"]

MIGRATIONS = Path(__file__).parent / "migrations"
"""For `linkage.store.migrate(dsn, MIGRATIONS)`."""

_UNREACHABLE = (
    OSError,
    TimeoutError,
    IncompleteReadError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class VaultUnavailable(Exception):
    """PostgreSQL does not answer."""


class SubjectUnknown(Exception):
    """The body has no such subject."""


class SubjectErased(Exception):
    """The subject's key was destroyed."""


class RequestReused(Exception):
    """The request id was used for another identity."""


class Vault:
    """Identities of one tier instance's bodies. A body reads and erases its own only."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring

    @classmethod
    @asynccontextmanager
    async def open(cls, dsn: str, keyring: Keyring) -> AsyncIterator[Vault]:
        """A vault on a migrated database. Raises VaultUnavailable."""
        async with _reaching():
            pool = await asyncpg.create_pool(
                dsn,
                min_size=0,
                max_size=4,
                timeout=5,
                command_timeout=20,
                server_settings={"application_name": "linkage-vault"},
            )
        try:
            yield cls(pool, keyring)
        finally:
            await pool.close()

    async def put(self, organisation: str, request_id: UUID, identity: bytes) -> UUID:
        """Pseudonym of the identity; the same request gets the same one again. Raises RequestReused.

        The pseudonym is drawn by lot: nothing of the identity is in it.
        """
        subject = uuid4()
        sealed = self._keyring.seal(subject, identity)
        async with _reaching(), self._pool.acquire() as connection, connection.transaction():
            new = await connection.fetchval(statement("put_subject"), subject, organisation, request_id, sealed.data)
            if new is not None:
                await connection.execute(statement("put_key"), subject, sealed.wrapped_by, sealed.wrapped)
                return subject
            row = await connection.fetchrow(statement("by_request"), organisation, request_id)
        if row["erased_at"] is None and self._keyring.open(row["subject_id"], _sealed(row)) != identity:
            raise RequestReused(request_id)
        answered: UUID = row["subject_id"]
        return answered

    async def read(self, organisation: str, subject: UUID, post: str, purpose: str) -> bytes:
        """The identity, once it is noted who read it and what for. Raises SubjectUnknown, SubjectErased, Unreadable."""
        async with _reaching(), self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(statement("by_subject"), organisation, subject)
            if row is None:
                raise SubjectUnknown(subject)
            if row["erased_at"] is not None:
                raise SubjectErased(subject)
            await connection.execute(statement("note_reading"), subject, post, purpose)
        return self._keyring.open(subject, _sealed(row))

    async def erase(self, organisation: str, subject: UUID) -> datetime:
        """Destroys the subject's key; when that was, by the first time. Raises SubjectUnknown."""
        async with _reaching(), self._pool.acquire() as connection, connection.transaction():
            await connection.execute(statement("destroy_key"), organisation, subject)
            erased = await connection.fetchval(statement("erase_subject"), organisation, subject)
        if erased is None:
            raise SubjectUnknown(subject)
        at: datetime = erased
        return at


def _sealed(row: asyncpg.Record) -> Sealed:
    return Sealed(row["sealed"], row["wrapped_by"], row["wrapped"])


@asynccontextmanager
async def _reaching() -> AsyncIterator[None]:
    try:
        yield
    except _UNREACHABLE as error:
        raise VaultUnavailable(f"PostgreSQL did not answer: {type(error).__name__}") from error
