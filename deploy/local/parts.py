"""The processes that make one whole system, and all they need before they start: databases, topics, keys, ports."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.postgres import Postgres
from deploy.local.processes import free_port
from deploy.local.servers import Servers
from linkage.bus import KafkaSettings, inbox, parking, topics
from linkage.rpc.minting import Mint, issuers_file
from linkage.store import migrate
from linkage.store.migrate import MIGRATIONS
from linkage.vault import MIGRATIONS as VAULT
from services.projections import generations

__all__ = ["HOSTED", "PROJECTIONS", "QUERY", "TIERS", "WORKER", "Part", "Plan", "prepare"]

HOSTED: Mapping[str, tuple[str, ...]] = {
    "municipal": ("512000", "511000"),
    "county": ("512002", "512021", "512022"),
    "township": ("512021001", "512021110", "512021205", "512002103"),
}
"""The bodies that each tier hosts: 资阳 and 内江, three counties of 资阳, three townships of 安岳, one of 雁江."""

TIERS = tuple(HOSTED)
WORKER, QUERY, PROJECTIONS = "worker", "query", "projections"


@dataclass(frozen=True, slots=True)
class Part:
    """One process. `port`: where it answers gRPC; the worker: where it answers for its health, by HTTP.

    Where it answers Prometheus, its settings say.
    """

    name: str
    module: str
    port: int
    settings: Mapping[str, str]

    @property
    def command(self) -> Sequence[str]:
        """What runs it, in the repository's folder."""
        return (sys.executable, "-m", self.module)

    @property
    def environment(self) -> dict[str, str]:
        """All that it sees of its environment; secrets are in it, so it is not printed."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
        return {**inherited, "PYTHONUNBUFFERED": "1", "TZ": "UTC", **self.settings}

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.port}"

    @property
    def metrics(self) -> str:
        """`host:port` at which it answers Prometheus."""
        return f"127.0.0.1:{self.settings['LINKAGE_METRICS_PORT']}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A system that is ready to be started. `dsns`: of the tiers' stores and the read models, by name."""

    parts: Mapping[str, Part]
    dsns: Mapping[str, str]
    kafka: KafkaSettings
    mint: Mint


def prepare(
    servers: Servers,
    directory: Path,
    settings: Mapping[str, str] | None = None,
    *,
    prefix: str = "",
    partitions: int = 3,
    hosted: Mapping[str, Sequence[str]] = HOSTED,
    own: Mapping[str, Postgres] | None = None,
) -> Plan:
    """Makes databases (those that are there already are brought up to date), topics and keys; takes free ports.

    `settings`: more environment, for all. `prefix`: of the databases' names, where several systems share a server.
    `partitions`: of each topic. `hosted`: the bodies of each tier. `own`: tiers whose store has a server for itself.
    """
    directory.mkdir(parents=True, exist_ok=True)
    where = {**dict.fromkeys((*TIERS, PROJECTIONS), servers.postgres), **(own or {})}
    dsns = {name: _database(server, f"{prefix}{name}") for name, server in where.items()}
    kafka = KafkaSettings(bootstrap=servers.kafka.bootstrap, partitions=partitions)
    with ThreadPoolExecutor(max_workers=2) as threads:
        applied = threads.submit(topics.apply, kafka)
        threads.submit(asyncio.run, _migrated(dsns)).result()
        applied.result()
    mint = Mint.create("https://identity.local")
    issuers = directory / "issuers.json"
    issuers.write_text(issuers_file([mint]))
    common = {
        "LINKAGE_KAFKA": servers.kafka.bootstrap,
        "LINKAGE_KAFKA_PARTITIONS": str(partitions),
        "LINKAGE_HOST": "127.0.0.1",
        "LINKAGE_METRICS_HOST": "127.0.0.1",
        "LINKAGE_ISSUERS": str(issuers),
        **(settings or {}),
    }
    vault = {"township": {"LINKAGE_VAULT_KEYS": _vault_key(directory / "vault.key")}}
    parts = [_tier(name, hosted[name], dsns[name], {**common, **vault.get(name, {})}) for name in TIERS]
    stores = {name: dsns[name] for name in TIERS}
    parts += _projections(dsns[PROJECTIONS], stores, common)
    return Plan({part.name: part for part in parts}, dsns, kafka, mint)


def _vault_key(file: Path) -> str:
    """The key of a township's vault, made once: without it, nobody can read what lies there."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(base64.b64encode(os.urandom(32)))
    return file.read_text()


def _tier(name: str, hosted: Sequence[str], dsn: str, common: Mapping[str, str]) -> Part:
    port = free_port()
    settings = {
        "LINKAGE_PORT": str(port),
        "LINKAGE_INSTANCE": name,
        "LINKAGE_ORGANISATIONS": ",".join(hosted),
        "LINKAGE_STORE_DSN": dsn,
        "LINKAGE_METRICS_PORT": str(free_port()),
    }
    return Part(name, f"services.{name}.main", port, {**common, **settings})


def _projections(dsn: str, stores: Mapping[str, str], common: Mapping[str, str]) -> list[Part]:
    health, port = free_port(), free_port()
    common = {**common, "LINKAGE_PROJECTIONS_DSN": dsn}
    worker = {
        "LINKAGE_STORES": json.dumps(dict(stores)),
        "LINKAGE_HEALTH_HOST": "127.0.0.1",
        "LINKAGE_HEALTH_PORT": str(health),
        "LINKAGE_METRICS_PORT": str(free_port()),
    }
    query = {"LINKAGE_PORT": str(port), "LINKAGE_METRICS_PORT": str(free_port())}
    return [
        Part(WORKER, "services.projections.worker", health, {**common, **worker}),
        Part(QUERY, "services.projections.query", port, {**common, **query}),
    ]


def _database(server: Postgres, name: str) -> str:
    with suppress(asyncpg.DuplicateDatabaseError):
        server.create_database(name)
    return server.dsn(name)


async def _migrated(dsns: Mapping[str, str]) -> None:
    async def tier(dsn: str) -> None:
        for folder in (MIGRATIONS, parking.MIGRATIONS, inbox.MIGRATIONS, VAULT):
            await migrate(dsn, folder)

    await asyncio.gather(*(tier(dsns[name]) for name in TIERS), generations.prepare(dsns[PROJECTIONS]))
