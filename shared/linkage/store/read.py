"""Reading the log: one stream, and the whole of it (or one kind) by a cursor that loses nothing (the fenced tail)."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from linkage.store.chain import BrokenLink, verify
from linkage.store.connection import UNREACHABLE, statement, unavailable
from linkage.store.events import Appended, Excerpt, Head, Metadata, RequestReused, StoredEvent, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    import asyncpg

    from linkage.store.connection import Pool

__all__ = ["Tail", "answer", "broken_links", "head", "key", "load", "oldest_writer", "recent", "tail_state"]

_ANSWER = statement("answer")
_EXCERPTS = statement("excerpts")
_HEAD = statement("head")
_KEY = statement("key")
_LINKS = statement("links")
_LOAD = statement("load")
_READ_ALL = statement("read_all")
_READ_KIND = statement("read_kind")
_RAISE_FENCE = statement("raise_fence")
_LOWEST_OPEN_ID = statement("lowest_open_id")
_OLDEST_WRITER = statement("oldest_writer")
_RECENT = statement("recent")
_TAIL_STATE = statement("tail_state")

_new: Any = tuple.__new__

_WINDOW = 20_000
"""How many positions one statement looks through for events of some kinds."""


async def load(pool: "Pool", stream: str, after: int) -> list[StoredEvent]:
    """The stream's events with a version above `after`, in order."""
    return [_event(row) for row in await _fetch(pool, _LOAD, stream, after)]


async def head(pool: "Pool", stream: str) -> Head:
    """Where the stream ends."""
    rows = await _fetch(pool, _HEAD, stream)
    return Head(*rows[0]) if rows else Head()


async def key(pool: "Pool", stream: str, version: int) -> str | None:
    """Partition key of the stream; None if it does not reach that version."""
    rows = await _fetch(pool, _KEY, stream, version)
    return str(rows[0]["key"]) if rows else None


async def answer(pool: "Pool", organisation: str, request_id: UUID, fingerprint: bytes) -> Appended | None:
    """The answer a request got when it was stored; None if it never was. Raises `RequestReused`."""
    rows = await _fetch(pool, _ANSWER, organisation, request_id)
    if not rows:
        return None
    stored, stream, version, hash, position = rows[0]
    if stored != fingerprint:
        raise RequestReused(request_id)
    return Appended(stream, Head(version, hash), position, True)


async def oldest_writer(pool: "Pool") -> float:
    """For how many seconds the oldest transaction that writes anywhere on the server is open; 0 if there is none."""
    seconds: float = (await _fetch(pool, _OLDEST_WRITER))[0][0]
    return seconds


async def tail_state(pool: "Pool", after: int) -> tuple[int, float]:
    """The newest position, and for how many seconds the first event after `after` has been there; 0 for none."""
    newest, waiting = (await _fetch(pool, _TAIL_STATE, after))[0]
    return newest, waiting


async def recent(pool: "Pool", upto: int, limit: int) -> list[tuple[int, bytes]]:
    """Position and hash of the last events up to a position, in the order of the log."""
    return [(row["position"], row["hash"]) for row in await _fetch(pool, _RECENT, upto, limit)]


async def broken_links(pool: "Pool", after: int, limit: int) -> tuple[int, list[BrokenLink]]:
    """Verifies up to `limit` events after a position, each against its predecessor: the new cursor, what is broken."""
    rows = await _fetch(pool, _LINKS, after, limit)
    found = []
    for row in rows:
        *values, before = row
        event = _event(values)
        head = Head(event.version - 1, before) if before is not None else Head()
        if link := verify([event], head):
            found.append(link)
    return (rows[-1]["position"] if rows else after), found


