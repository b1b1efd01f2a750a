"""Row 19: joint supervision of the ecological environment, from the plan to seven findings. 002.18, 001(10), (12)."""

from __future__ import annotations

from deploy.local.scenario.bodies import (
    ANYUE,
    ECOLOGY,
    ECOLOGY_ITEM,
    PROJECT,
    SHIYANG,
    SUPERVISION_WORK,
    YANJIANG,
    ZIYANG,
    at,
)
from deploy.local.scenario.findings import FINDINGS, TOWNSHIP_FINDING
from deploy.local.scenario.looking import supervision_board
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["findings_go_up", "the_city_mobilizes"]

_COUNTIES = (YANJIANG, ANYUE)


async def the_city_mobilizes(scene: Scene) -> None:
    """1–15 June: plan, group, invitations, mobilization meeting."""
    text = v1.JointPlan(topic=ECOLOGY, kind=v1.JOINT_WORK_KIND_SUPERVISION, main_venue="资阳市")
    text.held_at.FromDatetime(at("2023-06-15 09:00"))
    for body in _COUNTIES:
        text.roles.add(organisation=body.code, role="组织当地委员参加监督")
    proposed = v1.ProposeJointWorkRequest(
        joint_work_id=SUPERVISION_WORK,
        mode=v1.LINKAGE_MODE_STANDALONE,
        direction=v1.LINKAGE_DIRECTION_VERTICAL,
        plan_item_id=ECOLOGY_ITEM,
        plan=text,
    )
    told = f"opens joint supervision (联动监督) {SUPERVISION_WORK} «{ECOLOGY}»"
    await scene.act(ZIYANG, at("2023-06-01 09:00"), proposed, told)
    planned = v1.PlanSupervisionRequest(
        project_id=PROJECT, joint_work_id=SUPERVISION_WORK, topic=ECOLOGY, plan_item_id=ECOLOGY_ITEM
    )
    told = "plans it on a supervisory item of the annual plan (民主监督议题)"
    await scene.act(ZIYANG, at("2023-06-01 09:10"), planned, told)
    for body in _COUNTIES:
        invited = v1.IssueInvitationRequest(
            joint_work_id=SUPERVISION_WORK, participant=body.code, role="组织当地委员参加监督", required=True
        )
        invited.reply_by.FromDatetime(at("2023-06-10 18:00"))
        await scene.act(ZIYANG, at("2023-06-01 09:20"), invited, f"invites {body.name} ({body.name_zh})")
    for body, day in ((YANJIANG, "05"), (ANYUE, "06")):
        accepted = v1.AcceptInvitationRequest(joint_work_id=SUPERVISION_WORK, revision=1)
        told = "accepts"
        await scene.act(body, at(f"2023-06-{day} 09:00"), accepted, told, awaiting=("INVITATION_NOT_OPEN",))
        ready = v1.ReportReadyRequest(joint_work_id=SUPERVISION_WORK)
        await scene.act(body, at(f"2023-06-{day} 16:00"), ready, "reports ready")
    confirmed = v1.ConfirmJointWorkRequest(joint_work_id=SUPERVISION_WORK)
    told = "confirms the joint supervision"
    await scene.act(ZIYANG, at("2023-06-08 09:00"), confirmed, told, awaiting=("REQUIRED_PARTICIPANT_MISSING",))
    formed = v1.FormSupervisionGroupRequest(project_id=PROJECT, leader=v1.POST_VICE_CHAIR, members=9)
    told = "forms the group (民主监督小组), led by the vice-chair in charge"
    await scene.act(ZIYANG, at("2023-06-08 10:00"), formed, told)
    for body, members in ((YANJIANG, 3), (ANYUE, 4)):
        enrolled = v1.EnrolSupervisionMembersRequest(project_id=PROJECT, organisation=body.code, members=members)
        told = f"enrols {members} local members of {body.name} (当地政协委员)"
        await scene.act(ZIYANG, at("2023-06-09 09:00"), enrolled, told)
    mobilized = v1.HoldMobilizationMeetingRequest(project_id=PROJECT)
    await scene.act(ZIYANG, at("2023-06-15 09:00"), mobilized, "holds the mobilization meeting (动员会)")
    started = v1.StartJointWorkRequest(joint_work_id=SUPERVISION_WORK)
    await scene.act(ZIYANG, at("2023-06-15 11:00"), started, "starts the joint supervision")

    found = await supervision_board(scene)
    scene.fact(
        "the project is MOBILIZED, on the supervisory item of the plan (SupervisionBoard)",
        (v1.SupervisionStage.Name(found.summary.stage), found.summary.plan_item_id),
        ("SUPERVISION_STAGE_MOBILIZED", ECOLOGY_ITEM),
    )
    scene.fact(
        "a vice-chair leads the group, and both counties have local members in it",
        (v1.Post.Name(found.leader), {one.organisation: one.members for one in found.enrolled}),
        ("POST_VICE_CHAIR", {YANJIANG.code: 3, ANYUE.code: 4}),
    )


