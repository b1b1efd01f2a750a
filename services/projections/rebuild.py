"""Builds a read model anew from the event stores, beside the one in use, and switches: `linkagectl rebuild`. Design D8.

No Kafka offset is touched: what the worker is given afterwards that the new generation has already, it knows by
version. Nobody waits for the building; the worker's batches wait for the switch, which only reads what came since the
last look.

Where a release folds otherwise it is built beside only (`prepare`): the worker of the release before goes on with its
own, and that of the new one goes over when it runs (`take_over`). The one that is left stays for the way back.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from linkage.bus import parking
from services.projections.building import ACTIVE, Building, RebuildImpossible, Tell
from services.projections.generation import Generation, statement
from services.projections.healing import Stores
from services.projections.parked import consumer_name
from services.projections.projector import Projector
from services.projections.read_model import ReadModel

if TYPE_CHECKING:
    import asyncpg

    from services.projections.generation import Connection

__all__ = ["RebuildImpossible", "Rebuilt", "prepare", "rebuild", "take_over"]

log = structlog.get_logger("services.projections")

_NEARLY = 1_000  # so few events in one look at all stores: time to switch


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A finished rebuild. `locked_seconds`: for how long the worker's batches waited."""

    read_model: str
    generation: int
    events: int
    refused: int
    seconds: float
    locked_seconds: float


def _silent(doing: str, events: int) -> None:
    pass


async def rebuild(pool: asyncpg.Pool[Any], stores: Stores, model: ReadModel, tell: Tell = _silent) -> Rebuilt:
    """Builds the next generation of a read model and makes it the active one; all others are dropped.

    Raises RebuildImpossible (another rebuild runs; events that the active generation has are in none of the stores),
    StoreUnavailable, and what asyncpg raises. Then the active generation is the one it was.
    """
    started = time.monotonic()
    async with pool.acquire() as lock, _alone(lock, model):
        generation, building = await _build(lock, pool, stores, model, tell)
        before = time.monotonic()
        async with _switching(lock, model):
            await building.catch_up(combine=True)
            await building.overtake(stores)
            await building.switch(stores)
        locked = time.monotonic() - before
        await _drop_all(lock, model, but=[generation.number])
        await _let_go(pool, stores, model, building)
    return _told(generation, building, started, locked)


async def prepare(pool: asyncpg.Pool[Any], stores: Stores, model: ReadModel, tell: Tell = _silent) -> Rebuilt:
    """Builds the generation of this release beside the active one, for its worker to go over to; or brings it level
    where it is there already. The one in use is not touched. Raises as `rebuild` does."""
    started = time.monotonic()
    async with pool.acquire() as lock, _alone(lock, model):
        number = await lock.fetchval(_BESIDE, model.name, model.fold_version, True)
        if number is None:
            generation, building = await _build(lock, pool, stores, model, tell)
        else:
            generation = Generation(model, number)
            building = Building(pool, generation, [], tell)
        await building.overtake(stores)
        await building.level()
    return _told(generation, building, started, 0.0)


async def take_over(pool: asyncpg.Pool[Any], stores: Stores, models: Sequence[ReadModel]) -> list[str]:
    """Goes over to the generations of this release where they stand prepared beside active ones of another; gives the
    names of the read models. Each `prepare` counts once: two workers of different releases do not go back and forth.

    Raises as `rebuild` does; what was gone over to until then stays so.
    """
    taken = []
    for model in models:
        async with pool.acquire() as lock:
            if await lock.fetchval(_BESIDE, model.name, model.fold_version, False) is None:
                continue
            async with _alone(lock, model):
                generation = await _prepared(lock, model)
                if generation is None:  # another worker was quicker
                    continue
                building = Building(pool, generation, [], _silent)
                await building.overtake(stores)
                await building.carry_over()
                left = await lock.fetchval(ACTIVE, model.name)
                async with _switching(lock, model):
                    await building.overtake(stores)
                    await building.switch(stores)
                await _drop_all(lock, model, but=[generation.number, left])
                await _let_go(pool, stores, model, building)
        log.info("gone over", read_model=model.name, generation=generation.number, left=left)
        taken.append(model.name)
    return taken


_BESIDE = statement("generation.beside")
_NUMBERS = r"""
select substring(nspname from '_g(\d+)$')::integer as generation
  from pg_namespace
 where nspname ~ ('^' || $1 || '_g\d+$')
"""


async def _build(
    lock: Connection, pool: asyncpg.Pool[Any], stores: Stores, model: ReadModel, tell: Tell
) -> tuple[Generation, Building]:
    """The next generation, up to about now."""
    generation = await _next(lock, model)
    building = Building(pool, generation, await stores.all(), tell)
    await building.catch_up(combine=False)
    await building.combine_everything()
    await building.carry_over()
    await generation.create_indexes(lock)
    while await building.catch_up(combine=True) > _NEARLY:
        pass
    return generation, building


def _told(generation: Generation, building: Building, started: float, locked: float) -> Rebuilt:
    name, number, seconds = generation.model.name, generation.number, time.monotonic() - started
    log.info("rebuilt", read_model=name, generation=number, events=building.events)
    return Rebuilt(name, number, building.events, len(building.refused), seconds, locked)


@asynccontextmanager
async def _alone(conn: Connection, model: ReadModel) -> AsyncIterator[None]:
    """One rebuild of a read model at a time."""
    name = f"rebuild {model.name}"
    if not await conn.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", name):
        raise RebuildImpossible(f"another rebuild of {model.name} is running")
    try:
        yield
    finally:
        await conn.execute("select pg_advisory_unlock(hashtextextended($1, 0))", name)


@asynccontextmanager
async def _switching(conn: Connection, model: ReadModel) -> AsyncIterator[None]:
    """No batch is folded meanwhile. A session's lock owns no transaction id, which would hold up the stores' tails."""
    name = f"projections {model.name}"
    await conn.execute("select pg_advisory_lock(hashtextextended($1, 0))", name)
    try:
        yield
    finally:
        await conn.execute("select pg_advisory_unlock(hashtextextended($1, 0))", name)


async def _next(conn: Connection, model: ReadModel) -> Generation:
    active = await conn.fetchval(ACTIVE, model.name) or 0
    await _drop_all(conn, model, but=[active])  # what a rebuild left that did not come to its end, what is kept
    generation = Generation(model, active + 1, remember=5_000)
    async with conn.transaction():
        await generation.create_tables(conn)
    return generation


async def _prepared(conn: Connection, model: ReadModel) -> Generation | None:
    """The generation to go over to. A kept one gets the next number: whoever remembers rows of it by its own, forgets
    them."""
    number = await conn.fetchval(_BESIDE, model.name, model.fold_version, False)
    if number is None:
        return None
    active = await conn.fetchval(ACTIVE, model.name) or 0
    if number > active:
        return Generation(model, number)
    generation = Generation(model, active + 1)
    await conn.execute(f"alter schema {model.name}_g{number} rename to {generation.schema}")
    return generation


async def _drop_all(conn: Connection, model: ReadModel, *, but: Sequence[int | None]) -> None:
    for row in await conn.fetch(_NUMBERS, model.name):
        if row["generation"] not in but:
            await Generation(model, row["generation"]).drop(conn)


async def _let_go(pool: asyncpg.Pool[Any], stores: Stores, model: ReadModel, building: Building) -> None:
    """Lets the streams go that only the generation before could not fold."""
    async with pool.acquire() as conn:
        parked = await parking.listing(conn, consumer_name(model.name))
    projector = Projector(pool, [model], stores.heal)
    for stream in parked:
        if stream.stream not in building.refused:
            await projector.replay(model.name, stream.stream)
