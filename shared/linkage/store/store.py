"""The event store of one tier instance."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from linkage.store import read, waiting
from linkage.store.append import GroupCommit
from linkage.store.batch import rows
from linkage.store.chain import BrokenLink
from linkage.store.connection import UNREACHABLE, open_pool, unavailable
from linkage.store.events import Appended, Excerpt, Head, Metadata, NewEvent, StoredEvent
from linkage.store.waiting import WaitingNote

if TYPE_CHECKING:
    from linkage.store.connection import Pool

__all__ = ["Store"]


class Store:
    """Appends, loads and tails the events of one database: `async with Store.open(dsn) as store`.

    Every method raises `StoreUnavailable` while PostgreSQL does not answer, and works again when it does.
    """

    appended: asyncio.Event
    """Set after each commit of this process: a hint for whoever polls the tail, who clears it. Polling is the truth."""

    def __init__(self, dsn: str, pool: "Pool") -> None:
        self.appended = asyncio.Event()
        self._pool = pool
        self._commits = GroupCommit(dsn, self.appended)
        self._tail = read.Tail(pool)

    @staticmethod
    @asynccontextmanager
    async def open(dsn: str, readers: int = 4) -> AsyncIterator["Store"]:
        """The store at `dsn` (migrated: see `migrate`), with up to `readers` connections for reading."""
        try:
            pool = await open_pool(dsn, readers)
        except UNREACHABLE as error:
            raise unavailable(error) from error
        store = Store(dsn, pool)
        try:
            yield store
        finally:
            await store.close()

    async def close(self) -> None:
        """Commits what was accepted, then lets go of the connections."""
        await self._commits.close()
        await self._pool.close()

    async def append(
        self,
        stream: str,
        key: str,
        head: Head,
        events: Sequence[NewEvent],
        metadata: Metadata,
        fingerprint: bytes | None,
    ) -> Appended:
        """Appends the events to the stream that ends at `head`, all or none, and answers when that is durable.

        `stream`: `<organisation>/<kind>/<id>`. `key`: the stream's partition key, which its first append decides.
        `metadata.request_id` names the request within the organisation and `fingerprint` its content: when it was
        stored before, the first answer is given again, whatever the stream holds now. None is for events that are
        recorded again after a loss: their request is not looked for, and not found later.
        Raises `VersionConflict`, `RequestReused`, `ChainBroken`, `AppendRejected`; after `StoreUnavailable` the outcome
        is unknown, and repeating with the same request id is safe. A cancelled append may still be stored.
        Raises ValueError for an append without an event, and for a stream id of another form.
        """
        return await self._commits.append(*rows(stream, key, head, events, metadata, fingerprint))

    async def load(self, stream: str, after: int = 0) -> list[StoredEvent]:
        """The stream's events with a version above `after`, in order; empty where there are none."""
        return await read.load(self._pool, stream, after)

    async def head(self, stream: str) -> Head:
        """Where the stream ends; `Head()` if it has no event."""
        return await read.head(self._pool, stream)

    async def key(self, stream: str, version: int = 1) -> str | None:
        """Partition key of the stream; None if it does not reach that version (1 to 2**31 - 1)."""
        return await read.key(self._pool, stream, version)

    async def answer(self, organisation: str, request_id: UUID, fingerprint: bytes) -> Appended | None:
        """The answer that a stored request got; None if there is no such request. Raises `RequestReused`."""
        return await read.answer(self._pool, organisation, request_id, fingerprint)

    async def page(self, after: int, limit: int = 500) -> tuple[int, list[StoredEvent]]:
        """The tail: up to `limit` events after the cursor `after` (0: from the start) and the new cursor.

        Every event comes once, in position order. Nothing new: `(after, [])`, also while an older writer is still open.
        """
        return await self._tail.read(after, limit)

    async def excerpts(self, after: int, limit: int, kinds: Sequence[str]) -> tuple[int, list[Excerpt]]:
        """Like `page`, with only what folds need of each event: for whoever reads the whole log in bulk.

        `kinds`: only streams of these kinds (the stream id's middle part); none named: all.
        """
        return await self._tail.excerpts(after, limit, kinds)

    async def read_kind(self, kind: str, after: int, limit: int) -> tuple[int, list[StoredEvent]]:
        """The events of one stream kind (the stream id's middle part) by cursor, like `page`."""
        return await self._tail.read(after, limit, (kind,))

    async def tail_state(self, after: int) -> tuple[int, float]:
        """The newest position, and for how many seconds the first event after `after` has been there (0: none)."""
        return await read.tail_state(self._pool, after)

    async def recent(self, upto: int, limit: int) -> list[tuple[int, bytes]]:
        """Position and hash of the last events up to the position `upto`, in the order of the log."""
        return await read.recent(self._pool, upto, limit)

    async def broken_links(self, after: int, limit: int) -> tuple[int, list[BrokenLink]]:
        """Verifies the hash chains of up to `limit` events after the cursor: the new cursor, and what is broken.

        At the end of the log: `(after, [])`.
        """
        return await read.broken_links(self._pool, after, limit)

    async def hold_note(self, note: WaitingNote) -> None:
        """Keeps a note until its stream begins; again: nothing changes."""
        await waiting.hold(self._pool, note)

    async def waiting_notes(self) -> int:
        """How many notes wait."""
        return await waiting.count(self._pool)

    async def ready_notes(self) -> list[WaitingNote]:
        """The notes whose streams have begun, the longest held first."""
        return await waiting.ready(self._pool)

    async def drop_note(self, note: WaitingNote) -> None:
        """Forgets a note that was carried out."""
        await waiting.drop(self._pool, note)

    async def oldest_writer(self) -> float:
        """For how many seconds the server's oldest writing transaction is open (0: none): what the tail waits for.

        For whoever watches: the tail stands still as long as one is open, in whichever database of the server.
        """
        return await read.oldest_writer(self._pool)
