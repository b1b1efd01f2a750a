"""A migrated database, and stores on it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
import pytest_asyncio

from deploy.local.postgres import Postgres
from linkage.store import Store, migrate


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> Iterator[str]:
    """A database with the event store's schema and nothing in it, to be copied."""
    name = f"store_{uuid4().hex}"
    postgres.create_database(name)
    asyncio.run(migrate(postgres.dsn(name)))
    yield name
    postgres.drop_database(name)


@pytest.fixture
def dsn(postgres: Postgres, template: str) -> Iterator[str]:
    """The address of a database of the test's own, with the event store's schema."""
    name = f"test_{uuid4().hex}"
    postgres.create_database(name, template)
    yield postgres.dsn(name)
    postgres.drop_database(name)


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Store]:
    async with Store.open(dsn) as opened:
        yield opened


@pytest_asyncio.fixture
async def replica(dsn: str) -> AsyncIterator[Store]:
    """A second store on the same database, as another replica of the service would have."""
    async with Store.open(dsn) as opened:
        yield opened
