"""Row 19: joint supervision of the ecological environment, from plan to opinions and replies. 002.18, 001(10), (12)."""

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
from deploy.local.scenario.findings import FINDINGS, OPINIONS, TOWNSHIP_FINDING
from deploy.local.scenario.looking import cell
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["departments_reply", "findings_go_up", "opinions_are_issued", "the_city_mobilizes"]

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

    view = await scene.board(SUPERVISION_WORK, lambda view: _supervision(view).findings >= len(FINDINGS))
    scene.fact("seven findings reached the city", _supervision(view).findings, 7)
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


async def opinions_are_issued(scene: Scene) -> None:
    """August and September: roll-up, exchange, issue, and each opinion to a department."""
    rolled = v1.RollUpOpinionsRequest(project_id=PROJECT)
    for opinion in OPINIONS:
        rolled.opinions.add(opinion_id=opinion.id, finding_ids=opinion.findings)
    told = f"rolls {len(FINDINGS)} findings up into {len(OPINIONS)} opinions"
    await scene.act(ZIYANG, at("2023-08-15 09:00"), rolled, told, awaiting=("FINDING_UNKNOWN",))
    for opinion in OPINIONS:
        draft = v1.DraftOpinionRequest(
            opinion_id=opinion.id,
            joint_work_id=SUPERVISION_WORK,
            project_id=PROJECT,
            text=opinion.text,
            finding_ids=opinion.findings,
            addressees=[body.code for body in opinion.addressees],
        )
        await scene.act(ZIYANG, at("2023-08-21 09:00"), draft, f"drafts {opinion.id}: {opinion.text}")
    exchanged = v1.HoldOpinionExchangeRequest(project_id=PROJECT)
    told = "holds the opinion exchange with the departments (意见交换会)"
    await scene.act(ZIYANG, at("2023-08-28 09:00"), exchanged, told)
    for opinion in OPINIONS:
        whom = ", ".join(body.name for body in opinion.addressees)
        issued = v1.IssueOpinionRequest(opinion_id=opinion.id)
        await scene.act(ZIYANG, at("2023-09-04 09:00"), issued, f"issues {opinion.id} (监督意见) to {whom}")
    await _assignments(scene)

    view = await scene.board(SUPERVISION_WORK, lambda view: _numbers(view)[1] >= len(OPINIONS))
    scene.fact("five opinions are out, and none is closed yet", _numbers(view), (5, 5, 0))


async def departments_reply(scene: Scene) -> None:
    """October: each department replies; what is answered is closed, and the supervision concluded."""
    await _replies(scene)
    ended = v1.ConcludeSupervisionRequest(project_id=PROJECT, summary="7项情况汇总为5条监督意见")
    told = "concludes the supervision"
    await scene.act(ZIYANG, at("2023-10-30 09:00"), ended, told, awaiting=("OPINION_NOT_ISSUED",))
    concluded = v1.ConcludeJointWorkRequest(joint_work_id=SUPERVISION_WORK, summary="5条监督意见,4条已答复")
    await scene.act(ZIYANG, at("2023-10-30 10:00"), concluded, "concludes the joint work")
    for body in _COUNTIES:
        result = v1.DeliverResultRequest(
            joint_work_id=SUPERVISION_WORK, participant=body.code, summary="5条监督意见及答复情况"
        )
        await scene.act(ZIYANG, at("2023-10-30 11:00"), result, f"delivers the result to {body.name}")
    noted = v1.AcknowledgeResultRequest(joint_work_id=SUPERVISION_WORK)
    told = "acknowledges the result"
    await scene.act(YANJIANG, at("2023-10-31 09:00"), noted, told, awaiting=("RESULT_NOT_RECEIVED",))
    await _ended_as_it_should(scene)


async def _assignments(scene: Scene) -> None:
    """Each body's own government office hands the opinion to a department."""
    office = v1.POST_GOVERNMENT_OFFICE
    for opinion in OPINIONS:
        units = {body: unit for body, unit, _, _ in opinion.replies}
        for body in opinion.addressees:
            assigned = v1.AssignOpinionRequest(
                opinion_id=opinion.id, undertaking_unit=units.get(body, "安岳县自然资源和规划局")
            )
            assigned.due_at.FromDatetime(at("2023-10-15 18:00"))
            told = f"gives {opinion.id} to {assigned.undertaking_unit} (交办), reply by 15 October"
            await scene.act(
                body, at("2023-09-08 09:00"), assigned, told, post=office, awaiting=("OPINION_NOT_RECEIVED",)
            )


