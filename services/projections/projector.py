"""Takes batches of events from Kafka into the read models: exactly once, in one PostgreSQL transaction. Design D7, §6.

Kafka delivers at least once, and a worker that lost its partitions may still believe that it has them. Both are
harmless: versions say what was folded, and the partitions' rows are locked and owned (begin_batch).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import asyncpg
import structlog

from linkage.bus import parking
from linkage.store import StoredEvent
from services.projections.batch import Heal, Streams, by_stream
from services.projections.behind import behind
from services.projections.fact import Fact, Record, fact_of
from services.projections.generation import Changes, Generation, statement
from services.projections.parked import Parked, consumer_name
from services.projections.read_model import ReadModel

if TYPE_CHECKING:
    from services.projections.generation import Connection

__all__ = ["Delivery", "NotOurGeneration", "Projector", "Unreadable"]

log = structlog.get_logger("services.projections")

_BEGIN = "select stolen, parked from begin_batch($1, $2, $3)"
_PROGRESS = statement("progress.save")
_VOID = statement("progress.void")
_GENERATIONS = statement("generations.load")

_CONTENT = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What PostgreSQL says of a row that it will never take."""


class NotOurGeneration(Exception):
    """The active generation was built by another fold version: this code must not write it. It says what to do."""


class Unreadable(NamedTuple):
    """A record that is no event in our envelope: nobody can tell its stream."""

    record: Record
    reason: str


class Delivery(NamedTuple):
    """One record as Kafka gave it."""

    topic: str
    partition: int
    offset: int
    content: Fact | Unreadable


