"""linkagectl against real servers: one broker for these tests, emptied before each, and a database for each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from google.protobuf.message import Message
from kafka import KafkaAdminClient, KafkaProducer
from typer.testing import CliRunner, Result

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from linkage.bus import KafkaSettings, parking
from linkage.bus.publisher import Publisher
from linkage.bus.topics import apply
from linkage.ctl.main import app
from linkage.store import Metadata, NewEvent, Store, StoredEvent, migrate
from tests.databases import Databases, databases

INSTANCE = "county-under-test"

Ctl = Callable[..., Result]


@pytest.fixture
def ctl(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ctl]:
    """Runs linkagectl in this process, in an environment that names nothing but what the test sets."""
    for name in ("LINKAGE_STORE_DSN", "LINKAGE_PROJECTIONS_DSN", "LINKAGE_STORES", "LINKAGE_KAFKA", "LINKAGE_INSTANCE"):
        monkeypatch.delenv(name, raising=False)
    levels = {name: logging.getLogger(name).level for name in ("kafka", "asyncio", "pogo_core")}

    def run(*arguments: str, **environment: str) -> Result:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(app, list(arguments))

    yield run
    structlog.reset_defaults()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture(scope="session")
def broker(session_directory: Path) -> Iterator[Kafka]:
    with Kafka.start(session_directory / "kafka-of-ctl") as running:
        yield running


@pytest.fixture
def empty_kafka(broker: Kafka) -> KafkaSettings:
    """The broker, without any topic of ours."""
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    topics = [name for name in admin.list_topics() if name.startswith("linkage.")]
    if topics:
        admin.delete_topics(topics)
    admin.close()
    return KafkaSettings(bootstrap=broker.bootstrap)


@pytest.fixture
def kafka_with_topics(empty_kafka: KafkaSettings) -> KafkaSettings:
    apply(empty_kafka)
    return empty_kafka


@pytest.fixture(scope="session")
def tier_databases(postgres: Postgres) -> Iterator[Databases]:
    """Databases of tiers: log, and what is parked."""

    async def migrated(dsn: str) -> None:
        await migrate(dsn)
        await migrate(dsn, parking.MIGRATIONS)

    with databases(postgres, migrated) as lending:
        yield lending


@pytest.fixture
def store_dsn(tier_databases: Databases) -> Iterator[str]:
    """A tier's database with its schema."""
    with tier_databases.lent() as dsn:
        yield dsn


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records events as the county 512021 would, and publishes what is stored."""

    dsn: str

    def record(self, stream: str, *messages: Message) -> list[StoredEvent]:
        """Appends the messages to the stream and returns all of its events."""
        return asyncio.run(self._record(stream, messages))

    def stored(self) -> list[StoredEvent]:
        """Every event, in the order of the log."""
        return asyncio.run(self._stored())

    def publish(self, kafka: KafkaSettings) -> int:
        """Publishes everything as the relay does; the cursor it leaves."""
        events = self.stored()
        publisher = Publisher(kafka, INSTANCE)
        try:
            publisher.publish(events, events[-1].position)
        finally:
            publisher.close()
        return events[-1].position

    async def _record(self, stream: str, messages: tuple[Message, ...]) -> list[StoredEvent]:
        async with Store.open(self.dsn) as store:
            for message in messages:
                head = await store.head(stream)
                await store.append(stream, stream, head, [_new(message)], _metadata(), b"one request")
            return await store.load(stream)

    async def _stored(self) -> list[StoredEvent]:
        async with Store.open(self.dsn) as store:
            events, after = [], 0
            while True:
                reached, page = await store.page(after)
                events += page
                if reached == after:
                    return events
                after = reached


@pytest.fixture
def recorder(store_dsn: str) -> Recorder:
    return Recorder(store_dsn)


def send_records(kafka: KafkaSettings, topic: str, *records: tuple[bytes, bytes, list[tuple[str, bytes]]]) -> None:
    """Puts records on a topic past every relay, as somebody who meddles would."""
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    for key, value, headers in records:
        producer.send(topic, value, key, headers, partition=0).get(timeout=20)
    producer.close()


def _new(message: Message) -> NewEvent:
    return NewEvent(message.DESCRIPTOR.full_name, message.SerializeToString(deterministic=True))


def _metadata() -> Metadata:
    at = datetime(2023, 3, 10, 1, 2, 3, tzinfo=UTC)
    post, rules = "POST_CPPCC_OFFICE", "ziyang-2022.1"
    return Metadata("512021", "county", post, at, datetime.now(UTC), uuid4(), "JW-1 as a whole", "", "", rules)
