"""One generation of one read model: folds facts into its tables, each exactly once. Design D7, D8.

Everything about a batch is written in the caller's transaction: rows, folds, version guards. What this process remembers
of the streams saves reading them again; it is only used while the caller holds the partitions (see begin_batch), and it is
forgotten when a transaction fails.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from linkage.store import StoredEvent
from services.projections.fact import Fact
from services.projections.read_model import ReadModel

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[Any] | PoolConnectionProxy[Any]

__all__ = ["Connection", "Folded", "Generation", "Heal", "Refusals", "statement"]

Heal = Callable[[StoredEvent, int], Awaitable[Sequence[Fact]]]
"""The facts of the event's stream after that version and before the event, from the owner's store."""

_TIMELINE = ("key", "stream", "version", "type", "organisation", "tier", "post", "occurred_at", "recorded_at",
             "causation_id", "correlation_id", "hash")  # fmt: skip


def statement(name: str, schema: str = "") -> str:
    """The text of `sql/<name>.sql`, for the tables of one schema."""
    return files("services.projections").joinpath("sql", f"{name}.sql").read_text().replace("{schema}", schema)


class Folded(NamedTuple):
    """What was folded of one stream: up to which version, at which position of its store, and to what."""

    version: int
    position: int
    cell: Any


class Refusals(Protocol):
    """Where events go that cannot be folded, and what waits behind them."""

    def holds(self, stream: str) -> bool:
        """Whether the stream is parked."""

    async def queue(self, event: StoredEvent) -> bool:
        """Holds the event back behind its parked stream; False: the stream is not parked any more."""

    async def refuse(self, event: StoredEvent, reason: str) -> None:
        """Parks the event's stream from this event on."""


class Generation:
    """One generation of one read model. Not for concurrent use: one batch at a time."""

    def __init__(self, model: ReadModel, number: int, *, remember: int = 4_096) -> None:
        """`remember`: of how many keys (joint works) the folds are kept in memory."""
        self.model = model
        self.number = number
        self.schema = f"{model.name}_g{number}"
        self._remember = remember
        self._keys: OrderedDict[str, dict[str, Folded]] = OrderedDict()
        self._load = statement("folds.load", self.schema)
        self._save = statement("folds.save", self.schema)
        self._write = "" if model.entry else statement(f"{model.name}.write", self.schema)

    async def create(self, conn: Connection) -> None:
        """Creates the schema and its tables, empty."""
        await conn.execute(statement("folds.create", self.schema))
        await conn.execute(statement(f"{self.model.name}.create", self.schema))

    async def drop(self, conn: Connection) -> None:
        """Drops the schema with everything in it; nothing happens if there is none."""
        await conn.execute(f"drop schema if exists {self.schema} cascade")

    def forget(self) -> None:
        """Reads everything from the tables again from now on."""
        self._keys.clear()

    async def take(
        self, conn: Connection, facts: Sequence[Fact], refusals: Refusals, heal: Heal, *, combine: bool = True
    ) -> int:
        """Folds the facts and writes what follows from them; returns how many were new.

        Facts of one stream are in order. What was folded before is skipped; what is missing before a fact is healed; what
        cannot be folded is refused together with the rest of its stream. `combine` False leaves the rows of the touched
        keys as they are: for bulk loading, which calls `combine_all` at the end.
        """
        batch = _Batch(self.model, await self._remembered(conn, {fact.event.key for fact in facts}), refusals, heal)
        for fact in facts:
            await batch.take(fact)
        rows = await batch.combined() if combine and self.model.combine else []
        await self._written(conn, batch, rows)
        return batch.new

    async def combine_all(self, conn: Connection, keys: Collection[str], refusals: Refusals) -> None:
        """Writes the rows of these keys from their folds."""
        assert self.model.combine is not None
        folds = await self._remembered(conn, keys)
        rows = [row for key in keys for row in self.model.combine(key, _cells(folds[key]))]
        await self._write_rows(conn, keys, rows)

    async def _remembered(self, conn: Connection, keys: Iterable[str]) -> dict[str, dict[str, Folded]]:
        known = {}
        missing = []
        for key in keys:
            if key in self._keys:
                self._keys.move_to_end(key)
                known[key] = self._keys[key]
            else:
                missing.append(key)
                known[key] = self._keys[key] = {}
        if missing:
            restored = self.model.restored
            for key, stream, version, position, state in await conn.fetch(self._load, missing):
                known[key][stream] = Folded(version, position, restored(stream.split("/", 2)[1], state))
        while len(self._keys) > self._remember:
            self._keys.popitem(last=False)
        return known

    async def _written(self, conn: Connection, batch: _Batch, rows: Sequence[Any]) -> None:
        if batch.touched:
            stored = self.model.stored
            saved = [
                (stream, key, now.version, now.position, None if now.cell is then else stored(now.cell))
                for stream, (key, then) in batch.touched.items()
                for now in (batch.folds[key][stream],)
            ]
            await conn.execute(self._save, *zip(*saved, strict=True))
        if batch.entries:
            await conn.copy_records_to_table(
                "entries", schema_name=self.schema, records=batch.entries, columns=_TIMELINE
            )
        if batch.recombined:
            await self._write_rows(conn, batch.recombined, rows)

    async def _write_rows(self, conn: Connection, keys: Iterable[str], rows: Sequence[Any]) -> None:
        if rows:
            await conn.execute(self._write, list(keys), *zip(*rows, strict=True))


