"""A county's own linked work with its townships, from proposal to close. Domain paper §2, §4(a), §9 #24; 002.19."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.directory import Directory, Organisation
from linkage.domain.joint_work import joint_work
from linkage.domain.joint_work.invitee import Standing
from linkage.domain.remote_consultation import remote_session, sub_venue
from linkage.testing import DIRECTORY, Spec, stamp
from tests.domain.world import World

CITY, ANYUE, YANJIANG, SHIYANG, LINJIANG = "512000", "512021", "512002", "512021110", "512002103"
JW, S = f"{ANYUE}-JW-1", f"{ANYUE}-RS-1"
PLAN = v1.JointPlan(topic="老旧小区改造提升", kind=v1.JOINT_WORK_KIND_INSPECTION)
PROPOSE = v1.ProposeJointWorkRequest(
    joint_work_id=JW, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL, plan=PLAN
)
PROPOSED = v1.JointWorkProposed(
    joint_work_id=JW, mode=v1.LINKAGE_MODE_STANDALONE, direction=v1.LINKAGE_DIRECTION_VERTICAL, plan=PLAN
)

county = Spec(joint_work.AGGREGATE, by=ANYUE, at="2023-03-06")


def invite(body: str) -> v1.IssueInvitationRequest:
    return v1.IssueInvitationRequest(joint_work_id=JW, participant=body, role="提供点位", required=True)


# Whom a county invites


def test_a_county_invites_its_own_townships() -> None:
    assert county.given(PROPOSED).when(invite(SHIYANG)).after.state.invited.keys() == {SHIYANG}


@pytest.mark.parametrize("body", [CITY, YANJIANG, LINJIANG, "511000"])
def test_a_county_invites_neither_its_city_nor_another_county_nor_a_township_of_others(body: str) -> None:
    county.given(PROPOSED).when(invite(body)).refused("PARTICIPANT_NOT_ELIGIBLE", participant=body)


def test_a_city_does_not_invite_a_countys_township_past_the_county() -> None:
    citys = v1.JointWorkProposed(joint_work_id=f"{CITY}-JW-1", direction=v1.LINKAGE_DIRECTION_VERTICAL, plan=PLAN)
    command = v1.IssueInvitationRequest(joint_work_id=f"{CITY}-JW-1", participant=SHIYANG, role="joins")
    county.given(citys).when(command, by=CITY).refused("PARTICIPANT_NOT_ELIGIBLE", participant=SHIYANG)


def test_only_cities_work_as_peers() -> None:
    peers = v1.ProposeJointWorkRequest(joint_work_id=JW, mode=v1.LINKAGE_MODE_STANDALONE, plan=PLAN)
    peers.direction = v1.LINKAGE_DIRECTION_PEER
    county.given().when(peers).refused("DIRECTION_NOT_ELIGIBLE")


# The whole way


def test_a_countys_own_work_runs_from_proposal_to_close_and_nothing_is_asked_of_the_city() -> None:
    world, part = World(), f"{SHIYANG}/participation/{JW}"
    world.told(ANYUE, PROPOSE, invite(SHIYANG), at="2023-03-06")
    confirm = v1.ConfirmJointWorkRequest(joint_work_id=JW)
    world.refused(ANYUE, confirm, "REQUIRED_PARTICIPANT_MISSING", at="2023-03-07")
    world.told(SHIYANG, v1.AcceptInvitationRequest(joint_work_id=JW, revision=1), at="2023-03-08")
    world.told(SHIYANG, v1.ReportReadyRequest(joint_work_id=JW), at="2023-03-09")
    world.told(ANYUE, confirm, v1.StartJointWorkRequest(joint_work_id=JW), at="2023-03-10")
    observed = v1.SubmitContributionRequest(
        joint_work_id=JW,
        contribution_id=f"{SHIYANG}-K-1",
        kind=v1.CONTRIBUTION_KIND_OBSERVATIONS,
        title="三个小区的现场情况",
    )
    world.told(SHIYANG, observed, at="2023-03-20")
    taken = v1.IncorporateContributionRequest(joint_work_id=JW, participant=SHIYANG, contribution_id=f"{SHIYANG}-K-1")
    world.told(ANYUE, taken, v1.ConcludeJointWorkRequest(joint_work_id=JW, summary="两个小区列入改造"), at="2023-04-01")
    close = v1.CloseJointWorkRequest(joint_work_id=JW)
    world.refused(ANYUE, close, "RESULTS_PENDING", at="2023-04-02")
    result = v1.DeliverResultRequest(joint_work_id=JW, participant=SHIYANG, summary="两个小区列入改造")
    world.told(ANYUE, result, at="2023-04-03")
    world.told(SHIYANG, v1.AcknowledgeResultRequest(joint_work_id=JW), at="2023-04-04")
    world.told(ANYUE, close, at="2023-04-05")

    work = world.state(f"{ANYUE}/joint-work/{JW}")
    assert work.stage is joint_work.Stage.CLOSED
    assert work.invited[SHIYANG].standing is Standing.ACCEPTED
    assert work.invited[SHIYANG].incorporated == {f"{SHIYANG}-K-1"}
    assert world.names(part) == [
        "InvitationReceived",
        "InvitationAccepted",
        "ParticipationReady",
        "StartReceived",
        "ContributionSubmitted",
        "ConclusionReceived",
        "ResultReceived",
        "ResultAcknowledged",
    ]
    assert {stream.split("/")[0] for stream in world.streams} == {ANYUE, SHIYANG}


def test_a_township_may_decline_its_countys_invitation_without_a_reason() -> None:
    world = World()
    world.told(ANYUE, PROPOSE, invite(SHIYANG))
    world.told(SHIYANG, v1.DeclineInvitationRequest(joint_work_id=JW))
    assert world.state(f"{ANYUE}/joint-work/{JW}").invited[SHIYANG].standing is Standing.DECLINED


# Where townships sit


def test_a_township_hosts_no_sub_venue_not_even_its_own_countys() -> None:
    session = Spec(remote_session.AGGREGATE, by=ANYUE, at="2023-05-02")
    scheduled = v1.RemoteSessionScheduled(session_id=S, joint_work_id=JW, scheduled_at=stamp("2023-05-18 09:00"))
    proposal = v1.ProposeSubVenueRequest(session_id=S, host=SHIYANG)
    session.given(scheduled).when(proposal).refused("HOST_NOT_ELIGIBLE", host=SHIYANG)


T = f"{CITY}-RS-1"
venue = Spec(sub_venue.AGGREGATE, by=ANYUE, at="2023-05-10")
ASKED = v1.SubVenueProposalReceived(
    session_id=T, convener=CITY, proposal=v1.SubVenueProposed(session_id=T, host=ANYUE, purpose="")
)
HOSTING: tuple[Message, ...] = (ASKED, v1.SubVenueConfirmed(session_id=T, convener=CITY, place="县政协二楼"))
MINUTES = v1.SubVenueMinutesFiled(session_id=T, convener=CITY, document="纪要3号")
CONNECTED = v1.VenueConnected(session_id=T, convener=CITY)


def site(place: str = "镇政府三楼", *, body: str = SHIYANG) -> v1.ConfirmSubVenueSiteRequest:
    return v1.ConfirmSubVenueSiteRequest(session_id=T, site=body, place=place)


def sited(place: str = "镇政府三楼") -> v1.SubVenueSiteConfirmed:
    return v1.SubVenueSiteConfirmed(session_id=T, convener=CITY, site=SHIYANG, place=place)


GIVE_UP = v1.WithdrawSubVenueSiteRequest(session_id=T, site=SHIYANG, reason="线路不通")
GIVEN_UP = v1.SubVenueSiteWithdrawn(session_id=T, convener=CITY, site=SHIYANG, reason="线路不通")


def test_the_county_confirms_a_township_as_a_site_of_its_own_sub_venue() -> None:
    venue.given(*HOSTING).when(site()).then(sited())
    venue.given(*HOSTING, sited()).when(site()).then()
    venue.given(*HOSTING, sited()).when(site("文化站")).then(sited("文化站"))


def test_a_site_needs_a_venue_that_is_confirmed_and_not_yet_closed() -> None:
    venue.given(ASKED).when(site()).refused("SUB_VENUE_NOT_CONFIRMED")
    venue.given(*HOSTING, CONNECTED, MINUTES).when(site()).refused("VENUE_CLOSED")
    venue.given(*HOSTING, sited(), CONNECTED, MINUTES).when(GIVE_UP).refused("VENUE_CLOSED")


@pytest.mark.parametrize("body", [LINJIANG, YANJIANG, CITY, "511000"])
def test_a_site_is_a_township_of_the_hosting_county(body: str) -> None:
    venue.given(*HOSTING).when(site(body=body)).refused("SITE_NOT_ELIGIBLE", site=body)


def test_a_county_of_a_hosting_city_is_no_site_either() -> None:
    both = Directory((*DIRECTORY, Organisation("511002", v1.TIER_COUNTY, "市中区政协", above="511000")))
    city = Spec(sub_venue.AGGREGATE, by="511000", at="2023-05-10", directory=both)
    city.given(*HOSTING).when(site(body="511002")).refused("SITE_NOT_ELIGIBLE", site="511002")


def test_a_site_is_given_up_with_a_reason() -> None:
    venue.given(*HOSTING, sited()).when(GIVE_UP).then(GIVEN_UP)
    venue.given(*HOSTING).when(GIVE_UP).refused("SITE_UNKNOWN", site=SHIYANG)
    venue.given(*HOSTING, sited(), GIVEN_UP).when(GIVE_UP).refused("SITE_UNKNOWN", site=SHIYANG)


def test_who_was_at_a_site_is_counted_there() -> None:
    counted = v1.AttendanceRecorded(session_id=T, venue=SHIYANG, capacity=v1.CAPACITY_MEMBER, number=4)
    count = v1.RecordVenueAttendanceRequest(session_id=T, capacity=v1.CAPACITY_MEMBER, number=4, site=SHIYANG)
    for event in (counted, count):
        event.channel = v1.CHANNEL_SUB_VENUE
    venue.given(*HOSTING, sited()).when(count).then(counted)
    venue.given(*HOSTING).when(count).refused("SITE_UNKNOWN", site=SHIYANG)
