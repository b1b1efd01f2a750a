"""The owners' stores, read only: for what Kafka did not bring (a version gap), and for building read models anew."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from linkage.store import Store, StoredEvent, StoreUnavailable
from services.projections.fact import Fact, fact_of

__all__ = ["Stores"]

log = structlog.get_logger("services.projections")


class Stores:
    """The event stores by tier, opened when they are first needed."""

    def __init__(self, stores: Mapping[str, Sequence[Store]]) -> None:
        self._stores = stores

    @classmethod
    @asynccontextmanager
    async def open(cls, dsns: Mapping[str, Sequence[str]]) -> AsyncIterator[Stores]:
        """The stores at these addresses: tier → one for each of its instances. Raises StoreUnavailable."""
        async with AsyncExitStack() as opened:
            yield cls({
                tier: [await opened.enter_async_context(Store.open(dsn, readers=2)) for dsn in of] for tier, of in dsns.items()
            })

    def all(self) -> list[Store]:
        """Every store there is."""
        return [store for stores in self._stores.values() for store in stores]

    async def heal(self, event: StoredEvent, after: int) -> list[Fact]:
        """What its owner's store has of the event's stream after that version and before the event; [] if it has nothing.

        A store that does not answer has nothing for now: the stream is parked, and healed later.
        """
        for store in self._stores.get(event.metadata.tier, ()):
            try:
                found = await store.load(event.stream, after)
            except StoreUnavailable as problem:
                log.warning("store does not answer, gap not healed", stream=event.stream, problem=str(problem))
                continue
            missing = [fact_of(one) for one in found if one.version < event.version]
            if missing:
                log.info("gap healed", stream=event.stream, versions=[fact.event.version for fact in missing])
                return missing
        return []

    async def load(self, tier: str, stream: str, after: int) -> list[Fact]:
        """The stream's facts after that version. Raises StoreUnavailable."""
        for store in self._stores.get(tier, ()):
            found = await store.load(stream, after)
            if found:
                return [fact_of(one) for one in found]
        return []
