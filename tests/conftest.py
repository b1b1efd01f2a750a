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
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.servers import kafka_server, postgres_server
from linkage.store import migrate
from tests.databases import Databases, databases


def pytest_configure() -> None:
    """Being asked to end is like Ctrl-C: the fixtures still put everything away."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # How long examples take to be made tells how busy the machine is.
    settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any machine")


SYSTEMS = ("tests/monitoring/", "tests/drills/", "tests/faults/")
"""Tests on whole systems, which take long: those that wait longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole systems first: every cause takes its time, and at the end they would keep one process busy alone."""
    order = {system: place for place, system in enumerate(SYSTEMS)}
    items.sort(key=lambda item: next((order[one] for one in SYSTEMS if item.nodeid.startswith(one)), len(SYSTEMS)))


class _Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        """Tests on one system stay together: each process that had some of them would start another."""
        return next((one for one in SYSTEMS if nodeid.startswith(one)), super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Scheduling:
    """Who runs which tests, where they run in several processes."""
    return _Scheduling(config, log)


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
