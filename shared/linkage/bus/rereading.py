"""Reading again what was published of one stream, to fill a gap: its partition, from the beginning, within bounds."""

from __future__ import annotations

from contextlib import closing
from time import monotonic

from kafka import KafkaConsumer, TopicPartition

from linkage.bus.envelope import MalformedRecord, from_record
from linkage.bus.publisher import partition_of
from linkage.bus.settings import KafkaSettings
from linkage.bus.topics import topic_of
from linkage.store import StoredEvent

__all__ = ["reread"]


def reread(settings: KafkaSettings, like: StoredEvent, first: int, last: int, seconds: float = 60) -> list[StoredEvent]:
    """The versions `first` to `last` of the stream that `like` belongs to, in order, as far as its topic has them.

    Stops where the topic ends, or after `seconds` with what was found by then. Raises KafkaError.
    """
    topic = topic_of(like.metadata.tier, like.stream.split("/", 2)[1])
    place = TopicPartition(topic, partition_of(like.key, settings.partitions))
    found: dict[int, StoredEvent] = {}
    deadline = monotonic() + seconds
    with closing(
        KafkaConsumer(
            **settings.client(), isolation_level="read_committed", check_crcs=False, bootstrap_timeout_ms=10_000
        )
    ) as consumer:
        end = consumer.end_offsets([place], timeout_ms=10_000)[place]
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        while consumer.position(place, timeout_ms=10_000) < end and monotonic() < deadline:
            for record in consumer.poll(timeout_ms=500, max_records=5_000).get(place, ()):
                if record.key != like.key.encode():
                    continue
                try:
                    event = from_record(record.key, record.value, record.headers)
                except MalformedRecord:
                    continue  # parked by whoever hears the topic; here we only look for one stream
                if event.stream == like.stream and first <= event.version <= last:
                    found.setdefault(event.version, event)
    return [found[version] for version in sorted(found)]
