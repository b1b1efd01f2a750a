"""The main record of a remote session. Rules: domain paper §3.4, §4(b), §4.1; scenario ZY-2023 rows 12, 13, 20."""

from __future__ import annotations

from itertools import permutations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.decision import Refusal
from linkage.domain.remote_consultation import remote_session
from linkage.testing import Spec, stamp

S, JW = "512000-RS-1", "512000-JW-1"
CITY, ANYUE, YANJIANG, NEIJIANG, SHIYANG = "512000", "512021", "512002", "511000", "512021110"
DIGEST = "d" * 64

spec = Spec(remote_session.AGGREGATE, by=CITY, at="2023-05-18 09:30")


def schedule(*, peer: bool = False, topic: str = "老旧小区改造提升") -> v1.ScheduleRemoteSessionRequest:
    return v1.ScheduleRemoteSessionRequest(
        session_id=S, joint_work_id=JW, topic=topic, scheduled_at=stamp("2023-05-18 09:00"), peer=peer
    )


def scheduled(*, peer: bool = False) -> v1.RemoteSessionScheduled:
    return v1.RemoteSessionScheduled(
        session_id=S, joint_work_id=JW, topic="老旧小区改造提升", scheduled_at=stamp("2023-05-18 09:00"), peer=peer
    )


def propose(host: str = ANYUE, purpose: str = "") -> v1.ProposeSubVenueRequest:
    return v1.ProposeSubVenueRequest(session_id=S, host=host, purpose=purpose)


def proposed(host: str = ANYUE, purpose: str = "") -> v1.SubVenueProposed:
    return v1.SubVenueProposed(
        session_id=S, joint_work_id=JW, host=host, scheduled_at=stamp("2023-05-18 09:00"), purpose=purpose
    )


def report(kind: str, host: str = ANYUE) -> v1.NoteSubVenueReportRequest:
    return v1.NoteSubVenueReportRequest(
        session_id=S, host=host, report=v1.SubVenueReport.Value(f"SUB_VENUE_REPORT_{kind}")
    )


def noted(kind: str, at: str, host: str = ANYUE) -> v1.SubVenueReportNoted:
    return v1.SubVenueReportNoted(
        session_id=S,
        joint_work_id=JW,
        host=host,
        report=v1.SubVenueReport.Value(f"SUB_VENUE_REPORT_{kind}"),
        reported_at=stamp(f"2023-05-18 {at}"),
    )


def open_by(host: v1.Post.ValueType = v1.POST_VICE_CHAIR) -> v1.OpenRemoteSessionRequest:
    return v1.OpenRemoteSessionRequest(session_id=S, host=host)


def lost(at: str) -> v1.VenueLossObserved:
    return v1.VenueLossObserved(session_id=S, joint_work_id=JW, venue=ANYUE, observed_at=stamp(f"2023-05-18 {at}"))


def statement(venue: str = ANYUE, gist: str = "加装电梯") -> v1.RecordJointStatementRequest:
    return v1.RecordJointStatementRequest(
        session_id=S, statement_id=f"{venue}-ST-1", venue=venue, order=1, capacity=v1.CAPACITY_MEMBER, gist=gist
    )


def made(venue: str = ANYUE, gist: str = "加装电梯") -> v1.StatementMade:
    return v1.StatementMade(
        session_id=S,
        joint_work_id=JW,
        statement_id=f"{venue}-ST-1",
        venue=venue,
        order=1,
        capacity=v1.CAPACITY_MEMBER,
        gist=gist,
    )


def count(number: int, resident: int) -> v1.RecordSessionAttendanceRequest:
    return v1.RecordSessionAttendanceRequest(
        session_id=S,
        venue=CITY,
        capacity=v1.CAPACITY_MEMBER,
        channel=v1.CHANNEL_MAIN_VENUE,
        number=number,
        resident=resident,
    )


def counted(number: int, resident: int) -> v1.AttendanceRecorded:
    return v1.AttendanceRecorded(
        session_id=S,
        joint_work_id=JW,
        venue=CITY,
        capacity=v1.CAPACITY_MEMBER,
        channel=v1.CHANNEL_MAIN_VENUE,
        number=number,
        resident=resident,
    )


