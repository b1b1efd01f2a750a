"""Row 19, third tier: a county opens joint work with its township for the city's supervision. Domain paper §4(c).

A township proposes and reports what is seen on the spot; it never issues an opinion (domain paper §0, §2).
"""

from __future__ import annotations

from deploy.local.scenario.bodies import (
    ANYUE,
    COUNTY_WORK,
    ECOLOGY,
    PROJECT,
    SHIYANG,
    SUPERVISION_WORK,
    at,
)
from deploy.local.scenario.findings import OPINIONS, TOWNSHIP_FINDING
from deploy.local.scenario.looking import cell
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["the_county_closes_its_part", "the_township_takes_part"]

_CONTRIBUTION = f"{SHIYANG.code}-OBS-1"


async def the_township_takes_part(scene: Scene) -> None:
    """The county invites its township, which accepts, looks, and hands over what it found."""
    text = v1.JointPlan(topic=ECOLOGY, kind=v1.JOINT_WORK_KIND_SUPERVISION, main_venue=ANYUE.name_zh)
    text.held_at.FromDatetime(at("2023-06-21 09:00"))
    text.roles.add(organisation=SHIYANG.code, role="反映现场情况")
    proposed = v1.ProposeJointWorkRequest(
        joint_work_id=COUNTY_WORK,
        mode=v1.LINKAGE_MODE_ATTACHED,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        parent_id=SUPERVISION_WORK,
        plan=text,
    )
    told = f"opens joint work of its own with its townships, {COUNTY_WORK}, attached to the city's"
    await scene.act(ANYUE, at("2023-06-16 09:00"), proposed, told)
    invited = v1.IssueInvitationRequest(
        joint_work_id=COUNTY_WORK, participant=SHIYANG.code, role="反映现场情况", required=True
    )
    invited.reply_by.FromDatetime(at("2023-06-25 18:00"))
    await scene.act(ANYUE, at("2023-06-16 09:10"), invited, "invites the town of Shiyang (石羊镇)")
    accepted = v1.AcceptInvitationRequest(joint_work_id=COUNTY_WORK, revision=1)
    told = "accepts: the third tier takes part"
    await scene.act(SHIYANG, at("2023-06-19 09:00"), accepted, told, awaiting=("INVITATION_NOT_OPEN",))
    ready = v1.ReportReadyRequest(joint_work_id=COUNTY_WORK)
    await scene.act(SHIYANG, at("2023-06-19 15:00"), ready, "reports ready")
    confirmed = v1.ConfirmJointWorkRequest(joint_work_id=COUNTY_WORK)
    told = "confirms its joint work"
    await scene.act(ANYUE, at("2023-06-20 09:00"), confirmed, told, awaiting=("REQUIRED_PARTICIPANT_MISSING",))
    await scene.act(ANYUE, at("2023-06-21 09:00"), v1.StartJointWorkRequest(joint_work_id=COUNTY_WORK), "starts it")

    finding = v1.RecordFindingRequest(
        finding_id=TOWNSHIP_FINDING.id,
        joint_work_id=SUPERVISION_WORK,
        project_id=PROJECT,
        place=TOWNSHIP_FINDING.place,
        observation=TOWNSHIP_FINDING.observation,
    )
    told = f"records what it found (监督发现): {TOWNSHIP_FINDING.observation}"
    await scene.act(SHIYANG, at("2023-07-03 09:00"), finding, told)
    handed = v1.SubmitFindingRequest(finding_id=TOWNSHIP_FINDING.id, to=ANYUE.code)
    await scene.act(SHIYANG, at("2023-07-03 10:00"), handed, "hands it to its county")
    observations = v1.SubmitContributionRequest(
        joint_work_id=COUNTY_WORK,
        contribution_id=_CONTRIBUTION,
        kind=v1.CONTRIBUTION_KIND_OBSERVATIONS,
        title="石羊镇生态环境现场情况",
        finding_ids=[TOWNSHIP_FINDING.id],
    )
    await scene.act(SHIYANG, at("2023-07-03 10:10"), observations, "contributes its observations (情况反映)")
    used = v1.IncorporateContributionRequest(
        joint_work_id=COUNTY_WORK, participant=SHIYANG.code, contribution_id=_CONTRIBUTION
    )
    told = "checks them on the spot and takes them in"
    await scene.act(ANYUE, at("2023-07-06 09:00"), used, told, awaiting=("CONTRIBUTION_UNKNOWN",))
    opinion = v1.IssueOpinionRequest(opinion_id=OPINIONS[0].id)
    told = "asks the county's service to issue an opinion, which no township may"
    await scene.refused(SHIYANG, at("2023-07-06 10:00"), opinion, told, "TIER_NOT_AUTHORISED", of=ANYUE)

    view = await scene.board(COUNTY_WORK)
    scene.fact(
        "the county's joint work is attached to the city's and RUNNING",
        (view.initiator, view.parent_id, v1.JointState.Name(view.state)),
        (ANYUE.code, SUPERVISION_WORK, "JOINT_STATE_RUNNING"),
    )
    scene.fact(
        "石羊镇 has CONTRIBUTED its observations",
        (v1.ParticipantStanding.Name(cell(view, SHIYANG).standing), list(cell(view, SHIYANG).contribution_ids)),
        ("PARTICIPANT_STANDING_CONTRIBUTED", [_CONTRIBUTION]),
    )


async def the_county_closes_its_part(scene: Scene) -> None:
    """The township hears what became of what it saw."""
    concluded = v1.ConcludeJointWorkRequest(joint_work_id=COUNTY_WORK, summary="石羊镇反映的问题已核实并报市政协")
    await scene.act(ANYUE, at("2023-10-20 09:00"), concluded, "concludes its joint work")
    result = v1.DeliverResultRequest(
        joint_work_id=COUNTY_WORK, participant=SHIYANG.code, summary="管网破损已列入市政协监督意见第1条,现已修复"
    )
    await scene.act(ANYUE, at("2023-10-20 09:10"), result, "tells Shiyang what became of its finding")
    noted = v1.AcknowledgeResultRequest(joint_work_id=COUNTY_WORK)
    told = "acknowledges the result"
    await scene.act(SHIYANG, at("2023-10-23 09:00"), noted, told, awaiting=("RESULT_NOT_RECEIVED",))
    closed = v1.CloseJointWorkRequest(joint_work_id=COUNTY_WORK)
    await scene.act(ANYUE, at("2023-10-24 09:00"), closed, "closes it", awaiting=("RESULTS_PENDING",))
    view = await scene.board(COUNTY_WORK)
    scene.fact(
        "the township's loop is closed: it has ACKNOWLEDGED, and the work is CLOSED",
        (v1.ParticipantStanding.Name(cell(view, SHIYANG).standing), v1.JointState.Name(view.state)),
        ("PARTICIPANT_STANDING_ACKNOWLEDGED", "JOINT_STATE_CLOSED"),
    )
