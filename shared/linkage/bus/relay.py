"""The relay publishes what a tier's store has recorded: every event exactly once and in order (design D6).

One relay per tier instance leads (`linkage.bus.leadership`); the cursor travels in the same Kafka transaction as the
events and is read only after the predecessor is fenced. So a crash between anything and anything loses and doubles
nothing.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn, Protocol, TypeVar

import structlog
from kafka.errors import KafkaError

from linkage import metrics, traces
from linkage.bus.cursor import CursorUnreadable, Log, StoreBehind, recent
from linkage.bus.leadership import UNREACHABLE, leadership
from linkage.bus.publisher import Fenced, NotPublished, Publisher
from linkage.bus.settings import KafkaSettings
from linkage.bus.topics import TopicsUnfit
from linkage.bus.worker import Worker
from linkage.store import StoredEvent, StoreUnavailable

__all__ = ["DEAF", "Relay", "RelayStatus", "Source"]

DEAF = 86
"""Exit status of a process whose relay could not get an answer out of its Kafka client, again and again."""

_EXPECTED = (KafkaError, NotPublished, CursorUnreadable, TopicsUnfit, StoreUnavailable, *UNREACHABLE)
_SHORTEST_WAIT, _LONGEST_WAIT = 0.02, 0.2  # seconds between two looks at a tail that has nothing new
_LONGEST_BACK_OFF = 5.0  # seconds between two attempts to lead
_LONGEST_FAREWELL = 8.0  # seconds that a relay which stops leading waits for the page under way
_TRIES_WHILE_DEAF = 3

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


class Source(Log, Protocol):
    """What the relay needs of a store."""

    appended: asyncio.Event

    async def page(self, after: int, limit: int = 500) -> tuple[int, list[StoredEvent]]:
        """The tail after a cursor: see `linkage.store.Store.page`."""
        ...


@dataclass(slots=True)
class RelayStatus:
    """How the relay is doing, for metrics and `linkagectl`; changes as it goes."""

    leading: bool = False
    cursor: int = 0
    """Position up to which everything is published; 0 until this process has led."""
    read: int = 0
    """Position up to which the tail has been read."""
    published: int = 0
    """Events published by this process."""
    last_published: datetime | None = None
    problem: str = ""
    """Why it does not lead, or could not publish; empty when all is well."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that is being published."""

    outcome: asyncio.Future[None]
    events: list[StoredEvent]
    reached: int
    begin: int
    """Nanoseconds since 1970."""


class _Deaf(Exception):
    """The Kafka client did not return."""


def _exit() -> NoReturn:
    os._exit(DEAF)