OPENED = v1.RemoteSessionOpened(session_id=S, joint_work_id=JW, host=v1.POST_VICE_CHAIR)
SUSPENDED = v1.RemoteSessionSuspended(session_id=S, joint_work_id=JW, reason="会场断电")
RESUMED = v1.RemoteSessionResumed(session_id=S, joint_work_id=JW)
CLOSED = v1.RemoteSessionClosed(session_id=S, joint_work_id=JW)
SEALED = v1.RemoteSessionSealed(session_id=S, joint_work_id=JW)
ASKED = v1.OnlineCollectionOpened(
    session_id=S, joint_work_id=JW, channel=v1.CHANNEL_ONLINE_MASSES, question="最需要改造什么?"
)
COLLECTED = v1.OnlineOpinionCollected(session_id=S, joint_work_id=JW, opinion_id="512000-OP-1", gist="停车难")
OPEN = (scheduled(), proposed(), noted("CONFIRMED", "08:00"), OPENED)
RUNNING = (*OPEN, noted("CONNECTED", "09:00"))


# Scheduling and proposing


def test_a_session_is_scheduled_once() -> None:
    spec.given().when(schedule()).then(scheduled())
    spec.given(scheduled()).when(schedule()).then()
    spec.given(scheduled()).when(schedule(topic="文明城市创建")).refused("SESSION_EXISTS")


def test_a_city_asks_a_county_that_it_guides_to_host() -> None:
    spec.given(scheduled()).when(propose()).then(proposed())


@pytest.mark.parametrize("host", [NEIJIANG, SHIYANG, CITY])
def test_neither_a_peer_nor_a_township_nor_the_convener_itself_hosts_a_sub_venue(host: str) -> None:
    spec.given(scheduled()).when(propose(host)).refused("HOST_NOT_ELIGIBLE", host=host)


def test_in_a_session_of_two_cities_the_other_city_hosts() -> None:
    spec.given(scheduled(peer=True)).when(propose(NEIJIANG)).then(proposed(NEIJIANG))


def test_a_county_does_not_ask_a_township_which_is_only_a_site_under_its_venue() -> None:
    spec.given(scheduled()).when(propose(SHIYANG), by=ANYUE).refused("HOST_NOT_ELIGIBLE")


def test_a_body_that_was_asked_is_not_asked_again_in_the_same_words() -> None:
    spec.given(scheduled(), proposed()).when(propose()).then()
    spec.given(scheduled(), proposed()).when(propose(purpose="发言")).then(proposed(purpose="发言"))


@pytest.mark.parametrize("answer", ["DECLINED", "WITHDRAWN"])
def test_a_body_that_turned_the_venue_down_may_be_asked_again(answer: str) -> None:
    asked = (scheduled(), proposed(), noted(answer, "08:00"))
    spec.given(*asked).when(propose()).then(proposed())
    spec.given(*asked, proposed()).when(propose()).then()


@pytest.mark.parametrize("reason", ["SESSION_UNKNOWN", "SESSION_NOT_OPENABLE"])
def test_no_venue_is_proposed_to_a_session_that_is_unknown_or_was_opened(reason: str) -> None:
    spec.given(*(() if reason == "SESSION_UNKNOWN" else (scheduled(), OPENED))).when(propose()).refused(reason)


# Opening


@pytest.mark.parametrize("host", [v1.POST_CHAIR, v1.POST_VICE_CHAIR])
def test_the_chair_or_a_vice_chair_hosts(host: v1.Post.ValueType) -> None:
    event = v1.RemoteSessionOpened(session_id=S, joint_work_id=JW, host=host)
    spec.given(scheduled()).when(open_by(host)).then(event)


@pytest.mark.parametrize("host", [v1.POST_SECRETARY_GENERAL, v1.POST_CPPCC_OFFICE, v1.POST_SPECIAL_COMMITTEE])
def test_nobody_else_hosts_a_remote_session(host: v1.Post.ValueType) -> None:
    outcome = spec.given(scheduled()).when(open_by(host))
    outcome.refused("HOST_NOT_CHAIR")
    assert isinstance(outcome.decision, Refusal)
    assert (outcome.decision.rule, outcome.decision.cite) == ("ZY-REM-1", "002.11")


