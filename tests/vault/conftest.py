"""A township's database, with its log and its vault, on the real PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from deploy.local.postgres import Postgres
from linkage.store import migrate
from linkage.vault import MIGRATIONS, Keyring, Vault
from tests.databases import Databases, databases

SHIYANG = "512021110"


@pytest.fixture(scope="session")
def township_databases(postgres: Postgres) -> Iterator[Databases]:
    """Databases of townships: event store and vault."""

    async def migrated(dsn: str) -> None:
        await migrate(dsn)
        await migrate(dsn, MIGRATIONS)

    with databases(postgres, migrated) as lending:
        yield lending


@pytest.fixture
def dsn(township_databases: Databases) -> Iterator[str]:
    """A township's database: its event store, and its vault."""
    with township_databases.lent() as dsn:
        yield dsn


@pytest.fixture
def key() -> bytes:
    return os.urandom(32)


@pytest_asyncio.fixture
async def vault(dsn: str, key: bytes) -> AsyncIterator[Vault]:
    async with Vault.open(dsn, Keyring([key])) as opened:
        yield opened
