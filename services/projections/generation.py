"""One generation of one read model: folds facts into its tables, each exactly once. Design D7, D8.

Everything about a batch is written in the caller's transaction: rows, folds, version guards. What this process
remembers of the streams saves reading them again; it is only used while the caller holds the partitions (see
begin_batch), and it is forgotten when a transaction fails.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

from services.projections.batch import Batch, Folded, Heal, Refusals, Streams, combined
from services.projections.read_model import ReadModel, Row

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[Any] | PoolConnectionProxy[Any]

__all__ = ["Changes", "Generation", "by_table", "statement"]

_FOLDS = ("stream", "key", "version", "position", "state")


def statement(name: str, schema: str = "") -> str:
    """The text of `sql/<name>.sql`, for the tables of one schema."""
    return files("services.projections").joinpath("sql", f"{name}.sql").read_text().replace("{schema}", schema)


class Generation:
    """One generation of one read model. Not for concurrent use: one batch at a time."""

    def __init__(self, model: ReadModel, number: int, *, remember: int = 4_096) -> None:
        """`remember`: of how many keys (joint works) the folds are kept in memory."""
        self.model = model
        self.number = number
        self.schema = f"{model.name}_g{number}"
        self._remember = remember
        self._keys: OrderedDict[str, _Kept] = OrderedDict()
        self._load = statement("folds.load", self.schema)
        self._save = statement("folds.save", self.schema)
        tables = [] if model.entry else [f".{table}" for table in model.tables] or [""]
        self._writes = {table[1:]: statement(f"{model.name}.write{table}", self.schema) for table in tables}

    async def create(self, conn: Connection) -> None:
        """Creates the schema and its tables, empty."""
        await self.create_tables(conn)
        await self.create_indexes(conn)

    async def create_tables(self, conn: Connection) -> None:
        """Only what loading in bulk needs."""
        await conn.execute(statement("folds.create", self.schema))
        await conn.execute(statement(f"{self.model.name}.create", self.schema))

    async def create_indexes(self, conn: Connection) -> None:
        """What makes it fit to be asked."""
        await conn.execute(statement(f"{self.model.name}.index", self.schema))

    async def drop(self, conn: Connection) -> None:
        """Drops the schema with everything in it; nothing happens if there is none."""
        await conn.execute(f"drop schema if exists {self.schema} cascade")

    async def version(self, conn: Connection, stream: str) -> int:
        """Up to which version the stream is folded; 0 for nothing."""
        return await conn.fetchval(f"select version from {self.schema}.folds where stream = $1", stream) or 0

    def forget(self) -> None:
        """Reads everything from the tables again from now on."""
        self._keys.clear()

    async def take(self, conn: Connection, streams: Streams, refusals: Refusals, heal: Heal) -> int:
        """Folds the facts and writes what follows from them; returns how many were new."""
        changes = await self.fold(conn, streams, refusals, heal)
        await self.write(conn, changes)
        return changes.new

    async def recall(self, conn: Connection, streams: Streams) -> None:
        """Reads what was folded before of what the facts are about: `fold` does not need the connection then."""
        await self._remembered(conn, _keys(self._read(streams)))

    async def fold(
        self, conn: Connection, streams: Streams, refusals: Refusals, heal: Heal, *, combine: bool = True
    ) -> Changes:
        """Folds the facts; what follows from them is for `write`, which is to end before the changes after these.

        Streams that the model does not read are passed over. What was folded before is skipped; what is missing before
        a fact is healed; what cannot be folded is refused together with the rest of its stream. `combine` False leaves
        the rows of the touched keys as they are: for bulk loading, which calls `combine_all` at the end.
        """
        streams = self._read(streams)
        if not streams:
            return Changes()
        kept = await self._remembered(conn, _keys(streams))
        batch = Batch(self.model, {key: of.folds for key, of in kept.items()}, refusals)
        await batch.fold(streams, heal)
        rows = self._changed(await batch.combined(streams), kept) if combine and self.model.combine else {}
        return Changes(batch.new, *self._stored(batch), batch.entries, rows)

    async def combine_all(self, conn: Connection, keys: Collection[str]) -> Changes:
        """The rows of these keys from their folds, for `write`."""
        kept = await self._remembered(conn, keys)
        rows = {key: combined(self.model, key, of.folds) for key, of in kept.items()}
        return Changes(rows=self._changed(rows, kept))

    async def write(self, conn: Connection, changes: Changes) -> None:
        """Writes what was changed."""
        if changes.new_folds:
            await conn.copy_records_to_table(
                "folds", schema_name=self.schema, records=changes.new_folds, columns=_FOLDS
            )
        if changes.known_folds:
            await conn.execute(self._save, *zip(*changes.known_folds, strict=True))
        if changes.entries:
            await conn.copy_records_to_table(
                "entries", schema_name=self.schema, records=changes.entries, columns=self.model.columns
            )
        for table, rows in changes.rows.items():
            await conn.execute(self._writes[table], *zip(*rows, strict=True))

    def _read(self, streams: Streams) -> Streams:
        """The streams that the model reads."""
        if self.model.entry is not None:
            return streams
        kinds = self.model.cells
        return {stream: facts for stream, facts in streams.items() if facts[0].kind in kinds}

    async def _remembered(self, conn: Connection, keys: Iterable[str]) -> dict[str, _Kept]:
        known = {}
        missing = []
        for key in keys:
            if key in self._keys:
                self._keys.move_to_end(key)
                known[key] = self._keys[key]
            else:
                missing.append(key)
                known[key] = self._keys[key] = _Kept({}, frozenset())
        if missing:
            restored = self.model.restored
            for key, stream, version, position, state in await conn.fetch(self._load, missing):
                known[key].folds[stream] = Folded(version, position, restored(stream.split("/", 2)[1], state))
        # Never what this batch is about: its changes may not be written yet when the next batch looks for its folds.
        while len(self._keys) > max(self._remember, len(known)):
            self._keys.popitem(last=False)
        return known

    def _stored(self, batch: Batch) -> tuple[list[Row], list[Row]]:
        """The folds of the streams that were touched, as they are stored: of new streams, and of known ones."""
        stored = self.model.stored
        new, known = [], []
        for stream, (key, before) in batch.touched.items():
            version, position, cell = batch.folds[key][stream]
            if before is None:
                new.append((stream, key, version, position, stored(cell)))
            else:
                known.append((stream, version, position, None if before.cell is cell else stored(cell)))
        return new, known

    def _changed(self, rows: Mapping[str, Sequence[Row]], kept: Mapping[str, _Kept]) -> Mapping[str, Sequence[Row]]:
        changed = [row for key, of in rows.items() for row in of if row not in kept[key].rows]
        for key, all_of in rows.items():
            kept[key].rows = frozenset(all_of)
        return by_table(self.model, changed)


def _keys(streams: Streams) -> set[str]:
    return {facts[0].key for facts in streams.values()}


def by_table(model: ReadModel, rows: Sequence[Row]) -> Mapping[str, Sequence[Row]]:
    """The rows by the name of their table, "" for the only one; tables without rows are left out."""
    if not model.tables:
        return {"": rows} if rows else {}
    found: dict[str, list[Row]] = {}
    for table, *row in rows:
        found.setdefault(table, []).append(tuple(row))
    return {table: found[table] for table in model.tables if table in found}  # always in the same order: no deadlock


@dataclass(frozen=True, slots=True)
class Changes:
    """What a batch changes: how many facts were new, folds of new and of known streams, entries, and rows by table."""

    new: int = 0
    new_folds: Sequence[Row] = ()
    known_folds: Sequence[Row] = ()
    entries: Sequence[Row] = ()
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)


@dataclass(slots=True)
class _Kept:
    """What is remembered of one key: its streams' folds, and the rows that were written of it."""

    folds: dict[str, Folded]
    rows: frozenset[Row]
