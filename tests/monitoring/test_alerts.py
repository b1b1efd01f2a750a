"""Every alert is raised by what it is for, on the real stack by a real Prometheus, and is gone when that is over.

All times of the rules are shortened alike (`prometheus.SPEED`): `test_rules.py` holds them as they are. What takes long
and disturbs nothing else happens beside the rest (`BESIDE`); what everything hangs on is taken away at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.parts import PROJECTIONS, WORKER
from deploy.local.site import Site
from linkage import v1
from tests.monitoring.beside import BESIDE, Cause
from tests.monitoring.prometheus import Prometheus, prometheus, rules
from tests.monitoring.raised import CAUSED, call, offices, propose, raised
from tests.system.commands import Commands
from tests.system.moments import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def prom(whole_site: Site) -> Iterator[Prometheus]:
    with prometheus(whole_site, whole_site.directory / "prometheus") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def beside(
    whole_site: Site, prom: Prometheus, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mapping[Cause, asyncio.Task[None]]]:
    """The causes of `BESIDE`, under way."""
    directory = tmp_path_factory.mktemp("beside")

    async def happen(cause: Cause) -> None:
        await cause(whole_site, prom, directory)

    tasks = {cause: asyncio.create_task(happen(cause)) for cause in BESIDE}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="module")
async def stream(whole_site: Site) -> AsyncIterator[Commands]:
    """The offices, who give no command before they are asked to."""
    async with offices(whole_site) as stream:
        yield stream


async def test_a_system_that_is_well_raises_nothing(site: Site, prom: Prometheus) -> None:
    def rounds() -> float:
        counted = prom.query("sum(prometheus_rule_group_iterations_total)")
        return float(counted[0]["value"][1]) if counted else 0.0

    begun = rounds()
    await eventually(lambda: rounds() > begun + 40)  # longer than any alert waits before it is raised
    assert prom.firing() == []


@pytest.mark.usefixtures("beside")
async def test_the_read_models_cannot_be_written(whole_site: Site, stream: Commands, prom: Prometheus) -> None:
    db = await asyncpg.connect(whole_site.plan.dsns[PROJECTIONS])
    try:
        async with raised(prom, "LinkageProjectionStuck", component=WORKER) as come:
            await db.execute("select pg_advisory_lock(hashtextextended('projections joint_work_board', 0))")
            await propose(stream)
            await come()
            await db.close()
    finally:
        await db.close()


@pytest.mark.usefixtures("beside")
async def test_a_reaction_cannot_be_recorded(whole_site: Site, stream: Commands, prom: Prometheus) -> None:
    work = await propose(stream)
    db = await asyncpg.connect(whole_site.plan.dsns["county"])
    try:
        async with raised(prom, "LinkageInboxSlow", component="county") as come:
            await db.execute(
                "select pg_advisory_lock(hashtextextended($1, 0))", f"512021/participation/{work}"
            )  # which every append to that stream takes
            await stream.give(
                "512000", v1.IssueInvitationRequest(joint_work_id=work, participant="512021", role="参加协商")
            )
            await come()
            await db.close()
    finally:
        await db.close()


@pytest.mark.usefixtures("beside")
async def test_somebody_keeps_writing_transactions_open(whole_site: Site, stream: Commands, prom: Prometheus) -> None:
    async with raised(prom, "LinkageWriterOpen", "LinkageRelayBehind", "LinkageChainUnverified") as come:
        db, job = [await asyncpg.connect(whole_site.plan.dsns[tier]) for tier in ("municipal", "county")]
        try:
            await db.execute("begin; select pg_current_xact_id()")
            await job.execute("begin; lock table events in access exclusive mode")  # as `vacuum full` does
            await propose(stream)
            await come()
            assert prom.fires("LinkageRelayBehind", relay="municipal")
            assert prom.fires("LinkageChainUnverified", relay="county")
            assert not prom.fires("LinkageChainUnverified", relay="municipal")
        finally:
            await db.close()
            await job.close()


@pytest.mark.parametrize("cause", BESIDE, ids=lambda cause: str(cause.__name__))
async def test_it_is_told_when(cause: Cause, beside: Mapping[Cause, asyncio.Task[None]]) -> None:
    await beside[cause]


async def test_kafka_is_killed(site: Site, stream: Commands, prom: Prometheus) -> None:
    async with raised(prom, "LinkageRelayNotLeading", "LinkageProjectionStale") as come:
        await asyncio.to_thread(site.servers.kafka.kill)
        try:
            await propose(stream)  # a relay that has nothing to publish does not miss Kafka
            await come()
        finally:
            await asyncio.to_thread(site.servers.kafka.restart)


async def test_postgresql_is_killed(site: Site, stream: Commands, prom: Prometheus) -> None:
    async with raised(prom, "LinkageDatabaseNotAnswering", "LinkageCallsFail") as come, _calling(stream):
        await asyncio.to_thread(site.servers.postgres.kill)
        try:
            await come()
        finally:
            await asyncio.to_thread(site.servers.postgres.restart)


async def test_a_tier_and_the_worker_are_gone(site: Site, prom: Prometheus) -> None:
    async with raised(prom, "LinkageProcessDown", "LinkageInstanceGone", "LinkageProjectionUnread") as come:
        await asyncio.gather(*(asyncio.to_thread(site.dismiss, name) for name in ("township", WORKER)))
        try:
            await come()
            assert prom.fires("LinkageInstanceGone", relay="township")
            assert not prom.fires("LinkageInstanceGone", relay="county")
        finally:
            await asyncio.to_thread(site.start, "township", WORKER)


async def test_no_alert_is_without_a_cause() -> None:
    if not CAUSED:  # every test above was skipped or left out: this one would then say that no alert has a cause
        pytest.skip("No alert was caused in this run: there is no Prometheus here, or the tests that do were left out.")
    assert {rule["alert"] for rule in rules()} == CAUSED


@asynccontextmanager
async def _calling(stream: Commands) -> AsyncIterator[None]:
    """Somebody calls all the while."""
    calling = asyncio.create_task(call(stream.office("512022")))
    try:
        yield
    finally:
        calling.cancel()