def _cells(folds: dict[str, Folded]) -> dict[str, Any]:
    return {stream: folded.cell for stream, folded in folds.items()}


class _Batch:
    """What one batch changes, before it is written."""

    def __init__(self, model: ReadModel, folds: dict[str, dict[str, Folded]], refusals: Refusals, heal: Heal) -> None:
        self.folds = folds
        self.new = 0
        self.touched: dict[str, tuple[str, Any]] = {}  # stream -> its key, and its cell before the batch
        self.entries: list[Any] = []
        self.recombined: dict[str, None] = {}  # keys of which a cell has changed
        self._model = model
        self._refusals = refusals
        self._heal = heal
        self._facts: dict[str, list[Fact]] = {}  # by stream: what a failing combine takes back

    async def take(self, fact: Fact) -> None:
        """Folds one fact, if it is new and in turn."""
        event = fact.event
        before = self.folds[event.key].get(event.stream)
        version = before.version if before else 0
        if event.version <= version:
            return
        if self._refusals.holds(event.stream) and await self._refusals.queue(event):
            return
        if event.version > version + 1:
            for missing in await self._heal(event, version):
                if not await self._fold(missing):
                    await self._refusals.queue(event)
                    return
            version = self._version(event)
            if event.version > version + 1:
                reason = f"versions {version + 1} to {event.version - 1} of the stream are missing, here and in its store"
                await self._refusals.refuse(event, reason)
                return
        await self._fold(fact)

    def _version(self, event: StoredEvent) -> int:
        folded = self.folds[event.key].get(event.stream)
        return folded.version if folded else 0

    async def _fold(self, fact: Fact) -> bool:
        event, model = fact.event, self._model
        streams = self.folds[event.key]
        before = streams.get(event.stream)
        then = before.cell if before else model.first(event.stream.split("/", 2)[1])
        try:
            if fact.problem:
                raise ValueError(fact.problem)
            cell = model.fold(then, fact) if model.fold is not None and then is not None else then
            if model.entry is not None:
                self.entries.append(model.entry(fact))
        except Exception as problem:  # whatever a fold raises on an event is that event's poison, and is told as such
            await self._refusals.refuse(event, f"{type(problem).__name__}: {problem}")
            return False
        streams[event.stream] = Folded(event.version, event.position, cell)
        if event.stream not in self.touched:
            self.touched[event.stream] = (event.key, before.cell if before else None)
        if cell is not then or before is None:
            self.recombined[event.key] = None
        if model.combine is not None:
            self._facts.setdefault(event.stream, []).append(fact)
        self.new += 1
        return True

    async def combined(self) -> list[Any]:
        """The rows of every key with a changed cell."""
        rows: list[Any] = []
        for key in list(self.recombined):
            try:
                rows.extend(self._model.combine(key, _cells(self.folds[key])))  # type: ignore[misc]
            except Exception as problem:  # the events that brought the cells there cannot be taken, as in _fold
                await self._take_back(key, f"{type(problem).__name__}: {problem}")
        return rows

    async def _take_back(self, key: str, reason: str) -> None:
        del self.recombined[key]
        for stream in [stream for stream, (of, _) in self.touched.items() if of == key]:
            first, *rest = [fact.event for fact in self._facts[stream]]
            self.new -= 1 + len(rest)
            _, cell = self.touched.pop(stream)
            if first.version == 1:
                del self.folds[key][stream]
            else:
                self.folds[key][stream] = Folded(first.version - 1, 0, cell)
            await self._refusals.refuse(first, reason)
            for event in rest:
                await self._refusals.queue(event)
