"""Approval of an annual plan, a part of it: conferral, review, approval and return, round by round. §3.1; 002.4.

Which steps publication needs is the policy pack's to say. Each return and each adjustment begins another round, so that
no step of an earlier round stands for one of this; only the waiver of the supervisory share (001(12)) outlives it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Decision, Refusal, recorded, refused, unchanged

__all__ = ["Approval", "approve", "confer", "evolve", "review", "waive_share"]

OFFICES = {v1.PLAN_OFFICE_PARTY_COMMITTEE, v1.PLAN_OFFICE_GOVERNMENT, v1.PLAN_OFFICE_CPPCC}


@dataclass(frozen=True, slots=True)
class Approval:
    round: int = 1
    conferred: v1.OfficeConferralConcluded | None = None  # of this round, and so are the next two
    reviewed: v1.PlanReviewedByChairMeeting | None = None
    approved: v1.PlanApproved | None = None
    returned: v1.PlanReturned | None = None  # how the round before ended
    waived: v1.SupervisionShareWaived | None = None


def evolve(state: Approval, event: Message) -> Approval:
    match event:
        case v1.OfficeConferralConcluded():
            return replace(state, conferred=event)
        case v1.PlanReviewedByChairMeeting():
            return replace(state, reviewed=event)
        case v1.PlanApproved():
            return replace(state, approved=event)
        case v1.SupervisionShareWaived():
            return replace(state, waived=event)
        case v1.PlanReturned(round=ended):
            return Approval(round=ended + 1, returned=event, waived=state.waived)
        case v1.PlanAdjustmentOpened(round=number):
            return Approval(round=number, waived=state.waived)
    return state


def confer(state: Approval, command: v1.ConcludeOfficeConferralRequest, closed: Refusal | None) -> Decision:
    conferred = v1.OfficeConferralConcluded(plan_id=command.plan_id, round=state.round, document=command.document)
    conferred.offices.extend(sorted(set(command.offices)))
    if state.conferred == conferred:
        return unchanged
    if closed:
        return closed
    if missing := OFFICES - set(command.offices):
        names = ", ".join(v1.PlanOffice.Name(office) for office in sorted(missing))
        return refused("OFFICE_MISSING", "the three offices agree on the draft together", cite="002.4", offices=names)
    return recorded(conferred)


def review(state: Approval, command: v1.ReviewPlanRequest, closed: Refusal | None) -> Decision:
    reviewed = v1.PlanReviewedByChairMeeting(plan_id=command.plan_id, round=state.round, meeting=command.meeting)
    return unchanged if state.reviewed == reviewed else closed or recorded(reviewed)


def waive_share(state: Approval, command: v1.WaiveSupervisionShareRequest, closed: Refusal | None) -> Decision:
    waived = v1.SupervisionShareWaived(
        plan_id=command.plan_id, reason=command.reason, authorised_by=command.authorised_by
    )
    return unchanged if state.waived == waived else closed or recorded(waived)


def approve(state: Approval, command: v1.ApprovePlanRequest, closed: Refusal | None) -> Decision:
    approved = v1.PlanApproved(plan_id=command.plan_id, round=state.round, document=command.document)
    approved.approved_by = command.approved_by
    return unchanged if state.approved == approved else closed or recorded(approved)
