"""Restoring a store: a county's database comes back as it was before, and what it had published is recorded again."""

from __future__ import annotations

import asyncio

from deploy.drills.stage import COUNTY, HOSTS, Stage

__all__ = ["drill"]


async def drill(stage: Stage) -> None:
    """Back-up, more work, loss, restore, reconcile: the chains end in the hashes that everybody had seen."""
    site, postgres = stage.site, stage.site.servers.postgres
    kept = await stage.invited()
    await stage.accepted(kept)
    await stage.stop("county")
    await asyncio.to_thread(postgres.drop_database, "county_backup")
    await asyncio.to_thread(postgres.create_database, "county_backup", "county")
    stage.say("the county's database is backed up")
    await stage.start("county")
    since = await stage.invited()
    await stage.accepted(since)
    seen = await stage.events("county", f"{COUNTY}/participation/{since}")
    site.kill("county")
    await asyncio.to_thread(postgres.drop_database, "county")
    await asyncio.to_thread(postgres.create_database, "county", "county_backup")
    stage.say("the county's machine is lost; its database is restored to the time of the backup")
    stage.check(await stage.events("county", f"{COUNTY}/participation/{since}") == [], "what came after is not in it")
    told = await stage.ctl("doctor", status=1)
    stage.check("the store was restored from before" in told, "the doctor sees that Kafka knows more than the store")
    await stage.ctl("reconcile", LINKAGE_ORGANISATIONS=",".join(HOSTS["county"]))
    again = await stage.events("county", f"{COUNTY}/participation/{since}")
    stage.check([e.hash for e in again] == [e.hash for e in seen], "the same events are back, to the same hashes")
    await stage.start("county")
    await stage.ctl("verify", "agreement")
    later = await stage.invited()
    await stage.accepted(later)

    async def well() -> bool:
        return "0 FAIL" in await stage.ctl("doctor", status=None)

    await stage.until(well, "the doctor is content")
    await stage.ctl("parked", "list")
