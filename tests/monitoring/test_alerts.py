"""Every alert is raised by what it is for, on the real stack by a real Prometheus, and is gone when that is over.

All times of the rules are shortened alike (`prometheus.SPEED`): `test_rules.py` holds them as they are.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from deploy.local.parts import PROJECTIONS, QUERY, WORKER
from deploy.local.site import Site
from linkage import v1
from linkage.client import Office, Refused
from tests.monitoring.causes import expiring_certificate, held_up_group, published_with_a_gap
from tests.monitoring.prometheus import Prometheus, prometheus, rules
from tests.system.commands import Commands, plan
from tests.system.moments import eventually

CAUSED: set[str] = set()
"""Alerts that a test of this module has seen raised and gone again."""


@pytest.fixture(scope="module")
def prom(whole_site: Site) -> Iterator[Prometheus]:
    with prometheus(whole_site, whole_site.directory / "prometheus") as running:
        yield running


@asynccontextmanager
async def raised(prom: Prometheus, *alerts: str, seconds: float = 90) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """The alerts are not there; within the block they come (await what is yielded); after it they go."""
    await eventually(lambda: not any(prom.fires(alert) for alert in alerts), seconds=seconds)

    async def come() -> None:
        for alert in alerts:
            await _until(lambda alert=alert: prom.fires(alert), f"{alert} is raised", seconds)  # type: ignore[misc]

    yield come
    for alert in alerts:
        await _until(lambda alert=alert: not prom.fires(alert), f"{alert} is gone", seconds)  # type: ignore[misc]
    CAUSED.update(alerts)


async def test_a_system_that_is_well_raises_nothing(site: Site, prom: Prometheus) -> None:
    def rounds() -> float:
        counted = prom.query("sum(prometheus_rule_group_iterations_total)")
        return float(counted[0]["value"][1]) if counted else 0.0

    begun = rounds()
    await eventually(lambda: rounds() > begun + 40)  # longer than any alert waits before it is raised
    assert prom.firing() == []


async def test_postgresql_is_killed(site: Site, stream: Commands, prom: Prometheus) -> None:
    async with raised(prom, "LinkageDatabaseNotAnswering", "LinkageCallsFail") as come, _calling(stream):
        await asyncio.to_thread(site.servers.postgres.kill)
        try:
            await come()
        finally:
            await asyncio.to_thread(site.servers.postgres.restart)


async def test_kafka_is_killed(site: Site, stream: Commands, prom: Prometheus) -> None:
    async with raised(prom, "LinkageRelayNotLeading", "LinkageProjectionStale") as come:
        await asyncio.to_thread(site.servers.kafka.kill)
        try:
            await _propose(stream)  # a relay that has nothing to publish does not miss Kafka
            await come()
        finally:
            await asyncio.to_thread(site.servers.kafka.restart)


async def test_somebody_keeps_a_writing_transaction_open(site: Site, stream: Commands, prom: Prometheus) -> None:
    async with raised(prom, "LinkageWriterOpen", "LinkageRelayBehind") as come:
        db = await asyncpg.connect(site.plan.dsns["municipal"])
        try:
            await db.execute("begin; select pg_current_xact_id()")
            await _propose(stream)
            await come()
        finally:
            await db.close()


async def test_a_reaction_cannot_be_recorded(site: Site, stream: Commands, prom: Prometheus) -> None:
    work = await _propose(stream)
    db = await asyncpg.connect(site.plan.dsns["county"])
    try:
        async with raised(prom, "LinkageInboxSlow") as come:
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


async def test_an_event_comes_that_cannot_be_taken(site: Site, prom: Prometheus) -> None:
    async with raised(prom, "LinkageStreamParked") as come, published_with_a_gap(site):
        await come()


@pytest.mark.timeout(500)  # the verification rests for a minute between two passes
async def test_an_event_is_altered_in_the_store(site: Site, stream: Commands, prom: Prometheus) -> None:
    await _propose(stream)
    db = await asyncpg.connect(site.plan.dsns["municipal"])
    await db.execute("alter table events disable trigger append_only")
    altered = await db.fetchval("select max(position) from events")
    change = "update events set post = $2 where position = $1"
    post = await db.fetchval("select post from events where position = $1", altered)
    try:
        async with raised(prom, "LinkageChainBroken", seconds=150) as come:
            await db.execute(change, altered, "POST_UNSPECIFIED")
            await come()
            await db.execute(change, altered, post)
    finally:
        await db.execute(change, altered, post)
        await db.execute("alter table events enable trigger append_only")
        await db.close()


async def test_the_read_models_cannot_be_written(site: Site, stream: Commands, prom: Prometheus) -> None:
    db = await asyncpg.connect(site.plan.dsns[PROJECTIONS])
    try:
        async with raised(prom, "LinkageProjectionStuck") as come:
            await db.execute("select pg_advisory_lock(hashtextextended('projections joint_work_board', 0))")
            await _propose(stream)
            await come()
            await db.close()
    finally:
        await db.close()


async def test_a_tier_and_the_worker_are_gone(site: Site, prom: Prometheus) -> None:
    async with raised(prom, "LinkageProcessDown", "LinkageInstanceGone", "LinkageProjectionUnread") as come:
        await asyncio.gather(*(asyncio.to_thread(site.dismiss, name) for name in ("township", WORKER)))
        try:
            await come()
            assert prom.fires("LinkageInstanceGone", relay="township")
            assert not prom.fires("LinkageInstanceGone", relay="county")
        finally:
            await asyncio.to_thread(site.start, "township", WORKER)


async def test_a_process_dies_again_and_again(site: Site, prom: Prometheus) -> None:
    async with raised(prom, "LinkageProcessRestarts") as come:
        restarts = asyncio.create_task(_die_again_and_again(site, prom))
        await come()
        restarts.cancel()
        with suppress(asyncio.CancelledError):
            await restarts
        await asyncio.to_thread(site.await_serving, QUERY)


async def test_callers_come_with_tokens_that_nobody_trusts(site: Site, prom: Prometheus) -> None:
    async with (
        raised(prom, "LinkageTokensRefused") as come,
        Office(site.address("county"), "no-token") as stranger,
    ):
        calling = asyncio.create_task(_call(stranger))
        await come()
        calling.cancel()


async def test_a_certificate_in_use_is_about_to_expire(site: Site, prom: Prometheus, tmp_path: Path) -> None:
    replica = site.replicate(QUERY, expiring_certificate(tmp_path))
    async with raised(prom, "LinkageCertificateExpires") as come:
        await asyncio.to_thread(site.launch, replica)
        prom.watch(site, (replica, QUERY))
        await come()
        await asyncio.to_thread(site.dismiss, replica)
        prom.watch(site)


@pytest.mark.timeout(500)
async def test_somebody_holds_up_a_tiers_consumer_group(site: Site, prom: Prometheus) -> None:
    async with raised(prom, "LinkageInboxDead", seconds=200) as come:
        async with held_up_group(site, "linkage-inbox-township"):
            await asyncio.to_thread(site.kill, "township")
            await asyncio.to_thread(site.start, "township")
            await come()
        await asyncio.to_thread(site.kill, "township")  # as its liveness probe has it done
        await asyncio.to_thread(site.start, "township")


def test_no_alert_is_without_a_cause() -> None:
    if not CAUSED:  # every test above was skipped or left out: this one would then say that no alert has a cause
        pytest.skip("No alert was caused in this run: there is no Prometheus here, or the tests that do were left out.")
    assert {rule["alert"] for rule in rules()} == CAUSED


async def _until(condition: Callable[[], bool], what: str, seconds: float) -> None:
    try:
        await eventually(condition, seconds=seconds)
    except AssertionError as late:
        raise AssertionError(f"not within {seconds:.0f} s: {what}") from late


async def _propose(stream: Commands) -> str:
    work = stream.new_id("512000", "JW")
    proposed = v1.ProposeJointWorkRequest(
        joint_work_id=work,
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan=plan("2026-12-01"),
    )
    await stream.give("512000", proposed)
    return work


@asynccontextmanager
async def _calling(stream: Commands) -> AsyncIterator[None]:
    """Somebody calls all the while."""
    calling = asyncio.create_task(_call(stream.office("512022")))
    try:
        yield
    finally:
        calling.cancel()


async def _call(office: Office) -> None:
    while True:
        with suppress(Refused):  # a call that fails is what the alert counts
            await office(v1.AcceptInvitationRequest(joint_work_id="512000-JW-none", revision=1), within=1)
        await asyncio.sleep(0.2)


async def _die_again_and_again(site: Site, prom: Prometheus) -> None:
    while True:
        dead = site.pid(QUERY)
        os.kill(dead, signal.SIGKILL)  # the site starts it anew
        await eventually(lambda dead=dead: site.pid(QUERY) != dead)  # type: ignore[misc]
        await asyncio.to_thread(site.await_serving, QUERY)
        await asyncio.sleep(1)  # a scrape or two
