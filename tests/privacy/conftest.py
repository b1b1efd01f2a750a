"""One whole system on servers of its own, in which four citizens raised something and were told what became of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.servers import own_servers
from deploy.local.site import Site, site
from tests.privacy.citizens import Told, tell
from tests.system.checks import assert_nothing_lost_or_doubled


@dataclass(frozen=True, slots=True)
class Lived:
    """The system, settled, and what was done in it. `directory`: everything that it and its servers have written."""

    site: Site
    told: Told
    directory: Path


@pytest.fixture(scope="package")
def lived() -> Iterator[Lived]:
    with tempfile.TemporaryDirectory(prefix="linkage-privacy-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        with own_servers(directory) as servers, site(servers, directory / "site") as running:

            async def live() -> Told:
                told = await tell(running)
                await assert_nothing_lost_or_doubled(running, told.answered)
                return told

            yield Lived(running, asyncio.run(live()), directory)
