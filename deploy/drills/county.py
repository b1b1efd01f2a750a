"""Adding a county that runs its own instance, merging it into another one's, and retiring the instance left behind."""

from __future__ import annotations

import asyncio

from deploy.drills.stage import CITY, Stage

__all__ = ["added", "merged", "retired"]

BODY = "512022"
INSTANCE = "county-512022"
_DATABASE = "county_512022"


async def added(stage: Stage) -> None:
    """A county that nobody hosted gets a database and a process, and takes part within the minute."""
    site = stage.site
    await asyncio.to_thread(site.servers.postgres.create_database, _DATABASE)
    dsn = site.servers.postgres.dsn(_DATABASE)
    settings = {"LINKAGE_INSTANCE": INSTANCE, "LINKAGE_STORE_DSN": dsn, "LINKAGE_ORGANISATIONS": BODY}
    name = site.replicate("county", settings)
    await stage.ctl("migrate", of=name)
    await stage.ctl("topics", "check", of=name)
    waiting = await stage.invited(BODY)
    stage.say(f"{CITY} has invited {BODY} before anybody hosts it")
    await stage.start(name)
    stage.hosts[BODY], stage.own = name, name
    await stage.accepted(waiting, BODY)
    told = await stage.ctl("relay", "status", of=name)
    stage.check("nobody leads" not in told, f"{INSTANCE} publishes for itself")
    await stage.ctl("verify", "agreement", of=name)


async def merged(stage: Stage) -> None:
    """Two instances become one: the second body's record goes on in the first one's store, to the same hashes."""
    site, old = stage.site, stage.own
    own_store = site._part(old).settings["LINKAGE_STORE_DSN"]
    done, open_ = await stage.invited(BODY), await stage.invited(BODY)
    await stage.accepted(done, BODY)

    async def received() -> bool:
        return bool(await stage.events_at(own_store, f"{BODY}/participation/{open_}"))

    await stage.until(received, f"{BODY} has an invitation that it has not answered")
    await stage.stop("county", old)
    stream = f"{BODY}/participation/{done}"
    before = await stage.events_at(own_store, stream)
    bodies = f"512002,512021,{BODY}"
    together = site.replicate("county", {"LINKAGE_ORGANISATIONS": bodies})
    await stage.ctl("relay", "status", of=old)
    await stage.ctl("reconcile", of=together)
    after = await stage.events("county", stream)
    stage.check([e.hash for e in after] == [e.hash for e in before], "its record is in the other store, hash by hash")
    await stage.start(together)
    stage.hosts |= dict.fromkeys(bodies.split(","), together)
    await stage.accepted(open_, BODY)
    await stage.accepted(await stage.invited())
    await stage.ctl("verify", "agreement", of=together)
    await stage.ctl("parked", "list", of=together)


async def retired(stage: Stage) -> None:
    """An instance that hosts nobody any more ends: all of it is published, its store is kept, the others go on."""
    old, together = stage.own, stage.hosts[BODY]
    told = await stage.ctl("relay", "status", of=old)
    stage.check("nothing is behind" in told, "everything it recorded is published")
    await stage.ctl("verify", "store", of=old)
    await stage.ctl("verify", "agreement", of=together)  # its body goes on there, beyond where the old store ends
    await asyncio.to_thread(stage.site.servers.postgres.create_database, f"{_DATABASE}_kept", _DATABASE)
    await asyncio.to_thread(stage.site.servers.postgres.drop_database, _DATABASE)
    stage.say("its database is kept as a copy and gone")
    work = await stage.invited(BODY)
    await stage.accepted(work, BODY)
    await stage.ctl("doctor", of=together)
