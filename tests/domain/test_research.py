"""Research. Rules: domain paper §3.2, §4.1; what it opens for a consultation is in tests/policy."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.consultation import research
from linkage.testing import Spec

R, C, JW, P = "512000-RES-1", "512000-C-1", "512000-JW-1", "512000-P-1"
NAMES: dict[str, Any] = {"research_id": R, "consultation_id": C, "joint_work_id": JW}
spec = Spec(research.AGGREGATE, by="512000", at="2023-04-18")

PLAN = v1.PlanResearchRequest(
    **NAMES, topic="老旧小区改造提升", key=True, leader=v1.POST_VICE_CHAIR, partners=["512021"]
)
PLANNED = v1.ResearchPlanned(
    **NAMES, topic="老旧小区改造提升", key=True, leader=v1.POST_VICE_CHAIR, partners=["512021"]
)
KICK_OFF = v1.HoldKickOffMeetingRequest(research_id=R, meeting="第1次")
KICKED_OFF = v1.KickOffMeetingHeld(**NAMES, meeting="第1次")
STUDY = v1.HoldStudySessionRequest(research_id=R, subject="改造政策")
STUDIED = v1.StudySessionHeld(**NAMES, subject="改造政策")
ENROL = v1.EnrolResearchMemberRequest(
    research_id=R, participant_id=P, mode=v1.ENROLMENT_MODE_SELF_APPLIED, capacity=v1.CAPACITY_MEMBER
)
ENROLLED = v1.ResearchMemberEnrolled(
    **NAMES, participant_id=P, mode=v1.ENROLMENT_MODE_SELF_APPLIED, capacity=v1.CAPACITY_MEMBER
)
VISIT = v1.HoldFieldVisitRequest(research_id=R, place="石羊镇", organisation="512021", grassroots_members=4)
VISITED = v1.FieldVisitHeld(**NAMES, place="石羊镇", organisation="512021", grassroots_members=4)
REPORT = v1.FileResearchReportRequest(research_id=R, title="调研报告", document="13号")
REPORTED = v1.ResearchReportFiled(**NAMES, title="调研报告", document="13号")
WAIVE = v1.WaiveResearchRequest(research_id=R, reason="上年已调研", authorised_by=v1.POST_CHAIR)
WAIVED = v1.ResearchWaived(**NAMES, reason="上年已调研", authorised_by=v1.POST_CHAIR)
CANCEL = v1.CancelResearchRequest(research_id=R, reason="议题撤回")
CANCELLED = v1.ResearchCancelled(**NAMES, reason="议题撤回")


def test_research_is_planned_once() -> None:
    spec.given().when(PLAN).then(PLANNED)
    spec.given(PLANNED).when(PLAN).then()
    spec.given(PLANNED).when(v1.PlanResearchRequest(**NAMES, topic="其他")).refused("RESEARCH_EXISTS")


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (KICK_OFF, KICKED_OFF),
        (STUDY, STUDIED),
        (ENROL, ENROLLED),
        (VISIT, VISITED),
        (WAIVE, WAIVED),
        (CANCEL, CANCELLED),
    ],
)
def test_what_is_done_is_recorded_once_between_planning_and_end(command: Message, event: Message) -> None:
    spec.given().when(command).refused("RESEARCH_UNKNOWN")
    spec.given(PLANNED).when(command).then(event)
    spec.given(PLANNED, event).when(command).then()
    if event != VISITED:
        spec.given(PLANNED, VISITED, REPORTED).when(command).refused("RESEARCH_OVER")


def test_study_comes_before_research() -> None:
    for command in (KICK_OFF, STUDY):
        spec.given(PLANNED, VISITED).when(command).refused("FIELD_WORK_BEGUN")


def test_a_report_comes_from_the_field_or_from_what_other_bodies_brought() -> None:
    spec.given(PLANNED, VISITED).when(REPORT).then(REPORTED)
    spec.given(PLANNED, VISITED, REPORTED).when(REPORT).then()
    spec.given(PLANNED).when(REPORT).refused("RESEARCH_NOT_IN_FIELD")
    joint = v1.FileResearchReportRequest(research_id=R, title="调研报告", contribution_ids=["512021-REPORT-1"])
    spec.given(PLANNED).when(joint).then(
        v1.ResearchReportFiled(**NAMES, title="调研报告", contribution_ids=["512021-REPORT-1"])
    )


def test_research_is_waived_before_the_field_only() -> None:
    spec.given(PLANNED, KICKED_OFF).when(WAIVE).then(WAIVED)
    spec.given(PLANNED, VISITED).when(WAIVE).refused("FIELD_WORK_BEGUN")


def test_cancelled_research_keeps_the_credit_of_a_report_that_was_filed() -> None:
    spec.given(PLANNED, VISITED).when(CANCEL).then(CANCELLED)
    spec.given(PLANNED, VISITED, REPORTED).when(CANCEL).refused("RESEARCH_OVER")


def test_a_member_takes_part_in_one_way_designated_or_self_applied() -> None:
    designated = v1.EnrolResearchMemberRequest(
        research_id=R, participant_id=P, mode=v1.ENROLMENT_MODE_DESIGNATED, capacity=v1.CAPACITY_MEMBER
    )
    spec.given(PLANNED, ENROLLED).when(designated).refused("PARTICIPANT_ENROLLED")


def test_members_and_experts_are_enrolled_and_nobody_else() -> None:
    leader = v1.EnrolResearchMemberRequest(
        research_id=R, participant_id=P, mode=v1.ENROLMENT_MODE_DESIGNATED, capacity=v1.CAPACITY_LEADER
    )
    spec.given(PLANNED).when(leader).refused("CAPACITY_NOT_ELIGIBLE")
