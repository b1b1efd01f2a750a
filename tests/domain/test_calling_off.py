"""What is called off, moved or withdrawn, and what goes with it. Domain paper §4.1 (cancel, postpone, withdrawal)."""

from __future__ import annotations

from google.protobuf.message import Message

from linkage import v1
from linkage.domain.joint_work import joint_work, participation
from linkage.domain.joint_work.invitee import Standing
from linkage.domain.remote_consultation import remote_session, sub_venue
from linkage.testing import Spec, stamp
from tests.domain.world import World

CITY, ANYUE, YANJIANG = "512000", "512021", "512002"
JW, S = "512000-JW-1", "512000-RS-1"
WHY = "年度计划调整"
VENUE, PART, SESSION = f"{ANYUE}/sub-venue/{S}", f"{ANYUE}/participation/{JW}", f"{CITY}/remote-session/{S}"

CANCEL_WORK = v1.CancelJointWorkRequest(joint_work_id=JW, reason=WHY)
CANCEL = v1.CancelRemoteSessionRequest(session_id=S, reason=WHY)
WITHDRAW = v1.WithdrawParticipationRequest(joint_work_id=JW, reason="防汛")
CONFIRM = v1.ConfirmSubVenueRequest(session_id=S, place="县政协二楼")
CONNECT = v1.ConnectVenueRequest(session_id=S)
OPEN = v1.OpenRemoteSessionRequest(session_id=S, host=v1.POST_VICE_CHAIR)
PLAN = v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_CONSULTATION)
PROPOSE = v1.ProposeJointWorkRequest(
    joint_work_id=JW, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL, plan=PLAN
)
ACCEPT = v1.AcceptInvitationRequest(joint_work_id=JW, revision=1)
SCHEDULE = v1.ScheduleRemoteSessionRequest(
    session_id=S, joint_work_id=JW, topic="老旧小区改造提升", scheduled_at=stamp("2023-05-11 09:00")
)


def host(body: str) -> v1.ProposeSubVenueRequest:
    return v1.ProposeSubVenueRequest(session_id=S, host=body)


def reschedule(at: str = "2023-05-18 09:00") -> v1.RescheduleRemoteSessionRequest:
    return v1.RescheduleRemoteSessionRequest(session_id=S, scheduled_at=stamp(at), reason="会期冲突", revision=2)


def hosting() -> World:
    """Two counties take part and were asked to host; one has confirmed."""
    world = World()
    world.told(CITY, PROPOSE, SCHEDULE)
    for body in (ANYUE, YANJIANG):
        invitation = v1.IssueInvitationRequest(joint_work_id=JW, participant=body, role="joins")
        world.told(CITY, invitation, host(body))
        world.told(body, ACCEPT)
    world.told(ANYUE, CONFIRM)
    return world


# Cancelling


def test_work_that_is_called_off_releases_its_participants_its_session_and_their_venues() -> None:
    world = hosting()
    world.told(CITY, CANCEL_WORK)
    released = v1.SubVenueReleased(session_id=S, joint_work_id=JW, reason=WHY)
    assert world.last(PART) == v1.ParticipationReleased(joint_work_id=JW, initiator=CITY, reason=WHY)
    assert world.last(VENUE) == released
    assert world.last(f"{YANJIANG}/sub-venue/{S}") == released
    assert world.last(SESSION) == v1.RemoteSessionCancelled(
        session_id=S, joint_work_id=JW, reason=WHY, hosts=[YANJIANG, ANYUE]
    )


def test_the_cancellation_names_the_sessions_that_go_with_it() -> None:
    world = hosting()
    world.told(CITY, CANCEL_WORK)
    (cancelled,) = (e for e in world.streams[f"{CITY}/joint-work/{JW}"] if isinstance(e, v1.JointWorkCancelled))
    assert list(cancelled.session_ids) == [S]
    assert list(cancelled.participants) == [YANJIANG, ANYUE]


def test_a_session_that_is_scheduled_after_the_work_was_called_off_goes_with_it_too() -> None:
    world = World()
    world.told(CITY, PROPOSE, CANCEL_WORK, SCHEDULE)
    assert world.state(SESSION).status is remote_session.Status.CANCELLED


