"""One whole system for what happens between tiers: each test leaves it running."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.servers import Servers
from deploy.local.site import Site, site
from tests.system.commands import Commands


@pytest.fixture(scope="package")
def whole_site(session_directory: Path, postgres: Postgres) -> Iterator[Site]:
    """Topic names are fixed, so the broker is one of its own."""
    directory = session_directory / "special-cases"
    with (
        Kafka.start(directory / "kafka") as broker,
        site(Servers(broker, postgres), directory / "site", prefix="special_cases_") as running,
    ):
        yield running


@pytest.fixture
async def offices(whole_site: Site) -> AsyncIterator[Commands]:
    """The offices of all bodies; a tier that a test sent away is back after it."""
    stream = Commands(whole_site, random.Random(4))
    try:
        yield stream
    finally:
        await stream.close()
        await asyncio.to_thread(whole_site.heal)
