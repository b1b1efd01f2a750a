"""Row 21: adoption is reported and the plan evaluated, both in the first quarter of 2024. 002.22, 002.23."""

from __future__ import annotations

from deploy.local.scenario.bodies import (
    ANYUE,
    ECOLOGY_ITEM,
    INFRASTRUCTURE_ITEM,
    PLAN,
    RENEWAL_ITEM,
    SUPERVISION_WORK,
    ZIYANG,
    at,
)
from deploy.local.scenario.looking import count, plan_board, time
from deploy.local.scenario.scene import Scene
from linkage import v1

__all__ = ["the_first_quarter", "the_year_ends"]

_MEETING = "市政协第十三次常委会会议"


async def the_year_ends(scene: Scene) -> None:
    """31 December 2023."""
    early = v1.ReportAdoptionRequest(plan_id=PLAN, reporter=v1.ADOPTION_REPORTER_GOVERNMENT_LEADER, meeting=_MEETING)
    told = "wants to report on adoption before the plan's year is over"
    await scene.refused(ZIYANG, at("2023-12-29 09:00"), early, told, "PLAN_NOT_CLOSED")
    closed = v1.ClosePlanRequest(plan_id=PLAN)
    await scene.act(ZIYANG, at("2023-12-31 17:00"), closed, "closes the year's plan; its account is now owed")

    entries = await scene.timeline(PLAN)
    scene.fact("the plan is closed, and nothing is reported yet", [count(entries, name) for name in _ENDS], [1, 0, 0])
    owed = await scene.obligations(still_open=True, opened_by="PlanClosed")
    scene.fact(
        "report and evaluation are owed by 31 March (WaitingForMe)",
        [(one.subject_id, time(one.due_at, "%Y-%m-%d")) for one in owed],
        [(PLAN, "2024-03-31")] * 2,
    )


async def the_first_quarter(scene: Scene) -> None:
    """Row 21."""
    reported = v1.ReportAdoptionRequest(plan_id=PLAN, reporter=v1.ADOPTION_REPORTER_GOVERNMENT_LEADER, meeting=_MEETING)
    told = "a leader of the city government reports on adoption to the standing committee (通报采纳落实情况)"
    await scene.act(ZIYANG, at("2024-03-28 09:00"), reported, told, post=v1.POST_STANDING_COMMITTEE)
    evaluated = v1.EvaluatePlanRequest(
        plan_id=PLAN, meeting=_MEETING, summary="第3、8、9项议题已完成,意见建议答复5条、待答复1条"
    )
    told = "evaluates last year's plan (总结评估)"
    await scene.act(ZIYANG, at("2024-03-28 10:00"), evaluated, told, post=v1.POST_STANDING_COMMITTEE)

    entries = await scene.timeline(PLAN)
    scene.fact("adoption was reported and the plan evaluated", [count(entries, name) for name in _ENDS], [1, 1, 1])
    plan = await plan_board(scene)
    scene.fact("the plan is EVALUATED", v1.PlanStage.Name(plan.summary.stage), "PLAN_STAGE_EVALUATED")
    scene.fact(
        "what was played of it is concluded: items 3, 8 and 9",
        [one.item.plan_item_id for one in plan.items if one.progress == v1.PLAN_ITEM_PROGRESS_CONCLUDED],
        [RENEWAL_ITEM, ECOLOGY_ITEM, INFRASTRUCTURE_ITEM],
    )
    for rule, what in (("ZY-Q1-1", "the report on adoption (002.22)"), ("ZY-Q1-2", "the evaluation (002.23)")):
        scene.fact(f"{what} came in time: COMPLIANT", _found(plan, rule), ("RULE_VERDICT_COMPLIANT", "2024-03-31"))
    then = await plan_board(scene, by=at("2024-02-01 09:00"))
    scene.fact(
        "asked as of 1 February, both are PENDING until 31 March",
        [_found(then, rule) for rule in ("ZY-Q1-1", "ZY-Q1-2")],
        [("RULE_VERDICT_PENDING", "2024-03-31")] * 2,
    )
    scene.fact("what the standing committee found stands in the plan's account", plan.evaluation, evaluated.summary)
    scene.fact(
        "both on 28 March 2024, within the first quarter",
        {time(entry.occurred_at, "%Y-%m-%d") for entry in entries if entry.type.rsplit(".", 1)[-1] in _ENDS[1:]},
        {"2024-03-28"},
    )
    owed = await scene.obligations(opened_by="PlanClosed")
    scene.fact(
        "what was owed for the plan was done in time", [(bool(one.discharged_by), one.overdue) for one in owed],
        [(True, False)] * 2,
    )  # fmt: skip
    await _word_passes(scene)
    left = await scene.obligations(still_open=True)
    scene.fact(
        "of the whole year three things still wait: an answer on each side, and an acknowledgement",
        sorted((one.debtor, one.opened_by) for one in left),
        [
            (ZIYANG.code, "RecommendationTransmitted"),
            (ANYUE.code, "ResultDelivered"),
            (ANYUE.code, "SupervisionOpinionAssigned"),
        ],
    )


async def _word_passes(scene: Scene) -> None:
    """For operators: what was said at one tier has arrived at the others."""
    health = (await scene.see(v1.GetLinkHealthRequest())).health
    scene.fact(
        "three tiers are heard, nothing is parked anywhere, and no session forbids a release (LinkHealth)",
        (len(health.tiers), any(tier.stale for tier in health.tiers), health.parked_streams, health.no_deploy_window),
        (3, False, 0, False),
    )
    held_up = (await scene.see(v1.ListHeldUpWorksRequest())).works
    scene.fact(
        "of four joint works one waits for somebody: the supervision, for 安岳",
        [(one.joint_work_id, list(one.waiting_for)) for one in held_up],
        [(SUPERVISION_WORK, [ANYUE.code])],
    )


_ENDS = ("PlanClosed", "AdoptionReportedToStandingCommittee", "PlanEvaluated")


def _found(plan: v1.PlanView, rule: str) -> tuple[str, str]:
    """The rule's verdict, and until when what it asks for was due."""
    finding = next((one for one in plan.findings if one.rule == rule), v1.RuleFinding())
    return v1.RuleVerdict.Name(finding.verdict), time(finding.due_at, "%Y-%m-%d")
