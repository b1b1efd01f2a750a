"""Row 19, the second half: findings rolled up into five opinions, what departments reply, the end. 002.18, 001(10)."""

from __future__ import annotations

from deploy.local.scenario.bodies import ANYUE, PROJECT, SUPERVISION_WORK, YANJIANG, ZIYANG, at
from deploy.local.scenario.findings import FINDINGS, OPINIONS
from deploy.local.scenario.looking import cell, supervision_board, time
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["departments_reply", "opinions_are_issued"]

_COUNTIES = (YANJIANG, ANYUE)


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

    found = await supervision_board(scene, lambda found: found.summary.issued >= len(OPINIONS))
    scene.fact(
        "five opinions are out, and none is closed yet",
        (found.summary.opinions, found.summary.issued, found.summary.closed),
        (5, 5, 0),
    )
    scene.fact(
        "each opinion names the findings it was rolled up from (SupervisionBoard)",
        {one.opinion_id: tuple(one.finding_ids) for one in found.roll_up},
        {opinion.id: opinion.findings for opinion in OPINIONS},
    )
    await _handed_over(scene)


async def departments_reply(scene: Scene) -> None:
    """October: each department replies; what is answered is closed, and the supervision concluded."""
    await _replies(scene)
    ended = v1.ConcludeSupervisionRequest(
        project_id=PROJECT, summary="7项情况汇总为5条监督意见", pending_reason="第5条安岳尚未答复,继续督促"
    )
    told = "concludes the supervision, and says why before the fifth is answered"
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


async def _handed_over(scene: Scene) -> None:
    """By the records of the bodies whose departments they concern."""
    asked = sum(len(opinion.addressees) for opinion in OPINIONS)

    def standings(found: v1.SupervisionView) -> list[str]:
        return [v1.HandlingStanding.Name(one.standing) for opinion in found.opinions for one in opinion.addressees]

    found = await supervision_board(scene, lambda found: standings(found).count("HANDLING_STANDING_ASSIGNED") == asked)
    scene.fact(
        "each addressee has given what concerns it to a department of its own",
        standings(found),
        ["HANDLING_STANDING_ASSIGNED"] * asked,
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
    found = await supervision_board(scene, lambda found: found.summary.closed >= len(OPINIONS) - 1)
    opinions = {opinion.opinion_id: opinion for opinion in found.opinions}
    scene.fact(
        "both meetings were held, so no step was waived",
        (time(found.mobilization_held_at), time(found.exchange_held_at), len(found.waived)),
        ("2023-06-15 09:00", "2023-08-28 09:00", 0),
    )
    scene.fact(
        "the supervision is CONCLUDED, and four of its five opinions are CLOSED",
        (v1.SupervisionStage.Name(found.summary.stage), found.summary.closed),
        ("SUPERVISION_STAGE_CONCLUDED", 4),
    )
    scene.fact(
        "five replies came in, each with its result",
        [(name, reply.result) for name, one in opinions.items() for body in one.addressees for reply in body.replies],
        [(opinion.id, result) for opinion in OPINIONS for _, _, result, _ in opinion.replies],
    )
    declined = opinions.get("512000-OP-4", v1.OpinionView())
    scene.fact(
        "the one that was not adopted has its reason",
        [reply.reason for body in declined.addressees for reply in body.replies],
        [OPINIONS[3].replies[0][3]],
    )
    scene.fact(
        "安岳 looked again on the spot and found the first opinion settled",
        [
            (body.organisation, look.settled)
            for body in opinions.get("512000-OP-1", v1.OpinionView()).addressees
            for look in body.rechecks
        ],
        [(ANYUE.code, True)],
    )
    view = await scene.board(SUPERVISION_WORK)
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
