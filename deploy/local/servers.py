"""The two servers everything runs on: our own, or those that LINKAGE_KAFKA and LINKAGE_POSTGRES name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres

__all__ = ["Servers", "kafka_server", "own_servers", "postgres_server", "servers"]


@dataclass(frozen=True, slots=True)
class Servers:
    kafka: Kafka
    postgres: Postgres


@contextmanager
def servers(directory: Path) -> Iterator[Servers]:
    """Both servers, started side by side with their data under `directory`, and stopped at the end."""
    with _started(kafka_server(directory / "kafka"), postgres_server(directory / "postgres")) as both:
        yield both


@contextmanager
def own_servers(directory: Path) -> Iterator[Servers]:
    """Both servers of our own, even where others are named: for who kills them, or must find them empty."""
    with _started(Kafka.start(directory / "kafka"), Postgres.start(directory / "postgres")) as both:
        yield both


@contextmanager
def _started(kafka: AbstractContextManager[Kafka], postgres: AbstractContextManager[Postgres]) -> Iterator[Servers]:
    with ExitStack() as running, ThreadPoolExecutor(max_workers=2) as threads:
        starts = threads.submit(running.enter_context, kafka), threads.submit(running.enter_context, postgres)
        yield Servers(starts[0].result(), starts[1].result())


@contextmanager
def kafka_server(directory: Path) -> Iterator[Kafka]:
    """The Kafka that LINKAGE_KAFKA names (`host:port`), else one of our own."""
    named = os.environ.get("LINKAGE_KAFKA")
    if named:
        yield Kafka.existing(named)
        return
    with Kafka.start(directory) as broker:
        yield broker


@contextmanager
def postgres_server(directory: Path) -> Iterator[Postgres]:
    """The PostgreSQL that LINKAGE_POSTGRES names (its role may create databases), else one of our own."""
    named = os.environ.get("LINKAGE_POSTGRES")
    if named:
        yield Postgres.existing(named)
        return
    with Postgres.start(directory) as server:
        yield server
