"""Losing Kafka: the cluster is gone with all its data; a new, empty one is filled from the stores."""

from __future__ import annotations

import asyncio

from deploy.drills.stage import Stage
from deploy.local.parts import TIERS, WORKER

__all__ = ["drill"]


async def drill(stage: Stage) -> None:
    """Work goes on in the tiers while there is no Kafka; afterwards everybody hears all of it, in order, once."""
    before = await stage.invited()
    await stage.accepted(before)
    await stage.until(lambda: stage.shown(before), "the board shows an acceptance")
    site = stage.site
    await asyncio.to_thread(site.servers.kafka.kill)
    unheard = await stage.invited()
    stage.say("Kafka is gone; the city recorded another invitation all the same")
    await asyncio.to_thread(site.kill, WORKER)  # without Kafka it takes long to end by itself; killing is safe
    await stage.stop(*TIERS)
    stage.check(await stage.shown(before), "the query service goes on")
    await asyncio.to_thread(site.servers.kafka.lose)
    stage.say("a new cluster is there, without a single topic")
    await stage.ctl("topics", "apply")
    for tier in TIERS:
        await stage.ctl("reconcile", of=tier)
    await stage.start(*TIERS)
    await stage.start(WORKER)
    await stage.accepted(unheard)
    for tier in TIERS:
        await stage.ctl("verify", "agreement", of=tier)
        await stage.nothing_parked(tier)
    await stage.until(lambda: stage.shown(unheard), "the read models show what was recorded without Kafka")
    for tier in TIERS:
        await stage.well(tier)
