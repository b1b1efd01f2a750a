"""Two processes of one tier instance: both serve, one leads the relay; nothing is doubled when leadership passes on."""

from __future__ import annotations

import asyncio

import asyncpg

from deploy.local.site import Site
from tests.system.checks import assert_nothing_lost_or_doubled
from tests.system.commands import commands
from tests.system.moments import eventually, frozen_in_its_transaction


def leads(site: Site, name: str) -> int:
    """How often the process has begun to lead."""
    return site.log(name).read_text().count('"relay leads"')


async def test_both_replicas_serve_and_when_the_leader_is_killed_the_other_leads(site: Site) -> None:
    replica = site.replicate("county")
    await asyncio.to_thread(site.start, replica)
    async with commands(site, seed=11) as stream:
        stream.replicas["county"] = ("county", replica)
        await stream.reached(150)
        assert leads(site, replica) == 0
        await frozen_in_its_transaction(site, "county", "county")
        await asyncio.to_thread(site.kill, "county")
        await eventually(lambda: leads(site, replica) == 1)
        await stream.reached(50)
        await stream.stop()
    await assert_nothing_lost_or_doubled(site, stream.answered)


async def test_a_leader_that_hung_and_was_replaced_is_fenced_when_it_comes_back(site: Site) -> None:
    replica = site.replicate("township")
    await asyncio.to_thread(site.start, replica)
    async with commands(site, seed=12) as stream:
        stream.replicas["township"] = ("township", replica)
        await stream.reached(50)
        await frozen_in_its_transaction(site, "township", "township")
        await _part_from_its_database(site, "township")  # as if its machine could not be reached any more
        await eventually(lambda: leads(site, replica) == 1)
        await stream.reached(20)
        site.thaw("township")
        await eventually(lambda: '"relay stops leading"' in site.log("township").read_text())
        await stream.reached(50)
        await stream.stop()
    assert leads(site, replica) == 1
    await assert_nothing_lost_or_doubled(site, stream.answered)


async def _part_from_its_database(site: Site, tier: str) -> None:
    """Ends the sessions of the replica whose relay leads, with all that hangs on them."""
    db = await asyncpg.connect(site.plan.dsns[tier])
    await db.fetch(
        "select pg_terminate_backend(pid) from pg_locks join pg_database on oid = database"
        " where locktype = 'advisory' and granted and datname = current_database()"
    )
    await db.close()
