"""The local servers keep what they were given, through a kill as through a stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.servers import servers


async def test_postgres_keeps_committed_rows_and_its_port_over_a_kill(own_postgres: Postgres) -> None:
    own_postgres.create_database("town")
    dsn = own_postgres.dsn("town")
    await _run(dsn, "CREATE TABLE note (body text)", "INSERT INTO note VALUES ('kept')")
    own_postgres.kill()
    assert own_postgres.processes() == []
    own_postgres.restart()
    assert own_postgres.dsn("town") == dsn
    assert await _read(dsn, "SELECT body FROM note") == "kept"


async def test_postgres_started_again_on_the_same_directory_finds_its_data(own_directory: Path) -> None:
    with Postgres.start(own_directory) as server:
        server.create_database("town")
        await _run(server.dsn("town"), "CREATE TABLE note (body text)", "INSERT INTO note VALUES ('kept')")
    with Postgres.start(own_directory) as server:
        assert await _read(server.dsn("town"), "SELECT body FROM note") == "kept"


async def test_postgres_is_durable_and_asks_for_a_password(own_postgres: Postgres) -> None:
    assert await _read(own_postgres.dsn("postgres"), "SHOW fsync") == "on"
    assert await _read(own_postgres.dsn("postgres"), "SHOW synchronous_commit") == "on"
    password = own_postgres.dsn("postgres").split(":")[2].split("@")[0]
    assert password not in repr(own_postgres)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(own_postgres.dsn("postgres").replace(password, "guessed"))


async def test_a_database_can_be_made_from_a_template(own_postgres: Postgres) -> None:
    own_postgres.create_database("pattern")
    await _run(own_postgres.dsn("pattern"), "CREATE TABLE note (body text)", "INSERT INTO note VALUES ('copied')")
    own_postgres.create_database("copy", template="pattern")
    assert await _read(own_postgres.dsn("copy"), "SELECT body FROM note") == "copied"


def test_kafka_keeps_acknowledged_records_and_its_address_over_a_kill(own_kafka: Kafka) -> None:
    bootstrap = own_kafka.bootstrap
    _publish(bootstrap, b"kept")
    own_kafka.kill()
    assert own_kafka.processes() == []
    own_kafka.restart()
    assert own_kafka.bootstrap == bootstrap
    assert _only_record(bootstrap) == b"kept"


def test_kafka_started_again_on_the_same_directory_finds_its_data(own_directory: Path) -> None:
    with Kafka.start(own_directory) as broker:
        _publish(broker.bootstrap, b"kept")
    with Kafka.start(own_directory) as broker:
        assert _only_record(broker.bootstrap) == b"kept"


def test_kafka_makes_no_topic_that_was_not_asked_for(kafka: Kafka) -> None:
    with _admin(kafka.bootstrap) as admin:
        assert not [name for name in admin.list_topics() if not name.startswith(("linkage.", "__"))]


def test_servers_that_are_named_are_used_and_never_killed(own_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKAGE_KAFKA", "broker.example:9092")
    monkeypatch.setenv("LINKAGE_POSTGRES", "postgresql://somebody@db.example:5433/postgres")
    with servers(own_directory) as named:
        assert named.kafka.bootstrap == "broker.example:9092"
        assert named.postgres.dsn("county") == "postgresql://somebody@db.example:5433/county"
        for refuse in (named.kafka.kill, named.kafka.restart, named.postgres.kill, named.postgres.restart):
            with pytest.raises(RuntimeError, match="not ours"):
                refuse()
        named.kafka.stop()
        named.postgres.stop()
    assert list(own_directory.iterdir()) == []


async def _run(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def _read(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    value: object = await connection.fetchval(query)
    await connection.close()
    return value


def _publish(bootstrap: str, value: bytes) -> None:
    with _admin(bootstrap) as admin:
        admin.create_topics([NewTopic("notes", num_partitions=1, replication_factor=1)])
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    producer.send("notes", value, partition=0).get(timeout=30)
    producer.close()


def _only_record(bootstrap: str) -> bytes:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, consumer_timeout_ms=30_000)
    consumer.assign([TopicPartition("notes", 0)])
    consumer.seek_to_beginning()
    value: bytes = next(consumer).value
    consumer.close()
    return value


@contextmanager
def _admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        yield admin
    finally:
        admin.close()
