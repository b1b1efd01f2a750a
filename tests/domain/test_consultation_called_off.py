"""A consultation that is called off takes its remote sessions with it; a postponed one leaves them to be moved."""

from __future__ import annotations

from linkage import v1
from linkage.domain.consultation import consultation
from linkage.domain.remote_consultation import remote_session, sub_venue
from linkage.testing import Spec, stamp
from tests.domain.world import World

CITY, ANYUE = "512000", "512021"
C, S, OTHER = "512000-C-1", "512000-RS-1", "512000-RS-2"
SESSION, VENUE, CONSULTATION = f"{CITY}/remote-session/{S}", f"{ANYUE}/sub-venue/{S}", f"{CITY}/consultation/{C}"
WHY = "议题撤回"

PLAN = v1.PlanConsultationRequest(consultation_id=C, form=v1.CONSULTATION_FORM_REMOTE, topic="老旧小区改造提升")
ADOPT = v1.AdoptWorkPlanRequest(consultation_id=C, document="资政协办〔2023〕5号")
CANCEL = v1.CancelConsultationRequest(consultation_id=C, reason=WHY)
POSTPONE = v1.PostponeConsultationRequest(consultation_id=C, reason="防汛")
HOST = v1.ProposeSubVenueRequest(session_id=S, host=ANYUE)
CONFIRM = v1.ConfirmSubVenueRequest(session_id=S, place="县政协二楼")
OPEN = v1.OpenRemoteSessionRequest(session_id=S, host=v1.POST_VICE_CHAIR)
MOVE = v1.RescheduleRemoteSessionRequest(session_id=S, scheduled_at=stamp("2023-06-18 09:00"), reason="防汛")

spec = Spec(consultation.AGGREGATE, by=CITY, at="2023-05-18 10:00")
PLANNED = v1.ConsultationPlanned(consultation_id=C, form=v1.CONSULTATION_FORM_REMOTE, topic="老旧小区改造提升")
NOTE = v1.NoteSessionOfConsultationRequest(consultation_id=C, session_id=S)
NOTED = v1.ConsultationSessionNoted(consultation_id=C, session_id=S)


def schedule(session: str = S, of: str = C) -> v1.ScheduleRemoteSessionRequest:
    return v1.ScheduleRemoteSessionRequest(
        session_id=session, consultation_id=of, topic="老旧小区改造提升", scheduled_at=stamp("2023-05-11 09:00")
    )


def hosting() -> World:
    """A county hosts a venue in the session of a consultation."""
    world = World()
    world.told(CITY, PLAN, ADOPT, schedule(), HOST)
    world.told(ANYUE, CONFIRM)
    return world


def test_a_session_is_noted_once_even_ahead_of_the_planning() -> None:
    spec.given(PLANNED).when(NOTE).then(NOTED)
    spec.given(PLANNED, NOTED).when(NOTE).then()
    spec.given().when(NOTE).then(NOTED)
    spec.given(NOTED).when(PLAN).then(PLANNED)


def test_a_consultation_that_is_called_off_takes_its_sessions_and_their_venues_with_it() -> None:
    world = hosting()
    world.told(CITY, schedule(OTHER), CANCEL)
    assert world.last(CONSULTATION) == v1.ConsultationCancelled(consultation_id=C, reason=WHY, session_ids=[S, OTHER])
    assert world.last(SESSION) == v1.RemoteSessionCancelled(session_id=S, reason=WHY, hosts=[ANYUE])
    assert world.last(VENUE) == v1.SubVenueReleased(session_id=S, reason=WHY)
    assert world.state(f"{CITY}/remote-session/{OTHER}").status is remote_session.Status.CANCELLED


def test_a_session_that_is_scheduled_after_the_consultation_was_called_off_goes_with_it_too() -> None:
    world = World()
    world.told(CITY, PLAN, CANCEL, schedule())
    assert world.state(SESSION).status is remote_session.Status.CANCELLED


def test_a_session_that_was_opened_has_taken_place_and_is_not_called_off() -> None:
    world = hosting()
    world.told(CITY, OPEN, CANCEL)
    assert world.state(SESSION).status is remote_session.Status.OPEN
    assert world.state(VENUE).status is sub_venue.Status.CONFIRMED


def test_a_postponed_consultation_leaves_its_session_to_be_moved() -> None:
    world = hosting()
    world.told(CITY, POSTPONE)
    assert world.state(SESSION).status is remote_session.Status.SCHEDULED
    assert world.state(VENUE).status is sub_venue.Status.CONFIRMED, "its host is asked anew when there is a new date"
    world.told(CITY, MOVE)
    assert world.state(VENUE).status is sub_venue.Status.PROPOSED
    world.told(CITY, CANCEL)
    assert world.state(VENUE).status is sub_venue.Status.RELEASED


def test_a_session_of_another_bodys_consultation_is_this_bodys_own_affair() -> None:
    world = World()
    world.told(CITY, schedule(of="511000-C-1"))
    assert set(world.streams) == {SESSION}


def test_a_session_is_called_off_once_though_its_work_and_its_consultation_both_are() -> None:
    work = "512000-JW-1"
    world = World()
    plan = v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION)
    propose = v1.ProposeJointWorkRequest(joint_work_id=work, mode=v1.LINKAGE_MODE_STANDALONE, plan=plan)
    propose.direction = v1.LINKAGE_DIRECTION_VERTICAL
    planned, scheduled = v1.PlanConsultationRequest(), schedule()
    planned.CopyFrom(PLAN)
    planned.joint_work_id = scheduled.joint_work_id = work
    world.told(CITY, propose, planned, scheduled)
    world.told(CITY, v1.CancelJointWorkRequest(joint_work_id=work, reason="年度计划调整"), CANCEL)
    assert world.names(SESSION) == ["RemoteSessionScheduled", "RemoteSessionCancelled"]
