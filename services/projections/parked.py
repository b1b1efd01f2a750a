"""What a read model cannot fold, in the parking that all consumers share (linkage.bus.parking)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from linkage import traces
from linkage.bus import MalformedRecord, parking
from services.projections.fact import Fact, traceparent_of

if TYPE_CHECKING:
    from services.projections.generation import Connection

__all__ = ["Parked", "consumer_name"]


def consumer_name(read_model: str) -> str:
    """Under which name a read model parks."""
    return f"projections-{read_model.replace('_', '-')}"


class Parked:
    """One batch's view of one read model's parked streams, in the batch's transaction. Knows of none before `look`."""

    def __init__(self, conn: Connection, read_model: str, turn: asyncio.Lock) -> None:
        """`turn`: held while the connection is used, which others write by meanwhile."""
        self._conn = conn
        self._turn = turn
        self._consumer = consumer_name(read_model)
        self._streams: set[str] = set()

    async def look(self, streams: Collection[str]) -> None:
        """Finds out which of these streams are parked."""
        async with self._turn:
            self._streams.update(await parking.parked_streams(self._conn, self._consumer, streams))

    def holds(self, stream: str) -> bool:
        """Whether the stream is parked."""
        return stream in self._streams

    async def queue(self, fact: Fact) -> bool:
        """Holds the fact back; False: the stream was replayed meanwhile."""
        try:
            async with self._turn:
                held = await parking.queue_behind(self._conn, self._consumer, fact.event)
        except MalformedRecord as problem:
            await self.refuse(fact, str(problem))
            return True
        if not held:
            self._streams.discard(fact.stream)
        return held

    async def refuse(self, fact: Fact, reason: str) -> None:
        """Parks the stream from this fact on."""
        async with self._turn:
            with traces.named(traceparent_of(fact.record)):
                await parking.park_record(self._conn, self._consumer, fact.stream, fact.version, fact.record, reason)
        self._streams.add(fact.stream)
