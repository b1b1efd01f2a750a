"""The synchronous half of the relay: a producer that publishes events and the relay's cursor in one transaction.

Crash-only: after any failure a publisher is closed and replaced, never repaired. Its successor's `init_transactions`
fences it, brings whatever it left open to an end, and only then is the cursor read: what is committed is the truth
(design D6).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, ProducerFencedError
from kafka.partitioner.default import murmur2

from linkage.bus.cursor import EVIDENCE, WINDOW, evidence, read_cursor
from linkage.bus.envelope import to_record
from linkage.bus.settings import KafkaSettings
from linkage.bus.topics import CURSORS, LARGEST_RECORD, TopicsUnfit, topic_of
from linkage.store import StoredEvent

__all__ = ["PRODUCER", "Fenced", "NotPublished", "Publisher", "partition_of"]

PRODUCER: dict[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    # One open transaction keeps every reader of its partitions waiting: it must not stay open for long.
    "transaction_timeout_ms": 15_000,
    # Sent by the page: the flush at its end sends what is left, so the linger only overlaps building and sending.
    "linger_ms": 20,
    "batch_size": 262_144,
    # Headers repeat themselves; and kafka-python computes a batch's checksum in Python, byte by byte.
    "compression_type": "gzip",
    # A transaction begun right after another is told to come again in a moment: the default, 100 ms, would be its pace.
    "retry_backoff_ms": 5,
    "max_request_size": LARGEST_RECORD,
    "request_timeout_ms": 5_000,
    "delivery_timeout_ms": 10_000,
    "max_block_ms": 10_000,
    "bootstrap_timeout_ms": 10_000,
    "reconnect_backoff_max_ms": 1_000,
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
}


class Fenced(Exception):
    """Another publisher of the same name has taken over; nothing of the page is published by this one."""


class NotPublished(Exception):
    """Kafka did not take a page, or nobody knows whether it did: a new publisher finds out."""


class Publisher:
    """A producer under the relay's fixed transactional id, which fences every other one of that name."""

    def __init__(self, settings: KafkaSettings, name: str) -> None:
        """Raises KafkaError or `CursorUnreadable`; afterwards `cursor` is where the relay stands."""
        self._name = name.encode()
        self._settings = settings
        self._places: dict[tuple[str, str, str], tuple[str, int]] = {}
        self._fitting: set[str] = set()
        self._recent: deque[bytes] = deque(maxlen=WINDOW)
        self._producer = KafkaProducer(
            **settings.client(), **PRODUCER, client_id=f"linkage-relay-{name}", transactional_id=f"linkage-relay-{name}"
        )
        try:
            self._producer.init_transactions()
            self.cursor = read_cursor(settings, name)
        except BaseException:
            self.close()
            raise

    def follow(self, hashes: Iterable[bytes]) -> None:
        """Those of the last events before the cursor: from now on, what is published stands behind them."""
        self._recent = deque(hashes, maxlen=WINDOW)

    def publish(self, events: Sequence[StoredEvent], cursor: int) -> None:
        """One transaction: the events, and `cursor`, up to which everything is then published.

        Raises `Fenced`, `NotPublished`, `TopicsUnfit`, or KafkaError.
        """
        try:
            self._publish(events, cursor)
        except (KafkaError, NotPublished) as error:
            # Depending on which request learns of it first, kafka-python wraps it in this or that.
            if ProducerFencedError.__name__ in repr(error):
                raise Fenced("another publisher of this name has taken over") from error
            raise

    def _publish(self, events: Sequence[StoredEvent], cursor: int) -> None:
        producer = self._producer
        producer.begin_transaction()
        outcomes = []
        for event in events:
            topic, partition = self._place(event)
            key, value, headers = to_record(event)
            outcomes.append(producer.send(topic, value, key, headers, partition))
        self._recent.extend(event.hash for event in events)
        known_by = [(EVIDENCE, evidence(self._recent))]
        outcomes.append(producer.send(CURSORS, b"%d" % cursor, self._name, known_by, partition=0))
        producer.flush(timeout=12)
        # kafka-python 3.0 commits a transaction whose records it has given up on (delivery timeout, epoch bump) as if
        # nothing had happened. So nothing is committed before every single record is known to be in the log.
        for outcome in outcomes:
            if not outcome.succeeded():
                raise NotPublished(f"a record was not taken: {outcome.exception or 'no answer'}") from outcome.exception
        producer.commit_transaction()

    def close(self) -> None:
        """Lets go of the connection; what is not committed is aborted by the successor, or after the timeout."""
        try:
            self._producer.close(timeout=12)
        except KafkaError:
            # Records still on their way: they have been given up on by now.
            self._producer.close(timeout=1)

    def _place(self, event: StoredEvent) -> tuple[str, int]:
        tier, kind, key = event.metadata.tier, event.stream.split("/", 2)[1], event.key
        place = self._places.get((tier, kind, key))
        if place is None:
            topic = topic_of(tier, kind)
            self._fits(topic)
            if len(self._places) > 100_000:
                self._places.clear()
            place = self._places[tier, kind, key] = topic, partition_of(key, self._settings.partitions)
        return place

    def _fits(self, topic: str) -> None:
        if topic in self._fitting:
            return
        partitions = len(self._producer.partitions_for(topic))
        if partitions != self._settings.partitions:
            raise TopicsUnfit(f"topic {topic} has {partitions} partitions, not {self._settings.partitions}")
        self._fitting.add(topic)


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key, as Kafka's default partitioner has it in every language (murmur2)."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % partitions
