"""One part of the table, measured in a process of its own on servers of its own: `python -m bench.part NAME RESULT`."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from bench.measure import Row
from deploy.local.places import REPOSITORY, TARGET
from deploy.local.postgres import Postgres
from deploy.local.processes import tied
from deploy.local.servers import own_servers

__all__ = ["PARTS", "Part"]

Part = Callable[[Path], list[Row]]
"""Measures its rows; what it needs is made under the directory, which is gone afterwards."""


def _store(directory: Path) -> list[Row]:
    from bench.store import store_rows

    with Postgres.start(directory) as postgres:
        return store_rows(postgres, TARGET)


def _rpc(directory: Path) -> list[Row]:
    from bench.rpc import commands_against_echo

    with Postgres.start(directory / "postgres") as postgres:
        postgres.create_database("bench_rpc")
        return [asyncio.run(commands_against_echo(postgres.dsn("bench_rpc"), directory))]


def _bus(directory: Path) -> list[Row]:
    from bench.bus import relay_against_bare_producer
    from linkage.bus import KafkaSettings

    with own_servers(directory) as servers:
        servers.postgres.create_database("bench_bus")
        settings = KafkaSettings(bootstrap=servers.kafka.bootstrap)
        return [relay_against_bare_producer(servers.postgres.dsn("bench_bus"), settings)]


def _projections(directory: Path) -> list[Row]:
    from bench.projections import projection_rows

    with own_servers(directory) as servers:
        return projection_rows(servers, directory)


def _latency(directory: Path) -> list[Row]:
    from bench.latency import latency_rows

    with own_servers(directory) as servers:
        return latency_rows(servers, directory / "site")


def _memory(directory: Path) -> list[Row]:
    from bench.memory import memory_rows

    with own_servers(directory) as servers:
        return memory_rows(servers, directory / "site")


def _city(directory: Path) -> list[Row]:
    from bench.city import city_rows

    with own_servers(directory) as servers:
        return city_rows(servers, directory / "site")


def _demo(directory: Path) -> list[Row]:
    """How long the demo takes from the command to its last line; once before, so that it is warm."""
    place = str(directory / "demo")
    command = tied([sys.executable, "-m", "deploy.local.demo", "--once", "--directory", place], signal="TERM")
    for _ in range(2):
        begin = time.perf_counter()
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        took = time.perf_counter() - begin
        told = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1:]
        if done.returncode:
            raise RuntimeError(f"the demo ended with {done.returncode}: {' '.join(told)}")
    return [Row("wall time of the demo, warm (s)", took, None, None, " ".join(told))]


PARTS: Mapping[str, Part] = {
    "store": _store,
    "rpc": _rpc,
    "bus": _bus,
    "projections": _projections,
    "latency": _latency,
    "memory": _memory,
    "city": _city,
    "demo": _demo,
}


def main(name: str, result: Path) -> None:
    """Writes the rows of one part to a file, as JSON."""
    with tempfile.TemporaryDirectory(prefix=f"linkage-bench-{name}-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o711)  # PostgreSQL's user must enter it
        rows = PARTS[name](Path(directory))
    result.write_text(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
