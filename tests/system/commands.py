"""A stream of commands from several offices at once, over all tiers, which goes on through every outage.

An office whose call fails repeats it with the same request id, as a caller should who wants to know what became of it.
Some calls are made twice at the same time, and some are given up at once: those may be stored or not, but never twice.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import grpc

from deploy.local.parts import HOSTED
from deploy.local.site import Site
from linkage import v1
from linkage.client import Office, Refused

__all__ = ["Answered", "Commands", "commands", "plan", "tier_of"]

_PATIENCE = 120.0  # seconds that one command may take, outages and the notices of other tiers included
_PAUSE = 0.05  # seconds between two looks whether a notice has come
_PACE = 0.1  # seconds between two records of a body that needs nobody else
_UNCERTAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
_POSTS = {"township": v1.POST_TOWNSHIP_LIAISON_OFFICER}
_VERTICAL = {"512000": HOSTED["county"], "512021": [code for code in HOSTED["township"] if code.startswith("512021")]}


@dataclass(frozen=True, slots=True)
class Answered:
    """A command, and the receipt with which it was answered."""

    tier: str
    organisation: str
    request: Any
    receipt: v1.Receipt


@dataclass(slots=True)
class Commands:
    """What the offices do and were answered; `stop` lets each finish the joint work it is about."""

    site: Site
    chance: random.Random
    answered: list[Answered] = field(default_factory=list)
    replicas: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The processes that serve a tier, where there is not one alone."""
    _stopping: bool = False
    _number: int = 0
    _run: str = field(default_factory=lambda: uuid4().hex[:8])
    _offices: dict[tuple[str, str], Office] = field(default_factory=dict)
    _desks: list[asyncio.Task[None]] = field(default_factory=list)

    async def reached(self, count: int, *, seconds: float = _PATIENCE) -> None:
        """Waits until so many more commands were answered."""
        loop = asyncio.get_running_loop()
        wanted, end = len(self.answered) + count, loop.time() + seconds
        while len(self.answered) < wanted:
            for desk in self._desks:
                if desk.done():
                    desk.result()
            assert loop.time() < end, (
                f"{wanted - len(self.answered)} of {count} commands were not answered in {seconds:.0f} s"
            )
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Lets every office finish what it is about, through all tiers."""
        self._stopping = True
        await asyncio.gather(*self._desks)

    def begin(self, works: int, locals_: Sequence[str] = ("512000", "512022", "512021110")) -> None:
        """`works`: joint works under way at a time, between tiers. `locals_`: bodies that record on their own."""
        initiators = sorted(_VERTICAL)
        for number in range(works):
            self._desks.append(asyncio.create_task(self._joint_works(initiators[number % len(initiators)])))
        self._desks += [asyncio.create_task(self._local(body)) for body in locals_]

    async def give(self, organisation: str, request: Any, *awaiting: str) -> v1.Receipt:
        """The receipt of a command, repeated until it is certain, and while it is refused for a reason awaited."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        twice = self.chance.random() < 0.1
        request.request_id = str(uuid4())
        while True:
            try:
                receipts: list[v1.Receipt] = [
                    answer.receipt
                    for answer in await asyncio.gather(
                        *(self.office(organisation)(request, within=2.0) for _ in range(1 + twice))
                    )
                ]
                break
            except Refused as refused:
                if refused.code not in _UNCERTAIN and refused.reason not in awaiting:
                    raise
                if loop.time() > end:
                    what = f"{organisation} {type(request).__name__}"
                    raise AssertionError(f"{what}: {refused} {refused.detail}") from None
            await asyncio.sleep(_PAUSE)
        assert all(receipt == receipts[0] for receipt in receipts), f"a repeated request got another answer: {receipts}"
        self.answered.append(Answered(tier_of(organisation), organisation, request, receipts[0]))
        return receipts[0]

    def office(self, organisation: str) -> Office:
        """The office of a body, at its tier's service, or at one of its replicas as chance will have it."""
        tier = tier_of(organisation)
        name = self.chance.choice(self.replicas.get(tier, (tier,)))
        if (organisation, name) not in self._offices:
            token = self.site.plan.mint.token(organisation, _POSTS.get(tier, v1.POST_CPPCC_OFFICE))
            self._offices[organisation, name] = Office(self.site.address(name), token)
        return self._offices[organisation, name]

    def new_id(self, organisation: str, what: str) -> str:
        """An identifier that the body has not used."""
        self._number += 1
        return f"{organisation}-{what}-{self._run}-{self._number}"

    async def _joint_works(self, initiator: str) -> None:
        while not self._stopping:
            await self.joint_work(initiator)

    async def joint_work(self, initiator: str, participants: Sequence[str] = ()) -> str:
        """One joint work from proposal to closing: two bodies take part, a third declines."""
        work = self.new_id(initiator, "JW")
        first, second, third = participants or _VERTICAL[initiator]
        text = plan("2026-12-01")
        proposed = v1.ProposeJointWorkRequest(
            joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL, plan=text
        )
        await self.give(initiator, proposed)
        for body in (first, second, third):
            invited = v1.IssueInvitationRequest(
                joint_work_id=work, participant=body, role="参加协商", required=body == first
            )
            await self.give(initiator, invited)
        declined = self.give(third, v1.DeclineInvitationRequest(joint_work_id=work), "INVITATION_NOT_OPEN")
        accepted = (
            self.give(body, v1.AcceptInvitationRequest(joint_work_id=work, revision=1), "INVITATION_NOT_OPEN")
            for body in (first, second)
        )
        await asyncio.gather(declined, *accepted)
        revised = v1.ReviseJointPlanRequest(joint_work_id=work, current_revision=1, plan=plan("2026-12-15"))
        await self.give(initiator, revised)
        await asyncio.gather(*(self._prepare(body, work) for body in (first, second)))
        await self.give(initiator, v1.ConfirmJointWorkRequest(joint_work_id=work), "REQUIRED_PARTICIPANT_MISSING")
        await self.give(initiator, v1.StartJointWorkRequest(joint_work_id=work))
        await self.give(initiator, v1.ConcludeJointWorkRequest(joint_work_id=work, summary="达成共识"))
        for body in (first, second):
            result = v1.DeliverResultRequest(
                joint_work_id=work, participant=body, summary="报告", document="资政协发1号"
            )
            await self.give(initiator, result, "PARTICIPANT_UNKNOWN")
            await self.give(body, v1.AcknowledgeResultRequest(joint_work_id=work), "RESULT_NOT_RECEIVED")
        await self.give(initiator, v1.CloseJointWorkRequest(joint_work_id=work), "RESULTS_PENDING")
        return work

    async def _prepare(self, body: str, work: str) -> None:
        await self.give(body, v1.ReconfirmParticipationRequest(joint_work_id=work, revision=2), "REVISION_STALE")
        await self.give(body, v1.ReportReadyRequest(joint_work_id=work))

    async def _local(self, body: str) -> None:
        """Records that need nobody else, one after the other; now and then one that nobody waits for."""
        while not self._stopping:
            await self.give(body, self._record(body))
            if self.chance.random() < 0.2:
                given_up = self._record(body)
                given_up.request_id = str(uuid4())
                try:
                    await self.office(body)(given_up, within=self.chance.random() * 0.02)
                except Refused as refused:
                    if refused.code not in _UNCERTAIN:
                        raise
            await asyncio.sleep(_PACE)

    def _record(self, body: str) -> Any:
        if body in HOSTED["township"]:
            return v1.RecordFindingRequest(finding_id=self.new_id(body, "F"), place=body, observation="河道有漂浮物")
        return v1.ProposeJointWorkRequest(
            joint_work_id=self.new_id(body, "JW"),
            mode=v1.LINKAGE_MODE_STANDALONE,
            direction=v1.LINKAGE_DIRECTION_VERTICAL,
            plan=plan("2026-12-01"),
        )

    async def close(self) -> None:
        """Ends what is under way, and lets go of the channels."""
        for desk in self._desks:
            desk.cancel()
        await asyncio.gather(*self._desks, return_exceptions=True)
        for office in self._offices.values():
            await office.__aexit__(None, None, None)


def tier_of(organisation: str) -> str:
    """The tier whose service hosts a body."""
    return next(tier for tier, hosted in HOSTED.items() if organisation in hosted)


def plan(day: str) -> v1.JointPlan:
    """A plan for that day."""
    text = v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION, main_venue="资阳市政协")
    text.held_at.FromJsonString(f"{day}T01:00:00Z")
    return text


@asynccontextmanager
async def commands(site: Site, seed: int, works: int = 6) -> AsyncIterator[Commands]:
    """A stream of commands that has begun. What chance decides in it follows from the seed."""
    stream = Commands(site, random.Random(seed))
    try:
        stream.begin(works)
        yield stream
    finally:
        await stream.close()
