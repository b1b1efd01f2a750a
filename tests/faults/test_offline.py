"""A tier that is away for a while: the others work on and show it as stale; when it is back, all converges."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from deploy.local.parts import QUERY
from deploy.local.site import Site
from linkage import v1
from linkage.client import Office
from tests.system.checks import assert_nothing_lost_or_doubled
from tests.system.commands import Commands, commands, plan
from tests.system.moments import eventually

COUNTY, TOWNSHIP, OTHER = "512021", "512021110", "512021001"


async def test_the_others_work_on_without_a_tier_and_all_converges_when_it_is_back(site: Site) -> None:
    async with commands(site, seed=21, works=2) as stream, queries(site) as ask:
        work = await _propose(stream)
        await _invite(stream, work, OTHER)
        await stream.give(OTHER, v1.AcceptInvitationRequest(joint_work_id=work, revision=1), "INVITATION_NOT_OPEN")
        assert await asyncio.to_thread(site.dismiss, "township") == 0
        both = await _invite(stream, work, TOWNSHIP)
        await stream.reached(20)

        async def shown_as_stale() -> bool:
            view = (await ask(v1.GetJointWorkRequest(joint_work_id=work, min_position=[both.position]))).joint_work
            return {cell.organisation: cell.stale for cell in view.participants} == {TOWNSHIP: True, OTHER: True}

        await eventually(shown_as_stale)
        decided = datetime.now(UTC) - timedelta(seconds=1)  # in its office, while its service was away
        invited = await _times(ask, work, "InvitationIssued", COUNTY, 2)
        await asyncio.to_thread(site.start, "township")
        accepted = v1.AcceptInvitationRequest(joint_work_id=work, revision=1)
        accepted.occurred_at.FromDatetime(decided)
        await stream.give(TOWNSHIP, accepted, "INVITATION_NOT_OPEN")

        received = await _times(ask, work, "InvitationReceived", TOWNSHIP, 1)
        assert [occurred for occurred, _ in received] == [invited[-1][0]]
        acceptance = await _times(ask, work, "InvitationAccepted", TOWNSHIP, 1)
        assert [occurred for occurred, _ in acceptance] == [decided]
        assert all(occurred < recorded for occurred, recorded in (*received, *acceptance))
        noted = await _times(ask, work, "ParticipantAnswerNoted", COUNTY, 2)
        assert noted[-1][0] == decided
        await stream.stop()
    await assert_nothing_lost_or_doubled(site, stream.answered)


def queries(site: Site) -> Office:
    """An office that asks what the read models show."""
    return Office(site.address(QUERY), site.plan.mint.token("512000", v1.POST_CPPCC_OFFICE))


async def _propose(stream: Commands) -> str:
    work = stream.new_id(COUNTY, "JW")
    proposed = v1.ProposeJointWorkRequest(
        joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL
    )
    proposed.plan.CopyFrom(plan("2026-12-01"))
    await stream.give(COUNTY, proposed)
    return work


async def _invite(stream: Commands, work: str, body: str) -> v1.Receipt:
    return await stream.give(COUNTY, v1.IssueInvitationRequest(joint_work_id=work, participant=body, role="参加协商"))


async def _times(ask: Office, work: str, event: str, body: str, count: int) -> list[tuple[datetime, datetime]]:
    """When so many events of a body occurred and were recorded, as the timeline shows them once it has them."""
    found: list[tuple[datetime, datetime]] = []

    async def there() -> bool:
        entries = (await ask(v1.ListTimelineRequest(joint_work_id=work))).entries
        found[:] = [
            (entry.occurred_at.ToDatetime(UTC), entry.recorded_at.ToDatetime(UTC))
            for entry in entries
            if (entry.organisation, entry.type) == (body, f"linkage.v1.{event}")
        ]
        return len(found) == count

    await eventually(there)
    return found
