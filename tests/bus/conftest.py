"""What the bus's tests stand on: real Kafka with the contract's topics, real PostgreSQL with the store's schema."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.kafka import Kafka
from linkage.bus import KafkaSettings, parking, topics
from linkage.bus.inbox import MIGRATIONS as INBOX
from linkage.store import Store, migrate


@pytest.fixture(scope="session")
def settings(kafka: Kafka) -> KafkaSettings:
    """The shared broker, with all topics."""
    settings = KafkaSettings(bootstrap=kafka.bootstrap)
    topics.apply(settings)
    return settings


@pytest.fixture
async def dsn(database: str) -> str:
    """A tier's database, migrated."""
    await migrate(database)
    for migrations in (parking.MIGRATIONS, INBOX):
        await migrate(database, Path(migrations))
    return database


@pytest.fixture
async def store(dsn: str) -> AsyncIterator[Store]:
    """The store in the tier's database."""
    async with Store.open(dsn) as store:
        yield store
