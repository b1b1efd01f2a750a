"""Group commit: concurrent appends share one transaction, hence one flush of PostgreSQL's log (design D5).

Nobody waits for a clock: an idle committer commits what there is after a few turns of the event loop, which pass in
microseconds where nothing else is to be done, and what arrives meanwhile is the next batch.
"""

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

from linkage import metrics
from linkage.store.batch import Row, columns, request
from linkage.store.connection import CONTENT, UNREACHABLE, connect, statement, unavailable
from linkage.store.events import (
    Appended,
    AppendRejected,
    ChainBroken,
    Head,
    RequestReused,
    StoreClosed,
    VersionConflict,
)

if TYPE_CHECKING:
    from linkage.store.connection import Connection

__all__ = ["GroupCommit"]

Entry: TypeAlias = tuple[asyncio.Future[Appended], Row, list[Row]]

_APPEND_BATCH = statement("append_batch")
_WORTH_A_LANE = 8
"""Appends that a second commit at the same time is worth: fewer ride with the next, and spare a flush."""

_TURNS = 8
"""Turns of the event loop before a batch is taken: what a busy loop is reading or deciding meanwhile comes along."""

_REPEATED, _REUSED, _CONFLICT, _BROKEN = 1, 2, 3, 4  # the verdicts of append_batch; 0 is stored


class GroupCommit:
    """Takes appends from any number of callers and commits them in batches, on `lanes` connections at once.

    A stream is in one batch at a time, once: its next append waits for the one before. `room` bounds how many appends
    wait; who comes then waits outside.
    """

    def __init__(
        self, dsn: str, appended: asyncio.Event, *, batch: int = 256, lanes: int = 2, room: int = 8192
    ) -> None:
        self._dsn = dsn
        self._appended = appended
        self._batch = batch
        self._room = asyncio.BoundedSemaphore(room)
        self._ready: deque[Entry] = deque()
        self._behind: dict[str, deque[Entry]] = {}  # streams queued or in a batch -> what waits behind it
        self._idle: list[asyncio.Future[None]] = []
        self._in_flight = 0
        self._closing = False
        self._lanes = [asyncio.create_task(self._run_lane(), name=f"group commit {n}") for n in range(lanes)]

    async def append(self, row: Row, events: list[Row]) -> Appended:
        """Stores one append, given as `rows` makes it."""
        async with self._room:
            if self._closing:
                raise StoreClosed("the store is closing")
            answer: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
            self._queue((answer, row, events))
            return await answer

    async def close(self) -> None:
        """Commits what was accepted, then ends."""
        self._closing = True
        for waiting in self._idle:
            waiting.set_result(None)
        self._idle.clear()
        await asyncio.gather(*self._lanes)

    def _queue(self, entry: Entry) -> None:
        stream = entry[1][0]
        behind = self._behind.get(stream)
        if behind is not None:
            behind.append(entry)
            return
        self._behind[stream] = deque()
        self._ready.append(entry)
        self._wake()

    def _wake(self) -> None:
        """Sends an idle lane to work: the first at once, another when there is enough for a commit of its own."""
        if self._idle and (not self._in_flight or len(self._ready) >= _WORTH_A_LANE):
            self._idle.pop().set_result(None)

    def _release(self, entries: list[Entry]) -> None:
        for entry in entries:
            stream = entry[1][0]
            behind = self._behind[stream]
            if behind:
                self._ready.append(behind.popleft())
            else:
                del self._behind[stream]

    def _take(self) -> list[Entry]:
        """The next batch: a lane's share of all that is under way, so that the lanes work by turns at an even pace."""
        share = -(-(len(self._ready) + self._in_flight) // len(self._lanes))
        entries = [self._ready.popleft() for _ in range(min(len(self._ready), share, self._batch))]
        self._in_flight += len(entries)
        self._wake()
        entries.sort(key=lambda entry: request(entry[1]))
        return entries

    async def _run_lane(self) -> None:
        db: Connection | None = None
        while True:
            if not self._ready or (self._in_flight and len(self._ready) < _WORTH_A_LANE and not self._closing):
                if self._closing:
                    break  # what still waits behind another lane's streams is that lane's next batch
                waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._idle.append(waiting)
                await waiting
                await _company()
                continue
            entries = self._take()
            try:
                db = await self._store(db, entries)
            except UNREACHABLE as error:
                db = None
                for entry in entries:
                    _fail(entry, unavailable(error))
            except Exception as error:  # a defect: the callers get it, and the lane lives on
                for entry in entries:
                    _fail(entry, error)
            self._in_flight -= len(entries)
            self._release(entries)
            await _company()  # whoever was just answered may queue the next append
        if db is not None:
            db.terminate()

    async def _store(self, db: "Connection | None", entries: list[Entry]) -> "Connection":
        """Commits the batch, and returns the connection for the next one."""
        if db is not None and not db.is_closed():
            try:
                await self._commit(db, entries)
                return db
            except UNREACHABLE as error:
                db.terminate()
                if isinstance(error, TimeoutError | asyncpg.QueryCanceledError):
                    raise
                # Cut off, perhaps long ago. Whether it was stored or not: a request may be repeated, once and at once.
        db = await connect(self._dsn)
        try:
            await self._commit(db, entries)
            return db
        except UNREACHABLE:
            db.terminate()
            raise

    async def _commit(self, db: "Connection", entries: list[Entry], tries: int = 1) -> None:
        begin = time.perf_counter()
        try:
            result = await db.fetchrow(
                _APPEND_BATCH, *columns([(row, events) for _, row, events in entries], look=tries > 1)
            )
        except CONTENT as error:
            # The batch is rolled back as a whole.
            if isinstance(error, asyncpg.UniqueViolationError) and tries < (2 if len(entries) > 1 else 4):
                # A request was stored before, on another stream perhaps just now: look for it.
                await self._commit(db, entries, tries + 1)
            elif len(entries) > 1:
                # Alone, each gets its own answer.
                for entry in entries:
                    await self._commit(db, [entry])
            else:
                _fail(entries[0], AppendRejected(str(error)))
            return
        metrics.APPEND_SECONDS.observe(time.perf_counter() - begin)
        metrics.APPEND_BATCH.observe(len(entries))
        metrics.APPENDED.inc(_answer(entries, result))
        self._appended.set()


async def _company() -> None:
    """Lets those join the next batch who can without anybody's waiting for them."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


def _answer(entries: list[Entry], result: Any) -> int:
    """Tells every caller; returns how many events were stored."""
    position = -1
    verdicts, actual, positions = result[0], result[1], result[2]
    for n, entry in enumerate(entries):
        answer, row, events = entry
        verdict = verdicts[n]
        if verdict == 0:
            position += len(events)
            if not answer.done():
                answer.set_result(Appended(row[0], Head(events[-1][0], events[-1][3]), positions[position], False))
        elif verdict == _REPEATED:
            stream, head = result["answered_stream"][n], Head(actual[n], result["answered_hash"][n])
            if not answer.done():
                answer.set_result(Appended(stream, head, result["answered_position"][n], True))
        elif verdict == _REUSED:
            _fail(entry, RequestReused(row[3]))
        elif verdict == _CONFLICT:
            _fail(entry, VersionConflict(row[0], row[5], actual[n]))
        elif verdict == _BROKEN:
            _fail(entry, ChainBroken(row[0], row[5]))
    return position + 1


def _fail(entry: Entry, error: Exception) -> None:
    if not entry[0].done():  # a caller that was cancelled no longer asks
        entry[0].set_exception(error)
