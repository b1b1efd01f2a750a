"""The synchronous half of the inbox: one consumer of a group, which hands on what it hears and commits what is done.

kafka-python's consumer belongs in one thread. It is kept in its group while a batch is being worked on, by polling with
all partitions paused; and it is asked now and then whether it hears what there is to hear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, wait
from contextlib import closing, suppress
from math import inf
from time import monotonic, sleep
from typing import Any, TypeAlias

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError, RetriableError
from kafka.structs import MemberState

from linkage.bus.settings import KafkaSettings

__all__ = ["Batch", "Deaf", "Offsets", "Subscription"]

Batch: TypeAlias = dict[Any, list[Any]]
"""Records by topic and partition, as kafka-python gives them."""
Offsets: TypeAlias = Mapping[Any, int]
"""The offset to go on from, by topic and partition."""

_LONGEST_SILENCE = 5.0  # seconds without a record after which we look whether there is something to hear
_FAREWELL = 5.0  # seconds that the batch under way gets when the subscription is to end
_RECOVERY = 10.0  # seconds that a consumer gets to find its way back after an outage of Kafka

_log = structlog.get_logger(__name__)


class Deaf(Exception):
    """There is something to hear, or a group to be in, and the consumer does not notice."""


class Subscription:
    """Hears topics as a member of a consumer group: `run` in a thread of its own, `stop` from anywhere."""

    def __init__(
        self,
        settings: KafkaSettings,
        group: str,
        topics: Iterable[str],
        deliver: Callable[[Batch], Future[Offsets]],
        *,
        records: int = 500,
        deaf_after: float = 20.0,
    ) -> None:
        """`deliver` takes a batch and promises the offsets to commit; the next batch is not handed on before.

        `records`: most records of a batch. `deaf_after`: for how many seconds it may hear nothing of what there is.
        """
        self.round = monotonic()
        """When the loop last came round: a client that is stuck shows here."""
        self.heard = False
        """Whether it has heard a record, or that there is none to hear."""
        self.problem = ""
        """Why it hears nothing just now, though it goes on; empty when all is well."""
        self.assigned: frozenset[tuple[str, int]] = frozenset()
        self._settings = settings
        self._group = group
        self._topics = list(topics)
        self._deliver = deliver
        self._records = records
        self._deaf_after = deaf_after
        self._silence = min(_LONGEST_SILENCE, deaf_after)
        self._stopping = False
        self._done: dict[Any, int] = {}
        self._last_record = self._last_look = self._last_well = monotonic()

    def stop(self) -> None:
        """Asks the subscription to end after the batch under way, or soon."""
        self._stopping = True

    def run(self) -> None:
        """Hears until stopped. Raises KafkaError or `Deaf`; another subscription may then do better."""
        consumer = KafkaConsumer(
            **self._settings.client(),
            group_id=self._group,
            client_id=self._group,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            max_poll_interval_ms=120_000,
            fetch_max_wait_ms=250,
            bootstrap_timeout_ms=10_000,
            request_timeout_ms=15_000,
            reconnect_backoff_max_ms=1_000,
            metadata_max_age_ms=60_000,
            # The events' own hashes are checked; kafka-python would compute a batch's checksum in Python, byte by byte.
            check_crcs=False,
            metrics_enabled=False,
        )
        try:
            consumer.subscribe(self._topics)
            self._last_record = self._last_look = self._last_well = monotonic()
            while not self._stopping:
                batch = self._poll(consumer, 200)
                if batch:
                    self._hand_on(consumer, batch)
                elif monotonic() - max(self._last_record, self._last_look) > self._silence:
                    self._look_whether_deaf(consumer)
        finally:
            self._leave(consumer)

    def _poll(self, consumer: KafkaConsumer, timeout_ms: int) -> Batch:
        try:
            batch: Batch = consumer.poll(timeout_ms=timeout_ms, max_records=self._records)
        except RetriableError as error:
            # Kafka is away. The same consumer goes on when it is back: another would wait for this one to leave.
            if not self.problem:
                _log.warning("Kafka does not answer", consumer=self._group, problem=repr(error))
            self.problem = f"Kafka does not answer: {error!r}"
            self.round = monotonic()
            sleep(0.2)
            return {}
        self.problem = ""
        self.round = monotonic()
        self.assigned = frozenset((place.topic, place.partition) for place in consumer.assignment())
        if batch:
            self.heard = True
            self._last_record = self._last_well = self.round
        return batch

    def _hand_on(self, consumer: KafkaConsumer, batch: Batch) -> None:
        waiting = [batch]
        while waiting:
            outcome = self._deliver(waiting.pop(0))
            farewell = inf
            try:
                while not wait([outcome], timeout=0.25).done:
                    if self._stopping:
                        farewell = min(farewell, monotonic() + _FAREWELL)
                        if monotonic() > farewell:
                            return
                    consumer.pause(*consumer.assignment())
                    if more := self._poll(consumer, 0):  # of partitions that were only just assigned
                        waiting.append(more)
            finally:
                outcome.cancel()  # unless it is done: whoever hears this batch next works on it alone
            self._commit(consumer, outcome.result())
        consumer.resume(*consumer.paused())
        self._last_record = self._last_well = monotonic()  # long work is no deafness

    def _commit(self, consumer: KafkaConsumer, offsets: Offsets) -> None:
        # What is not committed comes again and is recognised: nobody waits for the answer, and a refusal is no failure.
        mine = consumer.assignment()
        self._done = {place: offset for place, offset in {**self._done, **offsets}.items() if place in mine}
        consumer.commit_async(_committable({place: offset for place, offset in offsets.items() if place in mine}))

    def _look_whether_deaf(self, consumer: KafkaConsumer) -> None:
        """Asks whether all is heard that there is; raises `Deaf` when it has not been for long, though Kafka is there.

        A consumer that cannot reach Kafka may be the only one who cannot: so a client of its own tells an outage, which
        nobody is replaced for, from deafness.
        """
        if self._hears_all(consumer):
            self.heard = True
            self._last_well = monotonic()
        elif monotonic() - self._last_well > self._deaf_after:
            if _kafka_answers(self._settings):
                raise Deaf(
                    f"nothing was heard for {monotonic() - self._last_well:.0f} s, though there is something to hear"
                )
            self.problem = self.problem or "Kafka does not answer"
            self._last_well = monotonic() - self._deaf_after + min(_RECOVERY, self._deaf_after)
        self.round = self._last_look = monotonic()

    def _hears_all(self, consumer: KafkaConsumer) -> bool:
        if consumer.group_metadata().state != MemberState.STABLE:
            return False
        places = list(consumer.assignment())
        try:
            ends = consumer.end_offsets(places, timeout_ms=3_000) if places else {}
            return all(consumer.position(place, timeout_ms=1_000) >= ends[place] for place in places)
        except KafkaError:
            return False

    def _leave(self, consumer: KafkaConsumer) -> None:
        with suppress(KafkaError):
            if self._done:
                consumer.commit(_committable(self._done), timeout_ms=2_000)
        with suppress(KafkaError):
            consumer.close(timeout_ms=3_000)


def _kafka_answers(settings: KafkaSettings) -> bool:
    """Whether a client made just now reaches Kafka."""
    try:
        with closing(
            KafkaAdminClient(**settings.client(), bootstrap_timeout_ms=3_000, request_timeout_ms=3_000)
        ) as admin:
            admin.describe_cluster()
    except KafkaError:
        return False
    return True


def _committable(offsets: Offsets) -> dict[TopicPartition, OffsetAndMetadata]:
    return {place: OffsetAndMetadata(offset, "", -1) for place, offset in offsets.items()}
