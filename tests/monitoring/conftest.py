"""One whole system on servers of its own, which sends its traces to a receiver of ours and answers Prometheus."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.servers import own_servers
from deploy.local.site import Site, site
from tests.monitoring.receiver import Receiver, receiver
from tests.system.commands import Commands

SETTINGS = {
    "LINKAGE_LOG_LEVEL": "debug",
    "LINKAGE_SESSION_SECONDS": "6",
    "OTEL_BSP_SCHEDULE_DELAY": "200",  # milliseconds between two deliveries of spans
}


@pytest.fixture(scope="package")
def spans() -> Iterator[Receiver]:
    """Receives what the system sends."""
    with receiver() as listening:
        yield listening


@pytest.fixture(scope="package")
def whole_site(spans: Receiver) -> Iterator[Site]:
    directory = Path(tempfile.mkdtemp(prefix="linkage-monitoring-"))
    directory.chmod(0o711)
    settings = {**SETTINGS, "OTEL_EXPORTER_OTLP_ENDPOINT": spans.endpoint}
    with own_servers(directory) as servers, site(servers, directory / "site", settings) as running:
        yield running
    shutil.rmtree(directory)


@pytest.fixture(name="site")
def healthy_site(whole_site: Site) -> Iterator[Site]:
    """The system with all its parts running, and again after the test."""
    yield whole_site
    if not whole_site.servers.kafka.processes():
        whole_site.servers.kafka.restart()
    if not whole_site.servers.postgres.processes():
        whole_site.servers.postgres.restart()
    whole_site.heal()


@pytest.fixture
async def stream(site: Site) -> AsyncIterator[Commands]:
    """The offices, who give no command before they are asked to."""
    offices = Commands(site, random.Random(1))
    yield offices
    await offices.close()
