"""The joint state, rule by rule and row by row of the scenario ZY-2023 (domain paper §3.5, §7)."""

from __future__ import annotations

from linkage import v1
from tests.projections.folding import board, rows, standing, state
from tests.projections.story import (
    ANYUE,
    CITY,
    LEZHI,
    PEER,
    YANJIANG,
    Act,
    accepted,
    admitted,
    concluded,
    facts,
    held,
    inter_city,
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


def initiator(message: object, day: str = "2023-04-01") -> Act:
    return Act(f"{CITY}/joint-work/{JW}", JW, message, on(day))  # type: ignore[arg-type]


def participant(county: str, message: object, day: str = "2023-04-01") -> Act:
    return Act(f"{county}/participation/{JW}", JW, message, on(day))  # type: ignore[arg-type]


def test_row_6_work_with_invitations_out_is_inviting() -> None:
    assert state(*invited(JW)) == "INVITING"
    assert standing(*invited(JW)) == {YANJIANG: "INVITED", ANYUE: "INVITED", LEZHI: "INVITED"}


def test_proposed_work_without_invitations_is_proposed() -> None:
    assert state(next(invited(JW))) == "PROPOSED"


def test_row_7_accepting_bodies_take_part_at_the_revision_they_read() -> None:
    view = board(*invited(JW), *accepted(JW))
    assert standing(*invited(JW), *accepted(JW)) == {YANJIANG: "ACCEPTED", ANYUE: "ACCEPTED", LEZHI: "INVITED"}
    assert [cell.accepted_revision for cell in view.participants] == [1, 1, 0]
    assert [venue.standing for venue in view.sub_venues] == [v1.VENUE_STANDING_CONFIRMED] * 2


def test_row_8_the_lapse_of_a_body_that_is_not_required_puts_nothing_at_risk() -> None:
    acts = [*invited(JW), *accepted(JW), *lapsed(JW)]
    assert standing(*acts)[LEZHI] == "LAPSED"
    assert state(*acts) == "INVITING"


def test_row_9_an_acceptance_after_the_reply_date_counts_once_it_is_admitted() -> None:
    before = [*invited(JW), *accepted(JW), *lapsed(JW), *list(admitted(JW))[:2]]
    assert standing(*before)[LEZHI] == "LATE"
    after = [*invited(JW), *accepted(JW), *lapsed(JW), *admitted(JW)]
    assert standing(*after)[LEZHI] == "ACCEPTED"
    cell = board(*after).participants[2]
    assert (cell.admitted_late, cell.had_lapsed) == (True, True)
    assert state(*after) == "CONFIRMED"


def test_an_acceptance_made_in_time_counts_although_it_arrived_after_the_lapse() -> None:
    answer = v1.InvitationAccepted(joint_work_id=JW, initiator=CITY, round=1, accepted_revision=1)
    assert standing(*invited(JW), *lapsed(JW), participant(LEZHI, answer, "2023-03-19"))[LEZHI] == "ACCEPTED"


def test_row_10_a_material_revision_makes_everybody_reconfirm() -> None:
    acts = [*invited(JW), *accepted(JW), *lapsed(JW), *admitted(JW), *revised(JW)]
    assert standing(*acts) == {YANJIANG: "RECONFIRM", ANYUE: "RECONFIRM", LEZHI: "RECONFIRM"}
    assert state(*acts) == "RECONFIRM"
    assert board(*acts).revision == 2


def test_a_revision_of_mere_arrangements_is_carried_over() -> None:
    minor = v1.JointPlanRevised(joint_work_id=JW, revision=2, changed=[v1.PLAN_ASPECT_ARRANGEMENTS], digest="d2")
    assert state(*invited(JW), *accepted(JW), *lapsed(JW), *admitted(JW), initiator(minor)) == "CONFIRMED"


def test_row_11_all_reconfirmed_and_ready_is_ready() -> None:
    acts = [*invited(JW), *accepted(JW), *lapsed(JW), *admitted(JW), *revised(JW), *reconfirmed(JW)]
    assert state(*acts) == "READY"
    assert set(standing(*acts).values()) == {"READY"}
    assert state(*acts[:-1]) == "READY", "who is not required is not waited for"
    assert state(*acts[:-4]) == "RECONFIRM"


def test_row_12_members_are_summed_over_venues_each_counted_by_its_own_record() -> None:
    (session,) = board(*linked_consultation()).sessions
    assert (session.members, session.resident) == (30, 18)
    assert session.heard_jointly == 3
    assert (session.opened_at.ToDatetime().hour, session.closed_at.ToDatetime().hour) == (1, 3)


def test_a_venue_without_a_record_of_its_own_counts_as_the_main_record_has_it() -> None:
    own = (f"{ANYUE}/sub-venue/{session_of(JW)}", v1.AttendanceRecorded)
    acts = [act for act in linked_consultation() if (act.stream, type(act.message)) != own]
    (session,) = board(*acts).sessions
    assert (session.members, session.resident) == (12 + 9 + 10, 2 + 8 + 9)


def test_row_13_what_was_said_while_disconnected_is_only_in_the_minutes() -> None:
    one, other = board(*linked_consultation()).sub_venues
    assert (one.host, one.interruptions, list(one.only_in_minutes)) == (YANJIANG, 0, [])
    assert (other.host, other.interruptions, other.statements) == (ANYUE, 1, 4)
    assert list(other.only_in_minutes) == [f"{ANYUE}-S-8", f"{ANYUE}-S-9"]


def test_row_14_recommendations_and_commitments_are_counted() -> None:
    (cell,) = board(*linked_consultation()).consultations
    assert (cell.state, cell.recommendations, cell.commitments) == ("CONCLUDED", 6, 2)


def test_running_work_shows_who_took_part() -> None:
    acts = linked_consultation()[:-1]
    assert state(*acts) == "RUNNING"
    assert set(standing(*acts).values()) == {"PARTICIPATED"}


def test_concluded_work_waits_for_contributions_results_and_acknowledgements() -> None:
    acts = linked_consultation()
    assert (state(*acts), board(*acts).pending) == ("CONCLUDED_PENDING", 6)
    contributed, answered = list(concluded())[:3], list(concluded())
    assert board(*acts, *contributed).pending == 3
    assert (state(*acts, *answered), board(*acts, *answered).pending) == ("COMPLETE", 0)
    assert set(standing(*acts, *answered).values()) == {"ACKNOWLEDGED"}


def test_a_delivered_result_is_unacknowledged_until_its_receiver_says_so() -> None:
    cells = board(*linked_consultation(), *list(concluded())[:-1]).participants
    assert [cell.unacknowledged for cell in cells] == [0, 0, 1]


def test_a_required_body_that_declines_withdraws_or_lapses_puts_the_work_at_risk() -> None:
    declined = v1.InvitationDeclined(joint_work_id=JW, initiator=CITY, round=1)
    assert state(*invited(JW), participant(ANYUE, declined)) == "AT_RISK"
    withdrawn = v1.ParticipationWithdrawn(joint_work_id=JW, initiator=CITY, reason="x")
    assert state(*invited(JW), *accepted(JW), participant(ANYUE, withdrawn)) == "AT_RISK"
    lapse = v1.InvitationLapsed(joint_work_id=JW, participant=ANYUE, round=1)
    assert state(*invited(JW), initiator(lapse)) == "AT_RISK"
    late = v1.InvitationAccepted(joint_work_id=JW, initiator=CITY, round=1, accepted_revision=1, late=True)
    assert state(*invited(JW), initiator(lapse), participant(ANYUE, late)) == "AT_RISK", "until it is admitted"


def test_a_new_round_asks_anew_whoever_declined_before() -> None:
    declined = v1.InvitationDeclined(joint_work_id=JW, initiator=CITY, round=1)
    again = v1.InvitationIssued(joint_work_id=JW, participant=ANYUE, round=2, revision=1, required=True)
    acts = [*invited(JW), participant(ANYUE, declined), initiator(again)]
    assert standing(*acts)[ANYUE] == "INVITED"
    yes = v1.InvitationAccepted(joint_work_id=JW, initiator=CITY, round=2, accepted_revision=1)
    assert standing(*acts, participant(ANYUE, yes))[ANYUE] == "ACCEPTED"


def test_cancelled_work_releases_its_participants_and_stays_cancelled() -> None:
    cancelled = initiator(v1.JointWorkCancelled(joint_work_id=JW, reason="x"), "2023-03-18")
    acts = [*invited(JW), cancelled, *accepted(JW)]
    assert state(*acts) == "CANCELLED"
    assert set(standing(*acts).values()) == {"RELEASED"}


def test_closed_work_is_closed_whatever_is_outstanding() -> None:
    closed = initiator(v1.JointWorkClosed(joint_work_id=JW, pending_reason="x"), "2023-12-01")
    assert state(*linked_consultation(), closed) == "CLOSED"


def test_events_of_others_wait_for_a_work_that_is_not_proposed_yet() -> None:
    early = [act for act in linked_consultation() if "/joint-work/" not in act.stream]
    from services.projections.read_models import BOARD

    assert rows(BOARD, facts(early)) == []


def test_row_19_seven_findings_become_five_opinions_and_no_step_was_waived() -> None:
    (cell,) = board(*joint_supervision()).supervisions
    assert (cell.findings, cell.opinions, cell.issued, cell.closed) == (7, 5, 5, 1)
    assert (cell.mobilization_held, cell.exchange_held, cell.waived, cell.replies) == (True, True, 0, 2)
    assert cell.state == "EXCHANGED"


def test_an_opinion_that_goes_over_to_the_next_round_counts_in_both_and_ends_no_round_anew() -> None:
    work, first, second = "512000-JW-2", "512000-SP-2", "512000-SP-3"
    over = v1.ContinuedOpinion(opinion_id="512000-O-2", progress=v1.OPINION_PROGRESS_ISSUED)
    late = v1.SupervisionOpinionProgressNoted(opinion_id="512000-O-2", progress=v1.OPINION_PROGRESS_ISSUED)
    told = (
        (first, v1.SupervisionContinued(next_project_id=second, opinions=[over])),
        (second, v1.SupervisionPlanned(topic="生态环境建设")),
        (second, v1.SupervisionOpinionsTakenOver(predecessor_id=first, opinions=[over])),
        (first, late),
    )
    acts = list(joint_supervision())
    for project, message in told:
        message.joint_work_id, message.project_id = work, project
        acts.append(Act(f"{CITY}/supervision-project/{project}", work, message, on("2023-11-01")))
    one, other = board(*acts).supervisions
    assert (one.state, one.opinions, one.issued) == ("CONTINUED", 5, 5)
    assert (other.state, other.opinions, other.issued, other.replies) == ("PLANNED", 1, 1, 1)


def test_a_project_that_only_a_finding_names_is_shown_as_not_planned() -> None:
    note = v1.SupervisionFindingNoted(joint_work_id="512000-JW-2", project_id="512000-SP-7", finding_id="512021-F-9")
    ahead = Act(f"{CITY}/supervision-project/512000-SP-7", "512000-JW-2", note, on("2023-06-01"))
    cell = board(*joint_supervision(), ahead).supervisions[-1]
    assert (cell.project_id, cell.state, cell.findings) == ("512000-SP-7", "NOT_PLANNED", 1)


def test_row_20_the_peer_plan_is_effective_at_the_revision_both_cities_endorsed() -> None:
    acts = list(inter_city())
    view = board(*acts)
    assert (view.effective_revision, view.effective_digest, view.revision) == (2, "p2", 2)
    assert view.plan.held_at.ToDatetime().day == 15
    one_sided = [act for act in acts if not (act.organisation == CITY and type(act.message) is v1.JointPlanEndorsed)]
    assert board(*one_sided).effective_revision == 0, "one city alone makes no plan effective"
    first = [act for act in acts if act.organisation == CITY][:3]
    yes = v1.JointPlanEndorsed(joint_work_id="512000-JW-3", revision=1, digest="p1")
    other = Act(f"{PEER}/peer-plan/512000-JW-3", "512000-JW-3", yes, on("2023-10-12"))
    assert board(*first, other).effective_revision == 1


def test_held_work_is_as_of_its_newest_event() -> None:
    assert board(*linked_consultation()).as_of.ToDatetime() == max(act.at for act in held(JW)).replace(tzinfo=None)