async def findings_go_up(scene: Scene) -> None:
    """July: inspections; each county records its own findings and hands them to the city."""
    for place, name in ((YANJIANG.code, "雁江区"), (SHIYANG.code, "石羊镇")):
        inspected = v1.HoldInspectionRequest(project_id=PROJECT, place=place, subject=f"{name}水环境")
        await scene.act(ZIYANG, at("2023-07-05 09:00"), inspected, f"inspects (视察) {name}")
    for finding in FINDINGS:
        noted = v1.RecordFindingRequest(
            finding_id=finding.id,
            joint_work_id=SUPERVISION_WORK,
            project_id=PROJECT,
            place=finding.place,
            observation=finding.observation,
            source_finding_ids=finding.sources,
        )
        rests = f" (rests on {', '.join(finding.sources)})" if finding.sources else ""
        told = f"records finding {finding.id}: {finding.observation}{rests}"
        await scene.act(finding.by, at("2023-07-10 09:00"), noted, told)
        handed = v1.SubmitFindingRequest(finding_id=finding.id, to=ZIYANG.code)
        await scene.act(finding.by, at("2023-07-12 09:00"), handed, f"hands {finding.id} to the city")
    for body in _COUNTIES:
        opinions = v1.SubmitContributionRequest(
            joint_work_id=SUPERVISION_WORK,
            contribution_id=f"{body.code}-OPINIONS-1",
            kind=v1.CONTRIBUTION_KIND_OPINIONS,
            title=f"{body.name_zh}关于{ECOLOGY}的监督情况",
            finding_ids=[finding.id for finding in FINDINGS if finding.by is body],
        )
        await scene.act(body, at("2023-07-14 09:00"), opinions, "contributes its opinions with these findings")
        used = v1.IncorporateContributionRequest(
            joint_work_id=SUPERVISION_WORK, participant=body.code, contribution_id=opinions.contribution_id
        )
        told = f"takes in what {body.name} contributed"
        await scene.act(ZIYANG, at("2023-07-20 09:00"), used, told, awaiting=("CONTRIBUTION_UNKNOWN",))

    found = await supervision_board(scene, lambda found: found.summary.findings >= len(FINDINGS))
    scene.fact("seven findings reached the city (SupervisionBoard)", found.summary.findings, 7)
    seen = {finding.finding_id: finding for finding in found.findings}
    spot = seen.get(TOWNSHIP_FINDING.id, v1.FindingView())
    scene.fact(
        "what 石羊镇 saw was checked by its county and taken into a finding of its own",
        (spot.organisation, list(spot.submitted_to), spot.taken_into),
        (SHIYANG.code, [ANYUE.code], "512021-F-1"),
    )
    view = await scene.board(SUPERVISION_WORK)
    scene.fact("the board of the joint work counts the same seven", [one.findings for one in view.supervisions], [7])
    entries = await scene.timeline(
        SUPERVISION_WORK, lambda entries: any(entry.type.endswith(".FindingCheckNoted") for entry in entries)
    )
    scene.fact(
        "the township's finding went to its county, not to the city, and the township heard what became of it",
        {
            (entry.organisation, entry.type.rpartition(".")[2])
            for entry in entries
            if f"/{TOWNSHIP_FINDING.id}@" in entry.event_id
        },
        {
            (SHIYANG.code, "SupervisionFindingRecorded"),
            (SHIYANG.code, "ContributionSubmitted"),
            (ANYUE.code, "ObservationReceived"),
            (ANYUE.code, "ObservationChecked"),
            (SHIYANG.code, "FindingCheckNoted"),
        },
    )
