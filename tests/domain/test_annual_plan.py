"""Annual plans. Rules: domain paper §3.1, §4(f), §4.1; what a pack's chain and share ask is in tests/policy."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.planning import annual_plan
from linkage.testing import Given, Spec, stamp

CITY, COUNTY = "512000", "512021"
P, COUNTIES = "512000-PLAN-2023", ["512002", "512021", "512022"]
spec = Spec(annual_plan.AGGREGATE, by=CITY, at="2023-01-30")


def item(number: int, *, topic: str = "老旧小区改造提升", **fields: object) -> v1.PlanItem:
    return v1.PlanItem(
        plan_item_id=f"512000-PI-{number}",
        topic=topic,
        form=v1.CONSULTATION_FORM_SPECIAL_TOPIC,
        **fields,  # type: ignore[arg-type]
    )


def add(one: v1.PlanItem, plan: str = P) -> v1.AddPlanItemRequest:
    return v1.AddPlanItemRequest(plan_id=plan, item=one)


SOLICIT = v1.OpenSolicitationRequest(plan_id=P, plan_year=2023, call="征集2023年协商选题", until=stamp("2022-12-15"))
SOLICITED = v1.SolicitationOpened(plan_id=P, plan_year=2023, call="征集2023年协商选题", until=stamp("2022-12-15"))
CALL_OVER = v1.SolicitationClosed(plan_id=P)
DRAFT = v1.DraftPlanRequest(plan_id=P, plan_year=2023, document="草案1")
DRAFTED = v1.PlanDrafted(plan_id=P, plan_year=2023, document="草案1")
ADDED = v1.PlanItemAdded(plan_id=P, item=item(1))
OFFICES = [v1.PLAN_OFFICE_PARTY_COMMITTEE, v1.PLAN_OFFICE_GOVERNMENT, v1.PLAN_OFFICE_CPPCC]
CONFER = v1.ConcludeOfficeConferralRequest(plan_id=P, offices=OFFICES, document="会商纪要1")
CONFERRED = v1.OfficeConferralConcluded(plan_id=P, round=1, offices=OFFICES, document="会商纪要1")
REVIEW = v1.ReviewPlanRequest(plan_id=P, meeting="第9次")
REVIEWED = v1.PlanReviewedByChairMeeting(plan_id=P, round=1, meeting="第9次")
SUBMIT = v1.SubmitPlanRequest(plan_id=P)
SUBMITTED = v1.PlanSubmittedForApproval(plan_id=P, round=1, items=[item(1)])
RETURN = v1.ReturnPlanRequest(plan_id=P, reason="监督议题不足")
RETURNED = v1.PlanReturned(plan_id=P, round=1, reason="监督议题不足")
APPROVE = v1.ApprovePlanRequest(plan_id=P, approved_by=v1.PLAN_APPROVER_PARTY_COMMITTEE, document="资委〔2023〕1号")
APPROVED = v1.PlanApproved(plan_id=P, round=1, approved_by=v1.PLAN_APPROVER_PARTY_COMMITTEE, document="资委〔2023〕1号")
PUBLISH = v1.PublishPlanRequest(plan_id=P, work_points="资委〔2023〕2号")
PUBLISHED = v1.PlanPublished(
    plan_id=P, plan_year=2023, revision=1, round=1, items=[item(1)], work_points="资委〔2023〕2号", told=COUNTIES
)
OPEN_ADJUSTMENT = v1.OpenPlanAdjustmentRequest(plan_id=P, reason="省里新部署")
ADJUSTING = v1.PlanAdjustmentOpened(plan_id=P, revision=2, round=2, reason="省里新部署")
ADJUST, CLOSE = v1.AdjustPlanRequest(plan_id=P), v1.ClosePlanRequest(plan_id=P)
CLOSED = v1.PlanClosed(plan_id=P, plan_year=2023)
REPORT = v1.ReportAdoptionRequest(plan_id=P, reporter=v1.ADOPTION_REPORTER_GOVERNMENT_LEADER, meeting="第8次常委会")
ADOPTION = v1.AdoptionReportedToStandingCommittee(
    plan_id=P, plan_year=2023, reporter=v1.ADOPTION_REPORTER_GOVERNMENT_LEADER, meeting="第8次常委会"
)
EVALUATE = v1.EvaluatePlanRequest(
    plan_id=P, meeting="第8次常委会", summary="10项完成", deployed_plan_id="512000-PLAN-2024"
)
EVALUATED = v1.PlanEvaluated(
    plan_id=P, plan_year=2023, meeting="第8次常委会", summary="10项完成", deployed_plan_id="512000-PLAN-2024"
)
IN_DRAFT = (DRAFTED, ADDED)
AWAITING = (*IN_DRAFT, CONFERRED, SUBMITTED)
IN_FORCE = (*AWAITING, APPROVED, PUBLISHED)


def adjusted(*commands: Message) -> Given:
    """A published plan whose adjustment, by these commands, has gone the whole way again up to its approval."""
    outcome = spec.given(*IN_FORCE).when(OPEN_ADJUSTMENT)
    for command in (*commands, CONFER, SUBMIT, APPROVE):
        outcome = outcome.when(command)
    return outcome.after


# From the call for topics to publication


def test_topics_are_called_for_until_the_call_is_over() -> None:
    spec.given().when(SOLICIT).then(SOLICITED)
    spec.given(SOLICITED).when(SOLICIT).then()
    spec.given(SOLICITED).when(v1.CloseSolicitationRequest(plan_id=P)).then(CALL_OVER)
    spec.given(SOLICITED, CALL_OVER).when(v1.CloseSolicitationRequest(plan_id=P)).then()
    spec.given().when(v1.CloseSolicitationRequest(plan_id=P)).refused("SOLICITATION_NOT_OPEN")
    spec.given(DRAFTED).when(SOLICIT).refused("PLAN_EXISTS")


def test_a_committee_has_one_plan_a_year() -> None:
    spec.given(SOLICITED, CALL_OVER).when(DRAFT).then(DRAFTED)
    spec.given(DRAFTED).when(DRAFT).then()
    spec.given(DRAFTED).when(v1.DraftPlanRequest(plan_id=P, plan_year=2023, document="草案2")).refused("PLAN_EXISTS")
    for plan, year in ((P, 2024), ("512000-PLAN-B", 2023), ("511000-PLAN-2023", 2023)):
        command = v1.DraftPlanRequest(plan_id=plan, plan_year=year, document="草案1")
        spec.given().when(command).refused("PLAN_ID_MISMATCH")


def test_items_are_added_revised_and_withdrawn_in_the_draft() -> None:
    revise = v1.RevisePlanItemRequest(plan_id=P, item=item(1, supervisory=True))
    withdraw = v1.WithdrawPlanItemRequest(plan_id=P, plan_item_id="512000-PI-1", reason="合并")
    revised = v1.PlanItemRevised(plan_id=P, item=item(1, supervisory=True))
    withdrawn = v1.PlanItemWithdrawn(plan_id=P, plan_item_id="512000-PI-1", reason="合并")
    spec.given(DRAFTED).when(add(item(1))).then(ADDED)
    spec.given(*IN_DRAFT).when(add(item(1))).then()
    spec.given(*IN_DRAFT).when(add(item(1, topic="其他"))).refused("PLAN_ITEM_EXISTS")
    spec.given(*IN_DRAFT).when(revise).then(revised)
    spec.given(*IN_DRAFT).when(withdraw).then(withdrawn)
    spec.given(*IN_DRAFT, withdrawn).when(withdraw).then()
    for command in (revise, withdraw):
        spec.given(DRAFTED).when(command).refused("PLAN_ITEM_UNKNOWN")


@pytest.mark.parametrize("history", [(), (*IN_DRAFT, CONFERRED), AWAITING, (*AWAITING, APPROVED), IN_FORCE])
def test_items_change_in_the_draft_and_after_publication_only_in_an_adjustment(history: tuple[Message, ...]) -> None:
    spec.given(*history).when(add(item(2))).refused("PLAN_NOT_IN_DRAFT")


def test_the_three_offices_agree_on_the_draft_together() -> None:
    spec.given(*IN_DRAFT).when(CONFER).then(CONFERRED)
    spec.given(*IN_DRAFT, CONFERRED).when(CONFER).then()
    two = v1.ConcludeOfficeConferralRequest(plan_id=P, offices=OFFICES[:2], document="会商纪要1")
    spec.given(*IN_DRAFT).when(two).refused("OFFICE_MISSING", offices="PLAN_OFFICE_CPPCC")


def test_a_plan_goes_from_conferral_over_review_submission_and_approval_to_publication() -> None:
    spec.given(*IN_DRAFT, CONFERRED).when(REVIEW).then(REVIEWED)
    spec.given(*IN_DRAFT, CONFERRED, REVIEWED).when(SUBMIT).then(SUBMITTED)
    spec.given(*IN_DRAFT, CONFERRED).when(SUBMIT).then(SUBMITTED)
    spec.given(*AWAITING).when(APPROVE).then(APPROVED)
    spec.given(*AWAITING, APPROVED).when(PUBLISH).then(PUBLISHED)
    spec.given(*IN_FORCE).when(PUBLISH).then()


def test_nothing_is_approved_that_was_not_submitted_or_published_that_was_not_approved() -> None:
    spec.given(*IN_DRAFT, CONFERRED).when(APPROVE).refused("PLAN_NOT_SUBMITTED")
    spec.given(*AWAITING).when(PUBLISH).refused("PLAN_NOT_APPROVED")
    spec.given(DRAFTED).when(SUBMIT).refused("PLAN_EMPTY")


def test_a_returned_plan_is_a_draft_again_and_its_next_round_stands_for_itself() -> None:
    spec.given(*AWAITING).when(RETURN).then(RETURNED)
    spec.given(*AWAITING, RETURNED).when(RETURN).then()
    spec.given(*AWAITING, RETURNED).when(add(item(2))).then(v1.PlanItemAdded(plan_id=P, item=item(2)))
    again = v1.OfficeConferralConcluded(plan_id=P, round=2, offices=OFFICES, document="会商纪要1")
    spec.given(*AWAITING, RETURNED).when(CONFER).then(again)
    for history in (IN_DRAFT, (*AWAITING, APPROVED), IN_FORCE):
        spec.given(*history).when(RETURN).refused("PLAN_NOT_UNDER_WAY")


def test_topics_on_proposal_handling_are_nominated_before_they_are_approved() -> None:
    nominate = v1.NominateProposalTopicRequest(plan_id=P, plan_item_id="512000-PI-3", topic="重点提案办理")
    approve = v1.ApproveProposalTopicRequest(plan_id=P, plan_item_id="512000-PI-3", meeting="第9次")
    nominated = v1.ProposalTopicNominated(plan_id=P, plan_item_id="512000-PI-3", topic="重点提案办理")
    spec.given(DRAFTED).when(approve).refused("PROPOSAL_TOPIC_NOT_NOMINATED")
    spec.given(DRAFTED).when(nominate).then(nominated)
    spec.given(DRAFTED, nominated).when(approve).then(
        v1.ProposalTopicApproved(plan_id=P, plan_item_id="512000-PI-3", meeting="第9次")
    )
    other = v1.NominateProposalTopicRequest(plan_id=P, plan_item_id="512000-PI-3", topic="另一件")
    spec.given(DRAFTED, nominated).when(other).refused("PROPOSAL_TOPIC_EXISTS")


def test_a_share_is_waived_with_a_reason_and_the_post_that_answers_for_it_before_submission() -> None:
    waive = v1.WaiveSupervisionShareRequest(plan_id=P, reason="换届", authorised_by=v1.POST_CHAIR)
    waived = v1.SupervisionShareWaived(plan_id=P, reason="换届", authorised_by=v1.POST_CHAIR)
    spec.given(*IN_DRAFT, CONFERRED).when(waive).then(waived)
    spec.given(*IN_DRAFT, waived).when(waive).then()
    spec.given(*AWAITING).when(waive).refused("PLAN_NOT_IN_DRAFT")


# Adjustment


def test_a_published_plan_changes_only_by_an_adjustment_that_goes_the_same_way_again() -> None:
    spec.given(*IN_FORCE).when(OPEN_ADJUSTMENT).then(ADJUSTING)
    spec.given(*IN_FORCE, ADJUSTING).when(OPEN_ADJUSTMENT).then()
    spec.given(*AWAITING).when(OPEN_ADJUSTMENT).refused("PLAN_NOT_PUBLISHED")
    spec.given(*IN_FORCE, ADJUSTING).when(ADJUST).refused("PLAN_NOT_APPROVED")
    spec.given(*IN_FORCE, ADJUSTING).when(PUBLISH).refused("ADJUSTMENT_OPEN")
    gone = v1.WithdrawPlanItemRequest(plan_id=P, plan_item_id="512000-PI-1", reason="并入")
    adjusted(gone, add(item(2))).when(ADJUST).then(
        v1.PlanAdjusted(
            plan_id=P,
            plan_year=2023,
            revision=2,
            round=2,
            items=[item(2)],
            changed_item_ids=["512000-PI-1", "512000-PI-2"],
            reason="省里新部署",
            told=COUNTIES,
        )
    )


def test_what_is_submitted_as_an_adjustment_says_so() -> None:
    events = adjusted(add(item(2))).history
    (_, submitted) = (event for event in events if isinstance(event, v1.PlanSubmittedForApproval))
    assert (submitted.round, submitted.adjustment, len(submitted.items)) == (2, True, 2)


def test_an_adjustment_that_is_in_force_is_not_put_into_force_again() -> None:
    adjusted(add(item(2))).when(ADJUST).when(ADJUST).then()


# The year's end


def test_the_year_ends_with_the_plans_close_and_is_reported_on_and_evaluated_after_it() -> None:
    spec.given(*IN_FORCE).when(CLOSE).then(CLOSED)
    spec.given(*IN_FORCE, ADJUSTING).when(CLOSE).then(CLOSED)
    spec.given(*AWAITING).when(CLOSE).refused("PLAN_NOT_PUBLISHED")
    for command, event in ((REPORT, ADOPTION), (EVALUATE, EVALUATED)):
        spec.given(*IN_FORCE).when(command).refused("PLAN_NOT_CLOSED")
        spec.given(*IN_FORCE, CLOSED).when(command, at="2024-03-28").then(event)
        spec.given(*IN_FORCE, CLOSED, event).when(command).then()
    spec.given(*IN_FORCE, CLOSED, EVALUATED).when(REPORT).then(ADOPTION)


def test_a_report_on_adoption_after_the_first_quarter_is_late_and_not_refused() -> None:
    spec.given(*IN_FORCE, CLOSED).when(REPORT, at="2024-04-01").then(ADOPTION)


# The plan of the body above


COUNTY_PLAN = "512021-PLAN-2023"
HEARD = v1.NoteUpperPlanRequest(plan_id=COUNTY_PLAN, upper_plan_id=P, revision=1, linkable=[item(1, linkable=True)])
NOTED = v1.UpperPlanNoted(plan_id=COUNTY_PLAN, upper_plan_id=P, revision=1, linkable=[item(1, linkable=True)])
COUNTY_DRAFT = v1.PlanDrafted(plan_id=COUNTY_PLAN, plan_year=2023, document="草案")
ALIGNED = v1.PlanItem(
    plan_item_id="512021-PI-1",
    topic="老旧小区改造提升",
    form=v1.CONSULTATION_FORM_SPECIAL_TOPIC,
    aligned_with="512000-PI-1",
)


def test_what_the_body_above_publishes_is_noted_and_creates_nothing_here() -> None:
    noted = spec.given().when(HEARD, by=COUNTY)
    noted.then(NOTED)
    assert noted.after.state.status is annual_plan.Status.NONE
    assert not noted.after.state.items.draft
    spec.given(NOTED).when(HEARD, by=COUNTY).then()


def test_a_county_aligns_an_item_of_its_own_with_a_linkable_one_and_with_no_other() -> None:
    added = v1.PlanItemAdded(plan_id=COUNTY_PLAN, item=ALIGNED)
    spec.given(NOTED, COUNTY_DRAFT).when(add(ALIGNED, COUNTY_PLAN), by=COUNTY).then(added)
    spec.given(COUNTY_DRAFT).when(add(ALIGNED, COUNTY_PLAN), by=COUNTY).refused("ALIGNMENT_UNKNOWN")


def test_when_the_body_above_adjusts_its_plan_aligned_items_are_named_and_stay_as_they_are() -> None:
    heard = v1.NoteUpperPlanRequest(
        plan_id=COUNTY_PLAN, upper_plan_id=P, revision=2, changed_item_ids=["512000-PI-1", "512000-PI-4"]
    )
    history = (NOTED, COUNTY_DRAFT, v1.PlanItemAdded(plan_id=COUNTY_PLAN, item=ALIGNED))
    noted = spec.given(*history).when(heard, by=COUNTY)
    noted.then(v1.UpperPlanNoted(plan_id=COUNTY_PLAN, upper_plan_id=P, revision=2, affected_item_ids=["512021-PI-1"]))
    assert noted.after.state.items.draft == {"512021-PI-1": ALIGNED}
    noted.after.when(HEARD, by=COUNTY).then()  # an older revision that comes late says nothing new
