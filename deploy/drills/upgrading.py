"""Upgrading: from the release before to this one, process by process while offices work, and one back again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from deploy.drills.open_session import releasing
from deploy.drills.stage import COUNTY, HOSTS, DrillFailed, Stage
from deploy.local.parts import QUERY, TIERS, WORKER, prepare
from deploy.local.places import REPOSITORY
from deploy.local.servers import own_servers
from deploy.local.site import Site
from linkage import v1

__all__ = ["before_this_release", "drill"]

_THIS: Mapping[str, str] = {"PYTHONPATH": "", "PYTHONSAFEPATH": ""}
"""Runs a process with this release's code."""

_ACCEPTED = v1.InvitationAccepted.DESCRIPTOR.full_name


async def drill(stage: Stage) -> None:
    """Schema first, then one process after the other, under load: every command is answered, stored and shown."""
    with tempfile.TemporaryDirectory(prefix="linkage-upgrade-") as name:
        directory = Path(name)
        older = await asyncio.to_thread(_release_before, directory)
        async with _running(directory, older, stage) as own:
            await own.until(lambda: releasing(own), "no session is open or near")
            done: list[str] = []
            ending = asyncio.Event()
            working = asyncio.create_task(_work(own, done, ending))
            await _advanced(own, done, working)
            for part in (*TIERS, WORKER):
                await own.ctl("migrate", of=part, settings=_THIS)
            await _advanced(own, done, working)
            for tier in TIERS:
                await _replaced(own, tier, _THIS)
                await _advanced(own, done, working)
            await own.ctl("rebuild", "outdated", of=WORKER, settings=_THIS)
            await _advanced(own, done, working)
            for reader in (WORKER, QUERY):
                await own.stop(reader)
                own.site.configure(reader, _THIS)
                await own.start(reader)
            await _replaced(own, "county", older)
            await _advanced(own, done, working)
            own.say("the county is back at the release before, on the newer schema, and works")
            await _replaced(own, "county", _THIS)
            ending.set()
            await working
            await _nothing_lost(own, done)


async def _work(stage: Stage, done: list[str], ending: asyncio.Event) -> None:
    """One joint work after the other, until it is to end. A refused command fails the drill."""
    silent = replace(stage, say=lambda _: None)
    while not ending.is_set():
        work = await silent.invited()
        await silent.accepted(work)
        done.append(work)


async def _advanced(stage: Stage, done: list[str], working: asyncio.Task[None]) -> None:
    """Waits until work was done from beginning to end since now; fails with it, if it has failed."""
    before = len(done)

    async def more() -> bool:
        if working.done():
            await working
        return len(done) > before + 1

    await stage.until(more, f"work goes on, {len(done)} done")


async def _replaced(stage: Stage, tier: str, release: Mapping[str, str]) -> None:
    """Another process of the tier serves before the one that was there ends."""
    before = stage.hosts.get(HOSTS[tier][0], tier)
    after = stage.site.replicate(tier, release)
    await stage.start(after)
    stage.hosts |= dict.fromkeys(HOSTS[tier], after)
    await stage.stop(before)


async def _nothing_lost(stage: Stage, done: list[str]) -> None:
    answers = [
        [event.type for event in await stage.events("county", f"{COUNTY}/participation/{work}")].count(_ACCEPTED)
        for work in done
    ]
    stage.check(answers == [1] * len(done), f"each of {len(done)} invitations was accepted once")

    async def all_shown() -> bool:
        return all([await stage.shown(work) for work in done])

    await stage.until(all_shown, "the board shows each of them")
    for tier in TIERS:
        await stage.ctl("verify", "agreement", of=tier, settings=_THIS)
        await stage.nothing_parked(tier)
        await stage.well(stage.hosts[HOSTS[tier][0]])


@asynccontextmanager
async def _running(directory: Path, release: Mapping[str, str], watched: Stage) -> AsyncIterator[Stage]:
    """A system of its own whose databases and processes are that release's."""
    with ExitStack() as stack:
        servers = await asyncio.to_thread(stack.enter_context, own_servers(directory))
        short = {"LINKAGE_SESSION_SECONDS": "6", **release}
        plan = await asyncio.to_thread(prepare, servers, directory / "site", short, hosted=HOSTS)
        site = Site(servers, plan, directory / "site")
        stage = Stage(site, servers.postgres, watched.say)
        for name in plan.dsns:
            await asyncio.to_thread(servers.postgres.drop_database, name)
            await asyncio.to_thread(servers.postgres.create_database, name)
        for part in (*TIERS, WORKER):
            await stage.ctl("migrate", of=part)
        stack.callback(site.end)
        await stage.start(*plan.parts)
        yield stage
        await asyncio.to_thread(site.end)


def _release_before(directory: Path) -> Mapping[str, str]:
    """Puts the code of the release before this one there; how a process is told to run it. Raises DrillFailed."""
    revision = before_this_release()
    if not revision:
        raise DrillFailed("this clone does not go back before this release: `git fetch --unshallow`")
    directory.chmod(0o711)
    into = directory / "release"
    into.mkdir()
    subprocess.run(["tar", "-x", "-C", str(into)], input=_git("archive", revision), check=True)
    subprocess.run([sys.executable, "protos/generate.py"], cwd=into, check=True)
    return {"PYTHONPATH": f"{into / 'shared'}:{into}", "PYTHONSAFEPATH": "1"}


def before_this_release() -> str:
    """The last revision that had another version; '' where the repository's history does not go back so far."""
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    released = _git("log", "-1", "--format=%P", f'-Sversion = "{version}"', "--", "pyproject.toml").decode().split()
    return released[0] if released else ""


def _git(*arguments: str) -> bytes:
    """What git says; nothing where this is no repository, or what is asked for is not in it."""
    ran = subprocess.run(["git", "-C", str(REPOSITORY), *arguments], capture_output=True, check=False)
    return ran.stdout if ran.returncode == 0 else b""
