"""Causes that take long, or need little, and disturb nothing else: they happen at once, beside what the tests do."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import asyncpg

from deploy.local.parts import QUERY
from deploy.local.site import Site
from linkage.client import Office
from tests.monitoring.causes import expiring_certificate, held_up_group, published_with_a_gap
from tests.monitoring.prometheus import Prometheus
from tests.monitoring.raised import call, offices, propose, raised
from tests.system.moments import eventually

__all__ = ["BESIDE", "Cause"]


async def an_event_is_altered_in_the_store(site: Site, prom: Prometheus, directory: Path) -> None:
    async with offices(site) as stream:
        work = await propose(stream)
    db = await asyncpg.connect(site.plan.dsns["municipal"])
    proposed = "select min(position) from events natural join (select id as stream_id from streams where stream = $1) s"
    altered = await db.fetchval(proposed, f"512000/joint-work/{work}")
    # What is published altered nobody takes: its stream would be parked for good.
    await eventually(lambda: prom.value("linkage_relay_position", relay="municipal") >= altered)
    await db.execute("alter table events disable trigger append_only")
    change = "update events set post = $2 where position = $1"
    post = await db.fetchval("select post from events where position = $1", altered)
    try:
        # The verification begins a new pass a minute after it came to the end of the last one.
        async with raised(prom, "LinkageChainBroken", seconds=150, component="municipal") as come:
            await db.execute(change, altered, "POST_UNSPECIFIED")
            await come()
            await db.execute(change, altered, post)
    finally:
        await db.execute(change, altered, post)
        await db.execute("alter table events enable trigger append_only")
        await db.close()


async def an_event_cannot_be_taken_and_later_a_consumer_group_is_held_up(
    site: Site, prom: Prometheus, directory: Path
) -> None:
    async with raised(prom, "LinkageStreamParked") as come, published_with_a_gap(site):
        await come()
    # One after the other: a tier that does not hear would take the two events of the gap much later.
    async with raised(prom, "LinkageInboxDead", seconds=200, component="township") as come:
        async with held_up_group(site, "linkage-inbox-township"):
            await _begin_anew(site, "township")
            await come()
        await _begin_anew(site, "township")  # as its liveness probe has it done


async def a_process_dies_again_and_again(site: Site, prom: Prometheus, directory: Path) -> None:
    async with raised(prom, "LinkageProcessRestarts", component=QUERY) as come:
        restarts = asyncio.create_task(_die_again_and_again(site))
        await come()
        restarts.cancel()
        with suppress(asyncio.CancelledError):  # we have just cancelled it
            await restarts
        await asyncio.to_thread(site.await_serving, QUERY)


async def callers_come_with_tokens_that_nobody_trusts(site: Site, prom: Prometheus, directory: Path) -> None:
    async with (
        raised(prom, "LinkageTokensRefused", component="county") as come,
        Office(site.address("county"), "no-token") as stranger,
    ):
        calling = asyncio.create_task(call(stranger))
        await come()
        calling.cancel()


async def a_certificate_in_use_is_about_to_expire_and_its_successor_cannot_be_used(
    site: Site, prom: Prometheus, directory: Path
) -> None:
    settings = expiring_certificate(directory)
    replica = site.replicate(QUERY, settings)
    async with raised(prom, "LinkageCertificateExpires", instance_name=replica) as come:
        await asyncio.to_thread(site.launch, replica)
        prom.watch(site, (replica, QUERY))
        await come()
        certificate = Path(settings["LINKAGE_TLS_CERTIFICATE"])
        used = await asyncio.to_thread(certificate.read_bytes)
        async with raised(prom, "LinkageFileRefused", instance_name=replica, file="certificate") as refused:
            await asyncio.to_thread(certificate.write_text, "no certificate")
            await refused()
            await asyncio.to_thread(certificate.write_bytes, used)
        await asyncio.to_thread(site.dismiss, replica)
        prom.watch(site)


Cause = Callable[[Site, Prometheus, Path], Awaitable[None]]

BESIDE: tuple[Cause, ...] = (
    an_event_is_altered_in_the_store,
    an_event_cannot_be_taken_and_later_a_consumer_group_is_held_up,
    a_process_dies_again_and_again,
    callers_come_with_tokens_that_nobody_trusts,
    a_certificate_in_use_is_about_to_expire_and_its_successor_cannot_be_used,
)


async def _begin_anew(site: Site, name: str) -> None:
    await asyncio.to_thread(site.kill, name)
    await asyncio.to_thread(site.start, name)


async def _die_again_and_again(site: Site) -> None:
    while True:
        dead = site.pid(QUERY)
        os.kill(dead, signal.SIGKILL)  # the site starts it anew
        # The default keeps this round's pid; what it makes of the type is more than mypy infers.
        await eventually(lambda dead=dead: site.pid(QUERY) != dead)  # type: ignore[misc]
        await asyncio.to_thread(site.await_serving, QUERY)
        await asyncio.sleep(1)  # a scrape or two
