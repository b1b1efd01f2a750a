"""Restoring a store: a county's server comes back as it was at a moment; what it published since is recorded again."""

from __future__ import annotations

import asyncio

from deploy.drills.stage import COUNTY, Stage
from deploy.local import recovery

__all__ = ["drill"]


async def drill(stage: Stage) -> None:
    """Base backup, a moment, more work, loss, recovery to the moment, reconcile: to the hashes everybody has seen."""
    server = stage.archived
    before, meanwhile = await stage.invited(), await stage.invited()
    await stage.accepted(before)
    await asyncio.gather(recovery.back_up(server), stage.accepted(meanwhile))
    stage.say("the county's server has a base backup; the county worked on meanwhile")
    kept = await stage.invited()
    await stage.accepted(kept)
    moment = await recovery.now(server)
    since = await stage.invited()
    await stage.accepted(since)
    seen = {work: await _record(stage, work) for work in (before, meanwhile, kept, since)}
    await recovery.archive(server)
    stage.say(f"its log is archived; the moment is {moment.isoformat()}, and the county has worked and published since")
    await asyncio.to_thread(recovery.lose, server)
    stage.say("its machine is lost, with data and log")
    await stage.stop("county")
    await recovery.recover(server, moment)
    stage.say("base backup and archived log are played up to the moment")
    held = {work: await _record(stage, work) for work in seen}
    stage.check(held == {**seen, since: []}, "the store has what was recorded up to the moment, and nothing after it")
    await _refused(stage)
    await stage.ctl("reconcile")
    stage.check(await _record(stage, since) == seen[since], "what came after is recorded again, to the same hashes")
    await stage.start("county")
    await stage.ctl("verify", "agreement")
    later = await stage.invited()
    await stage.accepted(later)
    stage.check({work: await _record(stage, work) for work in seen} == seen, "nothing was done twice")
    await stage.nothing_parked("county")
    await stage.well("county")
    await recovery.back_up(server)
    stage.say("a new base backup is taken: the log has another timeline now")


async def _record(stage: Stage, work: str) -> list[bytes]:
    """The county's own record of a joint work, by its hashes."""
    return [event.hash for event in await stage.events("county", f"{COUNTY}/participation/{work}")]


async def _refused(stage: Stage) -> None:
    """Before it is reconciled, the doctor names what is wrong, and the service does not start."""
    told = await stage.ctl("doctor", status=1)
    stage.check("does not hold what was published last" in told, "the doctor sees that Kafka knows more than the store")
    told = await stage.refused("county")
    stage.check("restored from before; run `linkagectl reconcile`" in told, "the service refuses to start on it")