def test_a_session_that_was_opened_has_taken_place_and_is_not_called_off() -> None:
    world = hosting()
    world.told(CITY, OPEN)
    world.told(CITY, CANCEL_WORK)
    assert world.state(SESSION).status is remote_session.Status.OPEN
    assert world.state(VENUE).status is sub_venue.Status.CONFIRMED
    world.refused(CITY, CANCEL, "SESSION_NOT_OPENABLE")


def test_a_session_is_called_off_alone_and_the_work_goes_on() -> None:
    world = hosting()
    world.told(CITY, CANCEL)
    assert world.state(VENUE).status is sub_venue.Status.RELEASED
    assert world.state(PART).status is participation.Status.ACCEPTED
    world.refused(CITY, OPEN, "SESSION_NOT_OPENABLE")
    world.refused(CITY, host(ANYUE), "SESSION_NOT_OPENABLE")
    asked = v1.OpenOnlineCollectionRequest(session_id=S, channel=v1.CHANNEL_ONLINE_MASSES, question="?")
    world.refused(CITY, asked, "SESSION_CANCELLED")


def test_a_host_that_had_declined_is_not_bothered_by_the_cancellation() -> None:
    world = hosting()
    world.told(YANJIANG, v1.DeclineSubVenueRequest(session_id=S))
    world.told(CITY, CANCEL)
    assert world.state(f"{YANJIANG}/sub-venue/{S}").status is sub_venue.Status.DECLINED


def test_research_keeps_its_credit_when_the_work_is_called_off() -> None:
    world = hosting()
    report = v1.SubmitContributionRequest(joint_work_id=JW, contribution_id=f"{ANYUE}-C-1", title="调研报告")
    report.kind = v1.CONTRIBUTION_KIND_RESEARCH_REPORT
    world.told(ANYUE, report)
    taken = v1.IncorporateContributionRequest(joint_work_id=JW, participant=ANYUE, contribution_id=f"{ANYUE}-C-1")
    world.told(CITY, taken, CANCEL_WORK)
    assert set(world.state(PART).contributions) == {f"{ANYUE}-C-1"}
    assert world.state(f"{CITY}/joint-work/{JW}").invited[ANYUE].incorporated == {f"{ANYUE}-C-1"}


# Withdrawing


def test_a_body_that_withdraws_takes_its_sub_venue_with_it_and_the_convener_hears() -> None:
    world = hosting()
    world.told(ANYUE, WITHDRAW)
    date = stamp("2023-05-11 09:00")
    assert world.last(VENUE) == v1.SubVenueWithdrawn(
        session_id=S, joint_work_id=JW, convener=CITY, reason="防汛", scheduled_at=date
    )
    assert world.state(SESSION).venues[ANYUE].turned_down
    assert world.state(f"{CITY}/joint-work/{JW}").invited[ANYUE].standing is Standing.WITHDRAWN
    assert world.state(f"{YANJIANG}/sub-venue/{S}").status is sub_venue.Status.PROPOSED


def test_a_venue_in_use_stays_though_its_host_withdraws_from_the_work() -> None:
    world = hosting()
    world.told(CITY, OPEN)
    world.told(ANYUE, CONNECT)
    world.told(ANYUE, WITHDRAW)
    assert world.state(VENUE).status is sub_venue.Status.CONNECTED


