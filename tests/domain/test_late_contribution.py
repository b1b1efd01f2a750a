"""What is handed over late, and what stays of a body that withdrew. Domain paper §4.1; ZY-2023 row 16; 002.22."""

from __future__ import annotations

import pytest

from linkage import v1
from linkage.domain.joint_work import joint_work
from linkage.domain.outcome import outcome_report
from linkage.testing import Spec
from tests.domain.world import World

CITY, LEZHI, JW, C = "512000", "512022", "512000-JW-1", "512000-C-1"
TITLE, DOCUMENT, DRAFT = "关于老旧小区的调研报告", "乐政协〔2023〕8号", "资政协〔2023〕9号稿"
REPORT, WORK = f"{CITY}/outcome-report/{C}", f"{CITY}/joint-work/{JW}"

report = Spec(outcome_report.AGGREGATE, by=CITY, at="2023-06-20")
DUE = v1.OutcomeReportDue(consultation_id=C, joint_work_id=JW)
DRAFTED = v1.OutcomeReportDrafted(consultation_id=C, joint_work_id=JW, draft=1, title="报告", document=DRAFT)
APPROVED = v1.OutcomeReportApproved(consultation_id=C, joint_work_id=JW, draft=1, document=DRAFT)


def late(contribution: str = f"{LEZHI}-K-1", *, document: str = DOCUMENT) -> v1.FileLateContributionRequest:
    return v1.FileLateContributionRequest(
        consultation_id=C, contribution_id=contribution, organisation=LEZHI, title=TITLE, document=document
    )


def filed(contribution: str = f"{LEZHI}-K-1") -> v1.LateAddendumFiled:
    return v1.LateAddendumFiled(
        joint_work_id=JW,
        refers_to=C,
        title=TITLE,
        document=DOCUMENT,
        contribution_id=contribution,
        organisation=LEZHI,
    )


def over(number: int) -> v1.HandedOver:
    return v1.HandedOver(contribution_id=f"{LEZHI}-K-{number}", organisation=LEZHI, title=TITLE, document=DOCUMENT)


joint_work_spec = Spec(joint_work.AGGREGATE, by=CITY, at="2023-06-20")
HANDED_OVER = (
    v1.JointWorkProposed(joint_work_id=JW),
    v1.InvitationIssued(joint_work_id=JW, participant=LEZHI, round=1),
    *(
        v1.ParticipantAnswerNoted(
            joint_work_id=JW,
            participant=LEZHI,
            answer=v1.PARTICIPANT_ANSWER_CONTRIBUTED,
            contribution_id=f"{LEZHI}-K-{number}",
            title=TITLE,
            document=DOCUMENT,
        )
        for number in (1, 2)
    ),
)


# In the report


def test_a_contribution_that_comes_after_the_approval_is_filed_beside_the_text_once() -> None:
    report.given(DUE, DRAFTED, APPROVED).when(late()).then(filed())
    report.given(DUE, DRAFTED, APPROVED, filed()).when(late()).then()


def test_before_the_approval_the_text_can_still_take_it_in() -> None:
    for history in ((), (DUE,), (DUE, DRAFTED)):
        report.given(*history).when(late()).then()


def test_two_contributions_are_two_addenda_whatever_they_are_called() -> None:
    other = f"{LEZHI}-K-2"
    report.given(DUE, DRAFTED, APPROVED, filed()).when(late(other)).then(filed(other))


def test_what_came_as_a_contribution_is_not_filed_again_by_the_office_nor_the_other_way_round() -> None:
    by_hand = v1.FileOutcomeAddendumRequest(consultation_id=C, title=TITLE, document=DOCUMENT, reason="会后送达")
    report.given(DUE, DRAFTED, APPROVED, filed()).when(by_hand).then()
    by_office = v1.LateAddendumFiled(joint_work_id=JW, refers_to=C, title=TITLE, document=DOCUMENT, reason="会后送达")
    report.given(DUE, DRAFTED, APPROVED, by_office).when(late()).then()


# The whole way


def contribute(number: int = 1) -> v1.SubmitContributionRequest:
    command = v1.SubmitContributionRequest(joint_work_id=JW, contribution_id=f"{LEZHI}-K-{number}", title=TITLE)
    command.kind, command.document = v1.CONTRIBUTION_KIND_RESEARCH_REPORT, DOCUMENT
    return command


