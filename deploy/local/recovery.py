"""Point-in-time recovery of a server of ours: a base backup, the log since, and a moment to which both are played.

What pg_basebackup, pgBackRest or CloudNativePG do for an operator. The embedded binaries bring none of them, so it is
done by PostgreSQL's own interface beneath (its documentation, "Making a Base Backup Using the Low Level API").
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import asyncpg

from deploy.local.places import unprivileged_user
from deploy.local.postgres import Postgres
from deploy.local.processes import within

__all__ = ["NotRecovered", "archive", "archived", "back_up", "lose", "now", "recover"]

_ARCHIVING = {
    "archive_mode": "on",
    # Seen from the data directory. Never half a segment under its name, never one over another.
    "archive_command": "cd ../archive && test ! -f %f && cp ../data/%p .%f && mv .%f %f",
}
_RECOVERY = """
restore_command = 'cp ../archive/%f %p'
recovery_target_time = '{moment}'
recovery_target_action = 'promote'
"""
_NOT_COPIED = ("postmaster.pid", "postmaster.opts", "pg_internal.init", "pgsql_tmp*")
_COPIED_EMPTY = frozenset(
    ("pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans")
)
_PATIENCE = 60.0  # seconds that archiving a segment, or a recovery, may take


class NotRecovered(Exception):
    """PostgreSQL did not archive or recover in time."""


@contextmanager
def archived(directory: Path) -> Iterator[Postgres]:
    """A server that keeps its log. For the rest see `Postgres.start`."""
    with Postgres.start(directory, _ARCHIVING) as server:
        _own([_new(server.home / "archive")])  # until it is there the server tries again
        yield server


async def back_up(server: Postgres) -> None:
    """Takes a base backup while the server works, in place of the last one; ends when the log it needs is archived."""
    backup = _new(server.home / "backup")
    db = await asyncpg.connect(server.dsn("postgres"), timeout=10)  # one session: the server ends the backup with it
    try:
        await db.execute("select pg_backup_start('linkage', fast => true)")
        await asyncio.to_thread(_copy, server.home / "data", backup)
        stopped = await db.fetchrow("select labelfile, spcmapfile from pg_backup_stop()")
    finally:
        await db.close()
    (backup / "backup_label").write_text(stopped["labelfile"])
    if stopped["spcmapfile"]:
        (backup / "tablespace_map").write_text(stopped["spcmapfile"])


async def now(server: Postgres) -> datetime:
    """The server's own time, to which it can be recovered."""
    db = await asyncpg.connect(server.dsn("postgres"), timeout=10)
    try:
        moment: datetime = await db.fetchval("select clock_timestamp()")
    finally:
        await db.close()
    return moment


async def archive(server: Postgres) -> None:
    """Ends when all that is committed now lies in the archive: what `archive_timeout` sees to in time by itself."""
    db = await asyncpg.connect(server.dsn("postgres"), timeout=10)
    try:
        segment = await db.fetchval("select pg_walfile_name(pg_switch_wal())")
    finally:
        await db.close()
    if not await asyncio.to_thread(within, (server.home / "archive" / segment).exists, seconds=_PATIENCE):
        raise NotRecovered(f"the segment {segment} was not archived within {_PATIENCE:.0f} s")


def lose(server: Postgres) -> None:
    """The machine is gone: the server is killed, and its data, with the log that was not archived, do not come back."""
    server.kill()
    shutil.rmtree(server.home / "data")


async def recover(server: Postgres, moment: datetime) -> None:
    """Starts the server as it was at the moment: the base backup, and the archived log up to there."""
    data = server.home / "data"
    await asyncio.to_thread(_copy, server.home / "backup", _new(data))
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(_RECOVERY.format(moment=moment.isoformat()))
    (data / "recovery.signal").touch()
    _own([data / "recovery.signal"])
    await asyncio.to_thread(server.restart)
    if not await asyncio.to_thread(within, lambda: not _recovering(server), seconds=_PATIENCE):
        raise NotRecovered(f"PostgreSQL was still recovering after {_PATIENCE:.0f} s")


def _recovering(server: Postgres) -> bool:
    async def ask() -> bool:
        db = await asyncpg.connect(server.dsn("postgres"), timeout=10)
        try:
            answer: bool = await db.fetchval("select pg_is_in_recovery()")
        finally:
            await db.close()
        return answer

    return asyncio.run(ask())


def _new(directory: Path) -> Path:
    """The directory, empty, and PostgreSQL's alone."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    return directory


def _copy(data: Path, into: Path) -> None:
    """A data directory that may be in use: what is torn or vanishes meanwhile, the log makes good."""
    named = shutil.ignore_patterns(*_NOT_COPIED)

    def left_out(directory: str, names: list[str]) -> Iterable[str]:
        return names if Path(directory).name in _COPIED_EMPTY else named(directory, names)

    def copied(file: str, to: str) -> None:
        with suppress(FileNotFoundError):  # the server works on and removes files; the log brings back what counts
            shutil.copy2(file, to)

    shutil.copytree(data, into, ignore=left_out, copy_function=copied, dirs_exist_ok=True)
    _own([into, *into.rglob("*")])


def _own(paths: Iterable[Path]) -> None:
    if user := unprivileged_user():
        for path in paths:
            shutil.chown(path, user)
