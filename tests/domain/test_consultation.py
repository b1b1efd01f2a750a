"""Consultations. Rules: domain paper §3.3, §4.1; what a pack's gates ask is in tests/policy."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.consultation import consultation
from linkage.testing import Spec, stamp

C, JW, CITY = "512000-C-1", "512000-JW-1", "512000"

spec = Spec(consultation.AGGREGATE, by=CITY, at="2023-05-18 10:00")


def plan(
    form: v1.ConsultationForm.ValueType = v1.CONSULTATION_FORM_SPECIAL_TOPIC, *, key: bool = True
) -> v1.PlanConsultationRequest:
    return v1.PlanConsultationRequest(
        consultation_id=C,
        joint_work_id=JW,
        form=form,
        topic="老旧小区改造提升",
        key=key,
        planned_for=stamp("2023-05-18 09:00"),
    )


def planned(form: v1.ConsultationForm.ValueType = v1.CONSULTATION_FORM_SPECIAL_TOPIC) -> v1.ConsultationPlanned:
    return v1.ConsultationPlanned(
        consultation_id=C,
        joint_work_id=JW,
        form=form,
        topic="老旧小区改造提升",
        key=True,
        planned_for=stamp("2023-05-18 09:00"),
    )


def count(number: int, resident: int = 0) -> v1.RecordConsultationAttendanceRequest:
    return v1.RecordConsultationAttendanceRequest(
        consultation_id=C, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_MAIN_VENUE, number=number, resident=resident
    )


def counted(number: int, resident: int = 0) -> v1.AttendanceRecorded:
    return v1.AttendanceRecorded(
        joint_work_id=JW,
        session_id=C,
        venue=CITY,
        capacity=v1.CAPACITY_MEMBER,
        channel=v1.CHANNEL_MAIN_VENUE,
        number=number,
        resident=resident,
    )


def recommend(text: str = "加快加装电梯") -> v1.RaiseRecommendationRequest:
    return v1.RaiseRecommendationRequest(
        consultation_id=C, recommendation_id="512000-R-1", text=text, source_venue="512021"
    )


def promise(text: str = "年内完成") -> v1.MakeCommitmentRequest:
    return v1.MakeCommitmentRequest(consultation_id=C, commitment_id="512000-P-1", promised_by="市住建局", text=text)


WORK_PLAN = v1.WorkPlanAdopted(consultation_id=C, joint_work_id=JW, document="资政协办〔2023〕5号")
OPENED = v1.ConsultationOpened(consultation_id=C, joint_work_id=JW)
CONCLUDED = v1.ConsultationConcluded(consultation_id=C, joint_work_id=JW)
CANCELLED = v1.ConsultationCancelled(consultation_id=C, joint_work_id=JW, reason="议题撤回")
POSTPONED = v1.ConsultationPostponed(
    consultation_id=C, joint_work_id=JW, reason="防汛", planned_for=stamp("2023-06-18 09:00")
)
WAIVED = v1.ConsultationStepWaived(
    consultation_id=C,
    joint_work_id=JW,
    step=v1.CONSULTATION_STEP_INTERACTION,
    reason="书面交流",
    authorised_by=v1.POST_CHAIR,
)
STATEMENT = v1.StatementMade(
    joint_work_id=JW,
    session_id=C,
    statement_id="512000-ST-1",
    venue=CITY,
    order=1,
    capacity=v1.CAPACITY_SECTOR,
    gist="照明",
)
RECOMMENDED = v1.RecommendationRaised(
    consultation_id=C, joint_work_id=JW, recommendation_id="512000-R-1", text="加快加装电梯", source_venue="512021"
)
PROMISED = v1.CommitmentMade(
    consultation_id=C, joint_work_id=JW, commitment_id="512000-P-1", promised_by="市住建局", text="年内完成"
)
INTERACTED = v1.InteractionRecorded(consultation_id=C, joint_work_id=JW, gist="住建局回应停车问题")
LISTED = v1.InspectionListEntryRecorded(consultation_id=C, joint_work_id=JW, document="督查〔2023〕2号")
PREPARING = (planned(), WORK_PLAN)
IN_SESSION = (*PREPARING, OPENED)

ADOPT = v1.AdoptWorkPlanRequest(consultation_id=C, document="资政协办〔2023〕5号")
BRIEF = v1.HoldBriefingMeetingRequest(consultation_id=C, subject="项目进展")
CIRCULATE = v1.CirculateDraftReportRequest(consultation_id=C, document="初稿1")
WAIVE = v1.WaiveConsultationStepRequest(
    consultation_id=C, step=v1.CONSULTATION_STEP_INTERACTION, reason="书面交流", authorised_by=v1.POST_CHAIR
)
OPEN = v1.OpenConsultationRequest(consultation_id=C)
STATE = v1.RecordConsultationStatementRequest(
    consultation_id=C, statement_id="512000-ST-1", order=1, capacity=v1.CAPACITY_SECTOR, gist="照明"
)
INTERACT = v1.RecordInteractionRequest(consultation_id=C, gist="住建局回应停车问题")
CONCLUDE = v1.ConcludeConsultationRequest(consultation_id=C)
POSTPONE = v1.PostponeConsultationRequest(consultation_id=C, reason="防汛", planned_for=stamp("2023-06-18 09:00"))
CANCEL = v1.CancelConsultationRequest(consultation_id=C, reason="议题撤回")
LIST = v1.RecordInspectionListEntryRequest(consultation_id=C, document="督查〔2023〕2号")


def test_a_consultation_is_planned_once_and_key_is_not_set_afterwards() -> None:
    spec.given().when(plan()).then(planned())
    spec.given(planned()).when(plan()).then()
    spec.given(planned()).when(plan(key=False)).refused("CONSULTATION_EXISTS")


def test_a_date_that_was_not_said_is_not_recorded() -> None:
    command = v1.PlanConsultationRequest(
        consultation_id=C, joint_work_id=JW, form=v1.CONSULTATION_FORM_SECTOR, topic="老旧小区"
    )
    event = v1.ConsultationPlanned(
        consultation_id=C, joint_work_id=JW, form=v1.CONSULTATION_FORM_SECTOR, topic="老旧小区"
    )
    spec.given().when(command).then(event)


def test_preparation_begins_with_the_work_plan() -> None:
    spec.given(planned()).when(ADOPT).then(WORK_PLAN)
    spec.given(*PREPARING).when(ADOPT).then()
    spec.given().when(ADOPT).refused("CONSULTATION_UNKNOWN")
    spec.given(*IN_SESSION).when(v1.AdoptWorkPlanRequest(consultation_id=C, document="6号")).refused(
        "CONSULTATION_NOT_PREPARING"
    )
    for step in (BRIEF, CIRCULATE, OPEN):
        spec.given(planned()).when(step).refused("CONSULTATION_NOT_PREPARING")


def test_members_are_briefed_and_the_draft_is_circulated_while_preparing() -> None:
    briefed = v1.BriefingMeetingHeld(consultation_id=C, joint_work_id=JW, subject="项目进展")
    circulated = v1.DraftReportCirculated(consultation_id=C, joint_work_id=JW, document="初稿1")
    spec.given(*PREPARING).when(BRIEF).then(briefed)
    spec.given(*PREPARING, briefed).when(BRIEF).then()
    spec.given(*PREPARING).when(CIRCULATE).then(circulated)
    spec.given(*PREPARING, circulated).when(CIRCULATE).then()


def test_a_consultation_opens_from_preparation_only() -> None:
    spec.given(*PREPARING).when(OPEN).then(OPENED)
    spec.given(*IN_SESSION).when(OPEN).then()
    for history in ((), (*IN_SESSION, CONCLUDED), (*PREPARING, CANCELLED)):
        spec.given(*history).when(OPEN).refused("CONSULTATION_NOT_PREPARING")


def test_a_step_is_waived_with_a_reason_and_the_post_that_answers_for_it_until_the_end() -> None:
    spec.given(planned()).when(WAIVE).then(WAIVED)
    spec.given(planned(), WAIVED).when(WAIVE).then()
    spec.given().when(WAIVE).refused("CONSULTATION_UNKNOWN")
    spec.given(*IN_SESSION, CONCLUDED).when(WAIVE).refused("CONSULTATION_OVER")


@pytest.mark.parametrize("command", [count(30), STATE, INTERACT, recommend(), promise(), CONCLUDE])
@pytest.mark.parametrize("history", [PREPARING, (*PREPARING, CANCELLED)])
def test_what_happens_in_session_happens_in_session(command: Message, history: tuple[Message, ...]) -> None:
    spec.given(*history).when(command).refused("CONSULTATION_NOT_IN_SESSION")


def test_attendance_is_numbers_of_the_convening_bodys_own_venue() -> None:
    spec.given(*IN_SESSION).when(count(30, 18)).then(counted(30, 18))
    spec.given(*IN_SESSION, counted(30, 18)).when(count(30, 18)).then()
    spec.given(*IN_SESSION, counted(30, 18)).when(count(31, 18)).then(counted(31, 18))
    spec.given(*IN_SESSION).when(count(3, 4)).refused("NUMBER_IMPLAUSIBLE")


@pytest.mark.parametrize(
    ("command", "event"),
    [(STATE, STATEMENT), (INTERACT, INTERACTED), (recommend(), RECOMMENDED), (promise(), PROMISED)],
)
def test_what_is_said_raised_and_promised_is_recorded_once(command: Message, event: Message) -> None:
    spec.given(*IN_SESSION).when(command).then(event)
    spec.given(*IN_SESSION, event).when(command).then()


def test_an_id_names_one_recommendation_and_one_commitment() -> None:
    spec.given(*IN_SESSION, RECOMMENDED).when(recommend("暂缓加装电梯")).refused("RECOMMENDATION_EXISTS")
    spec.given(*IN_SESSION, PROMISED).when(promise("明年完成")).refused("COMMITMENT_EXISTS")


def test_a_consultation_concludes_once() -> None:
    spec.given(*IN_SESSION).when(CONCLUDE).then(CONCLUDED)
    spec.given(*IN_SESSION, CONCLUDED).when(CONCLUDE).then()


def test_a_postponed_consultation_returns_to_preparation() -> None:
    spec.given(*IN_SESSION).when(POSTPONE).then(POSTPONED)
    spec.given(*IN_SESSION, POSTPONED).when(OPEN).then(OPENED)
    spec.given(*IN_SESSION, POSTPONED).when(POSTPONE).then()
    spec.given(*PREPARING, POSTPONED, OPENED).when(POSTPONE).then(POSTPONED)


def test_postponing_does_not_stand_for_a_work_plan() -> None:
    spec.given(planned(), POSTPONED).when(OPEN).refused("CONSULTATION_NOT_PREPARING")


def test_a_consultation_is_called_off_or_postponed_before_its_conclusion_only() -> None:
    spec.given(planned()).when(CANCEL).then(CANCELLED)
    spec.given(*IN_SESSION).when(CANCEL).then(CANCELLED)
    spec.given(planned(), CANCELLED).when(CANCEL).then()
    for command in (CANCEL, POSTPONE):
        spec.given(*IN_SESSION, CONCLUDED).when(command).refused("CONSULTATION_OVER")
        spec.given().when(command).refused("CONSULTATION_UNKNOWN")
    spec.given(planned(), CANCELLED).when(POSTPONE).refused("CONSULTATION_OVER")


def test_a_consultation_is_put_on_the_inspection_list_even_after_its_end() -> None:
    spec.given(*IN_SESSION, CONCLUDED).when(LIST).then(LISTED)
    spec.given(planned(), LISTED).when(LIST).then()
    spec.given().when(LIST).refused("CONSULTATION_UNKNOWN")


def test_what_comes_of_a_consultation_names_the_plan_item_it_was_on() -> None:
    on_plan = planned()
    on_plan.plan_item_id = "512000-PI-1"
    in_session = (on_plan, WORK_PLAN, OPENED)
    raised, concluded = v1.RecommendationRaised(), v1.ConsultationConcluded()
    raised.CopyFrom(RECOMMENDED)
    concluded.CopyFrom(CONCLUDED)
    raised.plan_item_id = concluded.plan_item_id = "512000-PI-1"
    spec.given(*in_session).when(recommend()).then(raised)
    spec.given(*in_session).when(CONCLUDE).then(concluded)


def test_of_a_heart_to_heart_talk_only_that_it_took_place_is_recorded() -> None:
    talk = planned(v1.CONSULTATION_FORM_HEART_TO_HEART)
    spec.given().when(plan(v1.CONSULTATION_FORM_HEART_TO_HEART)).then(talk)
    concluded = v1.ConsultationConcluded(consultation_id=C, joint_work_id=JW, unrecorded=True)
    spec.given(talk).when(CONCLUDE).then(concluded)
    spec.given(talk).when(CANCEL).then(CANCELLED)
    for command, reason in (
        *((step, "CONSULTATION_NOT_PREPARING") for step in (ADOPT, BRIEF, CIRCULATE, OPEN)),
        *((said, "CONSULTATION_NOT_IN_SESSION") for said in (count(1), STATE, INTERACT, recommend(), promise())),
        *((more, "HEART_TO_HEART_UNRECORDED") for more in (WAIVE, POSTPONE, LIST)),
    ):
        spec.given(talk).when(command).refused(reason)


def test_a_concluded_consultation_says_which_matters_of_the_catalogue_it_was_on() -> None:
    with_matters = v1.ConsultationPlanned(
        consultation_id=C, form=v1.CONSULTATION_FORM_SECTOR, matter_ids=["512000-M-1"]
    )
    command = v1.PlanConsultationRequest(consultation_id=C, form=v1.CONSULTATION_FORM_SECTOR, matter_ids=["512000-M-1"])
    spec.given().when(command).then(with_matters)
    adopted, opened = v1.WorkPlanAdopted(consultation_id=C, document="5号"), v1.ConsultationOpened(consultation_id=C)
    concluded = v1.ConsultationConcluded(consultation_id=C, matter_ids=["512000-M-1"])
    spec.given(with_matters, adopted, opened).when(CONCLUDE).then(concluded)


def test_what_research_has_come_to_is_noted_once_even_before_the_consultation_is_planned() -> None:
    note = v1.NoteResearchReportRequest(
        consultation_id=C, joint_work_id=JW, research_id="512000-RES-1", progress=v1.RESEARCH_PROGRESS_REPORTED
    )
    noted = v1.ResearchReportNoted(consultation_id=C, joint_work_id=JW, research_id="512000-RES-1")
    for history in ((), (planned(),), PREPARING, IN_SESSION):
        spec.given(*history).when(note).then(noted)
    spec.given(noted).when(note).then()
    spec.given(noted).when(plan()).then(planned())
