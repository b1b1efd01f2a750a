"""What a body may report of a consultation, and what must be answered to it. Domain paper §3.7, §4.1."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.outcome import outcome_report
from linkage.testing import Given, Spec, stamp

CITY, JW, C, ITEM = "512000", "512000-JW-1", "512000-C-1", "512000-PI-3"
R1, R2 = "512000-R-1", "512000-R-2"
spec = Spec(outcome_report.AGGREGATE, by=CITY, at="2023-06-09")
NAMED: dict[str, Any] = {"consultation_id": C, "joint_work_id": JW}
LATE = "县区研究报告补充稿"


def noted(recommendation: str = R1) -> v1.RecommendationNoted:
    return v1.RecommendationNoted(recommendation_id=recommendation, **NAMED)


def left_out(recommendation: str = R2, reason: str = "与R-1重复") -> v1.LeftOut:
    return v1.LeftOut(recommendation_id=recommendation, reason=reason)


def draft(document: str = "资政协〔2023〕9号稿", included: tuple[str, ...] = (R1,)) -> v1.DraftOutcomeReportRequest:
    return v1.DraftOutcomeReportRequest(
        consultation_id=C, title="老旧小区改造", document=document, recommendation_ids=included, left_out=[left_out()]
    )


def drafted(number: int = 1, document: str = "资政协〔2023〕9号稿") -> v1.OutcomeReportDrafted:
    event = v1.OutcomeReportDrafted(draft=number, title="老旧小区改造", document=document, **NAMED)
    event.recommendation_ids.append(R1)
    event.left_out.append(left_out())
    return event


APPROVE = v1.ApproveOutcomeReportRequest(consultation_id=C, document="资政协〔2023〕9号稿")
APPROVED = v1.OutcomeReportApproved(
    draft=1,
    document="资政协〔2023〕9号稿",
    approved_by=v1.POST_CHAIRPERSONS_MEETING,
    recommendation_ids=[R1],
    left_out=[left_out()],
    plan_item_id=ITEM,
    **NAMED,
)
SUBMIT = v1.SubmitOutcomeReportRequest(consultation_id=C, recipients=["市委", "市政府"])
DUE = v1.OutcomeReportDue(plan_item_id=ITEM, **NAMED)
OFF_PLAN = v1.OutcomeReportDue(**NAMED)
SAID: dict[str, Any] = {"on_behalf_of": "市政府", "source_document": "资府函〔2023〕31号"}
DECIDE = v1.EnterDecisionRequest(consultation_id=C, procedure="市政府常务会议", **SAID)
DECIDED = v1.OutcomeEnteredDecision(procedure="市政府常务会议", **SAID, **NAMED)
REPLY = v1.GiveOutcomeReplyRequest(consultation_id=C, result=v1.REPLY_RESULT_ADOPTED, **SAID)
REPLIED = v1.AdoptionReplyGiven(result=v1.REPLY_RESULT_ADOPTED, **SAID, **NAMED)
CLOSE = v1.CloseOutcomeReportRequest(consultation_id=C)
CLOSED = v1.OutcomeReportClosed(plan_item_id=ITEM, **NAMED)
OFF_PLAN_CLOSED = v1.OutcomeReportClosed(**NAMED)
ADDENDUM = v1.FileOutcomeAddendumRequest(
    consultation_id=C, title=LATE, document="乐政协〔2023〕12号", reason="6月20日送达"
)
INSTRUCT = v1.RecordLeaderInstructionRequest(
    consultation_id=C, instruction_id="512000-I-1", text="请市住建局研究", undertaking_unit="市住建局", **SAID
)
INSTRUCTED = v1.LeaderInstructionRecorded(
    instruction_id="512000-I-1", text="请市住建局研究", undertaking_unit="市住建局", **SAID, **NAMED
)
ANSWER = v1.GiveInstructionFeedbackRequest(
    consultation_id=C, instruction_id="512000-I-1", text="已列入年度计划", **SAID
)
ANSWERED = v1.InstructionFeedbackGiven(instruction_id="512000-I-1", text="已列入年度计划", **SAID, **NAMED)


def submitted(planned: bool = True) -> v1.OutcomeReportSubmitted:
    event = v1.OutcomeReportSubmitted(planned=planned, document="资政协〔2023〕9号稿", **NAMED)
    event.recipients.extend(["市委", "市政府"])
    event.plan_item_id = ITEM if planned else ""
    return event


def answered(recommendation: str, result: v1.ReplyResult.ValueType) -> v1.RecommendationReplyNoted:
    return v1.RecommendationReplyNoted(recommendation_id=recommendation, result=result, **NAMED)


def of_plan(*more: Message) -> Given:
    return spec.given(noted(R1), noted(R2), DUE, drafted(), APPROVED, submitted(), *more)


def off_plan(*more: Message) -> Given:
    approved = v1.OutcomeReportApproved()
    approved.CopyFrom(APPROVED)
    approved.plan_item_id = ""
    return spec.given(noted(R1), noted(R2), OFF_PLAN, drafted(), approved, submitted(False), *more)


def test_a_report_is_due_when_its_consultation_is_over_and_not_drafted_before() -> None:
    owe = v1.OweOutcomeReportRequest(consultation_id=C, joint_work_id=JW, plan_item_id=ITEM)
    spec.given().when(owe).then(DUE)
    spec.given(DUE).when(owe).then()
    spec.given(noted(R1), noted(R2)).when(draft()).refused("CONSULTATION_NOT_CONCLUDED")
    spec.given(noted(R1), noted(R2), DUE).when(draft()).then(drafted())


def test_every_recommendation_is_included_or_left_out_with_a_reason() -> None:
    collected = spec.given(noted(R1), noted(R2), DUE)
    collected.when(draft(included=())).refused("RECOMMENDATION_UNACCOUNTED", recommendation=R1)
    without = draft()
    without.left_out[0].reason = " "
    collected.when(without).refused("RECOMMENDATION_UNACCOUNTED", recommendation=R2)
    both = draft(included=(R1, R2))
    collected.when(both).refused("RECOMMENDATION_UNACCOUNTED", recommendation=R2)


def test_a_report_holds_only_recommendations_of_its_own_consultation() -> None:
    stranger = draft(included=(R1, "512000-R-99"))
    spec.given(noted(R1), noted(R2), DUE).when(stranger).refused("RECOMMENDATION_UNKNOWN", recommendation="512000-R-99")


def test_a_draft_that_is_returned_is_written_anew_and_approved_as_it_was_read() -> None:
    back = v1.ReturnOutcomeReportRequest(consultation_id=C, reason="数据不全")
    returned = v1.OutcomeReportReturned(draft=1, reason="数据不全", **NAMED)
    collected = spec.given(noted(R1), noted(R2), DUE, drafted())
    collected.when(back).then(returned)
    again = spec.given(noted(R1), noted(R2), DUE, drafted(), returned)
    again.when(APPROVE).refused("REPORT_NOT_DRAFTED")
    again.when(draft("第二稿")).then(drafted(2, "第二稿"))
    rewritten = spec.given(noted(R1), noted(R2), DUE, drafted(), returned, drafted(2, "第二稿"))
    rewritten.when(APPROVE).refused("DRAFT_STALE", document="第二稿")
    collected.when(APPROVE, post=v1.POST_CHAIRPERSONS_MEETING).then(APPROVED)


def test_a_report_is_submitted_only_after_approval() -> None:
    spec.given(noted(R1), noted(R2), DUE, drafted()).when(SUBMIT).refused("REPORT_NOT_APPROVED", rule="ZY-OUT-1")
    spec.given(noted(R1), noted(R2), DUE, drafted(), APPROVED).when(SUBMIT).then(submitted())
    of_plan().when(SUBMIT).then()


def test_an_approved_text_never_changes() -> None:
    for history in ((DUE, drafted(), APPROVED), (DUE, drafted(), APPROVED, submitted())):
        approved = spec.given(noted(R1), noted(R2), *history)
        approved.when(draft("另一稿")).refused("REPORT_APPROVED")
        approved.when(v1.ReturnOutcomeReportRequest(consultation_id=C, reason="改")).refused("REPORT_APPROVED")
        approved.when(APPROVE).then()


def test_a_late_contribution_goes_into_an_addendum_after_approval_and_never_into_the_approved_text() -> None:
    filed = v1.LateAddendumFiled(joint_work_id=JW, refers_to=C, title=LATE)
    filed.document, filed.reason = "乐政协〔2023〕12号", "6月20日送达"
    spec.given(noted(R1), noted(R2), DUE, drafted()).when(ADDENDUM).refused("REPORT_NOT_APPROVED")
    for history in ((), (submitted(),), (submitted(), DECIDED, CLOSED)):
        approved = spec.given(noted(R1), noted(R2), DUE, drafted(), APPROVED, *history)
        approved.when(ADDENDUM).then(filed)
        assert approved.when(ADDENDUM).after.state.draft == drafted()


def test_a_planned_outcome_must_enter_the_decision_procedure_or_it_is_said_why_not() -> None:
    adopted = answered(R1, v1.REPLY_RESULT_ADOPTED)
    of_plan(adopted).when(CLOSE).refused("DECISION_MISSING", rule="DX-OUT-1")
    of_plan(adopted).when(DECIDE).then(DECIDED)
    of_plan(adopted, DECIDED).when(CLOSE).then(CLOSED)
    why = v1.CloseOutcomeReportRequest(consultation_id=C, without_decision="书面答复已足")
    closed = v1.OutcomeReportClosed(without_decision="书面答复已足", plan_item_id=ITEM, **NAMED)
    of_plan(adopted).when(why).then(closed)


def test_an_outcome_off_the_plan_gets_a_written_reply() -> None:
    silent = spec.given(OFF_PLAN, v1.OutcomeReportDrafted(draft=1, **NAMED), APPROVED, submitted(False))
    silent.when(CLOSE).refused("REPLY_MISSING")
    silent.when(REPLY).then(REPLIED)
    silent.when(REPLY).when(CLOSE).then(OFF_PLAN_CLOSED)
    off_plan(answered(R1, v1.REPLY_RESULT_PARTLY_ADOPTED)).when(CLOSE).then(OFF_PLAN_CLOSED)


def test_entering_the_decision_procedure_is_no_written_reply_to_an_outcome_off_the_plan() -> None:
    silent = spec.given(OFF_PLAN, v1.OutcomeReportDrafted(draft=1, **NAMED), APPROVED, submitted(False))
    silent.when(DECIDE).when(CLOSE).refused("REPLY_MISSING")


def test_a_reply_that_is_still_under_study_is_no_answer_to_a_report() -> None:
    studied = v1.AdoptionReplyGiven(result=v1.REPLY_RESULT_UNDER_STUDY, **SAID, **NAMED)
    silent = spec.given(OFF_PLAN, v1.OutcomeReportDrafted(draft=1, **NAMED), APPROVED, submitted(False), studied)
    silent.when(CLOSE).refused("REPLY_MISSING")
    silent.when(REPLY).when(CLOSE).then(OFF_PLAN_CLOSED)


def test_a_planned_outcome_answered_by_the_decision_procedure_alone_says_which_that_was() -> None:
    silent = spec.given(DUE, v1.OutcomeReportDrafted(draft=1, **NAMED), APPROVED, submitted(), DECIDED)
    silent.when(CLOSE).then(v1.OutcomeReportClosed(plan_item_id=ITEM, procedure="市政府常务会议", **NAMED))


def test_a_reply_to_a_report_gives_the_reason_where_it_is_not_adopted() -> None:
    no = v1.GiveOutcomeReplyRequest(consultation_id=C, result=v1.REPLY_RESULT_NOT_ADOPTED, reason=" ", **SAID)
    off_plan().when(no).refused("REASON_MISSING", rule="HL-OUT-2")


@pytest.mark.parametrize("command", [DECIDE, REPLY, CLOSE])
def test_nobody_answers_a_report_that_was_not_submitted(command: Message) -> None:
    spec.given(noted(R1), noted(R2), DUE, drafted(), APPROVED).when(command).refused("REPORT_NOT_SUBMITTED")


@pytest.mark.parametrize("command", [DECIDE, REPLY, INSTRUCT])
def test_a_closed_report_is_not_answered_any_more(command: Message) -> None:
    closed = spec.given(noted(R1), OFF_PLAN, drafted(), APPROVED, submitted(False), CLOSED)
    closed.when(command).refused("REPORT_CLOSED")


def test_a_report_is_not_closed_while_a_recommendation_of_it_has_no_final_answer() -> None:
    of_plan(DECIDED).when(CLOSE).refused("REPLY_MISSING", recommendation=R1)
    of_plan(DECIDED, answered(R1, v1.REPLY_RESULT_UNDER_STUDY)).when(CLOSE).refused("REPLY_MISSING")
    later = (answered(R1, v1.REPLY_RESULT_UNDER_STUDY), answered(R1, v1.REPLY_RESULT_NOT_ADOPTED))
    of_plan(DECIDED, *later).when(CLOSE).then(CLOSED)


def test_an_instruction_obliges_the_unit_to_a_written_feedback_before_the_report_is_closed() -> None:
    of_plan().when(INSTRUCT).then(INSTRUCTED)
    spec.given(noted(R1), noted(R2), DUE, drafted()).when(INSTRUCT).refused("REPORT_NOT_APPROVED")
    done = (DECIDED, answered(R1, v1.REPLY_RESULT_ADOPTED), INSTRUCTED)
    of_plan(*done).when(CLOSE).refused("INSTRUCTION_UNANSWERED", instruction="512000-I-1")
    of_plan(*done).when(ANSWER).then(ANSWERED)
    of_plan(*done, ANSWERED).when(CLOSE).then(CLOSED)


def test_an_instruction_is_recorded_and_answered_once() -> None:
    other = v1.RecordLeaderInstructionRequest()
    other.CopyFrom(INSTRUCT)
    other.due_at.CopyFrom(stamp("2023-07-01"))
    of_plan(INSTRUCTED).when(INSTRUCT).then()
    of_plan(INSTRUCTED).when(other).refused("INSTRUCTION_EXISTS")
    of_plan().when(ANSWER).refused("INSTRUCTION_UNKNOWN")
    again = v1.GiveInstructionFeedbackRequest(consultation_id=C, instruction_id="512000-I-1", text="再报", **SAID)
    of_plan(INSTRUCTED, ANSWERED).when(again).refused("INSTRUCTION_ANSWERED")


def test_a_recommendation_and_its_reply_are_noted_once() -> None:
    note = v1.NoteRecommendationRequest(consultation_id=C, joint_work_id=JW, recommendation_id=R1)
    spec.given().when(note).then(noted(R1))
    spec.given(noted(R1)).when(note).then()
    reply = v1.NoteRecommendationReplyRequest(
        consultation_id=C, recommendation_id=R1, result=v1.REPLY_RESULT_UNDER_STUDY
    )
    of_plan().when(reply).then(answered(R1, v1.REPLY_RESULT_UNDER_STUDY))
