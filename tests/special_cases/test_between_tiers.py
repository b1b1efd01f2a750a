"""Special cases of domain paper §4.1 that take two tiers, on running services: what each records, and all are shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from deploy.local.parts import QUERY
from linkage import v1
from linkage.client import Office, Refused
from tests.system.commands import Commands, plan
from tests.system.moments import eventually

COUNTY, SHIYANG, YUEYANG, LONGTAI = "512021", "512021110", "512021001", "512021205"


async def refusal(offices: Commands, body: str, request: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await offices.office(body)(request)
    return refused.value


async def proposed(offices: Commands, invited: Mapping[str, bool], reply_by: datetime | None = None) -> str:
    """A county proposes work and invites townships: whom, and whether they are required."""
    work = offices.new_id(COUNTY, "JW")
    await offices.give(COUNTY, v1.ProposeJointWorkRequest(
        joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan=plan("2027-12-01"),
    ))  # fmt: skip
    for body, required in invited.items():
        invitation = v1.IssueInvitationRequest(joint_work_id=work, participant=body, role="参加协商", required=required)
        if reply_by is not None:
            invitation.reply_by.FromDatetime(reply_by)
        await offices.give(COUNTY, invitation)
    return work


def asking(offices: Commands) -> Office:
    return Office(offices.site.address(QUERY), offices.site.plan.mint.token(COUNTY, v1.POST_CPPCC_OFFICE))


async def comes_to(ask: Office, work: str, as_wanted: Callable[[v1.JointWorkView], bool]) -> v1.JointWorkView:
    """The work as the board shows it, once it is as wanted."""
    found = v1.JointWorkView()

    async def there() -> bool:
        try:
            found.CopyFrom((await ask(v1.GetJointWorkRequest(joint_work_id=work))).joint_work)
        except Refused as refused:
            if refused.code is not grpc.StatusCode.NOT_FOUND:
                raise
            return False
        return as_wanted(found)

    await eventually(there)
    return found


def standing(view: v1.JointWorkView) -> dict[str, str]:
    return {
        cell.organisation: v1.ParticipantStanding.Name(cell.standing).removeprefix("PARTICIPANT_STANDING_")
        for cell in view.participants
    }


def said(view: v1.JointWorkView) -> str:
    return v1.JointState.Name(view.state).removeprefix("JOINT_STATE_")


async def test_a_decline_is_terminal_and_the_others_go_on(offices: Commands) -> None:
    work = await proposed(offices, {SHIYANG: True, YUEYANG: False})
    agree = v1.AcceptInvitationRequest(joint_work_id=work, revision=1)
    await offices.give(SHIYANG, v1.DeclineInvitationRequest(joint_work_id=work), "INVITATION_NOT_OPEN")
    assert (await refusal(offices, SHIYANG, agree)).reason == "INVITATION_NOT_OPEN"
    await offices.give(YUEYANG, v1.AcceptInvitationRequest(joint_work_id=work, revision=1), "INVITATION_NOT_OPEN")
    async with asking(offices) as ask:
        shown = {SHIYANG: "DECLINED", YUEYANG: "ACCEPTED"}
        view = await comes_to(ask, work, lambda view: standing(view) == shown)
        assert said(view) == "AT_RISK"
        alone = v1.ConfirmJointWorkRequest(joint_work_id=work)
        assert (await refusal(offices, COUNTY, alone)).reason == "REQUIRED_PARTICIPANT_MISSING"
        reason = v1.ConfirmJointWorkRequest(joint_work_id=work, without_reason="石羊镇已单独协商")
        await offices.give(COUNTY, reason, "REQUIRED_PARTICIPANT_MISSING")
        await offices.give(COUNTY, v1.StartJointWorkRequest(joint_work_id=work))
        await comes_to(ask, work, lambda view: said(view) == "RUNNING")


async def test_what_an_offline_tier_decided_in_time_counts_by_itself_and_what_came_later_needs_a_word(
    offices: Commands,
) -> None:
    """No answer, late acceptance, a tier offline: judged by when it occurred, both times shown."""
    assert await asyncio.to_thread(offices.site.dismiss, "township") == 0
    decided = datetime.now(UTC)
    work = await proposed(offices, {SHIYANG: True, YUEYANG: False}, reply_by=decided + timedelta(seconds=1))
    for body in (SHIYANG, YUEYANG):
        lapse = v1.LapseInvitationRequest(joint_work_id=work, participant=body)
        await offices.give(COUNTY, lapse, "REPLY_PERIOD_RUNNING")
    async with asking(offices) as ask:
        lapsed = {SHIYANG: "LAPSED", YUEYANG: "LAPSED"}
        assert said(await comes_to(ask, work, lambda view: standing(view) == lapsed)) == "AT_RISK"
        await asyncio.to_thread(offices.site.start, "township")
        in_time = v1.AcceptInvitationRequest(joint_work_id=work, revision=1)
        in_time.occurred_at.FromDatetime(decided)
        await offices.give(SHIYANG, in_time, "INVITATION_NOT_OPEN")
        later = v1.AcceptInvitationRequest(joint_work_id=work, revision=1)
        await offices.give(YUEYANG, later, "INVITATION_NOT_OPEN")
        await comes_to(ask, work, lambda view: standing(view) == {SHIYANG: "ACCEPTED", YUEYANG: "LATE"})

        ready = v1.ReportReadyRequest(joint_work_id=work)
        assert (await refusal(offices, YUEYANG, ready)).reason == "LATE_ACCEPTANCE_NOT_ADMITTED"
        await offices.give(COUNTY, v1.AdmitLateAcceptanceRequest(joint_work_id=work, participant=YUEYANG))
        await offices.give(YUEYANG, ready, "LATE_ACCEPTANCE_NOT_ADMITTED")
        await comes_to(ask, work, lambda view: standing(view)[YUEYANG] == "READY")

        (acceptance,) = [
            one
            for one in (await ask(v1.ListTimelineRequest(joint_work_id=work))).entries
            if (one.organisation, one.type) == (SHIYANG, "linkage.v1.InvitationAccepted")
        ]
        assert acceptance.occurred_at.ToDatetime(UTC) == decided
        assert acceptance.recorded_at.ToDatetime(UTC) > decided + timedelta(seconds=1)
        asked = v1.ListObligationsRequest(joint_work_id=work, debtor=SHIYANG, include_discharged=True)
        (owed,) = (await ask(asked)).obligations
        assert (owed.opened_by, owed.overdue, owed.discharged_by) == ("InvitationIssued", False, acceptance.event_id)


async def test_a_tier_that_was_away_when_it_was_invited_and_the_work_called_off_is_free_when_it_is_back(
    offices: Commands,
) -> None:
    assert await asyncio.to_thread(offices.site.dismiss, "township") == 0
    work = await proposed(offices, {SHIYANG: True})
    await offices.give(COUNTY, v1.CancelJointWorkRequest(joint_work_id=work, reason="防汛"))
    await asyncio.to_thread(offices.site.start, "township")
    async with asking(offices) as ask:
        view = await comes_to(ask, work, lambda view: standing(view) == {SHIYANG: "RELEASED"})
        assert said(view) == "CANCELLED"

        async def heard() -> bool:
            entries = (await ask(v1.ListTimelineRequest(joint_work_id=work))).entries
            return any(one.organisation == SHIYANG for one in entries)

        await eventually(heard)
    late = v1.AcceptInvitationRequest(joint_work_id=work, revision=1)
    assert (await refusal(offices, SHIYANG, late)).reason == "INVITATION_NOT_OPEN"


async def test_of_two_offices_that_edit_the_same_plan_the_second_hears_which_one_is_current(offices: Commands) -> None:
    work = await proposed(offices, {SHIYANG: False})
    revised = v1.ReviseJointPlanRequest(joint_work_id=work, current_revision=1, plan=plan("2027-12-15"))
    late = v1.ReviseJointPlanRequest(joint_work_id=work, current_revision=1, plan=plan("2027-12-20"))
    receipt = await offices.give(COUNTY, revised)
    stale = await refusal(offices, COUNTY, late)
    assert (stale.reason, stale.detail["current"]) == ("REVISION_STALE", "2")
    blind = v1.CancelJointWorkRequest(joint_work_id=work, reason="改期", expected_version=1)
    conflict = await refusal(offices, COUNTY, blind)
    assert (conflict.code, conflict.reason) == (grpc.StatusCode.ABORTED, "VERSION_CONFLICT")
    assert conflict.detail["version"] == str(receipt.position.version)


async def test_a_withdrawal_is_shown_to_all_and_leaves_the_decision_to_the_initiator(offices: Commands) -> None:
    work = await proposed(offices, {SHIYANG: True, LONGTAI: False})
    for body in (SHIYANG, LONGTAI):
        await offices.give(body, v1.AcceptInvitationRequest(joint_work_id=work, revision=1), "INVITATION_NOT_OPEN")
    await offices.give(COUNTY, v1.ConfirmJointWorkRequest(joint_work_id=work), "REQUIRED_PARTICIPANT_MISSING")
    await offices.give(SHIYANG, v1.WithdrawParticipationRequest(joint_work_id=work, reason="换届"))
    async with asking(offices) as ask:
        shown = {SHIYANG: "WITHDRAWN", LONGTAI: "ACCEPTED"}
        view = await comes_to(ask, work, lambda view: standing(view) == shown)
        assert said(view) == "AT_RISK"
        moved = v1.ReviseJointPlanRequest(joint_work_id=work, current_revision=1, plan=plan("2027-12-15"))
        await offices.give(COUNTY, moved)
        await comes_to(ask, work, lambda view: standing(view)[LONGTAI] == "RECONFIRM")
        agreed = v1.ReconfirmParticipationRequest(joint_work_id=work, revision=2)
        await offices.give(LONGTAI, agreed, "REVISION_STALE")
        await comes_to(ask, work, lambda view: standing(view)[LONGTAI] == "ACCEPTED")
