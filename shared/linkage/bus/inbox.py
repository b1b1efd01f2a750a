"""The inbox: what other tiers have published reaches this tier's reactions, each event with effect exactly once.

One consumer group per tier instance; its replicas share the partitions. Offsets are committed only after PostgreSQL,
and only tell where to go on reading: what was done is told by `inbox_progress` (see `linkage.bus.intake`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import asyncpg
import structlog
from kafka.errors import KafkaError

from linkage.bus import parking
from linkage.bus.intake import Counts, Handle, Intake
from linkage.bus.leadership import UNREACHABLE
from linkage.bus.parking import Poison, Replay
from linkage.bus.rereading import reread
from linkage.bus.settings import KafkaSettings
from linkage.bus.subscription import Batch, Deaf, Offsets, Subscription
from linkage.bus.worker import Worker

__all__ = ["MIGRATIONS", "Inbox", "InboxStatus", "Poison"]

MIGRATIONS = Path(__file__).parent / "migrations" / "inbox"
"""For `linkage.store.migrate(dsn, MIGRATIONS)`."""

_LONGEST_BACK_OFF = 5.0  # seconds between two attempts to subscribe, or to reach PostgreSQL
_FAREWELL = 8.0  # seconds that a subscription gets to end
_TRIES_WHILE_DEAF = 3

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class InboxStatus:
    """How the inbox is doing, for health, metrics and `linkagectl`; changes as it goes."""

    counts: Counts = field(default_factory=Counts)
    assigned: frozenset[tuple[str, int]] = frozenset()
    """Topics and partitions that this replica hears."""
    deaf: int = 0
    """Consumers replaced in a row because they heard nothing of what there was to hear."""
    problem: str = ""
    """Why it hears nothing just now; empty when all is well."""

    @property
    def alive(self) -> bool:
        """False when replacing the consumer did not help: only a new process may. An outage of Kafka is not that."""
        return self.deaf < _TRIES_WHILE_DEAF


class Inbox:
    """The inbox of one tier instance; any number of replicas may run one of the same instance."""

    def __init__(
        self,
        dsn: str,
        settings: KafkaSettings,
        instance: str,
        topics: Iterable[str],
        handle: Handle,
        wants: Callable[[str], bool],
        *,
        concurrency: int = 32,
        patience: float = 300.0,
        deaf_after: float = 20.0,
    ) -> None:
        """`handle` answers an event and may be asked again for the same one; it raises `Poison` for what it never can.

        Whatever else it raises is tried again for `patience` seconds, in order, and then parked. `wants`: whether an
        event type means anything here. `concurrency`: how many streams are handled at a time. `deaf_after`: seconds
        after which a consumer that does not hear what there is to hear is replaced.
        """
        self.status = InboxStatus()
        self.consumer = f"linkage-inbox-{instance}"
        """Consumer group on Kafka, and the consumer's name in `linkage.bus.parking`."""
        self._dsn = dsn
        self._settings = settings
        self._topics = tuple(topics)
        self._handle = handle
        self._wants = wants
        self._concurrency = concurrency
        self._patience = patience
        self._deaf_after = deaf_after
        self._log = _log.bind(consumer=self.consumer)

    async def run(self) -> None:
        """Hears and answers until cancelled; the batch under way is then brought to its end first."""
        back_off = 0.1
        while True:
            try:
                async with asyncpg.create_pool(
                    self._dsn,
                    min_size=1,
                    max_size=8,
                    timeout=5,
                    command_timeout=60,
                    server_settings={"application_name": self.consumer},
                ) as pool:
                    intake = Intake(
                        pool,
                        self.consumer,
                        self._handle,
                        self._wants,
                        concurrency=self._concurrency,
                        patience=self._patience,
                    )
                    intake.counts = self.status.counts
                    async with asyncio.TaskGroup() as tasks:
                        tasks.create_task(self._hear(intake))
                        tasks.create_task(self._grant_wishes(intake, pool))
            except UNREACHABLE as error:
                self._stumble(f"PostgreSQL does not answer: {error!r}")
            await asyncio.sleep(back_off)
            back_off = min(back_off * 2, _LONGEST_BACK_OFF)

    def _stumble(self, problem: str) -> None:
        self.status.problem = problem
        self._log.warning("inbox hears nothing", problem=problem)

    async def _hear(self, intake: Intake) -> None:
        """Keeps a subscription; replaces it when it fails or goes deaf."""
        loop = asyncio.get_running_loop()
        back_off = 0.1

        def deliver(batch: Batch) -> Future[Offsets]:
            return asyncio.run_coroutine_threadsafe(self._take(intake, batch), loop)

        while True:
            subscription = Subscription(
                self._settings, self.consumer, self._topics, deliver, deaf_after=self._deaf_after
            )
            try:
                await self._watched(subscription)
            except Deaf as deaf:
                self.status.deaf = 1 if subscription.heard else self.status.deaf + 1
                self._stumble(str(deaf))
            except KafkaError as error:
                self._stumble(f"{type(error).__name__}: {error}")
            except Exception as error:
                self.status.deaf += 1
                self._stumble(f"an unexpected failure: {error!r}")
                self._log.exception("subscription failed")
            if subscription.heard:
                back_off = 0.1
            await asyncio.sleep(back_off)
            back_off = min(back_off * 2, _LONGEST_BACK_OFF)

    async def _watched(self, subscription: Subscription) -> None:
        """Runs the subscription and watches that its loop comes round; a stuck thread is left behind."""
        worker = Worker(self.consumer)
        ended = worker.call(subscription.run)
        worker.end()
        try:
            while not ended.done():
                await asyncio.wait({ended}, timeout=0.5)
                self.status.assigned = subscription.assigned
                if subscription.heard:
                    self.status.deaf, self.status.problem = 0, subscription.problem
                # Whatever a client does in one round has a time limit, of which connecting has the longest.
                if monotonic() - subscription.round > 20 + self._deaf_after:
                    raise Deaf(f"Kafka's client has not come back for {monotonic() - subscription.round:.0f} s")
            ended.result()
        finally:
            subscription.stop()
            await asyncio.wait({ended}, timeout=_FAREWELL)
            self.status.assigned = frozenset()

    async def _take(self, intake: Intake, batch: Batch) -> Offsets:
        """Takes a batch, however long PostgreSQL is away."""
        back_off = 0.1
        while True:
            try:
                await intake.take(batch)
            except UNREACHABLE as error:
                self._log.warning("batch is tried again", problem=repr(error), seconds=back_off)
                await asyncio.sleep(back_off)
                back_off = min(back_off * 2, _LONGEST_BACK_OFF)
            else:
                return {place: records[-1].offset + 1 for place, records in batch.items()}

    async def _grant_wishes(self, intake: Intake, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        """Does what operators ask for with `parking.ask`."""
        while True:
            await asyncio.sleep(1)
            try:
                async with pool.acquire() as conn:
                    wishes = await parking.asked(conn, self.consumer)
                for stream, wish in wishes:
                    outcome = await (self._heal(intake, pool, stream) if wish == "heal" else intake.replay(stream))
                    self._log.info("wish granted", stream=stream, wish=wish, taken=outcome.taken, reason=outcome.reason)
                    async with pool.acquire() as conn:
                        await parking.granted(conn, self.consumer, stream)
            except (*UNREACHABLE, KafkaError) as error:
                self._log.warning("wishes wait", problem=repr(error))
            except Exception:
                # A replay whose handler fails: the stream stays parked, the wish stands and is tried again.
                self._log.exception("wish failed")
                await asyncio.sleep(_LONGEST_BACK_OFF)

    async def _heal(self, intake: Intake, pool: asyncpg.Pool[asyncpg.Record], stream: str) -> Replay:
        """Finds the versions that are missing in the topic, takes them, and then what is parked behind them."""
        missing = await intake.missing(stream)
        if missing:
            async with pool.acquire() as conn:
                first = (await parking.parked_records(conn, self.consumer, stream, limit=1))[0].event()
            found = await Worker(f"{self.consumer} heals").call(lambda: reread(self._settings, first, *missing))
            await intake.fill(found)
        return await intake.replay(stream)
