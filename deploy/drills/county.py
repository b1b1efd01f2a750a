"""Adding a county that runs its own instance, merging it into another one's, and retiring the instance left behind."""

from __future__ import annotations

import asyncio
import json
from functools import partial

from deploy.drills.open_session import releasing
from deploy.drills.stage import CITY, Stage

__all__ = ["added", "merged", "retired"]

BODY = "512022"
INSTANCE = "county-512022"
_DATABASE = "county_512022"
_BODIES = f"512002,512021,{BODY}"
"""Whom the other instance hosts at the end."""


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
    await _read_by_the_worker(stage, {**_stores(stage), INSTANCE: dsn})
    await stage.until(lambda: stage.shown(waiting), "the board shows that it takes part")
    await stage.well(name)
    told = await stage.ctl("relay", "status", of=name)
    stage.check("led from" in told and "nothing is behind" in told, f"{INSTANCE} publishes for itself")
    await stage.ctl("verify", "agreement", of=name)


async def merged(stage: Stage) -> None:
    """Two instances become one: the second body's record goes on in the first one's store, to the same hashes."""
    if not stage.own:
        await added(stage)
    site, old = stage.site, stage.own
    done, open_ = await stage.invited(BODY), await stage.invited(BODY)
    await stage.accepted(done, BODY)

    async def received() -> bool:
        return bool(await stage.events_at(_own_store(stage), f"{BODY}/participation/{open_}"))

    await stage.until(received, f"{BODY} has an invitation that it has not answered")
    await stage.until(lambda: releasing(stage), "no session is open or near")
    for name in (old, "county"):
        await stage.until(partial(_rests, stage, name), f"{name} has published and heard all there is")
        await stage.nothing_parked(name)
    await stage.stop("county", old)
    stream = f"{BODY}/participation/{done}"
    before = await stage.events_at(_own_store(stage), stream)
    site.configure("county", {"LINKAGE_ORGANISATIONS": _BODIES})
    await stage.ctl("reconcile")
    after = await stage.events("county", stream)
    stage.check([e.hash for e in after] == [e.hash for e in before], "its record is in the other store, hash by hash")
    await stage.start("county")
    del stage.hosts[BODY]
    await stage.accepted(open_, BODY)
    await stage.accepted(await stage.invited())
    await stage.ctl("verify", "agreement")
    await stage.nothing_parked("county")


async def retired(stage: Stage) -> None:
    """An instance that hosts nobody any more ends: all of it is published, its store is kept, the others go on."""
    if not stage.own or BODY in stage.hosts:
        await merged(stage)
    old, dsn = stage.own, _own_store(stage)
    told = await stage.ctl("relay", "status", of=old)
    stage.check("nothing is behind" in told, "everything it recorded is published")
    await stage.ctl("verify", "store", of=old)
    await stage.ctl("verify", "agreement")  # its body goes on there, beyond where the old store ends
    listed = json.loads(await stage.ctl("stream", "list", "--json", of=old, quiet=True))
    kept = {end["stream"]: (end["version"], end["hash"]) for end in listed}
    stage.check(len(kept) > 0, f"its {len(kept)} streams are written down, each with the hash of its end")
    for stream, end in kept.items():
        taken = [(event.version, event.hash.hex()) for event in await stage.events("county", stream)]
        stage.check(end in taken, f"{stream} goes through that end in the store that took it over")
    await asyncio.to_thread(stage.site.servers.postgres.create_database, f"{_DATABASE}_kept", _DATABASE)
    again = await stage.events_at(stage.site.servers.postgres.dsn(f"{_DATABASE}_kept"), next(iter(kept)))
    stage.check(again == await stage.events_at(dsn, next(iter(kept))), "its database is kept as a copy")
    await _read_by_the_worker(stage, {name: at for name, at in _stores(stage).items() if name != INSTANCE})
    await asyncio.to_thread(stage.site.servers.postgres.drop_database, _DATABASE)
    stage.own = ""
    stage.say("its own is gone")
    work = await stage.invited(BODY)
    await stage.accepted(work, BODY)
    await stage.ctl("rebuild", "joint_work_board", of="worker")
    await stage.until(lambda: stage.shown(work), "read models are built from the stores that are left")
    await stage.well("county")


def _own_store(stage: Stage) -> str:
    return stage.site.settings(stage.own)["LINKAGE_STORE_DSN"]


def _stores(stage: Stage) -> dict[str, str]:
    stores: dict[str, str] = json.loads(stage.site.settings("worker")["LINKAGE_STORES"])
    return stores


async def _read_by_the_worker(stage: Stage, stores: dict[str, str]) -> None:
    await stage.stop("worker")
    stage.site.configure("worker", {"LINKAGE_STORES": json.dumps(stores)})
    await stage.start("worker")
    stage.say(f"the worker reads the stores of {', '.join(stores)}")


async def _rests(stage: Stage, name: str) -> bool:
    told = await stage.ctl("doctor", of=name, status=None, quiet=True)
    return "is at rest" in told and "nothing is behind" in told