class Projector:
    """Folds batches into the active generation of every read model. One batch at a time."""

    def __init__(self, pool: asyncpg.Pool[Any], read_models: Sequence[ReadModel], heal: Heal) -> None:
        self._pool = pool
        self._models = {model.name: model for model in read_models}
        self._heal = heal
        self._me = uuid4()
        self._generations: dict[str, Generation] = {}
        self._one = asyncio.Lock()  # what is remembered of the streams is for one batch at a time

    async def apply(self, batch: Sequence[Delivery]) -> int:
        """Folds a batch, in one transaction; returns how many events were new to some read model.

        An event whose rows PostgreSQL does not take is found by halving the batch, and its stream is parked. Raises
        NotOurGeneration, or what asyncpg raises when PostgreSQL does not answer: then nothing was written, and the same
        batch can be given again.
        """
        try:
            return await self._write(batch)
        except _CONTENT as problem:
            if len(batch) == 1:
                return await self._write(batch, f"{type(problem).__name__}: {problem}")
            half = len(batch) // 2
            return await self.apply(batch[:half]) + await self.apply(batch[half:])

    async def _write(self, batch: Sequence[Delivery], problem: str = "") -> int:
        facts = [delivery.content for delivery in batch if isinstance(delivery.content, Fact)]
        if problem:
            facts = [fact._replace(problem=problem) for fact in facts]
        streams = by_stream(facts)
        partitions = sorted({delivery.partition for delivery in batch})
        try:
            async with self._one, self._pool.acquire() as conn, conn.transaction():
                some_parked = await self._begin(conn, partitions)
                new = await self._take(conn, await self._active(conn), streams, some_parked=some_parked)
                for delivery in batch:
                    if isinstance(delivery.content, Unreadable):
                        await _park_record(conn, delivery, delivery.content)
                await conn.execute(_PROGRESS, *_progress(batch))
            return new
        except BaseException:
            self.forget()
            raise

    async def _take(
        self, conn: Connection, generations: Sequence[Generation], streams: Streams, *, some_parked: bool
    ) -> int:
        """Folds the facts into every read model; what one changes is written while the next one is folded."""
        turn = asyncio.Lock()  # of those who use the connection
        parked = [Parked(conn, generation.model.name, turn) for generation in generations]
        for generation, of in zip(generations, parked, strict=True):
            await generation.recall(conn, streams)
            if some_parked:
                await of.look(streams)

        async def write(generation: Generation, changes: Changes) -> None:
            async with turn:
                await generation.write(conn, changes)

        new = 0
        async with behind(write) as begin_to_write:
            for generation, of in zip(generations, parked, strict=True):
                changes = await generation.fold(conn, streams, of, self._heal)
                await begin_to_write(generation, changes)
                new = max(new, changes.new)
        return new

    def forget(self) -> None:
        """Remembers nothing of any stream: what is in memory may not be what is stored."""
        for generation in self._generations.values():
            generation.forget()

    async def replay(self, read_model: str, stream: str) -> parking.Replay:
        """Folds what was parked of a stream, in order, as far as it goes. Raises as `apply` does."""
        async with self._one, self._pool.acquire() as conn:
            partitions = [row["partition"] for row in await conn.fetch("select partition from partitions")]

            # Each event in a transaction of parking.replay's, which takes it out of the parking as well.
            async def handle(event: StoredEvent) -> None:
                await self._begin(conn, partitions)
                generation = next(g for g in await self._active(conn) if g.model.name == read_model)
                await generation.take(conn, {event.stream: [fact_of(event)]}, _Raising(), self._heal)

            try:
                return await parking.replay(conn, consumer_name(read_model), stream, handle)
            finally:
                self.forget()

    async def void(self, ends: Mapping[tuple[str, int], int]) -> int:
        """Forgets how far places (topic and partition) were read that end before it; of how many. Rows stay."""
        columns = [place[0] for place in ends], [place[1] for place in ends], list(ends.values())
        async with self._pool.acquire() as conn:
            return int((await conn.execute(_VOID, *columns)).removeprefix("DELETE "))

    async def look_after(self, read_model: str) -> None:
        """Replays the parked streams of a read model that an operator has asked for, those that wait for a gap, and
        those whose gap was closed by what came later."""
        consumer = consumer_name(read_model)
        async with self._pool.acquire() as conn:
            wanted = dict(await parking.asked(conn, consumer))
            generation = next(one for one in await self._active(conn) if one.model.name == read_model)
            for parked in await parking.listing(conn, consumer):
                if parked.stream in wanted:
                    continue
                first = await parking.parked_records(conn, consumer, parked.stream, limit=1)
                # Nothing is wrong with the first: it came after those that were parked because it was missing.
                closed = [one.reason for one in first] == [""]
                if closed or parked.version > await generation.version(conn, parked.stream) + 1:
                    wanted[parked.stream] = "heal"
        for stream in wanted:
            outcome = await self.replay(read_model, stream)
            log.info("replayed", read_model=read_model, stream=stream, taken=outcome.taken, left=outcome.reason)
            async with self._pool.acquire() as conn:
                await parking.granted(conn, consumer, stream)

    async def parked(self) -> dict[str, int]:
        """How many streams are parked for each read model, by the name under which it parks."""
        async with self._pool.acquire() as conn:
            tally = await parking.tally(conn)
        return {name: tally[name] for name in map(consumer_name, self._models)}

    async def _begin(self, conn: Connection, partitions: list[int]) -> bool:
        row = await conn.fetchrow(_BEGIN, partitions, self._me, list(self._models))
        if row["stolen"]:
            self.forget()
        return bool(row["parked"])

    async def _active(self, conn: Connection) -> list[Generation]:
        rows = {row["read_model"]: row for row in await conn.fetch(_GENERATIONS, list(self._models))}
        for name, model in self._models.items():
            if name not in rows:
                raise NotOurGeneration(f"{name} has no generation yet: run `linkagectl rebuild {name}`")
            number, fold_version = rows[name]["generation"], rows[name]["fold_version"]
            if fold_version != model.fold_version:
                raise NotOurGeneration(
                    f"generation {number} of {name} was built by fold version {fold_version}, "
                    f"this is {model.fold_version}: run `linkagectl rebuild {name}`"
                )
            if name not in self._generations or self._generations[name].number != number:
                self._generations[name] = Generation(model, number)
        return [self._generations[name] for name in self._models]


class _Raising:
    """For a replay: what still cannot be folded stays parked."""

    def holds(self, stream: str) -> bool:
        return False

    async def queue(self, fact: Fact) -> bool:
        return False

    async def refuse(self, fact: Fact, reason: str) -> None:
        raise parking.Poison(reason)


async def _park_record(conn: Connection, delivery: Delivery, unreadable: Unreadable) -> None:
    place = f"{delivery.topic}/{delivery.partition}"
    consumer = consumer_name("records")
    await parking.park_record(conn, consumer, place, delivery.offset, unreadable.record, unreadable.reason)


def _progress(batch: Sequence[Delivery]) -> list[list[Any]]:
    """The columns of progress.save: the last event of each topic's partition in the batch."""
    last: dict[tuple[str, int], list[Any]] = {}
    for delivery in batch:
        fact = delivery.content
        if isinstance(fact, Fact):
            last[delivery.topic, delivery.partition] = [
                delivery.topic, delivery.partition, fact.tier, delivery.offset, fact.position, fact.occurred_at,
                fact.recorded_at,
            ]  # fmt: skip
    return [list(column) for column in zip(*last.values(), strict=True)] or [[] for _ in range(7)]
