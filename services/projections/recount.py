"""Kafka that counts anew: it was lost, or restored from before, and its offsets begin lower than what was read.

How far a place was read only ever goes up, so that what is delivered again does not take it back. In a new cluster that
would keep the old word until as much was published as before. So before the first events of a place are written, and
where a place begins again, it is held against the place's end.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from services.projections.liveness import Ends, Place
from services.projections.projector import Delivery, Projector

__all__ = ["Recount"]

log = structlog.get_logger("services.projections")


class Recount:
    """Remembers how far this process has seen each place."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends
        self._seen: dict[Place, int] = {}

    async def before(self, projector: Projector, batch: Sequence[Delivery]) -> None:
        """To be called before a batch is written. While the broker does not answer, it is left for the next one."""
        first: dict[Place, int] = {}
        last: dict[Place, int] = {}
        for delivery in batch:
            place = delivery.topic, delivery.partition
            first.setdefault(place, delivery.offset)
            last[place] = delivery.offset
        unsure = [place for place, offset in first.items() if offset <= self._seen.get(place, offset)]
        if unsure:
            ends = await self._ends.of(unsure)
            if ends is None:
                return
            if void := await projector.void(ends):
                log.warning("Kafka counts anew, what was noted of its offsets is void", places=void)
        self._seen |= last
