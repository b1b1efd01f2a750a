"""First-quarter review (次年第一季度总结评估), the last part of an annual plan. Domain paper §3.10; 002.22, 002.23.

In the next year's first quarter the standing committee hears what was adopted and evaluates the plan. What comes after
31 March comes late: that is found, and never refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, Refusal, recorded, refused, unchanged

__all__ = ["Review", "evaluate", "evolve", "report_adoption"]


@dataclass(frozen=True, slots=True)
class Review:
    adoption: v1.AdoptionReportedToStandingCommittee | None = None
    evaluated: v1.PlanEvaluated | None = None


def evolve(state: Review, event: Message) -> Review:
    match event:
        case v1.AdoptionReportedToStandingCommittee():
            return replace(state, adoption=event)
        case v1.PlanEvaluated():
            return replace(state, evaluated=event)
    return state


def report_adoption(state: Review, command: v1.ReportAdoptionRequest, year: int, closed: Refusal | None) -> Decision:
    reported = v1.AdoptionReportedToStandingCommittee(plan_id=command.plan_id, plan_year=year)
    reported.reporter, reported.meeting = command.reporter, command.meeting
    if state.adoption is not None:
        same = state.adoption == reported
        return unchanged if same else refused("ADOPTION_REPORTED", "it was reported at another meeting", cite="002.22")
    return closed or recorded(reported)


def evaluate(state: Review, command: v1.EvaluatePlanRequest, year: int, closed: Refusal | None) -> Decision:
    evaluated = v1.PlanEvaluated(plan_id=command.plan_id, plan_year=year, meeting=command.meeting)
    evaluated.summary, evaluated.deployed_plan_id = command.summary, command.deployed_plan_id
    return unchanged if state.evaluated == evaluated else closed or recorded(evaluated)
