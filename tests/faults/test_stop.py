"""A tier's service that is told to stop finishes what it has begun, under load as well."""

from __future__ import annotations

import asyncio

import pytest

from deploy.local.parts import WORKER
from deploy.local.site import Site
from tests.system.checks import assert_nothing_lost_or_doubled
from tests.system.commands import commands


@pytest.mark.parametrize("name", ["county", WORKER])
async def test_a_process_that_is_told_to_stop_under_load_ends_in_order_and_loses_nothing(site: Site, name: str) -> None:
    # A call that was cut off by anything but UNAVAILABLE would end the stream of commands: it repeats nothing else.
    async with commands(site, seed=31) as stream:
        await stream.reached(50)
        assert await asyncio.to_thread(site.dismiss, name) == 0
        await stream.reached(1)
        await asyncio.to_thread(site.start, name)
        await stream.reached(50)
        await stream.stop()
    await assert_nothing_lost_or_doubled(site, stream.answered)