class Relay:
    """The relay of one tier instance; any number of replicas may run one of the same name."""

    def __init__(
        self,
        store: Source,
        dsn: str,
        settings: KafkaSettings,
        name: str,
        *,
        page: int = 1000,
        deaf_after: float = 30.0,
        on_deaf: Callable[[], object] = _exit,
    ) -> None:
        """`dsn`: the store's database, for the lock. `name`: the tier instance's. `page`: most events per transaction.

        `deaf_after`: seconds that Kafka's client may take to publish a page. A thread that is stuck in it cannot be
        stopped, so it is left behind (Kafka fences it) and another takes over; if that happens three times with nothing
        published in between, `on_deaf` is called: by default the process exits with status `DEAF`.
        """
        self.status = RelayStatus()
        self._store = store
        self._dsn = dsn
        self._settings = settings
        self.name = name
        self._page = page
        self._deaf_after = deaf_after
        self._on_deaf = on_deaf
        self._deaf = 0
        self._log = _log.bind(relay=name)

    async def run(self) -> None:
        """Leads whenever it can, until cancelled; the page under way is then brought to its end first.

        Raises `StoreBehind`: what such a store records would be told differently from what everybody has heard.
        """
        back_off = 0.1
        while True:
            before = self.status.published
            try:
                async with leadership(self._dsn, self.name) as lost:
                    await self._lead(lost)
            except StoreBehind as error:
                self._stumble(str(error))
                raise
            except Fenced:
                self._stumble("another relay of this name has taken over")
            except _EXPECTED as error:
                self._stumble(f"{type(error).__name__}: {error}")
            except _Deaf:
                self._stumble(f"Kafka's client has not answered for {self._deaf_after:.0f} s")
                self._deaf += 1
                if self._deaf >= _TRIES_WHILE_DEAF:
                    self._log.critical("relay is deaf", tries=self._deaf)
                    self._on_deaf()
            except Exception as error:
                self._stumble(f"an unexpected failure: {error!r}")
                self._log.exception("relay failed")
            finally:
                self.status.leading = False
            if self.status.published > before:
                back_off = 0.1
            await asyncio.sleep(back_off)
            back_off = min(back_off * 2, _LONGEST_BACK_OFF)

    def _stumble(self, problem: str) -> None:
        self.status.problem = problem
        self._log.warning("relay stops leading", problem=problem, cursor=self.status.cursor)

    async def _lead(self, lost: asyncio.Event) -> None:
        worker = Worker(f"relay {self.name}")
        opened: list[Publisher] = []
        page: _Page | None = None
        deaf = False
        try:
            # Opening has time limits of its own, of which reading the cursor has the longest.
            await _answer(
                worker.call(lambda: opened.append(Publisher(self._settings, self.name))), 60 + self._deaf_after
            )
            publisher = opened[0]
            publisher.follow(await recent(self._store, publisher.cursor))
            cursor = self.status.cursor = self.status.read = publisher.cursor.position
            self.status.leading, self.status.problem = True, ""
            self._log.info("relay leads", cursor=cursor)
            wait = _SHORTEST_WAIT
            while not lost.is_set():
                self._store.appended.clear()
                reached, events = await self._store.page(cursor, self._page)  # while the page before is published
                if page:
                    await _answer(page.outcome, self._deaf_after)
                    self._published(page)
                    page = None
                cursor = self.status.read = reached
                if not events:
                    await self._something_appended(wait)
                    wait = min(wait * 1.5, _LONGEST_WAIT)
                elif not lost.is_set():
                    outcome = worker.call(partial(publisher.publish, events, reached))
                    page, wait = _Page(outcome, events, reached, time.time_ns()), _SHORTEST_WAIT
            self._stumble("leadership is lost")
        except _Deaf:
            deaf = True
            raise
        finally:
            # Also when cancelled: what is under way is brought to its end, within bounds, before the lock is let go.
            closing = worker.call(lambda: _close(opened))
            worker.end()
            if not deaf:
                await asyncio.wait({closing}, timeout=_LONGEST_FAREWELL)
            if page and page.outcome.done() and not page.outcome.exception():
                self._published(page)

    def _published(self, page: _Page) -> None:
        self._deaf = 0
        self.status.cursor = page.reached
        self.status.published += len(page.events)
        metrics.RELAY_PUBLISHED.labels(self.name).inc(len(page.events))
        self.status.last_published = datetime.now(UTC)
        end = time.time_ns()
        for event in page.events:
            if traces.wanted(event.metadata.traceparent):
                traces.afterwards(
                    "publish", event.metadata.traceparent, traces.PRODUCER, page.begin, end, event=event.id
                )
                with traces.named(event.metadata.traceparent):
                    self._log.debug("published", event_id=event.id)

    async def _something_appended(self, wait: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._store.appended.wait()


def _close(opened: list[Publisher]) -> None:
    for publisher in opened:
        publisher.close()


async def _answer(outcome: asyncio.Future[_T], seconds: float) -> _T:
    """What the worker's call came to; raises what it raised, or `_Deaf` when it does not return in time."""
    done, _ = await asyncio.wait({outcome}, timeout=seconds)
    if not done:
        raise _Deaf
    return outcome.result()
