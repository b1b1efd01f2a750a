"""What `linkagectl doctor` asks of a PostgreSQL database: any one of ours, and a tier's store."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

from linkage.bus import inbox, parking
from linkage.ctl.finding import Finding, fail, ok, unanswered, warn
from linkage.store import Store, StoreUnavailable
from linkage.store.migrate import MIGRATIONS, standing
from linkage.vault import MIGRATIONS as VAULT
from linkage.vault import scrub_due

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[Any]

__all__ = ["SKEW", "check_database", "check_parked", "check_store"]

SKEW = 1.0
"""Seconds by which two clocks may differ before somebody should look; 30 times as many are refused."""
_UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, StoreUnavailable, TimeoutError, ValueError)
_FOLDERS = (MIGRATIONS, parking.MIGRATIONS, inbox.MIGRATIONS, VAULT)


async def check_store(dsn: str, events: int, patience: float) -> list[Finding]:
    """A tier's store: reachable, migrated, the primary, its clock, open writers, parked streams, the newest chains."""
    findings = await check_database("store", dsn, _FOLDERS, patience)
    if any(finding.check == "store: migrations" and finding.state == "OK" for finding in findings):
        db = await asyncpg.connect(dsn, timeout=5)
        try:
            findings += await check_parked("store", db)
            findings += await _erased(db)
        finally:
            await db.close()
        findings.append(await _chain(dsn, events))
    return findings


async def check_database(name: str, dsn: str, folders: Iterable[Path], patience: float) -> list[Finding]:
    """What holds of every database of ours. `folders`: the migrations that it must have; `patience`: how long (seconds)
    somebody may keep a writing transaction open."""
    try:
        db = await asyncpg.connect(dsn, timeout=5, command_timeout=10)
    except _UNREACHABLE as error:
        remedy = "is its address right, is the server up, and may this machine and role connect to it?"
        return [unanswered(f"{name}: connection", error, remedy)]
    try:
        return [
            ok(f"{name}: connection", f"PostgreSQL {db.get_server_version().major} answers"),
            await _migrations(name, db, folders),
            await _primary(name, db),
            await _clock(name, db),
            await _oldest_writer(name, db, patience),
        ]
    except _UNREACHABLE as error:
        return [unanswered(f"{name}: connection", error, "the server answered at first: look at its log")]
    finally:
        await db.close()


async def check_parked(name: str, db: Connection) -> list[Finding]:
    """Streams that wait in this database."""
    tally = await parking.tally(db)
    if not tally:
        return [ok(f"{name}: parked streams", "none")]
    told = ", ".join(f"{streams} for {consumer}" for consumer, streams in sorted(tally.items()))
    return [warn(f"{name}: parked streams", told, "`linkagectl parked list` says why; then `linkagectl parked replay`")]


async def _erased(db: Connection) -> list[Finding]:
    """What is left of erased citizens' keys; nothing is said of a store that has no vault."""
    check = "store: erased citizens"
    if due := await scrub_due(db):
        return [warn(check, f"keys of {due} may still be in the table's file", "run `linkagectl vault scrub`")]
    if await db.fetchval("select exists (select from vault_subjects)"):
        return [ok(check, "nothing is left of their keys in the table's file")]
    return []


async def _migrations(name: str, db: Connection, folders: Iterable[Path]) -> Finding:
    check = f"{name}: migrations"
    missing, newer = set[str](), set[str]()
    for folder in folders:
        lacks, has = await standing(db, folder)
        missing |= lacks
        newer |= has
    if newer:
        remedy = "a later release was here: run that release, or restore the backup from before it came"
        return fail(
            check, f"the database has migrations this release does not know: {', '.join(sorted(newer))}", remedy
        )
    if missing:
        return fail(check, f"the database lacks {', '.join(sorted(missing))}", "run `linkagectl migrate`")
    return ok(check, "the schema is this release's")


async def _primary(name: str, db: Connection) -> Finding:
    check = f"{name}: durability"
    if await db.fetchval("select pg_is_in_recovery()"):
        return fail(check, "this is a standby", "give the services the primary's address: a standby hides open writers")
    off = [
        setting
        for setting in ("fsync", "synchronous_commit", "full_page_writes")
        if await db.fetchval(f"show {setting}") == "off"
    ]
    if off:
        return fail(check, f"{', '.join(off)} is off: what was answered can be lost", "turn it on")
    return ok(check, "the primary, and a commit is on disk before it is answered")


async def _clock(name: str, db: Connection) -> Finding:
    check, begin = f"{name}: clock", time.time()
    theirs: datetime = await db.fetchval("select clock_timestamp()")
    ours = datetime.fromtimestamp((begin + time.time()) / 2, UTC)
    skew = (theirs - ours).total_seconds()
    told = f"{abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} this machine"
    remedy = "let all machines keep time by NTP: tokens and the times in records depend on it"
    if abs(skew) > 30 * SKEW:
        return fail(check, told, remedy)
    return warn(check, told, remedy) if abs(skew) > SKEW else ok(check, f"within {SKEW:g} s of this machine's")


async def _oldest_writer(name: str, db: Connection, patience: float) -> Finding:
    check = f"{name}: oldest writing transaction"
    row = await db.fetchrow(files("linkage.ctl").joinpath("sql", "oldest_writer.sql").read_text())
    if row is None or row["seconds"] <= patience:
        return ok(check, f"{row['seconds']:.0f} s" if row else "none")
    who = f"process {row['pid']} of {row['usename']} in {row['datname']} ({row['application_name'] or 'nameless'})"
    return warn(
        check, f"{row['seconds']:.0f} s, {who}: nothing newer is published", "end it: see the runbook writer-open"
    )


async def _chain(dsn: str, events: int) -> Finding:
    check = "store: chain of evidence"
    async with Store.open(dsn, readers=1) as store:
        newest, _ = await store.tail_state(0)
        cursor, broken, verified = max(0, newest - events), [], 0
        while True:
            reached, links = await store.broken_links(cursor, 500)
            broken += links
            if reached == cursor:
                break
            verified, cursor = verified + reached - cursor, reached
    if broken:
        first = broken[0]
        told = f"{len(broken)} broken links, first {first.stream}@{first.version}: {first.reason}"
        return fail(check, told, "an incident: see the runbook chain-broken before anything is changed")
    return ok(check, f"holds over the newest {verified} positions; `linkagectl verify store` goes over all")
