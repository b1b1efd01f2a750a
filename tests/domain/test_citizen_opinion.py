"""What a township owes to a citizen who raised something. Domain paper §3.9; 002.20, 002.22."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from linkage import v1
from linkage.domain.grassroots import citizen_opinion
from linkage.domain.grassroots.citizen_opinion import Status
from linkage.testing import Spec

SHIYANG, ANYUE, OPINION, ITEM = "512021110", "512021", "512021110-O-1", "512000-PI-3"
SUBJECT = "4f7e6a52-3b0e-4f9f-9a55-3f5f9f1f5a10"
GC, TOPIC = "512021110-GC-1", "512021110-T-1"
spec = Spec(citizen_opinion.AGGREGATE, by=SHIYANG, post=v1.POST_TOWNSHIP_LIAISON_OFFICER, at="2022-11-07")

RAISED: dict[str, Any] = {"subject_id": SUBJECT, "gist": "三号楼没有电梯", "channel": v1.INTAKE_CHANNEL_PLATFORM}
REGISTER = v1.RegisterCitizenOpinionRequest(opinion_id=OPINION, platform_id="512021110-PF-1", **RAISED)
REGISTERED = v1.CitizenOpinionRegistered(opinion_id=OPINION, platform_id="512021110-PF-1", **RAISED)
SCREEN = v1.ScreenCitizenOpinionRequest(opinion_id=OPINION, route=v1.OPINION_ROUTE_TOPIC)
SCREENED = v1.CitizenOpinionScreened(opinion_id=OPINION, route=v1.OPINION_ROUTE_TOPIC)
RESOLVE = v1.ResolveCitizenOpinionRequest(opinion_id=OPINION, text="当日修复路灯")
FORWARD = v1.ForwardCitizenOpinionRequest(opinion_id=OPINION, social_opinion_id="512021-SO-1", text="报县政协")
DECLINE = v1.DeclineCitizenOpinionRequest(opinion_id=OPINION, reason="属司法程序")
TELL = v1.GiveCitizenFeedbackRequest(opinion_id=OPINION, means="电话", text="已列入改造计划")
TOLD = v1.CitizenFeedbackGiven(opinion_id=OPINION, means="电话", text="已列入改造计划")


def settled(disposition: v1.OpinionDisposition.ValueType, **what: str) -> v1.CitizenOpinionSettled:
    return v1.CitizenOpinionSettled(opinion_id=OPINION, disposition=disposition, **what)


RESOLVED = settled(v1.OPINION_DISPOSITION_RESOLVED_LOCALLY, text="当日修复路灯")
FORWARDED = settled(v1.OPINION_DISPOSITION_BECAME_SOCIAL_OPINION, reference_id="512021-SO-1", text="报县政协")
DECLINED = settled(v1.OPINION_DISPOSITION_DECLINED, text="属司法程序")
BECAME = settled(v1.OPINION_DISPOSITION_BECAME_TOPIC, reference_id=TOPIC)
WORD = v1.NoteCitizenAnswerRequest(opinion_id=OPINION, matter_id=ITEM, sender=ANYUE, round=1, text="已列入改造计划")
HEARD = v1.CitizenAnswerReceived(opinion_id=OPINION, matter_id=ITEM, sender=ANYUE, round=1, text="已列入改造计划")
SEEN = (REGISTERED, SCREENED)


def test_an_opinion_is_registered_once_with_a_pseudonym_and_a_gist() -> None:
    spec.given().when(REGISTER).then(REGISTERED)
    spec.given(REGISTERED).when(REGISTER).then()
    other = v1.RegisterCitizenOpinionRequest(opinion_id=OPINION, gist="别的事", channel=v1.INTAKE_CHANNEL_ONLINE)
    spec.given(REGISTERED).when(other).refused("OPINION_EXISTS")


def test_no_event_of_an_opinion_has_a_field_for_a_name_an_address_or_own_words() -> None:
    events = (REGISTERED, SCREENED, RESOLVED, HEARD, TOLD)
    fields = {field.name for event in events for field in event.DESCRIPTOR.fields}
    identity = {field.name for field in v1.CitizenIdentity.DESCRIPTOR.fields}
    assert fields & identity == set()


def test_an_opinion_comes_in_at_the_townships_own_platform() -> None:
    elsewhere = v1.RegisterCitizenOpinionRequest(opinion_id=OPINION, platform_id="512002103-PF-1", **RAISED)
    spec.given().when(elsewhere).refused("PLATFORM_NOT_OWN")


def test_an_opinion_is_settled_once_it_was_screened() -> None:
    spec.given(REGISTERED).when(SCREEN).then(SCREENED)
    for command, event in ((RESOLVE, RESOLVED), (FORWARD, FORWARDED)):
        spec.given(REGISTERED).when(command).refused("OPINION_NOT_SCREENED")
        spec.given(*SEEN).when(command).then(event)
        spec.given().when(command).refused("OPINION_UNKNOWN")
        spec.given(*SEEN, DECLINED).when(command).refused("OPINION_SETTLED")


def test_declining_gives_a_reason() -> None:
    spec.given(REGISTERED).when(DECLINE).then(DECLINED)
    spec.given(*SEEN).when(v1.DeclineCitizenOpinionRequest(opinion_id=OPINION, reason=" ")).refused("REASON_MISSING")
    spec.given().when(DECLINE).refused("OPINION_UNKNOWN")
    spec.given(*SEEN, RESOLVED).when(DECLINE).refused("OPINION_SETTLED")


@pytest.mark.parametrize("history", [(*SEEN, RESOLVED), (*SEEN, FORWARDED), (*SEEN, DECLINED), (*SEEN, BECAME, HEARD)])
def test_every_opinion_ends_fed_back_a_declined_one_too(history: tuple[Message, ...]) -> None:
    spec.given(*history).when(TELL).then(TOLD)
    assert spec.given(*history, TOLD).state.status is Status.FED_BACK


def test_a_citizen_is_told_nothing_before_it_is_known_what_became_of_the_opinion() -> None:
    spec.given().when(TELL).refused("OPINION_UNKNOWN")
    spec.given(*SEEN).when(TELL).refused("OPINION_NOT_SETTLED")


def test_what_became_a_topic_waits_for_the_word_that_comes_down() -> None:
    spec.given(*SEEN, BECAME).when(TELL).refused("FEEDBACK_NOT_DUE")
    spec.given(*SEEN, BECAME).when(WORD).then(HEARD)
    spec.given(*SEEN, HEARD, BECAME).when(TELL).then(TOLD)


def test_a_citizen_is_told_again_when_there_is_more_to_tell() -> None:
    more = v1.NoteCitizenAnswerRequest(opinion_id=OPINION, matter_id=ITEM, sender=ANYUE, round=2, text="已完工")
    told = spec.given(*SEEN, BECAME, HEARD, TOLD)
    told.when(TELL).then()
    told.when(WORD).then()
    news = v1.GiveCitizenFeedbackRequest(opinion_id=OPINION, means="电话", text="已完工")
    told.when(news).refused("FEEDBACK_NOT_DUE")
    told.when(more).when(news).then(v1.CitizenFeedbackGiven(opinion_id=OPINION, means="电话", text="已完工"))


def test_what_another_record_of_the_township_made_of_it_is_noted_and_the_last_word_stands() -> None:
    note = v1.NoteOpinionSettledRequest(
        opinion_id=OPINION, disposition=v1.OPINION_DISPOSITION_BECAME_TOPIC, reference_id=TOPIC, consultation_id=GC
    )
    of_consultation = settled(v1.OPINION_DISPOSITION_BECAME_TOPIC, reference_id=TOPIC, consultation_id=GC)
    spec.given(REGISTERED).when(note).then(of_consultation)
    plain = v1.NoteOpinionSettledRequest(
        opinion_id=OPINION, disposition=v1.OPINION_DISPOSITION_BECAME_TOPIC, reference_id=TOPIC
    )
    spec.given(*SEEN, of_consultation).when(plain).then()
    solved = v1.NoteOpinionSettledRequest(
        opinion_id=OPINION, disposition=v1.OPINION_DISPOSITION_RESOLVED_LOCALLY, consultation_id=GC, text="已装电梯"
    )
    resolved = settled(v1.OPINION_DISPOSITION_RESOLVED_LOCALLY, consultation_id=GC, text="已装电梯")
    spec.given(*SEEN, of_consultation, HEARD, TOLD).when(solved).then(resolved)
    spec.given().when(solved).refused("OPINION_UNKNOWN")
    spec.given().when(WORD).refused("OPINION_UNKNOWN")


def test_what_is_heard_of_on_two_ways_settles_an_opinion_once() -> None:
    from_consultation = v1.NoteOpinionSettledRequest(
        opinion_id=OPINION, disposition=v1.OPINION_DISPOSITION_BECAME_TOPIC, reference_id=TOPIC, consultation_id=GC
    )
    as_topic = v1.NoteOpinionSettledRequest(
        opinion_id=OPINION, disposition=v1.OPINION_DISPOSITION_BECAME_TOPIC, reference_id=TOPIC
    )
    known = v1.SettlingConsultationNoted(opinion_id=OPINION, consultation_id=GC)
    spec.given(*SEEN, BECAME).when(from_consultation).then(known)
    spec.given(*SEEN, BECAME, known).when(from_consultation).then()
    spec.given(*SEEN, BECAME, known).when(as_topic).then()
    told = v1.CitizenFeedbackGiven(opinion_id=OPINION, means="电话", text="已列入改造计划", consultation_id=GC)
    spec.given(*SEEN, BECAME, known, HEARD).when(TELL).then(told)


def test_what_was_fed_back_stays_so_when_the_second_way_arrives() -> None:
    from_consultation = v1.NoteOpinionSettledRequest(
        opinion_id=OPINION, disposition=v1.OPINION_DISPOSITION_BECAME_TOPIC, reference_id=TOPIC, consultation_id=GC
    )
    late = v1.SettlingConsultationNoted(opinion_id=OPINION, consultation_id=GC, told=True)
    outcome = spec.given(*SEEN, BECAME, HEARD, TOLD).when(from_consultation)
    outcome.then(late)
    assert outcome.after.state.status is citizen_opinion.Status.FED_BACK


def test_an_earlier_word_that_comes_again_does_not_overtake_the_last() -> None:
    resolved = settled(v1.OPINION_DISPOSITION_RESOLVED_LOCALLY, consultation_id=GC, text="已装电梯")
    as_topic = v1.NoteOpinionSettledRequest(
        opinion_id=OPINION, disposition=v1.OPINION_DISPOSITION_BECAME_TOPIC, reference_id=TOPIC
    )
    spec.given(*SEEN, BECAME, resolved).when(as_topic).then()
