"""A migrated database, and stores on it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from linkage.store import Store


@pytest.fixture
def dsn(store_database: str) -> str:
    """The address of a database of the test's own, with the event store's schema."""
    return store_database


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Store]:
    async with Store.open(dsn) as opened:
        yield opened


@pytest_asyncio.fixture
async def replica(dsn: str) -> AsyncIterator[Store]:
    """A second store on the same database, as another replica of the service would have."""
    async with Store.open(dsn) as opened:
        yield opened