async def _replies(scene: Scene) -> None:
    """Each department replies with result and reason; what every addressee has replied to is closed."""
    office = v1.POST_GOVERNMENT_OFFICE
    for opinion in OPINIONS:
        for body, unit, result, reason in opinion.replies:
            reply = v1.GiveSupervisionReplyRequest(
                opinion_id=opinion.id,
                result=result,
                reason=reason,
                on_behalf_of=unit,
                source_document=f"{unit}函〔2023〕{opinion.id[-1]}号",
            )
            how = v1.ReplyResult.Name(result).removeprefix("REPLY_RESULT_").replace("_", " ").lower()
            told = f"{unit} replies to {opinion.id}: {how}" + (f" — {reason}" if reason else "")
            await scene.act(body, at("2023-10-10 09:00"), reply, told, post=office)
    recheck = v1.HoldRecheckRequest(opinion_id=OPINIONS[0].id, settled=True, observation="石羊镇管网已修复")
    await scene.act(ANYUE, at("2023-10-18 09:00"), recheck, "looks again on the spot: settled")
    for opinion in OPINIONS:
        if opinion.replies:
            closed = v1.CloseOpinionRequest(opinion_id=opinion.id)
            told = f"closes {opinion.id}: every addressee has replied"
            await scene.act(ZIYANG, at("2023-10-20 09:00"), closed, told, awaiting=("REPLY_MISSING",))


async def _ended_as_it_should(scene: Scene) -> None:
    view = await scene.board(SUPERVISION_WORK)
    found = _supervision(view)
    scene.fact("seven findings were rolled up into five opinions", (found.findings, found.opinions), (7, 5))
    scene.fact("five opinions were issued", found.issued, 5)
    scene.fact("the mobilization meeting was held", found.mobilization_held)
    scene.fact("the opinion exchange was held", found.exchange_held)
    scene.fact("so nothing of the project was waived", (found.project_id, found.waived), (PROJECT, 0))
    scene.fact("five replies came in, and four opinions are closed", (found.replies, found.closed), (5, 4))
    scene.fact("the supervision is CONCLUDED", found.state, "CONCLUDED")
    scene.fact(
        "安岳 has not acknowledged yet, 雁江 has: one thing is outstanding",
        (v1.JointState.Name(view.state), view.pending, cell(view, ANYUE).unacknowledged),
        ("JOINT_STATE_CONCLUDED_PENDING", 1, 1),
    )
    owed = await scene.obligations(SUPERVISION_WORK)
    replies = [one for one in owed if one.opened_by == "SupervisionOpinionAssigned"]
    scene.fact(
        "of six replies asked for, one is still owed: that of 安岳 to the fifth opinion (WaitingForMe)",
        (len(replies), [(one.debtor, one.subject_id) for one in replies if not one.discharged_by]),
        (6, [(ANYUE.code, OPINIONS[4].id)]),
    )
    entries = await scene.timeline(SUPERVISION_WORK)
    scene.fact(
        "the timeline of JW-2 holds events of all three tiers",
        {v1.Tier.Name(entry.tier) for entry in entries},
        {"TIER_MUNICIPAL", "TIER_COUNTY", "TIER_TOWNSHIP"},
    )
    scene.fact(
        "each entry has both times, when it happened in 2023 and when it was recorded, and its link in the chain",
        bool(entries)
        and all(
            entry.occurred_at.ToDatetime().year == 2023 < entry.recorded_at.ToDatetime().year and len(entry.hash) == 64
            for entry in entries
        ),
    )


def _supervision(view: v1.JointWorkView) -> v1.SupervisionCell:
    return view.supervisions[0] if view.supervisions else v1.SupervisionCell()


def _numbers(view: v1.JointWorkView) -> tuple[int, int, int]:
    found = _supervision(view)
    return found.opinions, found.issued, found.closed
