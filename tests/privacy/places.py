"""Every place where something could lie: all records of all topics, all rows of all tables, all files."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from linkage.bus import KafkaSettings

__all__ = ["files", "records", "rows"]


def records(settings: KafkaSettings) -> Iterator[tuple[str, list[bytes]]]:
    """Key, value and headers of every record of every topic, the broker's own too, aborted transactions included."""
    admin = KafkaAdminClient(**settings.client())
    names = admin.list_topics()
    admin.close()
    consumer = KafkaConsumer(**settings.client(), isolation_level="read_uncommitted", exclude_internal_topics=False)
    try:
        places = [TopicPartition(name, n) for name in names for n in consumer.partitions_for_topic(name) or ()]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < end for place, end in ends.items()):
            for place, found in consumer.poll(timeout_ms=500, max_records=5_000).items():
                for one in found:
                    headers = [part for name, value in one.headers for part in (name.encode(), value or b"")]
                    yield place.topic, [one.key or b"", one.value or b"", *headers]
    finally:
        consumer.close()


async def rows(dsn: str) -> AsyncIterator[tuple[str, list[object]]]:
    """Every row of every table of a database, each column as it is."""
    db = await asyncpg.connect(dsn)
    try:
        tables = await db.fetch(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        )
        for schema, table in tables:
            for row in await db.fetch(f'select * from "{schema}"."{table}"'):
                yield f"{schema}.{table}", list(row)
    finally:
        await db.close()


def files(directory: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a directory, links to directories followed: logs, segments, tables and what is ahead of them."""
    for folder, _, names in os.walk(directory, followlinks=True):
        for name in names:
            path = Path(folder, name)
            if path.is_file():
                # Servers reserve room ahead: nothing but noughts, which take longer to search than all the rest.
                written = b"\0".join(part for part in path.read_bytes().split(bytes(64)) if part)
                yield str(path.relative_to(directory)), written
