"""The steps of a plan's way to approval and evaluation, each with what it rests on. §3.1; 002.4, .22, .23."""

from __future__ import annotations

from typing import NamedTuple

from linkage import v1
from services.projections.fact import Fact

__all__ = ["Step", "step_of"]


class Step(NamedTuple):
    """One step: the event's short name and id, its round of approval (0 for none), when, and what it rests on."""

    event: str
    event_id: str
    round: int
    at: int
    document: str = ""
    by: str = ""
    reason: str = ""


def step_of(fact: Fact) -> Step | None:
    """The step that an event of a plan is; None for what is no step, such as an item's change."""
    step = Step(fact.message.DESCRIPTOR.name, fact.id, getattr(fact.message, "round", 0), fact.at)
    match fact.message:
        case v1.SolicitationOpened() | v1.SolicitationClosed() | v1.PlanClosed() | v1.PlanSubmittedForApproval():
            return step
        case v1.PlanDrafted() | v1.OfficeConferralConcluded() as e:
            return step._replace(document=e.document)
        case v1.PlanReviewedByChairMeeting() | v1.PlanEvaluated() as e:
            return step._replace(document=e.meeting)
        case v1.PlanReturned() | v1.PlanAdjustmentOpened() | v1.PlanAdjusted() as e:
            return step._replace(reason=e.reason)
        case v1.SupervisionShareWaived() as e:
            return step._replace(by=v1.Post.Name(e.authorised_by).removeprefix("POST_"), reason=e.reason)
        case v1.PlanApproved() as e:
            by = v1.PlanApprover.Name(e.approved_by).removeprefix("PLAN_APPROVER_")
            return step._replace(document=e.document, by=by)
        case v1.PlanPublished() as e:
            return step._replace(document=e.work_points)
        case v1.AdoptionReportedToStandingCommittee() as e:
            by = v1.AdoptionReporter.Name(e.reporter).removeprefix("ADOPTION_REPORTER_")
            return step._replace(document=e.meeting, by=by)
    return None