def in_session(
    *, mode: v1.LinkageMode.ValueType = v1.LINKAGE_MODE_STANDALONE, parent: str = "", work: str = JW
) -> World:
    """The work is under way, and its consultation could be concluded."""
    world = World()
    propose = v1.ProposeJointWorkRequest(joint_work_id=JW, mode=mode, direction=v1.LINKAGE_DIRECTION_VERTICAL)
    propose.plan.CopyFrom(v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION))
    propose.parent_id = parent
    world.told(CITY, propose, v1.IssueInvitationRequest(joint_work_id=JW, participant=LEZHI, role="joins"))
    world.told(LEZHI, v1.AcceptInvitationRequest(joint_work_id=JW, revision=1))
    plan = v1.PlanConsultationRequest(consultation_id=C, joint_work_id=work, topic="老旧小区改造提升")
    plan.form = v1.CONSULTATION_FORM_SPECIAL_TOPIC
    waived = v1.WaiveResearchRequest(research_id="512000-RE-1", reason="县级已调研", authorised_by=v1.POST_CHAIR)
    world.told(
        CITY,
        v1.ConfirmJointWorkRequest(joint_work_id=JW),
        v1.StartJointWorkRequest(joint_work_id=JW),
        plan,
        v1.AdoptWorkPlanRequest(consultation_id=C, document="方案"),
        v1.PlanResearchRequest(research_id="512000-RE-1", consultation_id=C, topic="老旧小区改造提升"),
        waived,
        v1.OpenConsultationRequest(consultation_id=C),
        v1.RecordInteractionRequest(consultation_id=C, gist="部门回应"),
    )
    return world


CONCLUDE, DRAFT_IT = (
    v1.ConcludeConsultationRequest(consultation_id=C),
    v1.DraftOutcomeReportRequest(consultation_id=C, title="报告", document=DRAFT),
)


def consulted(
    *, mode: v1.LinkageMode.ValueType = v1.LINKAGE_MODE_STANDALONE, parent: str = "", work: str = JW
) -> World:
    """The work is concluded, and a report on its consultation is drafted."""
    world = in_session(mode=mode, parent=parent, work=work)
    world.told(CITY, CONCLUDE, v1.ConcludeJointWorkRequest(joint_work_id=JW, summary="六条建议"), DRAFT_IT)
    return world


def approve(world: World) -> None:
    approval = v1.ApproveOutcomeReportRequest(consultation_id=C, document=DRAFT)
    assert world.tell(CITY, approval, post=v1.POST_CHAIRPERSONS_MEETING) is None


def test_a_report_that_a_county_hands_in_after_the_approval_becomes_an_addendum_by_itself() -> None:
    world = consulted()
    approve(world)
    text = world.state(REPORT).draft
    world.told(LEZHI, contribute(), at="2023-06-20")
    (contribution,) = world.events(f"{LEZHI}/participation/{JW}", v1.ContributionSubmitted)
    assert contribution.late
    assert world.events(REPORT, v1.LateAddendumFiled) == [filed()]
    assert world.state(REPORT).draft == text
    assert world.state(WORK).invited[LEZHI].contributions == {f"{LEZHI}-K-1"}


def test_one_that_is_late_but_before_the_approval_is_no_addendum() -> None:
    world = consulted()
    world.told(LEZHI, contribute())
    approve(world)
    assert world.events(REPORT, v1.LateAddendumFiled) == []


def test_work_attached_to_a_consultation_goes_beside_the_report_on_that_one() -> None:
    world = consulted(mode=v1.LINKAGE_MODE_ATTACHED, parent=C, work="")
    approve(world)
    world.told(LEZHI, contribute(), at="2023-06-20")
    (addendum,) = world.events(REPORT, v1.LateAddendumFiled)
    assert addendum.contribution_id == f"{LEZHI}-K-1"


@pytest.mark.parametrize("parent", ["512000-JW-9", "511000-C-1"])
def test_where_the_work_is_attached_to_something_else_nothing_is_filed_there(parent: str) -> None:
    world = consulted(mode=v1.LINKAGE_MODE_ATTACHED, parent=parent)
    approve(world)
    world.told(LEZHI, contribute(), at="2023-06-20")
    assert f"{CITY}/outcome-report/{parent}" not in world.streams
    assert len(world.events(REPORT, v1.LateAddendumFiled)) == 1


