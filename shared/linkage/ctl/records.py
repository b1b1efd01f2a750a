"""Every committed record of some topics, from the beginning up to where they end now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from time import monotonic
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from linkage.bus.settings import KafkaSettings
from linkage.bus.topics import check
from linkage.ctl.sentences import Problem

__all__ = ["read_to_end"]

_PATIENCE = 30.0
"""Seconds without any progress after which the broker counts as gone."""


def read_to_end(settings: KafkaSettings, topics: Iterable[str]) -> Iterator[Any]:
    """The records as kafka-python has them; those of one partition in order. Joins no group and commits no offset.

    Raises `TopicsUnfit`, KafkaError, and a Problem when the broker stops answering on the way.
    """
    check(settings)
    with closing(_consumer(settings)) as consumer:
        places = [
            TopicPartition(topic, partition)
            for topic in topics
            for partition in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places, timeout_ms=10_000)  # of what is committed: the consumer reads no further
        waiting, moved = set(places), monotonic()
        while waiting := {place for place in waiting if consumer.position(place, timeout_ms=10_000) < ends[place]}:
            records = consumer.poll(timeout_ms=500, max_records=2000)
            if records:
                moved = monotonic()
            elif monotonic() - moved > _PATIENCE:
                raise Problem(f"Kafka gave nothing for {_PATIENCE:.0f} s, and {len(waiting)} partitions are not read.")
            for place, found in records.items():
                yield from (record for record in found if record.offset < ends[place])


def _consumer(settings: KafkaSettings) -> KafkaConsumer:
    return KafkaConsumer(
        **settings.client(),
        client_id="linkagectl",
        isolation_level="read_committed",
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        fetch_max_wait_ms=100,
        bootstrap_timeout_ms=10_000,
        metrics_enabled=False,
    )
