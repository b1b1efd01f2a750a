"""The bare legs of a command's way into a read model, each as little as can be done with the same parts.

A process of its own, which measures while the system is measured, so that what the machine does meets both alike:
`python -m bench.bare RESULT`, with DSN and LINKAGE_KAFKA in the environment; it ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import grpc
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from linkage.bus import KafkaSettings
from linkage.bus.publisher import PRODUCER

__all__ = ["LEGS", "SIZE", "TOPIC"]

LEGS = ("commit", "kafka", "read model", "call")
"""A durable commit; a Kafka transaction until it is read; a row written and read back in PostgreSQL; a gRPC call."""
TOPIC = "bench.bare"
SIZE = 700  # bytes: an event of these commands with its headers
_PAUSE = 0.1  # seconds between two rounds

_TABLES = """
create table if not exists bare_log (position bigserial primary key, data bytea not null);
create table if not exists bare_rows (key uuid primary key, data bytea not null);
"""


async def _measure(dsn: str, kafka: KafkaSettings) -> Mapping[str, list[float]]:
    """Seconds of each leg, round by round, until standard input ends."""
    loop = asyncio.get_running_loop()
    ended = loop.run_in_executor(None, sys.stdin.read)
    data = os.urandom(SIZE)
    db = await asyncpg.connect(dsn)
    await db.execute(_TABLES)
    circuit = await asyncio.to_thread(_Circuit, kafka)

    async def commit() -> None:
        await db.execute("insert into bare_log (data) values ($1)", data)

    async def transaction() -> None:
        await asyncio.to_thread(circuit.round, data)

    async def read_model() -> None:
        key = uuid4()
        await db.execute("insert into bare_rows values ($1, $2)", key, data)
        await db.fetchval("select data from bare_rows where key = $1", key)

    async with _echo() as call:
        steps: Mapping[str, Callable[[], Awaitable[object]]] = dict(
            zip(LEGS, (commit, transaction, read_model, lambda: call(data)), strict=True)
        )
        for step in steps.values():  # warms up
            await step()
        print("ready", flush=True)
        found: dict[str, list[float]] = {leg: [] for leg in LEGS}
        while not ended.done():
            for leg, step in steps.items():
                begin = time.perf_counter()
                await step()
                found[leg].append(time.perf_counter() - begin)
            await asyncio.wait({ended}, timeout=_PAUSE)
    circuit.close()
    await db.close()
    return found


class _Circuit:
    """One transaction to Kafka, and back by a reader of committed records."""

    def __init__(self, kafka: KafkaSettings) -> None:
        # The relay's own settings, without its linger: as quick as the library can be made.
        self._producer = KafkaProducer(**kafka.client(), **{**PRODUCER, "linger_ms": 0}, transactional_id="bench-bare")
        self._producer.init_transactions()
        self._consumer = KafkaConsumer(**kafka.client(), isolation_level="read_committed", check_crcs=False)
        place = TopicPartition(TOPIC, 0)
        self._consumer.assign([place])
        self._consumer.seek_to_end(place)
        self._consumer.position(place)
        self._heard = threading.Semaphore(0)
        threading.Thread(target=self._hear, daemon=True).start()

    def round(self, data: bytes) -> None:
        """Returns when the record is read."""
        self._producer.begin_transaction()
        self._producer.send(TOPIC, data, partition=0)
        self._producer.commit_transaction()
        if not self._heard.acquire(timeout=30):
            raise TimeoutError("a record of the bare circuit was not heard")

    def close(self) -> None:
        self._producer.close()

    def _hear(self) -> None:
        while True:
            for records in self._consumer.poll(timeout_ms=1_000).values():
                for _ in records:
                    self._heard.release()


@asynccontextmanager
async def _echo() -> AsyncIterator[Callable[[bytes], Awaitable[bytes]]]:
    """A call to a server of another process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.rpc", "echo", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdin is not None
    port = int(await asyncio.wait_for(process.stdout.readline(), 30))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        await channel.channel_ready()
        echo: Any = channel.unary_unary("/bench.Echo/Echo")
        yield echo
    process.stdin.close()  # the server ends with its standard input
    await process.wait()


if __name__ == "__main__":
    found = asyncio.run(_measure(os.environ["DSN"], KafkaSettings(bootstrap=os.environ["LINKAGE_KAFKA"])))
    Path(sys.argv[1]).write_text(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # the reader's thread is never done
