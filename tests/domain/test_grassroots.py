"""Platforms, liaison groups and consultations of a township. Domain paper §3.9."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.grassroots import grassroots_consultation, grassroots_platform, liaison_group
from linkage.domain.grassroots.grassroots_consultation import Status
from linkage.testing import Spec

SHIYANG, PF, G, GC, TOPIC = "512021110", "512021110-PF-1", "512021110-LG-1", "512021110-GC-1", "512021110-T-1"
OPINIONS = ["512021110-O-1", "512021110-O-2"]
HOLDER, OTHER = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
OFFICER = v1.POST_TOWNSHIP_LIAISON_OFFICER
platform = Spec(grassroots_platform.AGGREGATE, by=SHIYANG, post=OFFICER)
group = Spec(liaison_group.AGGREGATE, by=SHIYANG, post=OFFICER)
consultation = Spec(grassroots_consultation.AGGREGATE, by=SHIYANG, post=OFFICER)

# Platforms

PLAN = v1.PlanPlatformRequest(platform_id=PF, site=v1.PLATFORM_SITE_COMMUNITY, place="东街社区", brand="有事来协商")
PLANNED = v1.PlatformPlanned(platform_id=PF, site=v1.PLATFORM_SITE_COMMUNITY, place="东街社区", brand="有事来协商")
OPEN, OPENED = v1.OpenPlatformRequest(platform_id=PF), v1.PlatformOpened(platform_id=PF)
SUSPEND = v1.SuspendPlatformRequest(platform_id=PF, reason="搬迁")
SUSPENDED = v1.PlatformSuspended(platform_id=PF, reason="搬迁")
CLOSE, CLOSED = v1.ClosePlatformRequest(platform_id=PF, reason="合并"), v1.PlatformClosed(platform_id=PF, reason="合并")


def test_a_platform_is_planned_opened_suspended_opened_again_and_closed() -> None:
    platform.given().when(PLAN).then(PLANNED)
    platform.given(PLANNED).when(OPEN).then(OPENED)
    platform.given(PLANNED, OPENED).when(SUSPEND).then(SUSPENDED)
    platform.given(PLANNED, OPENED, SUSPENDED).when(OPEN).then(OPENED)
    platform.given(PLANNED, OPENED).when(CLOSE).then(CLOSED)


def test_a_platform_that_is_closed_or_was_never_planned_does_nothing() -> None:
    platform.given().when(OPEN).refused("PLATFORM_UNKNOWN")
    platform.given().when(CLOSE).refused("PLATFORM_UNKNOWN")
    platform.given(PLANNED, OPENED, CLOSED).when(OPEN).refused("PLATFORM_CLOSED")
    platform.given(PLANNED).when(SUSPEND).refused("PLATFORM_NOT_OPERATING")
    other = v1.PlanPlatformRequest(platform_id=PF, site=v1.PLATFORM_SITE_TOWNSHIP, place="西街")
    platform.given(PLANNED).when(other).refused("PLATFORM_EXISTS")


# Liaison groups

ESTABLISHED = v1.LiaisonGroupEstablished(group_id=G, local_name="委员联络小组", place="镇政府三楼")
RESIDENT = v1.CONVENER_KIND_RESIDENT_MEMBER
APPOINT = v1.AppointConvenerRequest(group_id=G, kind=RESIDENT, holder=HOLDER)
APPOINTED = v1.ConvenerAppointed(group_id=G, kind=RESIDENT, holder=HOLDER)
RELIEVE = v1.RelieveConvenerRequest(group_id=G, kind=RESIDENT, reason="届满")
RELIEVED = v1.ConvenerRelieved(group_id=G, kind=RESIDENT, holder=HOLDER, reason="届满")


def test_a_group_is_active_once_it_has_a_convener_whose_name_is_nowhere() -> None:
    establish = v1.EstablishLiaisonGroupRequest(group_id=G, local_name="委员联络小组", place="镇政府三楼")
    group.given().when(establish).then(ESTABLISHED)
    group.given(ESTABLISHED).when(APPOINT).then(APPOINTED)
    assert group.given(ESTABLISHED, APPOINTED).state.status is liaison_group.Status.ACTIVE
    other = v1.EstablishLiaisonGroupRequest(group_id=G, local_name="工作站")
    group.given(ESTABLISHED).when(other).refused("GROUP_EXISTS")


def test_a_post_has_one_holder_who_is_relieved_before_another_is_appointed() -> None:
    successor = v1.AppointConvenerRequest(group_id=G, kind=RESIDENT, holder=OTHER)
    in_office = group.given(ESTABLISHED, APPOINTED)
    in_office.when(successor).refused("CONVENER_IN_OFFICE")
    in_office.when(RELIEVE).then(RELIEVED)
    in_office.when(RELIEVE).when(successor).then(v1.ConvenerAppointed(group_id=G, kind=RESIDENT, holder=OTHER))
    group.given(ESTABLISHED).when(RELIEVE).refused("CONVENER_NOT_IN_OFFICE")


def test_the_four_posts_called_convener_are_not_one() -> None:
    street = v1.AppointConvenerRequest(group_id=G, kind=v1.CONVENER_KIND_TOWNSHIP_WORK, holder=OTHER)
    appointed = v1.ConvenerAppointed(group_id=G, kind=v1.CONVENER_KIND_TOWNSHIP_WORK, holder=OTHER)
    group.given(ESTABLISHED, APPOINTED).when(street).then(appointed)


def test_a_group_that_went_into_another_or_was_abolished_does_nothing_more() -> None:
    reorganize = v1.ReorganizeLiaisonGroupRequest(group_id=G, successor_id="512021110-LG-2", reason="合并")
    reorganized = v1.LiaisonGroupReorganized(group_id=G, successor_id="512021110-LG-2", reason="合并")
    group.given(ESTABLISHED).when(reorganize).then(reorganized)
    abolish = v1.AbolishLiaisonGroupRequest(group_id=G, reason="撤并")
    abolished = v1.LiaisonGroupAbolished(group_id=G, reason="撤并")
    group.given(ESTABLISHED).when(abolish).then(abolished)
    assign = v1.AssignLiaisonOfficerRequest(group_id=G, holder=OTHER, full_time=True)
    group.given(ESTABLISHED).when(assign).then(v1.LiaisonOfficerAssigned(group_id=G, holder=OTHER, full_time=True))
    for command in (APPOINT, RELIEVE, assign, reorganize, abolish):
        group.given().when(command).refused("GROUP_UNKNOWN")
    for command in (APPOINT, RELIEVE, assign, abolish):
        group.given(ESTABLISHED, reorganized).when(command).refused("GROUP_ENDED")
    for successor in ("512002103-LG-1", G):
        away = v1.ReorganizeLiaisonGroupRequest(group_id=G, successor_id=successor, reason="合并")
        group.given(ESTABLISHED).when(away).refused("SUCCESSOR_NOT_OWN")


# Consultations

CONVENED = v1.GrassrootsConsultationConvened(consultation_id=GC, platform_id=PF, topic="老旧小区", opinion_ids=OPINIONS)
HELD = v1.GrassrootsConsultationHeld(consultation_id=GC, members=3, citizens=21, gist="多数赞成分摊")
AGREED = v1.ConsensusRecorded(consultation_id=GC, reached=True, text="分摊比例")
DIVIDED = v1.ConsensusRecorded(consultation_id=GC, reached=False, text="一楼不同意")
SETTLED: dict[str, Any] = {"text": "加装两部电梯", "on_behalf_of": "街道办事处", "source_document": "石府〔2022〕8号"}
RESOLVE = v1.ResolveGrassrootsMatterRequest(consultation_id=GC, **SETTLED)
RESOLVED = v1.GrassrootsMatterResolved(consultation_id=GC, opinion_ids=OPINIONS, **SETTLED)
ESCALATE = v1.EscalateGrassrootsMatterRequest(consultation_id=GC, topic_id=TOPIC, reason="资金超出镇级")
ESCALATED = v1.GrassrootsMatterEscalated(
    consultation_id=GC, opinion_ids=OPINIONS, topic_id=TOPIC, reason="资金超出镇级"
)


def told(opinion: str) -> v1.GrassrootsFeedbackNoted:
    return v1.GrassrootsFeedbackNoted(consultation_id=GC, opinion_id=opinion)


def convene(**other: Any) -> v1.ConveneGrassrootsConsultationRequest:
    said: dict[str, Any] = {
        "consultation_id": GC,
        "platform_id": PF,
        "topic": "老旧小区",
        "opinion_ids": OPINIONS,
        **other,
    }
    return v1.ConveneGrassrootsConsultationRequest(**said)


def test_a_township_convenes_on_its_own_citizens_opinions_at_its_own_platform() -> None:
    consultation.given().when(convene()).then(CONVENED)
    consultation.given().when(convene(opinion_ids=["512002103-O-1"])).refused("OPINION_NOT_OWN")
    consultation.given().when(convene(platform_id="512002103-PF-1")).refused("PLATFORM_NOT_OWN")
    consultation.given(CONVENED).when(convene(topic="别的")).refused("GRASSROOTS_CONSULTATION_EXISTS")


def test_a_consultation_is_held_once_and_counts_nobody_by_name() -> None:
    hold = v1.HoldGrassrootsConsultationRequest(consultation_id=GC, members=3, citizens=21, gist="多数赞成分摊")
    consultation.given(CONVENED).when(hold).then(HELD)
    consultation.given().when(hold).refused("GRASSROOTS_CONSULTATION_UNKNOWN")
    again = v1.HoldGrassrootsConsultationRequest(consultation_id=GC, members=4, citizens=2, gist="第二次")
    consultation.given(CONVENED, HELD).when(again).refused("GRASSROOTS_CONSULTATION_HELD")


def test_whether_they_agree_is_known_when_it_was_held_and_may_change_until_it_is_settled() -> None:
    agree = v1.RecordConsensusRequest(consultation_id=GC, reached=True, text="分摊比例")
    consultation.given(CONVENED).when(agree).refused("GRASSROOTS_CONSULTATION_NOT_HELD")
    consultation.given(CONVENED, HELD).when(agree).then(AGREED)
    consultation.given(CONVENED, HELD, DIVIDED).when(agree).then(AGREED)
    consultation.given(CONVENED, HELD, DIVIDED, ESCALATED).when(agree).refused("MATTER_SETTLED")


def test_only_what_they_agree_on_is_settled_in_the_township() -> None:
    consultation.given(CONVENED, HELD, AGREED).when(RESOLVE).then(RESOLVED)
    for history in ((CONVENED, HELD), (CONVENED, HELD, DIVIDED)):
        consultation.given(*history).when(RESOLVE).refused("CONSENSUS_MISSING")


@pytest.mark.parametrize("found", [AGREED, DIVIDED])
def test_what_the_township_cannot_settle_goes_up_as_a_topic_of_its_own_agreed_or_not(found: Message) -> None:
    consultation.given(CONVENED, HELD, found).when(ESCALATE).then(ESCALATED)
    consultation.given(CONVENED, HELD, found, ESCALATED).when(RESOLVE).refused("MATTER_SETTLED")
    consultation.given(CONVENED, HELD, found, RESOLVED).when(ESCALATE).refused("MATTER_SETTLED")
    foreign = v1.EscalateGrassrootsMatterRequest(consultation_id=GC, topic_id="512021-T-1", reason="资金")
    consultation.given(CONVENED, HELD, found).when(foreign).refused("TOPIC_NOT_OWN")
    consultation.given(CONVENED, HELD).when(ESCALATE).refused("CONSENSUS_NOT_RECORDED")
    consultation.given(CONVENED).when(ESCALATE).refused("GRASSROOTS_CONSULTATION_NOT_HELD")


@pytest.mark.parametrize("end", [RESOLVED, ESCALATED])
def test_a_consultation_is_fed_back_when_every_citizen_whose_opinion_it_was_about_was_told(end: Message) -> None:
    over = (CONVENED, HELD, AGREED, end)
    note = v1.NoteGrassrootsFeedbackRequest(consultation_id=GC, opinion_id=OPINIONS[0])
    consultation.given(*over).when(note).then(told(OPINIONS[0]))
    assert consultation.given(*over, told(OPINIONS[0])).state.status is not Status.FED_BACK
    assert consultation.given(*over, told(OPINIONS[0]), told(OPINIONS[1])).state.status is Status.FED_BACK
    stranger = v1.NoteGrassrootsFeedbackRequest(consultation_id=GC, opinion_id="512021110-O-9")
    consultation.given(*over).when(stranger).then()