def before_the_work_heard_of_it(*, approved: bool) -> World:
    """A county handed something over while a report was due of which the work had not heard."""
    world = in_session()
    assert world.wish(CITY, CONCLUDE) is None
    world.arrives(f"{CITY}/consultation/{C}")
    assert world.wish(CITY, DRAFT_IT) is None
    if approved:
        approval = v1.ApproveOutcomeReportRequest(consultation_id=C, document=DRAFT)
        assert world.wish(CITY, approval, post=v1.POST_CHAIRPERSONS_MEETING) is None
    assert world.wish(LEZHI, contribute()) is None
    world.arrives(f"{LEZHI}/participation/{JW}")
    (noted,) = [one for one in world.events(WORK, v1.ParticipantAnswerNoted) if one.contribution_id]
    assert not noted.consultation_ids
    while waiting := world.on_its_way():
        world.arrives(waiting[0])
    return world


def test_what_came_before_the_work_had_heard_of_the_report_is_offered_to_it_then() -> None:
    assert before_the_work_heard_of_it(approved=True).events(REPORT, v1.LateAddendumFiled) == [filed()]


def test_a_text_that_is_not_approved_by_then_can_still_take_it_in() -> None:
    assert before_the_work_heard_of_it(approved=False).events(REPORT, v1.LateAddendumFiled) == []


def test_what_is_part_of_the_joint_result_is_no_addendum() -> None:
    given = joint_work_spec.given(
        *HANDED_OVER, v1.ContributionIncorporated(joint_work_id=JW, participant=LEZHI, contribution_id=f"{LEZHI}-K-1")
    )
    note = v1.NoteReportOfWorkRequest(joint_work_id=JW, consultation_id=C)
    given.when(note).then(v1.JointWorkReportNoted(joint_work_id=JW, consultation_id=C, contributions=[over(2)]))


def test_several_that_came_before_are_several_addenda_each_once() -> None:
    command = v1.FileHandedOverRequest(consultation_id=C, contributions=[over(1), over(1), over(2)])
    report.given(DUE, DRAFTED).when(command).then()
    approved = report.given(DUE, DRAFTED, APPROVED)
    approved.when(command).then(filed(), filed(f"{LEZHI}-K-2"))
    report.given(DUE, DRAFTED, APPROVED, filed()).when(command).then(filed(f"{LEZHI}-K-2"))


# What stays of a body that withdraws


def incorporate(number: int) -> v1.IncorporateContributionRequest:
    return v1.IncorporateContributionRequest(joint_work_id=JW, participant=LEZHI, contribution_id=f"{LEZHI}-K-{number}")


def test_what_was_incorporated_stays_and_is_marked_when_its_body_withdraws() -> None:
    world = World()
    propose = v1.ProposeJointWorkRequest(joint_work_id=JW, mode=v1.LINKAGE_MODE_STANDALONE)
    propose.direction = v1.LINKAGE_DIRECTION_VERTICAL
    propose.plan.CopyFrom(v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_RESEARCH))
    world.told(CITY, propose, v1.IssueInvitationRequest(joint_work_id=JW, participant=LEZHI, role="joins"))
    world.told(LEZHI, v1.AcceptInvitationRequest(joint_work_id=JW, revision=1), contribute(1), contribute(2))
    world.told(CITY, incorporate(1))
    world.told(LEZHI, v1.WithdrawParticipationRequest(joint_work_id=JW, reason="防汛"))
    (withdrawal,) = (
        event
        for event in world.events(WORK, v1.ParticipantAnswerNoted)
        if event.answer == v1.PARTICIPANT_ANSWER_WITHDRAWN
    )
    assert list(withdrawal.kept_contribution_ids) == [f"{LEZHI}-K-1"]
    assert world.state(WORK).invited[LEZHI].incorporated == {f"{LEZHI}-K-1"}
    world.told(CITY, incorporate(2))
    assert world.last(WORK) == v1.ContributionIncorporated(
        joint_work_id=JW, participant=LEZHI, contribution_id=f"{LEZHI}-K-2", withdrawn=True
    )


# What does not hold the work open


def test_a_contribution_that_is_still_to_come_does_not_hold_the_work_open() -> None:
    world = consulted()
    world.told(CITY, v1.DeliverResultRequest(joint_work_id=JW, participant=LEZHI, summary="三条采纳"))
    world.told(LEZHI, v1.AcknowledgeResultRequest(joint_work_id=JW))
    world.told(CITY, v1.CloseJointWorkRequest(joint_work_id=JW))
    assert world.names(WORK)[-1] == "JointWorkClosed"
