"""The relay's cursor: up to which position everything is published, and by what the store is known that it counts in.

Positions mean something in one store only. Restored from a backup it draws numbers anew: a relay that believed the
number alone would tell published events a second time, differently. So the cursor travels with the evidence of the last
events before it, and nobody publishes from a store that does not have them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from time import monotonic
from typing import Protocol

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from linkage.bus.settings import KafkaSettings
from linkage.bus.topics import CURSORS, check
from linkage.bus.worker import Worker

__all__ = [
    "EVIDENCE",
    "WINDOW",
    "Cursor",
    "CursorUnreadable",
    "Log",
    "StoreBehind",
    "confirm",
    "evidence",
    "read_cursor",
    "recent",
]

EVIDENCE = "evidence"
"""The header of a cursor's record that carries it."""

WINDOW = 1_000
"""How many events it covers. Positions are drawn in one order and committed in another, so what a backup lacks need not
be the very last; but it is among what was open side by side then: two batches of at most 256 appends for a process."""

_log = structlog.get_logger(__name__)


class CursorUnreadable(Exception):
    """The relay's cursor cannot be told yet, or is not one; publishing without it would double or lose events."""


class StoreBehind(Exception):
    """The store does not hold what was published last: it was restored from before that."""

    def __init__(self, position: int) -> None:
        super().__init__(
            f"the store does not hold what was published up to position {position}: it was restored from before; "
            "run `linkagectl reconcile` (runbook restoring-a-store)"
        )


class Log(Protocol):
    """What is needed of a store to know it again."""

    async def recent(self, upto: int, limit: int) -> list[tuple[int, bytes]]:
        """The last events up to a position: see `linkage.store.Store.recent`."""
        ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """Position up to which everything is published (0: nothing), and the evidence of the last events before it."""

    position: int = 0
    evidence: bytes | None = None
    """None where a release wrote it that did not know of it."""

    def counts_in(self, events: Sequence[tuple[int, bytes]]) -> bool:
        """Whether it counts in the store that has these events last up to `position` (`recent`)."""
        if self.evidence is not None:
            return self.evidence == evidence(hash for _, hash in events)
        return not self.position or (bool(events) and events[-1][0] == self.position)


def evidence(hashes: Iterable[bytes]) -> bytes:
    """SHA-256 over the hashes of the last `WINDOW` events, in the order of their positions."""
    return sha256(b"".join(hashes)).digest()


async def recent(log: Log, cursor: Cursor) -> list[bytes]:
    """The hashes of the store's last events up to the cursor. Raises `StoreBehind`, and `StoreUnavailable`."""
    events = await log.recent(cursor.position, WINDOW)
    if not cursor.counts_in(events):
        raise StoreBehind(cursor.position)
    return [hash for _, hash in events]


async def confirm(log: Log, settings: KafkaSettings, name: str, patience: float = 5.0) -> None:
    """Raises `StoreBehind` where the store lacks what the relay `name` published last, and `TopicsUnfit` where a topic
    has another number of partitions than is configured: keys would go elsewhere than before.

    Where Kafka does not tell in so many seconds, nothing is confirmed: a tier works without it, and its relay will ask.
    """
    worker = Worker(f"cursor of {name}")
    try:
        async with asyncio.timeout(patience):
            cursor = await worker.call(partial(_published, settings, name))
    except (TimeoutError, KafkaError, CursorUnreadable) as problem:
        _log.warning("not confirmed against what was published", relay=name, problem=repr(problem))
        return
    finally:
        worker.end()
    await recent(log, cursor)


def _published(settings: KafkaSettings, name: str) -> Cursor:
    check(settings, missing_too=False)
    return read_cursor(settings, name)


def read_cursor(settings: KafkaSettings, name: str, seconds: float = 30) -> Cursor:
    """The cursor of the relay `name`, as it is committed.

    Reads what is committed, up to where the topic ended when this began: relays share the topic, and another's open
    transaction hides what was committed after it was begun, perhaps our own last cursor. Its end is waited for.
    Raises `CursorUnreadable` when that takes longer than `seconds`, and KafkaError.
    """
    place, cursor, key = TopicPartition(CURSORS, 0), Cursor(), name.encode()
    with _reader(settings, "read_uncommitted") as everything:
        end = everything.end_offsets([place], timeout_ms=10_000)[place]
    deadline = monotonic() + seconds
    with _reader(settings, "read_committed") as committed:
        committed.assign([place])
        committed.seek_to_beginning(place)
        while committed.position(place, timeout_ms=10_000) < end:
            for record in committed.poll(timeout_ms=200).get(place, ()):
                if record.key == key:
                    cursor = Cursor(_number(name, record.value), dict(record.headers).get(EVIDENCE))
            if monotonic() > deadline:
                raise CursorUnreadable(f"an open transaction hides the cursor of {name}")
    return cursor


def _number(name: str, value: bytes | None) -> int:
    if value is None or not value.isdigit():
        raise CursorUnreadable(f"the cursor of {name} is {value!r}, not a position")
    return int(value)


@contextmanager
def _reader(settings: KafkaSettings, isolation: str) -> Iterator[KafkaConsumer]:
    consumer = KafkaConsumer(
        **settings.client(),
        client_id="linkage-relay-cursor",
        isolation_level=isolation,
        fetch_max_wait_ms=50,
        bootstrap_timeout_ms=10_000,
        request_timeout_ms=10_000,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )
    with closing(consumer):
        yield consumer
