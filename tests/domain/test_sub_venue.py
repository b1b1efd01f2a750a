"""A host's own record of its venue. Rules: domain paper §3.4, §4(b); scenario ZY-2023 rows 7, 13."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.remote_consultation import sub_venue
from linkage.testing import Spec, stamp

S, JW, CITY, ANYUE = "512000-RS-1", "512000-JW-1", "512000", "512021"

spec = Spec(sub_venue.AGGREGATE, by=ANYUE, at="2023-05-18 09:55")


def proposal(purpose: str = "") -> v1.SubVenueProposed:
    return v1.SubVenueProposed(
        session_id=S, joint_work_id=JW, host=ANYUE, scheduled_at=stamp("2023-05-18 09:00"), purpose=purpose
    )


def receive(purpose: str = "") -> v1.ReceiveSubVenueProposalRequest:
    return v1.ReceiveSubVenueProposalRequest(session_id=S, convener=CITY, proposal=proposal(purpose))


def received(purpose: str = "") -> v1.SubVenueProposalReceived:
    return v1.SubVenueProposalReceived(session_id=S, joint_work_id=JW, convener=CITY, proposal=proposal(purpose))


def confirm(place: str = "县政协二楼") -> v1.ConfirmSubVenueRequest:
    return v1.ConfirmSubVenueRequest(session_id=S, place=place)


def channel(passed: bool) -> v1.ChannelTested:
    return v1.ChannelTested(session_id=S, joint_work_id=JW, convener=CITY, passed=passed)


def statement(number: int = 1, gist: str = "加装电梯") -> v1.RecordVenueStatementRequest:
    return v1.RecordVenueStatementRequest(
        session_id=S, statement_id=f"512021-ST-{number}", order=number, capacity=v1.CAPACITY_MEMBER, gist=gist
    )


def made(number: int = 1, gist: str = "加装电梯") -> v1.StatementMade:
    return v1.StatementMade(
        session_id=S,
        joint_work_id=JW,
        statement_id=f"512021-ST-{number}",
        venue=ANYUE,
        order=number,
        capacity=v1.CAPACITY_MEMBER,
        gist=gist,
    )


def count(number: int, resident: int = 0) -> v1.RecordVenueAttendanceRequest:
    return v1.RecordVenueAttendanceRequest(
        session_id=S, capacity=v1.CAPACITY_MEMBER, channel=v1.CHANNEL_SUB_VENUE, number=number, resident=resident
    )


def counted(number: int, resident: int = 0) -> v1.AttendanceRecorded:
    return v1.AttendanceRecorded(
        session_id=S,
        joint_work_id=JW,
        venue=ANYUE,
        capacity=v1.CAPACITY_MEMBER,
        channel=v1.CHANNEL_SUB_VENUE,
        number=number,
        resident=resident,
    )


def minutes(statements: int) -> v1.SubVenueMinutesFiled:
    return v1.SubVenueMinutesFiled(
        session_id=S, joint_work_id=JW, convener=CITY, document="安政协纪要3号", statements=statements
    )


DATE = stamp("2023-05-18 09:00")
CONFIRMED = v1.SubVenueConfirmed(session_id=S, joint_work_id=JW, convener=CITY, place="县政协二楼", scheduled_at=DATE)
DECLINED = v1.SubVenueDeclined(session_id=S, joint_work_id=JW, convener=CITY, reason="会议室维修", scheduled_at=DATE)
WITHDRAWN = v1.SubVenueWithdrawn(session_id=S, joint_work_id=JW, convener=CITY, reason="会议室维修", scheduled_at=DATE)
CONNECTED = v1.VenueConnected(session_id=S, joint_work_id=JW, convener=CITY)
DISCONNECTED = v1.VenueDisconnected(session_id=S, joint_work_id=JW, convener=CITY, cause="光缆中断")
RELEASED = v1.SubVenueReleased(session_id=S, joint_work_id=JW, reason="活动取消")
HOSTING = (received(), CONFIRMED)
TEST = v1.TestChannelRequest(session_id=S, passed=True)
CONNECT = v1.ConnectVenueRequest(session_id=S)
DISCONNECT = v1.DisconnectVenueRequest(session_id=S, cause="光缆中断")
WITHDRAW = v1.WithdrawSubVenueRequest(session_id=S, reason="会议室维修")
DECLINE = v1.DeclineSubVenueRequest(session_id=S, reason="会议室维修")
MINUTES = v1.FileSubVenueMinutesRequest(session_id=S, document="安政协纪要3号")


# Answering


def test_a_body_answers_only_a_proposal_that_reached_it() -> None:
    spec.given().when(confirm()).refused("SUB_VENUE_NOT_PROPOSED")
    spec.given().when(DECLINE).refused("SUB_VENUE_NOT_PROPOSED")


def test_a_proposal_reaches_the_body_once() -> None:
    spec.given().when(receive()).then(received())
    spec.given(received()).when(receive()).then()
    spec.given(*HOSTING).when(receive()).then()


def test_the_host_confirms_or_declines_by_its_own_word() -> None:
    spec.given(received()).when(confirm()).then(CONFIRMED)
    spec.given(received()).when(DECLINE).then(DECLINED)


def test_a_proposal_is_answered_once() -> None:
    spec.given(*HOSTING).when(confirm()).then()
    spec.given(*HOSTING).when(confirm("县委礼堂")).refused("SUB_VENUE_ANSWERED")
    spec.given(*HOSTING).when(DECLINE).refused("SUB_VENUE_ANSWERED")
    spec.given(received(), DECLINED).when(DECLINE).then()
    spec.given(received(), DECLINED).when(confirm()).refused("SUB_VENUE_ANSWERED")


@pytest.mark.parametrize("history", [(received(), DECLINED), (*HOSTING, WITHDRAWN)])
def test_after_a_no_the_same_proposal_is_a_new_question(history: tuple[Message, ...]) -> None:
    spec.given(*history).when(receive()).then(received())
    spec.given(*history, received()).when(confirm()).then(CONFIRMED)


RELEASE = v1.ReleaseSubVenueRequest(session_id=S, reason="活动取消")


@pytest.mark.parametrize("used", [(), (channel(True),), (CONNECTED,), (CONNECTED, DISCONNECTED)])
def test_a_session_that_is_called_off_frees_the_venue_for_good(used: tuple[Message, ...]) -> None:
    spec.given(*HOSTING, *used).when(RELEASE).then(RELEASED)
    spec.given(*HOSTING, *used, RELEASED).when(receive("发言")).then()
    spec.given(*HOSTING, *used, RELEASED).when(confirm()).refused("SUB_VENUE_ANSWERED")


@pytest.mark.parametrize(
    "history", [(), (received(), DECLINED), (*HOSTING, WITHDRAWN), (*HOSTING, CONNECTED, minutes(0))]
)
def test_there_is_nothing_to_free_where_nothing_is_hosted(history: tuple[Message, ...]) -> None:
    spec.given(*history).when(RELEASE).then()


def test_another_purpose_reaches_a_confirmed_host_without_undoing_its_word() -> None:
    spec.given(*HOSTING).when(receive("发言")).then(received("发言"))
    spec.given(*HOSTING, received("发言")).when(CONNECT).then(CONNECTED)


# Withdrawing


def test_a_venue_is_withdrawn_only_before_it_is_connected() -> None:
    spec.given(*HOSTING).when(WITHDRAW).then(WITHDRAWN)
    spec.given(*HOSTING, channel(True)).when(WITHDRAW).then(WITHDRAWN)
    spec.given(*HOSTING, WITHDRAWN).when(WITHDRAW).then()
    spec.given(received()).when(WITHDRAW).refused("SUB_VENUE_NOT_CONFIRMED")
    for used in ((CONNECTED,), (CONNECTED, DISCONNECTED)):
        spec.given(*HOSTING, *used).when(WITHDRAW).refused("VENUE_IN_USE")


# Testing and connecting


def test_the_channel_is_tested_as_often_as_the_outcome_changes() -> None:
    failed = v1.TestChannelRequest(session_id=S, passed=False)
    spec.given(*HOSTING).when(failed).then(channel(False))
    spec.given(*HOSTING, channel(False)).when(TEST).then(channel(True))
    spec.given(*HOSTING, channel(True)).when(TEST).then()
    spec.given(received()).when(TEST).refused("SUB_VENUE_NOT_CONFIRMED")
    spec.given(*HOSTING, CONNECTED, minutes(0)).when(TEST).refused("VENUE_CLOSED")


def test_after_a_loss_the_channel_is_tested_anew() -> None:
    spec.given(*HOSTING, channel(True), CONNECTED, DISCONNECTED).when(TEST).then(channel(True))


def test_a_confirmed_venue_connects_and_comes_back_after_a_loss() -> None:
    spec.given(*HOSTING).when(CONNECT).then(CONNECTED)
    spec.given(*HOSTING, CONNECTED).when(CONNECT).then()
    spec.given(*HOSTING, CONNECTED).when(DISCONNECT).then(DISCONNECTED)
    spec.given(*HOSTING, CONNECTED, DISCONNECTED).when(DISCONNECT).then()
    spec.given(*HOSTING, CONNECTED, DISCONNECTED).when(CONNECT).then(CONNECTED)


@pytest.mark.parametrize(
    "history", [(), (received(),), (received(), DECLINED), (*HOSTING, WITHDRAWN), (*HOSTING, RELEASED)]
)
def test_a_venue_that_its_host_has_not_confirmed_is_not_used(history: tuple[Message, ...]) -> None:
    spec.given(*history).when(CONNECT).refused("SUB_VENUE_NOT_CONFIRMED")
    spec.given(*history).when(count(12)).refused("SUB_VENUE_NOT_CONFIRMED")


def test_only_a_connected_venue_loses_its_connection() -> None:
    spec.given(*HOSTING).when(DISCONNECT).refused("VENUE_NOT_CONNECTED")


# In the room


def test_what_is_said_in_the_room_is_recorded_whether_it_is_connected_or_not() -> None:
    spec.given(*HOSTING, CONNECTED).when(statement()).then(made())
    spec.given(*HOSTING, CONNECTED, DISCONNECTED).when(statement()).then(made())


def test_nothing_is_said_in_a_venue_before_it_was_first_connected() -> None:
    spec.given(*HOSTING).when(statement()).refused("VENUE_NOT_OPENED")
    spec.given(*HOSTING).when(MINUTES).refused("VENUE_NOT_OPENED")


def test_another_wording_of_a_statement_corrects_it_and_the_same_changes_nothing() -> None:
    room = (*HOSTING, CONNECTED, made())
    spec.given(*room).when(statement()).then()
    spec.given(*room).when(statement(gist="增设车位")).then(made(gist="增设车位"))


def test_people_are_counted_and_a_corrected_count_is_a_new_event() -> None:
    spec.given(*HOSTING).when(count(12, 9)).then(counted(12, 9))
    spec.given(*HOSTING, counted(12, 9)).when(count(12, 9)).then()
    spec.given(*HOSTING, counted(12, 9)).when(count(13, 9)).then(counted(13, 9))
    spec.given(*HOSTING).when(count(12, 13)).refused("NUMBER_IMPLAUSIBLE")


def test_the_minutes_count_each_statement_once_and_close_the_venue() -> None:
    room = (*HOSTING, CONNECTED, made(1), DISCONNECTED, made(2), made(1, gist="增设车位"))
    spec.given(*room).when(MINUTES).then(minutes(2))
    closed = (*room, minutes(2))
    spec.given(*closed).when(MINUTES).then()
    spec.given(*closed).when(v1.FileSubVenueMinutesRequest(session_id=S, document="另一份")).refused("VENUE_CLOSED")
    for late in (CONNECT, statement(3), count(14)):
        spec.given(*closed).when(late).refused("VENUE_CLOSED")


def test_a_proposal_that_comes_after_the_minutes_changes_nothing() -> None:
    spec.given(*HOSTING, CONNECTED, minutes(0)).when(receive("发言")).then()
