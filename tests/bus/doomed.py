"""A relay in a process of its own that dies by SIGKILL at one exact point of its third transaction.

python doomed.py <bootstrap> <relay> <point>, with the database's dsn in DSN.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

from kafka import KafkaProducer

from linkage.bus import KafkaSettings, publisher
from linkage.bus.relay import Relay
from linkage.store import Store

POINTS = ("between two sends", "after the sends", "while committing", "after the commit")


class Doomed(KafkaProducer):  # type: ignore[misc]  # kafka-python has no types
    """The real producer; only that somebody pulls the plug."""

    transactions = 0
    sends = 0

    def send(self, *arguments: Any, **options: Any) -> Any:
        """Sends; dies between two sends of the third transaction, when some have reached the broker."""
        if self.transactions == 2 and POINT == "between two sends":
            self.sends += 1
            if self.sends == 4:
                self.flush()
                _die()
        return super().send(*arguments, **options)

    def commit_transaction(self) -> None:
        """Commits; dies before, during or after the third time."""
        self.transactions += 1
        if self.transactions == 3 and POINT == "after the sends":
            _die()
        if self.transactions == 3 and POINT == "while committing":
            self._transaction_manager.begin_commit()
            self._sender.wakeup()
            _die()
        super().commit_transaction()
        if self.transactions == 3 and POINT == "after the commit":
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _run(bootstrap: str, name: str) -> None:
    vars(publisher)["KafkaProducer"] = Doomed
    dsn = os.environ["DSN"]
    async with Store.open(dsn) as store:
        await Relay(store, dsn, KafkaSettings(bootstrap=bootstrap), name, page=7).run()


if __name__ == "__main__":
    POINT = sys.argv[3]
    assert POINT in POINTS
    asyncio.run(_run(*sys.argv[1:3]))