def test_a_missing_sub_venue_does_not_keep_the_session_from_opening() -> None:
    spec.given(scheduled(), proposed()).when(open_by()).then(OPENED)


def test_a_session_of_two_cities_opens_only_after_both_endorsed_the_same_plan() -> None:
    agreed = v1.PlanAgreementNoted(session_id=S, joint_work_id=JW, digest=DIGEST)
    spec.given(scheduled(peer=True)).when(open_by()).refused("PLAN_NOT_AGREED")
    spec.given(scheduled(peer=True), agreed).when(open_by()).then(OPENED)


def test_an_agreement_is_noted_where_the_session_waits_for_it_and_nowhere_else() -> None:
    note = v1.NotePlanAgreementRequest(session_id=S, digest=DIGEST)
    agreed = v1.PlanAgreementNoted(session_id=S, joint_work_id=JW, digest=DIGEST)
    spec.given(scheduled(peer=True)).when(note).then(agreed)
    spec.given(scheduled(peer=True), agreed).when(note).then()
    spec.given(scheduled()).when(note).then()
    spec.given().when(note).refused("SESSION_UNKNOWN")


def test_a_plan_agreed_after_the_opening_changes_nothing_in_the_session() -> None:
    agreed = v1.PlanAgreementNoted(session_id=S, joint_work_id=JW, digest=DIGEST)
    later = v1.NotePlanAgreementRequest(session_id=S, digest="e" * 64)
    spec.given(scheduled(peer=True), agreed, OPENED).when(later).then()


@pytest.mark.parametrize("history", [(scheduled(), OPENED, SUSPENDED), (scheduled(), OPENED, CLOSED)])
def test_a_session_is_opened_once(history: tuple[Message, ...]) -> None:
    spec.given(scheduled(), OPENED).when(open_by()).then()
    spec.given(*history).when(open_by()).refused("SESSION_NOT_OPENABLE")
    spec.given().when(open_by()).refused("SESSION_UNKNOWN")


# Venues as the main record knows them


def test_what_a_host_reports_is_noted_with_its_own_time() -> None:
    spec.given(scheduled(), proposed()).when(report("CONFIRMED"), at="2023-05-18 08:00").then(
        noted("CONFIRMED", "08:00")
    )


def test_a_report_that_comes_again_changes_nothing() -> None:
    spec.given(*RUNNING).when(report("CONNECTED"), at="2023-05-18 09:00").then()


def test_a_body_that_was_never_asked_has_nothing_to_report() -> None:
    spec.given(scheduled(), proposed()).when(report("CONFIRMED", YANJIANG)).refused("VENUE_UNKNOWN")
    spec.given().when(report("CONFIRMED")).refused("SESSION_UNKNOWN")


def test_reports_lead_to_the_same_standing_in_whatever_order_they_arrive() -> None:
    reports = [noted("CONFIRMED", "08:00"), noted("CONNECTED", "09:00"), noted("DISCONNECTED", "09:50")]
    for order in permutations([*reports, noted("CONNECTED", "10:05")]):
        session = spec.given(*OPEN[:2], *order, OPENED)
        session.when(statement(), at="2023-05-18 09:30").then(made())
        session.when(statement(), at="2023-05-18 09:55").refused("VENUE_NOT_CONNECTED")
        session.when(statement(), at="2023-05-18 10:30").then(made())


def test_a_confirmation_after_a_withdrawal_is_a_confirmation_in_whatever_order_they_arrive() -> None:
    for order in permutations([noted("WITHDRAWN", "08:00"), noted("CONFIRMED", "08:30")]):
        spec.given(scheduled(), proposed(), *order).when(propose()).then()


def test_a_lost_venue_does_not_end_the_session() -> None:
    loss = v1.ObserveVenueLossRequest(session_id=S, venue=ANYUE)
    spec.given(*RUNNING).when(loss, at="2023-05-18 09:50").then(lost("09:50"))
    spec.given(*RUNNING, lost("09:50")).when(count(30, 18)).then(counted(30, 18))


