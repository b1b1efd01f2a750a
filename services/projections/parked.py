"""What a read model cannot fold, in the parking that all consumers share (linkage.bus.parking)."""

from __future__ import annotations

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
    """One batch's view of one read model's parked streams, in the batch's transaction."""

    def __init__(self, conn: Connection, read_model: str, streams: Collection[str] = ()) -> None:
        self._conn = conn
        self._consumer = consumer_name(read_model)
        self._streams = set(streams)

    @classmethod
    async def among(cls, conn: Connection, read_model: str, streams: Collection[str]) -> Parked:
        """Knows which of these streams are parked."""
        return cls(conn, read_model, await parking.parked_streams(conn, consumer_name(read_model), streams))

    def holds(self, stream: str) -> bool:
        """Whether the stream is parked."""
        return stream in self._streams

    async def queue(self, fact: Fact) -> bool:
        """Holds the fact back; False: the stream was replayed meanwhile."""
        try:
            held = await parking.queue_behind(self._conn, self._consumer, fact.event)
        except MalformedRecord as problem:
            await self.refuse(fact, str(problem))
            return True
        if not held:
            self._streams.discard(fact.stream)
        return held

    async def refuse(self, fact: Fact, reason: str) -> None:
        """Parks the stream from this fact on."""
        with traces.named(traceparent_of(fact.record)):
            await parking.park_record(self._conn, self._consumer, fact.stream, fact.version, fact.record, reason)
        self._streams.add(fact.stream)
