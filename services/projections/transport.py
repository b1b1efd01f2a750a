"""Faust's Kafka driver, reading committed records only, and handing out what it reads without a task for each.

In its default mode Faust reads with `read_uncommitted`, hence records of transactions that the relay aborted; its
mode that does not has open crash bugs (anchors: event-sourcing, finding 5). So the isolation level is set where the
consumer is made, and asserted when it has started.

Faust makes four tasks for every record it hands to an agent, to be able to give up when the flow is suspended while it
waits for room. Mostly there is room, and nothing to wait for: that is found out first.
"""

from __future__ import annotations

import types
from collections.abc import Coroutine, Generator
from typing import Any

from faust.transport.drivers import aiokafka as driver
from mode.services import WaitResults

__all__ = ["CommittedOnly", "isolation_of"]

_LEVEL = "read_committed"
_WAIT = 100
"""Milliseconds for which a broker that has nothing new keeps a request. Until it answers, no partition of that broker
is asked for again: with Faust's 1,500 a worker that catches up stands still once it is level with most partitions."""


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Both are read by aiokafka's start, which makes the fetcher with them.
        consumer._isolation_level = _LEVEL
        consumer._fetch_max_wait_ms = _WAIT
        return consumer

    async def on_start(self) -> None:
        await super().on_start()
        if isolation_of(self._consumer) != _LEVEL:
            raise RuntimeError("the Kafka driver has changed: records of aborted transactions would be read")


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def wait_first(self, *waited: Any, **options: Any) -> WaitResults:
        """Who comes first, handing out a record or the flow being suspended; `WaitResults` as `mode` defines it."""
        if len(waited) != 2 or not isinstance(waited[0], Coroutine) or self._stopped.is_set() or self._crashed.is_set():
            return await super().wait_first(*waited, **options)
        handing_out, suspended = waited
        try:
            blocked_by = handing_out.send(None)
        except StopIteration as done:
            suspended.close()
            return WaitResults([handing_out], [done.value], stopped=False)
        except BaseException:
            suspended.close()
            raise
        return await super().wait_first(_rest(handing_out, blocked_by), suspended, **options)


async def _rest(begun: Coroutine[Any, Any, Any], blocked_by: Any) -> Any:
    return await _continued(begun, blocked_by)


@types.coroutine
def _continued(begun: Coroutine[Any, Any, Any], blocked_by: Any) -> Generator[Any, Any, Any]:
    """Goes on with a coroutine that was begun elsewhere and is blocked."""
    while True:
        thrown: BaseException | None = None
        try:
            given = yield blocked_by
        except BaseException as raised:  # a cancellation, say, is the coroutine's to deal with
            thrown = raised
        try:
            blocked_by = begun.throw(thrown) if thrown is not None else begun.send(given)
        except StopIteration as done:
            return done.value


class CommittedOnly(driver.Transport):
    """For `app.transport`."""

    Consumer = _Consumer


def isolation_of(consumer: Any) -> str:
    """With what isolation level a started aiokafka consumer fetches."""
    fetcher = consumer._fetcher
    return _LEVEL if fetcher is not None and fetcher._isolation_level == 1 else "read_uncommitted"
