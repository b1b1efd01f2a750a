"""A generation of a read model that is being built from the event stores. Design D8."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from linkage.bus import parking
from linkage.store import Store
from services.projections.batch import by_stream
from services.projections.behind import behind
from services.projections.fact import Fact, fact_of
from services.projections.generation import Changes, Generation, statement
from services.projections.healing import Stores
from services.projections.parked import consumer_name
from services.projections.read_models import TIMELINE

if TYPE_CHECKING:
    import asyncpg

__all__ = ["ACTIVE", "Building", "RebuildImpossible", "Tell"]

_PAGE = 5_000  # events folded at once; three pages are in memory: read, folded, written
_KEYS = 2_000  # whose rows are written in one transaction

Tell = Callable[[str, int], None]
"""Told what is being done, and how many events are folded."""


class RebuildImpossible(Exception):
    """The read model cannot be built, or not completely: nothing was switched. The message says why."""


class Building:
    """A generation that is being built, how far each store was read, and what it could not fold."""

    def __init__(self, pool: asyncpg.Pool[Any], generation: Generation, stores: list[Store], tell: Tell) -> None:
        self.events = 0
        self.refused: dict[str, tuple[Fact, str]] = {}
        self._pool = pool
        self._generation = generation
        self._cursors = dict.fromkeys(stores, 0)
        self._kinds = () if generation.model.entry else tuple(generation.model.cells)
        self._tell = tell

    async def catch_up(self, *, combine: bool) -> int:
        """Folds what the stores have more by now, store by store: the order does not matter (D7)."""
        before = self.events
        await self._take(self._pages(), combine=combine)
        return self.events - before

    async def _pages(self) -> AsyncGenerator[Sequence[Fact]]:
        """All that the stores have after their cursors; the next page is read while this one is folded."""
        left = deque(self._cursors)
        following = asyncio.create_task(self._page(left))
        try:
            while page := await following:
                following = asyncio.create_task(self._page(left))
                yield page
        finally:
            following.cancel()

    async def _page(self, left: deque[Store]) -> list[Fact]:
        """The next page of the first store that has one; stores without are left out from then on."""
        while left:
            self._cursors[left[0]], events = await left[0].excerpts(self._cursors[left[0]], _PAGE, self._kinds)
            if events:
                return [fact_of(event) for event in events]
            left.popleft()
        return []

    async def _take(self, pages: AsyncGenerator[Sequence[Fact]], *, combine: bool) -> None:
        """Folds page after page; what one changes is written while the next one is folded."""
        async with aclosing(pages), self._pool.acquire() as conn, behind(self._write) as write:
            async for page in pages:
                changes = await self._generation.fold(conn, by_stream(page), self, _no_healing, combine=combine)
                await write(changes)
                self.events += changes.new
                self._tell("folding", self.events)

    async def combine_everything(self) -> None:
        """Writes the rows of all keys, a few thousand at a time."""
        if self._generation.model.combine is None:
            return
        after = ""
        keys_after = statement("keys.page", self._generation.schema)
        async with self._pool.acquire() as conn, behind(self._write) as write:
            while keys := [row["key"] for row in await conn.fetch(keys_after, after, _KEYS)]:
                await write(await self._generation.combine_all(conn, keys))
                after = keys[-1]
                self._tell("combining", self.events)

    async def _write(self, changes: Changes) -> None:
        async with self._pool.acquire() as conn, conn.transaction():
            # Lost with the server, all of it is built again; the switch is durable, and with it what came before.
            await conn.execute("set local synchronous_commit = off")
            await self._generation.write(conn, changes)

    async def carry_over(self) -> None:
        """Takes over from the active generation what the stores cannot tell, where there is anything (`carry.sql`)."""
        async with self._pool.acquire() as conn, conn.transaction():
            active = await conn.fetchval(ACTIVE, self._generation.model.name)
            if active is not None and self._generation.model.carries:
                carry = statement(f"{self._generation.model.name}.carry", self._generation.schema)
                await conn.execute("set local enable_seqscan = on")  # all of both tables
                await conn.execute("set local enable_hashjoin = on")
                await conn.execute(carry.replace("{active}", f"{self._generation.model.name}_g{active}"))

    async def overtake(self, stores: Stores) -> None:
        """Folds what the active generation has and the tails did not give (yet): a writer that is slow holds them up,
        but what was published once must not be missing afterwards.

        What a new read model lacks the timeline tells, which has every stream. Raises RebuildImpossible.
        """
        async with self._pool.acquire() as conn:
            for name in (self._generation.model.name, TIMELINE.name):
                active = await conn.fetchval(ACTIVE, name)
                if active is not None:
                    break
            else:
                return
            ahead = statement("folds.ahead", self._generation.schema)
            rows = await conn.fetch(ahead.replace("{active}", f"{name}_g{active}"))
        for row in rows:
            kept = self._generation.model.keeps(row["stream"].split("/", 2)[1])
            if not kept or row["stream"] in self.refused:
                continue
            facts = await stores.anywhere(row["stream"], row["version"])
            if not facts or facts[-1].version < row["wanted"]:
                raise RebuildImpossible(
                    f"{row['stream']} is known up to version {row['wanted']}, but no store that is configured has it:"
                    " configure the stores of all tiers"
                )
            await self._take(_one(facts), combine=True)

    async def level(self) -> None:
        """Says of the generation that it is complete, and level with the active one: a worker may go over to it."""
        async with self._pool.acquire() as conn:
            await conn.execute(_LEVEL, self._generation.schema, self._generation.model.fold_version)

    async def switch(self, stores: Stores) -> None:
        """Makes the generation the active one, and parks what it could not fold."""
        model = self._generation.model
        consumer = consumer_name(model.name)
        async with self._pool.acquire() as conn, conn.transaction():
            for fact, reason in self.refused.values():
                first, *later = await stores.anywhere(fact.stream, fact.version - 1)
                await parking.park(conn, consumer, first.event, reason)
                for one in later:
                    await parking.queue_behind(conn, consumer, one.event)
            before = await conn.fetchrow(_BEFORE, model.name)
            if before is not None:  # up to this moment; asked for it is no longer
                await conn.execute(_LEVEL, f"{model.name}_g{before['generation']}", before["fold_version"])
            await conn.execute(_SWITCH, model.name, self._generation.number, model.fold_version)

    def holds(self, stream: str) -> bool:
        """As Refusals: what cannot be folded is remembered here, and parked when the generation is the active one."""
        return stream in self.refused

    async def queue(self, fact: Fact) -> bool:
        """As Refusals: the store has it."""
        return fact.stream in self.refused

    async def refuse(self, fact: Fact, reason: str) -> None:
        """As Refusals."""
        self.refused[fact.stream] = fact, reason


async def _one(facts: Sequence[Fact]) -> AsyncGenerator[Sequence[Fact]]:
    yield facts


async def _no_healing(fact: Fact, after: int) -> list[Fact]:
    return []  # the store's own tail has no gaps


ACTIVE = "select generation from generations where read_model = $1"
_BEFORE = "select generation, fold_version from generations where read_model = $1"
_LEVEL = "select mark_level($1, $2)"
_SWITCH = """
insert into generations (read_model, generation, fold_version) values ($1, $2, $3)
    on conflict (read_model) do update
   set generation = excluded.generation, fold_version = excluded.fold_version, built_at = now()
"""
