"""What waits for whom, rule by rule (domain paper §3.11)."""

from __future__ import annotations

from linkage import v1
from services.projections.read_models import WAITING
from tests.projections.folding import rows, waiting
from tests.projections.story import (
    ANYUE,
    CITY,
    LEZHI,
    YANJIANG,
    Act,
    accepted,
    admitted,
    concluded,
    facts,
    invited,
    joint_supervision,
    lapsed,
    linked_consultation,
    on,
    reconfirmed,
    revised,
    session_of,
)

JW = "512000-JW-1"


def initiator(message: object, day: str = "2023-12-01") -> Act:
    return Act(f"{CITY}/joint-work/{JW}", JW, message, on(day))  # type: ignore[arg-type]


def test_an_invited_body_owes_an_answer_and_one_asked_to_host_another() -> None:
    asked = {("InvitationIssued", body) for body in (YANJIANG, ANYUE, LEZHI)}
    assert waiting(*invited(JW)) == asked | {("SubVenueProposed", YANJIANG), ("SubVenueProposed", ANYUE)}


def test_answers_discharge_and_a_lapse_ends() -> None:
    assert waiting(*invited(JW), *accepted(JW)) == {("InvitationIssued", LEZHI)}
    assert waiting(*invited(JW), *accepted(JW), *lapsed(JW)) == set()


def test_a_material_revision_obliges_everybody_who_takes_part_to_reconfirm() -> None:
    before = [*invited(JW), *accepted(JW), *lapsed(JW), *admitted(JW), *revised(JW)]
    assert waiting(*before) == {("JointPlanRevised", body) for body in (YANJIANG, ANYUE, LEZHI)}
    assert waiting(*before, *reconfirmed(JW)) == set()


def test_reconfirming_a_later_revision_discharges_the_earlier_too() -> None:
    before = [*invited(JW), *accepted(JW), *lapsed(JW), *revised(JW)]
    third = v1.JointPlanRevised(joint_work_id=JW, revision=3, material=True)
    agreed = v1.ParticipationReconfirmed(joint_work_id=JW, initiator=CITY, revision=3)
    said = Act(f"{ANYUE}/participation/{JW}", JW, agreed, on("2023-04-20"))
    assert waiting(*before, initiator(third, "2023-04-15"), said) == {("JointPlanRevised", YANJIANG)}


def test_who_withdraws_owes_no_reconfirmation() -> None:
    before = [*invited(JW), *accepted(JW), *lapsed(JW), *revised(JW)]
    withdrawn = v1.ParticipationWithdrawn(joint_work_id=JW, initiator=CITY, reason="x")
    said = Act(f"{ANYUE}/participation/{JW}", JW, withdrawn, on("2023-04-20"))
    assert waiting(*before, said) == {("JointPlanRevised", YANJIANG)}


def test_a_held_consultation_leaves_a_report_and_what_was_promised() -> None:
    assert waiting(*linked_consultation()) == {("ConsultationConcluded", CITY), ("CommitmentMade", CITY)}
    due = [row[9] for row in rows(WAITING, facts(linked_consultation())) if row[2] == "CommitmentMade"]
    assert due == [int(on("2023-12-31").timestamp()) * 1_000_000] * 2


def test_a_delivered_result_waits_for_its_acknowledgement() -> None:
    report = {("ConsultationConcluded", CITY), ("CommitmentMade", CITY)}
    unanswered = list(concluded())[:-1]
    assert waiting(*linked_consultation(), *unanswered) - report == {("ResultDelivered", LEZHI)}
    assert waiting(*linked_consultation(), *concluded()) == report


def test_closing_the_work_ends_what_was_still_waited_for() -> None:
    closed = initiator(v1.JointWorkClosed(joint_work_id=JW, pending_reason="x"))
    report = {("ConsultationConcluded", CITY), ("CommitmentMade", CITY)}
    assert waiting(*linked_consultation(), *list(concluded())[:-2], closed) == report


def test_calling_the_work_off_ends_invitations_and_proposals_to_host() -> None:
    assert waiting(*invited(JW), initiator(v1.JointWorkCancelled(joint_work_id=JW, reason="x"))) == set()


def test_who_moved_to_another_city_owes_nothing_under_the_code_it_had() -> None:
    before = [*invited(JW), *accepted(JW)]
    left = v1.JointPlanRevised(joint_work_id=JW, revision=2, material=True, peer="510100", moved=[ANYUE, LEZHI])
    assert waiting(*before, initiator(left, "2023-04-15")) == {("JointPlanRevised", YANJIANG)}


def test_a_venue_that_declined_and_is_asked_again_owes_another_answer() -> None:
    session = session_of(JW)
    declined = v1.SubVenueDeclined(joint_work_id=JW, session_id=session)
    no = Act(f"{ANYUE}/sub-venue/{session}", JW, declined, on("2023-03-10"))
    again = v1.SubVenueProposed(joint_work_id=JW, session_id=session, host=ANYUE)
    asked = Act(f"{CITY}/remote-session/{session}", JW, again, on("2023-03-12"))
    assert ("SubVenueProposed", ANYUE) not in waiting(*invited(JW), no)
    assert ("SubVenueProposed", ANYUE) in waiting(*invited(JW), no, asked)


def test_an_opinion_waits_to_be_assigned_then_to_be_replied_to_and_nothing_once_closed() -> None:
    found = rows(WAITING, facts(joint_supervision()))
    open_now = sorted((row[2], row[7]) for row in found if row[10] is None)
    assert open_now == [
        ("SupervisionOpinionAssigned", "512000-O-3"),
        ("SupervisionOpinionIssued", "512000-O-4"),
        ("SupervisionOpinionIssued", "512000-O-5"),
    ]
    assert {row[3] for row in found} == {ANYUE}


def test_a_reopened_opinion_is_owed_anew() -> None:
    opened = v1.SupervisionOpinionReopened(
        joint_work_id="512000-JW-2", opinion_id="512000-O-1", text="x", addressees=[ANYUE], round=2
    )
    act = Act(f"{CITY}/supervision-opinion/512000-O-1", "512000-JW-2", opened, on("2023-11-01"))
    found = rows(WAITING, facts([*joint_supervision(), act]))
    again = {
        row[2]: row[10] is None for row in found if row[7] == "512000-O-1" and row[2] != "SupervisionOpinionAssigned"
    }
    assert again == {"SupervisionOpinionIssued": False, "SupervisionOpinionReopened": True}
