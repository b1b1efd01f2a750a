"""Each part of the system is killed with -9 under a stream of commands, and comes back: nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import random

from deploy.local.parts import TIERS, WORKER
from deploy.local.site import Site
from tests.system.checks import assert_nothing_lost_or_doubled
from tests.system.commands import commands
from tests.system.moments import frozen_in_its_batch, frozen_in_its_transaction


async def test_every_tiers_service_may_be_killed_at_any_moment(site: Site) -> None:
    chance = random.Random(1)
    async with commands(site, seed=1) as stream:
        for tier in (*TIERS, "county"):
            await stream.reached(chance.randint(10, 80))
            await asyncio.to_thread(site.kill, tier)
            await stream.reached(1)  # the other tiers work on
            await asyncio.to_thread(site.start, tier)
        await stream.reached(50)
        await stream.stop()
    await assert_nothing_lost_or_doubled(site, stream.answered)


async def test_a_relay_may_be_killed_in_the_middle_of_its_transaction(site: Site) -> None:
    async with commands(site, seed=2) as stream:
        for tier in ("county", "township"):
            await stream.reached(20)
            await frozen_in_its_transaction(site, tier, tier)
            await asyncio.to_thread(site.kill, tier)
            await asyncio.to_thread(site.start, tier)
        await stream.reached(50)
        await stream.stop()
    await assert_nothing_lost_or_doubled(site, stream.answered)


async def test_a_projection_worker_may_be_killed_in_the_middle_of_its_batch(site: Site) -> None:
    async with commands(site, seed=3) as stream:
        for _ in range(2):
            await stream.reached(20)
            await frozen_in_its_batch(site)
            await asyncio.to_thread(site.kill, WORKER)
            await stream.reached(20)
            await asyncio.to_thread(site.start, WORKER)
        await stream.reached(50)
        await stream.stop()
    await assert_nothing_lost_or_doubled(site, stream.answered)


async def test_postgresql_may_be_killed_at_any_moment(site: Site) -> None:
    chance = random.Random(4)
    async with commands(site, seed=4) as stream:
        for _ in range(2):
            await stream.reached(chance.randint(20, 100))
            await asyncio.to_thread(site.servers.postgres.kill)
            await asyncio.to_thread(site.servers.postgres.restart)
        await stream.reached(50)
        await stream.stop()
    await assert_nothing_lost_or_doubled(site, stream.answered)


async def test_kafka_may_be_killed_at_any_moment_and_commands_are_answered_meanwhile(site: Site) -> None:
    chance = random.Random(5)
    async with commands(site, seed=5) as stream:
        await stream.reached(chance.randint(20, 100))
        await asyncio.to_thread(site.servers.kafka.kill)
        await stream.reached(40)
        await asyncio.to_thread(site.servers.kafka.restart)
        await stream.reached(50)
        await stream.stop()
    await assert_nothing_lost_or_doubled(site, stream.answered)
