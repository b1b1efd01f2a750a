"""A store that was restored from before what it has published publishes nothing until it has caught up."""

from __future__ import annotations

import asyncio
from contextlib import closing
from uuid import uuid4

import asyncpg
import pytest
from kafka import KafkaProducer

from deploy.local.processes import free_port
from linkage.bus import KafkaSettings
from linkage.bus.cursor import StoreBehind, confirm
from linkage.bus.relay import Relay
from linkage.bus.topics import CURSORS
from linkage.store import Store
from tests.bus.acts import are_published, comes_true, new_stream, published, record, running, versions


@pytest.fixture
def name() -> str:
    """A tier instance nobody else's test has."""
    return f"county-{uuid4().hex[:8]}"


async def test_a_store_that_lost_what_it_published_publishes_no_second_telling_of_it(
    store: Store, dsn: str, settings: KafkaSettings, name: str
) -> None:
    stream = new_stream()
    await record(store, stream, 4)
    await _published(store, dsn, settings, name)
    await comes_true(lambda: are_published(settings, [stream], 4))  # a commit's marker comes a moment after it
    await _restored(dsn, "version > 2")
    await record(store, stream, 3)  # somebody started the service too early
    await _refused(store, dsn, settings, name)
    assert versions(published(settings, [stream]), stream) == [1, 2, 3, 4]


async def test_an_event_that_is_missing_before_the_last_one_is_missed(
    store: Store, dsn: str, settings: KafkaSettings, name: str
) -> None:
    lost, kept = new_stream(), new_stream()
    await record(store, lost)
    await record(store, kept)
    await _published(store, dsn, settings, name)
    await _restored(dsn, "position = 1")  # its commit was the later one, and the backup ends between the two
    await _refused(store, dsn, settings, name)


async def test_a_cursor_of_a_release_without_evidence_is_held_against_the_last_event(
    store: Store, dsn: str, settings: KafkaSettings, name: str
) -> None:
    with closing(KafkaProducer(bootstrap_servers=settings.bootstrap)) as older:
        await record(store, new_stream(), 3)
        older.send(CURSORS, b"3", name.encode(), partition=0).get(timeout=20)
        await record(store, new_stream())
        await _published(store, dsn, settings, name)
        older.send(CURSORS, b"4", name.encode(), partition=0).get(timeout=20)
    await _restored(dsn, "position > 3")
    await _refused(store, dsn, settings, name)


async def test_a_service_asks_before_it_serves_and_does_not_wait_for_a_kafka_that_is_away(
    store: Store, dsn: str, settings: KafkaSettings, name: str
) -> None:
    await confirm(store, settings, name)
    await record(store, new_stream(), 2)
    await _published(store, dsn, settings, name)
    await confirm(store, settings, name)
    await _restored(dsn, "version > 1")
    with pytest.raises(StoreBehind):
        await confirm(store, settings, name)
    await confirm(store, KafkaSettings(bootstrap=f"127.0.0.1:{free_port()}"), name, patience=0.5)


async def _refused(store: Store, dsn: str, settings: KafkaSettings, name: str) -> None:
    relay = Relay(store, dsn, settings, name)
    async with asyncio.timeout(60):
        with pytest.raises(StoreBehind, match="it was restored from before; run `linkagectl reconcile`"):
            await relay.run()
    assert (relay.status.leading, relay.status.published) == (False, 0)


async def _published(store: Store, dsn: str, settings: KafkaSettings, name: str) -> None:
    relay = Relay(store, dsn, settings, name)
    head, _ = await store.tail_state(0)
    async with running(relay.run()):
        await comes_true(lambda: relay.status.cursor == head)


async def _restored(dsn: str, lost: str) -> None:
    """As a recovery leaves it: what came after is gone, and the sequence of positions is ahead all the same."""
    db = await asyncpg.connect(dsn)
    await db.execute(f"alter table events disable trigger append_only; delete from events where {lost}")
    await db.execute("alter table events enable trigger append_only")
    await db.close()
