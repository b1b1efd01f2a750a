"""Row 21: adoption is reported and the plan evaluated, both in the first quarter of 2024. 002.22, 002.23."""

from __future__ import annotations

from deploy.local.scenario.bodies import PLAN, ZIYANG, at
from deploy.local.scenario.looking import count, time
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


async def the_first_quarter(scene: Scene) -> None:
    """Row 21."""
    reported = v1.ReportAdoptionRequest(plan_id=PLAN, reporter=v1.ADOPTION_REPORTER_GOVERNMENT_LEADER, meeting=_MEETING)
    told = "a leader of the city government reports on adoption to the standing committee (通报采纳落实情况)"
    await scene.act(ZIYANG, at("2024-03-28 09:00"), reported, told, post=v1.POST_STANDING_COMMITTEE)
    evaluated = v1.EvaluatePlanRequest(
        plan_id=PLAN, meeting=_MEETING, summary="10项议题全部完成,意见建议答复5条、待答复1条"
    )
    told = "evaluates last year's plan (总结评估)"
    await scene.act(ZIYANG, at("2024-03-28 10:00"), evaluated, told, post=v1.POST_STANDING_COMMITTEE)

    entries = await scene.timeline(PLAN)
    scene.fact("adoption was reported and the plan evaluated", [count(entries, name) for name in _ENDS], [1, 1, 1])
    scene.fact(
        "both on 28 March 2024, within the first quarter",
        {time(entry.occurred_at, "%Y-%m-%d") for entry in entries if entry.type.rsplit(".", 1)[-1] in _ENDS[1:]},
        {"2024-03-28"},
    )


_ENDS = ("PlanClosed", "AdoptionReportedToStandingCommittee", "PlanEvaluated")
