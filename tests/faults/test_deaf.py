"""Clients whose connections to the broker are dead without a word: it is noticed, and all is heard in the end."""

from __future__ import annotations

import asyncio

from deploy.local.parts import WORKER
from deploy.local.site import Site
from tests.system.checks import assert_nothing_lost_or_doubled
from tests.system.commands import commands
from tests.system.moments import eventually
from tests.system.wire import wire


async def test_a_projection_worker_and_a_tier_that_went_deaf_hear_again(site: Site) -> None:
    async with wire(site.servers.kafka, site.directory.parent / "kafka") as line:
        over_it = {"LINKAGE_KAFKA": line.address}
        county, worker = site.replicate("county", over_it), site.replicate(WORKER, over_it)
        await asyncio.gather(*(asyncio.to_thread(site.dismiss, name) for name in ("county", WORKER)))
        await asyncio.to_thread(site.start, county, worker)
        async with commands(site, seed=41, works=3) as stream:
            stream.replicas["county"] = (county,)
            await stream.reached(100)
            line.die()
            await eventually(lambda: (worker, 1) in site.ended, seconds=60)
            assert "stuck, the worker ends" in site.log(worker).read_text()
            await stream.reached(50)
            await stream.stop()
        await assert_nothing_lost_or_doubled(site, stream.answered)
        assert county not in dict(site.ended)
        await asyncio.gather(*(asyncio.to_thread(site.dismiss, name) for name in (county, worker)))
