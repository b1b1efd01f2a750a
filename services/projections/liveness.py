"""Alive is who makes progress: a worker that does not advance while there is something to read is told apart. Design
D7.

A broker outage has been known to leave a Faust worker alive and deaf. So an eye of its own, a Kafka client that is not
Faust's, looks at the topics' ends; what it sees is held against what the worker has read and written. While the
broker does not answer that eye either, nobody is blamed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import aiokafka
from aiokafka.errors import KafkaError

from linkage.bus import KafkaSettings
from services.projections.agent import ssl_context

__all__ = ["Ends", "Judge", "Place", "Seen"]

Place = tuple[str, int]
"""Topic and partition."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look has shown. `ends`: None while the broker does not answer. `read`: next offset of each place that is
    assigned to this worker; `written`: batches written so far; `writing`: one is being written."""

    ends: Mapping[Place, int] | None
    read: Mapping[Place, int]
    written: int
    writing: bool


@dataclass(slots=True)
class Judge:
    """Says for how long the worker has been stuck. Pure but for what it remembers of the last look."""

    _since: float | None = None
    _last: Seen | None = None

    def stuck_for(self, seen: Seen, now: float) -> float:
        """Seconds since the worker last advanced, while it had a reason to; 0 where it has none."""
        last, self._last = self._last, seen
        advanced = last is None or last.read != seen.read or last.written != seen.written
        if advanced or seen.ends is None or not _has_reason(seen):
            self._since = None
            return 0.0
        if self._since is None:
            self._since = now
        return now - self._since


def _has_reason(seen: Seen) -> bool:
    if seen.writing or not seen.read:
        return True
    assert seen.ends is not None
    return any(seen.ends.get(place, 0) > offset for place, offset in seen.read.items())


class Ends:
    """The eye: a consumer without a group, which tells where the places end for who reads committed records."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._consumer: aiokafka.AIOKafkaConsumer | None = None

    async def look(self, read: Mapping[Place, int]) -> dict[Place, int] | None:
        """The places' ends; None if the broker does not answer. An end behind which only control records lie is not
        one: where the end is beyond what was read, a record is fetched to see whether there is any."""
        try:
            consumer = await self._opened()
            places = [aiokafka.TopicPartition(*place) for place in read]
            # Without places the topics are asked for: whether the broker answers at all.
            asked = consumer.end_offsets(places) if places else consumer.topics()
            answer = await asyncio.wait_for(asked, 5)
            found = answer if places else {}
            ends = {(place.topic, place.partition): end for place, end in found.items()}
            for place in [place for place, end in ends.items() if end > read[place]]:
                if not await self._any_record(consumer, place, read[place]):
                    ends[place] = read[place]
            return ends
        except (KafkaError, OSError, TimeoutError):
            await self.close()
            return None

    async def of(self, places: Iterable[Place]) -> dict[Place, int] | None:
        """The places' ends as the broker has them; None if it does not answer."""
        try:
            asked = (await self._opened()).end_offsets([aiokafka.TopicPartition(*place) for place in places])
            found = await asyncio.wait_for(asked, 5)
        except (KafkaError, OSError, TimeoutError):
            await self.close()
            return None
        return {(place.topic, place.partition): end for place, end in found.items()}

    async def close(self) -> None:
        """Closes the client; it is opened again when it is needed."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def _opened(self) -> aiokafka.AIOKafkaConsumer:
        if self._consumer is None:
            kafka = self._kafka
            password = kafka.sasl_password.get_secret_value() if kafka.sasl_password else None
            consumer = aiokafka.AIOKafkaConsumer(
                bootstrap_servers=kafka.bootstrap,
                isolation_level="read_committed",
                enable_auto_commit=False,
                request_timeout_ms=5_000,
                security_protocol=kafka.security_protocol,
                ssl_context=ssl_context(kafka),
                sasl_mechanism=kafka.sasl_mechanism or "PLAIN",
                sasl_plain_username=kafka.sasl_username,
                sasl_plain_password=password,
            )
            try:
                await asyncio.wait_for(consumer.start(), 10)
            except BaseException:
                await consumer.stop()
                raise
            self._consumer = consumer
        return self._consumer

    async def _any_record(self, consumer: aiokafka.AIOKafkaConsumer, place: Place, offset: int) -> bool:
        at = aiokafka.TopicPartition(*place)
        consumer.assign([at])
        consumer.seek(at, offset)
        return bool(await consumer.getmany(at, timeout_ms=500, max_records=1))