def test_a_loss_is_observed_of_a_connected_venue_of_a_running_session() -> None:
    loss = v1.ObserveVenueLossRequest(session_id=S, venue=ANYUE)
    spec.given(*RUNNING, lost("09:50")).when(loss, at="2023-05-18 09:55").then()
    spec.given(scheduled(), proposed()).when(loss).refused("SESSION_NOT_OPEN")
    spec.given(scheduled(), OPENED).when(loss).refused("VENUE_UNKNOWN")


def test_a_lost_venue_counts_again_once_it_reports_a_later_connection() -> None:
    away = (*RUNNING, lost("09:50"))
    spec.given(*away).when(statement(), at="2023-05-18 09:55").refused("VENUE_NOT_CONNECTED")
    back = (*away, noted("CONNECTED", "10:05"))
    spec.given(*back).when(statement(), at="2023-05-18 10:10").then(made())


# What is heard jointly


def test_a_statement_is_heard_jointly_only_from_a_connected_venue() -> None:
    spec.given(*RUNNING).when(statement()).then(made())
    spec.given(*OPEN).when(statement()).refused("VENUE_NOT_CONNECTED", venue=ANYUE)
    spec.given(*RUNNING).when(statement(YANJIANG)).refused("VENUE_UNKNOWN", venue=YANJIANG)


def test_the_main_venue_speaks_without_any_venues_record() -> None:
    spec.given(scheduled(), OPENED).when(statement(CITY)).then(made(CITY))


def test_statements_are_heard_only_while_the_session_is_open() -> None:
    for history in ((scheduled(),), (*RUNNING, SUSPENDED), (*RUNNING, CLOSED)):
        spec.given(*history).when(statement()).refused("SESSION_NOT_OPEN")


def test_another_wording_of_a_statement_corrects_it_and_the_same_changes_nothing() -> None:
    spec.given(*RUNNING, made()).when(statement()).then()
    spec.given(*RUNNING, made()).when(statement(gist="增设车位")).then(made(gist="增设车位"))


def test_a_corrected_count_is_a_new_event_and_the_same_count_is_none() -> None:
    spec.given(*RUNNING, counted(28, 18)).when(count(30, 18)).then(counted(30, 18))
    spec.given(*RUNNING, counted(30, 18)).when(count(30, 18)).then()


@pytest.mark.parametrize(("number", "resident"), [(-1, 0), (5, -1), (5, 6)])
def test_no_count_is_below_zero_and_no_more_residents_attend_than_attend(number: int, resident: int) -> None:
    spec.given(*RUNNING).when(count(number, resident)).refused("NUMBER_IMPLAUSIBLE")


def test_attendance_is_counted_while_the_session_runs() -> None:
    spec.given(*RUNNING, SUSPENDED).when(count(30, 18)).then(counted(30, 18))
    spec.given(*RUNNING, CLOSED).when(count(30, 18)).refused("SESSION_NOT_OPEN")


# Online collection


def test_opinions_are_collected_online_even_before_the_session_opens() -> None:
    ask = v1.OpenOnlineCollectionRequest(session_id=S, channel=ASKED.channel, question=ASKED.question)
    collect = v1.CollectOnlineOpinionRequest(session_id=S, opinion_id="512000-OP-1", gist="停车难")
    spec.given(scheduled()).when(ask).then(ASKED)
    spec.given(scheduled(), ASKED).when(ask).then()
    spec.given(scheduled(), ASKED).when(collect).then(COLLECTED)
    spec.given(scheduled(), ASKED, COLLECTED).when(collect).then()
    spec.given(scheduled()).when(collect).refused("COLLECTION_NOT_OPEN")
    spec.given().when(ask).refused("SESSION_UNKNOWN")
    spec.given(scheduled(), OPENED, CLOSED, SEALED).when(ask).refused("SESSION_SEALED")


