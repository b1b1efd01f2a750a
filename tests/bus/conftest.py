"""What the bus's tests stand on: real Kafka with the contract's topics, real PostgreSQL with the store's schema."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from linkage.bus import KafkaSettings, parking, topics
from linkage.bus.inbox import MIGRATIONS as INBOX
from linkage.store import Store, migrate
from linkage.store.migrate import MIGRATIONS
from tests.databases import Databases, databases


@pytest.fixture(scope="session")
def settings(kafka: Kafka) -> KafkaSettings:
    """The shared broker, with all topics."""
    settings = KafkaSettings(bootstrap=kafka.bootstrap)
    topics.apply(settings)
    return settings


@pytest.fixture(scope="session")
def tier_databases(postgres: Postgres) -> Iterator[Databases]:
    """Databases of tiers: log, inbox and what is parked."""

    async def migrated(dsn: str) -> None:
        for migrations in (MIGRATIONS, parking.MIGRATIONS, INBOX):
            await migrate(dsn, migrations)

    with databases(postgres, migrated) as lending:
        yield lending


@pytest.fixture
def dsn(tier_databases: Databases) -> Iterator[str]:
    """A tier's database."""
    with tier_databases.lent() as dsn:
        yield dsn


@pytest.fixture
async def store(dsn: str) -> AsyncIterator[Store]:
    """The store in the tier's database."""
    async with Store.open(dsn) as store:
        yield store
