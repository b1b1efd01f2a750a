"""A replica of an inbox in a process of its own, which writes what it answers into the table `answered`.

python replica.py <bootstrap> <instance>, with the database's dsn in DSN.
"""

from __future__ import annotations

import asyncio
import os
import sys

import asyncpg

from linkage.bus import KafkaSettings
from linkage.bus.inbox import Inbox
from linkage.store import StoredEvent
from tests.bus.acts import TOPIC

ANSWER = "insert into answered (stream, version, who) values ($1, $2, $3) on conflict do nothing"


async def _run(bootstrap: str, instance: str) -> None:
    dsn = os.environ["DSN"]
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool:

        async def answer(event: StoredEvent) -> None:
            await pool.execute(ANSWER, event.stream, event.version, "replica")

        await Inbox(dsn, KafkaSettings(bootstrap=bootstrap), instance, [TOPIC], answer, lambda _: True).run()


if __name__ == "__main__":
    asyncio.run(_run(*sys.argv[1:3]))