def test_a_venue_that_is_confirmed_as_its_host_withdraws_goes_with_the_participation() -> None:
    part = Spec(participation.AGGREGATE, by=ANYUE)
    withdrawn = v1.ParticipationWithdrawn(joint_work_id=JW, initiator=CITY, reason="防汛", round=1)
    note = v1.NoteSubVenueOfWorkRequest(joint_work_id=JW, session_id=S, confirmation=2)
    invited = v1.InvitationReceived(
        joint_work_id=JW, initiator=CITY, invitation=v1.InvitationIssued(joint_work_id=JW, round=1, revision=1)
    )
    accepted = v1.InvitationAccepted(joint_work_id=JW, initiator=CITY, round=1, accepted_revision=1)
    noted = v1.SubVenueOfWorkNoted(joint_work_id=JW, session_id=S, confirmation=2)
    part.given(invited, accepted).when(note).then(noted)
    part.given(invited, accepted, noted).when(note).then()
    too_late = v1.SubVenueOfWorkNoted(joint_work_id=JW, session_id=S, confirmation=2, withdrawn="防汛")
    part.given(invited, accepted, withdrawn).when(note).then(too_late)
    again = v1.NoteSubVenueOfWorkRequest(joint_work_id=JW, session_id=S, confirmation=5)
    once_more = v1.SubVenueOfWorkNoted(joint_work_id=JW, session_id=S, confirmation=5, withdrawn="防汛")
    part.given(invited, accepted, noted, withdrawn).when(again).then(once_more)

    world = hosting()
    world.told(YANJIANG, WITHDRAW)
    world.told(YANJIANG, CONFIRM)
    assert world.state(f"{YANJIANG}/sub-venue/{S}").status is sub_venue.Status.WITHDRAWN


def test_a_body_hosts_without_a_word_of_joint_work_where_the_session_has_none() -> None:
    world = World()
    world.told(CITY, v1.ScheduleRemoteSessionRequest(session_id=S, topic="?", scheduled_at=stamp("2023-05-11")))
    world.told(CITY, host(ANYUE))
    world.told(ANYUE, CONFIRM)
    assert set(world.streams) == {SESSION, VENUE}


# Postponing

session = Spec(remote_session.AGGREGATE, by=CITY, at="2023-04-10")
SCHEDULED = v1.RemoteSessionScheduled(
    session_id=S, joint_work_id=JW, topic="老旧小区改造提升", scheduled_at=stamp("2023-05-11 09:00")
)


def moved(at: str = "2023-05-18 09:00") -> v1.RemoteSessionRescheduled:
    return v1.RemoteSessionRescheduled(
        session_id=S, joint_work_id=JW, scheduled_at=stamp(at), reason="会期冲突", revision=2
    )


def asked(body: str, at: str = "2023-05-11 09:00") -> v1.SubVenueProposed:
    return v1.SubVenueProposed(session_id=S, joint_work_id=JW, host=body, scheduled_at=stamp(at), purpose="")


def heard(report: v1.SubVenueReport.ValueType, body: str = ANYUE, at: str = "2023-04-01") -> v1.SubVenueReportNoted:
    return v1.SubVenueReportNoted(session_id=S, joint_work_id=JW, host=body, report=report, reported_at=stamp(at))


def test_a_session_that_is_moved_asks_every_host_anew_that_has_not_turned_it_down() -> None:
    history: tuple[Message, ...] = (
        *(SCHEDULED, asked(ANYUE), asked(YANJIANG)),
        *(heard(v1.SUB_VENUE_REPORT_CONFIRMED), heard(v1.SUB_VENUE_REPORT_DECLINED, YANJIANG)),
    )
    session.given(*history).when(reschedule()).then(moved(), asked(ANYUE, "2023-05-18 09:00"))


def test_moving_a_session_to_the_date_it_has_changes_nothing() -> None:
    session.given(SCHEDULED).when(reschedule("2023-05-11 09:00")).then()
    session.given(SCHEDULED, moved()).when(reschedule()).then()


def test_a_session_is_moved_until_it_is_opened() -> None:
    session.given().when(reschedule()).refused("SESSION_UNKNOWN")
    opened = v1.RemoteSessionOpened(session_id=S, joint_work_id=JW, host=v1.POST_CHAIR)
    session.given(SCHEDULED, opened).when(reschedule()).refused("SESSION_NOT_OPENABLE")
    cancelled = v1.RemoteSessionCancelled(session_id=S, joint_work_id=JW, reason=WHY)
    session.given(SCHEDULED, cancelled).when(reschedule()).refused("SESSION_NOT_OPENABLE")


def test_scheduling_again_what_was_moved_since_changes_nothing() -> None:
    session.given(SCHEDULED, moved()).when(SCHEDULE).then()


def test_whoever_is_asked_after_the_move_is_asked_about_the_new_date() -> None:
    session.given(SCHEDULED, moved()).when(host(ANYUE)).then(asked(ANYUE, "2023-05-18 09:00"))


