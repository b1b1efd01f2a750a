"""A township's database, with its log and its vault, on the real PostgreSQL."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from linkage.store import migrate
from linkage.vault import MIGRATIONS, Keyring, Vault

SHIYANG = "512021110"


@pytest.fixture
def dsn(store_database: str) -> str:
    """A township's database: its event store, and its vault."""
    asyncio.run(migrate(store_database, MIGRATIONS))
    return store_database


@pytest.fixture
def key() -> bytes:
    return os.urandom(32)


@pytest_asyncio.fixture
async def vault(dsn: str, key: bytes) -> AsyncIterator[Vault]:
    async with Vault.open(dsn, Keyring([key])) as opened:
        yield opened
