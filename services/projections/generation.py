"""One generation of one read model: folds facts into its tables, each exactly once. Design D7, D8.

Everything about a batch is written in the caller's transaction: rows, folds, version guards. What this process
remembers of the streams saves reading them again; it is only used while the caller holds the partitions (see
begin_batch), and it is forgotten when a transaction fails.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

from services.projections.batch import Batch, Folded, Heal, Refusals, Streams, combined
from services.projections.read_model import ReadModel, Row

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[Any] | PoolConnectionProxy[Any]

__all__ = ["Generation", "by_table", "statement"]

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

    async def take(
        self, conn: Connection, streams: Streams, refusals: Refusals, heal: Heal, *, combine: bool = True
    ) -> int:
        """Folds the facts and writes what follows from them; returns how many were new.

        Streams that the model does not read are passed over. What was folded
        before is skipped; what is missing before a fact is healed; what cannot be folded is refused together with the
        rest of its stream. `combine` False leaves the rows of the touched keys as they are: for bulk loading, which
        calls `combine_all` at the end.
        """
        if self.model.entry is None:
            kinds = self.model.cells
            streams = {stream: facts for stream, facts in streams.items() if facts[0].kind in kinds}
        if not streams:
            return 0
        kept = await self._remembered(conn, {facts[0].key for facts in streams.values()})
        batch = Batch(self.model, {key: of.folds for key, of in kept.items()}, refusals)
        await batch.fold(streams, heal)
        rows = await batch.combined(streams) if combine and self.model.combine else {}
        await self._write_folds(conn, batch)
        await self._write_rows(conn, rows, kept)
        return batch.new

    async def combine_all(self, conn: Connection, keys: Collection[str]) -> None:
        """Writes the rows of these keys from their folds."""
        kept = await self._remembered(conn, keys)
        rows = {key: combined(self.model, key, of.folds) for key, of in kept.items()}
        await self._write_rows(conn, rows, kept)

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
        while len(self._keys) > self._remember:
            self._keys.popitem(last=False)
        return known

    async def _write_folds(self, conn: Connection, batch: Batch) -> None:
        stored = self.model.stored
        new, known = [], []
        for stream, (key, before) in batch.touched.items():
            version, position, cell = batch.folds[key][stream]
            if before is None:
                new.append((stream, key, version, position, stored(cell)))
            else:
                known.append((stream, version, position, None if before.cell is cell else stored(cell)))
        if new:
            await conn.copy_records_to_table("folds", schema_name=self.schema, records=new, columns=_FOLDS)
        if known:
            await conn.execute(self._save, *zip(*known, strict=True))
        if batch.entries:
            await conn.copy_records_to_table(
                "entries", schema_name=self.schema, records=batch.entries, columns=self.model.columns
            )

    async def _write_rows(self, conn: Connection, rows: Mapping[str, Sequence[Row]], kept: Mapping[str, _Kept]) -> None:
        changed = [row for key, of in rows.items() for row in of if row not in kept[key].rows]
        for table, of in by_table(self.model, changed).items():
            await conn.execute(self._writes[table], *zip(*of, strict=True))
        for key, all_of in rows.items():
            kept[key].rows = frozenset(all_of)


def by_table(model: ReadModel, rows: Sequence[Row]) -> Mapping[str, Sequence[Row]]:
    """The rows by the name of their table, "" for the only one; tables without rows are left out."""
    if not model.tables:
        return {"": rows} if rows else {}
    found: dict[str, list[Row]] = {}
    for table, *row in rows:
        found.setdefault(table, []).append(tuple(row))
    return {table: found[table] for table in model.tables if table in found}  # always in the same order: no deadlock


@dataclass(slots=True)
class _Kept:
    """What is remembered of one key: its streams' folds, and the rows that were written of it."""

    folds: dict[str, Folded]
    rows: frozenset[Row]
