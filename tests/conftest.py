"""The real servers the tests run on, started when the first test asks for them."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.servers import kafka_server, postgres_server
from linkage.store import migrate
from tests.databases import Databases, databases


def pytest_configure() -> None:
    """Being asked to end is like Ctrl-C: the fixtures still put everything away."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


SYSTEMS = ("tests/monitoring/", "tests/faults/", "tests/drills/", "tests/special_cases/", "tests/privacy/")
"""Folders whose tests share one whole system, and take long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those who share a system go to one process, which starts it once; others go by their modules. Systems first: what
    takes long would keep one process busy alone at the end."""
    groups = {item: next(iter(_systems(item)), item.nodeid.partition("::")[0]) for item in items}
    items.sort(key=lambda item: SYSTEMS.index(groups[item]) if groups[item] in SYSTEMS else len(SYSTEMS))
    for item in items:
        if item.config.pluginmanager.hasplugin("xdist"):
            item.add_marker(pytest.mark.xdist_group(groups[item]))


def _systems(item: pytest.Item) -> Iterator[str]:
    return (system for system in SYSTEMS if item.nodeid.startswith(system))


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """linkagectl sends its logs where it was called from; in a test that is closed when the test is over."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def session_directory() -> Iterator[Path]:
    """A directory for the shared servers, which PostgreSQL's user can enter; it is gone after the session."""
    yield from _directory()


@pytest.fixture(scope="session")
def kafka(session_directory: Path) -> Iterator[Kafka]:
    """The broker that all tests share. Topic names are fixed, so an empty one is `fresh_kafka`."""
    with kafka_server(session_directory / "kafka") as broker:
        yield broker


@pytest.fixture(scope="session")
def postgres(session_directory: Path) -> Iterator[Postgres]:
    """The PostgreSQL server that all tests share; each has databases of its own."""
    with postgres_server(session_directory / "postgres") as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """The dsn of a new, empty database on the shared server."""
    name = f"test_{uuid4().hex}"
    postgres.create_database(name)
    yield postgres.dsn(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def stores(postgres: Postgres) -> Iterator[Databases]:
    """Databases with the event store's schema."""
    with databases(postgres, migrate) as lending:
        yield lending


@pytest.fixture
def store_database(stores: Databases) -> Iterator[str]:
    """The dsn of an empty event store on the shared server."""
    with stores.lent() as dsn:
        yield dsn


@pytest.fixture
def own_directory() -> Iterator[Path]:
    """A directory for servers of one test alone."""
    yield from _directory()


@pytest.fixture
def own_kafka(own_directory: Path) -> Iterator[Kafka]:
    """A broker of one test alone, which it may kill and restart."""
    with Kafka.start(own_directory / "kafka") as broker:
        yield broker


@pytest.fixture
def own_postgres(own_directory: Path) -> Iterator[Postgres]:
    """A PostgreSQL server of one test alone, which it may kill and restart."""
    with Postgres.start(own_directory / "postgres") as server:
        yield server


@pytest.fixture
def fresh_kafka(own_kafka: Kafka) -> Kafka:
    """A broker without any topic."""
    return own_kafka


def _directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="linkage-tests-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)
