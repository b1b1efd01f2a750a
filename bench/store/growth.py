"""What a hundred times more events cost: latency of an append and of a load, in a small store and in a large one."""

import asyncio
import random
import statistics
import time
from dataclasses import dataclass, field

import asyncpg

from bench.store.ours import EVENT, metadata
from linkage.store import Head, Store

__all__ = ["Latencies", "fill", "latencies"]

_LENGTH = 20  # events of a stream
_CALLERS = 256


@dataclass(frozen=True, slots=True)
class Latencies:
    """In seconds, one for each try."""

    append: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)

    def median(self) -> tuple[float, float]:
        """Of an append and of a load."""
        return statistics.median(self.append), statistics.median(self.load)


async def fill(dsn: str, events: int) -> int:
    """Stores so many events, in streams of 20, and returns how many streams there are.

    Vacuumed and checkpointed afterwards, as a server does by itself in the years such a store takes to grow: otherwise
    the first who reads a page pays for what filled it a moment ago.
    """
    streams = iter(range(events // _LENGTH))

    async def call(store: Store) -> None:
        for number in streams:
            about = metadata()
            batch = [EVENT] * _LENGTH
            await store.append(_stream(number), "512000-JW-1", Head(), batch, about, about.request_id.bytes)

    async with Store.open(dsn) as store:
        await asyncio.gather(*[call(store) for _ in range(_CALLERS)])
    connection = await asyncpg.connect(dsn)
    for statement in ("vacuum analyze streams", "vacuum analyze events", "checkpoint"):
        await connection.execute(statement)
    await connection.close()
    return events // _LENGTH


async def latencies(stores: dict[str, int], tries: int) -> list[Latencies]:
    """Loads streams picked at random and appends to them, in turns. `stores`: each dsn with its number of streams."""
    measured = [Latencies() for _ in stores]
    rng = random.Random(2023)
    for _ in range(tries):
        for (dsn, streams), into in zip(stores.items(), measured, strict=True):
            async with Store.open(dsn) as store:
                await store.head(_stream(0))  # connected
                for _ in range(50):
                    stream = _stream(rng.randrange(streams))
                    begin = time.perf_counter()
                    events = await store.load(stream)
                    loaded = time.perf_counter()
                    about, last = metadata(), events[-1]
                    head = Head(last.version, last.hash)
                    appending = time.perf_counter()
                    await store.append(stream, "512000-JW-1", head, [EVENT], about, about.request_id.bytes)
                    into.append.append(time.perf_counter() - appending)
                    into.load.append(loaded - begin)
    return measured


def _stream(number: int) -> str:
    return f"512021/participation/512000-JW-{number}"
