"""Steps of a consultation: guests, what is held in its form, who hosts it. Rules: domain paper §3.3; 002.7–.16."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.consultation import consultation
from linkage.testing import Spec

C, JW = "512000-C-1", "512000-JW-1"
PLANNED = v1.ConsultationPlanned(consultation_id=C, joint_work_id=JW, form=v1.CONSULTATION_FORM_PLENARY)
PREPARING = (PLANNED, v1.WorkPlanAdopted(consultation_id=C, joint_work_id=JW, document="资政协办〔2023〕5号"))
IN_SESSION = (*PREPARING, v1.ConsultationOpened(consultation_id=C, joint_work_id=JW))
CONCLUDED = v1.ConsultationConcluded(consultation_id=C, joint_work_id=JW)

spec = Spec(consultation.AGGREGATE, by="512000", at="2023-05-18 10:00")


def test_guests_are_invited_by_office_and_capacity_until_the_end() -> None:
    invite = v1.InviteConsultationGuestsRequest(consultation_id=C, capacity=v1.CAPACITY_LEADER, whom="分管副市长")
    invited = v1.ConsultationGuestsInvited(
        consultation_id=C, joint_work_id=JW, capacity=v1.CAPACITY_LEADER, whom="分管副市长"
    )
    for history in ((PLANNED,), PREPARING, IN_SESSION):
        spec.given(*history).when(invite).then(invited)
    spec.given(PLANNED, invited).when(invite).then()
    spec.given().when(invite).refused("CONSULTATION_UNKNOWN")
    spec.given(*IN_SESSION, CONCLUDED).when(invite).refused("CONSULTATION_OVER")


def test_a_step_of_the_meeting_is_held_in_the_meeting_and_one_before_it_also_while_preparing() -> None:
    def held(step: v1.ConsultationStep.ValueType) -> v1.ConsultationStepHeld:
        return v1.ConsultationStepHeld(consultation_id=C, joint_work_id=JW, step=step, document="纪要1")

    def hold(step: v1.ConsultationStep.ValueType) -> v1.HoldConsultationStepRequest:
        return v1.HoldConsultationStepRequest(consultation_id=C, step=step, document="纪要1")

    speeches, comments = v1.CONSULTATION_STEP_PLENARY_SPEECHES, v1.CONSULTATION_STEP_WRITTEN_COMMENTS
    spec.given(*IN_SESSION).when(hold(speeches)).then(held(speeches))
    spec.given(*IN_SESSION, held(speeches)).when(hold(speeches)).then()
    spec.given(*PREPARING).when(hold(speeches)).refused("CONSULTATION_NOT_IN_SESSION")
    spec.given(*PREPARING).when(hold(comments)).then(held(comments))
    spec.given(*IN_SESSION).when(hold(comments)).then(held(comments))
    spec.given(PLANNED).when(hold(comments)).refused("CONSULTATION_NOT_PREPARING")


@pytest.mark.parametrize(
    "step",
    [v1.CONSULTATION_STEP_INTERACTION, v1.CONSULTATION_STEP_BRIEFING, v1.CONSULTATION_STEP_DRAFT_CIRCULATED],
)
def test_a_step_that_has_a_record_of_its_own_is_not_recorded_a_second_time(step: v1.ConsultationStep.ValueType) -> None:
    again = v1.HoldConsultationStepRequest(consultation_id=C, step=step, document="纪要1")
    spec.given(*IN_SESSION).when(again).refused("STEP_HAS_ITS_OWN_RECORD")


def test_who_hosts_a_consultation_is_recorded_with_its_opening() -> None:
    hosted = v1.OpenConsultationRequest(consultation_id=C, host=v1.POST_VICE_CHAIR)
    opened = v1.ConsultationOpened(consultation_id=C, joint_work_id=JW, host=v1.POST_VICE_CHAIR)
    spec.given(*PREPARING).when(hosted).then(opened)


def test_with_whom_a_topic_was_agreed_and_what_a_consultation_runs_beside_is_said_when_it_is_planned() -> None:
    command = v1.PlanConsultationRequest(consultation_id=C, agreed_with=["市住建局"], beside_id="512000-C-2")
    spec.given().when(command).then(
        v1.ConsultationPlanned(consultation_id=C, agreed_with=["市住建局"], beside_id="512000-C-2")
    )
    command.beside_id = C
    spec.given().when(command).refused("BESIDE_ITSELF")


def test_a_heart_to_heart_talk_is_no_consultation_on_a_matter_of_the_catalogue() -> None:
    talk = v1.PlanConsultationRequest(consultation_id=C, form=v1.CONSULTATION_FORM_HEART_TO_HEART)
    talk.matter_ids.append("512000-M-1")
    spec.given().when(talk).refused("HEART_TO_HEART_UNRECORDED")