def test_a_collation_says_how_many_opinions_went_into_it_and_ends_the_collection() -> None:
    collate = v1.CollateOnlineOpinionsRequest(session_id=S, summary="多数提到停车")
    collated = v1.OnlineOpinionsCollated(session_id=S, joint_work_id=JW, collected=1, summary="多数提到停车")
    spec.given(scheduled(), ASKED, COLLECTED).when(collate).then(collated)
    spec.given(scheduled(), ASKED, COLLECTED, collated).when(collate).then()
    spec.given(scheduled()).when(collate).refused("COLLECTION_NOT_OPEN")
    more = v1.CollectOnlineOpinionRequest(session_id=S, opinion_id="512000-OP-2", gist="照明")
    spec.given(scheduled(), ASKED, COLLECTED, collated).when(more).refused("COLLECTION_NOT_OPEN")


# Interruption, end, seal


def test_a_session_is_interrupted_and_goes_on() -> None:
    suspend, resume = (
        v1.SuspendRemoteSessionRequest(session_id=S, reason="会场断电"),
        v1.ResumeRemoteSessionRequest(session_id=S),
    )
    spec.given(*OPEN).when(suspend).then(SUSPENDED)
    spec.given(*OPEN, SUSPENDED).when(suspend).then()
    spec.given(*OPEN, SUSPENDED).when(resume).then(RESUMED)
    spec.given(*OPEN, SUSPENDED, RESUMED).when(resume).then()
    spec.given(scheduled()).when(suspend).refused("SESSION_NOT_OPEN")
    spec.given(*OPEN, CLOSED).when(resume).refused("SESSION_NOT_SUSPENDED")


def test_a_session_closes_once_from_open_or_suspended() -> None:
    close = v1.CloseRemoteSessionRequest(session_id=S)
    spec.given(*OPEN).when(close).then(CLOSED)
    spec.given(*OPEN, SUSPENDED).when(close).then(CLOSED)
    spec.given(*OPEN, CLOSED).when(close).then()
    spec.given(scheduled()).when(close).refused("SESSION_NOT_OPEN")


def test_the_record_is_sealed_with_the_minutes_of_every_venue_that_was_connected() -> None:
    seal = v1.SealRemoteSessionRequest(session_id=S)
    spec.given(*RUNNING, CLOSED).when(seal).refused("MINUTES_MISSING", venues=ANYUE)
    spec.given(*RUNNING, CLOSED, noted("MINUTES_FILED", "12:00")).when(seal).then(SEALED)
    spec.given(*OPEN, CLOSED).when(seal).then(SEALED)


def test_the_record_is_sealed_without_minutes_only_for_a_reason_that_is_kept() -> None:
    seal = v1.SealRemoteSessionRequest(session_id=S, missing_minutes_reason="县政协机关搬迁")
    without = v1.RemoteSessionSealed(session_id=S, joint_work_id=JW, missing_minutes_reason="县政协机关搬迁")
    spec.given(*RUNNING, CLOSED).when(seal).then(without)
    spec.given(*RUNNING, CLOSED, noted("MINUTES_FILED", "12:00")).when(seal).then(SEALED)


def test_only_a_closed_session_is_sealed() -> None:
    spec.given(*RUNNING).when(v1.SealRemoteSessionRequest(session_id=S)).refused("SESSION_NOT_CLOSED")


def test_a_sealed_record_takes_nothing_but_addenda() -> None:
    sealed = (*RUNNING, noted("MINUTES_FILED", "12:00"), CLOSED, SEALED)
    addendum = v1.FileSessionAddendumRequest(
        session_id=S, title="书面发言", document="资政协〔2023〕8号", reason="邮寄迟到"
    )
    filed = v1.LateAddendumFiled(
        joint_work_id=JW, refers_to=S, title="书面发言", document="资政协〔2023〕8号", reason="邮寄迟到"
    )
    spec.given(*sealed).when(addendum).then(filed)
    spec.given(*sealed, filed).when(addendum).then()
    for refused in (statement(), count(31, 18), propose(YANJIANG), open_by(v1.POST_CHAIR)):
        assert isinstance(spec.given(*sealed).when(refused).decision, Refusal)
    spec.given(*sealed).when(report("DISCONNECTED"), at="2023-05-19").then()


def test_an_addendum_needs_a_sealed_record() -> None:
    addendum = v1.FileSessionAddendumRequest(session_id=S, title="书面发言", reason="邮寄迟到")
    spec.given(*RUNNING, CLOSED).when(addendum).refused("SESSION_NOT_SEALED")
