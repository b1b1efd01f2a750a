"""Supervision, as its lead body conducts it. Rules: domain paper §3.6, §4(c); scenario ZY-2023 row 19."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Refusal
from linkage.domain.joint_supervision import supervision_project
from linkage.testing import Spec

P, JW, CITY, ANYUE = "512000-SP-1", "512000-JW-2", "512000", "512021"

spec = Spec(supervision_project.AGGREGATE, by=CITY, at="2023-06-01")


def plan(item: str = "512000-PI-9") -> v1.PlanSupervisionRequest:
    return v1.PlanSupervisionRequest(project_id=P, joint_work_id=JW, topic="生态环境建设", plan_item_id=item)


def planned(item: str = "512000-PI-9") -> v1.SupervisionPlanned:
    return v1.SupervisionPlanned(project_id=P, joint_work_id=JW, topic="生态环境建设", plan_item_id=item)


def authorised(work: str = JW) -> v1.OffPlanSupervisionAuthorized:
    return v1.OffPlanSupervisionAuthorized(
        project_id=P, joint_work_id=work, reason="群众反映集中", authorised_by=v1.POST_CHAIR
    )


def form(leader: v1.Post.ValueType = v1.POST_VICE_CHAIR, members: int = 9) -> v1.FormSupervisionGroupRequest:
    return v1.FormSupervisionGroupRequest(project_id=P, leader=leader, members=members)


def formed(leader: v1.Post.ValueType = v1.POST_VICE_CHAIR) -> v1.SupervisionGroupFormed:
    return v1.SupervisionGroupFormed(project_id=P, joint_work_id=JW, leader=leader, members=9)


def waive(step: v1.SupervisionStep.ValueType) -> v1.WaiveSupervisionStepRequest:
    return v1.WaiveSupervisionStepRequest(project_id=P, step=step, reason="人员重合", authorised_by=v1.POST_VICE_CHAIR)


def waived(step: v1.SupervisionStep.ValueType) -> v1.SupervisionStepWaived:
    return v1.SupervisionStepWaived(
        project_id=P, joint_work_id=JW, step=step, reason="人员重合", authorised_by=v1.POST_VICE_CHAIR
    )


def note(finding: str, body: str = ANYUE) -> v1.NoteFindingRequest:
    return v1.NoteFindingRequest(project_id=P, finding_id=finding, organisation=body)


def noted(finding: str, body: str = ANYUE) -> v1.SupervisionFindingNoted:
    return v1.SupervisionFindingNoted(project_id=P, joint_work_id=JW, finding_id=finding, organisation=body)


def rolls(**opinions: list[str]) -> list[v1.OpinionRollUp]:
    return [v1.OpinionRollUp(opinion_id=f"512000-{name}", finding_ids=ids) for name, ids in opinions.items()]


def roll_up(**opinions: list[str]) -> v1.RollUpOpinionsRequest:
    return v1.RollUpOpinionsRequest(project_id=P, opinions=rolls(**opinions))


def rolled_up(**opinions: list[str]) -> v1.SupervisionOpinionsRolledUp:
    return v1.SupervisionOpinionsRolledUp(project_id=P, joint_work_id=JW, opinions=rolls(**opinions))


def progress(opinion: str, how: v1.OpinionProgress.ValueType) -> v1.NoteOpinionProgressRequest:
    return v1.NoteOpinionProgressRequest(project_id=P, opinion_id=opinion, progress=how)


def progressed(opinion: str, how: v1.OpinionProgress.ValueType) -> v1.SupervisionOpinionProgressNoted:
    return v1.SupervisionOpinionProgressNoted(project_id=P, joint_work_id=JW, opinion_id=opinion, progress=how)


MOBILIZE = v1.HoldMobilizationMeetingRequest(project_id=P)
EXCHANGE = v1.HoldOpinionExchangeRequest(project_id=P)
INSPECT = v1.HoldInspectionRequest(project_id=P, place="512021110", subject="污水处理")
ENROL = v1.EnrolSupervisionMembersRequest(project_id=P, organisation=ANYUE, members=4)
CONCLUDE = v1.ConcludeSupervisionRequest(project_id=P, summary="五条意见全部发出")
CONTINUE = v1.ContinueSupervisionRequest(project_id=P, next_project_id="512000-SP-2", reason="成效待核实")
MOBILIZED = v1.MobilizationMeetingHeld(project_id=P, joint_work_id=JW)
EXCHANGED = v1.OpinionExchangeHeld(project_id=P, joint_work_id=JW)
INSPECTED = v1.InspectionHeld(project_id=P, joint_work_id=JW, place="512021110", subject="污水处理")
ENROLLED = v1.SupervisionMemberEnrolled(project_id=P, joint_work_id=JW, organisation=ANYUE, members=4)
CONCLUDED = v1.SupervisionConcluded(project_id=P, joint_work_id=JW, summary="五条意见全部发出")
CONTINUED = v1.SupervisionContinued(
    project_id=P,
    joint_work_id=JW,
    next_project_id="512000-SP-2",
    reason="成效待核实",
    topic="生态环境建设",
    plan_item_id="512000-PI-9",
    next_joint_work_id=JW,
)
UNDER_WAY = (planned(), formed())
MET = (*UNDER_WAY, MOBILIZED, EXCHANGED)


# Planning and authority


def test_supervision_follows_the_annual_plan() -> None:
    spec.given().when(plan()).then(planned())
    spec.given(planned()).when(plan()).then()
    spec.given(planned()).when(plan("512000-PI-10")).refused("SUPERVISION_EXISTS")


def test_supervision_off_the_plan_is_authorised_first() -> None:
    outcome = spec.given().when(plan(""))
    outcome.refused("PLAN_ITEM_MISSING")
    assert isinstance(outcome.decision, Refusal)
    assert (outcome.decision.rule, outcome.decision.cite) == ("ZY-SUP-1", "002.18")
    spec.given(authorised()).when(plan("")).then(planned(""))


def test_supervision_is_authorised_once_and_before_it_is_planned() -> None:
    command = v1.AuthorizeOffPlanSupervisionRequest(
        project_id=P, joint_work_id=JW, reason="群众反映集中", authorised_by=v1.POST_CHAIR
    )
    spec.given().when(command).then(authorised())
    spec.given(authorised()).when(command).then()
    spec.given(planned()).when(command).refused("SUPERVISION_EXISTS")


def test_an_authorisation_is_not_used_for_other_work() -> None:
    spec.given(authorised("512000-JW-9")).when(plan("")).refused("SUPERVISION_EXISTS")


def test_a_vice_chair_leads_the_citys_group() -> None:
    spec.given(planned()).when(form()).then(formed())
    for leader in (v1.POST_CHAIR, v1.POST_SECRETARY_GENERAL, v1.POST_SPECIAL_COMMITTEE):
        outcome = spec.given(planned()).when(form(leader))
        outcome.refused("LEADER_NOT_VICE_CHAIR")
        assert isinstance(outcome.decision, Refusal)
        assert outcome.decision.rule == "ZY-SUP-2"


def test_a_county_leads_its_supervision_as_its_party_committee_arranges() -> None:
    spec.given(planned()).when(form(v1.POST_CHAIR), by=ANYUE).then(formed(v1.POST_CHAIR))


def test_a_group_is_formed_of_planned_supervision_and_has_members() -> None:
    spec.given().when(form()).refused("SUPERVISION_UNKNOWN")
    spec.given(*UNDER_WAY).when(form()).then()
    spec.given(planned()).when(form(members=0)).refused("NUMBER_IMPLAUSIBLE")


# Under way


@pytest.mark.parametrize(
    ("command", "event"), [(MOBILIZE, MOBILIZED), (EXCHANGE, EXCHANGED), (INSPECT, INSPECTED), (ENROL, ENROLLED)]
)
def test_a_formed_group_meets_inspects_and_takes_in_local_members(command: Message, event: Message) -> None:
    spec.given(planned()).when(command).refused("GROUP_NOT_FORMED")
    spec.given(*UNDER_WAY).when(command).then(event)
    spec.given(*UNDER_WAY, event).when(command).then()
    spec.given(*MET[:2], CONTINUED).when(command).refused("SUPERVISION_OVER")


def test_another_number_of_local_members_corrects_the_first() -> None:
    more = v1.EnrolSupervisionMembersRequest(project_id=P, organisation=ANYUE, members=5)
    event = v1.SupervisionMemberEnrolled(project_id=P, joint_work_id=JW, organisation=ANYUE, members=5)
    spec.given(*UNDER_WAY, ENROLLED).when(more).then(event)
    none = v1.EnrolSupervisionMembersRequest(project_id=P, organisation=ANYUE, members=0)
    spec.given(*UNDER_WAY).when(none).refused("NUMBER_IMPLAUSIBLE")


def test_a_finding_is_noted_once_and_even_after_the_end() -> None:
    spec.given(planned()).when(note("512021-F-1")).then(noted("512021-F-1"))
    spec.given(planned(), noted("512021-F-1")).when(note("512021-F-1")).then()
    spec.given(*MET, CONCLUDED).when(note("512021-F-2")).then(noted("512021-F-2"))


def test_a_finding_is_kept_ahead_of_the_plan_and_may_be_why_there_comes_one() -> None:
    ahead = note("512021-F-1")
    ahead.joint_work_id = JW
    spec.given().when(ahead).then(noted("512021-F-1"))
    spec.given(noted("512021-F-1")).when(plan("")).refused("PLAN_ITEM_MISSING")
    early = (noted("512021-F-1"), authorised(), planned(""), formed())
    spec.given(*early).when(roll_up(O1=["512021-F-1"])).then(rolled_up(O1=["512021-F-1"]))
    spec.given(noted("512021-F-1")).when(CONCLUDE).refused("SUPERVISION_UNKNOWN")


# Rolling up


FOUND = (*UNDER_WAY, *(noted(f"512021-F-{number}") for number in (1, 2, 3)))


def test_many_findings_become_one_opinion_that_names_them() -> None:
    spec.given(*FOUND).when(roll_up(O1=["512021-F-1", "512021-F-2"], O2=["512021-F-3"])).then(
        rolled_up(O1=["512021-F-1", "512021-F-2"], O2=["512021-F-3"])
    )


def test_an_opinion_rests_only_on_findings_that_reached_the_project() -> None:
    spec.given(*FOUND).when(roll_up(O1=["512021-F-1", "512021-F-9"])).refused(
        "FINDING_UNKNOWN", opinion_id="512000-O1", findings="512021-F-9"
    )
    spec.given(*FOUND).when(roll_up(O1=[])).refused("FINDING_UNKNOWN")


def test_an_opinion_is_rolled_up_once() -> None:
    before = (*FOUND, rolled_up(O1=["512021-F-1", "512021-F-2"]))
    spec.given(*before).when(roll_up(O1=["512021-F-2", "512021-F-1"])).then()
    spec.given(*before).when(roll_up(O1=["512021-F-3"])).refused("OPINION_EXISTS", opinion_id="512000-O1")
    spec.given(*before).when(roll_up(O1=["512021-F-1", "512021-F-2"], O2=["512021-F-3"])).then(
        rolled_up(O2=["512021-F-3"])
    )


def test_findings_are_rolled_up_by_a_group_that_is_under_way() -> None:
    spec.given(planned(), noted("512021-F-1")).when(roll_up(O1=["512021-F-1"])).refused("GROUP_NOT_FORMED")
    spec.given(*FOUND, CONTINUED).when(roll_up(O1=["512021-F-1"])).refused("SUPERVISION_OVER")


# The end


def test_supervision_concludes_after_both_meetings() -> None:
    spec.given(*MET).when(CONCLUDE).then(CONCLUDED)
    spec.given(*MET, CONCLUDED).when(CONCLUDE).then()


@pytest.mark.parametrize(
    ("held", "missing", "name"),
    [
        (EXCHANGED, v1.SUPERVISION_STEP_MOBILIZATION_MEETING, "SUPERVISION_STEP_MOBILIZATION_MEETING"),
        (MOBILIZED, v1.SUPERVISION_STEP_OPINION_EXCHANGE, "SUPERVISION_STEP_OPINION_EXCHANGE"),
    ],
)
def test_a_meeting_is_left_out_only_for_a_recorded_reason(
    held: Message, missing: v1.SupervisionStep.ValueType, name: str
) -> None:
    outcome = spec.given(*UNDER_WAY, held).when(CONCLUDE)
    outcome.refused("STEP_MISSING", steps=name)
    assert isinstance(outcome.decision, Refusal)
    assert outcome.decision.rule == "ZY-SUP-3"
    spec.given(*UNDER_WAY, held).when(waive(missing)).then(waived(missing))
    spec.given(*UNDER_WAY, held, waived(missing)).when(CONCLUDE).then(CONCLUDED)


def test_a_step_is_waived_of_supervision_that_is_planned_and_not_over() -> None:
    step = v1.SUPERVISION_STEP_OPINION_EXCHANGE
    spec.given(planned(), waived(step)).when(waive(step)).then()
    spec.given().when(waive(step)).refused("SUPERVISION_UNKNOWN")
    spec.given(*UNDER_WAY, CONTINUED).when(waive(step)).refused("SUPERVISION_OVER")


def test_supervision_concludes_when_every_opinion_is_issued_and_handled() -> None:
    rolled = (*MET, noted("512021-F-1"), rolled_up(O1=["512021-F-1"]))
    spec.given(*rolled).when(CONCLUDE).refused("OPINION_NOT_ISSUED", opinions="512000-O1")
    for open_ in (v1.OPINION_PROGRESS_ISSUED, v1.OPINION_PROGRESS_REOPENED):
        spec.given(*rolled, progressed("512000-O1", open_)).when(CONCLUDE).refused("OPINION_OPEN", opinions="512000-O1")
    closed = progressed("512000-O1", v1.OPINION_PROGRESS_CLOSED)
    spec.given(*rolled, closed).when(CONCLUDE).then(CONCLUDED)


def test_it_concludes_before_for_a_recorded_reason_that_names_what_is_open() -> None:
    rolled = (*MET, noted("512021-F-1"), rolled_up(O1=["512021-F-1"]))
    issued = progressed("512000-O1", v1.OPINION_PROGRESS_ISSUED)
    early = v1.ConcludeSupervisionRequest(project_id=P, summary="一条意见未答复", pending_reason="县级仍在研究")
    spec.given(*rolled, issued).when(early).then(
        v1.SupervisionConcluded(
            project_id=P,
            joint_work_id=JW,
            summary="一条意见未答复",
            pending_opinion_ids=["512000-O1"],
            pending_reason="县级仍在研究",
        )
    )
    spec.given(*rolled).when(early).refused("OPINION_NOT_ISSUED")
    blank = v1.ConcludeSupervisionRequest(project_id=P, summary="一条意见未答复", pending_reason=" ")
    spec.given(*rolled, issued).when(blank).refused("OPINION_OPEN")


def test_how_an_opinion_stands_is_noted_each_time_it_changes_and_even_after_the_end() -> None:
    issued, closed = v1.OPINION_PROGRESS_ISSUED, v1.OPINION_PROGRESS_CLOSED
    spec.given(*UNDER_WAY).when(progress("512000-O1", issued)).then(progressed("512000-O1", issued))
    spec.given(*UNDER_WAY, progressed("512000-O1", issued)).when(progress("512000-O1", issued)).then()
    spec.given(*MET, CONCLUDED).when(progress("512000-O1", closed)).then(progressed("512000-O1", closed))
    spec.given().when(progress("512000-O1", issued)).then()


def test_supervision_continues_in_another_round_instead_of_concluding() -> None:
    spec.given(*UNDER_WAY).when(CONTINUE).then(CONTINUED)
    spec.given(*UNDER_WAY, CONTINUED).when(CONTINUE).then()
    spec.given(*UNDER_WAY, CONTINUED).when(CONCLUDE).refused("SUPERVISION_OVER")
    spec.given(*MET, CONCLUDED).when(CONTINUE).refused("SUPERVISION_OVER")
    for command in (CONTINUE, CONCLUDE):
        spec.given().when(command).refused("SUPERVISION_UNKNOWN")
