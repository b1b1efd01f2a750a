"""PostgreSQL itself, from Maven, on a free port: `with Postgres.start(directory) as server: ...`.

Durable as in production (fsync on): what the tests and the benchmark say is about the real thing.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.local.places import TARGET, reachable, unprivileged_user
from deploy.local.processes import Missing, NotReady, await_ready, end, free_port, spawn, tied, within

__all__ = ["Postgres", "binaries"]

SETTINGS = {
    "max_connections": "400",  # the benchmark has 256 clients at once
    "shared_buffers": "128MB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path is limited to 107 bytes, a data directory's is not
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %d ",
}


@dataclass(slots=True)
class Postgres:
    """One PostgreSQL server: started by us, or an existing one that `LINKAGE_POSTGRES` names."""

    _address: str = field(repr=False)  # a dsn with the password in it: never shown
    _home: Path | None = None
    _port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def start(cls, directory: Path, settings: Mapping[str, str] | None = None) -> Iterator[Postgres]:
        """Run a server whose data lie under `directory`, and stay there for the next start.

        `settings`: more of its configuration, before which ours give way.
        Raises Missing when the jars or a fitting user are missing, NotReady when the server does not come up.
        """
        home = _home_of(directory)
        port = free_port()
        address = f"postgresql://linkage:{_initialised(home)}@127.0.0.1:{port}/postgres"
        server = cls(address, home, port, _settings=settings or {})
        try:
            server.restart()
            yield server
        finally:
            server.stop()

    @classmethod
    def existing(cls, dsn: str) -> Postgres:
        """A server that is not ours; `dsn` names any database of it and a role that may create databases."""
        return cls(dsn)

    def dsn(self, database: str) -> str:
        """The address of one database, password included: pass it on in an environment, do not print it."""
        return urlunsplit(urlsplit(self._address)._replace(path=f"/{database}"))

    @property
    def home(self) -> Path:
        """Where a server of ours has its data directory `data`, and room beside it."""
        return self._ours_at()

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create a database, as a copy of `template` (to which nobody may be connected)."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop_database(self, name: str) -> None:
        """Drop a database, ending every connection to it; nothing happens if there is none of that name."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, sql: str) -> None:
        """Run one statement outside a transaction, as superuser of a server of our own."""
        _complete(_execute(self._address, sql))

    def kill(self) -> None:
        """Kill the whole server at once (SIGKILL), and wait until every process of it is gone."""
        process = self._ours()
        process.kill()  # the postmaster first, so that it cannot restart what is killed next
        process.wait()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if not within(lambda: not self.processes(), seconds=30):
            raise TimeoutError(f"processes of a killed PostgreSQL are still there: {self.processes()}")

    def restart(self) -> None:
        """Start the server again on the same port with the same data; one still running is stopped first."""
        home = self._ours_at()
        self.stop()
        log = home / "postgres.log"
        options = [f"--{name}={value}" for name, value in {**SETTINGS, **self._settings}.items()]
        program = str(binaries() / "bin" / "postgres")
        self._process = spawn(
            [program, "-D", str(home / "data"), f"--port={self._port}", *options],
            log=log,
            cwd=home,
            env=_environment(),
            signal="QUIT",  # an immediate stop, which ends its children and frees its shared memory
            user=unprivileged_user(),
        )
        await_ready(self._answers, name="PostgreSQL", process=self._process, log=log, seconds=60)

    def stop(self) -> None:
        """Stop in order; open connections are ended. Nothing happens to a server not ours or not running."""
        if self._process is not None:
            end(self._process, signal.SIGINT, seconds=60)
            self._process = None

    def processes(self) -> list[int]:
        """The ids of all running processes of this server: they all have the data directory as theirs."""
        data = self._ours_at() / "data"
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    if (entry / "cwd").readlink() == data.resolve():
                        found.append(int(entry.name))
        return found

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    def _ours(self) -> subprocess.Popen[bytes]:
        self._ours_at()
        if self._process is None:
            raise RuntimeError("This PostgreSQL is not running.")
        return self._process

    def _ours_at(self) -> Path:
        if self._home is None:
            raise RuntimeError("This PostgreSQL was named by LINKAGE_POSTGRES: it is not ours to kill or restart.")
        return self._home


def _home_of(directory: Path) -> Path:
    home = reachable(directory, unprivileged_user())
    link = directory / "elsewhere"
    if home != directory and not link.is_symlink():
        # The directory is new, or was emptied to begin anew: what an earlier one of its name left must go.
        shutil.rmtree(home / "data", ignore_errors=True)
        link.symlink_to(home)
    return home


def _initialised(home: Path) -> str:
    """The password of the data directory under `home`, which is made if it is not there."""
    secret = home / "password"
    if (home / "data" / "PG_VERSION").exists():
        return secret.read_text()
    shutil.rmtree(home / "data", ignore_errors=True)
    user = unprivileged_user()
    password = secrets.token_urlsafe(24)
    secret.touch(mode=0o600)
    secret.write_text(password)
    (home / "data").mkdir(mode=0o700)
    if user:
        shutil.chown(secret, user)
        shutil.chown(home / "data", user)
    command = [
        str(binaries() / "bin" / "initdb"),
        "-D",
        str(home / "data"),
        "-U",
        "linkage",
        f"--pwfile={secret}",
    ]
    command += [
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    command += ["--locale=C", "--no-sync", "--no-instructions"]
    result = subprocess.run(
        tied(command, user=user), cwd=home, env=_environment(), capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        shutil.rmtree(home / "data", ignore_errors=True)
        raise NotReady(
            f"PostgreSQL could not make its data directory: {result.stderr.strip() or result.stdout.strip()}"
        )
    return password


def binaries() -> Path:
    """The unpacked binaries, where PostgreSQL's user can reach them. Several may unpack them at a time."""
    jars = sorted((TARGET / "jars").glob("embedded-postgres-binaries-*.jar"))
    if not jars:
        raise Missing("PostgreSQL's binaries have not been fetched yet: run `make setup` first.")
    place = reachable(TARGET, unprivileged_user()) / jars[-1].stem
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=place.parent, prefix="unpacking-") as directory:
            unpacking = Path(directory) / place.name
            with zipfile.ZipFile(jars[-1]) as jar:
                archive = next(name for name in jar.namelist() if name.endswith(".txz"))
                with jar.open(archive) as packed, tarfile.open(fileobj=packed, mode="r|xz") as content:
                    # Not as an argument: Debian 12's Python 3.11.2 does not know it yet.
                    content.extraction_filter = getattr(tarfile, "data_filter", None)
                    content.extractall(unpacking)
            unpacking.chmod(0o755)
            with suppress(OSError):  # somebody else was quicker
                unpacking.rename(place)
    return place


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


async def _execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _complete(work: Coroutine[object, object, None]) -> None:
    # In a thread of its own, so that it also works where an event loop is running already.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, work).result()