class Tail:
    """Cursor reads over the whole log: every event once, in position order, with a plain number as cursor.

    Positions are drawn in one order and become visible in another: a reader that takes "position > cursor" steps
    over what a slower writer commits later, for ever. So no event is given out before all positions up to it are
    *settled*: committed, or dead. That is known so: read the highest visible position, take a transaction id (the
    fence), and wait until no transaction below the fence is open. Every writer owns its id before it draws a position,
    and positions come from a sequence with CACHE 1, so whoever drew a number up to that position is below the fence.
    What is settled stays settled: a long backlog costs one fence, not one for each page.

    Two traps. An append that draws its position before it owns an id is invisible to the fence: `append_batch` takes
    its id first. And `pg_snapshot_xmax` is no fence: it is the last *completed* id + 1, and a writer with a higher id
    may be open; only an id just taken lies above all of them. Each statement runs in autocommit, on the primary.
    """

    def __init__(self, pool: "Pool", patience: float = 1.0) -> None:
        """`patience`: for how long (seconds) one read waits for older writers before it says "nothing yet"."""
        self._pool = pool
        self._patience = patience
        self._settled = 0  # all positions up to here are committed or dead
        self._pending: tuple[int, int] | None = None  # a head whose fence has not fallen yet: (position, fence)

    async def read(self, after: int, limit: int, kinds: Sequence[str] = ()) -> tuple[int, list[StoredEvent]]:
        """Up to `limit` events (of these kinds) after the cursor, and the new cursor; nothing new: `(after, [])`."""
        if not await self._reach(after):
            return after, []
        settled = self._settled
        if kinds:
            rows = await self._look_for(_READ_KIND, kinds, after, settled, limit)
        else:
            rows = await self._fetch(_READ_ALL, after, settled, limit)
        events = [_event(row) for row in rows]
        return (events[-1].position if len(events) == limit else settled), events

    async def excerpts(self, after: int, limit: int, kinds: Sequence[str]) -> tuple[int, list[Excerpt]]:
        """As `read`, but only what folds need. `kinds`: none named, all."""
        if not await self._reach(after):
            return after, []
        settled = self._settled
        rows = await self._look_for(_EXCERPTS, kinds, after, settled, limit)
        found: list[Excerpt] = [_new(Excerpt, row) for row in rows]
        return (found[-1].position if len(found) == limit else settled), found

    async def _look_for(
        self, query: str, kinds: Sequence[str], after: int, settled: int, limit: int
    ) -> "list[asyncpg.Record]":
        rows: list[asyncpg.Record] = []
        while after < settled and len(rows) < limit:
            upto = min(after + _WINDOW, settled)
            rows += await self._fetch(query, after, upto, limit - len(rows), list(kinds))
            after = upto
        return rows

    async def _fetch(self, query: str, *arguments: object) -> "list[asyncpg.Record]":
        try:
            return await _fetch(self._pool, query, *arguments)
        except StoreUnavailable:
            # What comes back may be a restored server, in which settled positions are drawn anew.
            self._settled, self._pending = 0, None
            raise

    async def _reach(self, after: int) -> bool:
        return after < self._settled or await self._settle(after)

    async def _settle(self, after: int) -> bool:
        """Waits until positions above `after` are settled; False where there are none, or patience ends first."""
        deadline = asyncio.get_running_loop().time() + self._patience
        while after >= self._settled:
            if self._pending is None:
                head, fence = (await self._fetch(_RAISE_FENCE, after))[0]
                if fence is None:
                    return False
                self._pending = (head, fence)
            head, fence = self._pending
            wait = 0.0005
            while (await self._fetch(_LOWEST_OPEN_ID))[0][0] < fence:
                if asyncio.get_running_loop().time() > deadline:
                    return False  # the fence stays up: the next read goes on waiting for the same writers
                await asyncio.sleep(wait)
                wait = min(wait * 2, 0.02)
            self._settled = max(self._settled, head)
            self._pending = None
        return True


async def _fetch(pool: "Pool", query: str, *arguments: object) -> "list[asyncpg.Record]":
    try:
        rows: list[asyncpg.Record] = await pool.fetch(query, *arguments)
    except UNREACHABLE as error:
        raise unavailable(error) from error
    return rows


def _event(row: "Iterable[Any]") -> StoredEvent:
    # Past the constructors of both named tuples: every read of the log comes by here, event by event.
    values = tuple(row)
    event: StoredEvent = _new(StoredEvent, (*values[:6], _new(Metadata, values[8:]), values[6], values[7]))
    return event
