"""What `linkagectl doctor` asks of the read models (entry point `linkage.checks`): schema, generations, freshness."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from typing import Any

import asyncpg
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from linkage.bus import KafkaSettings, parking
from linkage.bus.topics import event_topics
from linkage.ctl.database_checks import check_database, check_parked
from linkage.ctl.finding import Finding, fail, ok, unanswered, warn
from linkage.settings import StoresSettings, read
from linkage.store import Store, StoreUnavailable
from services.projections.generations import MIGRATIONS
from services.projections.read_models import READ_MODELS

__all__ = ["check"]

_STUCK = 10
"""How many times longer than it may something published has waited when that is a failure."""


async def check(dsn: str, kafka: KafkaSettings | None, patience: float) -> list[Finding]:
    """The database of the read models, against this release's read models; with Kafka how fresh they are."""
    findings = await check_database("projections", dsn, (parking.MIGRATIONS, MIGRATIONS), patience)
    if any(finding.check == "projections: migrations" and finding.state == "OK" for finding in findings):
        db = await asyncpg.connect(dsn, timeout=5)
        try:
            findings += await check_parked("projections", db)
            findings += await _generations(db)
            progress = {
                (row["topic"], row["partition"]): row["kafka_offset"]
                for row in await db.fetch("select * from progress")
            }
        finally:
            await db.close()
        if kafka:
            findings.append(await asyncio.to_thread(_freshness, kafka, progress, patience))
    return findings + await _stores()


async def _generations(db: asyncpg.Connection[Any]) -> list[Finding]:
    name = "projections: read models"
    rows = {row["read_model"]: row for row in await db.fetch("select * from generations")}
    if not rows:
        return [warn(name, "there are none yet", "start the worker: it makes them when it first starts")]
    findings = []
    for model in READ_MODELS:
        row = rows.get(model.name)
        remedy = f"run `linkagectl rebuild {model.name}`: until then the worker waits"
        if row is None:
            findings.append(fail(name, f"{model.name} has no generation", remedy))
        elif row["fold_version"] > model.fold_version:
            told = (
                f"{model.name} was built by fold version {row['fold_version']}, this release has {model.fold_version}"
            )
            findings.append(fail(name, told, "a later release was here: run that release, or rebuild with this one"))
        elif row["fold_version"] != model.fold_version:
            told = f"{model.name} was built by fold version {row['fold_version']}, not {model.fold_version}"
            findings.append(fail(name, told, remedy))
    return findings or [ok(name, f"{len(READ_MODELS)}, all built by this release's folds")]


def _freshness(kafka: KafkaSettings, progress: dict[tuple[str, int], int], patience: float) -> Finding:
    """The age of the oldest record that is published and not folded. Blocks."""
    name = "projections: freshness"
    try:
        with closing(
            KafkaConsumer(**kafka.client(), isolation_level="read_committed", enable_auto_commit=False)
        ) as consumer:
            places = [
                TopicPartition(topic, number)
                for topic in event_topics()
                for number in sorted(consumer.partitions_for_topic(topic) or ())
            ]
            ends = consumer.end_offsets(places) if places else {}
            behind = [
                place for place, end in ends.items() if end > progress.get((place.topic, place.partition), -1) + 1
            ]
            consumer.assign(behind)
            for place in behind:
                consumer.seek(place, progress.get((place.topic, place.partition), -1) + 1)
            oldest = min((record.timestamp / 1000 for record in _first(consumer, behind, ends)), default=None)
    except KafkaError as error:
        return unanswered(name, error, "without Kafka nothing reaches the read models")
    if oldest is None:
        return ok(name, "everything published is in the read models")
    age = time.time() - oldest
    told, remedy = f"something published {age:.0f} s ago is not in the read models", "see the runbook projection-stale"
    if age > _STUCK * patience:
        return fail(name, told, remedy)
    return warn(name, told, remedy) if age > patience else ok(name, f"{told} yet")


def _first(consumer: KafkaConsumer, places: list[Any], ends: dict[Any, int]) -> list[Any]:
    """A record of each place that has one: behind the last there may be nothing but marks of transactions."""
    found, waiting, end = [], set(places), time.monotonic() + 10
    while waiting and time.monotonic() < end:
        for place, records in consumer.poll(timeout_ms=500, max_records=500).items():
            if place in waiting and records:
                found.append(records[0])
                waiting.discard(place)
                consumer.pause(place)
        waiting -= {place for place in waiting if consumer.position(place) >= ends[place]}
    return found


async def _stores() -> list[Finding]:
    """The owners' stores that this database may be healed from."""
    findings = []
    for tier, addresses in read(StoresSettings).store_dsns().items():
        name = f"projections: store of {tier}"
        for address in addresses:
            try:
                async with Store.open(address, readers=1) as store:
                    newest, _ = await store.tail_state(0)
            except StoreUnavailable as error:
                remedy = "gaps cannot be healed from it, nor read models rebuilt: is LINKAGE_STORES right?"
                findings.append(unanswered(name, error, remedy))
            else:
                findings.append(ok(name, f"answers; its newest position is {newest}"))
    return findings
