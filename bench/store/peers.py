"""The peers: the library `eventsourcing`, message-db, and our own SQL with one transaction for each append."""

import asyncio
import os
import re
import secrets
import shutil
import subprocess
import tarfile
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment

from bench.store.ours import EVENT
from linkage.store.connection import SETTINGS

__all__ = ["NotMeasured", "eventsourcing_appends", "install_message_db", "message_db_writes", "single_appends"]

_MESSAGE_DB = "@eventide/message-db@1.3.1"
_HERE = Path(__file__).parent


class NotMeasured(Exception):
    """Something that a peer needs is missing; the text says what."""


def eventsourcing_appends(dsn: str, callers: int, seconds: float) -> float:
    """Single-event appends a second of the library's PostgreSQL recorder in its default settings, by threads."""
    address = urlsplit(dsn)
    factory = PostgresFactory(
        Environment(
            "bench",
            {
                "POSTGRES_DBNAME": address.path.removeprefix("/"),
                "POSTGRES_HOST": address.hostname or "",
                "POSTGRES_PORT": str(address.port),
                "POSTGRES_USER": address.username or "",
                "POSTGRES_PASSWORD": address.password or "",
            },
        )
    )
    recorder = factory.application_recorder()

    def call(_: int) -> int:
        stream, version = uuid4(), 0
        while time.perf_counter() < end:
            recorder.insert_events([StoredEvent(stream, version, EVENT.type, EVENT.data)])
            version += 1
        return version

    try:
        with ThreadPoolExecutor(callers) as threads:
            begin = time.perf_counter()
            end = begin + seconds
            stored = sum(threads.map(call, range(callers)))
            return stored / (time.perf_counter() - begin)
    finally:
        factory.close()


def install_message_db(dsn: str, cache: Path) -> None:
    """Puts message-db's SQL into the database; fetched by npm into `cache` when it is not there."""
    package = cache / "message-db" / "package" / "database"
    if not package.exists():
        _fetch(cache / "message-db")
    names = re.findall(r"\$base/functions/([a-z0-9-]+\.sql)", (package / "install-functions.sh").read_text())
    files = [
        package / "schema" / "message-store.sql",
        package / "types" / "message.sql",
        package / "tables" / "messages.sql",
        *(package / "functions" / name for name in names),
        *sorted((package / "indexes").glob("*.sql")),
    ]
    asyncio.run(_install(dsn, [file.read_text() for file in files]))


def message_db_writes(dsn: str, clients: int, seconds: float) -> float:
    """`write_message` calls a second, each with the expected version, all streams of one category, by pgbench."""
    return _pgbench(dsn, "message_db.sql", clients, seconds, {"v": "-2"}, {})


def single_appends(dsn: str, clients: int, seconds: float) -> float:
    """Our own SQL called for one append at a time, one transaction each, by pgbench."""
    return _pgbench(dsn, "single_append.sql", clients, seconds, {"v": "0"}, SETTINGS)


def _fetch(place: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NotMeasured("npm is missing, which brings message-db (Debian and Ubuntu: the package npm).")
    place.mkdir(parents=True, exist_ok=True)
    result = subprocess.run(
        [npm, "pack", "--silent", _MESSAGE_DB], cwd=place, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise NotMeasured(f"npm could not fetch {_MESSAGE_DB}: {result.stderr.strip().splitlines()[-1:]}")
    with tarfile.open(place / result.stdout.split()[-1]) as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)
        packed.extractall(place)


async def _install(dsn: str, statements: list[str]) -> None:
    db = await asyncpg.connect(dsn)
    try:
        await db.execute("set search_path to message_store, public; set check_function_bodies to off")
        for statement in statements:
            await db.execute(statement)
        database = urlsplit(dsn).path.removeprefix("/")
        await db.execute(f'alter database "{database}" set search_path to message_store, public')
    finally:
        await db.close()


def _pgbench(
    dsn: str, script: str, clients: int, seconds: float, variables: dict[str, str], settings: dict[str, str]
) -> float:
    """Transactions a second. The script's streams are new in each run: it is given a name of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        text = (_HERE / script).read_text()
        file.write(text.replace(":run", secrets.token_hex(4)).replace(":data", EVENT.data.hex()))
        file.flush()
        command = [_program(), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-f", file.name]
        command += [part for name, value in variables.items() for part in ("-D", f"{name}={value}")]
        for _ in range(4):
            # The time that pgbench is given includes that for connecting, which its rate does not.
            seconds += clients / 64
            result = subprocess.run(
                [*command, "-T", str(round(seconds))],
                env=_environment(dsn, settings),
                capture_output=True,
                text=True,
                check=False,
            )
            if "actually processed: 0" not in result.stdout:
                break
            seconds *= 2
    rate = re.search(r"tps = ([0-9.]+)", result.stdout)
    if result.returncode != 0 or rate is None:
        raise RuntimeError(f"pgbench failed: {result.stderr.strip().splitlines()[:3]} {result.stdout[-500:]}")
    return float(rate[1])


def _program() -> str:
    """PostgreSQL's own load generator, which the embedded binaries come without."""
    found = shutil.which("pgbench") or next(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None)
    if found is None:
        raise NotMeasured("pgbench is missing (Debian and Ubuntu: the package postgresql-contrib or postgresql).")
    return found


def _environment(dsn: str, settings: dict[str, str]) -> dict[str, str]:
    """The address for libpq: in the environment, for an argument can be read by everybody."""
    address = urlsplit(dsn)
    return os.environ | {
        "PGHOST": address.hostname or "",
        "PGPORT": str(address.port),
        "PGUSER": address.username or "",
        "PGPASSWORD": address.password or "",
        "PGDATABASE": address.path.removeprefix("/"),
        "PGOPTIONS": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }
