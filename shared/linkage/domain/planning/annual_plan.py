"""Annual plan (年度协商计划): the year's approved topics, from the call for topics to the evaluation.

Domain paper §3.1, §4(f), §9.1; 002.4, 000§5, 001(2), 003·二(2). Which steps publication needs is the policy pack's to
say. What is published stays in force while an adjustment goes the same way again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypeVar

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.aggregate import Aggregate, Decide
from linkage.domain.decision import Decision, Occasion, Refusal, recorded, refused, unchanged
from linkage.domain.planning import plan_approval, plan_clashes, plan_items, plan_review, solicitation

__all__ = ["AGGREGATE", "AnnualPlan", "Status"]


class Status(Enum):
    NONE = "not drafted"
    DRAFTING = "a draft"
    CONFERRED = "agreed by the three offices"
    REVIEWED = "reviewed by the chairpersons' meeting"
    AWAITING_APPROVAL = "awaiting approval"
    APPROVED = "approved"
    PUBLISHED = "published"
    CLOSED = "closed"
    EVALUATED = "evaluated"


BEFORE_SUBMISSION = (Status.DRAFTING, Status.CONFERRED, Status.REVIEWED)
UNDER_WAY = (Status.CONFERRED, Status.REVIEWED, Status.AWAITING_APPROVAL)
OVER = (Status.CLOSED, Status.EVALUATED)
NOT_IN_DRAFT = "PLAN_NOT_IN_DRAFT"
E = TypeVar("E", v1.PlanPublished, v1.PlanAdjusted)


@dataclass(frozen=True, slots=True)
class AnnualPlan:
    status: Status = Status.NONE
    year: int = 0
    solicitation: solicitation.Solicitation = field(default_factory=solicitation.Solicitation)
    document: str = ""
    items: plan_items.PlanItems = field(default_factory=plan_items.PlanItems)
    approval: plan_approval.Approval = field(default_factory=plan_approval.Approval)
    revision: int = 0  # in force; 0: none yet
    adjustment: str | None = None  # why an adjustment is under way
    clashes: plan_clashes.Clashes = field(default_factory=plan_clashes.Clashes)
    first_quarter: plan_review.Review = field(default_factory=plan_review.Review)


def evolve(state: AnnualPlan, event: Message) -> AnnualPlan:
    state = replace(
        state,
        solicitation=solicitation.evolve(state.solicitation, event),
        items=plan_items.evolve(state.items, event),
        approval=plan_approval.evolve(state.approval, event),
        clashes=plan_clashes.evolve(state.clashes, event),
        first_quarter=plan_review.evolve(state.first_quarter, event),
    )
    match event:
        case v1.PlanDrafted(plan_year=year, document=document):
            return replace(state, status=Status.DRAFTING, year=year, document=document)
        case v1.OfficeConferralConcluded():
            return replace(state, status=Status.CONFERRED)
        case v1.PlanReviewedByChairMeeting():
            return replace(state, status=Status.REVIEWED)
        case v1.PlanSubmittedForApproval():
            return replace(state, status=Status.AWAITING_APPROVAL)
        case v1.PlanReturned():
            return replace(state, status=Status.DRAFTING)
        case v1.PlanApproved():
            return replace(state, status=Status.APPROVED)
        case v1.PlanPublished(revision=revision) | v1.PlanAdjusted(revision=revision):
            return replace(state, status=Status.PUBLISHED, revision=revision, adjustment=None)
        case v1.PlanAdjustmentOpened(reason=reason):
            return replace(state, status=Status.DRAFTING, adjustment=reason)
        case v1.PlanClosed():
            return replace(state, status=Status.CLOSED, adjustment=None)
        case v1.PlanEvaluated():
            return replace(state, status=Status.EVALUATED)
    return state


def open_solicitation(state: AnnualPlan, command: v1.OpenSolicitationRequest, occasion: Occasion) -> Decision:
    wrong = _mismatch(command.plan_id, command.plan_year, occasion) or _drafted(state)
    return solicitation.open_call(state.solicitation, command, wrong)


def close_solicitation(state: AnnualPlan, command: v1.CloseSolicitationRequest, occasion: Occasion) -> Decision:
    return solicitation.close_call(state.solicitation, command)


def draft(state: AnnualPlan, command: v1.DraftPlanRequest, occasion: Occasion) -> Decision:
    drafted = v1.PlanDrafted(plan_id=command.plan_id, plan_year=command.plan_year, document=command.document)
    if (state.document, state.year) == (command.document, command.plan_year) and state.year:
        return unchanged
    return _drafted(state) or _mismatch(command.plan_id, command.plan_year, occasion) or recorded(drafted)


def submit(state: AnnualPlan, command: v1.SubmitPlanRequest, occasion: Occasion) -> Decision:
    """Hands the whole draft over. Which steps came before it is asked when the plan is to be published."""
    if state.status is Status.AWAITING_APPROVAL:
        return unchanged
    if state.status not in BEFORE_SUBMISSION:
        return _not_as_needed(state, NOT_IN_DRAFT)
    if not state.items.draft:
        return refused("PLAN_EMPTY", "a plan without items is not submitted", cite="002.4")
    submitted = v1.PlanSubmittedForApproval(plan_id=command.plan_id, round=state.approval.round)
    submitted.items.extend(plan_items.listed(state.items.draft))
    submitted.adjustment = state.adjustment is not None
    return recorded(submitted)


def return_plan(state: AnnualPlan, command: v1.ReturnPlanRequest, occasion: Occasion) -> Decision:
    if state.status in UNDER_WAY:
        return recorded(v1.PlanReturned(plan_id=command.plan_id, round=state.approval.round, reason=command.reason))
    if state.approval.returned is not None and state.approval.returned.reason == command.reason:
        return unchanged
    return _not_as_needed(state, "PLAN_NOT_UNDER_WAY")


def publish(state: AnnualPlan, command: v1.PublishPlanRequest, occasion: Occasion) -> Decision:
    if state.status is Status.PUBLISHED:
        return unchanged
    if state.adjustment is not None:
        return refused("ADJUSTMENT_OPEN", "an adjustment is put into force by AdjustPlan", cite="002.4")
    if state.status is not Status.APPROVED:
        return _not_as_needed(state, "PLAN_NOT_APPROVED")
    published = v1.PlanPublished(plan_id=command.plan_id, plan_year=state.year, revision=1, round=state.approval.round)
    published.work_points = command.work_points
    return recorded(_whole(state, published, occasion))


def open_adjustment(state: AnnualPlan, command: v1.OpenPlanAdjustmentRequest, occasion: Occasion) -> Decision:
    if state.adjustment is not None:
        same = state.adjustment == command.reason
        return unchanged if same else refused("ADJUSTMENT_OPEN", "another adjustment is under way", cite="002.4")
    if state.status is not Status.PUBLISHED:
        return _not_as_needed(state, "PLAN_NOT_PUBLISHED")
    opened = v1.PlanAdjustmentOpened(
        plan_id=command.plan_id, revision=state.revision + 1, round=state.approval.round + 1
    )
    opened.reason = command.reason
    return recorded(opened)


def adjust(state: AnnualPlan, command: v1.AdjustPlanRequest, occasion: Occasion) -> Decision:
    if state.status is Status.PUBLISHED and state.revision > 1:
        return unchanged
    if state.status is not Status.APPROVED or state.adjustment is None:
        return _not_as_needed(state, "PLAN_NOT_APPROVED")
    adjusted = v1.PlanAdjusted(plan_id=command.plan_id, plan_year=state.year, round=state.approval.round)
    adjusted.revision, adjusted.reason = state.revision + 1, state.adjustment
    adjusted.changed_item_ids.extend(plan_items.changed(state.items))
    adjusted.dropped.extend(plan_items.dropped(state.items, state.adjustment))
    return recorded(_whole(state, adjusted, occasion))


def close(state: AnnualPlan, command: v1.ClosePlanRequest, occasion: Occasion) -> Decision:
    if state.status in OVER:
        return unchanged
    if not state.revision:
        return _not_as_needed(state, "PLAN_NOT_PUBLISHED")
    return recorded(v1.PlanClosed(plan_id=command.plan_id, plan_year=state.year))


def report_adoption(state: AnnualPlan, command: v1.ReportAdoptionRequest, occasion: Occasion) -> Decision:
    closed = None if state.status in OVER else _not_as_needed(state, "PLAN_NOT_CLOSED")
    return plan_review.report_adoption(state.first_quarter, command, state.year, closed)


def evaluate(state: AnnualPlan, command: v1.EvaluatePlanRequest, occasion: Occasion) -> Decision:
    closed = None if state.status is Status.CLOSED else _not_as_needed(state, "PLAN_NOT_CLOSED")
    return plan_review.evaluate(state.first_quarter, command, state.year, closed)


def flag_clash(state: AnnualPlan, command: v1.FlagPlanItemClashRequest, occasion: Occasion) -> Decision:
    known = state.items.draft.keys() | state.items.in_force.keys()
    return plan_clashes.flag(state.clashes, command, known, _not_drafted(state))


def clear_clash(state: AnnualPlan, command: v1.ClearPlanItemClashRequest, occasion: Occasion) -> Decision:
    return plan_clashes.clear(state.clashes, command)


def comment_on_party_plan(state: AnnualPlan, command: v1.CommentOnPartyPlanRequest, occasion: Occasion) -> Decision:
    return plan_clashes.comment(state.clashes, command, _not_drafted(state))


def note_upper_plan(state: AnnualPlan, command: v1.NoteUpperPlanRequest, occasion: Occasion) -> Decision:
    return plan_items.note_upper_plan(state.items, command)


def _whole(state: AnnualPlan, event: E, occasion: Occasion) -> E:
    """The event with every item, and those right below who are told: a township has no plan (domain paper §2)."""
    below = (body for body in occasion.directory if body.above == occasion.by.code)
    event.items.extend(plan_items.listed(state.items.draft))
    event.told.extend(sorted(body.code for body in below if body.tier != v1.TIER_TOWNSHIP))
    return event


def _drafted(state: AnnualPlan) -> Refusal | None:
    if state.status is Status.NONE:
        return None
    return refused("PLAN_EXISTS", "a committee has one plan a year, and it is drafted", cite="002.4")


def _not_drafted(state: AnnualPlan) -> Refusal | None:
    return None if state.status is not Status.NONE else _not_as_needed(state, "PLAN_NOT_DRAFTED")


def _mismatch(plan_id: str, year: int, occasion: Occasion) -> Refusal | None:
    own = plan_items.plan_id_of(occasion.by.code, year)
    if plan_id == own:
        return None
    return refused("PLAN_ID_MISMATCH", "a committee has one plan a year, and its id says which", plan_id=own)


def _not_as_needed(state: AnnualPlan, reason: str) -> Refusal:
    """The plan is in no state that allows this."""
    return refused(reason, f"the plan is {state.status.value}", cite="002.4", status=state.status.name)


def _approving(
    decide: Callable[[plan_approval.Approval, Any, Refusal | None], Decision], allowed: tuple[Status, ...], reason: str
) -> Decide:
    """A decision on approval, which is open in the states `allowed` only."""

    def decided(state: AnnualPlan, command: Any, occasion: Occasion) -> Decision:
        return decide(state.approval, command, None if state.status in allowed else _not_as_needed(state, reason))

    return decided


def _in_draft(decide: Callable[[plan_items.PlanItems, Any, Refusal | None], Decision]) -> Decide:
    """A decision on items, which change in the draft only."""

    def decided(state: AnnualPlan, command: Any, occasion: Occasion) -> Decision:
        open_to_change = state.status is Status.DRAFTING
        return decide(state.items, command, None if open_to_change else _not_as_needed(state, NOT_IN_DRAFT))

    return decided


AGGREGATE = Aggregate(
    kind="annual-plan",
    initial=AnnualPlan(),
    evolve=evolve,
    decisions={
        v1.OpenSolicitationRequest: open_solicitation,
        v1.CloseSolicitationRequest: close_solicitation,
        v1.DraftPlanRequest: draft,
        v1.AddPlanItemRequest: _in_draft(plan_items.add),
        v1.RevisePlanItemRequest: _in_draft(plan_items.revise),
        v1.WithdrawPlanItemRequest: _in_draft(plan_items.withdraw),
        v1.FlagPlanItemClashRequest: flag_clash,
        v1.ClearPlanItemClashRequest: clear_clash,
        v1.CommentOnPartyPlanRequest: comment_on_party_plan,
        v1.NominateProposalTopicRequest: _in_draft(plan_items.nominate_topic),
        v1.ApproveProposalTopicRequest: _in_draft(plan_items.approve_topic),
        v1.ConcludeOfficeConferralRequest: _approving(plan_approval.confer, (Status.DRAFTING,), NOT_IN_DRAFT),
        v1.ReviewPlanRequest: _approving(plan_approval.review, (Status.DRAFTING, Status.CONFERRED), NOT_IN_DRAFT),
        v1.WaiveSupervisionShareRequest: _approving(plan_approval.waive_share, BEFORE_SUBMISSION, NOT_IN_DRAFT),
        v1.SubmitPlanRequest: submit,
        v1.ReturnPlanRequest: return_plan,
        v1.ApprovePlanRequest: _approving(plan_approval.approve, (Status.AWAITING_APPROVAL,), "PLAN_NOT_SUBMITTED"),
        v1.PublishPlanRequest: publish,
        v1.OpenPlanAdjustmentRequest: open_adjustment,
        v1.AdjustPlanRequest: adjust,
        v1.ClosePlanRequest: close,
        v1.ReportAdoptionRequest: report_adoption,
        v1.EvaluatePlanRequest: evaluate,
        v1.NoteUpperPlanRequest: note_upper_plan,
    },
)