def test_a_connection_on_the_date_before_is_none_on_the_new_one() -> None:
    before = (SCHEDULED, asked(ANYUE), heard(v1.SUB_VENUE_REPORT_CONNECTED), moved())
    state = session.given(*before, asked(ANYUE, "2023-05-18 09:00")).state
    assert not state.venues[ANYUE].connected((2**40, 0))
    assert not state.venues[ANYUE].was_connected


def test_a_host_confirms_again_after_the_date_moved_and_is_not_used_before() -> None:
    world = hosting()
    world.told(ANYUE, v1.TestChannelRequest(session_id=S, passed=True))
    world.told(CITY, reschedule())
    assert world.state(VENUE).status is sub_venue.Status.PROPOSED
    world.refused(ANYUE, CONNECT, "SUB_VENUE_NOT_CONFIRMED")
    world.told(ANYUE, CONFIRM, v1.TestChannelRequest(session_id=S, passed=True), CONNECT)
    assert world.names(VENUE).count("SubVenueConfirmed") == 2


def test_an_answer_to_the_earlier_date_is_none_to_the_later_one() -> None:
    world = hosting()
    stale = v1.ConfirmSubVenueRequest(session_id=S, place="县政协三楼", scheduled_at=stamp("2023-05-11 09:00"))
    world.told(CITY, reschedule())
    world.refused(ANYUE, stale, "SUB_VENUE_ASKED_ANEW")
    no = v1.DeclineSubVenueRequest(session_id=S, scheduled_at=stamp("2023-05-11 09:00"))
    world.refused(ANYUE, no, "SUB_VENUE_ASKED_ANEW")
    stale.scheduled_at.CopyFrom(stamp("2023-05-18 09:00"))
    world.told(ANYUE, stale)
    confirmed = world.last(VENUE)
    assert isinstance(confirmed, v1.SubVenueConfirmed)
    assert confirmed.scheduled_at == stamp("2023-05-18 09:00")


def test_a_refusal_of_the_earlier_date_that_crosses_the_move_leaves_the_question_open() -> None:
    crossed = heard(v1.SUB_VENUE_REPORT_DECLINED, at="2023-04-02")
    crossed.scheduled_at.CopyFrom(stamp("2023-05-11 09:00"))
    before = (SCHEDULED, asked(ANYUE), moved(), asked(ANYUE, "2023-05-18 09:00"), crossed)
    session.given(*before).when(reschedule("2023-05-25 09:00")).then(
        moved("2023-05-25 09:00"), asked(ANYUE, "2023-05-25 09:00")
    )
    later = heard(v1.SUB_VENUE_REPORT_DECLINED, at="2023-04-03")
    later.scheduled_at.CopyFrom(stamp("2023-05-18 09:00"))
    session.given(*before, later).when(reschedule("2023-05-25 09:00")).then(moved("2023-05-25 09:00"))


def test_an_answer_is_noted_with_the_date_it_was_about() -> None:
    world = hosting()
    (noted,) = world.events(SESSION, v1.SubVenueReportNoted)
    assert noted.scheduled_at == stamp("2023-05-11 09:00")


def test_work_whose_date_moves_asks_for_reconfirmation_and_its_session_moves_by_a_word_of_its_own() -> None:
    world = hosting()
    later = v1.JointPlan(topic=PLAN.topic, kind=PLAN.kind, held_at=stamp("2023-05-18 09:00"))
    world.told(CITY, v1.ReviseJointPlanRequest(joint_work_id=JW, current_revision=1, plan=later))
    assert world.state(VENUE).status is sub_venue.Status.CONFIRMED
    world.told(CITY, reschedule())
    world.refused(ANYUE, v1.ReportReadyRequest(joint_work_id=JW), "RECONFIRMATION_DUE")
    world.told(ANYUE, v1.ReconfirmParticipationRequest(joint_work_id=JW, revision=2), CONFIRM)
    assert world.state(f"{CITY}/joint-work/{JW}").stage is joint_work.Stage.INVITING
    assert world.state(VENUE).status is sub_venue.Status.CONFIRMED
