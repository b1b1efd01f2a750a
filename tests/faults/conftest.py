"""One whole system on servers of its own, shared by the fault tests: each leaves it running and settled."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from deploy.local.parts import WORKER
from deploy.local.servers import own_servers
from deploy.local.site import Site, site
from tests.system.checks import outstanding

_LINES = 40  # of each process's log, shown with a failure

SETTINGS = {
    "LINKAGE_SESSION_SECONDS": "6",  # how long a killed worker's partitions stay with it; the broker's least
    "LINKAGE_STUCK_SECONDS": "8",
    "LINKAGE_STALE_SECONDS": "4",
    "LINKAGE_GRACE_SECONDS": "8",
}


@pytest.fixture(scope="package")
def whole_site() -> Iterator[Site]:
    """The system. Its servers are its own even where others are named: they are killed."""
    directory = Path(tempfile.mkdtemp(prefix="linkage-faults-"))
    directory.chmod(0o711)
    with own_servers(directory) as servers, site(servers, directory / "site", SETTINGS) as running:
        yield running
    shutil.rmtree(directory)


@pytest.fixture(name="site")
def healthy_site(request: pytest.FixtureRequest, whole_site: Site) -> Iterator[Site]:
    """The system with all its parts running, and again after the test."""
    request.node.stash[_SITE] = whole_site
    yield whole_site
    if not whole_site.servers.kafka.processes():
        whole_site.servers.kafka.restart()
    if not whole_site.servers.postgres.processes():
        whole_site.servers.postgres.restart()
    whole_site.heal()
    others = [(name, status) for name, status in whole_site.ended if not name.startswith(WORKER)]
    assert not others, f"processes that should outlive any outage ended by themselves: {others}"


_SITE = pytest.StashKey[Site]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shows the ends of the logs with a failure."""
    report = yield
    failed = item.stash.get(_SITE, None)
    if report.failed and failed is not None:
        report.sections.append(("what is outstanding", "\n".join(asyncio.run(outstanding(failed)))))
        for log in sorted(failed.directory.glob("*.log")):
            report.sections.append((f"log of {log.stem}", "\n".join(_told(log)[-_LINES:])))
    return report


def _told(log: Path) -> list[str]:
    """The lines of a log that say something new: clients repeat themselves while the broker is away."""
    told: dict[str, str] = {}
    for line in log.read_text(errors="replace").splitlines():
        event = line.split('"timestamp"')[0]
        if '"event": "refused"' not in line:
            told.pop(event, None)
            told[event] = line
    return list(told.values())
