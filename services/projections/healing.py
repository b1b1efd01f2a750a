"""The owners' stores, read only: for what Kafka did not bring (a version gap), and for building read models anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

import structlog

from linkage.store import Store, StoreUnavailable
from services.projections.fact import Fact, fact_of

__all__ = ["Stores"]

log = structlog.get_logger("services.projections")


class Stores:
    """The event stores by tier, each connected to when it is first needed: a store may be down for a day."""

    def __init__(self, dsns: Mapping[str, Sequence[str]], connected: AsyncExitStack) -> None:
        self._dsns = dsns
        self._connected = connected
        self._stores: dict[str, Store] = {}

    @classmethod
    def at(cls, dsns: Mapping[str, Sequence[str]]) -> Stores:
        """The stores at these addresses: tier → one for each of its instances."""
        return cls(dsns, AsyncExitStack())

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._connected.aclose()

    async def of(self, tier: str) -> list[Store]:
        """The stores of a tier. Raises StoreUnavailable."""
        for dsn in self._dsns.get(tier, ()):
            if dsn not in self._stores:
                self._stores[dsn] = await self._connected.enter_async_context(Store.open(dsn, readers=2))
        return [self._stores[dsn] for dsn in self._dsns.get(tier, ())]

    async def all(self) -> list[Store]:
        """Every store there is. Raises StoreUnavailable."""
        return [store for tier in self._dsns for store in await self.of(tier)]

    async def heal(self, fact: Fact, after: int) -> list[Fact]:
        """What its owner's store has of the fact's stream after that version and before the fact; [] if it has nothing.

        A store that does not answer has nothing for now: the stream is parked, and healed later.
        """
        try:
            missing = [one for one in await self.load(fact.tier, fact.stream, after) if one.version < fact.version]
        except StoreUnavailable as problem:
            log.warning("store does not answer, gap not healed", stream=fact.stream, problem=str(problem))
            return []
        if missing:
            log.info("gap healed", stream=fact.stream, versions=[one.version for one in missing])
        return missing

    async def load(self, tier: str, stream: str, after: int) -> list[Fact]:
        """The stream's facts after that version. Raises StoreUnavailable."""
        for store in await self.of(tier):
            found = await store.load(stream, after)
            if found:
                return [fact_of(one) for one in found]
        return []

    async def anywhere(self, stream: str, after: int) -> list[Fact]:
        """The stream's facts after that version, from whichever store has the stream. Raises StoreUnavailable."""
        for tier in self._dsns:
            found = await self.load(tier, stream, after)
            if found:
                return found
        return []
