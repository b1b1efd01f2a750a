"""Databases lent to one test after the other, emptied in between: to make one and to drop it writes hundreds of files.

Whoever borrows one cannot tell it from a new one. One that was altered in more than its rows (a table, a trigger, a
function, a setting, what it held from the beginning) is dropped and not lent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg

from deploy.local.postgres import Postgres

__all__ = ["Databases", "databases"]

_T = TypeVar("_T")

_SCHEMA = """
select md5(string_agg(part, ',' order by part)) from (
    select format('%s %s %s %s %s', relnamespace::regnamespace, relname, relkind, relacl, reloptions)
      from pg_class where relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    union all select format('%s %s %s %s', attrelid::regclass, attname, atttypid, attnotnull)
      from pg_attribute join pg_class c on c.oid = attrelid
      where relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
    union all select format('%s %s %s', adrelid::regclass, adnum, pg_get_expr(adbin, adrelid)) from pg_attrdef
    union all select format('%s %s', indexrelid::regclass, pg_get_indexdef(indexrelid)) from pg_index
    union all select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
    union all select format('%s %s', ev_class::regclass, rulename) from pg_rewrite
    union all select format('%s %s', oid::regnamespace, nspacl) from pg_namespace where nspname !~ '^pg_(toast_)?temp'
    union all select format('%s %s %s', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
    union all select format('%s %s', oid::regprocedure, md5(prosrc))
      from pg_proc where pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
    union all select setconfig::text from pg_db_role_setting
      where setdatabase = (select oid from pg_database where datname = current_database())
) as parts(part)
"""
_TABLES = "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname !~ '^(pg_|information_schema)'"
_SEQUENCES = """
select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
  from pg_sequences where last_value is not null
"""
_LEAVE = """
select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
"""


@dataclass(slots=True)
class Databases:
    """Databases of one schema on a server."""

    _postgres: Postgres
    _template: str
    _free: list[str] = field(default_factory=list)
    _made: list[str] = field(default_factory=list)
    _new: dict[str, str] = field(default_factory=dict)
    """What a new one is like: a digest of its schema (''), and of each table that holds rows from the beginning."""

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The dsn of a database with the schema and nothing else in it, until the block ends."""
        name = self._free.pop() if self._free else self._make()
        yield self._postgres.dsn(name)
        if _complete(self._emptied(name)):
            self._free.append(name)
        else:
            self._drop(name)

    def drop(self) -> None:
        """Drops them all."""
        for name in list(self._made):
            self._drop(name)

    def _make(self) -> str:
        name = f"lent_{uuid4().hex}"
        self._postgres.create_database(name, template=self._template)
        self._made.append(name)
        if not self._new:
            self._new.update(_complete(self._found(name)))
        return name

    def _drop(self, name: str) -> None:
        self._postgres.drop_database(name)
        self._made.remove(name)

    async def _found(self, name: str) -> dict[str, str]:
        db = await asyncpg.connect(self._postgres.dsn(name))
        try:
            return {"": await db.fetchval(_SCHEMA), **{table: await _rows(db, table) for table in await _filled(db)}}
        finally:
            await db.close()

    async def _emptied(self, name: str) -> bool:
        """Whether it is as a new one is, now that all that was written has been taken out."""
        db = await asyncpg.connect(self._postgres.dsn(name))
        try:
            await db.execute(_LEAVE)
            if await db.fetchval(_SCHEMA) != self._new[""]:
                return False
            filled = await _filled(db)
            if written := [table for table in filled if table not in self._new]:
                await db.execute("set session_replication_role = replica")  # the log refuses to be emptied otherwise
                await db.execute(f"truncate {', '.join(written)} cascade")
            await db.execute(_SEQUENCES)
            return all([table in filled and await _rows(db, table) == self._new[table] for table in self._new if table])
        finally:
            await db.close()


@contextmanager
def databases(postgres: Postgres, schema: Callable[[str], Awaitable[None]]) -> Iterator[Databases]:
    """Databases with the schema that `schema` makes in the one whose dsn it is given; dropped when the block ends."""
    template = f"template_{uuid4().hex}"
    postgres.create_database(template)

    async def make() -> None:
        await schema(postgres.dsn(template))

    _complete(make())
    lending = Databases(postgres, template)
    yield lending
    lending.drop()
    postgres.drop_database(template)


async def _filled(db: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    """Tables that hold rows."""
    tables = [table for (table,) in await db.fetch(_TABLES)]
    if not tables:
        return []
    found = await db.fetch(" union all ".join(f"(select '{table}' from {table} limit 1)" for table in tables))
    return [table for (table,) in found]


async def _rows(db: asyncpg.Connection[asyncpg.Record], table: str) -> str:
    digest: str = await db.fetchval(f"select md5(string_agg(row::text, ',' order by row::text)) from {table} as row")
    return digest


def _complete(work: Coroutine[Any, Any, _T]) -> _T:
    """Fixtures are also asked for from within a running loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
