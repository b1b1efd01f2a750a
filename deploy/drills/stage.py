"""The stage of the drills: one whole system on servers of its own, offices that work in it, and linkagectl."""

from __future__ import annotations

import asyncio
import subprocess
import sysconfig
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from grpc import StatusCode

from deploy.local.parts import HOSTED
from deploy.local.places import REPOSITORY
from deploy.local.postgres import Postgres
from deploy.local.recovery import archived
from deploy.local.servers import own_servers
from deploy.local.site import Site, site
from linkage import v1
from linkage.client import Office, Refused
from linkage.store import Store, StoredEvent

__all__ = ["CITY", "COUNTY", "HOSTS", "DrillFailed", "Stage", "plan", "stage"]

CITY, COUNTY = "512000", "512021"
_PATIENCE = 60.0
HOSTS = {**HOSTED, "county": ("512002", COUNTY)}
"""Whom the stage hosts: one county is left, to be added."""
_POSTS = {"township": v1.POST_TOWNSHIP_LIAISON_OFFICER}


class DrillFailed(Exception):
    """What the drill ends with does not hold."""


@dataclass(slots=True)
class Stage:
    """A running system. `say`: tells whoever watches what is done."""

    site: Site
    archived: Postgres
    """The server that the county's store has for itself, with an archive of its log."""
    say: Callable[[str], None]
    hosts: dict[str, str] = field(default_factory=dict)
    """Bodies that are not at their tier's process, and where they are."""
    own: str = ""
    """The process of the county that runs its own instance, once it is there."""

    async def give(self, body: str, request: Any, *awaiting: str) -> v1.Receipt:
        """The receipt of a command, repeated while it is refused for a reason awaited, or nobody answers.

        Each time where the body is at home by then: processes are replaced meanwhile.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        request.request_id = str(uuid4())
        while True:
            try:
                async with self.office(body) as office:
                    answer = await office(request, within=5)
            except Refused as refused:
                if (refused.reason not in awaiting and refused.code is not StatusCode.UNAVAILABLE) or loop.time() > end:
                    raise
                await asyncio.sleep(0.1)
            else:
                receipt: v1.Receipt = answer.receipt
                return receipt

    def office(self, body: str) -> Office:
        """The office of a body, at the process that hosts it."""
        tier = next((tier for tier, hosted in HOSTED.items() if body in hosted), "county")
        token = self.site.plan.mint.token(body, _POSTS.get(tier, v1.POST_CPPCC_OFFICE))
        return Office(self.site.address(self.hosts.get(body, tier)), token)

    def new_id(self, body: str) -> str:
        """An identifier of a joint work that the body has not used."""
        return f"{body}-JW-{uuid4().hex[:8]}"

    async def invited(self, body: str = COUNTY, by: str = CITY) -> str:
        """A joint work of the city's to which the body is invited."""
        work = self.new_id(by)
        proposed = v1.ProposeJointWorkRequest(
            joint_work_id=work,
            mode=v1.LINKAGE_MODE_STANDALONE,
            direction=v1.LINKAGE_DIRECTION_VERTICAL,
            plan=plan(),
        )
        await self.give(by, proposed)
        await self.give(by, v1.IssueInvitationRequest(joint_work_id=work, participant=body, role="参加协商"))
        return work

    async def accepted(self, work: str, body: str = COUNTY, by: str = CITY) -> None:
        """The body accepts, and the city has noted it."""
        await self.give(body, v1.AcceptInvitationRequest(joint_work_id=work, revision=1), "INVITATION_NOT_OPEN")
        await self.until(lambda: self.noted(work, body, by), f"{by} has noted that {body} accepts {work}")

    async def noted(self, work: str, body: str, by: str = CITY) -> bool:
        """Whether the initiator has noted the body's answer."""
        events = await self.events("municipal", f"{by}/joint-work/{work}")
        return any(
            v1.ParticipantAnswerNoted.FromString(event.data).participant == body
            for event in events
            if event.type == v1.ParticipantAnswerNoted.DESCRIPTOR.full_name
        )

    async def events(self, name: str, stream: str) -> list[StoredEvent]:
        """A stream, as the store of that process has it."""
        return await self.events_at(self.site.plan.dsns[name], stream)

    async def events_at(self, dsn: str, stream: str) -> list[StoredEvent]:
        """A stream, as the store at that address has it."""
        async with Store.open(dsn, readers=1) as store:
            return await store.load(stream)

    async def board(self, work: str) -> Any:
        """The joint work, as the read models show it to the city."""
        token = self.site.plan.mint.token(CITY, v1.POST_CPPCC_OFFICE)
        async with Office(self.site.address("query"), token) as office:
            return await office(v1.GetJointWorkRequest(joint_work_id=work), within=_PATIENCE)

    async def shown(self, work: str, word: str = "ACCEPTED") -> bool:
        """Whether the read models show the joint work with that word: by default, that a body takes part in it."""
        try:
            return word in str(await self.board(work))
        except Refused as refused:
            if refused.code not in (StatusCode.NOT_FOUND, StatusCode.UNAVAILABLE):
                raise
            return False

    async def until(self, condition: Callable[[], Awaitable[bool]], what: str, seconds: float = _PATIENCE) -> None:
        """Waits until it holds. Raises DrillFailed after so many seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not await condition():
            if loop.time() > end:
                raise DrillFailed(f"not within {seconds:.0f} s: {what}")
            await asyncio.sleep(0.2)
        self.say(f"✓ {what}")

    def check(self, held: bool, what: str) -> None:
        """Says that it holds, or raises DrillFailed."""
        if not held:
            raise DrillFailed(what)
        self.say(f"✓ {what}")

    async def nothing_parked(self, of: str) -> None:
        """Checks that no stream is parked for what a process consumes."""
        self.check("Nothing is parked." in await self.ctl("parked", "list", of=of), f"nothing is parked for {of}")

    async def well(self, of: str) -> None:
        """Waits until the doctor finds nothing that fails around a process."""

        async def no_fail() -> bool:
            return " 0 FAIL" in await self.ctl("doctor", of=of, status=None, quiet=True)

        await self.until(no_fail, f"the doctor finds nothing that fails around {of}")

    async def ctl(
        self,
        *arguments: str,
        of: str = "county",
        status: int | None = 0,
        quiet: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> str:
        """What linkagectl says in the environment of a process. Raises DrillFailed at another exit status
        (None: any will do). `quiet`: without telling. `settings`: more environment."""
        if not quiet:
            self.say(f"$ linkagectl {' '.join(arguments)}  # {of}")
        part = self.site._part(of)
        command = [str(Path(sysconfig.get_path("scripts")) / "linkagectl"), *arguments]
        environment = {**part.environment, **(settings or {}), "COLUMNS": "200"}
        ran = await asyncio.to_thread(
            subprocess.run, command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        if status is not None and ran.returncode != status:
            raise DrillFailed(f"linkagectl {' '.join(arguments)} ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
        for line in () if quiet else (ran.stdout + ran.stderr).splitlines():
            self.say(f"  {line}")
        return ran.stdout

    async def refused(self, name: str) -> str:
        """What a process says that ends at once where it is started. Raises DrillFailed where it serves."""
        part = self.site._part(name)
        process = await asyncio.create_subprocess_exec(
            *part.command,
            cwd=REPOSITORY,
            env=part.environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                _, said = await process.communicate()
        except TimeoutError:
            process.kill()
            raise DrillFailed(f"{name} started and should not have") from None
        self.say(f"  {said.decode().strip()}")
        if process.returncode != 2:
            raise DrillFailed(f"{name} ended with {process.returncode}, not because of its settings")
        return said.decode()

    async def stop(self, *names: str) -> None:
        """Asks processes to end, and waits."""
        await asyncio.gather(*(asyncio.to_thread(self.site.dismiss, name) for name in names))
        self.say(f"stopped {', '.join(names)}")

    async def start(self, *names: str) -> None:
        """Starts processes, and waits until they serve."""
        await asyncio.to_thread(self.site.start, *names)
        self.say(f"started {', '.join(names)}")


def plan() -> v1.JointPlan:
    """A joint plan."""
    text = v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION, main_venue="资阳市政协")
    text.held_at.FromJsonString("2026-12-01T01:00:00Z")
    return text


@contextmanager
def stage(directory: Path, say: Callable[[str], None], settings: Mapping[str, str] | None = None) -> Iterator[Stage]:
    """A system for drills, ended at the end. Its servers are its own: drills kill them."""
    short = {"LINKAGE_SESSION_SECONDS": "6", **(settings or {})}
    with (
        own_servers(directory) as servers,
        archived(directory / "county") as county,
        site(servers, directory / "site", short, hosted=HOSTS, own={"county": county}) as running,
    ):
        yield Stage(running, county, say)
